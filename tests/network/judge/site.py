"""On-premises sites, by what they and AWS advertise to each other.

vpn/latest/s2svpn/vpn-route-priority.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from isthmus.network.answers import Outcome
from isthmus.network.model import Cidr, Gateway, Site, Unknown
from tests.network.judge.carried import Ending, Ip, Luggage, arrived, dropped, unknown
from tests.network.judge.found import Found, best
from tests.network.judge.steps import Steps
from tests.network.judge.transit_tables import TransitTables
from tests.network.judge.unknown_reason import Unclear, contains, known, length, truth
from tests.network.judge.vpc_tables import VpcTables

SURE, DARK, LOOPING = "sure", "a blackhole", "of its own ASN"  # what is known of an advertisement
LEARNED = 2  # first of the rank of routes that a transit gateway learns
HERE, OUT = "(here)", "(out)"  # what a site does by itself: deliver, or send to the internet


class Sites(Steps, VpcTables, TransitTables):
    """What a site's routers do with a packet."""

    def _at_site(self, luggage: Luggage, connection: str, client: int) -> list[Ending]:
        """A site delivers to its own networks and sends advertised prefixes back to AWS, the rest to the internet."""

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
                return dropped(onward, f"AWS advertises no prefix with {luggage.header.destination} to {name}")
            return self._onto(onward, way, client)

        return self._guard(onward, lambda: self._follow(onward, self._site(name), follow, transit=False))

    def _follow(
        self, luggage: Luggage, site: Site, follow: Callable[[str], list[Ending]], *, transit: bool
    ) -> list[Ending]:
        """Every path out of a site. If an undocumented advertisement decides, only what all of them share is known."""
        sure, undocumented = self._ways_from_site(site, luggage.header.destination, transit=transit)
        endings = [ending for way in (*sure, *undocumented) for ending in follow(way)]
        if undocumented and any(ending.outcome is not Outcome.BLOCKED for ending in endings):
            return unknown(luggage, f"whether {site.name} receives a blackhole, or takes what has its ASN in the path")
        return endings

    def _ways_from_site(self, site: Site, destination: Ip, *, transit: bool) -> tuple[list[str], list[str]]:
        """What the site's router does: the longest prefix among its networks, its default, and the advertised prefixes.

        Its own routes come before equal ones that AWS advertises. AWS sends it packets (`transit`) for prefixes that
        it advertises. It does not send these back for a shorter prefix, and it keeps packets for its networks. AWS does
        not document whether it advertises a blackhole, nor whether a router takes a route with its own ASN in the path:
        the second list holds the ways it would take if so. It sends nothing to a blackhole inside its own networks.
        """
        has = (*self._networks(site), *site.rest)
        routes = [(length(net), HERE, SURE) for net in has if contains(net, destination)]
        if not isinstance(site.advertises, Unknown):
            own = [one.prefix for one in site.advertises if transit or length(one.prefix) == 0]
            way = HERE if routes else OUT
            routes += [(length(prefix), way, SURE) for prefix in own if contains(prefix, destination)]
        for connection in site.connections:
            routes += [(size, connection, sort) for size, sort in self._advertised_to(site, connection, destination)]
        routes.append((-1, OUT, SURE))
        dark: list[str] = []
        looping: list[str] = []
        for size in sorted({size for size, _, _ in routes}, reverse=True):
            level = [(way, sort) for at, way, sort in routes if at == size]
            sure_ways = list(dict.fromkeys(way for way, sort in level if sort == SURE))
            chosen = [way for way in sure_ways if way in (HERE, OUT)][:1] or sure_ways
            dark += [way for way, sort in level if sort == DARK]
            if chosen != [HERE]:
                looping += [way for way, sort in level if sort == LOOPING]
            if chosen:
                unlike = looping if len(chosen) > 1 else [way for way in looping if way not in chosen]
                return chosen, unlike + ([] if chosen == [HERE] else [way for way in dark if way not in chosen])
        raise AssertionError("there is always the last one")

    def _advertised_to(self, site: Site, connection: str, destination: Ip) -> list[tuple[int, str]]:
        """Lengths of the prefixes that AWS advertises on a connection for an address, with what is known of each.

        A transit gateway advertises the routes of the table that the connection's attachment is associated with (a site
        does not take its own back), a Direct Connect gateway the allowed prefixes, a virtual private gateway the
        prefixes of its VPC and of its other sites. With a policy table nothing is advertised.
        """
        if connection in self.network.vpns:
            vpn = self.network.vpns[connection]
            if not self._up(vpn):
                return []
            gateway = self.network.gateways.get(str(vpn.gateway))
            if gateway is not None:
                cidrs = list(self.network.vpcs[known(gateway.vpc)].cidrs if gateway.vpc else ())
                cidrs += self._of_others(site, gateway.address)
                return [(length(cidr), SURE) for cidr in cidrs if contains(cidr, destination)]
        attachment = self._attachment_of(connection)
        if attachment is None or self._down(attachment.address, connection):
            return []
        if connection in self.network.dx_gateways:
            allowed = self.network.dx_gateways[connection].allowed.get(attachment.address, ())
            return [(length(cidr), SURE) for cidr in allowed if contains(cidr, destination)]
        if attachment.table is None:
            return []
        own = [self._attachment_of(one) for one in site.connections]
        homeward = [one.address for one in own if one]
        candidates = self._candidates_transit(known(attachment.table), destination)
        advertised = []
        for size in {found.length for found in candidates}:
            winners = best(found for found in candidates if found.length == size)
            foreign = [found for found in winners if found.target not in homeward]
            if any(found.target is None for found in foreign):
                advertised.append((size, DARK))
            elif foreign:
                advertised.append((size, LOOPING if self._has_asn_in_path(connection, foreign) else SURE))
        return advertised

    def _has_asn_in_path(self, connection: str, routes: list[Found]) -> bool:
        """Whether one of the routes may have the ASN of a connection's far end in its path. rfc4271, 9.1.2"""
        near = self.network.vpns[connection]
        learned = [found for found in routes if found.rank[0] == LEARNED and found.target is not None]
        origins = [known(self.network.attachments[known(found.target)].attached) for found in learned]
        far = [self.network.vpns[origin] for origin in origins if origin in self.network.vpns]
        if truth(near.static):
            return False
        # Terraform holds no ASN of a router behind Direct Connect.
        if any(origin in self.network.dx_gateways for origin in origins):
            return True
        if not far:
            return False
        own, *others = (self.network.customer_gateways[known(vpn.customer_gateway)].asn for vpn in (near, *far))
        return any(isinstance(asn, Unknown) or asn == own for asn in others) or isinstance(own, Unknown)

    def _of_others(self, site: Site, gateway: str) -> Iterator[Cidr | Unknown]:
        """The prefixes that the gateway learns from its other sites. vpn/latest/s2svpn/VPN_CloudHub.html"""
        for vpn in self.network.vpns.values():
            if vpn.gateway == gateway and vpn.address not in site.connections and self._up(vpn):
                fixed = truth(vpn.static)
                yield from vpn.static_routes if fixed else (one.prefix for one in self._advertised_on(vpn.address))

    def _for_vpc(self, luggage: Luggage, gateway: Gateway) -> bool:
        """Whether a virtual private gateway hands a packet from a site to its VPC: what it learns no way for."""
        destination = luggage.header.destination
        inside = gateway.vpc is not None and self._of_vpc(destination, known(gateway.vpc))
        return inside or not self._learned_by_vpn_gateway(gateway.address, destination)

    def _from_site_to_site(self, luggage: Luggage, near: str, gateway: Gateway, client: int) -> list[Ending]:
        """By a virtual private gateway over another of its connections: both with BGP, the ASNs of the sites differ."""
        endings = []
        for found in self._learned_by_vpn_gateway(gateway.address, luggage.header.destination):
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
