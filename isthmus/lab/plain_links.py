"""Sites with a plain link for each VPN connection, which stands for both of its tunnels and for BGP."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from ipaddress import IPv4Network

from isthmus.lab.routers import KernelRoutes, Routers
from isthmus.lab.sites import Site
from isthmus.lab.transit_routes import Routes, advertised, transit_routes

__all__ = ["PlainLinks"]


class PlainLinks:
    """The links of sites, and the routes that follow from what sites and AWS advertise. The intent says what sites do:
    BGP is no part of Terraform.
    """

    def __init__(self, routers: Routers) -> None:
        self.routers = routers
        self.wiring = routers.wiring
        self._ends: dict[str, tuple[str, str]] = {}  # VPN connections: ends at the site, at the gateway
        for site in routers.sites.values():
            for connection in site.connections:
                gateway = routers.gateways[routers.region.attachments[connection].gateway]
                self._ends[connection] = self.wiring.link(routers.site_routers[site.name], gateway, "p")
                routers.enter_vpn(connection, self._ends[connection][1])
            if site.routable and site.connections:
                routers.translate(site, [self._ends[connection][0] for connection in site.connections])
        for (namespace, table, prefix), interfaces in self.routes().items():
            self.wiring.route(namespace, prefix, interfaces, table)

    def routes(self, down: Iterable[str] = (), zones: Collection[str] = ()) -> KernelRoutes:
        """The routes, without the VPN connections and the zones that are down."""
        region, up = self.routers.region, set(self._ends) - set(down)
        learned = {
            connection: site.advertises
            for site in self.routers.sites.values()
            for connection in site.connections
            if connection in up and not region.attachments[connection].static
        }
        pick = self.routers.pick
        tables = {table: transit_routes(region, learned, table, pick) for table in region.gateway_tables}

        def hops_to(connection: str, prefix: IPv4Network) -> Sequence[str]:
            return [self._ends[connection][1]] if connection in up else []

        received = {site.name: self._received(site, tables, up) for site in self.routers.sites.values()}
        return self.routers.transit(tables, hops_to, zones) | self.routers.site_routes(received)

    def _received(self, site: Site, tables: Mapping[str, Routes], up: set[str]) -> dict[IPv4Network, list[str]]:
        found: dict[IPv4Network, list[str]] = {}
        for connection in site.connections:
            routes = tables.get(self.routers.region.associations.get(connection, ""), {})
            if connection in up:
                for prefix in advertised(self.routers.region, self.routers.sites, routes, connection):
                    found.setdefault(prefix, []).append(self._ends[connection][0])
        return found
