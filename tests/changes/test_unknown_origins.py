"""Unknown values, unknown numbers and unclear accounts are not called unchanged; occupied addresses receive no move."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from isthmus.changes import ResourceAction, refused, resource_changes
from tests.changes.test_between import graph

PROTECTED = {"lifecycle": {"prevent_destroy": True}}
VPC: dict[str, Any] = {"cidr_block": "10.0.0.0/16", **PROTECTED}
VARIABLE: dict[str, Any] = {"variable": {"v": {}, "w": {}}}


def providers(first: Any, second: Any) -> dict[str, Any]:
    return {"provider": {"aws": [{"alias": "x", **first}, {"alias": "y", **second}]}}


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ({"cidr_block": "${cidrsubnet(var.v, 8, 1)}"}, {"cidr_block": "${cidrsubnet(var.v, 8, 2)}"}, VARIABLE),
        ({"count": "${var.v}"}, {"count": "${var.w}"}, VARIABLE),
        ({"provider": "aws.x"}, {"provider": "aws.y"}, providers({"profile": "dev"}, {"profile": "prod"})),
    ],
    ids=["value", "number", "provider"],
)
def test_what_may_change_is_not_unchanged(tmp_path: Path, before: Any, after: Any, more: Any) -> None:
    sides = [
        graph(tmp_path / name, {"aws_vpc": {"a": {**VPC, **given}}}, **more)
        for name, given in (("before", before), ("after", after), ("again", after))
    ]
    (change,) = resource_changes(sides[0], sides[1])
    assert change.action is ResourceAction.MAY_REPLACE
    (refusal,) = refused(sides[0], (change,))
    assert refusal.unknown
    assert resource_changes(sides[1], sides[2]) == ()


def test_a_local_behind_an_unknown_value_counts(tmp_path: Path) -> None:
    sides = [
        graph(
            tmp_path / number,
            {"aws_vpc": {"a": {**VPC, "cidr_block": "${local.c}"}}},
            **VARIABLE,
            locals={"c": f"${{cidrsubnet(var.v, 8, {number})}}"},
        )
        for number in "12"
    ]
    assert [change.action for change in resource_changes(*sides)] == [ResourceAction.MAY_REPLACE]


def test_nothing_moves_to_an_address_that_is_taken(tmp_path: Path) -> None:
    before = graph(tmp_path / "before", {"aws_vpc": {"a": VPC, "b": VPC}})
    after = graph(tmp_path / "after", {"aws_vpc": {"b": VPC}}, moved=[{"from": "aws_vpc.a", "to": "aws_vpc.b"}])
    changes = resource_changes(before, after)
    assert [(change.address, change.action) for change in changes] == [("aws_vpc.a", ResourceAction.DESTROY)]
    assert [one.address for one in refused(before, changes)] == ["aws_vpc.a"]


def test_count_moves_to_instance_zero_and_back(tmp_path: Path) -> None:
    one = graph(tmp_path / "one", {"aws_vpc": {"a": VPC}})
    counted = graph(tmp_path / "counted", {"aws_vpc": {"a": {**VPC, "count": 1}}})
    for sides in ((one, counted), (counted, one)):
        assert [change.action for change in resource_changes(*sides)] == [ResourceAction.MOVE]


def test_a_block_that_is_there_once_less_changes(tmp_path: Path) -> None:
    sides = [
        graph(
            tmp_path / f"{number}",
            {"aws_route53_resolver_endpoint": {"a": {"ip_address": [{"subnet_id": "s"}] * number}}},
        )
        for number in (3, 2)
    ]
    assert [change.address for change in resource_changes(*sides)] == ["aws_route53_resolver_endpoint.a"]
