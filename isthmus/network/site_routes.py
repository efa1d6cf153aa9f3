"""The routes of the router at a site, and its decision for each destination.

The router has routes to its own networks, and the routes that it learns from AWS over BGP. It uses the longest-prefix
match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from isthmus.network.address_space import Cover, Nest, RangeMap, compile_prefixes
from isthmus.network.learned_routes import is_default
from isthmus.network.model import Cidr, Site, Unknown
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes


class SiteDecision(NamedTuple):
    """What the router of a site does with a packet.

    - `delivered`: the destination is at the site.
    - `over`: the attachments over which the router may send the packet to AWS.
    - `unknown`: why the decision is unknown. With `over`, the router may also drop the packet.
    - `may_lack_route`: the router may have no route to AWS for the packet, in spite of `over`.

    All are empty for a packet that the router does not send to AWS.
    """

    delivered: bool = False
    over: tuple[str, ...] = ()
    unknown: str = ""
    may_lack_route: bool = False


_OWN = ""  # the next hop of a route to a network of the site
# The next hop of a prefix that the site advertises and does not have: the internet, or no next hop.
_NOT_AWS = "(not AWS)"
_Entry = tuple[Cidr, str]  # a prefix with its next hop: `_OWN`, `_NOT_AWS` or an attachment


class SiteRoutes:
    """The routes at a site: `transit` for packets that come from AWS, else for packets from the hosts of the site."""

    def __init__(self, site: Site, transit: bool, attachments_unknown_reason: str) -> None:
        self.site = site
        self.transit = transit
        self._attachments_unknown_reason = attachments_unknown_reason
        self._unknown_reason = attachments_unknown_reason
        self._may_advertise_more: dict[str, str] = {}  # by attachment, why
        self._routes: dict[_Entry, None] = dict.fromkeys((cidr, _OWN) for cidr in (*site.networks, *site.rest))
        self._blackholes: dict[_Entry, None] = {}
        self._may_be_refused: dict[_Entry, str] = {}
        advertised = () if isinstance(site.advertises, Unknown) else tuple(a.prefix for a in site.advertises)
        self._has_default = any(is_default(cidr) for cidr in advertised)
        if transit:
            # A site that advertises a summary delivers to its networks and discards the rest, to prevent a loop.
            # https://www.rfc-editor.org/rfc/rfc4632#section-5.1
            networks = Cover(site.networks)
            self._routes |= dict.fromkeys((cidr, _OWN if networks.of(cidr) else _NOT_AWS) for cidr in advertised)

    def learn(self, attachment: str, advertised: AdvertisedPrefixes) -> None:
        """Add the prefixes that AWS advertises over an attachment."""
        if advertised.unknown:
            self._may_advertise_more[attachment] = advertised.unknown
        self._unknown_reason = self._unknown_reason or advertised.unknown
        usable = (cidr for cidr in advertised.prefixes if not (self._has_default and is_default(cidr)))
        self._routes |= dict.fromkeys((cidr, attachment) for cidr in usable)
        self._blackholes |= dict.fromkeys((cidr, attachment) for cidr in advertised.blackholes)
        self._may_be_refused |= {(cidr, attachment): why for cidr, why in advertised.may_be_refused.items()}

    def compiled(self) -> RangeMap[SiteDecision]:
        """The decision for each destination."""
        blackholes = [entry for entry in self._blackholes if entry not in self._routes]
        return compile_prefixes([*self._routes, *blackholes], self._decide, SiteDecision(unknown=self._unknown_reason))

    def _decide(self, nest: Nest[str]) -> SiteDecision:
        """The decision with all routes; combined with the one without the routes that the router may refuse."""
        decision = self._longest_match(nest)
        if decision.delivered or not self._may_be_refused:
            return decision
        refusable = [(cidr, hop) for cidr, hops in nest for hop in hops if (cidr, hop) in self._may_be_refused]
        if not refusable:
            return decision
        accepted = [(cidr, [hop for hop in hops if (cidr, hop) not in self._may_be_refused]) for cidr, hops in nest]
        attachments = dict.fromkeys(hop for _, hop in refusable)
        return _either(decision, self._longest_match(accepted), attachments, self._may_be_refused[refusable[0]])

    def _longest_match(self, nest: Nest[str]) -> SiteDecision:
        for prefix, hops in nest:
            next_hops = [hop for hop in hops if (prefix, hop) in self._routes]
            if _OWN in next_hops:
                return self._deliver(prefix)
            if _NOT_AWS in next_hops:
                return self._not_to_aws(nest, prefix.prefixlen + 1)
            if next_hops:
                return self._to_aws(nest, prefix, next_hops)
        return self._not_to_aws(nest, 0)

    def _deliver(self, prefix: Cidr) -> SiteDecision:
        """To a network of the site, unless AWS may advertise a more specific prefix."""
        more_specific = "" if prefix.prefixlen == prefix.max_prefixlen else self._unknown_reason
        return SiteDecision(delivered=not more_specific, unknown=more_specific)

    def _to_aws(self, nest: Nest[str], prefix: Cidr, attachments: list[str]) -> SiteDecision:
        """To AWS over the attachments with the longest-prefix match."""
        # If an attachment may advertise more, the router may use it as well, or instead.
        others = (why for attachment, why in self._may_advertise_more.items() if attachment not in attachments)
        if unknown_reason := self._attachments_unknown_reason or next(others, ""):
            return SiteDecision(unknown=unknown_reason)
        over = tuple(dict.fromkeys(attachments))
        if all(attachment in attachments for attachment in self._blackholes_at_least(nest, prefix.prefixlen)):
            return SiteDecision(over=over)
        # AWS does not document whether it advertises blackhole routes. If it does, the packet may match one.
        return SiteDecision(over=over, unknown=f"whether AWS advertises to {self.site.name} the blackholes in {prefix}")

    def _not_to_aws(self, nest: Nest[str], length: int) -> SiteDecision:
        """The packet is not sent to AWS, unless AWS may advertise a blackhole route at least as long as `length`.

        Then the result is unknown. For hosts of the site it makes no difference: AWS drops the packet.
        """
        attachment = next(self._blackholes_at_least(nest, length), "") if self.transit else ""
        if attachment:
            return SiteDecision(unknown=f"whether AWS advertises to {self.site.name} the blackholes of {attachment}")
        return SiteDecision(unknown=self._unknown_reason)

    def _blackholes_at_least(self, nest: Nest[str], length: int) -> Iterator[str]:
        """The attachments over which AWS may advertise a blackhole route at least as long as `length`."""
        for prefix, hops in nest:
            if prefix.prefixlen >= length:
                yield from (hop for hop in hops if (prefix, hop) not in self._routes)


def _either(taken: SiteDecision, refused: SiteDecision, attachments: Iterable[str], why: str) -> SiteDecision:
    """The combination of two decisions, where a router may take or refuse the prefixes of some attachments."""
    if taken == refused and len(taken.over) < 2:
        return taken
    if refused.delivered or not taken.over or (refused.unknown and not refused.over):
        return SiteDecision(unknown=refused.unknown or why)
    over = tuple(dict.fromkeys((*taken.over, *attachments, *refused.over)))
    return SiteDecision(over=over, unknown=why, may_lack_route=not refused.over)
