"""Segments: whom they reach, and the ways out their spokes take."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from isthmus.intent.checks.lenient import EVERYTHING, Link, all_linked, links, networks, readable, segment_of
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.checks.vpn import asn_fits
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of, place_of
from isthmus.intent.reachability import segments_reached, sites_reached
from isthmus.intent.segment import Egress, Segment
from isthmus.intent.vpn import Routing

_STATIC = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-create-static-route.html"
_HOW = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"


@rule("`isolated` alone says whether a segment's own members reach each other")
def segment_self_reference(estate: Estate) -> Iterator[Fault]:
    """A segment lists itself among those it reaches."""
    for segment in estate.segments:
        if segment.name in map(name_of, segment.reaches):
            yield Fault(segment, "it reaches itself", "isolated=False, and reaches without it")


@rule("networks of one site reach each other without AWS")
def site_self_transit(estate: Estate) -> Iterator[Fault]:
    """A site lists itself among those it has transit with."""
    for site in estate.sites:
        if site.name in map(name_of, site.transit_with):
            yield Fault(site, "it has transit with itself", "transit_with without it")


@rule("the hub makes the tables that its segments' ways out need, so that a new spoke never changes the hub")
def egress_not_allowed_by_segment(estate: Estate) -> Iterator[Fault]:
    """A spoke's way out is none of its segment's."""
    for _, spoke in estate.spokes:
        segment = segment_of(estate, spoke.segment)
        if segment is not None and spoke.egress not in segment.allowed_egress:
            ways = ", ".join(f"Egress.{way.name}" for way in sorted({*segment.allowed_egress, spoke.egress}))
            allowed = ", ".join(way.name for way in sorted(segment.allowed_egress)) or "none at all"
            given = f'its way out is {spoke.egress.name}, segment "{segment.name}" allows {allowed}'
            yield Fault(spoke, given, f"allowed_egress={{{ways}}} in {place_of(segment)}, or another way out")


@rule("spokes of a segment reach networks only through sites with a VPN connection in a segment it reaches")
def site_network_not_reachable(estate: Estate) -> Iterator[Fault]:
    """A segment is limited to site networks of a site it does not reach."""
    if not all_linked(estate):
        return
    known = {f"{site.name}/{name}" for site in estate.sites for name in site.networks}
    for segment in estate.segments:
        reached = {f"{site.name}/{name}" for site in sites_reached(estate, segment) for name in site.networks}
        for name in segment.site_networks or ():
            if name in known - reached:
                near = f"one of {', '.join(sorted(reached))}" if reached else "no site_networks"
                remedy = f"{near}, or reach the site's segment"
                yield Fault(segment, f'site network "{name}" is of a site it does not reach', remedy)


@rule(
    "the default route of these spokes' tables must lead somewhere: the site advertises it, or one static route does",
    _STATIC,
)
def default_route_missing(estate: Estate) -> Iterator[Fault]:
    """A segment allows ON_PREMISES, and no site it reaches offers a default route."""
    if not all_linked(estate):
        return
    for segment in estate.segments:
        if Egress.ON_PREMISES not in segment.allowed_egress:
            continue
        met = _met(estate, segment)
        if not all(readable(link.site.advertises) for link in met):
            continue
        if not any(link.connection.default_route or _advertises_default(link) for link in met):
            sites = sorted({link.site.name for link in met})
            connected = sorted({f'"{connection.segment}"' for connection in estate.vpn_connections})
            remedy = "a VPN connection in a segment that it reaches, or another way out"
            if sites:
                said = f'advertises=["0.0.0.0/0"] at site {" or ".join(sites)} (BGP)'
                remedy = f"{said}, or default_route=True on one connection"
            elif connected:
                remedy = f"{' or '.join(connected)} in its reaches=[...]: it has a VPN connection; or another way out"
            yield Fault(segment, "its ways out hold ON_PREMISES, but no site it reaches offers a default", remedy)


@rule(
    "one static route names one attachment: all traffic would take one connection, also when it is down",
    _STATIC,
)
def static_default_with_many_connections(estate: Estate) -> Iterator[Fault]:
    """A static default leads to one of several connections of a site that meet in one table."""
    for one in links(estate):
        if not one.connection.default_route:
            continue
        beside = [
            other.connection.name
            for other in links(estate)
            if other.site.name == one.site.name and other.connection is not one.connection and _meet(estate, one, other)
        ]
        if beside:
            given = f'default_route, beside {", ".join(beside)} to the same site "{one.site.name}"'
            remedy = f'routing=Routing.BGP, and "0.0.0.0/0" among the advertises of {place_of(one.site)}'
            yield Fault(one.connection, given, remedy)


@rule("a transit gateway table holds one static route for a prefix", _STATIC)
def duplicate_static_default(estate: Estate) -> Iterator[Fault]:
    """Two sites' connections hold static defaults that meet in one table."""
    for one, other in combinations([link for link in links(estate) if link.connection.default_route], 2):
        if one.site.name != other.site.name and _meet(estate, one, other):
            given = f'default_route, like VPN connection "{one.connection.name}", and some segment reaches both'
            yield Fault(other.connection, given, "default_route on one of them, or both sites advertise 0.0.0.0/0")


