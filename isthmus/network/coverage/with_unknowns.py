"""A network in which everything that depends on unknown configuration is unknown.

An object becomes unknown by the fact of it that decides most: a table gets a route to somewhere, a subnet loses its
network ACL. So every question that meets the object has that reason as its answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from isthmus.network.coverage.not_evaluated import NotEvaluated
from isthmus.network.model import (
    AttachmentKind,
    GatewayKind,
    Network,
    RouteOrigin,
    TgwRoute,
    TgwTable,
    Unknown,
    VpcRoute,
    VpcTable,
)

_T = TypeVar("_T")
_Why = Mapping[str, Unknown]


def objects_of(network: Network) -> Collection[str]:
    """The addresses of what can become unknown."""
    parts = (
        network.vpcs,
        network.subnets,
        network.tables,
        network.gateways,
        network.nats,
        network.endpoints,
        network.firewalls,
        network.peerings,
        network.prefix_lists,
        network.nacls,
        network.security_groups,
        network.transit_gateways,
        network.attachments,
        network.tgw_tables,
        network.vpns,
        network.customer_gateways,
        network.dx_gateways,
        network.resolution.endpoints,
    )
    return {address for part in parts for address in part}


def with_unknowns(network: Network, not_evaluated: Iterable[NotEvaluated]) -> Network:
    """The network, in which everything that is not evaluated is unknown."""
    why: dict[str, Unknown] = {}
    for unknown_reason in not_evaluated:
        for address in unknown_reason.touches:
            why.setdefault(address, Unknown(unknown_reason.reason))
    if not why:
        return network
    why = _spread(network, why)
    return replace(
        network,
        subnets=_each(network.subnets, why, lambda s, u: replace(s, table=u, nacl=u)),
        tables=_each(network.tables, why, _table),
        gateways=_each(network.gateways, why, lambda g, u: replace(g, vpc=u)),
        nats=_each(network.nats, why, lambda n, u: replace(n, subnet=u)),
        endpoints=_each(
            network.endpoints,
            why,
            lambda e, u: replace(e, subnets=(*e.subnets, u), security_groups=(*e.security_groups, u)),
        ),
        firewalls=_each(network.firewalls, why, lambda f, u: replace(f, rules=u)),
        peerings=_each(network.peerings, why, lambda p, u: replace(p, peer=u)),
        prefix_lists=_each(network.prefix_lists, why, lambda p, u: replace(p, entries=(*p.entries, u))),
        nacls=_each(network.nacls, why, lambda a, u: replace(a, unresolved=u)),
        security_groups=_each(network.security_groups, why, lambda g, u: replace(g, unresolved=u)),
        attachments=_each(network.attachments, why, lambda a, u: replace(a, table=u, subnets=(*a.subnets, u))),
        tgw_tables=_each(network.tgw_tables, why, _tgw_table),
        vpns=_each(network.vpns, why, lambda v, u: replace(v, static_routes=(*v.static_routes, u))),
    )


def _spread(network: Network, given: _Why) -> dict[str, Unknown]:
    """An unknown object makes the objects unknown that it contains, carries or is used by."""
    why = dict(given)

    def also(addresses: Iterable[str], unknown_reason: Unknown) -> None:
        for address in addresses:
            why.setdefault(address, unknown_reason)

    for address, unknown_reason in given.items():
        if address in network.vpcs:
            also((s.address for s in network.subnets.values() if s.vpc == address), unknown_reason)
            also((t.address for t in network.tables.values() if t.vpc == address), unknown_reason)
        if address in network.transit_gateways:
            also((t.address for t in network.tgw_tables.values() if t.gateway == address), unknown_reason)
            also((a.address for a in network.attachments.values() if a.gateway == address), unknown_reason)
        if address in network.customer_gateways:
            also((v.address for v in network.vpns.values() if v.customer_gateway == address), unknown_reason)
        if address in network.dx_gateways:
            also((a.address for a in network.attachments.values() if a.attached == address), unknown_reason)
        if address in network.vpns:
            also((a.address for a in network.attachments.values() if a.attached == address), unknown_reason)
        gateway = network.gateways.get(address)
        if gateway is not None and gateway.kind is GatewayKind.VPN:
            also((t.address for t in network.tables.values() if address in t.propagating), unknown_reason)
        if address in network.endpoints:
            endpoint = network.endpoints[address]
            also((table for table in endpoint.tables if isinstance(table, str)), unknown_reason)
    for address in [a for a in why if a in network.attachments]:
        if network.attachments[address].kind is AttachmentKind.VPC:
            continue  # what comes to it has to pass its subnets, which are unknown then
        also(_tables_of(network)[address], why[address])
    return why


def _tables_of(network: Network) -> Mapping[str, list[str]]:
    """The transit gateway tables that have a route to each attachment."""
    found: dict[str, list[str]] = defaultdict(list)
    for table in network.tgw_tables.values():
        for target in (*table.propagations, *(route.attachment for route in table.routes)):
            if isinstance(target, str):
                found[target].append(table.address)
    return found


def _each(things: Mapping[str, _T], why: _Why, unknown_reason: Callable[[_T, Unknown], _T]) -> dict[str, _T]:
    return {
        address: unknown_reason(thing, why[address]) if address in why else thing for address, thing in things.items()
    }


def _table(table: VpcTable, why: Unknown) -> VpcTable:
    return replace(table, routes=(*table.routes, VpcRoute(table.address, why, why)))


def _tgw_table(table: TgwTable, why: Unknown) -> TgwTable:
    return replace(table, routes=(*table.routes, TgwRoute(table.address, why, why, RouteOrigin.STATIC)))
