"""The routes that AWS learns in a scenario: from attached VPCs, and from sites over BGP.

Sites are an assumption; see `Site`. A connection without a given site gets its own site. With BGP, the prefixes that
it advertises are unknown. With static routing, its networks are the destinations of static routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from isthmus.network.address_space import span
from isthmus.network.answers import Scenario
from isthmus.network.model import (
    AdvertisedPrefix,
    Attachment,
    AttachmentKind,
    Cidr,
    DxGateway,
    Network,
    Site,
    Unknown,
    VpnConnection,
)

_VPN_KINDS = (AttachmentKind.VPN, AttachmentKind.PRIVATE_VPN)


def is_default(cidr: Cidr) -> bool:
    """Whether a prefix is `0.0.0.0/0` or `::/0`."""
    return cidr.prefixlen == 0


def vpn_down(network: Network, vpn: VpnConnection, scenario: Scenario) -> str:
    """Why a VPN connection is down in the scenario, or "". It is up if one of its tunnels is up.

    A private connection runs over a Direct Connect gateway. If it is not known which, it is taken to run over each.
    https://docs.aws.amazon.com/vpn/latest/s2svpn/private-ip-dx.html
    """
    down = scenario.down
    if vpn.address in down:
        return f"{vpn.address} is down"
    if isinstance(vpn.customer_gateway, str) and vpn.customer_gateway in down:
        return f"its customer gateway {vpn.customer_gateway} is down"
    if vpn.tunnels and all(tunnel.address in down for tunnel in vpn.tunnels):
        return "all its tunnels are down"
    if vpn.private is False:
        return ""
    transport = network.attachments.get(vpn.transport) if isinstance(vpn.transport, str) else None
    carrier = transport.attached if transport is not None else None
    return next(
        (
            f"it runs over {dx.address}: {why}"
            for dx in network.dx_gateways.values()
            if carrier == dx.address or not isinstance(carrier, str)
            if (why := dx_down(dx, scenario))
        ),
        "",
    )


def dx_down(dx: DxGateway, scenario: Scenario) -> str:
    """Why a Direct Connect gateway is down in the scenario, or "". It is up if one of its virtual interfaces is up."""
    if dx.address in scenario.down:
        return f"{dx.address} is down"
    known = dx.known_interfaces
    return "all its virtual interfaces are down" if known and scenario.down.issuperset(i.address for i in known) else ""


def effect_of(network: Network, scenario: Scenario) -> frozenset[str]:
    """What a scenario changes: the connections that are down, and everything else in it that is no part of one.

    Tunnels, customer gateways and virtual interfaces matter only by the connections that they take down. So packets
    take the same paths in scenarios of the same effect, and the usual paths if it is empty. Only the wording of reasons
    differs.
    """
    vpns, gateways = network.vpns.values(), network.dx_gateways.values()
    down = {vpn.address for vpn in vpns if vpn_down(network, vpn, scenario)}
    down |= {dx.address for dx in gateways if dx_down(dx, scenario)}
    parts = {tunnel.address for vpn in vpns for tunnel in vpn.tunnels}
    parts.update(interface.address for dx in gateways for interface in dx.known_interfaces)
    parts.update(network.customer_gateways, network.vpns, network.dx_gateways)
    others = (network.attachments, network.nats, network.endpoints)
    return frozenset(down | {one for one in scenario.down if one not in parts or any(one in kind for kind in others)})


@dataclass(frozen=True)
class Sites:
    """The sites of a network, given and implied, and the site of each connection."""

    by_name: Mapping[str, Site]
    by_connection: Mapping[str, Site]

    @classmethod
    def of(cls, network: Network, given: Iterable[Site]) -> Sites:
        """Check the given sites against the network and add one for every connection left over.

        Raises `ValueError` for a name or connection given twice, and for a connection that the network does not have.
        """
        by_name: dict[str, Site] = {}
        by_connection: dict[str, Site] = {}
        known = [*network.vpns, *network.dx_gateways]
        for site in given:
            if site.name in by_name:
                raise ValueError(f"expected site names to differ, got {site.name!r} twice")
            for connection in site.connections:
                if connection not in known:
                    raise ValueError(
                        f"expected a VPN connection or Direct Connect gateway of this network, got {connection!r} "
                        f"(site {site.name!r}); it has: {', '.join(known) or 'none'}"
                    )
                if connection in by_connection:
                    raise ValueError(f"expected each connection at one site, got {connection!r} at two")
            by_name[site.name] = site
            by_connection.update(dict.fromkeys(site.connections, site))
        for connection in known:
            if connection not in by_connection:
                site = _implied(network, connection)
                by_name[site.name] = by_connection[connection] = site
        return cls(by_name, {c: _complete(network, s) for c, s in by_connection.items()})._with_completed_names()

    def _with_completed_names(self) -> Sites:
        completed = {site.name: site for site in self.by_connection.values()}
        return Sites({name: completed.get(name, site) for name, site in self.by_name.items()}, self.by_connection)


def _implied(network: Network, connection: str) -> Site:
    vpn = network.vpns.get(connection)
    if vpn is not None and vpn.static is True:
        return Site(connection, (connection,), ())
    if vpn is not None and isinstance(vpn.static, Unknown):
        return Site(connection, (connection,), vpn.static)
    return Site(connection, (connection,), Unknown(f"the prefixes that {connection} advertises over BGP are not given"))


def _complete(network: Network, site: Site) -> Site:
    """Give a site without networks its advertised prefixes and the destinations of static routes, without defaults."""
    if site.networks or isinstance(site.advertises, Unknown):
        return site
    networks = dict.fromkeys(a.prefix for a in site.advertises)
    networks.update(dict.fromkeys(_static_routes_to(network, site.connections)))
    return replace(site, networks=tuple(c for c in networks if not is_default(c)))


def _static_routes_to(network: Network, connections: tuple[str, ...]) -> Iterable[Cidr]:
    attachments = {a.address for a in network.attachments.values() if a.attached in connections}
    for table in network.tgw_tables.values():
        for route in table.routes:
            if route.attachment in attachments and not isinstance(route.destination, (str, Unknown)):
                yield route.destination
    for connection in connections:
        if connection in network.vpns:
            yield from (c for c in network.vpns[connection].static_routes if not isinstance(c, Unknown))


def advertised(
    network: Network, sites: Sites, connection: str, scenario: Scenario
) -> tuple[AdvertisedPrefix, ...] | Unknown:
    """The prefixes that AWS learns over BGP from a connection in the scenario; none with static routing."""
    dx = network.dx_gateways.get(connection)
    if connection in scenario.down or (dx is not None and dx_down(dx, scenario)):
        return ()
    vpn = network.vpns.get(connection)
    if vpn is not None:
        if vpn_down(network, vpn, scenario) or vpn.static is True:
            return ()
        if isinstance(vpn.static, Unknown):
            return vpn.static
    site = sites.by_connection.get(connection)
    return Unknown(f"{connection} is not in this input") if site is None else site.advertised_on(connection)


def propagated(
    network: Network, sites: Sites, attachment: Attachment, scenario: Scenario
) -> tuple[AdvertisedPrefix, ...] | Unknown:
    """The routes that an attachment propagates into its route tables.

    A VPC propagates its CIDRs; IPv6 CIDRs only if the attachment supports IPv6. Peering and network functions
    propagate nothing. https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html and
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTransitGatewayVpcAttachmentRequestOptions.html
    """
    if isinstance(attachment.attached, Unknown):
        return attachment.attached
    if attachment.kind is AttachmentKind.VPC:
        cidrs = network.vpcs[attachment.attached].cidrs
        unknown = next((c for c in cidrs if isinstance(c, Unknown)), None)
        known = [c for c in cidrs if not isinstance(c, Unknown)]
        if isinstance(attachment.ipv6, Unknown) and any(c.version == 6 for c in known):
            unknown = unknown or attachment.ipv6
        return unknown or tuple(AdvertisedPrefix(c) for c in known if c.version == 4 or attachment.ipv6)
    vpn = network.vpns.get(attachment.attached)
    if vpn is not None and isinstance(vpn.private, Unknown):
        return vpn.private  # whose routes win depends on it
    if attachment.kind in (*_VPN_KINDS, AttachmentKind.DX_GATEWAY):
        return advertised(network, sites, attachment.attached, scenario)
    if attachment.kind is AttachmentKind.CONNECT:
        return Unknown(f"what Connect attachment {attachment.address} learns is not modeled")
    return ()


def covers(outer: Cidr, inner: Cidr) -> bool:
    """Whether every address of `inner` is in `outer`, of whichever family."""
    (low, high), (first, last) = span(outer), span(inner)
    return low <= first and last <= high
