"""The Region and its zones."""

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


@rule("everything is built in one known Region", _ZONES)
def unknown_region(estate: Estate) -> Iterator[Fault]:
    """The Region is none that Isthmus knows."""
    given: list[tuple[object, str]] = [(estate, estate.region)]
    if isinstance(estate.backend, S3Backend) and estate.backend.region is not None:
        given.append((estate.backend, estate.backend.region))
    for thing, name in given:
        if name not in REGIONS:
            close = difflib.get_close_matches(name, REGIONS, n=1)
            meant = [*(_of_zones(estate) if thing is estate else ()), *close, "us-east-1"]
            yield Fault(thing, f'the Region is "{name}"', f'a Region such as "{meant[0]}"')


def _of_zones(estate: Estate) -> list[str]:
    """The Region that the estate's zones are of, if they are of one."""
    zones = {zone for _, given in _zone_lists(estate) for zone in given}
    return [region.name for region in REGIONS.values() if zones and zones.issubset(region.zone_ids)]


@rule("a VPC without subnets holds nothing and cannot be attached", _ZONES)
def zones_missing(estate: Estate) -> Iterator[Fault]:
    """A list of zones is empty."""
    known = REGIONS.get(estate.region)
    for thing, zones in _zone_lists(estate):
        if not zones:
            yield Fault(thing, "zones is empty", f"zones={list(known.zone_ids[:3]) if known else ['use1-az1']}")


@rule("a zone has one subnet of each tier, and one attachment subnet", _ZONES)
def duplicate_zone(estate: Estate) -> Iterator[Fault]:
    """A zone stands twice in a list."""
    for thing, zones in _zone_lists(estate):
        for zone in sorted({zone for zone in zones if zones.count(zone) > 1}):
            yield Fault(thing, f'zone "{zone}" is there twice', "each zone once")


@rule("zone ids mean one place for every account; names such as us-east-1a are dealt out account by account", _ZONES)
def zone_not_in_region(estate: Estate) -> Iterator[Fault]:
    """A zone is no zone id of the estate's Region."""
    known = REGIONS.get(estate.region)
    for thing, zones in _zone_lists(estate):
        for zone in dict.fromkeys(zones):
            if known and zone not in known.zone_ids:
                remedy = f"zone ids of {known.name}: {', '.join(known.zone_ids)}"
                yield Fault(thing, f'"{zone}" is no zone id of {known.name}', remedy)


@rule(
    "a NAT gateway serves its own zone, or one serves all; in between some zone has no way out",
    "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
)
def invalid_nat_zones(estate: Estate) -> Iterator[Fault]:
    """`nat_zones` is neither one of the spoke's zones nor all of them, or the way out is not LOCAL."""
    for _, spoke in estate.spokes:
        if spoke.nat_zones is None:
            continue
        zones = sorted(set(estate.zones_of(spoke)))
        if spoke.egress is not Egress.LOCAL:
            given = f"nat_zones is given, but the way out is {spoke.egress.name}"
            segment = segment_of(estate, spoke.segment)
            allowed = segment is not None and Egress.LOCAL in segment.allowed_egress
            yield Fault(spoke, given, "no nat_zones" + (", or egress=Egress.LOCAL" if allowed else ""))
        elif sorted(spoke.nat_zones) != zones and (len(spoke.nat_zones) != 1 or spoke.nat_zones[0] not in zones):
            remedy = f"no nat_zones for one in every zone, or one of its zones: nat_zones={zones[:1]}"
            yield Fault(spoke, f"nat_zones is {list(spoke.nat_zones)}, its zones are {zones}", remedy)
