"""Logs and queries: between two printed assumptions, never zero, and never less with more traffic."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.cost import ITEMS, TrafficFlow
from isthmus.cost.usage import ItemUse, assumptions, item_uses, written_elsewhere
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown

UNKNOWN = Unknown("known after apply")
GROUP = Resource("aws_cloudwatch_log_group.it", "aws_cloudwatch_log_group", {"name": "/a/b", "retention_in_days": 365})
FLOW_LOG = {"vpc_id": "vpc-1", "log_destination": Ref(GROUP.address, "arn")}
CLOUDWATCH = {"log_destination_type": "CloudWatchLogs", "log_destination": {"logGroup": Ref(GROUP.address, "name")}}
ENABLED = {"cloudwatch_log_options": {"log_enabled": True, "log_group_arn": Ref(GROUP.address, "arn")}}
KINDS: dict[str, dict[str, Any]] = {
    "aws_flow_log": FLOW_LOG,
    "aws_networkfirewall_logging_configuration": {"logging_configuration": {"log_destination_config": (CLOUDWATCH,)}},
    "aws_vpn_connection": {"tunnel1_log_options": ENABLED, "tunnel2_log_options": ENABLED},
    "aws_route53_resolver_query_log_config_association": {"resource_id": "vpc-1"},
    "aws_route53_resolver_endpoint": {"direction": "OUTBOUND"},
    "aws_route53_resolver_firewall_rule_group_association": {"vpc_id": "vpc-1"},
}


def graph(*given: tuple[str, dict[str, Any]]) -> Graph:
    made = [Resource(f"{kind}.it{number}", kind, values) for number, (kind, values) in enumerate(given)]
    return Graph({resource.address: resource for resource in (*made, GROUP)})


def uses(given: Graph, flows: Sequence[TrafficFlow] = ()) -> list[ItemUse]:
    found = list(item_uses(given, flows))
    assert all(use.item in ITEMS for use in found)
    return found


def total(given: Graph, item: str, flows: Sequence[TrafficFlow] = ()) -> tuple[Fraction, Fraction]:
    ranges = [use.amount for use in uses(given, flows) if use.item == item]
    known = [each for each in ranges if not isinstance(each, Unknown)]
    return sum((least for least, _ in known), Fraction()), sum((most for _, most in known), Fraction())


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_used_costs_something(kind: str) -> None:
    found = uses(graph((kind, KINDS[kind])))
    assert found
    for use in found:
        assert not isinstance(use.amount, Unknown)
        assert 0 < use.amount[0] < use.amount[1]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "aws_vpn_connection"])
def test_how_many_is_unknown(kind: str) -> None:
    given = Graph({}, unexpanded={f"{kind}.it[?]": Resource(f"{kind}.it[?]", kind, KINDS[kind])})
    assert [isinstance(use.amount, Unknown) for use in uses(given)] == [True]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("aws_flow_log", {**FLOW_LOG, "log_destination_type": "s3"}),
        ("aws_flow_log", {**FLOW_LOG, "log_destination_type": UNKNOWN}),
        ("aws_networkfirewall_logging_configuration", {"logging_configuration": UNKNOWN}),
        (
            "aws_networkfirewall_logging_configuration",
            {"logging_configuration": {"log_destination_config": ({"log_destination_type": "S3"},)}},
        ),
        ("aws_vpn_connection", {"tunnel1_log_options": {"cloudwatch_log_options": {"log_enabled": UNKNOWN}}}),
    ],
)
def test_what_is_not_known_is_no_number(kind: str, values: dict[str, Any]) -> None:
    assert [isinstance(use.amount, Unknown) for use in uses(graph((kind, values)))] == [True]


def test_a_tunnel_without_logs_writes_none() -> None:
    off = {"cloudwatch_log_options": {"log_enabled": False}}
    assert uses(graph(("aws_vpn_connection", {"tunnel1_log_options": off}))) == []


def test_a_log_of_a_vpc_by_hand() -> None:
    """Ten conversations a minute, two records each, of 140 bytes, in 43,800 minutes: 0.12 GB. A year of it is kept."""
    least, most = total(graph(("aws_flow_log", FLOW_LOG)), "log-gb")
    assert least == Fraction(10 * 43_800 * 2 * 140, 10**9)
    assert most == 100 * least
    kept = total(graph(("aws_flow_log", FLOW_LOG)), "log-storage-gb")
    assert kept == (least * 12 * Fraction(15, 100), most * 12)


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 6))
def test_more_traffic_writes_more(some: int, more: int, logs: int) -> None:
    given = graph(*[("aws_flow_log", FLOW_LOG)] * logs)
    before = total(given, "log-gb", [TrafficFlow("a", "b", some)])
    after = total(given, "log-gb", [TrafficFlow("a", "b", some), TrafficFlow("a", "b", 0, more)])
    assert before[0] < after[0]
    assert before[1] < after[1]
    assert before[0] <= before[1]
    # At least the records of one log, at most those of five.
    assert after[1] - before[1] == Fraction(more * 100_000 * 140 * min(logs, 5), 10**9)


def test_the_assumptions_say_the_numbers_that_are_used() -> None:
    assert assumptions(())[0] == "each flow log and firewall log records 10 to 1,000 conversations a minute"
    assert assumptions([TrafficFlow("a", "b", 1)])[:2] == (
        "each GB of the given flows is 100 to 100,000 records, in 1 to 5 logs",
        "each flow log and firewall log records 10 conversations a minute in addition",
    )


def test_groups_that_something_else_writes_to_are_named() -> None:
    assert written_elsewhere(graph()) == (GROUP.address,)
    assert written_elsewhere(graph(("aws_flow_log", FLOW_LOG))) == ()
    for arn in (Ref(GROUP.address, "arn"), "arn:aws:logs:us-east-1:111122223333:log-group:/a/b:*"):
        config = ("aws_route53_resolver_query_log_config", {"destination_arn": arn})
        assert written_elsewhere(graph(config)) == ()
    other = {"log_destination_type": "CloudWatchLogs", "log_destination": {"logGroup": "/a/c"}}
    firewall = {"logging_configuration": {"log_destination_config": (other,)}}
    assert written_elsewhere(graph(("aws_networkfirewall_logging_configuration", firewall))) == (GROUP.address,)


@pytest.mark.parametrize(("days", "months"), [(365, 12), (30, Fraction(72, 73)), (0, 12), (None, 12), (UNKNOWN, 12)])
def test_a_log_is_kept_as_its_group_says(days: Any, months: Fraction | int) -> None:
    group = Resource(GROUP.address, GROUP.type, {"retention_in_days": days})
    log = Resource("aws_flow_log.it", "aws_flow_log", FLOW_LOG)
    given = Graph({log.address: log, group.address: group})
    assert total(given, "log-storage-gb")[1] == total(given, "log-gb")[1] * months
