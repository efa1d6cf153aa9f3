"""The Region and its zones."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Estate
from isthmus.testing.broken.parts import breaks, extra_spoke, grown


@breaks
def unknown_region(estate: Estate) -> Estate:
    return replace(estate, region="us-east-9")


@breaks
def zones_missing(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(zones=[])])


@breaks
def duplicate_zone(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(zones=[estate.zones[0]] * 2)])


@breaks
def zone_not_in_region(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(zones=[estate.zones[0], f"{estate.region}a"])])


@breaks
def invalid_nat_zones(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(nat_zones=estate.zones)])
