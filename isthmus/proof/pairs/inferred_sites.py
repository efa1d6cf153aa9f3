"""Which connections lead to the same site, in a network without an intent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from isthmus.network.model import Cidr, Network, VpnConnection


@dataclass(frozen=True, slots=True)
class Group:
    """The connections of one site. `why`: the reason why they lead to one site; "" if it is given or there is one."""

    connections: tuple[str, ...]
    name: str = ""
    why: str = ""


def grouped(
    network: Network, advertises: Mapping[str, tuple[Cidr, ...]], given_sites: Mapping[str, tuple[str, ...]]
) -> tuple[Group, ...]:
    """Every VPN connection and Direct Connect gateway of a network, by site.

    Connections lead to one site if they share a customer gateway or its address, or if the same prefix is advertised
    over them or routed to them, as in a redundant VPN. `given_sites` has priority over this.
    https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-redundant-connection.html
    """
    every = (*network.vpns, *network.dx_gateways)
    names = {connection: name for name, connections in given_sites.items() for connection in connections}
    site = {connection: connection for connection in every}  # one connection of a site represents it
    reasons: dict[str, str] = {}

    def together(one: str, other: str, why: str) -> None:
        first, second = site[one], site[other]
        given = {names.get(c, "") for c in every if site[c] in (first, second)} - {""}
        if first == second or len(given) > 1:
            return
        for connection in every:
            site[connection] = first if site[connection] == second else site[connection]
        reasons[first] = reasons.get(first) or reasons.get(second) or why

    for connections in given_sites.values():
        for other in connections[1:]:
            together(connections[0], other, "")
    seen: dict[str, str] = {}
    for connection in every:
        for mark, why in _marks(network, connection, advertises):
            if mark in seen:
                together(seen[mark], connection, why)
            seen.setdefault(mark, connection)
    members = {root: tuple(c for c in every if site[c] == root) for root in dict.fromkeys(site.values())}
    return tuple(
        Group(
            found,
            next((names[c] for c in found if c in names), ""),
            reasons.get(root, "") if len(found) > 1 else "",
        )
        for root, found in members.items()
    )


def _marks(network: Network, connection: str, advertises: Mapping[str, tuple[Cidr, ...]]) -> Iterator[tuple[str, str]]:
    """The marks of a connection, with reasons. Connections with an equal mark lead to one site."""
    vpn = network.vpns.get(connection)
    if vpn is not None and isinstance(vpn.customer_gateway, str):
        yield vpn.customer_gateway, f"they share {vpn.customer_gateway}"
        gateway = network.customer_gateways.get(vpn.customer_gateway)
        if gateway is not None and isinstance(gateway.ip, str):
            yield f"address {gateway.ip}", f"their customer gateways have one address, {gateway.ip}"
    given = tuple(dict.fromkeys(advertises.get(connection, ())))
    for prefix in given:
        # Many sites advertise a default route, so it distinguishes sites only if they advertise nothing else.
        if prefix.prefixlen or not any(other.prefixlen for other in given):
            yield f"prefix {prefix}", f"{prefix} is advertised over each"
    for prefix in static_networks(network, vpn) if vpn is not None else ():
        yield f"prefix {prefix}", f"{prefix} is routed to each"


def static_networks(network: Network, vpn: VpnConnection) -> tuple[Cidr, ...]:
    """The destinations of static routes through a connection, except default routes."""
    ours = {a.address for a in network.attachments.values() if a.attached == vpn.address}
    found = [
        route.destination
        for table in network.tgw_tables.values()
        for route in table.routes
        if isinstance(route.attachment, str) and route.attachment in ours
    ]
    found += list(vpn.static_routes)
    return tuple(dict.fromkeys(c for c in found if isinstance(c, IPv4Network) and c.prefixlen))


def labels(network: Network, taken: Iterable[str]) -> dict[str, str]:
    """A label for each connection: its name if it is unique, else its address."""
    names = {address: vpn.name for address, vpn in network.vpns.items()}
    names |= {address: dx.name for address, dx in network.dx_gateways.items()}
    return unique(names, taken)


def unique(names: Mapping[str, str], taken: Iterable[str]) -> dict[str, str]:
    """A label for each address: its name if it is unique, else the address."""
    counts: dict[str, int] = dict.fromkeys(taken, 1)
    for name in names.values():
        counts[name] = counts.get(name, 0) + 1
    return {address: name if name and counts[name] == 1 else address for address, name in names.items()}
