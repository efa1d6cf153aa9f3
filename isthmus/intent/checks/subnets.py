"""VPC ranges and the subnets in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Network
from itertools import product

from isthmus.aws.accepted_values import RFC_1918, fits_vpc, refused_secondary
from isthmus.aws.regions import REGIONS
from isthmus.intent.addressing import NoSlot, Tier, range_of, slot, slot_of, subnet_name, tiers_in, zone_number
from isthmus.intent.checks.cidrs import free_range
from isthmus.intent.checks.lenient import network, networks, overlaps, readable
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.spoke import Spoke

_SIZING = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
_SUBNETS = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"


@rule("AWS allows VPC CIDR blocks of /16 to /28", _SIZING)
def invalid_vpc_size(estate: Estate) -> Iterator[Fault]:
    """A range of a spoke is larger than /16 or smaller than /28."""
    for _, spoke in estate.spokes:
        for cidr in networks(spoke.vpc_cidrs):
            if not fits_vpc(cidr):
                smallest = _smallest(estate, spoke) if cidr == network(spoke.cidr) else 28
                free = free_range(estate, spoke, cidr, min(max(cidr.prefixlen, 16), smallest))
                # A smaller range may leave out subnets at the end of one that is too large, so it is only a suggestion.
                words = "such as" if cidr.prefixlen < 16 else "e.g."
                remedy = f"a range of /16 to /{smallest}{f', {words} {free}' if free else ''}"
                yield Fault(spoke, f"{cidr} is a /{cidr.prefixlen}", remedy)


def _smallest(estate: Estate, spoke: Spoke) -> int:
    """The longest VPC prefix with a slot for each subnet of a spoke that is not pinned; 28 if all are pinned."""
    region = REGIONS.get(estate.region)
    zones = [zone for zone in estate.zones_of(spoke) if region is not None and zone in region.zone_ids]
    wanted = [(tier, zone) for tier in tiers_in(estate, spoke) for zone in zones]
    wanted = [
        (tier, zone)
        for tier, zone in wanted
        if subnet_name(tier, zone) not in spoke.subnets and range_of(spoke, tier) == spoke.cidr
    ]
    for prefix in range(28, 16, -1):
        with suppress(NoSlot):
            for tier, zone in wanted:
                slot(IPv4Network((0, prefix)), tier, zone_number(zone))
            return prefix
    return 16


@rule("AWS restricts which ranges one VPC may combine", _SIZING)
def incompatible_secondary_cidr(estate: Estate) -> Iterator[Fault]:
    """A secondary range cannot be added to a VPC with these ranges."""
    for _, spoke in estate.spokes:
        primary = network(spoke.cidr)
        secondary_texts = spoke.vpc_cidrs[1:]
        for index, text in enumerate(secondary_texts):
            secondary = network(text)
            if primary is None or secondary is None or primary.overlaps(secondary):
                continue
            # Terraform may add the other ranges in any order.
            texts = [*secondary_texts[:index], *secondary_texts[index + 1 :]]
            others = [other for other in networks(texts) if not other.overlaps(secondary)]
            if found := refused_secondary(primary, secondary, others):
                banned, present = found
                home = next((f"{space} or " for space in RFC_1918 if primary.subnet_of(space)), "")
                remedy = f"a range of {home}100.64.0.0/10, outside {banned}"
                yield Fault(spoke, f"secondary range {secondary} in a VPC with {present}", remedy)


@rule("each tier has a subnet in each zone, at a fixed position, so that subnets never move")
def subnet_space_exhausted(estate: Estate) -> Iterator[Fault]:
    """A spoke's range has no space for a subnet that is not pinned."""
    region = REGIONS.get(estate.region)
    for _, spoke in estate.spokes:
        zones = [zone for zone in dict.fromkeys(estate.zones_of(spoke)) if region and zone in region.zone_ids]
        tiers = tiers_in(estate, spoke)
        for text in dict.fromkeys(range_of(spoke, tier) for tier in tiers):
            cidr = network(text)
            if cidr is None or not 16 <= cidr.prefixlen <= 28:
                continue
            reasons: dict[str, str] = {}
            for tier, zone in product((tier for tier in tiers if range_of(spoke, tier) == text), zones):
                name = subnet_name(tier, zone)
                if name not in spoke.subnets:
                    try:
                        slot_of(spoke, tier, zone_number(zone))
                    except NoSlot as reason:
                        reasons[name] = str(reason)
            if reasons:
                yield Fault(spoke, f"{cidr} has no space for {', '.join(reasons)}", next(iter(reasons.values())))


