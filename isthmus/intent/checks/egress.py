"""Central egress: the egress VPC, the blocks of segments, and inspection between segments."""

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


@rule("the default route for CENTRAL spokes needs the egress VPC as its target", _EXIT)
def central_egress_without_vpc(estate: Estate) -> Iterator[Fault]:
    """A segment allows egress CENTRAL, and no environment has an egress VPC."""
    if estate.egress is None:
        for segment in estate.segments:
            if Egress.CENTRAL in segment.allowed_egress:
                remedy = 'egress=EgressVpc("egress", cidr=..., inspection=...) in one environment, or another egress'
                yield Fault(segment, "it allows egress CENTRAL, and there is no egress VPC", remedy)


@rule("a route table has one default route, so there is one central egress path", _STATIC)
def multiple_egress_vpcs(estate: Estate) -> Iterator[Fault]:
    """Two environments have an egress VPC."""
    found = [*_egress_vpcs(estate)]
    for _, other in found[1:]:
        environment, first = found[0]
        given = f'environment "{environment.name}" has an egress VPC too, {place_of(first)}'
        yield Fault(other, given, "one egress VPC in the estate")


@rule(
    "blackhole routes for the blocks stand next to every default route, so that no spoke reaches the "
    "egress VPC itself over its default route",
    _EXIT,
)
def egress_vpc_outside_blocks(estate: Estate) -> Iterator[Fault]:
    """An egress VPC's range is not a part of an estate block, or lies in a segment's block."""
    blocks = networks(estate.blocks)
    for _, egress in _egress_vpcs(estate):
        cidr = network(egress.cidr)
        if cidr is None or not readable(estate.blocks):
            continue
        if not any(cidr != block and cidr.subnet_of(block) for block in blocks):
            given = f"{cidr} is not a part of a block of the estate: {', '.join(map(str, blocks)) or 'there is none'}"
            yield Fault(egress, given, f"a range inside a block and smaller than it, {place_of(estate)}")
        for segment in estate.segments:
            if any(cidr.overlaps(block) for block in networks(segment.blocks)):
                given = f'{cidr} overlaps the blocks of segment "{segment.name}", {place_of(segment)}'
                yield Fault(egress, given, "a range outside the blocks of all segments")


@rule("each zone has a /28 subnet for NAT, one for the firewall and one for the transit gateway", _APPLIANCE)
def egress_vpc_too_small(estate: Estate) -> Iterator[Fault]:
    """An egress VPC has no space for the subnets of its zones."""
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
            yield Fault(egress, f"{reason}; it needs {tiers} in {len(zones)} zones", f"a /{size}")
        except ValueError:
            continue  # cidr-not-canonical reports it


@rule(
    "a flow stays in its zone: traffic between zones costs more, and depends on two zones",
    _APPLIANCE,
)
def egress_vpc_zone_missing(estate: Estate) -> Iterator[Fault]:
    """A spoke with CENTRAL egress has a zone that the egress VPC does not have."""
    for _, egress in _egress_vpcs(estate):
        zones = set(estate.zones_of_egress(egress))
        missing = {
            zone: spoke.name
            for _, spoke in estate.spokes
            if spoke.egress is Egress.CENTRAL
            for zone in estate.zones_of(spoke)
            if zone not in zones
        }
        region = REGIONS.get(estate.region)
        known = {zone: spoke for zone, spoke in missing.items() if region and zone in region.zone_ids}
        if known and zones:
            given = ", ".join(f'{zone} of spoke "{spoke}"' for zone, spoke in sorted(known.items()))
            yield Fault(egress, f"it lacks {given}", f"zones={sorted(zones | set(known))}")


# --- blocks of segments, and inspection between segments


@rule(
    "route tables and firewalls use the segment's blocks together with the estate's blocks, which have "
    "blackhole routes",
    _STATIC,
)
def segment_block_outside_estate(estate: Estate) -> Iterator[Fault]:
    """A segment's block is not a part of an estate block."""
    blocks = networks(estate.blocks)
    for segment in estate.segments:
        for cidr in networks(segment.blocks) if readable(estate.blocks) else ():
            if not any(cidr != block and cidr.subnet_of(block) for block in blocks):
                remedy = f"a part of {' or '.join(map(str, blocks)) or 'a block of the estate'}, {place_of(estate)}"
                yield Fault(segment, f"{cidr} is not a part of a block of the estate", remedy, f"block {cidr}")


