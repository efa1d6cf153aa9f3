"""Addresses that follow from names and numbers alone: subnets of spokes, inside CIDRs of tunnels.

A subnet's place depends on its tier and on the number in its zone id (`use1-az3` is 3), a tunnel's inside CIDR on its
connection's number. Nothing depends on order or on what else exists, so adding a zone, a tier or a spoke moves nothing.
The slot table is drawn in docs/explanation/addressing.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from isthmus.intent.egress import EgressVpc, Inspection
from isthmus.intent.errors import IntentError
from isthmus.intent.estate import Estate
from isthmus.intent.name_resolution import shared_services
from isthmus.intent.segment import Egress
from isthmus.intent.spoke import Spoke
from isthmus.intent.vpn import VpnConnection


class Tier(StrEnum):
    """What a subnet is for.

    PRIVATE          workloads
    PUBLIC           NAT gateways; has a route to the internet gateway
    TRANSIT_GATEWAY  the transit gateway's network interfaces, nothing else
    FIREWALL         firewall endpoints
    RESOLVER         Route 53 Resolver endpoints
    ENDPOINTS        interface endpoints
    """

    PRIVATE = "private"
    PUBLIC = "public"
    TRANSIT_GATEWAY = "transit_gateway"
    FIREWALL = "firewall"
    RESOLVER = "resolver"
    ENDPOINTS = "endpoints"


class NoSlot(IntentError):
    """A subnet that the slot table has no place for, in a VPC of this size or a zone of this number."""


# The /25 of the eighth eighth, counted from its end, that holds a tier's subnets (one /28 a zone) in a wide VPC.
_WIDE = {Tier.TRANSIT_GATEWAY: 1, Tier.FIREWALL: 2, Tier.RESOLVER: 3, Tier.ENDPOINTS: 4}
# The same in a compact VPC: the /26 of its second half, counted from the end.
_COMPACT = {Tier.TRANSIT_GATEWAY: 1, Tier.PUBLIC: 2, Tier.FIREWALL: 3, Tier.RESOLVER: 4}
# The quarter of an egress VPC that holds a tier's subnets. The third is free.
_QUARTERS = {Tier.PUBLIC: 0, Tier.FIREWALL: 1, Tier.TRANSIT_GATEWAY: 3}

_ZONE_ID = re.compile(r"[a-z0-9]+-az([1-9]\d*)")
_TUNNELS = IPv4Network("169.254.16.0/20")
CONNECTIONS = 512


def zone_number(zone: str) -> int:
    """The number in a zone id, 3 for `use1-az3`. Raises `NoSlot` for anything else, zone names and local zones too."""
    if not (match := _ZONE_ID.fullmatch(zone)):
        raise NoSlot(f"{zone!r} is not a zone id such as 'use1-az3'")
    return int(match[1])


def subnet_name(tier: Tier, zone: str) -> str:
    """The name of a subnet within its spoke, `private_az3`. Raises `NoSlot` as `zone_number`."""
    return f"{tier}_az{zone_number(zone)}"


def tiers_of(spoke: Spoke) -> tuple[Tier, ...]:
    """The tiers a spoke has in every zone it spans."""
    if spoke.egress is Egress.LOCAL:
        return (Tier.PRIVATE, Tier.PUBLIC, Tier.TRANSIT_GATEWAY)
    return (Tier.PRIVATE, Tier.TRANSIT_GATEWAY)


def tiers_in(estate: Estate, spoke: Spoke) -> tuple[Tier, ...]:
    """The tiers a spoke has in every zone it spans, those for shared services included."""
    tiers = tiers_of(spoke)
    home = shared_services(estate)
    if home is not None and home.spoke.name == spoke.name:
        if home.dns.inbound or home.dns.forwards:
            tiers = (*tiers, Tier.RESOLVER)
        if home.environment.endpoints is not None:
            tiers = (*tiers, Tier.ENDPOINTS)
    return tiers


def resolver_addresses(subnet: IPv4Network) -> tuple[IPv4Address, IPv4Address]:
    """The addresses of the inbound and the outbound endpoint in a resolver subnet: the first that AWS leaves free.

    They are fixed because the sites' DNS servers and firewalls name them.
    """
    return subnet[4], subnet[5]


def subnets(spoke: Spoke, zones: Sequence[str], tiers: Sequence[Tier]) -> Mapping[str, IPv4Network]:
    """The subnets of a spoke by name, tier by tier and zone by zone: as pinned in `spoke.subnets`, or their slots.

    Raises `NoSlot` for a subnet that is not pinned and has no slot, `ValueError` for a CIDR that is none.
    """
    vpc = IPv4Network(spoke.cidr)
    found: dict[str, IPv4Network] = {}
    for tier in tiers:
        for number, zone in sorted((zone_number(zone), zone) for zone in zones):
            name = subnet_name(tier, zone)
            found[name] = IPv4Network(spoke.subnets[name]) if name in spoke.subnets else slot(vpc, tier, number)
    return found


def egress_tiers(egress: EgressVpc) -> tuple[Tier, ...]:
    """The tiers an egress VPC has in every zone it spans."""
    if egress.inspection is Inspection.VPC:
        return (Tier.PUBLIC, Tier.FIREWALL, Tier.TRANSIT_GATEWAY)
    return (Tier.PUBLIC, Tier.TRANSIT_GATEWAY)


def egress_subnets(egress: EgressVpc, zones: Sequence[str]) -> Mapping[str, IPv4Network]:
    """The subnets of an egress VPC by name, tier by tier and zone by zone: a /28 each, a quarter of the VPC for a tier.

    Raises `NoSlot` for a zone that the quarters have no place for, `ValueError` for a CIDR that is none.
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


def slot(vpc: IPv4Network, tier: Tier, zone: int) -> IPv4Network:
    """The place of a tier's subnet in the zone of that number. Raises `NoSlot` where there is none."""
    if 16 <= vpc.prefixlen <= 22:
        return _wide(vpc, tier, zone)
    if 23 <= vpc.prefixlen <= 24:
        return _compact(vpc, tier, zone)
    raise NoSlot(f"a VPC of /{vpc.prefixlen} has no slots: write a CIDR of /16 to /24, or pin {tier}_az{zone}")


def inside_cidrs(connection: VpnConnection) -> tuple[IPv4Network, IPv4Network]:
    """The inside CIDRs of tunnel 1 and tunnel 2: pinned, or the two halves of the connection's own /29.

    Raises `NoSlot` for a number outside 1 to 512, `ValueError` for a pinned CIDR that is none.
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
    """The zone's /28 in the `places[tier]`-th block of that prefix length, counted from the end of the region."""
    blocks = 1 << (prefix - region.prefixlen)
    place = places.get(tier)
    if place is None or place > blocks:
        raise NoSlot(f"this VPC is too small for the tier {tier}: write a larger CIDR, or pin {tier}_az{zone}")
    return _nth(_nth(region, prefix, blocks - place), 28, zone - 1)


def _no_zone(vpc: IPv4Network, tier: Tier, zone: int, zones: int) -> NoSlot:
    return NoSlot(f"a VPC of /{vpc.prefixlen} has slots for az1 to az{zones} only: pin {tier}_az{zone}")


def _nth(network: IPv4Network, prefix: int, index: int) -> IPv4Network:
    """The subnet number `index`, from 0, among the network's subnets of that prefix length."""
    return IPv4Network((int(network.network_address) + (index << (32 - prefix)), prefix))
