"""The walk on-premises: the router of a site, and the connections between it and AWS."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from isthmus.network import cloudhub
from isthmus.network.address_space import PUBLIC, merge, show_range
from isthmus.network.answers import Hop, Path
from isthmus.network.block import Block
from isthmus.network.model import Site, Unknown
from isthmus.network.route_tables import NO_ROUTE, Route
from isthmus.network.site_routes import SiteDecision
from isthmus.network.walk.pieces import Pieces, Seen, SitePlace, Steps, after, unknown


class SiteSteps(Steps):
    """Steps at a site, and over its connections."""

    def to_site(self, connection: str, route: Route | None, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Over a VPN connection or Direct Connect gateway to the router of the site, and its decision.

        The router delivers packets to its own networks. It returns a packet to a prefix that AWS advertises to it (a
        hairpin). It sends a packet to a public address to the internet. It drops other packets.
        """
        down = self.index.down_reason(connection)
        kind = "VPN connection" if connection in self.network.vpns else "Direct Connect gateway"
        path = after(path, Hop(kind, connection, route.address if route else ""))
        if down:
            path = path.blocked(Block("connection-down", connection, down))
            if not self.past_blocks:
                return [(low, high, (path,))]
        site = self.index.sites.by_connection[connection]
        place = SitePlace(site.name)
        pieces: Pieces = []
        for first, last, step in self.bgp.transit(site).within(low, high):
            if step.delivered:
                pieces.append((first, last, (self._at_site(site, path),)))
            elif isinstance(site.advertises, Unknown):
                # It may have a route to this network that is better than the route from AWS.
                pieces += unknown(first, last, path, f"the networks behind {connection}: {site.advertises.reason}")
            elif step.over and place not in seen:
                back = after(
                    path,
                    Hop(
                        "site", site.name, "AWS advertises this prefix to the site, which sends the packet back to AWS"
                    ),
                )
                back = back._replace(hairpin=(*back.hairpin, site.name))
                onward = self.from_site_over(site, step.over, first, last, back, (*seen, place))
                pieces += self._unless_public(_may_be_dropped(onward, step.unknown), step, path)
            elif step.over:
                why = f"between AWS and site {site.name}: a routing loop"
                stopped = self.stopped(first, last, path, Block("routing-loop", connection, why))
                pieces += self._unless_public(stopped, step, path)
            else:
                pieces += self._beyond_site(site, connection, step.unknown, first, last, path)
        return pieces

    def _at_site(self, site: Site, path: Path) -> Path:
        return path._replace(hops=(*path.hops, Hop("site", site.name)), end=site.name)

    def _beyond_site(self, site: Site, connection: str, unknown_reason: str, low: int, high: int, path: Path) -> Pieces:
        pieces: Pieces = []
        for first, last, public in PUBLIC.within(low, high):
            if unknown_reason:
                pieces += unknown(first, last, path, unknown_reason)
            elif public:
                hops = (*path.hops, Hop("internet", "internet", f"through site {site.name}"))
                pieces.append((first, last, (path._replace(hops=hops, end="internet", exit=connection),)))
            else:
                why = f"site {site.name} has no network {show_range(first, last)}"
                pieces += self.stopped(first, last, path, Block("not-at-site", connection, why))
        return pieces

    @staticmethod
    def _unless_public(pieces: Pieces, step: SiteDecision, path: Path) -> Pieces:
        """Pieces for packets from AWS, for which the site may have no route to AWS. The site may reach the internet."""
        if not step.may_lack_route:
            return pieces
        found: Pieces = []
        for low, high, paths in pieces:
            for first, last, public in PUBLIC.within(low, high):
                found += unknown(first, last, path, step.unknown) if public else [(first, last, paths)]
        return found

    def from_site(self, site: Site, low: int, high: int, path: Path, seen: Seen = ()) -> Pieces:
        """From a host at a site: over the attachments with the longest-prefix match."""
        path = after(path, Hop("site", site.name))
        if not site.connections and isinstance(site.advertises, Unknown):
            return unknown(low, high, path, f"where site {site.name} is connected: {site.advertises.reason}")
        if not self.bgp.attachments_up(site) and not self.bgp.attachments_unknown_reason(site):
            why = f"no connection of site {site.name} is up"
            return self.stopped(low, high, path, Block("connection-down", ", ".join(site.connections), why))
        pieces: Pieces = []
        for first, last, step in self.bgp.outbound(site).within(low, high):
            if step.delivered:
                pieces.append((first, last, (path._replace(end=site.name),)))
            elif step.over:
                pieces += _may_be_dropped(self.from_site_over(site, step.over, first, last, path, seen), step.unknown)
            elif step.unknown:
                pieces += unknown(first, last, path, step.unknown)
            else:
                attachments = [attachment for _, attachment in self.bgp.attachments_up(site)]
                why = f"AWS advertises no prefix for {show_range(first, last)} to site {site.name}"
                block = Block("not-advertised-to-site", self._advertising(attachments[0]), why)
                onward = partial(self._from_site_past_block, site, attachments[:1], first, last, seen)
                pieces += self.stopped(first, last, path, block, onward)
        return pieces

    def _from_site_past_block(
        self, site: Site, attachments: Sequence[str], low: int, high: int, seen: Seen, path: Path
    ) -> Pieces:
        return self.from_site_over(site, attachments, low, high, path, seen)

    def _advertising(self, attachment: str) -> str:
        """The resource to change so that AWS advertises more: the route table associated with the attachment."""
        found = self.network.attachments.get(attachment)
        return found.table if found is not None and isinstance(found.table, str) else attachment

    def from_site_over(
        self, site: Site, attachments: Sequence[str], low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        """From the router of a site into AWS over attachments, in the meaning of `isthmus.network.bgp`."""
        options = []
        for name in attachments:
            attachment = self.network.attachments.get(name)
            direct = self.index.direct_connect_at_gateways.get(name)
            connection = str(attachment.attached) if attachment else direct[0] if direct else name
            kind = "VPN connection" if connection in self.network.vpns else "Direct Connect gateway"
            inside = after(path, Hop(kind, connection, f"from site {site.name}"))
            if attachment is not None:
                options.append(self.into_tgw(attachment, "", low, high, inside, seen))
            else:
                gateway = direct[1] if direct else str(self.network.vpns[name].gateway)
                inside = after(inside, Hop("virtual private gateway", gateway))
                options.append(self._out_of_vpn_gateway(connection, gateway, low, high, inside, seen))
        return merge(options)

    def _out_of_vpn_gateway(self, connection: str, gateway: str, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Into the VPC of the gateway, or to another site that advertises the prefix to the gateway (CloudHub)."""
        vpc = self.network.gateways[gateway].vpc
        pieces: Pieces = []
        for start, end, owners in self.index.vpc_owners.within(low, high):
            for first, last, decision in self.index.gateway_table(gateway).decide.within(start, end):
                if vpc in owners or (vpc is not None and decision == NO_ROUTE):
                    pieces += self.out_of_gateway(gateway, first, last, path, seen)
                elif decision.unknown:
                    pieces += unknown(first, last, path, decision.unknown)
                elif not decision.routes:
                    block = Block("no-route", gateway, f"the gateway has no route to {show_range(first, last)}")
                    pieces += self.stopped(first, last, path, block)
                else:
                    options = [
                        self._to_other_site(connection, gateway, str(route.target), route, first, last, path, seen)
                        for route in decision.routes
                    ]
                    pieces += merge(options)
        return pieces

    def _to_other_site(
        self, near: str, gateway: str, far: str, route: Route, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        """From one connection of a virtual private gateway to another."""
        if why := cloudhub.unknown_reason(self.network, gateway, near, far):
            return unknown(low, high, path, why)
        return self.to_site(far, route, low, high, path, seen)


def _may_be_dropped(pieces: Pieces, unknown_reason: str) -> Pieces:
    """Pieces whose packets the router may drop instead. A blocked path stays blocked; all else is unknown."""
    if not unknown_reason:
        return pieces
    return [
        (low, high, tuple(path._replace(unknown=path.unknown or unknown_reason) for path in paths))
        for low, high, paths in pieces
    ]
