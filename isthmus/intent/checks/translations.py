"""Site networks with a non-routable range: the devices of the site translate it 1:1 to the range that AWS knows."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv4Network

from isthmus.intent.checks.lenient import (
    EVERYTHING,
    Link,
    direct_links,
    links,
    network,
    networks,
    over_direct_connect,
    resolved,
    segment_of,
)
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.estate import Estate
from isthmus.intent.model import place_of
from isthmus.intent.reachability import sites_reached, transit_between
from isthmus.intent.site import Site
from isthmus.intent.vpn import Routing

_ROUTING = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"
_SPECIAL = "https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml"
# This network, loopback, link-local with the inside addresses of tunnels, multicast, and reserved addresses.
_UNUSABLE = networks(["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"])


def _non_routable(estate: Estate) -> Iterator[tuple[Site, str, IPv4Network]]:
    """The non-routable range of each network that has one: its site and its name."""
    for site in estate.sites:
        for name, text in site.non_routable_cidrs.items():
            if (cidr := network(text)) is not None:
                yield site, name, cidr


def _part(name: str) -> str:
    return f'non-routable range of network "{name}"'


@rule("all other locations know the network by its range in networks")
def unknown_translated_network(estate: Estate) -> Iterator[Fault]:
    """`non_routable_cidrs` names a network that the site does not have."""
    for site in estate.sites:
        for name, text in site.non_routable_cidrs.items():
            if name not in site.networks:
                known = ", ".join(sorted(site.networks)) or "none"
                given = f'there is no network "{name}" in networks (they are: {known})'
                cidr = network(text)
                length = f"/{cidr.prefixlen}" if cidr is not None else "range of the same length"
                yield Fault(
                    site, given, f'networks={{"{name}": ...}} with a free {length}, or the right name', _part(name)
                )


@rule("each address has one address of the other range, so both ranges have the same number of addresses")
def translated_size_differs(estate: Estate) -> Iterator[Fault]:
    """A network and its non-routable range have different prefix lengths."""
    for site, name, cidr in _non_routable(estate):
        routable = network(site.networks.get(name, ""))
        if routable is not None and routable.prefixlen != cidr.prefixlen:
            yield Fault(
                site,
                f"{cidr} is a /{cidr.prefixlen}, and network {routable} is a /{routable.prefixlen}",
                f"a free /{cidr.prefixlen} in networks, or a non-routable range of /{routable.prefixlen}",
                _part(name),
            )


@rule("hosts cannot have such addresses. Tunnels have inside addresses in 169.254.0.0/16", _SPECIAL)
def unusable_non_routable_range(estate: Estate) -> Iterator[Fault]:
    """A non-routable range of a site contains addresses that hosts cannot have."""
    for site, name, cidr in _non_routable(estate):
        hit = next((special for special in _UNUSABLE if special.overlaps(cidr)), None)
        if hit is not None:
            yield Fault(site, f"{cidr} overlaps {hit}", "the range that the hosts have", _part(name))


@rule("an address at the site must belong to one host")
def ambiguous_non_routable_range(estate: Estate) -> Iterator[Fault]:
    """A non-routable range of a site overlaps a network or another non-routable range of the same site."""
    for site in estate.sites:
        own = [(name, cidr) for one, name, cidr in _non_routable(estate) if one is site]
        for index, (name, cidr) in enumerate(own):
            for other, text in site.networks.items():
                routable = network(text)
                if routable is not None and routable.overlaps(cidr):
                    kind = "its own network" if other == name else f'network "{other}"'
                    remedy = "a network in a free range, or no non-routable range" if other == name else _DISJOINT
                    yield Fault(site, f"{cidr} overlaps {kind} {routable}", remedy, _part(name))
            for other, met in own[:index]:
                if met.overlaps(cidr):
                    yield Fault(site, f'{cidr} overlaps {met} of network "{other}"', _DISJOINT, _part(name))


_DISJOINT = "ranges that do not overlap"


@rule("its hosts reach such addresses at their own site, so their packets never come to AWS", _ROUTING)
def non_routable_site_range_reached(estate: Estate) -> Iterator[Fault]:
    """A non-routable range of a site overlaps a range that the site has to reach through AWS."""
    for site, name, cidr in _non_routable(estate):
        for other, what, reached in _reached(estate, site):
            if reached.overlaps(cidr):
                given = f"{cidr} overlaps {what}, which it reaches, {place_of(other)}"
                remedy = "a translation of that range too (routable_cidr, or non_routable_cidrs there), or segments"
                yield Fault(site, given, f"{remedy} that do not reach each other", _part(name))


def _reached(estate: Estate, site: Site) -> Iterator[tuple[object, str, IPv4Network]]:
    """The ranges that AWS advertises to a site or leads packets of the site to, each with its owner."""
    sound = resolved(estate)
    for _, spoke in sound.spokes:
        segment = segment_of(sound, spoke.segment)
        if segment is not None and site.name in {one.name for one in sites_reached(sound, segment)}:
            yield from ((spoke, f"{cidr} of {subject(spoke)}", cidr) for cidr in networks(spoke.routed_cidrs))
    for other in estate.sites:
        if transit_between(site, other):
            for cidr in networks(dict.fromkeys((*other.networks.values(), *other.advertises))):
                if cidr != EVERYTHING:  # hosts prefer the range of their own site to a default route
                    yield other, f"{cidr} of {subject(other)}", cidr
    for interface in (link.interface for link in direct_links(estate) if link.site.name == site.name):
        try:
            peers = IPv4Interface(interface.customer_address).network
        except ValueError:  # `invalid-peer-addresses` reports it
            continue
        yield interface, f"{peers} of {subject(interface)}", peers


@rule("the device has a route for the block to AWS, which would take the place of its own network", _ROUTING)
def block_in_non_routable_site_range(estate: Estate) -> Iterator[Fault]:
    """A block of the estate lies inside a non-routable range of a site, or equals it."""
    blocks = networks(estate.blocks)
    for site, name, cidr in _non_routable(estate):
        hit = next((block for block in blocks if block.subnet_of(cidr)), None)
        if hit is not None:
            given = f"{cidr} contains the block {hit} of the estate, {place_of(estate)}"
            remedy = f"a block that is larger than {cidr}, or that does not overlap it"
            yield Fault(site, given, remedy, _part(name))


@rule(
    "AWS would send packets for addresses of this range to the site without a translation, and another location may "
    "have the range",
    _ROUTING,
)
def non_routable_range_advertised(estate: Estate) -> Iterator[Fault]:
    """A site with a non-routable range advertises a prefix that overlaps it, or has a default route."""
    for site, name, cidr in _non_routable(estate):
        for prefix, what in dict(_advertised(estate, site)).items():
            if prefix.overlaps(cidr):
                remedy = "only prefixes of its networks, and a default route from another site"
                yield Fault(site, f"{cidr} overlaps {what}", remedy, _part(name))


def _advertised(estate: Estate, site: Site) -> Iterator[tuple[IPv4Network, str]]:
    """The prefixes that AWS sends to a site: advertised ones, and a static default route."""
    for link in links(estate):
        if link.site is site:
            yield from _over_vpn(link)
    for direct in direct_links(estate):
        if direct.site is site:
            yield from ((cidr, f"the advertised prefix {cidr}") for cidr in networks(over_direct_connect(direct)))


def _over_vpn(link: Link) -> Iterator[tuple[IPv4Network, str]]:
    if link.connection.routing is Routing.BGP:
        yield from ((cidr, f"the advertised prefix {cidr}") for cidr in networks(link.site.advertises))
    if link.connection.default_route:
        yield EVERYTHING, f"the static default route of {subject(link.connection)}, {place_of(link.connection)}"
