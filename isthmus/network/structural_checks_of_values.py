"""Structural findings about values that AWS refuses. The ids are those of the language's rules for the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import IPv4Network

from isthmus.aws.accepted_values import (
    MOST_GATEWAY_CIDRS,
    fits_gateway,
    fits_vpc,
    private_asn,
    refused_asn,
    refused_secondary,
    room,
)
from isthmus.network.model import Network, StructuralProblem, Unknown


def _customer_gateways_twice(network: Network) -> Iterator[StructuralProblem]:
    """Two customer gateways that AWS takes for one: address, ASN and device name are the same.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCustomerGateway.html
    """
    first: dict[tuple[object, ...], str] = {}
    for gateway in network.customer_gateways.values():
        prefix_classes = (gateway.asn, gateway.ip, gateway.device)
        if gateway.ip is None or any(isinstance(part, Unknown) for part in prefix_classes):
            continue
        key = (*prefix_classes, gateway.owner)
        if key in first:
            why = (
                f"{first[key]} has the address {gateway.ip} and ASN {gateway.asn} too: AWS returns that one, two "
                "resources own it, and neither can be destroyed while the other is in use"
            )
            yield StructuralProblem("duplicate-customer-gateway-address", (gateway.address, first[key]), why)
        first.setdefault(key, gateway.address)


def _asns(network: Network) -> Iterator[StructuralProblem]:
    """ASNs that AWS reserves, and BGP between equal ASNs, which a VPN does not speak.

    https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html
    """
    for gateway in network.customer_gateways.values():
        if isinstance(gateway.asn, int) and (given := refused_asn(gateway.asn, gateway.owner[1] or None)):
            yield StructuralProblem("invalid-customer-gateway-asn", (gateway.address,), given)
    for hub in network.transit_gateways.values():
        if isinstance(hub.asn, int) and not private_asn(hub.asn):
            why = f"amazon_side_asn {hub.asn} is not private: AWS takes 64512 to 65534 and 4200000000 to 4294967294"
            yield StructuralProblem("invalid-hub-asn", (hub.address,), why)
    for vpn in network.vpns.values():
        far = network.customer_gateways.get(str(vpn.customer_gateway))
        near = network.transit_gateways.get(str(vpn.gateway)) or network.gateways.get(str(vpn.gateway))
        if far is None or near is None or vpn.static is not False:
            continue
        if isinstance(far.asn, int) and far.asn == near.asn:
            why = f"both sides of {vpn.address} have ASN {far.asn}: a VPN speaks no internal BGP"
            yield StructuralProblem("equal-bgp-asns", (far.address, near.address, vpn.address), why)


def _sizes(network: Network) -> Iterator[StructuralProblem]:
    """Ranges of a size that AWS does not take."""
    for vpc in network.vpcs.values():
        for cidr in vpc.cidrs:
            if isinstance(cidr, IPv4Network) and not fits_vpc(cidr):
                yield StructuralProblem(
                    "invalid-vpc-size", (vpc.address,), f"{cidr} is a /{cidr.prefixlen}; AWS takes /16 to /28"
                )
    for subnet in network.subnets.values():
        for cidr in subnet.cidrs:
            if isinstance(cidr, IPv4Network) and not fits_vpc(cidr):
                yield StructuralProblem(
                    "invalid-subnet-size", (subnet.address,), f"{cidr} is a /{cidr.prefixlen}; AWS takes /16 to /28"
                )
    for hub in network.transit_gateways.values():
        for cidr in hub.cidr_blocks:
            if not isinstance(cidr, Unknown) and not fits_gateway(cidr):
                why = f"CIDR block {cidr}: a transit gateway takes /24 (IPv6: /64) or larger, and nothing link-local"
                yield StructuralProblem("invalid-hub-cidr", (hub.address,), why)
        if (count := len(hub.cidr_blocks)) > MOST_GATEWAY_CIDRS:
            yield StructuralProblem(
                "too-many-hub-cidrs", (hub.address,), f"it has {count} CIDR blocks, of {MOST_GATEWAY_CIDRS}"
            )


def _secondary_ranges(network: Network) -> Iterator[StructuralProblem]:
    """Secondary ranges that a VPC of such ranges does not take. In which order AWS is given them is not known:

    of two secondary ranges, one is in the way where it is in the way of the other too.
    """
    for vpc in network.vpcs.values():
        primary, *more = vpc.cidrs or (Unknown("none"),)
        ranges = [cidr for cidr in more if isinstance(cidr, IPv4Network)]
        for index, secondary in enumerate(ranges):
            if not isinstance(primary, IPv4Network):
                continue
            if primary.overlaps(secondary):
                why = f"secondary range {secondary} overlaps {primary}; the ranges of a VPC lie apart"
                yield StructuralProblem("cidr-overlap", (vpc.address,), why)
                continue
            before = [other for other in ranges[:index] if refused_secondary(primary, other, [secondary])]
            if found := refused_secondary(primary, secondary, before):
                why = f"AWS does not accept the secondary range {secondary} with {found[1]}: none of {found[0]}"
                yield StructuralProblem("incompatible-secondary-cidr", (vpc.address,), why)


def _full_subnets(network: Network) -> Iterator[StructuralProblem]:
    """Subnets with more network interfaces than addresses, of what certainly has one there each.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    users: dict[str, list[str]] = defaultdict(list)
    for endpoint in network.endpoints.values():
        for subnet in dict.fromkeys(endpoint.subnets):
            users[str(subnet)].append(endpoint.address)
    for nat in network.nats.values():
        users[str(nat.subnet)].append(nat.address)
    for attachment in network.attachments.values():
        for subnet in dict.fromkeys(attachment.subnets):
            users[str(subnet)].append(attachment.address)
    for firewall in network.firewalls.values():
        for end in firewall.endpoints:
            users[str(end.subnet)].append(end.address)
    for resolver in network.resolution.endpoints.values():
        for interface in resolver.interfaces:
            users[str(interface.subnet)].append(resolver.address)
    for host in network.hosts.values():
        users[str(host.subnet)].append(host.address)
    for address, named in users.items():
        found = network.subnets.get(address)
        for cidr in found.cidrs if found is not None else ():
            if isinstance(cidr, IPv4Network) and fits_vpc(cidr) and len(named) > room(cidr):
                why = f"{cidr} has room for {room(cidr)} network interfaces, and {len(named)} are put there"
                yield StructuralProblem("endpoint-subnet-too-small", (address, *dict.fromkeys(named)), why)


VALUE_RULES = (_customer_gateways_twice, _asns, _sizes, _secondary_ranges, _full_subnets)
