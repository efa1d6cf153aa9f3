"""The remainder of a site: the addresses that it advertises and that are in no other location."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_network, summarize_address_range

from isthmus.intent import Estate
from isthmus.intent.site_remainder import PRIVATE, routed_by_default
from isthmus.network.address_space import Cover, address_at, span, subtract
from isthmus.network.learned_routes import is_default
from isthmus.network.model import Cidr, Network, Site, Unknown
from isthmus.proof.pairs.locations import Location, LocationKind, Locations, in_order
from isthmus.proof.pairs.translated import visible_ranges

# https://www.rfc-editor.org/rfc/rfc4193#section-3
_UNIQUE_LOCAL = ip_network("fc00::/7")


def rest_name(site: str) -> str:
    """The name of the remainder of a site."""
    return f"rest of {site}"


def behind(advertised: Iterable[Cidr]) -> tuple[Cidr, ...]:
    """The addresses that a site may send from: its prefixes. A default route stands for the private addresses."""
    found: dict[Cidr, None] = {}
    for prefix in advertised:
        private = PRIVATE if prefix.version == 4 else (_UNIQUE_LOCAL,)
        found.update(dict.fromkeys(private if is_default(prefix) else (prefix,)))
    every = Cover(found)
    return tuple(c for c in found if not every.of(c, c.prefixlen - 1))


def rest(
    site: str, prefixes: Iterable[Cidr], named: Iterable[Cidr], others: Iterable[Cidr], name: str = ""
) -> Location | None:
    """The location of the remainder, or None if every address is in another location.

    - `prefixes`: the addresses that the site may send from. `named`: the addresses of other locations.
    - `others`: the addresses that other sites may send from. The more specific prefix has an address.
    """
    behind_site = tuple(prefixes)
    ours = Cover(behind_site)
    taken = [span(c) for c in named]
    taken += [span(c) for c in others if ours.of(c, c.prefixlen - 1)]
    spans = tuple(subtract([span(c) for c in behind_site], sorted(taken)))
    if not spans:
        return None
    return Location(name or rest_name(site), LocationKind.SITE_NETWORK, behind_site, site=site, spans=spans)


def with_rests(locations: Locations, estate: Estate, network: Network) -> Locations:
    """The locations of an intent, with the remainder of each site."""
    # AWS has the addresses of the transit gateway's blocks.
    hubs = (environment.hub for environment in estate.environments if environment.hub is not None)
    blocks = (*estate.blocks, *(block for hub in hubs for block in hub.cidr_blocks))
    named = [*visible_ranges(estate, network), *map(ip_network, blocks)]
    named += [cidr for site in locations.sites for cidr in site.networks]
    sent = {site.name: behind(_sent(site, estate)) for site in locations.sites}
    sites: list[Site] = []
    found: list[Location] = []
    for site in locations.sites:
        left = rest(site.name, sent[site.name], named, [c for o in sent if o != site.name for c in sent[o]])
        sites.append(replace(site, rest=tuple(_cidrs(left)) if left is not None else ()))
        found += [left] if left is not None else []
    everything = in_order([*(each for each in locations.all if each.kind is not LocationKind.INTERNET), *found])
    return replace(locations, all=everything, sites=tuple(sites))


def _cidrs(location: Location) -> Iterator[Cidr]:
    """The addresses of a remainder as CIDRs."""
    for low, high in location.spans:
        first, last = address_at(low), address_at(high)
        if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
            yield from summarize_address_range(first, last)
        if isinstance(first, IPv6Address) and isinstance(last, IPv6Address):
            yield from summarize_address_range(first, last)


def _sent(site: Site, estate: Estate) -> Iterator[Cidr]:
    """The prefixes that a site advertises, and a default route if a static one leads to it."""
    if not isinstance(site.advertises, Unknown):
        yield from (advertised.prefix for advertised in site.advertises)
    if any(routed_by_default(estate, known) for known in estate.sites if known.name == site.name):
        yield ip_network("0.0.0.0/0")


def vpc_ranges(network: Network) -> tuple[Cidr, ...]:
    """Every CIDR of a VPC that is known."""
    return tuple(c for vpc in network.vpcs.values() for c in vpc.cidrs if not isinstance(c, Unknown))
