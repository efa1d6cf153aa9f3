"""The allowed connections."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import assume

from isthmus.aws.regions import REGIONS
from isthmus.intent import AllowedConnection, Estate, HybridDns, Segment
from isthmus.testing.broken.parts import (
    asking,
    breaks,
    extra_segment,
    extra_site,
    extra_vpn,
    grown,
    wide_spoke,
    with_hub,
    without_dns,
)


def _opens(estate: Estate, *allowed_connections: AllowedConnection, also: Sequence[Segment] = ()) -> Estate:
    """The estate with openings, a segment `extra` for them, and a site that it reaches."""
    segments = [extra_segment(blocks=["10.250.0.0/17"]), *also]
    return replace(
        grown(estate, segments=segments, sites=[extra_site()], vpns=[extra_vpn()]),
        allowed_connections=[*estate.allowed_connections, *allowed_connections],
    )


@breaks
def allowed_connection_unknown_location(estate: Estate) -> Estate:
    return _opens(estate, AllowedConnection(source="extra/lans", to="extra", ports=["tcp/443"]))


@breaks
def allowed_connection_invalid_ports(estate: Estate) -> Estate:
    return _opens(estate, AllowedConnection(source="extra/lan", to="extra", ports=["tcp/80-79"]))


@breaks
def duplicate_allowed_connection(estate: Estate) -> Estate:
    one, other = (AllowedConnection(source="extra", to="extra/lan", ports=[port]) for port in ("tcp/443", "tcp/22"))
    return _opens(estate, one, other)


@breaks
def allowed_connection_between_sites(estate: Estate) -> Estate:
    return _opens(estate, AllowedConnection(source="extra/lan", to="extra/lan", ports=["tcp/443"]))


@breaks
def allowed_connection_not_reachable(estate: Estate) -> Estate:
    apart = extra_segment("apart", blocks=["10.250.128.0/17"])
    return _opens(estate, AllowedConnection(source="extra", to="apart", ports=["tcp/443"]), also=[apart])


@breaks
def allowed_connection_without_blocks(estate: Estate) -> Estate:
    apart = extra_segment("apart", reaches=["extra"])
    return _opens(estate, AllowedConnection(source="extra", to="apart", ports=["icmp"]), also=[apart])


@breaks
def dns_port_not_allowed(estate: Estate) -> Estate:
    assume(REGIONS[estate.region].partition != "aws-cn")
    larger = _opens(without_dns(estate), AllowedConnection(source="extra", to="extra/lan", ports=["tcp/53"]))
    dns = HybridDns(spoke="extra", inbound=False, forwards=asking("172.30.0.53"))
    return with_hub(larger, spokes=[*larger.hub_environment.spokes, wide_spoke(estate)], dns=dns)
