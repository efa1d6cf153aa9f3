"""The central way out: the egress VPC, and the segments that lean on it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from isthmus.aws.regions import REGIONS
from isthmus.intent.addressing import NoSlot, egress_subnets, egress_tiers, zone_number
from isthmus.intent.checks.cidrs import free_range
from isthmus.intent.checks.lenient import network, networks, own_blocks, readable, segment_of, vpc_cidrs
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.egress import EgressVpc, Inspection
from isthmus.intent.environment import Environment
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of, place_of
from isthmus.intent.reachability import routed_together
from isthmus.intent.segment import Egress, Segment

_APPLIANCE = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html"
_EXIT = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-nat-igw.html"
_FIREWALL = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/architectures.html"
_STATIC = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-create-static-route.html"


def _egress_vpcs(estate: Estate) -> Iterator[tuple[Environment, EgressVpc]]:
    for environment in estate.environments:
        if environment.egress is not None:
            yield environment, environment.egress


@rule("the default route of CENTRAL spokes' tables must lead somewhere", _EXIT)
def central_egress_without_vpc(estate: Estate) -> Iterator[Fault]:
    """A segment allows CENTRAL, and no environment has an egress VPC."""
    if estate.egress is None:
        for segment in estate.segments:
            if Egress.CENTRAL in segment.allowed_egress:
                remedy = 'egress=EgressVpc("egress", cidr=..., inspection=...) in one environment, or another way out'
                yield Fault(segment, "its ways out hold CENTRAL, and there is no egress VPC", remedy)


@rule("each table has one default: there is one central way out", _STATIC)
def multiple_egress_vpcs(estate: Estate) -> Iterator[Fault]:
    """Two environments have an egress VPC."""
    found = [*_egress_vpcs(estate)]
    for _, other in found[1:]:
        environment, first = found[0]
        given = f'environment "{environment.name}" has one too, {place_of(first)}'
        yield Fault(other, given, "one egress VPC in the estate")


@rule("the blocks are blackholed next to every default, so that nobody reaches the egress VPC by way of it", _EXIT)
def egress_vpc_outside_blocks(estate: Estate) -> Iterator[Fault]:
    """An egress VPC's range is not a part of one of the estate's blocks, or lies in a segment's."""
    blocks = networks(estate.blocks)
    for _, egress in _egress_vpcs(estate):
        cidr = network(egress.cidr)
        if cidr is None or not readable(estate.blocks):
            continue
        if not any(cidr != block and cidr.subnet_of(block) for block in blocks):
            given = f"{cidr} is no part of a block, {', '.join(map(str, blocks)) or 'there is none'}"
            yield Fault(egress, given, f"a range inside a block, and smaller than it, {place_of(estate)}")
        for segment in estate.segments:
            if any(cidr.overlaps(block) for block in networks(segment.blocks)):
                given = f'{cidr} overlaps the blocks of segment "{segment.name}", {place_of(segment)}'
                yield Fault(egress, given, "a range that no segment has: it belongs to none")


@rule("each zone has a /28 of each tier: for NAT, for the firewall, for the transit gateway", _APPLIANCE)
def egress_vpc_too_small(estate: Estate) -> Iterator[Fault]:
    """An egress VPC has no room for the subnets of its zones."""
    region = REGIONS.get(estate.region)
    for _, egress in _egress_vpcs(estate):
        if region is None or network(egress.cidr) is None:
            continue
        zones = [zone for zone in dict.fromkeys(estate.zones_of_egress(egress)) if zone in region.zone_ids]
        try:
            egress_subnets(egress, zones)
        except NoSlot as reason:
            size = 24 if all(zone_number(zone) <= 4 for zone in zones) else 23
            tiers = ", ".join(egress_tiers(egress))
            yield Fault(egress, f"{reason}; it has {tiers} in {len(zones)} zones", f"a /{size}")
        except ValueError:
            continue  # cidr-not-canonical says so


@rule(
    "a flow stays in its zone: one that enters another one costs more, and fails with it",
    _APPLIANCE,
)
def egress_vpc_zone_missing(estate: Estate) -> Iterator[Fault]:
    """A spoke leaves by an egress VPC that lacks one of its zones."""
    for _, egress in _egress_vpcs(estate):
        have = set(estate.zones_of_egress(egress))
        missing = {
            zone: spoke.name
            for _, spoke in estate.spokes
            if spoke.egress is Egress.CENTRAL
            for zone in estate.zones_of(spoke)
            if zone not in have
        }
        region = REGIONS.get(estate.region)
        known = {zone: spoke for zone, spoke in missing.items() if region and zone in region.zone_ids}
        if known and have:
            given = ", ".join(f'{zone} of spoke "{spoke}"' for zone, spoke in sorted(known.items()))
            yield Fault(egress, f"it lacks {given}", f"zones={sorted(have | set(known))}")


# --- blocks of segments, and pairs that are inspected


