"""What is unknown before or after a change is neither gained nor lost: it is unclear, and it is said why."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from rich.console import Console

from isthmus.network.answers import Outcome
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.change import Change, ChangeKind
from isthmus.proof.difference.flows import compare
from isthmus.proof.errors import UnusableInput
from isthmus.proof.pairs.pair import Pair
from isthmus.report.difference_json import difference_json
from isthmus.report.difference_markdown import difference_markdown
from isthmus.report.difference_terminal import print_difference
from isthmus.terraform.graph import Resource, Unknown
from tests.proof.small_networks import HUB, hub, made, network, ref, spoke, subnet, table
from tests.properties.budget import share
from tests.properties.test_agreement import MESSAGES, edited

REACHABLE, BLOCKED, UNKNOWN = Outcome.REACHABLE, Outcome.BLOCKED, Outcome.UNKNOWN
TO_TWO = "aws_route.one_app_r0"


def one_to_two(outcome: Outcome) -> Analysis:
    """Two spokes at a hub; what becomes of packets from one to the other is up to one route."""
    resources = {r.address: r for r in (*hub(), *spoke("one", 1, "10.2.0.0/16"), *spoke("two", 2, "10.1.0.0/16"))}
    if outcome is BLOCKED:
        del resources[TO_TWO]
    if outcome is UNKNOWN:
        values = {**resources[TO_TWO].values, "transit_gateway_id": Unknown("var.gateway is not set")}
        resources[TO_TWO] = Resource(TO_TWO, "aws_route", values)
    found = network(*resources.values())
    assert found.flows["one", "two"].forward is outcome
    return found


def changes(before: Analysis, after: Analysis) -> list[Change]:
    return [c for c in compare(before, after).changes if (c.source, c.destination) == ("one", "two")]


@pytest.mark.parametrize("unknown_is", ["before", "after"])
@pytest.mark.parametrize("known", [REACHABLE, BLOCKED])
def test_unknown_is_neither_gained_nor_lost(known: Outcome, unknown_is: str) -> None:
    sides = [one_to_two(known), one_to_two(UNKNOWN)]
    (change,) = changes(*(sides if unknown_is == "after" else reversed(sides)))
    assert change.kind is ChangeKind.UNCLEAR
    assert "var.gateway is not set" in change.why


@pytest.mark.parametrize(
    ("old", "updated", "kind"), [(REACHABLE, BLOCKED, ChangeKind.LOST), (BLOCKED, REACHABLE, ChangeKind.GAINED)]
)
def test_results_known_on_both_sides_are_gained_or_lost(old: Outcome, updated: Outcome, kind: ChangeKind) -> None:
    (change,) = changes(one_to_two(old), one_to_two(updated))
    assert (change.kind, change.why) == (kind, "")


def test_every_report_shows_why_a_change_is_unclear() -> None:
    difference = compare(one_to_two(REACHABLE), one_to_two(UNKNOWN))
    assert not difference.changes_nothing  # so that the command exits with 1
    out = io.StringIO()
    print_difference(difference, (), Console(file=out, width=300, highlight=False, markup=False))
    text, document = difference_markdown(difference, ()), json.loads("".join(difference_json(difference, ())))
    assert out.getvalue().startswith("FLOWS MAY CHANGE: ")
    assert text.startswith("**Flows may change**: ")
    assert {change["change"] for change in document["changes"]} == {"unclear"}
    for reported in (out.getvalue(), text, *(change["unknown_reason"] for change in document["changes"])):
        assert "var.gateway is not set" in reported
        assert "lost" not in reported.lower()


def two_tiers(routed: str) -> Analysis:
    """A spoke of two workload subnets in one zone, of which one has a route to another spoke."""
    other = {"app": "vault", "vault": "app"}[routed]
    return network(
        *hub(),
        *(r for r in spoke("one", 1) if r.address not in ("aws_subnet.one_app", "aws_route_table_association.one_app")),
        subnet("one", "app", "10.1.1.0/24"),
        subnet("one", "vault", "10.1.2.0/24"),
        *table("one", "routed", [routed], two=("10.2.0.0/16", "transit_gateway_id", HUB)),
        made("aws_route_table_association.one_" + other, subnet_id=ref(f"aws_subnet.one_{other}"),
             route_table_id=ref("aws_route_table.one_app")),
        *spoke("two", 2, "10.1.0.0/16"),
    )  # fmt: skip


def test_a_gain_of_one_subnet_does_not_hide_a_loss_of_another() -> None:
    found = changes(two_tiers("app"), two_tiers("vault"))
    assert [change.kind for change in found] == [ChangeKind.GAINED, ChangeKind.LOST]


@settings(max_examples=share(10))
@given(edited(), edited())
def test_only_known_results_are_gained_or_lost(before: list[Resource], after: list[Resource]) -> None:
    """Lost is what some host reached before, and some host does not reach after: unknown is neither."""
    try:
        sides = [network(*side, advertises=_reported(side)) for side in (before, after)]
        found = compare(*sides).changes
    except UnusableInput:
        return
    for change in found:
        had, has = (_outcomes(side, change.source, change.destination) for side in sides)
        if change.kind is ChangeKind.LOST and "from client ports" not in change.packets:
            assert REACHABLE in had
            assert BLOCKED in has
        if change.kind is ChangeKind.GAINED and "from client ports" not in change.packets:
            assert BLOCKED in had
            assert REACHABLE in has


def _reported(resources: list[Resource]) -> list[str]:
    named = {str(dict(r.values["tags"]).get("Name")) for r in resources if isinstance(r.values.get("tags"), dict)}
    return [reported for reported in MESSAGES if reported.partition("=")[0] in named & {"one", "two"}]


def _outcomes(side: Analysis, a: str, b: str) -> set[Outcome]:
    """What becomes of any packet between any hosts; of no hosts at all: blocked."""
    pair = side.pairs.exact(a, b) if side.pairs.in_scope(a, b) else Pair(())
    found: set[Outcome] = set()
    for _, view in pair.by_packets():
        for trial in view.samples:
            found.update(path.outcome for path in (*trial.trip.forward.paths, *trial.trip.reply.paths))
            found.add(trial.trip.outcome)
    return found | ({BLOCKED} if not pair.workload_samples else set())
