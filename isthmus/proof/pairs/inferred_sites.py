"""Which connections lead to one site, where nobody described the sites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from isthmus.network.model import Cidr, Network, VpnConnection


@dataclass(frozen=True, slots=True)
class Group:
    """The connections of one site, and why they are taken for one ("" where a person said so, or there is one)."""

    connections: tuple[str, ...]
    name: str = ""
    why: str = ""


def grouped(
    network: Network, advertises: Mapping[str, tuple[Cidr, ...]], said: Mapping[str, tuple[str, ...]]
) -> tuple[Group, ...]:
    """Every VPN connection and Direct Connect gateway of a network, by site.

    Connections are of one site where they share a customer gateway, or its address, or where the same prefix is
    advertised over them or routed to them: AWS's redundant VPN. `said` gives sites by name, and goes before that.
    https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-redundant-connection.html
    """
    every = (*network.vpns, *network.dx_gateways)
    names = {connection: name for name, connections in said.items() for connection in connections}
    site = {connection: connection for connection in every}  # one connection of the site stands for it
    reasons: dict[str, str] = {}

    def together(one: str, other: str, why: str) -> None:
        mine, theirs = site[one], site[other]
        given = {names.get(c, "") for c in every if site[c] in (mine, theirs)} - {""}
        if mine == theirs or len(given) > 1:
            return
        for connection in every:
            site[connection] = mine if site[connection] == theirs else site[connection]
        reasons[mine] = reasons.get(mine) or reasons.get(theirs) or why

    for connections in said.values():
        for other in connections[1:]:
            together(connections[0], other, "")
    first: dict[str, str] = {}
    for connection in every:
        for mark, why in _marks(network, connection, advertises):
            if mark in first:
                together(first[mark], connection, why)
            first.setdefault(mark, connection)
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
    """What tells the site of a connection: equal marks mean one site. Each with the reason to print."""
    vpn = network.vpns.get(connection)
    if vpn is not None and isinstance(vpn.customer_gateway, str):
        yield vpn.customer_gateway, f"they share {vpn.customer_gateway}"
        gateway = network.customer_gateways.get(vpn.customer_gateway)
        if gateway is not None and isinstance(gateway.ip, str):
            yield f"address {gateway.ip}", f"their customer gateways have one address, {gateway.ip}"
    given = tuple(dict.fromkeys(advertises.get(connection, ())))
    for prefix in given:
        # Many sites offer a default route. Where that is all they do, nothing tells one from another.
        if prefix.prefixlen or not any(other.prefixlen for other in given):
            yield f"prefix {prefix}", f"{prefix} is advertised over each"
    for prefix in static_networks(network, vpn) if vpn is not None else ():
        yield f"prefix {prefix}", f"{prefix} is routed to each"


def static_networks(network: Network, vpn: VpnConnection) -> tuple[Cidr, ...]:
    """What static routes of transit gateway tables lead to through a connection, default routes aside."""
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
    """A name for each connection: its own where nothing else has it, else the address."""
    names = {address: vpn.name for address, vpn in network.vpns.items()}
    names |= {address: dx.name for address, dx in network.dx_gateways.items()}
    return unique(names, taken)


def unique(names: Mapping[str, str], taken: Iterable[str]) -> dict[str, str]:
    """A name for each address: its own where nothing else has it, else the address."""
    counts: dict[str, int] = dict.fromkeys(taken, 1)
    for name in names.values():
        counts[name] = counts.get(name, 0) + 1
    return {address: name if name and counts[name] == 1 else address for address, name in names.items()}
