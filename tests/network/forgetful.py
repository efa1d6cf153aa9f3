"""Engines that forget one of AWS's rules, each made by hiding from a right engine the fact that the rule looks at."""

from __future__ import annotations

from dataclasses import replace

from isthmus.network.model import Network, NetworkAclRule
from tests.network.networks import OPEN


def no_blackholes(network: Network) -> Network:
    """Absence of a route for a blackhole."""
    tables = {
        name: replace(table, routes=tuple(route for route in table.routes if route.attachment is not None))
        for name, table in network.tgw_tables.items()
    }
    return replace(network, tgw_tables=tables)


def targets_never_go(network: Network) -> Network:
    """A route whose target is gone leads on."""
    tables = {
        name: replace(table, routes=tuple(replace(route, blackhole="") for route in table.routes))
        for name, table in network.tables.items()
    }
    return replace(network, tables=tables)


def targets_that_go_take_the_route(network: Network) -> Network:
    """A blackholed route does not win."""
    tables = {
        name: replace(table, routes=tuple(route for route in table.routes if not route.blackhole))
        for name, table in network.tables.items()
    }
    return replace(network, tables=tables)


def association_is_propagation(network: Network) -> Network:
    """An attachment looks up in a table that learns it."""
    propagated_to = {name: table for table, one in network.tgw_tables.items() for name in one.propagations}
    attachments = {name: replace(one, table=propagated_to.get(name)) for name, one in network.attachments.items()}
    return replace(network, attachments=attachments)


def zones_do_not_matter(network: Network) -> Network:
    """Every attachment covers every zone."""
    return replace(network, subnets={name: replace(one, zone="z1") for name, one in network.subnets.items()})


def last_rule_wins(network: Network) -> Network:
    """Network ACL rules in the wrong order."""

    def turned(rules: tuple[NetworkAclRule, ...]) -> tuple[NetworkAclRule, ...]:
        return tuple(replace(rule, number=32766 - rule.number) for rule in reversed(rules))

    nacls = {
        name: replace(one, inbound=turned(one.inbound), outbound=turned(one.outbound))
        for name, one in network.nacls.items()
    }
    return replace(network, nacls=nacls)


def nothing_is_filtered(network: Network) -> Network:
    """No network ACLs."""
    opened = network.nacls[OPEN]
    return replace(network, nacls={name: replace(opened, address=name) for name in network.nacls})


def no_appliance_mode(network: Network) -> Network:
    """Appliance mode forgotten."""
    attachments = {name: replace(one, appliance_mode=False) for name, one in network.attachments.items()}
    return replace(network, attachments=attachments)


def static_vpns_propagate(network: Network) -> Network:
    """A static connection taken for one with BGP."""
    return replace(network, vpns={name: replace(one, static=False) for name, one in network.vpns.items()})


def every_nat_is_public(network: Network) -> Network:
    """A private NAT gateway on the internet."""
    return replace(network, nats={name: replace(one, public=True) for name, one in network.nats.items()})


def no_edge_tables(network: Network) -> Network:
    """Route tables of gateways forgotten."""
    return replace(network, tables={name: replace(table, gateways=()) for name, table in network.tables.items()})


def no_propagation_into_vpcs(network: Network) -> Network:
    """Virtual private gateways propagate nothing."""
    return replace(network, tables={name: replace(table, propagating=()) for name, table in network.tables.items()})


# Each decides some packets of many networks,
COMMON = (
    association_is_propagation,
    zones_do_not_matter,
    nothing_is_filtered,
)
# and each of these of few.
RARE = (
    no_blackholes,
    targets_never_go,
    targets_that_go_take_the_route,
    last_rule_wins,
    no_appliance_mode,
    static_vpns_propagate,
    every_nat_is_public,
    no_edge_tables,
    no_propagation_into_vpcs,
)