@rule("an address belongs to one segment: a rule for one segment would also apply to the other")
def segment_block_overlap(estate: Estate) -> Iterator[Fault]:
    """Blocks of two segments overlap."""
    owned = [(segment, cidr) for segment in estate.segments for cidr in networks(segment.blocks)]
    for (one, first), (other, cidr) in combinations(owned, 2):
        if first.overlaps(cidr):
            given = f'{cidr} overlaps {first} of segment "{one.name}", {place_of(one)}'
            yield Fault(other, given, "blocks that do not overlap", f"block {cidr}")


@rule("firewalls and route tables identify a segment by its blocks")
def spoke_outside_segment_blocks(estate: Estate) -> Iterator[Fault]:
    """A spoke lies outside its segment's blocks, or inside the blocks of another segment."""
    for _, spoke in estate.spokes:
        own = segment_of(estate, spoke.segment)
        for cidr in networks(vpc_cidrs(spoke)):
            has_blocks = own is not None and bool(own.blocks) and readable(own.blocks)
            if own is not None and has_blocks and not any(cidr.subnet_of(block) for block in networks(own.blocks)):
                free = free_range(estate, spoke, cidr, cidr.prefixlen)
                example = f", e.g. {free}" if free else ""
                remedy = f"a range inside {', '.join(own.blocks)}{example}, or more blocks in {place_of(own)}"
                yield Fault(spoke, f'{cidr} is outside the blocks of its segment "{own.name}"', remedy)
            for segment in estate.segments:
                inside = any(cidr.overlaps(block) for block in networks(segment.blocks))
                if inside and own is not None and segment.name != own.name and not own.blocks:
                    given = f'{cidr} is in the blocks of segment "{segment.name}", and its segment is "{own.name}"'
                    yield Fault(spoke, given, f"a range outside {', '.join(segment.blocks)}, {place_of(segment)}")


def _inspected(estate: Estate) -> Iterator[tuple[Segment, Segment]]:
    for segment in estate.segments:
        for ref in segment.inspected_with:
            other = segment_of(estate, ref)
            if other is not None:
                yield segment, other


@rule("traffic between them needs an egress VPC with a firewall", _FIREWALL)
def inspection_without_firewall(estate: Estate) -> Iterator[Fault]:
    """Segments list each other in `inspected_with`, and there is no firewall."""
    if estate.egress is None or estate.egress.inspection is Inspection.NONE:
        for segment, other in _inspected(estate):
            remedy = "an egress VPC with Inspection.VPC or Inspection.GATEWAY"
            yield Fault(segment, f'inspected_with has "{other.name}", and there is no firewall', remedy)


@rule("each of the two gets routes to the firewall for the blocks of the other", _STATIC)
def inspection_without_blocks(estate: Estate) -> Iterator[Fault]:
    """A segment lists another one in `inspected_with`, and one of the two has no blocks."""
    named = {side.name: side for pair in _inspected(estate) for side in pair}
    for segment in named.values():
        if not segment.blocks:
            given = "it is inspected with another segment, and it has no blocks"
            yield Fault(segment, given, f"blocks={own_blocks(estate, segment)}")


@rule("a propagated route is more specific than a segment's block, so traffic would bypass the firewall", _STATIC)
def inspection_bypass(estate: Estate) -> Iterator[Fault]:
    """Segments that are inspected with each other also reach each other directly, or a segment is inspected with
    itself.
    """
    for segment, other in _inspected(estate):
        if segment.name == other.name:
            yield Fault(segment, "it lists itself in inspected_with", "two segments that are inspected with each other")
        elif routed_together(segment, other):
            given = f'inspected_with has "{other.name}", and the two also reach each other'
            yield Fault(segment, given, "either inspected_with or reaches for this pair of segments")


@rule("AWS advertises the associated route table to the site, so return traffic would bypass the firewall")
def inspection_with_vpn(estate: Estate) -> Iterator[Fault]:
    """A segment with `inspected_with` has a VPN connection or Direct Connect gateway."""
    named = {side.name: side for pair in _inspected(estate) for side in pair}
    for connection in estate.connections:
        segment = named.get(str(name_of(connection.segment)))
        if segment is not None:
            given = f'its segment "{segment.name}" is inspected with another segment, {place_of(segment)}'
            yield Fault(connection, given, "a separate segment for VPN connections, which the others reach")
