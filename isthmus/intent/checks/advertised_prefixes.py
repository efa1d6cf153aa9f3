"""What sites advertise by BGP. A VPN cannot filter it, so it has to fit what the estate means."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, collapse_addresses

from isthmus.intent.checks.lenient import EVERYTHING, all_linked, links, network, networks, readable, resolved
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.model import place_of
from isthmus.intent.reachability import networks_denied, sites_reached, transit_between
from isthmus.intent.segment import Egress
from isthmus.intent.site import Site
from isthmus.intent.vpn import Routing

_ROUTES = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"
LIMIT = 1_000


def _bgp_sites(estate: Estate) -> list[Site]:
    """The sites with a BGP connection."""
    names = {link.site.name for link in links(estate) if link.connection.routing is Routing.BGP}
    return [site for site in estate.sites if site.name in names]


@rule("static routing learns nothing: what would be advertised is never heard")
def advertised_prefix_without_bgp(estate: Estate) -> Iterator[Fault]:
    """A site advertises prefixes, but has connections with static routing only."""
    heard = {site.name for site in _bgp_sites(estate)}
    connected = {link.site.name for link in links(estate)}
    for site in estate.sites:
        if site.advertises and site.name in connected - heard and all_linked(estate):
            yield Fault(site, "it advertises, and all its connections are static", "no advertises, or Routing.BGP")


@rule("a network that nobody advertises has no route", _ROUTES)
def network_not_advertised(estate: Estate) -> Iterator[Fault]:
    """A network of a BGP site is in no advertised prefix, or in a default route that another one may replace."""
    sites = _bgp_sites(estate)
    defaults = [site.name for site in sites if EVERYTHING in networks(site.advertises)]
    for site in sites:
        if not readable(site.advertises):
            continue
        leaving = _leaving_centrally(estate, site)
        stands = defaults == [site.name] and not leaving
        covered = list(collapse_addresses(its for its in networks(site.advertises) if its != EVERYTHING or stands))
        for name, text in site.networks.items():
            cidr = network(text)
            if cidr is not None and not any(cidr.subnet_of(whole) for whole in covered):
                only = ""
                if len(defaults) > 1:
                    only = " but by a default that other sites advertise too"
                elif leaving and defaults:
                    only = f' but by a default, and segment "{leaving[0]}" has another to the egress VPC, which wins'
                given = f"{cidr} is not advertised{only}"
                yield Fault(site, given, f'"{cidr}" among its advertises', f'network "{name}"')


def _leaving_centrally(estate: Estate, site: Site) -> list[str]:
    """The segments that reach a site and whose spokes may leave by the egress VPC: a static default is theirs."""
    sound = resolved(estate)
    central = [
        segment for segment in sound.segments if Egress.CENTRAL in segment.allowed_egress and sound.egress is not None
    ]
    return [segment.name for segment in central if site.name in {its.name for its in sites_reached(sound, segment)}]


@rule(
    "the blocks belong to AWS: it would win over their blackholes, and over spokes not yet built",
    _ROUTES,
)
def advertised_prefix_in_block(estate: Estate) -> Iterator[Fault]:
    """An advertisement equals an estate block, or lies inside one."""
    blocks = networks(estate.blocks)
    for site in estate.sites:
        for cidr in networks(site.advertises):
            block = next((block for block in blocks if cidr.subnet_of(block)), None)
            if block is not None:
                given = f"{cidr} lies in the estate's block {block}, {place_of(estate)}"
                yield Fault(site, given, "no such advertisement: the block belongs to AWS", f"advertisement {cidr}")


@rule("it is longer than the blackhole that denies the network, so it wins", _ROUTES)
def advertised_prefix_in_denied_network(estate: Estate) -> Iterator[Fault]:
    """An advertisement is a part of a site network that some segment must not reach."""
    sound = resolved(estate)
    by_name = {site.name: site for site in estate.sites}
    seen: set[tuple[str, IPv4Network]] = set()
    for segment in sound.segments:
        denied = {name: network(text) for name, text in networks_denied(sound, segment).items()}
        for site in sites_reached(sound, segment):
            for cidr in networks(site.advertises):
                for name, whole in denied.items():
                    if whole is None or cidr == whole or not cidr.subnet_of(whole) or (site.name, cidr) in seen:
                        continue
                    seen.add((site.name, cidr))
                    given = f'{cidr} is a part of {name} {whole}, which segment "{segment.name}" must not reach'
                    remedy = f"advertise {whole} whole, or name its parts as networks of their own"
                    yield Fault(by_name[site.name], given, remedy, f"advertisement {cidr}")


@rule("one address must mean one place: the longer prefix, or the shorter path, would decide", _ROUTES)
def advertised_prefix_overlap(estate: Estate) -> Iterator[Fault]:
    """Two sites advertise overlapping prefixes other than 0.0.0.0/0, or one advertises another's network."""
    heard = {
        site.name: [cidr for cidr in networks(site.advertises) if cidr != EVERYTHING] for site in _bgp_sites(estate)
    }
    sites = [site for site in estate.sites if site.name in heard]
    for place, site in enumerate(sites):
        for cidr in heard[site.name]:
            for other in sites[:place]:
                hit = next((its for its in heard[other.name] if its.overlaps(cidr)), None)
                if hit is not None:
                    given = f'{cidr} overlaps {hit} that site "{other.name}" advertises, {place_of(other)}'
                    yield Fault(site, given, "advertisements that lie apart", f"advertisement {cidr}")
    for site in sites:
        own = heard[site.name]
        for other in estate.sites:
            if other.name == site.name or any(a.overlaps(b) for a in own for b in heard.get(other.name, ())):
                continue
            for whole in networks(other.networks.values()):
                for cidr in own:
                    if cidr.overlaps(whole):
                        given = f'{cidr} overlaps network {whole} of site "{other.name}", {place_of(other)}'
                        yield Fault(site, given, "its own networks only", f"advertisement {cidr}")


@rule("what a site advertises cannot be filtered: the other would be offered its way out to the internet", _ROUTES)
def transit_with_default_route(estate: Estate) -> Iterator[Fault]:
    """A site advertises a default route, and has transit with another site."""
    for site in _bgp_sites(estate):
        if EVERYTHING in networks(site.advertises):
            for other in estate.sites:
                if transit_between(site, other):
                    given = f'it advertises 0.0.0.0/0, and has transit with site "{other.name}", {place_of(other)}'
                    yield Fault(site, given, "no transit between the two, or no default route from this site")


@rule(
    "more than 1,000 routes on one connection reset its BGP session",
    "https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html",
)
def too_many_advertised_prefixes(estate: Estate) -> Iterator[Fault]:
    """A site advertises more prefixes than a connection takes."""
    for site in estate.sites:
        if len(site.advertises) > LIMIT:
            fewer = len(list(collapse_addresses(networks(site.advertises))))
            hint = f"summaries: {fewer} prefixes say the same" if fewer <= LIMIT else "0.0.0.0/0, or larger prefixes"
            yield Fault(site, f"it advertises {len(site.advertises)} prefixes", hint)


@rule("a prefix is advertised once")
def duplicate_advertised_prefix(estate: Estate) -> Iterator[Fault]:
    """A prefix stands twice among a site's advertisements."""
    for site in estate.sites:
        for text in sorted({text for text in site.advertises if site.advertises.count(text) > 1}):
            yield Fault(site, f"{text} is advertised twice", "each prefix once", f"advertisement {text}")
