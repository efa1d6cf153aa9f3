"""Central egress: the egress VPC, the blocks of segments, and inspection between segments and of sites."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from isthmus.aws.endpoint_services import endpoint_service_region, example_endpoint_service
from isthmus.aws.regions import REGIONS
from isthmus.intent.addressing import NoSlot, egress_subnets, egress_tiers, zone_number
from isthmus.intent.checks.cidrs import free_range
from isthmus.intent.checks.lenient import (
    all_linked,
    direct_links,
    links,
    network,
    networks,
    own_blocks,
    readable,
    resolved,
    segment_of,
    sites_with_default_route,
)
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.egress import EgressVpc, Inspection
from isthmus.intent.environment import Environment
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of, place_of
from isthmus.intent.reachability import inspected_with_site, routed_together, sites_reached
from isthmus.intent.segment import Egress, Segment
from isthmus.intent.site import Site

_APPLIANCE = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html"
_EXIT = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-nat-igw.html"
_FIREWALL = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/architectures.html"
_SERVICE = "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-load-balancer-endpoints.html"
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


@rule(
    "Gateway Load Balancer endpoints refer to the endpoint service of the load balancer, in the same Region", _SERVICE
)
def endpoint_service_mismatch(estate: Estate) -> Iterator[Fault]:
    """An egress VPC has appliances without the name of their endpoint service, a name that is none, or a name without
    appliances.
    """
    for _, egress in _egress_vpcs(estate):
        name, region = egress.endpoint_service, REGIONS.get(estate.region, REGIONS["us-east-1"])
        example = f'endpoint_service="{example_endpoint_service(region)}"'
        if egress.inspection is not Inspection.APPLIANCES:
            if name is not None:
                given = f"it has an endpoint service, and inspection is Inspection.{egress.inspection.name}"
                yield Fault(egress, given, "Inspection.APPLIANCES, or no endpoint service")
        elif name is None:
            given = "inspection is Inspection.APPLIANCES, and there is no endpoint service"
            yield Fault(egress, given, f"{example}: the team of the firewalls has the name")
        elif (found := endpoint_service_region(name)) is None:
            yield Fault(egress, f'"{name}" is not the name of an endpoint service', example)
        elif found != estate.region:
            given = f'"{name}" is in {found}, and the estate is in {estate.region}'
            yield Fault(egress, given, f"an endpoint service in {estate.region}")


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
        for cidr in networks(spoke.routed_cidrs):
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


def _inspected_sites(estate: Estate) -> Iterator[tuple[Segment, Site]]:
    segments = {segment.name for segment in estate.segments}  # ambiguous-inspection reports a name of both
    for segment in estate.segments:
        yield from ((segment, s) for s in estate.sites if inspected_with_site(segment, s) and s.name not in segments)


@rule("the name does not say whether the segment or the site is meant")
def ambiguous_inspection(estate: Estate) -> Iterator[Fault]:
    """A segment lists a name in `inspected_with` that a segment and a site have."""
    sites = {site.name: site for site in estate.sites}
    for segment, other in _inspected(estate):
        if other.name in sites:
            where = place_of(sites[other.name])
            given = f'inspected_with has "{other.name}", the name of a segment and of a site, {where}'
            yield Fault(segment, given, "another name for one of the two")


@rule("traffic between them needs an egress VPC with a firewall", _FIREWALL)
def inspection_without_firewall(estate: Estate) -> Iterator[Fault]:
    """A segment has segments or sites in `inspected_with`, and there is no firewall."""
    if estate.egress is None or estate.egress.inspection is Inspection.NONE:
        pairs = [(segment, other.name) for segment, other in _inspected(estate)]
        pairs += [(segment, site.name) for segment, site in _inspected_sites(estate)]
        for segment, name in pairs:
            remedy = "an egress VPC with Inspection.VPC, Inspection.GATEWAY or Inspection.APPLIANCES"
            yield Fault(segment, f'inspected_with has "{name}", and there is no firewall', remedy)


@rule("the other side gets routes to the firewall for the blocks of the segment", _STATIC)
def inspection_without_blocks(estate: Estate) -> Iterator[Fault]:
    """A segment is inspected with another one or with a site, and it has no blocks."""
    named = {segment.name: (segment, f'site "{site.name}"') for segment, site in _inspected_sites(estate)}
    named |= {side.name: (side, "another segment") for pair in _inspected(estate) for side in pair}
    for segment, other in named.values():
        if not segment.blocks:
            given = f"it is inspected with {other}, and it has no blocks"
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
    """A segment that is inspected with another segment has a VPN connection or Direct Connect gateway."""
    named = {side.name: side for pair in _inspected(estate) for side in pair}
    for connection in estate.connections:
        segment = named.get(str(name_of(connection.segment)))
        if segment is not None:
            given = f'its segment "{segment.name}" is inspected with another segment, {place_of(segment)}'
            remedy = "a separate segment for VPN connections, and the site in inspected_with of the others"
            yield Fault(connection, given, remedy)


@rule("the route tables of the segment get one static route for each network of the site", _STATIC)
def inspection_without_site_networks(estate: Estate) -> Iterator[Fault]:
    """A segment is inspected with a site that has no connection or no networks."""
    connected = {link.site.name for link in links(estate)} | {link.site.name for link in direct_links(estate)}
    for segment, site in _inspected_sites(estate):
        if site.name not in connected and all_linked(estate):
            given = f'inspected_with has site "{site.name}", which has no VPN connection or Direct Connect gateway'
            yield Fault(segment, given, "a connection to one of its customer gateways, or no inspection")
        if not site.networks:
            given = f'inspected_with has site "{site.name}", which has no networks'
            yield Fault(segment, given, f'networks={{"users": "172.20.0.0/16"}} at {place_of(site)}')


@rule(
    "the firewall sends packets to the internet to the NAT gateways of the egress VPC, so a default route to it does "
    "not lead to the site",
    _EXIT,
)
def inspected_default_route(estate: Estate) -> Iterator[Fault]:
    """A segment allows egress ON_PREMISES, and it is inspected with the only sites that have a default route."""
    if not all_linked(estate):
        return
    sound = resolved(estate)
    for segment in sound.segments:
        if Egress.ON_PREMISES not in segment.allowed_egress:
            continue
        defaults = [site for site in sites_reached(sound, segment) if site.name in sites_with_default_route(sound)]
        inspected = {site.name for site in defaults if inspected_with_site(segment, site)}
        if inspected and len(inspected) == len(defaults):
            names = ", ".join(sorted(inspected))
            given = f"it allows egress ON_PREMISES, and its default route is that of site {names}, which is inspected"
            yield Fault(segment, given, "Egress.CENTRAL, or no inspection with that site")
