"""VPCs without hosts in networks that no intent describes: they inspect or translate what other VPCs send.

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
    """Whether a VPC has no hosts for sure: it is sent what is for others, and every subnet is there for that.

    - A route of a transit gateway leads to its attachment that is for more than its own addresses.
    - Its attachment subnets hand on to a NAT gateway or a firewall, and not back to the transit gateway.
    - All other subnets hold a NAT gateway or a firewall endpoint, and one of these leads back to the transit gateway.

    Anything that is not known, a host or an interface endpoint makes it a VPC like every other.
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
        and _is_sent_more(network, inventory, vpc)
        and all(_hands_on(inventory, subnet) for subnet in attached)
        and all(subnet.address in middleboxes for subnet in others)
        and any(inventory.sends_to_hub(subnet) for subnet in others)
    )


def _middleboxes(network: Network) -> Iterator[str]:
    """The subnets of NAT gateways and firewall endpoints."""
    for nat in network.nats.values():
        if isinstance(nat.subnet, str):
            yield nat.subnet
    for firewall in network.firewalls.values():
        yield from (endpoint.subnet for endpoint in firewall.endpoints if isinstance(endpoint.subnet, str))


def _has_hosts(network: Network, vpc: str) -> bool:
    """Whether an instance, an interface or an interface endpoint is in a VPC, or may be."""
    used = [host.subnet for host in network.hosts.values()]
    for endpoint in network.endpoints.values():
        if endpoint.kind is not EndpointKind.GATEWAY and endpoint.vpc in (vpc, *_unknown(endpoint.vpc)):
            return True
    return any(isinstance(subnet, Unknown) or network.subnets[subnet].vpc == vpc for subnet in used)


def _unknown(vpc: str | Unknown) -> tuple[Unknown, ...]:
    return (vpc,) if isinstance(vpc, Unknown) else ()


def _is_sent_more(network: Network, inventory: Inventory, vpc: str) -> bool:
    """Whether a route of a transit gateway leads to a VPC's attachment that is for addresses outside of the VPC."""
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


def _hands_on(inventory: Inventory, subnet: Subnet) -> bool:
    """Whether a subnet's table leads to a NAT gateway or a firewall, and surely not to the transit gateway."""
    targets = [route.target for route in inventory.routes(subnet) if not route.unknown_reason]
    leads = any(
        isinstance(t, Target) and t.kind in (TargetKind.NAT_GATEWAY, TargetKind.FIREWALL_ENDPOINT) for t in targets
    )
    return leads and not inventory.sends_to_hub(subnet)
