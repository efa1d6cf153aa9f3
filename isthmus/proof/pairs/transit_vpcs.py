"""Transit VPCs in networks without an intent: they hold no hosts, and inspect or translate traffic of other VPCs.

The central egress VPC and the inspection VPC of AWS's designs hold NAT gateways, firewall endpoints and interfaces of
attachments, each in subnets of their own.
https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-nat-igw.html
https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html
"""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.network.learned_routes import covers
from isthmus.network.model import AttachmentKind, EndpointKind, Network, Subnet, Target, TargetKind, Unknown
from isthmus.proof.pairs.locations import Inventory


def is_transit_vpc(network: Network, inventory: Inventory, vpc: str) -> bool:
    """Whether a VPC certainly has no hosts, because all of its subnets forward traffic of other VPCs.

    - A transit gateway route to its attachment has a destination outside of the VPC.
    - Its attachment subnets have a route to a NAT gateway or a firewall, and none to the transit gateway.
    - All other subnets hold a NAT gateway or a firewall endpoint, and one has a route to the transit gateway.

    If anything of this is unknown, or if it has a host or an interface endpoint, it is no transit VPC.
    """
    subnets = inventory.subnets(vpc)
    attached = [subnet for subnet in subnets if inventory.is_attachment_subnet(subnet)]
    others = [subnet for subnet in subnets if not inventory.is_attachment_subnet(subnet)]
    middleboxes = set(_middleboxes(network))
    return (
        bool(attached and others)
        and not inventory.unknown_workloads(vpc)
        and not inventory.unknown_hosts(vpc)
        and not _has_hosts(network, vpc)
        and _receives_other_traffic(network, inventory, vpc)
        and all(_forwards(inventory, subnet) for subnet in attached)
        and all(subnet.address in middleboxes for subnet in others)
        and any(inventory.sends_to_hub(subnet) for subnet in others)
    )


def _middleboxes(network: Network) -> Iterator[str]:
    """The subnets of NAT gateways, firewall endpoints and Gateway Load Balancer endpoints."""
    for nat in network.nats.values():
        if isinstance(nat.subnet, str):
            yield nat.subnet
    for firewall in network.firewalls.values():
        yield from (endpoint.subnet for endpoint in firewall.endpoints if isinstance(endpoint.subnet, str))
    for balanced in network.endpoints.values():
        if balanced.kind is EndpointKind.GATEWAY_LOAD_BALANCER:
            yield from (subnet for subnet in balanced.subnets if isinstance(subnet, str))


def _has_hosts(network: Network, vpc: str) -> bool:
    """Whether an instance, a network interface or an interface endpoint is in a VPC, or may be."""
    used = [host.subnet for host in network.hosts.values()]
    for endpoint in network.endpoints.values():
        forwards = endpoint.kind in (EndpointKind.GATEWAY, EndpointKind.GATEWAY_LOAD_BALANCER)
        if not forwards and endpoint.vpc in (vpc, *_unknown(endpoint.vpc)):
            return True
    return any(isinstance(subnet, Unknown) or network.subnets[subnet].vpc == vpc for subnet in used)


def _unknown(vpc: str | Unknown) -> tuple[Unknown, ...]:
    return (vpc,) if isinstance(vpc, Unknown) else ()


def _receives_other_traffic(network: Network, inventory: Inventory, vpc: str) -> bool:
    """Whether a transit gateway route to a VPC's attachment has a destination outside of the VPC."""
    attachments = {
        attachment.address
        for attachment in network.attachments.values()
        if attachment.kind is AttachmentKind.VPC and attachment.attached == vpc
    }
    own = inventory.cidrs(vpc)
    return any(
        route.attachment in attachments
        and not route.unknown_reason
        and not isinstance(route.destination, str | Unknown)
        and not any(covers(cidr, route.destination) for cidr in own)
        for table in network.tgw_tables.values()
        for route in table.routes
    )


def _forwards(inventory: Inventory, subnet: Subnet) -> bool:
    """Whether a subnet has a route to a NAT gateway or a firewall, and certainly none to the transit gateway."""
    targets = [route.target for route in inventory.routes(subnet) if not route.unknown_reason]
    leads = any(
        isinstance(t, Target) and t.kind in (TargetKind.NAT_GATEWAY, TargetKind.FIREWALL_ENDPOINT) for t in targets
    )
    return leads and not inventory.sends_to_hub(subnet)
