"""Derived addresses: subnets of spokes, and inside CIDRs of tunnels.

The CIDR of a subnet depends on its tier and on the number in its zone ID (`use1-az3` is 3). The inside CIDR of a tunnel
depends on the number of its connection. Neither depends on other objects: if you add a zone, a tier or a spoke, nothing
moves. The slot table is in docs/explanation/addressing.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from isthmus.intent.egress import EgressVpc
from isthmus.intent.errors import IntentError
from isthmus.intent.estate import Estate
from isthmus.intent.name_resolution import shared_services
from isthmus.intent.segment import Egress
from isthmus.intent.spoke import Spoke
from isthmus.intent.vpn import VpnConnection


class Tier(StrEnum):
    """The purpose of a subnet.

    PRIVATE          workloads
    PUBLIC           NAT gateways, with a route to the internet gateway
    TRANSIT_GATEWAY  only the network interfaces of the transit gateway
    ROUTABLE         private NAT gateways and the load balancer, in the routable CIDR of a spoke
    FIREWALL         firewall endpoints, or Gateway Load Balancer endpoints
    RESOLVER         Route 53 Resolver endpoints
    ENDPOINTS        interface endpoints
    """

    PRIVATE = "private"
    PUBLIC = "public"
    TRANSIT_GATEWAY = "transit_gateway"
    ROUTABLE = "routable"
    FIREWALL = "firewall"
    RESOLVER = "resolver"
    ENDPOINTS = "endpoints"


class NoSlot(IntentError):
    """The slot table has no slot for a subnet in a VPC of this size or a zone with this number."""


# In a wide VPC: the /25 with a tier's subnets (a /28 for each zone), counted from the end of the last eighth.
_WIDE = {Tier.TRANSIT_GATEWAY: 1, Tier.FIREWALL: 2, Tier.RESOLVER: 3, Tier.ENDPOINTS: 4}
# In a compact VPC: the /26 with a tier's subnets, counted from the end of the second half.
_COMPACT = {Tier.TRANSIT_GATEWAY: 1, Tier.PUBLIC: 2, Tier.FIREWALL: 3, Tier.RESOLVER: 4}
# In an egress VPC: the quarter with a tier's subnets. The third quarter is free.
_QUARTERS = {Tier.PUBLIC: 0, Tier.FIREWALL: 1, Tier.TRANSIT_GATEWAY: 3}

# In a routable CIDR: the half with a tier's subnets (a /28 for each zone).
_ROUTABLE = {Tier.ROUTABLE: 0, Tier.TRANSIT_GATEWAY: 1}

_ZONE_ID = re.compile(r"[a-z0-9]+-az([1-9]\d*)")
_TUNNELS = IPv4Network("169.254.16.0/20")
CONNECTIONS = 512


def zone_number(zone: str) -> int:
    """The number in a zone ID: 3 for `use1-az3`. Raises `NoSlot` for other texts, such as names of zones."""
    if not (match := _ZONE_ID.fullmatch(zone)):
        raise NoSlot(f"{zone!r} is not a zone ID such as 'use1-az3'")
    return int(match[1])


def subnet_name(tier: Tier, zone: str) -> str:
    """The name of a subnet in its spoke: `private_az3`. Raises `NoSlot` as `zone_number` does."""
    return f"{tier}_az{zone_number(zone)}"


def tiers_of(spoke: Spoke) -> tuple[Tier, ...]:
    """The tiers of a spoke in each of its zones."""
    public = (Tier.PUBLIC,) if spoke.egress is Egress.LOCAL else ()
    routable = (Tier.ROUTABLE,) if spoke.routable_cidr is not None else ()
    return (Tier.PRIVATE, *public, Tier.TRANSIT_GATEWAY, *routable)


def tiers_in(estate: Estate, spoke: Spoke) -> tuple[Tier, ...]:
    """The tiers of a spoke in each of its zones, including those for shared services."""
    tiers = tiers_of(spoke)
    home = shared_services(estate)
    if home is not None and home.spoke.name == spoke.name:
        if home.dns.inbound or home.dns.forwards:
            tiers = (*tiers, Tier.RESOLVER)
        if home.environment.endpoints is not None:
            tiers = (*tiers, Tier.ENDPOINTS)
    return tiers


def resolver_addresses(subnet: IPv4Network) -> tuple[IPv4Address, IPv4Address]:
    """The addresses of the inbound and the outbound endpoint in a resolver subnet: the first that AWS does not reserve.

    They are fixed, because DNS servers and firewalls at sites refer to them.
    """
    return subnet[4], subnet[5]


def subnets(spoke: Spoke, zones: Sequence[str], tiers: Sequence[Tier]) -> Mapping[str, IPv4Network]:
    """The subnets of a spoke by name: as pinned in `spoke.subnets`, else from the slot table.

    Raises `NoSlot` for a subnet that is not pinned and has no slot, `ValueError` for an invalid CIDR.
    """
    found: dict[str, IPv4Network] = {}
    for tier in tiers:
        for number, zone in sorted((zone_number(zone), zone) for zone in zones):
            name = subnet_name(tier, zone)
            found[name] = IPv4Network(spoke.subnets[name]) if name in spoke.subnets else slot_of(spoke, tier, number)
    return found


def nat_address(subnet: IPv4Network) -> IPv4Address:
    """The address of the private NAT gateway in a routable subnet: the first that AWS does not reserve.

    It is fixed, because firewalls at sites refer to it.
    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    return subnet[4]


