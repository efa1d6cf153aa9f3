"""The allowed connections between inspected segments: their rules, and what may not be combined with them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.intent import (
    AllowedConnection,
    Estate,
    FirewallPolicy,
    Inspection,
    InvalidEstate,
    RuleGroup,
    Segment,
    check,
)
from isthmus.intent import firewall_rules as inspecting
from isthmus.intent.firewall_rules import CAPACITY, CLOSING_CAPACITY, SIDS, FirewallRule, firewall_rules, numbered
from isthmus.intent.network_acl_rules import Ports
from tests.intent import network
from tests.modules.egress_estates import estate


def with_policy(policy: FirewallPolicy) -> Estate:
    made = estate(Inspection.VPC)
    *others, last = made.environments
    assert last.egress is not None
    return replace(made, environments=[*others, replace(last, egress=replace(last.egress, firewall=policy))])


def refused(wrong: Estate) -> str:
    with pytest.raises(InvalidEstate) as caught:
        check(wrong)
    return str(caught.value)


def test_allowed_connections_pass_and_the_rest_of_that_pair_does_not() -> None:
    message = replace(
        estate(Inspection.VPC),
        allowed_connections=[AllowedConnection(source="data", to="apps", ports=["tcp/22", "icmp"])],
    )
    assert [str(rule) for rule in firewall_rules(message)] == [
        "apps opens nothing else to data",
        "data opens icmp to apps",
        "data opens tcp/22 to apps",
        "data opens nothing else to apps",
    ]


THREE = network.estate(
    segments=[Segment("c", inspected_with=["a"]), Segment("b", inspected_with=["c"]), Segment("a")],
    allowed_connections=[AllowedConnection(source="b", to="c", ports=["tcp/80"])],
)


def test_rules_are_of_inspected_pairs_by_name_and_first_of_what_passes() -> None:
    assert list(firewall_rules(THREE)) == [
        FirewallRule("a", "c", None, passes=True),
        FirewallRule("c", "a", None, passes=True),
        FirewallRule("b", "c", Ports("tcp", 80, 80), passes=True),
        FirewallRule("b", "c", None, passes=False),
        FirewallRule("c", "b", None, passes=False),
    ]
    assert str(next(firewall_rules(THREE))) == "a opens anything to c"


@given(st.lists(st.sampled_from(["tcp/1", "tcp/2-9", "udp/53", "icmp"]), unique=True), st.data())
def test_a_new_rule_leaves_the_others_their_numbers(ports: list[str], data: st.DataObject) -> None:
    fewer = data.draw(st.lists(st.sampled_from(ports), unique=True) if ports else st.just([]))
    before, after = (
        {
            str(rule): sid
            for sid, rule in numbered(
                replace(THREE, allowed_connections=[AllowedConnection(source="b", to="c", ports=given)])
            )
        }
        for given in (fewer, ports)
    )
    assert before.items() <= after.items()
    assert len(set(after.values())) == len(after) == 4 + len(ports)
    assert all(sid in SIDS for sid in after.values())


def test_numbers_that_are_taken_are_passed_over_and_the_first_follows_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = list(firewall_rules(THREE))
    monkeypatch.setattr(inspecting, "crc32", lambda text: 2 * len(SIDS) - 2)
    last = SIDS.stop - 1
    numbers = [last - 1, last, SIDS.start, SIDS.start + 1, SIDS.start + 2]
    assert list(numbered(THREE)) == list(zip(numbers, rules, strict=True))


def test_segments_that_reach_each_other_straight_have_no_firewall_rules() -> None:
    message = replace(
        estate(Inspection.NONE),
        allowed_connections=[AllowedConnection(source="apps", to="dc1/users", ports=["tcp/22"])],
    )
    assert not list(firewall_rules(message))


def test_a_sid_of_those_kept_is_refused() -> None:
    rule = f"drop tcp $HOME_NET any -> any 22 (sid:{SIDS.start};)"
    text = refused(with_policy(FirewallPolicy(rule_groups=[RuleGroup("own", rules=[rule], priority=1)])))
    assert "sid 1000000000 is reserved for generated rules" in text


@pytest.mark.parametrize("name", ["between_segments", "closing"])
def test_the_name_of_a_generated_group_is_refused(name: str) -> None:
    rule = "drop tcp $HOME_NET any -> any 22 (sid:1;)"
    text = refused(with_policy(FirewallPolicy(rule_groups=[RuleGroup(name, rules=[rule], priority=1)])))
    assert f'the name "{name}" is reserved for generated rules' in text


def test_more_rules_than_there_is_room_for_are_refused() -> None:
    ports = [f"tcp/{port}" for port in range(1, CAPACITY)]
    many = replace(
        estate(Inspection.VPC), allowed_connections=[AllowedConnection(source="data", to="apps", ports=ports)]
    )
    assert f"need {CAPACITY + 1} rules" in refused(many)


def test_the_generated_group_counts_among_a_policys() -> None:
    rule = "drop tcp $HOME_NET any -> any 22 (sid:1;)"
    group = RuleGroup("own", rules=[rule], priority=1, capacity=30_000 - CAPACITY - CLOSING_CAPACITY + 1)
    assert "its rule groups reserve 30001" in refused(with_policy(FirewallPolicy(rule_groups=[group])))
