"""Who is meant to reach whom: the meaning of segments, in the intent's own words.

The generator and the proof both start here, and nowhere else: what route tables follow from it is the generator's
business (`modules/`), and whether they do what is meant is the proof's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from operator import attrgetter

from isthmus.intent.estate import Estate
from isthmus.intent.segment import Egress, Segment
from isthmus.intent.site import Site

INTERNET = "internet"
EVERYTHING = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class IntentLocation:
    """One end of a flow: a spoke by its name, a site network as `site/network`, or `internet`.

    `cidrs` is empty for the internet, which is whatever nobody else is.
    """

    name: str
    kind: str  # "spoke" | "site network" | "internet"
    cidrs: tuple[str, ...] = ()


def intent_locations(estate: Estate) -> tuple[IntentLocation, ...]:
    """Every party of the estate: site networks, then spokes, then the internet; each group by name."""
    networks = (
        IntentLocation(f"{site.name}/{name}", "site network", (cidr,))
        for site in estate.sites
        for name, cidr in site.networks.items()
    )
    spokes = (IntentLocation(spoke.name, "spoke", (spoke.cidr, *spoke.secondary_cidrs)) for _, spoke in estate.spokes)
    order = attrgetter("name")
    return (*sorted(networks, key=order), *sorted(spokes, key=order), IntentLocation(INTERNET, "internet"))


def reach_each_other(a: Segment, b: Segment) -> bool:
    """Whether members of the two segments reach each other; for one segment, whether its own members do. Mutual."""
    return routed_together(a, b) or inspected_between(a, b)


def routed_together(a: Segment, b: Segment) -> bool:
    """Whether members of the two segments, or of the one, reach each other straight through the hub. Mutual."""
    return not a.isolated if a.name == b.name else b.name in a.reaches or a.name in b.reaches


def inspected_between(a: Segment, b: Segment) -> bool:
    """Whether members of the two segments reach each other through the firewall, and in no other way. Mutual."""
    return b.name in a.inspected_with or a.name in b.inspected_with


def segments_reached(estate: Estate, segment: Segment) -> tuple[Segment, ...]:
    """The segments whose members a member of `segment` reaches, itself included unless it is isolated."""
    return tuple(other for other in estate.segments if reach_each_other(segment, other))


def sites_reached(estate: Estate, segment: Segment) -> tuple[Site, ...]:
    """The sites with a VPN connection in a segment that `segment` reaches."""
    reached = {other.name for other in segments_reached(estate, segment)}
    names = {estate.site_of(vpn).name for vpn in estate.vpn_connections if vpn.segment in reached}
    return tuple(site for site in estate.sites if site.name in names)


def networks_reached(estate: Estate, segment: Segment) -> Mapping[str, str]:
    """The site networks that spokes of `segment` are meant to reach: `site/network` to CIDR, in name order."""
    allowed = segment.site_networks
    found = {f"{s.name}/{name}": cidr for s in sites_reached(estate, segment) for name, cidr in s.networks.items()}
    return {name: found[name] for name in sorted(found) if allowed is None or name in allowed}


def networks_denied(estate: Estate, segment: Segment) -> Mapping[str, str]:
    """The site networks that spokes of `segment` must not reach although a way there may exist.

    Empty where the segment reaches no site: then no table of its spokes leads on-premises. Otherwise every network it
    is not meant to reach, of other sites too: routers on-premises know each other, and a learnt default leads to all.
    """
    if not sites_reached(estate, segment):
        return {}
    meant = networks_reached(estate, segment)
    every = {f"{site.name}/{name}": cidr for site in estate.sites for name, cidr in site.networks.items()}
    return {name: every[name] for name in sorted(every) if name not in meant}


def advertised_to(estate: Estate, segment: Segment, site: Site) -> bool:
    """Whether AWS advertises a segment's spokes to a site: some of the site may reach them, or they leave through it.

    A segment that lists site networks is advertised to the sites that have one of them, and to no other.
    """
    if site.name not in {other.name for other in sites_reached(estate, segment)}:
        return False
    allowed = segment.site_networks
    named = {f"{site.name}/{name}" for name in site.networks}
    return (
        allowed is None
        or not named.isdisjoint(allowed)
        or (Egress.ON_PREMISES in segment.allowed_egress and _leads_out(estate, site))
    )


def _leads_out(estate: Estate, site: Site) -> bool:
    """Whether a default route leads to a site: one that it advertises, or one to a connection of its own."""
    connections = [vpn for vpn in estate.vpn_connections if estate.site_of(vpn).name == site.name]
    return EVERYTHING in site.advertises or any(vpn.default_route for vpn in connections)


def sites_with_own_route_table(estate: Estate, segment: Segment) -> tuple[Site, ...]:
    """The sites with VPN connections in a segment that cannot share a route table with its spokes, in name order.

    AWS advertises to a site all that its table holds: that of the spokes would say too much of other sites or too
    little, or of spokes that the site must not reach, or lead nowhere for networks that the spokes must not reach.
    https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html
    """
    said = {site.name for site in sites_reached(estate, segment)}
    here = {estate.site_of(vpn).name for vpn in estate.vpn_connections if vpn.segment == segment.name}
    return tuple(
        site
        for site in sorted(estate.sites, key=attrgetter("name"))
        if site.name in here
        and (
            networks_denied(estate, segment)
            or any(routed_together(segment, o) and not advertised_to(estate, o, site) for o in estate.segments)
            or said - {site.name} != {other.name for other in estate.sites if transit_between(site, other)}
        )
    )


def transit_between(a: Site, b: Site) -> bool:
    """Whether two sites may use the transit gateway to reach each other. Mutual."""
    return a.name != b.name and (b.name in a.transit_with or a.name in b.transit_with)


def intended_pairs(estate: Estate) -> Iterator[tuple[str, str]]:
    """Every unordered pair of spokes and site networks, by name, that is meant to talk, each once and in name order.

    Networks of one site are left out: what happens inside a site is none of the estate's business.
    """
    spokes = {spoke.name: estate.segment(spoke.segment) for _, spoke in estate.spokes}
    for (a, segment_a), (b, segment_b) in combinations(sorted(spokes.items()), 2):
        if reach_each_other(segment_a, segment_b):
            yield a, b
    for name, segment in spokes.items():
        for network in networks_reached(estate, segment):
            yield (name, network) if name < network else (network, name)
    for here, there in combinations(estate.sites, 2):
        if transit_between(here, there):
            for mine in here.networks:
                for theirs in there.networks:
                    one, other = sorted((f"{here.name}/{mine}", f"{there.name}/{theirs}"))
                    yield one, other


def egress_of(estate: Estate, spoke: str) -> Egress:
    """The way out to the internet of the spoke of that name. Raises `LookupError`."""
    for _, candidate in estate.spokes:
        if candidate.name == spoke:
            return candidate.egress
    raise LookupError(f"no spoke {spoke!r}")