def balancer_address(subnet: IPv4Network) -> IPv4Address:
    """The address of the load balancer of published services in a routable subnet: the one after the NAT gateway's.

    It is fixed, because DNS records and firewalls at sites refer to it.
    """
    return subnet[5]


def egress_tiers(egress: EgressVpc) -> tuple[Tier, ...]:
    """The tiers of an egress VPC in each of its zones."""
    if egress.inspection.has_endpoints:
        return (Tier.PUBLIC, Tier.FIREWALL, Tier.TRANSIT_GATEWAY)
    return (Tier.PUBLIC, Tier.TRANSIT_GATEWAY)


def egress_subnets(egress: EgressVpc, zones: Sequence[str]) -> Mapping[str, IPv4Network]:
    """The subnets of an egress VPC by name: a /28 for each zone, in the quarter of the tier.

    Raises `NoSlot` for a zone without a slot in the quarter, `ValueError` for an invalid CIDR.
    """
    vpc = IPv4Network(egress.cidr)
    if not 16 <= vpc.prefixlen <= 24:
        raise NoSlot(f"an egress VPC of /{vpc.prefixlen} has no slots: write a CIDR of /16 to /24")
    found: dict[str, IPv4Network] = {}
    for tier in egress_tiers(egress):
        quarter = _nth(vpc, vpc.prefixlen + 2, _QUARTERS[tier])
        for number in sorted(zone_number(zone) for zone in zones):
            if number > 1 << (28 - quarter.prefixlen):
                raise NoSlot(f"an egress VPC of /24 has slots for az1 to az4 only: write a /23 for az{number}")
            found[f"{tier}_az{number}"] = _nth(quarter, 28, number - 1)
    return found


def range_of(spoke: Spoke, tier: Tier) -> str:
    """The CIDR of a spoke that has the slots of a tier: its `cidr`, or its `routable_cidr`."""
    return spoke.routable_cidr if spoke.routable_cidr is not None and tier in _ROUTABLE else spoke.cidr


def slot_of(spoke: Spoke, tier: Tier, zone: int) -> IPv4Network:
    """The CIDR of a tier's subnet of a spoke in the zone with this number.

    Raises `NoSlot` if there is no slot, `ValueError` for an invalid CIDR.
    """
    whole = IPv4Network(range_of(spoke, tier), strict=False)
    if spoke.routable_cidr is not None and tier in _ROUTABLE:
        return _routable_slot(whole, tier, zone)
    return slot(whole, tier, zone)


