"""Prefixes that sites advertise over BGP. AWS cannot filter them on a VPN, so they must fit the intent."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, collapse_addresses

from isthmus.intent.checks.lenient import (
    EVERYTHING,
    all_linked,
    direct_links,
    links,
    network,
    networks,
    readable,
    resolved,
)
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.egress import Inspection
from isthmus.intent.estate import Estate
from isthmus.intent.model import place_of
from isthmus.intent.reachability import inspected_with_site, networks_denied, sites_reached, transit_between
from isthmus.intent.segment import Egress
from isthmus.intent.site import Site
from isthmus.intent.vpn import Routing

_ROUTES = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"
LIMIT = 1_000


def _bgp_sites(estate: Estate) -> list[Site]:
    """The sites with a BGP connection."""
    names = {link.site.name for link in links(estate) if link.connection.routing is Routing.BGP}
    names |= {link.site.name for link in direct_links(estate)}
    return [site for site in estate.sites if site.name in names]


@rule("static VPN connections ignore advertised prefixes")
def advertised_prefix_without_bgp(estate: Estate) -> Iterator[Fault]:
    """A site advertises prefixes, and all its connections use static routing."""
    with_bgp = {site.name for site in _bgp_sites(estate)}
    connected = {link.site.name for link in links(estate)}
    for site in estate.sites:
        if site.advertises and site.name in connected - with_bgp and all_linked(estate):
            yield Fault(
                site,
                "it advertises prefixes, and all its connections use static routing",
                "no advertises, or Routing.BGP",
            )


@rule("without an advertised prefix there is no route to the network", _ROUTES)
def network_not_advertised(estate: Estate) -> Iterator[Fault]:
    """A network of a site with BGP is in none of its advertised prefixes, or only in a default route that another
    default route may replace.
    """
    sites = _bgp_sites(estate)
    defaults = [site.name for site in sites if EVERYTHING in networks(site.advertises)]
    for site in sites:
        if not readable(site.advertises):
            continue
        central = _with_central_default(estate, site)
        default_counts = defaults == [site.name] and not central
        usable = [prefix for prefix in networks(site.advertises) if prefix != EVERYTHING or default_counts]
        covered = list(collapse_addresses(usable))
        for name, text in site.networks.items():
            cidr = network(text)
            if cidr is not None and not any(cidr.subnet_of(whole) for whole in covered):
                exception = ""
                if len(defaults) > 1:
                    exception = " except by a default route that other sites advertise too"
                elif central and defaults:
                    exception = (
                        f" except by a default route; {central[0]} has a static default route to the egress VPC, which "
                        "wins"
                    )
                given = f"{cidr} is not advertised{exception}"
                yield Fault(site, given, f'"{cidr}" among its advertises', f'network "{name}"')


def _with_central_default(estate: Estate, site: Site) -> list[str]:
    """The owners of route tables that lead to a site and have a static default route to the egress VPC.

    These are segments that reach the site and allow egress CENTRAL, and a firewall on the transit gateway.
    """
    sound = resolved(estate)
    if sound.egress is None:
        return []
    reaching = [segment for segment in sound.segments if site.name in {s.name for s in sites_reached(sound, segment)}]
    direct = [segment for segment in reaching if not inspected_with_site(segment, site)]
    found = [f'segment "{segment.name}"' for segment in direct if Egress.CENTRAL in segment.allowed_egress]
    on_gateway = sound.egress.inspection is Inspection.GATEWAY and len(direct) < len(reaching)
    return [*found, *(["the firewall"] if on_gateway else [])]


@rule(
    "the blocks are the address space of AWS: the prefix would win over their blackhole routes and take "
    "the addresses of future spokes",
    _ROUTES,
)
def advertised_prefix_in_block(estate: Estate) -> Iterator[Fault]:
    """An advertised prefix equals an estate block or lies inside one."""
    blocks = networks(estate.blocks)
    for site in estate.sites:
        for cidr in networks(site.advertises):
            block = next((block for block in blocks if cidr.subnet_of(block)), None)
            if block is not None:
                given = f"{cidr} is inside the estate's block {block}, {place_of(estate)}"
                yield Fault(
                    site, given, "no such prefix: the block is address space of AWS", f"advertised prefix {cidr}"
                )


@rule("the prefix is more specific than the blackhole route that denies the network, so it wins", _ROUTES)
def advertised_prefix_in_denied_network(estate: Estate) -> Iterator[Fault]:
    """An advertised prefix is a part of a site network that some segment must not reach."""
    sound = resolved(estate)
    by_name = {site.name: site for site in estate.sites}
    seen: set[tuple[str, IPv4Network]] = set()
    for segment in sound.segments:
        denied = {name: network(text) for name, text in networks_denied(sound, segment).items()}
        for site in sites_reached(sound, segment):
            if inspected_with_site(segment, site):
                continue  # the segment's tables do not learn its prefixes
            for cidr in networks(site.advertises):
                for name, whole in denied.items():
                    if whole is None or cidr == whole or not cidr.subnet_of(whole) or (site.name, cidr) in seen:
                        continue
                    seen.add((site.name, cidr))
                    given = f'{cidr} is a part of {name} {whole}, which segment "{segment.name}" must not reach'
                    remedy = f"advertise the whole {whole}, or declare its parts as separate networks"
                    yield Fault(by_name[site.name], given, remedy, f"advertised prefix {cidr}")


@rule("each address must belong to one location: otherwise the longest prefix or the shortest AS path decides", _ROUTES)
def advertised_prefix_overlap(estate: Estate) -> Iterator[Fault]:
    """Two sites advertise overlapping prefixes other than 0.0.0.0/0, or one advertises a network of the other."""
    advertised = {
        site.name: [cidr for cidr in networks(site.advertises) if cidr != EVERYTHING] for site in _bgp_sites(estate)
    }
    sites = [site for site in estate.sites if site.name in advertised]
    for index, site in enumerate(sites):
        for cidr in advertised[site.name]:
            for other in sites[:index]:
                hit = next((prefix for prefix in advertised[other.name] if prefix.overlaps(cidr)), None)
                if hit is not None:
                    given = f'{cidr} overlaps {hit}, which site "{other.name}" advertises, {place_of(other)}'
                    yield Fault(site, given, "prefixes that do not overlap", f"advertised prefix {cidr}")
    for site in sites:
        own = advertised[site.name]
        for other in estate.sites:
            if other.name == site.name or any(a.overlaps(b) for a in own for b in advertised.get(other.name, ())):
                continue
            for whole in networks(other.networks.values()):
                for cidr in own:
                    if cidr.overlaps(whole):
                        given = f'{cidr} overlaps network {whole} of site "{other.name}", {place_of(other)}'
                        yield Fault(site, given, "only prefixes of its own networks", f"advertised prefix {cidr}")


@rule("AWS cannot filter advertised prefixes: the other site would get this site's default route", _ROUTES)
def transit_with_default_route(estate: Estate) -> Iterator[Fault]:
    """A site advertises a default route and has transit with another site."""
    for site in _bgp_sites(estate):
        if EVERYTHING in networks(site.advertises):
            for other in estate.sites:
                if transit_between(site, other):
                    given = f'it advertises 0.0.0.0/0 and has transit with site "{other.name}", {place_of(other)}'
                    yield Fault(site, given, "no transit between the two, or no default route from this site")


@rule(
    "more than 1,000 routes on one connection reset its BGP session",
    "https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html",
)
def too_many_advertised_prefixes(estate: Estate) -> Iterator[Fault]:
    """A site advertises more prefixes than a VPN connection accepts."""
    for site in estate.sites:
        if len(site.advertises) > LIMIT:
            fewer = len(list(collapse_addresses(networks(site.advertises))))
            hint = (
                f"summaries: {fewer} prefixes cover the same addresses"
                if fewer <= LIMIT
                else "0.0.0.0/0, or larger prefixes"
            )
            yield Fault(site, f"it advertises {len(site.advertises)} prefixes", hint)


@rule("a prefix is advertised once")
def duplicate_advertised_prefix(estate: Estate) -> Iterator[Fault]:
    """A site lists an advertised prefix twice."""
    for site in estate.sites:
        for text in sorted({text for text in site.advertises if site.advertises.count(text) > 1}):
            yield Fault(site, f"{text} is advertised twice", "the prefix once", f"advertised prefix {text}")
