"""The network that a walk is in: what each thing is, and what is down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from isthmus.network.answers import AtEndpoint, AtSite, InSubnet, Internet, Packet, Position, Scenario, Service
from isthmus.network.model import (
    AdvertisedPrefix,
    Attachment,
    Cidr,
    GatewayKind,
    Network,
    RouteOrigin,
    Site,
    Subnet,
    TgwRoute,
    Unknown,
    VpcRoute,
    VpnConnection,
)
from tests.network.judge.carried import Ending, Ip, Luggage, dropped, unknown
from tests.network.judge.firewall_policy import Policy
from tests.network.judge.unknown_reason import Stopped, Unclear, contains, known, length, prefix_of, truth

SOMEWHERE: Mapping[int, Ip] = {4: IPv4Address("8.8.4.4"), 6: IPv6Address("2606:4700::1111")}


@dataclass(frozen=True)
class Facts:
    """The facts of a network, taking the sites' word for what they advertise, with some things down."""

    network: Network
    sites: Sequence[Site] = ()
    scenario: Scenario = field(default_factory=Scenario)
    policies: Mapping[str, Policy] = field(default_factory=dict)  # of firewalls, by address
    came_in_order: tuple[str, ...] = ()  # VPC attachments whose ranges overlap, the one that was made first

    def _address(self, location: Position, version: int) -> Ip:
        match location:
            case InSubnet(ip=None, address=address) | AtEndpoint(subnet=str(address)):
                return self._first_host(self.network.subnets[address], version)
            case AtEndpoint(address=address):
                return self._first_host(
                    self.network.subnets[known(self.network.endpoints[address].subnets[0])], version
                )
            case AtSite(ip=None, name=name):
                networks = [net for net in self._networks(self._site(name)) if net.version == version]
                return networks[0][1] if networks[0].num_addresses > 1 else networks[0][0]
            case Internet(ip=None) | Service(ip=None):
                return SOMEWHERE[version]
            case InSubnet(ip=ip) | AtSite(ip=ip) | Internet(ip=ip) | Service(ip=ip):
                assert ip is not None
                return ip
        raise AssertionError(location)

    def _version(self, packet: Packet) -> int:
        ends = (packet.source, packet.destination)
        return next((end.ip.version for end in ends if getattr(end, "ip", None)), 4)  # type: ignore[union-attr]

    def _first_host(self, subnet: Subnet, version: int) -> Ip:
        """AWS keeps the first four addresses of a subnet. vpc/latest/userguide/subnet-sizing.html"""
        for cidr in subnet.cidrs:
            if isinstance(cidr, Unknown):
                raise Unclear(cidr.reason)
            if cidr.version == version:
                return cidr[4]
        raise Unclear(f"{subnet.address} has no IPv{version} prefix")

    def _site(self, name: str) -> Site:
        return next(site for site in self.sites if site.name == name)

    def _site_of(self, connection: str) -> Site:
        for site in self.sites:
            if connection in site.connections:
                return site
        vpn = self.network.vpns.get(connection)
        if vpn is not None and truth(vpn.static):  # its static routes are the prefixes behind it
            return Site(connection, (connection,), (), tuple(self._behind(vpn)))
        raise Unclear(f"no site is given for {connection}")

    def _behind(self, vpn: VpnConnection) -> Iterator[Cidr]:
        """The prefixes of the static routes over a connection. A default route names no prefix of the site."""
        ours = [att.address for att in self.network.attachments.values() if att.attached == vpn.address]
        leading = list(vpn.static_routes)
        for table in self.network.tgw_tables.values():
            routes = [route for route in table.routes if route.attachment in ours and not self._is_list(route)]
            leading += [prefix for route in routes for prefix in self._prefixes(route)]
        yield from (prefix_of(prefix) for prefix in leading if length(prefix))

    def _networks(self, site: Site) -> tuple[Cidr, ...]:
        if site.networks:
            return site.networks
        if isinstance(site.advertises, Unknown):
            raise Unclear(site.advertises.reason)
        return tuple(one.prefix for one in site.advertises if one.prefix.prefixlen > 0)

    def _subnet_vpc(self, subnet: str) -> str | Unknown:
        return self.network.subnets[subnet].vpc

    def _down(self, *things: object) -> bool:
        return any(thing in self.scenario.down for thing in things)

    def _guard(self, luggage: Luggage, walk: Callable[[], list[Ending]]) -> list[Ending]:
        try:
            return walk()
        except Stopped as reason:
            return dropped(luggage, str(reason))
        except Unclear as reason:
            return unknown(luggage, reason)

    def _is_list(self, route: VpcRoute | TgwRoute) -> bool:
        return isinstance(route.destination, str) or route.origin is RouteOrigin.PREFIX_LIST

    def _prefixes(self, route: VpcRoute | TgwRoute) -> tuple[Cidr | Unknown, ...]:
        if isinstance(route.destination, str):
            return self.network.prefix_lists[route.destination].entries
        return (route.destination,)

    def _internet_gateways(self, vpc: str) -> list[str]:
        return [
            gateway.address
            for gateway in self.network.gateways.values()
            if gateway.kind is GatewayKind.INTERNET and gateway.vpc == vpc
        ]

    def _of_vpc(self, ip: Ip, vpc: str) -> bool:
        return any(contains(cidr, ip) for cidr in self.network.vpcs[vpc].cidrs)

    def _advertised_on(self, connection: str) -> tuple[AdvertisedPrefix, ...]:
        advertises = self._site_of(connection).advertises
        if isinstance(advertises, Unknown):
            raise Unclear(advertises.reason)
        return advertises

    def _up(self, connection: VpnConnection) -> bool:
        """A connection works while one tunnel does."""
        if self._down(connection.address, connection.customer_gateway):
            return False
        return not connection.tunnels or any(not self._down(tunnel.address) for tunnel in connection.tunnels)

    def _attachment_of(self, connection: str) -> Attachment | None:
        return next((att for att in self.network.attachments.values() if att.attached == connection), None)