@rule(
    "a static route wins over a learnt one, also when its connection is down: one of them is never used",
    _HOW,
)
def static_and_advertised_default(estate: Estate) -> Iterator[Fault]:
    """A static default and an advertised one meet in one table."""
    every = links(estate)
    for link in every:
        if not link.connection.default_route:
            continue
        sites = {other.site.name for other in every if _advertises_default(other) and _meet(estate, link, other)}
        if sites:
            names = ", ".join(sorted(sites))
            given = f"default_route, and site {names} advertises 0.0.0.0/0 to a segment that reaches both"
            yield Fault(link.connection, given, "no default_route, or no such advertisement")


@rule("a static route wins over a learnt one of the same prefix, so the BGP connection would never carry it", _HOW)
def static_and_bgp_routing(estate: Estate) -> Iterator[Fault]:
    """A static and a BGP connection to one site meet in one table."""
    for one, other in _pairs(estate):
        if one.connection.routing is not other.connection.routing:
            static = one if one.connection.routing is Routing.STATIC else other
            given = f"its routing is static, that of {(other if static is one else one).connection.name} is BGP"
            yield Fault(static.connection, f'{given}, to the same site "{one.site.name}"', "routing=Routing.BGP")


@rule("one static route names one attachment: the second connection would never be used", _STATIC)
def duplicate_static_connection(estate: Estate) -> Iterator[Fault]:
    """Two static connections to one site meet in one table."""
    for one, other in _pairs(estate):
        if one.connection.routing is other.connection.routing is Routing.STATIC:
            given = f'static routing, beside {one.connection.name} to the same site "{one.site.name}"'
            advertised = f"with what {subject(one.site)} advertises, {place_of(one.site)}"
            yield Fault(other.connection, given, f"Routing.BGP on both, {advertised}; or one connection")


@rule("nothing is learnt over static routing: what is not written down has no route", _STATIC)
def static_connection_without_routes(estate: Estate) -> Iterator[Fault]:
    """A static connection leads to a site without networks, and holds no default."""
    for link in links(estate):
        static = link.connection.routing is Routing.STATIC and not link.connection.default_route
        if static and not link.site.networks:
            given = f'its routing is static, and site "{link.site.name}" has no networks'
            yield Fault(link.connection, given, f"networks at {place_of(link.site)}, or default_route=True")


@rule(
    "equal-cost multipath needs equal AS paths, so an equal ASN",
    "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-best-design-practices.html",
)
def ecmp_asn_mismatch(estate: Estate) -> Iterator[Fault]:
    """BGP connections to one site that meet in one table have customer gateways of different ASNs."""
    first: set[str] = set()
    for one, other in _pairs(estate):
        bgp = one.connection.routing is other.connection.routing is Routing.BGP
        if bgp and one.gateway.bgp_asn != other.gateway.bgp_asn and other.connection.name not in first:
            first.add(other.connection.name)
            given = (
                f"ASN {other.gateway.bgp_asn}, connection {one.connection.name} to the same site {one.gateway.bgp_asn}"
            )
            fitting = [asn for asn in (one.gateway.bgp_asn, other.gateway.bgp_asn) if asn_fits(estate, asn)]
            yield Fault(other.gateway, given, f"bgp_asn={fitting[0]} on both" if fitting else "one ASN on both")


def _pairs(estate: Estate) -> Iterator[tuple[Link, Link]]:
    """Connections of one site that meet in some segment's table."""
    for one, other in combinations(links(estate), 2):
        if one.site.name == other.site.name and _meet(estate, one, other):
            yield one, other


def _meet(estate: Estate, one: Link, other: Link) -> bool:
    """Whether some segment reaches both connections, so that one table leads to both."""
    for segment in estate.segments:
        reached = {found.name for found in segments_reached(estate, segment)}
        if one.segment.name in reached and other.segment.name in reached:
            return True
    return False


def _met(estate: Estate, segment: Segment) -> list[Link]:
    reached = {found.name for found in segments_reached(estate, segment)}
    return [link for link in links(estate) if link.segment.name in reached]


def _advertises_default(link: Link) -> bool:
    return link.connection.routing is Routing.BGP and EVERYTHING in networks(link.site.advertises)
