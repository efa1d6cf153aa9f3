"""The remainder of a site: addresses that it advertises and that are in none of its named networks.

A site that advertises a summary or a default route may send packets from all its addresses. A segment that is limited
to some site networks, or that has allowed connections with them, does not accept packets from the remainder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, collapse_addresses

from isthmus.intent.estate import Estate
from isthmus.intent.network_acl_rules import AclRule, acl_rules, limited_locations
from isthmus.intent.reachability import networks_denied, networks_reached, segments_reached, sites_reached
from isthmus.intent.remembered import remembered
from isthmus.intent.segment import Segment
from isthmus.intent.site import Site
from isthmus.intent.spoke import Spoke

# The on-premises addresses behind a default route: private and shared address space.
# https://www.rfc-editor.org/rfc/rfc1918#section-3 and https://www.rfc-editor.org/rfc/rfc6598#section-7
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")))
_EVERYTHING = IPv4Network("0.0.0.0/0")


def advertised_ranges(estate: Estate, site: Site) -> tuple[IPv4Network, ...]:
    """The source ranges of packets from a site to AWS: its advertised prefixes; for a default route, private ranges."""
    given = set(_networks(site.advertises))
    if _EVERYTHING in given or routed_by_default(estate, site):
        given.update(PRIVATE)
    return tuple(sorted(collapse_addresses(given - {_EVERYTHING})))


def routed_by_default(estate: Estate, site: Site) -> bool:
    """Whether a connection of a site has a static default route."""
    return any(
        connection.default_route and estate.site_of(connection).name == site.name
        for connection in estate.vpn_connections
    )


def rest_of(estate: Estate, site: Site) -> tuple[IPv4Network, ...]:
    """The advertised prefixes of a site with addresses outside all site networks and outside the estate's ranges."""
    named = [cidr for other in estate.sites for cidr in _networks(other.networks.values())]
    named += _own(estate)
    return tuple(prefix for prefix in advertised_ranges(estate, site) if list(without_ranges(prefix, named)))


@remembered
def _own(estate: Estate) -> tuple[IPv4Network, ...]:
    """The ranges of the estate: its blocks, and ranges of spokes outside them."""
    texts = [*estate.blocks, *(c for _, spoke in estate.spokes for c in spoke.routed_cidrs)]
    return tuple(collapse_addresses(_networks(texts)))


def _networks(texts: Iterable[str]) -> Iterator[IPv4Network]:
    """The networks in texts, without invalid ones, which a rule reports."""
    for text in texts:
        with suppress(ValueError):
            yield IPv4Network(text)


def without_ranges(whole: IPv4Network, holes: Iterable[IPv4Network]) -> Iterator[IPv4Network]:
    """A network without some ranges, as networks."""
    inside = [hole for hole in collapse_addresses(holes) if hole.overlaps(whole)]
    if not inside:
        yield whole
    elif not any(whole.subnet_of(hole) for hole in inside):
        for half in whole.subnets():
            yield from without_ranges(half, inside)


def is_limited(estate: Estate, segment: Segment, site: Site) -> bool:
    """Whether a segment is limited to named networks of a site, and denies packets from the remainder.

    It is limited if it has `site_networks`, if an allowed connection names it with a network of the site, or if it does
    not reach the site.
    """
    if segment.site_networks is not None or site.name not in {other.name for other in sites_reached(estate, segment)}:
        return True
    networks = {f"{site.name}/{name}" for name in site.networks}
    pairs = [{str(entry.source), str(entry.to)} for entry in estate.allowed_connections]
    return any(segment.name in pair and networks & pair for pair in pairs)


