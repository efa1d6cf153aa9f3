"""The rest of a site: addresses that it advertises and that no named network holds.

A site that advertises a summary, or a default route, sends packets from all of it. Named networks are a part of that:
a segment that may reach some of them, or of which it is said who may open what, does not accept packets from the rest.
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
from isthmus.intent.segment import Segment
from isthmus.intent.site import Site
from isthmus.intent.spoke import Spoke

# What a default route leads to on-premises, beside the internet: private and shared addresses.
# https://www.rfc-editor.org/rfc/rfc1918#section-3 and https://www.rfc-editor.org/rfc/rfc6598#section-7
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")))
_EVERYTHING = IPv4Network("0.0.0.0/0")


def advertised_ranges(estate: Estate, site: Site) -> tuple[IPv4Network, ...]:
    """The prefixes from which a site sends packets to AWS; of a default route its private part."""
    given = set(_networks(site.advertises))
    if _EVERYTHING in given or routed_by_default(estate, site):
        given.update(PRIVATE)
    return tuple(sorted(collapse_addresses(given - {_EVERYTHING})))


def routed_by_default(estate: Estate, site: Site) -> bool:
    """Whether a static default route leads to a site, so that everything which nothing else has is there."""
    return any(
        connection.default_route and estate.site_of(connection).name == site.name
        for connection in estate.vpn_connections
    )


def rest_of(estate: Estate, site: Site) -> tuple[IPv4Network, ...]:
    """The advertised prefixes of a site that hold addresses without a name: neither a network's nor the estate's."""
    named = [cidr for other in estate.sites for cidr in _networks(other.networks.values())]
    named += _own(estate)
    return tuple(prefix for prefix in advertised_ranges(estate, site) if list(without_ranges(prefix, named)))


def _own(estate: Estate) -> tuple[IPv4Network, ...]:
    """The ranges of the estate: its blocks, and what spokes have outside of them."""
    texts = [*estate.blocks, *(c for _, spoke in estate.spokes for c in (spoke.cidr, *spoke.secondary_cidrs))]
    return tuple(collapse_addresses(_networks(texts)))


def _networks(texts: Iterable[str]) -> Iterator[IPv4Network]:
    """Texts as networks. What is none has a rule of its own to complain of it."""
    for text in texts:
        with suppress(ValueError):
            yield IPv4Network(text)


def without_ranges(whole: IPv4Network, holes: Iterable[IPv4Network]) -> Iterator[IPv4Network]:
    """What is left of a network without some others."""
    inside = [hole for hole in collapse_addresses(holes) if hole.overlaps(whole)]
    if not inside:
        yield whole
    elif not any(whole.subnet_of(hole) for hole in inside):
        for half in whole.subnets():
            yield from without_ranges(half, inside)


def is_limited(estate: Estate, segment: Segment, site: Site) -> bool:
    """Whether a segment is limited in what it reaches of a site: then it does not accept packets from the rest of it.

    It is where its site networks are listed, where it is said what one side may open to the other, and of a site that
    it does not reach at all.
    """
    if segment.site_networks is not None or site.name not in {other.name for other in sites_reached(estate, segment)}:
        return True
    networks = {f"{site.name}/{name}" for name in site.networks}
    sides = [
        {str(allowed_connections.source), str(allowed_connections.to)}
        for allowed_connections in estate.allowed_connections
    ]
    return any(segment.name in side and networks & side for side in sides)


def rest_denied(estate: Estate, segment: Segment) -> tuple[IPv4Network, ...]:
    """The prefixes from which a segment accepts nothing but what is named: of every site that it is limited with.

    None where the segment reaches no site, since no table of its spokes leads on-premises then.
    """
    if not sites_reached(estate, segment):
        return ()
    open_ = [site for site in estate.sites if not is_limited(estate, segment, site)]
    accepted = [prefix for site in open_ for prefix in advertised_ranges(estate, site)]
    denied = {
        prefix for site in estate.sites if is_limited(estate, segment, site) for prefix in rest_of(estate, site)
    } - set(accepted)
    return tuple(sorted(collapse_addresses(denied)))


def rest_accepted(estate: Estate, segment: Segment) -> tuple[IPv4Network, ...]:
    """The parts of the denied prefixes that a segment accepts all the same: of its estate, and of sites.

    Of the estate all, where it reaches spokes of which nothing else is said. Its spokes' own ranges have rules of their
    own: see `own_ranges`.
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
    """The spoke's own ranges, where a rule would stop them: inside a VPC all may talk."""
    segment = estate.segment(spoke.segment)
    far = list(_networks(cidr for cidrs in limited_locations(estate, segment).values() for cidr in cidrs))
    accepted = rest_accepted(estate, segment)

    def stopped(own: IPv4Network) -> bool:
        in_rest = any(own.overlaps(prefix) for prefix in rest_denied(estate, segment))
        return any(own.overlaps(cidr) for cidr in far) or (in_rest and not any(own.subnet_of(c) for c in accepted))

    return tuple(
        sorted(text for text in (spoke.cidr, *spoke.secondary_cidrs) for own in _networks([text]) if stopped(own))
    )


def allowed_connection_rules(estate: Estate, segment: Segment, *, inbound: bool) -> Iterator[AclRule]:
    """What is said of openings, without rules that stop what the rules about sites stop anyway."""
    for rule in acl_rules(estate, segment, inbound=inbound):
        if rule.passes is not None or not _stopped_anyway(estate, segment, rule.cidr):
            yield rule


def _stopped_anyway(estate: Estate, segment: Segment, text: str) -> bool:
    """Whether a range is part of a denied prefix, and none of it is accepted."""
    return all(
        any(cidr.subnet_of(prefix) for prefix in rest_denied(estate, segment))
        and not any(cidr.overlaps(accepted) for accepted in rest_accepted(estate, segment))
        for cidr in _networks([text])
    )


class Rank(Enum):
    """What a rule about a site says, in the order of rules: of ranges inside each other the first one decides."""

    NETWORK = "a network that is out of bounds"
    NAMED = "what is accepted of a denied prefix"
    UNNAMED = "a prefix of which the rest is denied"


@dataclass(frozen=True, slots=True)
class SiteRule:
    """A rule for all traffic with a range: accepted if it has a name, else denied."""

    rank: Rank
    name: str
    cidr: str


def site_rules(estate: Estate, segment: Segment) -> tuple[SiteRule, ...]:
    """What network ACLs of a segment's spokes say of sites, in order; the same in both directions."""
    networks = sorted(networks_denied(estate, segment).items())
    apart = [(name, cidr) for name, cidr in networks if not _stopped_anyway(estate, segment, cidr)]
    return (
        *(SiteRule(Rank.NETWORK, name, cidr) for name, cidr in apart),
        *(SiteRule(Rank.NAMED, f"named {cidr}", str(cidr)) for cidr in rest_accepted(estate, segment)),
        *(SiteRule(Rank.UNNAMED, f"unnamed {cidr}", str(cidr)) for cidr in rest_denied(estate, segment)),
    )
