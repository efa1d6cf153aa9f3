"""Segments: reachability, egress, and the routes to sites."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from isthmus.intent.checks.lenient import (
    EVERYTHING,
    DirectLink,
    Link,
    advertises_default,
    all_linked,
    direct_links,
    has_default_route,
    links,
    networks,
    over_direct_connect,
    readable,
    segment_of,
    sites_with_default_route,
)
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.checks.vpn import asn_fits
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of, place_of
from isthmus.intent.reachability import inspected_with_site, is_inspected_site, segments_reached, sites_reached
from isthmus.intent.segment import Egress, Segment
from isthmus.intent.vpn import Routing

_STATIC = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-create-static-route.html"
_HOW = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"


@rule("`isolated` decides whether the members of a segment reach each other")
def segment_self_reference(estate: Estate) -> Iterator[Fault]:
    """A segment lists itself in `reaches`."""
    for segment in estate.segments:
        if segment.name in map(name_of, segment.reaches):
            yield Fault(segment, "it lists itself in reaches", "isolated=False, and reaches without the segment itself")


@rule("networks of one site reach each other without AWS")
def site_self_transit(estate: Estate) -> Iterator[Fault]:
    """A site lists itself in `transit_with`."""
    for site in estate.sites:
        if site.name in map(name_of, site.transit_with):
            yield Fault(site, "it lists itself in transit_with", "transit_with without the site itself")


@rule(
    "the hub creates the route tables for the egress paths of its segments in advance, so that a new "
    "spoke never changes the hub"
)
def egress_not_allowed_by_segment(estate: Estate) -> Iterator[Fault]:
    """A spoke's egress is not in its segment's `allowed_egress`."""
    for _, spoke in estate.spokes:
        segment = segment_of(estate, spoke.segment)
        if segment is not None and spoke.egress not in segment.allowed_egress:
            extended = ", ".join(f"Egress.{egress.name}" for egress in sorted({*segment.allowed_egress, spoke.egress}))
            allowed = ", ".join(egress.name for egress in sorted(segment.allowed_egress)) or "no egress"
            given = f'egress is {spoke.egress.name}, and segment "{segment.name}" allows {allowed}'
            yield Fault(spoke, given, f"allowed_egress={{{extended}}} in {place_of(segment)}, or another egress")


@rule("a segment reaches a site only through a VPN connection in a segment that it reaches")
def site_network_not_reachable(estate: Estate) -> Iterator[Fault]:
    """A segment lists a site network of a site that it does not reach."""
    if not all_linked(estate):
        return
    known = {f"{site.name}/{name}" for site in estate.sites for name in site.networks}
    for segment in estate.segments:
        reached = {f"{site.name}/{name}" for site in sites_reached(estate, segment) for name in site.networks}
        for name in segment.site_networks or ():
            if name in known - reached:
                choice = f"one of {', '.join(sorted(reached))}" if reached else "no site_networks"
                remedy = f"{choice}, or add the site's segment to reaches"
                yield Fault(segment, f'site network "{name}" is of a site that it does not reach', remedy)


@rule(
    "the default route needs a target: either the site advertises it over BGP, or a static route sets it",
    _STATIC,
)
def default_route_missing(estate: Estate) -> Iterator[Fault]:
    """A segment allows egress ON_PREMISES, and no site that it reaches provides a default route."""
    if not all_linked(estate):
        return
    for segment in estate.segments:
        if Egress.ON_PREMISES not in segment.allowed_egress:
            continue
        inspected = {site.name for site in estate.sites if inspected_with_site(segment, site)}
        if inspected & sites_with_default_route(estate):
            continue  # inspected-default-route reports it, unless another site has a default route
        reached = [link for link in _links_reached(estate, segment) if link.site.name not in inspected]
        if not all(readable(link.site.advertises) for link in reached):
            continue
        direct = [link for link in _direct_links_reached(estate, segment) if link.site.name not in inspected]
        if not all(readable(over_direct_connect(link)) for link in direct):
            continue
        if not any(map(has_default_route, reached)) and not any(
            EVERYTHING in networks(over_direct_connect(link)) for link in direct
        ):
            sites = sorted({link.site.name for link in reached} | {link.site.name for link in direct})
            connected = sorted({f'"{connection.segment}"' for connection in estate.connections})
            remedy = "a VPN connection in a segment that it reaches, or another egress"
            if sites:
                advertised = f'advertises=["0.0.0.0/0"] at site {" or ".join(sites)} (BGP)'
                remedy = f"{advertised}, or default_route=True on one connection"
            elif connected:
                remedy = f"{' or '.join(connected)} in its reaches=[...]: it has a VPN connection; or another egress"
            yield Fault(
                segment,
                "it allows egress ON_PREMISES, but no site that it reaches has a default route (0.0.0.0/0)",
                remedy,
            )


@rule(
    "a static route has one attachment as its target: one connection would carry all traffic, even when it is down",
    _STATIC,
)
def static_default_with_many_connections(estate: Estate) -> Iterator[Fault]:
    """A connection has `default_route`, and the same site has other connections in the same route table."""
    for one in links(estate):
        if not one.connection.default_route:
            continue
        others = [
            other.connection.name
            for other in links(estate)
            if other.site.name == one.site.name and other.connection is not one.connection and _meet(estate, one, other)
        ]
        if others:
            given = f'it has default_route, and site "{one.site.name}" also has connection {", ".join(others)}'
            remedy = f'routing=Routing.BGP, and "0.0.0.0/0" among the advertises of {place_of(one.site)}'
            yield Fault(one.connection, given, remedy)


@rule("a transit gateway route table has one static route for a prefix", _STATIC)
def duplicate_static_default(estate: Estate) -> Iterator[Fault]:
    """Connections of two sites have `default_route`, and some segment reaches both."""
    for one, other in combinations([link for link in links(estate) if link.connection.default_route], 2):
        if one.site.name != other.site.name and _meet(estate, one, other):
            given = f'it has default_route, as VPN connection "{one.connection.name}" has, and a segment reaches both'
            yield Fault(other.connection, given, "default_route on one of them, or 0.0.0.0/0 advertised by both sites")


@rule(
    "a static route wins over a propagated one even when its connection is down, so the advertised route is never used",
    _HOW,
)
def static_and_advertised_default(estate: Estate) -> Iterator[Fault]:
    """A segment reaches both a static default route and an advertised one."""
    every = links(estate)
    for link in every:
        if not link.connection.default_route:
            continue
        sites = {other.site.name for other in every if advertises_default(other) and _meet(estate, link, other)}
        if sites:
            names = ", ".join(sorted(sites))
            given = f"it has default_route, and site {names} advertises 0.0.0.0/0 to a segment that reaches both"
            yield Fault(link.connection, given, "no default_route, or no advertised 0.0.0.0/0")


@rule(
    "a static route wins over a propagated route for the same prefix, so the BGP connection would carry no traffic",
    _HOW,
)
def static_and_bgp_routing(estate: Estate) -> Iterator[Fault]:
    """A segment reaches both a static and a BGP connection of one site."""
    for one, other in _pairs(estate):
        if one.connection.routing is not other.connection.routing:
            static = one if one.connection.routing is Routing.STATIC else other
            given = f"its routing is static, and {(other if static is one else one).connection.name} uses BGP"
            yield Fault(static.connection, f'{given}, to the same site "{one.site.name}"', "routing=Routing.BGP")


@rule("a static route has one attachment as its target, so the second connection would carry no traffic", _STATIC)
def duplicate_static_connection(estate: Estate) -> Iterator[Fault]:
    """A segment reaches two static connections of one site."""
    for one, other in _pairs(estate):
        if one.connection.routing is other.connection.routing is Routing.STATIC:
            given = f'it uses static routing, as {one.connection.name} to the same site "{one.site.name}" does'
            advertised = f"with advertises=[...] of {subject(one.site)}, {place_of(one.site)}"
            yield Fault(other.connection, given, f"Routing.BGP on both, {advertised}; or one connection")


@rule("static routing has only the routes that you declare", _STATIC)
def static_connection_without_routes(estate: Estate) -> Iterator[Fault]:
    """A static connection leads to a site without networks, and has no default route."""
    for link in links(estate):
        static = link.connection.routing is Routing.STATIC and not link.connection.default_route
        if static and not link.site.networks:
            given = f'its routing is static, and site "{link.site.name}" has no networks'
            yield Fault(link.connection, given, f"networks at {place_of(link.site)}, or default_route=True")


@rule(
    "equal-cost multipath (ECMP) needs equal AS paths, and so the same ASN",
    "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-best-design-practices.html",
)
def ecmp_asn_mismatch(estate: Estate) -> Iterator[Fault]:
    """BGP connections of one site in one route table have customer gateways with different ASNs."""
    first: set[str] = set()
    for one, other in _pairs(estate):
        bgp = one.connection.routing is other.connection.routing is Routing.BGP
        if bgp and one.gateway.bgp_asn != other.gateway.bgp_asn and other.connection.name not in first:
            first.add(other.connection.name)
            given = (
                f"its ASN is {other.gateway.bgp_asn}, and that of connection {one.connection.name} to the same site is "
                f"{one.gateway.bgp_asn}"
            )
            fitting = [asn for asn in (one.gateway.bgp_asn, other.gateway.bgp_asn) if asn_fits(estate, asn)]
            yield Fault(other.gateway, given, f"bgp_asn={fitting[0]} on both" if fitting else "one ASN on both")


def _pairs(estate: Estate) -> Iterator[tuple[Link, Link]]:
    """Pairs of connections of one site to which one route table has routes: that of a segment, or of the firewall."""
    for one, other in combinations(links(estate), 2):
        if one.site.name == other.site.name and (is_inspected_site(estate, one.site) or _meet(estate, one, other)):
            yield one, other


def _meet(estate: Estate, one: Link, other: Link) -> bool:
    """Whether some segment reaches both connections without a firewall, so that its table has routes to both."""
    for segment in estate.segments:
        reached = {found.name for found in segments_reached(estate, segment)}
        direct = (link.segment.name in reached and not inspected_with_site(segment, link.site) for link in (one, other))
        if all(direct):
            return True
    return False


def _links_reached(estate: Estate, segment: Segment) -> list[Link]:
    reached = {found.name for found in segments_reached(estate, segment)}
    return [link for link in links(estate) if link.segment.name in reached]


def _direct_links_reached(estate: Estate, segment: Segment) -> list[DirectLink]:
    reached = {found.name for found in segments_reached(estate, segment)}
    return [link for link in direct_links(estate) if link.segment.name in reached]
