"""The walk on-premises: what a site's router does, and the ways between it and AWS."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from isthmus.network import cloudhub
from isthmus.network.address_space import PUBLIC, merge, show_range
from isthmus.network.answers import Hop, Path
from isthmus.network.block import Block
from isthmus.network.index import SiteStep
from isthmus.network.model import Site, Unknown
from isthmus.network.route_tables import NO_ROUTE, Route
from isthmus.network.walk.steps import Pieces, Seen, SitePlace, Steps, after, unknown


class SiteSteps(Steps):
    """Steps at a site, and over its connections."""

    def to_site(self, connection: str, route: Route | None, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Over a VPN connection or Direct Connect gateway to the site's router, and what that does next.

        The router keeps what is for its networks. A prefix that AWS itself told it comes back (the hairpin). Addresses
        on the internet leave there. Nothing is known of others.
        """
        down = self.index.down(connection)
        kind = "VPN connection" if connection in self.network.vpns else "Direct Connect gateway"
        path = after(path, Hop(kind, connection, route.address if route else ""))
        if down:
            path = path._replace(blocks=(*path.blocks, Block("connection-down", connection, down)))
            if not self.past_blocks:
                return [(low, high, (path,))]
        site = self.index.sites.by_connection[connection]
        place = SitePlace(site.name)
        pieces: Pieces = []
        for first, last, step in self.index.site_transit(site).within(low, high):
            if step.here:
                pieces.append((first, last, (self._at_site(site, path),)))
            elif isinstance(site.advertises, Unknown):
                # It may have this network itself, or a way to it: what AWS told it need not be what it follows.
                pieces += unknown(first, last, path, f"what lies behind {connection}: {site.advertises.reason}")
            elif step.over and place not in seen:
                back = after(path, Hop("site", site.name, "the site is told this prefix and sends it back to AWS"))
                back = back._replace(hairpin=(*back.hairpin, site.name))
                onward = self.from_site_over(site, step.over, first, last, back, (*seen, place))
                pieces += self._unless_public(_with_unknowns(onward, step.unknown), step, path)
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
                hops = (*path.hops, Hop("internet", "internet", f"by way of site {site.name}"))
                pieces.append((first, last, (path._replace(hops=hops, end="internet", exit=connection),)))
            else:
                why = f"site {site.name} has no network {show_range(first, last)}"
                pieces += self.stopped(first, last, path, Block("not-at-site", connection, why))
        return pieces

    @staticmethod
    def _unless_public(pieces: Pieces, step: SiteStep, path: Path) -> Pieces:
        """What AWS sent a site, and it may take no route of AWS for: on the internet it may get there on its own."""
        if not step.beyond:
            return pieces
        found: Pieces = []
        for low, high, paths in pieces:
            for first, last, public in PUBLIC.within(low, high):
                found += unknown(first, last, path, step.unknown) if public else [(first, last, paths)]
        return found

    def from_site(self, site: Site, low: int, high: int, path: Path, seen: Seen = ()) -> Pieces:
        """From a site's host: over whatever was told the prefix."""
        path = after(path, Hop("site", site.name))
        if not site.connections and isinstance(site.advertises, Unknown):
            return unknown(low, high, path, f"where site {site.name} is connected: {site.advertises.reason}")
        if not self.index.ways_in(site) and not self.index.ways_unknown_reason(site):
            why = f"no connection of site {site.name} is up"
            return self.stopped(low, high, path, Block("connection-down", ", ".join(site.connections), why))
        pieces: Pieces = []
        for first, last, step in self.index.site_outbound(site).within(low, high):
            if step.here:
                pieces.append((first, last, (path._replace(end=site.name),)))
            elif step.over:
                pieces += _with_unknowns(self.from_site_over(site, step.over, first, last, path, seen), step.unknown)
            elif step.unknown:
                pieces += unknown(first, last, path, step.unknown)
            else:
                ways = [way for _, way in self.index.ways_in(site)]
                why = f"site {site.name} is not told {show_range(first, last)}, so it does not send it to AWS"
                block = Block("not-advertised-to-site", self._telling(ways[0]), why)
                pieces += self.stopped(
                    first, last, path, block, _bind(self.from_site_over, site, ways[:1], first, last, seen)
                )
        return pieces

    def _telling(self, way: str) -> str:
        """The resource to change for a site to be told more: the table associated with its attachment."""
        attachment = self.network.attachments.get(way)
        return attachment.table if attachment is not None and isinstance(attachment.table, str) else way

    def from_site_over(self, site: Site, ways: Sequence[str], low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """From a site's router into AWS over attachments (or, at a virtual private gateway, over connections)."""
        options = []
        for way in ways:
            attachment = self.network.attachments.get(way)
            direct = self.index.direct_connect_ways.get(way)
            connection = str(attachment.attached) if attachment else direct[0] if direct else way
            kind = "VPN connection" if connection in self.network.vpns else "Direct Connect gateway"
            inside = after(path, Hop(kind, connection, f"from site {site.name}"))
            if attachment is not None:
                options.append(self.into_tgw(attachment, "", low, high, inside, seen))
            else:
                gateway = direct[1] if direct else str(self.network.vpns[way].gateway)
                inside = after(inside, Hop("virtual private gateway", gateway))
                options.append(self._out_of_vpn_gateway(connection, gateway, low, high, inside, seen))
        return merge(options)

    def _out_of_vpn_gateway(self, connection: str, gateway: str, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Into the gateway's VPC, or on to another site that the gateway learns the prefix from."""
        vpc = self.network.gateways[gateway].vpc
        pieces: Pieces = []
        for start, end, owners in self.index.vpc_owners.within(low, high):
            for first, last, decision in self.index.gateway_table(gateway).decide.within(start, end):
                if vpc in owners or (vpc is not None and decision == NO_ROUTE):
                    pieces += self.out_of_gateway(gateway, first, last, path, seen)
                elif decision.unknown:
                    pieces += unknown(first, last, path, decision.unknown)
                elif not decision.routes:
                    block = Block("no-route", gateway, f"the gateway knows no route to {show_range(first, last)}")
                    pieces += self.stopped(first, last, path, block)
                else:
                    options = [
                        self._on_to(connection, gateway, str(route.target), route, first, last, path, seen)
                        for route in decision.routes
                    ]
                    pieces += merge(options)
        return pieces

    def _on_to(
        self, near: str, gateway: str, far: str, route: Route, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        """From one connection of a virtual private gateway over another."""
        if why := cloudhub.unknown_reason(self.network, gateway, near, far):
            return unknown(low, high, path, why)
        return self.to_site(far, route, low, high, path, seen)


def _with_unknowns(pieces: Pieces, unknown_reason: str) -> Pieces:
    """The pieces where packets may be dropped instead: what is stopped is stopped either way, all else is unknown."""
    if not unknown_reason:
        return pieces
    return [
        (low, high, tuple(path._replace(unknown=path.unknown or unknown_reason) for path in paths))
        for low, high, paths in pieces
    ]


def _bind(
    step: Callable[[Site, Sequence[str], int, int, Path, Seen], Pieces],
    site: Site,
    ways: Sequence[str],
    low: int,
    high: int,
    seen: Seen,
) -> Callable[[Path], Pieces]:
    return lambda path: step(site, ways, low, high, path, seen)
