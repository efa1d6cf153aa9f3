"""The Region and its Availability Zones."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from isthmus.aws.regions import REGIONS
from isthmus.intent.backend import S3Backend
from isthmus.intent.checks.lenient import segment_of
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.segment import Egress

_ZONES = "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html"


def _zone_lists(estate: Estate) -> Iterator[tuple[object, Sequence[str]]]:
    yield estate, estate.zones
    for _, spoke in estate.spokes:
        if spoke.zones is not None:
            yield spoke, spoke.zones
    for environment in estate.environments:
        if environment.egress is not None and environment.egress.zones is not None:
            yield environment.egress, environment.egress.zones


@rule("Isthmus needs the Region's Availability Zones and partition", _ZONES)
def unknown_region(estate: Estate) -> Iterator[Fault]:
    """The Region is not one that Isthmus knows."""
    given: list[tuple[object, str]] = [(estate, estate.region)]
    if isinstance(estate.backend, S3Backend) and estate.backend.region is not None:
        given.append((estate.backend, estate.backend.region))
    for thing, name in given:
        if name not in REGIONS:
            close = difflib.get_close_matches(name, REGIONS, n=1)
            suggested = [*(_of_zones(estate) if thing is estate else ()), *close, "us-east-1"]
            yield Fault(thing, f'the Region is "{name}"', f'a Region such as "{suggested[0]}"')


def _of_zones(estate: Estate) -> list[str]:
    """The Region that has all zones of the estate, if there is one."""
    zones = {zone for _, given in _zone_lists(estate) for zone in given}
    return [region.name for region in REGIONS.values() if zones and zones.issubset(region.zone_ids)]


@rule("a VPC without subnets cannot be attached to a transit gateway", _ZONES)
def zones_missing(estate: Estate) -> Iterator[Fault]:
    """A list of zones is empty."""
    known = REGIONS.get(estate.region)
    for thing, zones in _zone_lists(estate):
        if not zones:
            yield Fault(thing, "zones is empty", f"zones={list(known.zone_ids[:3]) if known else ['use1-az1']}")


@rule("each zone gets one subnet of each tier and one attachment subnet", _ZONES)
def duplicate_zone(estate: Estate) -> Iterator[Fault]:
    """A list of zones names one zone twice."""
    for thing, zones in _zone_lists(estate):
        for zone in sorted({zone for zone in zones if zones.count(zone) > 1}):
            yield Fault(thing, f'zone "{zone}" is listed twice', "each zone once")


@rule("a zone ID means the same zone in every account; a zone name such as us-east-1a does not", _ZONES)
def zone_not_in_region(estate: Estate) -> Iterator[Fault]:
    """A zone is not a zone ID of the estate's Region."""
    known = REGIONS.get(estate.region)
    for thing, zones in _zone_lists(estate):
        for zone in dict.fromkeys(zones):
            if known and zone not in known.zone_ids:
                remedy = f"zone IDs of {known.name}: {', '.join(known.zone_ids)}"
                yield Fault(thing, f'"{zone}" is not a zone ID of {known.name}', remedy)


@rule(
    "either each zone has its own NAT gateway, or one NAT gateway serves all zones",
    "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
)
def invalid_nat_zones(estate: Estate) -> Iterator[Fault]:
    """`nat_zones` is neither one of the spoke's zones nor all of them, or the spoke's egress is not LOCAL."""
    for _, spoke in estate.spokes:
        if spoke.nat_zones is None:
            continue
        zones = sorted(set(estate.zones_of(spoke)))
        if spoke.egress is not Egress.LOCAL:
            given = f"nat_zones is set, but egress is {spoke.egress.name}"
            segment = segment_of(estate, spoke.segment)
            allowed = segment is not None and Egress.LOCAL in segment.allowed_egress
            yield Fault(spoke, given, "no nat_zones" + (", or egress=Egress.LOCAL" if allowed else ""))
        elif sorted(spoke.nat_zones) != zones and (len(spoke.nat_zones) != 1 or spoke.nat_zones[0] not in zones):
            remedy = f"no nat_zones for a NAT gateway in every zone, or one zone: nat_zones={zones[:1]}"
            yield Fault(spoke, f"nat_zones is {list(spoke.nat_zones)}, and the spoke's zones are {zones}", remedy)
