"""On-premises sites, by what they and AWS announce to each other.

vpn/latest/s2svpn/vpn-route-priority.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from isthmus.network.answers import Outcome
from isthmus.network.model import Cidr, Gateway, Site, Unknown
from tests.network.judge.carried import Ending, Ip, Luggage, arrived, dropped, unknown
from tests.network.judge.doubt import Unclear, contains, known, length, truth
from tests.network.judge.found import best
from tests.network.judge.steps import Steps
from tests.network.judge.transit_tables import TransitTables
from tests.network.judge.vpc_tables import VpcTables

HERE, OUT = "(here)", "(out)"  # what a site does by itself: deliver, or send to the internet


class Sites(Steps, VpcTables, TransitTables):
    """What a site's routers do with a packet."""

    def _at_site(self, luggage: Luggage, connection: str, client: int) -> list[Ending]:
        """A site delivers to its own networks, sends back what it was told AWS has, and the rest to the internet."""

        def follow(way: str) -> list[Ending]:
            if way == HERE:
                return arrived(luggage, site.name)
            if way == OUT and destination.is_global:
                return arrived(luggage, "internet", connection)
            if way == OUT:
                return dropped(luggage, f"{site.name} does not have {destination}")
            if site.name in luggage.sites:
                return dropped(luggage, f"{site.name} saw it before")
            back = replace(luggage, sites=(*luggage.sites, site.name)).at(f"back from {site.name}")
            return self._onto(back, way, client)

        try:
            site, destination = self._site_of(connection), luggage.header.destination
            return self._follow(luggage, site, follow, transit=True)
        except Unclear as reason:
            return unknown(luggage, reason)

    def _leave_site(self, luggage: Luggage, name: str, client: int = 0) -> list[Ending]:
        onward = luggage.at(f"from {name}")

        def follow(way: str) -> list[Ending]:
            if way == HERE:
                return arrived(onward, name)
            if way == OUT:
                return dropped(onward, f"{name} is told no way to {luggage.header.destination}")
            return self._onto(onward, way, client)

        return self._guard(onward, lambda: self._follow(onward, self._site(name), follow, transit=False))

    def _follow(
        self, luggage: Luggage, site: Site, follow: Callable[[str], list[Ending]], *, transit: bool
    ) -> list[Ending]:
        """Every way out of a site. Where an undocumented announcement decides, only what all of them share is known."""
        sure, doubtful = self._ways_from_site(site, luggage.header.destination, transit=transit)
        endings = [ending for way in (*sure, *doubtful) for ending in follow(way)]
        if doubtful and any(ending.outcome is not Outcome.BLOCKED for ending in endings):
            return unknown(luggage, f"nobody knows whether AWS announces the blackhole that {site.name} may follow")
        return endings

    def _ways_from_site(self, site: Site, destination: Ip, *, transit: bool) -> tuple[list[str], list[str]]:
        """What the site's router does: the longest prefix among its networks, its default, and what it is told.

        Its own routes come before equal ones it is told. What AWS sends it (`transit`) because it announced the prefix
        it does not send back for a shorter one, and it keeps what is for its networks. Whether AWS announces a
        blackhole is not documented: the second list holds ways it would take if AWS did.
        """
        has = (*self._networks(site), *site.rest)
        routes = [(length(net), HERE, True) for net in has if contains(net, destination)]
        if not isinstance(site.announces, Unknown):
            own = [said.prefix for said in site.announces if transit or length(said.prefix) == 0]
            way = HERE if routes else OUT
            routes += [(length(prefix), way, True) for prefix in own if contains(prefix, destination)]
        for connection in site.connections:
            routes += [(size, connection, sure) for size, sure in self._told(site, connection, destination)]
        routes.append((-1, OUT, True))
        doubtful: list[str] = []
        for size in sorted({size for size, _, _ in routes}, reverse=True):
            level = [(way, sure) for at, way, sure in routes if at == size]
            doubtful += [way for way, sure in level if not sure]
            sure_ways = list(dict.fromkeys(way for way, sure in level if sure))
            chosen = [way for way in sure_ways if way in (HERE, OUT)][:1] or sure_ways
            if chosen:
                return chosen, [] if chosen == [HERE] else [way for way in doubtful if way not in chosen]
        raise AssertionError("there is always the last one")

    def _told(self, site: Site, connection: str, destination: Ip) -> list[tuple[int, bool]]:
        """The lengths of the prefixes that AWS announces on a connection for an address, and whether it surely does.

        A transit gateway announces the routes of the table that the connection's attachment is associated with (a site
        does not take its own back), a Direct Connect gateway the allowed prefixes, a virtual private gateway the
        prefixes of its VPC and of its other sites. With a policy table nothing is announced.
        """
        if connection in self.network.vpns:
            vpn = self.network.vpns[connection]
            if not self._up(vpn):
                return []
            gateway = self.network.gateways.get(str(vpn.gateway))
            if gateway is not None:
                cidrs = list(self.network.vpcs[known(gateway.vpc)].cidrs if gateway.vpc else ())
                cidrs += self._of_others(site, gateway.address)
                return [(length(cidr), True) for cidr in cidrs if contains(cidr, destination)]
        attachment = self._attachment_of(connection)
        if attachment is None or self._down(attachment.address, connection):
            return []
        if connection in self.network.dx_gateways:
            allowed = self.network.dx_gateways[connection].allowed.get(attachment.address, ())
            return [(length(cidr), True) for cidr in allowed if contains(cidr, destination)]
        if attachment.table is None:
            return []
        own = [self._attachment_of(one) for one in site.connections]
        homeward = [one.address for one in own if one]
        candidates = self._candidates_transit(known(attachment.table), destination)
        told = []
        for size in {found.length for found in candidates}:
            winners = best(found for found in candidates if found.length == size)
            if any(found.target not in homeward for found in winners):
                told.append((size, all(found.target is not None for found in winners)))
        return told

    def _of_others(self, site: Site, gateway: str) -> Iterator[Cidr | Unknown]:
        """What the other sites of a virtual private gateway have told it. vpn/latest/s2svpn/VPN_CloudHub.html"""
        for vpn in self.network.vpns.values():
            if vpn.gateway == gateway and vpn.address not in site.connections and self._up(vpn):
                fixed = truth(vpn.static)
                yield from vpn.static_routes if fixed else (one.prefix for one in self._announced_on(vpn.address))

    def _for_vpc(self, luggage: Luggage, gateway: Gateway) -> bool:
        """Whether a virtual private gateway hands a packet from a site to its VPC: what it learns no way for."""
        destination = luggage.header.destination
        inside = gateway.vpc is not None and self._of_vpc(destination, known(gateway.vpc))
        return inside or not self._learnt_by_vpn_gateway(gateway.address, destination)

    def _from_site_to_site(self, luggage: Luggage, near: str, gateway: Gateway, client: int) -> list[Ending]:
        """By a virtual private gateway over another of its connections: both with BGP, the ASNs of the sites differ."""
        endings = []
        for found in self._learnt_by_vpn_gateway(gateway.address, luggage.header.destination):
            ends = [self.network.vpns[near], self.network.vpns[str(found.target)]]
            asns = {self.network.customer_gateways[known(end.customer_gateway)].asn for end in ends}
            if any(truth(end.static) for end in ends) or len(asns) < 2 or any(isinstance(asn, Unknown) for asn in asns):
                raise Unclear("AWS documents it for BGP and different ASNs")
            endings += self._at_site(luggage.at(f"on {near}"), ends[1].address, client)
        return endings

    def _onto(self, luggage: Luggage, connection: str, client: int) -> list[Ending]:
        """From a site into AWS. What comes in belongs to no zone."""
        if connection in self.network.vpns:
            gateway = self.network.gateways.get(str(self.network.vpns[connection].gateway))
            if gateway is not None and not self._for_vpc(luggage, gateway):
                return self._from_site_to_site(luggage, connection, gateway, client)
            if gateway is not None:
                return self._into_vpc_by_gateway(luggage, known(gateway.vpc), gateway.address, client)
        attachment = self._attachment_of(connection)
        assert attachment is not None
        return self._route_at_transit_gateway(luggage.at(f"on {connection}"), attachment, None, client)
