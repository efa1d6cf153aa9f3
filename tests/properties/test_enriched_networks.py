"""The engine and the judge agree on networks with features that `test_forwarding` does not draw.

IPv6, several transit gateways, peerings in a row, secondary and overlapping ranges, main tables, several networks a
site, unequal ASNs, endpoints and security groups, firewall rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import Phase, find, given, note, settings
from hypothesis import strategies as st

from isthmus.network.answers import Packet, Scenario
from isthmus.network.client_ports import EPHEMERAL
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Network
from isthmus.network.suricata import SuricataRules
from tests.network.dual_stack import dual_stack
from tests.network.enriched import FEATURES, Feature, enriched, packets
from tests.network.features import (
    endpoints_and_groups,
    firewall_rules,
    main_tables,
    overlapping_vpcs,
    peerings_in_a_row,
    second_hub,
    secondary_ranges,
)
from tests.network.judge.worlds import Worlds
from tests.network.networks import Draft, open_acl
from tests.network.strategies import things_that_fail

Question = tuple[Draft, Packet, Scenario]


@st.composite
def questions(draw: st.DrawFn, features: tuple[Feature, ...] = FEATURES, most: int = 3) -> Question:
    draft = draw(enriched(features, most))
    packet = draw(packets(draft))
    clients = draw(st.sampled_from([EPHEMERAL, (32_768, 60_999)]))
    packet = replace(packet, ephemeral=clients)
    down = draw(st.just(frozenset()) | st.frozensets(st.sampled_from(things_that_fail(draft)), max_size=2))
    return draft, packet, Scenario(down)


@given(questions())
def test_engine_and_judge_agree_on_the_way_there(question: Question) -> None:
    draft, packet, scenario = question
    network = draft.network()
    judge = Worlds(network, draft.sites, scenario, draft.policies)
    trace = Forwarding(network, sites=tuple(draft.sites), scenario=scenario).forward(packet)
    note("\n".join(["judge:", *map(str, next(judge.walkers()).forward(packet)), "engine:", str(trace)]))
    assert trace.outcome is judge.outcome(packet)


@given(questions())
def test_engine_and_judge_agree_on_both_ways(question: Question) -> None:
    draft, packet, scenario = question
    network = draft.network()
    judge = Worlds(network, draft.sites, scenario, draft.policies)
    trip = Forwarding(network, sites=tuple(draft.sites), scenario=scenario).both_ways(packet)
    walker = next(judge.walkers())
    note("\n".join(["judge:", *map(str, walker.forward(packet)), *walker.tale(packet), "engine:", str(trip)]))
    assert trip.outcome is judge.both_ways(packet)


# --- the features decide something ----------------------------------------------------------------------------------


def filters_forget_ipv6(network: Network) -> Network:
    """Network ACLs let pass all IPv6."""
    everything = tuple(rule for rule in open_acl().inbound if rule.cidr.version == 6)
    nacls = {
        name: replace(
            acl,
            inbound=(*(r for r in acl.inbound if r.cidr.version == 4), *everything),
            outbound=(*(r for r in acl.outbound if r.cidr.version == 4), *everything),
        )
        for name, acl in network.nacls.items()
    }
    return replace(network, nacls=nacls)


def one_transit_gateway(network: Network) -> Network:
    """Attachments to the second gateway are not there."""
    attachments = {name: one for name, one in network.attachments.items() if one.gateway != "hub2"}
    tables = {name: one for name, one in network.tgw_tables.items() if one.gateway != "hub2"}
    tables = {
        name: replace(table, propagations=tuple(one for one in table.propagations if one in attachments))
        for name, table in tables.items()
    }
    return replace(network, attachments=attachments, tgw_tables=tables)


def no_peerings(network: Network) -> Network:
    """Peering connections are all of the second VPC with itself."""
    peerings = {name: replace(one, requester="nowhere", peer="nowhere") for name, one in network.peerings.items()}
    return replace(network, peerings=peerings)


def one_range_a_vpc(network: Network) -> Network:
    """Secondary ranges are forgotten."""
    return replace(network, vpcs={name: replace(vpc, cidrs=vpc.cidrs[:1]) for name, vpc in network.vpcs.items()})


def main_tables_are_empty(network: Network) -> Network:
    """Main tables have no routes."""
    mains = {vpc.main_table for vpc in network.vpcs.values()}
    tables = {name: replace(one, routes=()) if name in mains else one for name, one in network.tables.items()}
    return replace(network, tables=tables)


def groups_allow_everything(network: Network) -> Network:
    """Security groups are those of the endpoint's service, not its own: none."""
    endpoints = {name: replace(one, security_groups=()) for name, one in network.endpoints.items()}
    return replace(network, endpoints=endpoints)


def only_the_first_vpc_is_learned(network: Network) -> Network:
    """What overlaps is not there."""
    tables = {
        name: replace(table, propagations=tuple(one for one in table.propagations if one != "att-twin"))
        for name, table in network.tgw_tables.items()
    }
    return replace(network, tgw_tables=tables)


def firewalls_pass_everything(network: Network) -> Network:
    """Policies have no rules."""
    firewalls = {name: replace(one, rules=SuricataRules(name)) for name, one in network.firewalls.items()}
    return replace(network, firewalls=firewalls)


DECIDING: tuple[tuple[Feature, Callable[[Network], Network]], ...] = (
    (dual_stack, filters_forget_ipv6),
    (second_hub, one_transit_gateway),
    (peerings_in_a_row, no_peerings),
    (secondary_ranges, one_range_a_vpc),
    (main_tables, main_tables_are_empty),
    (endpoints_and_groups, groups_allow_everything),
    (firewall_rules, firewalls_pass_everything),
    (overlapping_vpcs, only_the_first_vpc_is_learned),
)


@pytest.mark.nightly
@pytest.mark.parametrize(("feature", "forget"), DECIDING, ids=lambda one: str(one.__name__))
def test_an_engine_that_forgets_the_feature_disagrees(feature: Feature, forget: Callable[[Network], Network]) -> None:
    def disagrees(question: Question) -> bool:
        draft, packet, scenario = question
        network = draft.network()
        forgetful = forget(network)
        if forgetful == network:
            return False
        right, wrong = (Forwarding(one, sites=tuple(draft.sites), scenario=scenario) for one in (network, forgetful))
        if right.forward(packet).outcome is wrong.forward(packet).outcome:
            return False  # the judge need not be asked
        return wrong.forward(packet).outcome is not Worlds(network, draft.sites, scenario, draft.policies).outcome(
            packet
        )

    enough = settings(max_examples=3000, derandomize=True, database=None, phases=[Phase.generate])
    find(questions((feature,), 1), disagrees, settings=enough)