def _routable_slot(routable: IPv4Network, tier: Tier, zone: int) -> IPv4Network:
    """The zone's /28 in the half of the tier."""
    if not 16 <= routable.prefixlen <= 27:
        raise NoSlot(f"a routable CIDR of /{routable.prefixlen} has no slots: write a CIDR of /16 to /27")
    half = _nth(routable, routable.prefixlen + 1, _ROUTABLE[tier])
    most = 1 << (28 - half.prefixlen)
    if zone > most:
        zones = "az1" if most == 1 else f"az1 to az{most}"
        raise NoSlot(f"a routable CIDR of /{routable.prefixlen} has slots for {zones} only: write a larger CIDR")
    return _nth(half, 28, zone - 1)


def slot(vpc: IPv4Network, tier: Tier, zone: int) -> IPv4Network:
    """The CIDR of a tier's subnet in the zone with this number. Raises `NoSlot` if there is no slot."""
    if 16 <= vpc.prefixlen <= 22:
        return _wide(vpc, tier, zone)
    if 23 <= vpc.prefixlen <= 24:
        return _compact(vpc, tier, zone)
    raise NoSlot(f"a VPC of /{vpc.prefixlen} has no slots: write a CIDR of /16 to /24, or pin {tier}_az{zone}")


def inside_cidrs(connection: VpnConnection) -> tuple[IPv4Network, IPv4Network]:
    """The inside CIDRs of tunnel 1 and tunnel 2: pinned, or the two halves of the /29 of the connection.

    Raises `NoSlot` for a number outside 1 to 512, `ValueError` for an invalid pinned CIDR.
    """
    if not 1 <= connection.number <= CONNECTIONS:
        raise NoSlot(f"connection number {connection.number} is not within 1 to {CONNECTIONS}")
    own = _nth(_TUNNELS, 29, connection.number - 1)
    one, two = (
        _nth(own, 30, half) if tunnel.inside_cidr is None else IPv4Network(tunnel.inside_cidr)
        for half, tunnel in enumerate(connection.tunnels)
    )
    return one, two


def _wide(vpc: IPv4Network, tier: Tier, zone: int) -> IPv4Network:
    if not 1 <= zone <= 6:
        raise _no_zone(vpc, tier, zone, 6)
    if tier is Tier.PRIVATE:
        return _nth(vpc, vpc.prefixlen + 3, zone - 1)
    if tier is Tier.PUBLIC:
        return _nth(_nth(vpc, vpc.prefixlen + 3, 6), vpc.prefixlen + 6, zone - 1)
    return _from_the_end(_nth(vpc, vpc.prefixlen + 3, 7), 25, _WIDE, tier, zone)


def _compact(vpc: IPv4Network, tier: Tier, zone: int) -> IPv4Network:
    if not 1 <= zone <= 4:
        raise _no_zone(vpc, tier, zone, 4)
    if tier is Tier.PRIVATE:
        return _nth(vpc, vpc.prefixlen + 3, zone - 1)
    return _from_the_end(_nth(vpc, vpc.prefixlen + 1, 1), 26, _COMPACT, tier, zone)


def _from_the_end(region: IPv4Network, prefix: int, places: Mapping[Tier, int], tier: Tier, zone: int) -> IPv4Network:
    """The zone's /28 in the `places[tier]`-th block with this prefix length, counted from the end of the region."""
    blocks = 1 << (prefix - region.prefixlen)
    place = places.get(tier)
    if place is None or place > blocks:
        raise NoSlot(f"this VPC is too small for the tier {tier}: write a larger CIDR, or pin {tier}_az{zone}")
    return _nth(_nth(region, prefix, blocks - place), 28, zone - 1)


def _no_zone(vpc: IPv4Network, tier: Tier, zone: int, zones: int) -> NoSlot:
    return NoSlot(f"a VPC of /{vpc.prefixlen} has slots for az1 to az{zones} only: pin {tier}_az{zone}")


def _nth(network: IPv4Network, prefix: int, index: int) -> IPv4Network:
    """The subnet with this index (from 0) among the network's subnets with this prefix length."""
    return IPv4Network((int(network.network_address) + (index << (32 - prefix)), prefix))