@rule("a pin for a subnet that does not exist would have no effect")
def unknown_pinned_subnet(estate: Estate) -> Iterator[Fault]:
    """The name of a pinned subnet is not `<tier>_az<number>`."""
    region = REGIONS.get(estate.region)
    if region is None:
        return
    known = [subnet_name(tier, zone) for tier in Tier for zone in region.zone_ids]
    for _, spoke in estate.spokes:
        for name in spoke.subnets:
            if name not in known:
                remedy = f"<tier>_az<number>, tiers {', '.join(Tier)}, zones 1 to {region.zones}: {known[0]}"
                yield Fault(spoke, f'no subnet has the name "{name}"', remedy)


@rule("AWS allows subnets of /16 to /28", _SUBNETS)
def invalid_pinned_subnet_size(estate: Estate) -> Iterator[Fault]:
    """A pinned subnet is larger than /16 or smaller than /28."""
    for _, spoke in estate.spokes:
        for name, text in spoke.subnets.items():
            cidr = network(text)
            if cidr is not None and not fits_vpc(cidr):
                yield Fault(spoke, f"{cidr} is a /{cidr.prefixlen}", "a subnet of /16 to /28", f"subnet {name}")


@rule("AWS rejects a subnet outside its VPC, which Terraform reports only during apply", _SUBNETS)
def pinned_subnet_outside_vpc(estate: Estate) -> Iterator[Fault]:
    """A pinned subnet lies outside its spoke's ranges, or on the wrong side of its `routable_cidr`."""
    for _, spoke in estate.spokes:
        for name, text in spoke.subnets.items():
            cidr = network(text)
            if cidr is None or not 16 <= cidr.prefixlen <= 28 or not readable(spoke.vpc_cidrs):
                continue
            ranges = _ranges_of(spoke, name)
            if not any(cidr.subnet_of(vpc) for vpc in ranges):
                whole = ", ".join(map(str, ranges))
                yield Fault(spoke, f"{cidr} is outside {whole}", f"a subnet of {whole}", f"subnet {name}")


def _ranges_of(spoke: Spoke, name: str) -> list[IPv4Network]:
    """The ranges of a spoke that a subnet with this name may be in."""
    tier = next((tier for tier in Tier if name.startswith(f"{tier}_az")), Tier.PRIVATE)
    return networks(spoke.own_cidrs if range_of(spoke, tier) == spoke.cidr else spoke.routed_cidrs)


@rule("AWS rejects overlapping subnets, which Terraform reports only during apply", _SUBNETS)
def subnet_overlap(estate: Estate) -> Iterator[Fault]:
    """A pinned subnet overlaps another subnet of its spoke."""
    for _, spoke in estate.spokes:
        if not spoke.subnets:
            continue  # slots do not overlap
        names, cidrs = _subnets(estate, spoke)
        for one, other in overlaps((cidr, tag) for tag, cidr in enumerate(cidrs)):
            pinned, neighbor = sorted((one, other), key=lambda tag: names[tag] not in spoke.subnets)
            given = f"{cidrs[pinned]} overlaps {names[neighbor]} {cidrs[neighbor]}"
            yield Fault(spoke, given, "a range that does not overlap it, or pin both", f"subnet {names[pinned]}")


def _subnets(estate: Estate, spoke: Spoke) -> tuple[list[str], list[IPv4Network]]:
    """The names and CIDRs of a spoke's subnets, without those whose CIDR is not known."""
    found: dict[str, IPv4Network] = {}
    region = REGIONS.get(estate.region)
    for zone in estate.zones_of(spoke):
        if region is None or zone not in region.zone_ids:
            continue
        for tier in tiers_in(estate, spoke):
            name = subnet_name(tier, zone)
            if name in spoke.subnets:
                cidr = network(spoke.subnets[name])
                if cidr is not None and any(cidr.subnet_of(vpc) for vpc in networks(spoke.vpc_cidrs)):
                    found[name] = cidr
            elif network(range_of(spoke, tier)) is not None:
                try:
                    found[name] = slot_of(spoke, tier, zone_number(zone))
                except NoSlot:
                    continue  # subnet-space-exhausted reports it
    return list(found), list(found.values())
