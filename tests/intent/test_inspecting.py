"""What inspected segments may open to each other: its rules, and what is refused beside them."""

from dataclasses import replace

import pytest

from isthmus.intent import Estate, FirewallPolicy, Inspection, InvalidEstate, Opens, RuleGroup
from isthmus.intent.inspecting import CAPACITY, SIDS, firewall_rules
from tests.modules.egress_estates import estate


def with_policy(policy: FirewallPolicy) -> Estate:
    made = estate(Inspection.VPC)
    *others, last = made.environments
    assert last.egress is not None
    return replace(made, environments=[*others, replace(last, egress=replace(last.egress, firewall=policy))])


def refused(given: Estate) -> str:
    with pytest.raises(InvalidEstate) as caught:
        given.check()
    return str(caught.value)


def test_what_is_said_passes_and_the_rest_of_that_pair_does_not() -> None:
    said = replace(estate(Inspection.VPC), opens=[Opens(source="data", to="apps", ports=["tcp/22", "icmp"])])
    assert [str(rule) for rule in firewall_rules(said)] == [
        "apps opens nothing else to data",
        "data opens icmp to apps",
        "data opens tcp/22 to apps",
        "data opens nothing else to apps",
    ]


def test_segments_that_reach_each_other_straight_have_no_firewall_rules() -> None:
    said = replace(estate(Inspection.NONE), opens=[Opens(source="apps", to="dc1/users", ports=["tcp/22"])])
    assert not list(firewall_rules(said))


def test_a_sid_of_those_kept_is_refused() -> None:
    rule = f"drop tcp $HOME_NET any -> any 22 (sid:{SIDS.start};)"
    text = refused(with_policy(FirewallPolicy(rule_groups=[RuleGroup("own", rules=[rule], priority=1)])))
    assert "sid 1000000000 is kept for rules between inspected segments" in text


def test_the_name_of_the_generated_group_is_refused() -> None:
    rule = "drop tcp $HOME_NET any -> any 22 (sid:1;)"
    text = refused(with_policy(FirewallPolicy(rule_groups=[RuleGroup("between_segments", rules=[rule], priority=1)])))
    assert "means the rules between inspected segments" in text


def test_more_rules_than_there_is_room_for_are_refused() -> None:
    ports = [f"tcp/{port}" for port in range(1, CAPACITY)]
    many = replace(estate(Inspection.VPC), opens=[Opens(source="data", to="apps", ports=ports)])
    assert f"makes {CAPACITY + 1} rules" in refused(many)


def test_the_generated_group_counts_among_a_policys() -> None:
    rule = "drop tcp $HOME_NET any -> any 22 (sid:1;)"
    group = RuleGroup("own", rules=[rule], priority=1, capacity=30_000 - CAPACITY + 1)
    assert "its rule groups reserve 30001" in refused(with_policy(FirewallPolicy(rule_groups=[group])))
