"""Intended reachability: the flows that the segments of an estate allow.

The generator (`modules/`) creates route tables from it, and the proof compares Terraform with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from operator import attrgetter

from isthmus.intent.estate import Estate
from isthmus.intent.segment import Egress, Segment
from isthmus.intent.site import Site
from isthmus.intent.vpn import VpnConnection

INTERNET = "internet"
EVERYTHING = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class IntentLocation:
    """A source or destination of a flow: a spoke by its name, a site network as `site/network`, or `internet`.

    `cidrs` is empty for the internet, which means all other addresses.
    """

    name: str
    kind: str  # "spoke" | "site network" | "internet"
    cidrs: tuple[str, ...] = ()


def intent_locations(estate: Estate) -> tuple[IntentLocation, ...]:
    """Every location of the estate: site networks, then spokes, then the internet; each group by name."""
    networks = (
        IntentLocation(f"{site.name}/{name}", "site network", (cidr,))
        for site in estate.sites
        for name, cidr in site.networks.items()
    )
    spokes = (IntentLocation(spoke.name, "spoke", spoke.vpc_cidrs) for _, spoke in estate.spokes)
    order = attrgetter("name")
    return (*sorted(networks, key=order), *sorted(spokes, key=order), IntentLocation(INTERNET, "internet"))


def reach_each_other(a: Segment, b: Segment) -> bool:
    """Whether members of the two segments, or of one segment, reach each other. The order does not matter."""
    return routed_together(a, b) or inspected_between(a, b)


def routed_together(a: Segment, b: Segment) -> bool:
    """Whether members of the two segments, or of one segment, reach each other without a firewall."""
    return not a.isolated if a.name == b.name else b.name in a.reaches or a.name in b.reaches


def inspected_between(a: Segment, b: Segment) -> bool:
    """Whether members of the two segments reach each other only through the firewall. The order does not matter."""
    return b.name in a.inspected_with or a.name in b.inspected_with


def inspected_with_site(segment: Segment, site: Site) -> bool:
    """Whether spokes of a segment and a site reach each other only through the firewall."""
    return site.name in segment.inspected_with


def is_inspected_site(estate: Estate, site: Site) -> bool:
    """Whether some segment reaches a site only through the firewall."""
    return any(inspected_with_site(segment, site) for segment in estate.segments)


def segments_reached(estate: Estate, segment: Segment) -> tuple[Segment, ...]:
    """The segments that `segment` reaches, including itself unless it is isolated."""
    return tuple(other for other in estate.segments if reach_each_other(segment, other))


def sites_reached(estate: Estate, segment: Segment) -> tuple[Site, ...]:
    """The sites with a connection in a segment that `segment` reaches, or that it is inspected with."""
    reached = {other.name for other in segments_reached(estate, segment)}
    connected = [(estate.site_of(connection), connection.segment) for connection in estate.routed_connections]
    names = {site.name for site, landing in connected if landing in reached or inspected_with_site(segment, site)}
    return tuple(site for site in estate.sites if site.name in names)


def networks_reached(estate: Estate, segment: Segment) -> Mapping[str, str]:
    """The site networks that spokes of `segment` may reach: `site/network` to CIDR, in name order."""
    allowed = segment.site_networks
    found = {f"{s.name}/{name}": cidr for s in sites_reached(estate, segment) for name, cidr in s.networks.items()}
    return {name: found[name] for name in sorted(found) if allowed is None or name in allowed}


def inspected_networks(estate: Estate, segment: Segment) -> Mapping[str, str]:
    """The site networks that spokes of `segment` reach only through the firewall: `site/network` to CIDR, by name."""
    names = {site.name for site in estate.sites if inspected_with_site(segment, site)}
    return {name: cidr for name, cidr in networks_reached(estate, segment).items() if name.partition("/")[0] in names}


def all_inspected_networks(estate: Estate) -> Mapping[str, str]:
    """The site networks that spokes of some segment reach only through the firewall, by name."""
    found = {name: cidr for segment in estate.segments for name, cidr in inspected_networks(estate, segment).items()}
    return {name: found[name] for name in sorted(found)}


def networks_denied(estate: Estate, segment: Segment) -> Mapping[str, str]:
    """The site networks that spokes of `segment` must not reach, although a path may exist.

    Empty if no route of the segment's tables leads on-premises: it reaches no site, and its default route does not lead
    to a firewall that has routes to sites. Otherwise all networks that it may not reach, also of other sites: routers
    on-premises forward to each other, and a propagated default route covers all of them.
    """
    by_firewall = Egress.CENTRAL in segment.allowed_egress and bool(all_inspected_networks(estate))
    if not by_firewall and not sites_reached(estate, segment):
        return {}
    allowed = networks_reached(estate, segment)
    every = {f"{site.name}/{name}": cidr for site in estate.sites for name, cidr in site.networks.items()}
    return {name: every[name] for name in sorted(every) if name not in allowed}


def advertised_to(estate: Estate, segment: Segment, site: Site) -> bool:
    """Whether AWS advertises a segment's spokes to a site: the site may reach them, or is their egress path.

    A segment with `site_networks` is advertised only to the sites that have one of them.
    """
    if site.name not in {other.name for other in sites_reached(estate, segment)}:
        return False
    allowed = segment.site_networks
    named = {f"{site.name}/{name}" for name in site.networks}
    return (
        allowed is None
        or not named.isdisjoint(allowed)
        or (Egress.ON_PREMISES in segment.allowed_egress and _has_default_route(estate, site))
    )


def _has_default_route(estate: Estate, site: Site) -> bool:
    """Whether a site has a default route: it advertises one, or one of its connections has a static one."""
    connections = [one for one in estate.routed_connections if estate.site_of(one).name == site.name]
    return any(
        EVERYTHING in estate.advertised_on(one) or (isinstance(one, VpnConnection) and one.default_route)
        for one in connections
    )


def sites_with_own_route_table(estate: Estate, segment: Segment) -> tuple[Site, ...]:
    """The sites with connections in a segment that need a route table of their own, in name order.

    AWS advertises the associated route table to a site. The table of the spokes would advertise too many or too few
    prefixes of other sites, or spokes that the site must not reach, or that it reaches only through the firewall; or it
    has blackhole routes for denied networks.
    https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html
    """
    reached = {site.name for site in sites_reached(estate, segment)}
    connected = {estate.site_of(one).name for one in estate.routed_connections if one.segment == segment.name}
    return tuple(
        site
        for site in sorted(estate.sites, key=attrgetter("name"))
        if site.name in connected
        and (
            is_inspected_site(estate, site)
            or networks_denied(estate, segment)
            or any(routed_together(segment, o) and not advertised_to(estate, o, site) for o in estate.segments)
            or reached - {site.name} != {other.name for other in estate.sites if transit_between(site, other)}
        )
    )


def transit_between(a: Site, b: Site) -> bool:
    """Whether two sites may reach each other through the transit gateway. The order does not matter."""
    return a.name != b.name and (b.name in a.transit_with or a.name in b.transit_with)


def intended_pairs(estate: Estate) -> Iterator[tuple[str, str]]:
    """Every unordered pair of spokes and site networks with an intended flow, each once and in name order.

    It has no pairs of networks of the same site: AWS is not on the path between them.
    """
    spokes = {spoke.name: estate.segment(spoke.segment) for _, spoke in estate.spokes}
    for (a, segment_a), (b, segment_b) in combinations(sorted(spokes.items()), 2):
        if reach_each_other(segment_a, segment_b):
            yield a, b
    for name, segment in spokes.items():
        for network in networks_reached(estate, segment):
            yield (name, network) if name < network else (network, name)
    for one, other in combinations(estate.sites, 2):
        if transit_between(one, other):
            for first in one.networks:
                for second in other.networks:
                    a, b = sorted((f"{one.name}/{first}", f"{other.name}/{second}"))
                    yield a, b


def egress_of(estate: Estate, spoke: str) -> Egress:
    """The egress path of the spoke with this name. Raises `LookupError`."""
    for _, candidate in estate.spokes:
        if candidate.name == spoke:
            return candidate.egress
    raise LookupError(f"no spoke {spoke!r}")