@rule("tables and firewalls know the segment by its blocks, beside the estate's, which are blackholed", _STATIC)
def segment_block_outside_estate(estate: Estate) -> Iterator[Fault]:
    """A segment's block is not a part of one of the estate's."""
    blocks = networks(estate.blocks)
    for segment in estate.segments:
        for cidr in networks(segment.blocks) if readable(estate.blocks) else ():
            if not any(cidr != block and cidr.subnet_of(block) for block in blocks):
                remedy = f"a part of {' or '.join(map(str, blocks)) or 'a block of the estate'}, {place_of(estate)}"
                yield Fault(segment, f"{cidr} is no part of a block of the estate", remedy, f"block {cidr}")


@rule("an address belongs to one segment: rules for one would be rules for the other")
def segment_block_overlap(estate: Estate) -> Iterator[Fault]:
    """Blocks of segments overlap."""
    owned = [(segment, cidr) for segment in estate.segments for cidr in networks(segment.blocks)]
    for (one, its), (other, cidr) in combinations(owned, 2):
        if its.overlaps(cidr):
            given = f'{cidr} overlaps {its} of segment "{one.name}", {place_of(one)}'
            yield Fault(other, given, "blocks that lie apart", f"block {cidr}")


@rule("what lies in a segment's blocks is what firewalls and tables take for it")
def spoke_outside_segment_blocks(estate: Estate) -> Iterator[Fault]:
    """A spoke lies outside its segment's blocks, or inside another's."""
    for _, spoke in estate.spokes:
        own = segment_of(estate, spoke.segment)
        for cidr in networks(vpc_cidrs(spoke)):
            told = own is not None and bool(own.blocks) and readable(own.blocks)
            if own is not None and told and not any(cidr.subnet_of(block) for block in networks(own.blocks)):
                free = free_range(estate, spoke, cidr, cidr.prefixlen)
                example = f", e.g. {free}" if free else ""
                remedy = f"a range inside {', '.join(own.blocks)}{example}, or more blocks in {place_of(own)}"
                yield Fault(spoke, f'{cidr} lies outside the blocks of its segment "{own.name}"', remedy)
            for segment in estate.segments:
                inside = any(cidr.overlaps(block) for block in networks(segment.blocks))
                if inside and own is not None and segment.name != own.name and not own.blocks:
                    given = f'{cidr} lies in the blocks of segment "{segment.name}", its own is "{own.name}"'
                    yield Fault(spoke, given, f"a range outside {', '.join(segment.blocks)}, {place_of(segment)}")


def _inspected(estate: Estate) -> Iterator[tuple[Segment, Segment]]:
    for segment in estate.segments:
        for ref in segment.inspected_with:
            other = segment_of(estate, ref)
            if other is not None:
                yield segment, other


@rule("there must be a firewall to look at what passes", _FIREWALL)
def inspection_without_firewall(estate: Estate) -> Iterator[Fault]:
    """Segments are inspected with each other, and nothing inspects."""
    if estate.egress is None or estate.egress.inspection is Inspection.NONE:
        for segment, other in _inspected(estate):
            remedy = "an egress VPC with Inspection.VPC or Inspection.GATEWAY"
            yield Fault(segment, f'it is inspected with "{other.name}", and there is no firewall', remedy)


@rule("both sides get routes to the firewall for the other's blocks", _STATIC)
def inspection_without_blocks(estate: Estate) -> Iterator[Fault]:
    """A segment that is inspected with another declares no blocks."""
    named = {side.name: side for pair in _inspected(estate) for side in pair}
    for segment in named.values():
        if not segment.blocks:
            given = "it is inspected with another segment, and has no blocks"
            yield Fault(segment, given, f"blocks={own_blocks(estate, segment)}")


@rule("a propagated route is longer than a block, so it would go around the firewall", _STATIC)
def inspection_bypass(estate: Estate) -> Iterator[Fault]:
    """Segments that are inspected with each other also reach each other straight, or a segment is with itself."""
    for segment, other in _inspected(estate):
        if segment.name == other.name:
            yield Fault(segment, "it is inspected with itself", "two segments, inspected with each other")
        elif routed_together(segment, other):
            given = f'it is inspected with "{other.name}", and reaches it too'
            yield Fault(segment, given, "inspected_with or reaches, in one of the two segments")


@rule("a site is told what is in its table, and learns nothing of firewalls: its traffic would take another way back")
def inspection_with_vpn(estate: Estate) -> Iterator[Fault]:
    """A segment that is inspected with another holds a VPN connection."""
    named = {side.name: side for pair in _inspected(estate) for side in pair}
    for connection in estate.vpn_connections:
        segment = named.get(str(name_of(connection.segment)))
        if segment is not None:
            given = f'its segment "{segment.name}" is inspected with another, {place_of(segment)}'
            yield Fault(connection, given, "a segment of its own for connections, which others reach")