@remembered
def rest_denied(estate: Estate, segment: Segment) -> tuple[IPv4Network, ...]:
    """The prefixes of sites from which a segment accepts only named networks.

    Empty if the segment reaches no site, since its route tables then have no routes on-premises.
    """
    if not sites_reached(estate, segment):
        return ()
    unlimited = [site for site in estate.sites if not is_limited(estate, segment, site)]
    accepted = [prefix for site in unlimited for prefix in advertised_ranges(estate, site)]
    denied = {
        prefix for site in estate.sites if is_limited(estate, segment, site) for prefix in rest_of(estate, site)
    } - set(accepted)
    return tuple(sorted(collapse_addresses(denied)))


@remembered
def rest_accepted(estate: Estate, segment: Segment) -> tuple[IPv4Network, ...]:
    """The parts of denied prefixes that a segment accepts: ranges of sites and of the estate.

    It accepts all ranges of the estate if it reaches a segment without allowed connections. See `own_ranges` for the
    ranges of its own spokes.
    """
    denied, limited = rest_denied(estate, segment), limited_locations(estate, segment)
    named = [
        *_networks(cidr for name, cidr in networks_reached(estate, segment).items() if name not in limited),
        *(
            prefix
            for site in estate.sites
            if not is_limited(estate, segment, site)
            for prefix in advertised_ranges(estate, site)
        ),
    ]
    if any(other.name not in limited for other in segments_reached(estate, segment)):
        named += _own(estate)
    return tuple(c for c in collapse_addresses(named) if any(c.overlaps(prefix) for prefix in denied))


def own_ranges(estate: Estate, spoke: Spoke) -> tuple[str, ...]:
    """The ranges of a spoke that a rule would deny: traffic inside a VPC is always allowed."""
    segment = estate.segment(spoke.segment)
    limited = list(_networks(cidr for cidrs in limited_locations(estate, segment).values() for cidr in cidrs))
    accepted = rest_accepted(estate, segment)

    def is_denied(own: IPv4Network) -> bool:
        in_rest = any(own.overlaps(prefix) for prefix in rest_denied(estate, segment))
        return any(own.overlaps(cidr) for cidr in limited) or (in_rest and not any(own.subnet_of(c) for c in accepted))

    return tuple(sorted(text for text in spoke.vpc_cidrs for own in _networks([text]) if is_denied(own)))


def allowed_connection_rules(estate: Estate, segment: Segment, *, inbound: bool) -> Iterator[AclRule]:
    """The rules for allowed connections, without deny rules that the rules for sites make redundant."""
    for rule in acl_rules(estate, segment, inbound=inbound):
        if rule.passes is not None or not _already_denied(estate, segment, rule.cidr):
            yield rule


def _already_denied(estate: Estate, segment: Segment, text: str) -> bool:
    """Whether a range is inside a denied prefix and overlaps no accepted range."""
    return all(
        any(cidr.subnet_of(prefix) for prefix in rest_denied(estate, segment))
        and not any(cidr.overlaps(accepted) for accepted in rest_accepted(estate, segment))
        for cidr in _networks([text])
    )


class Rank(Enum):
    """The kinds of rules for sites, in the order of rules: the first matching rule decides."""

    NETWORK = "a denied network"
    NAMED = "an accepted part of a denied prefix"
    UNNAMED = "a denied prefix"


@dataclass(frozen=True, slots=True)
class SiteRule:
    """A rule for all traffic with a range: an allow rule with Rank.NAMED, else a deny rule."""

    rank: Rank
    name: str
    cidr: str


def site_rules(estate: Estate, segment: Segment) -> tuple[SiteRule, ...]:
    """The network ACL rules of a segment's spokes for sites, in order; the same for both directions."""
    networks = sorted(networks_denied(estate, segment).items())
    not_covered = [(name, cidr) for name, cidr in networks if not _already_denied(estate, segment, cidr)]
    return (
        *(SiteRule(Rank.NETWORK, name, cidr) for name, cidr in not_covered),
        *(SiteRule(Rank.NAMED, f"named {cidr}", str(cidr)) for cidr in rest_accepted(estate, segment)),
        *(SiteRule(Rank.UNNAMED, f"unnamed {cidr}", str(cidr)) for cidr in rest_denied(estate, segment)),
    )
