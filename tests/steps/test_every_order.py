"""Every order of small changes, tried one by one on folders: `isthmus steps` finds the best, and names what it loses.

The judge copies the root modules of an intermediate network into a folder and reads it as any other output. An order is
possible if no such folder refers to an output that does not exist.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from pathlib import Path

import pytest

from isthmus import proof
from isthmus.steps.losses import Effect
from isthmus.steps.planner import ApplyStep, OrderVerdict, Procedure, procedure

from .estates import CHANGES, written

Pairs = frozenset[tuple[str, str]]


@dataclass
class Judge:
    """Reads the network between two outputs from a folder of its own."""

    base: Path
    head: Path
    scratch: Path

    def __post_init__(self) -> None:
        self.known: dict[frozenset[str], tuple[Pairs, Pairs] | None] = {}

    @cached_property
    def roots(self) -> list[str]:
        """The root modules of the later output."""
        return sorted(path.name for path in (self.head / "stacks").iterdir())

    def between(self, done: frozenset[str]) -> tuple[Pairs, Pairs] | None:
        """The pairs that the network after some applies loses, and those that it lets through; None: impossible."""
        if done not in self.known:
            self.known[done] = self._between(done)
        return self.known[done]

    def _between(self, done: frozenset[str]) -> tuple[Pairs, Pairs] | None:
        network = self._read(done)
        if network.graph.undeclared:
            return None
        before, after = self._working[0], self._working[1]
        now = _working(network)
        return (before & after) - now, now - before - after

    @cached_property
    def _working(self) -> tuple[Pairs, Pairs]:
        return _working(self._read(frozenset())), _working(self._read(frozenset(self.roots)))

    def _read(self, done: frozenset[str]) -> proof.Analysis:
        folder = self.scratch / "-".join(["mixed", *sorted(done)])
        for root in self.roots:
            source = (self.head if root in done else self.base) / "stacks" / root
            if source.is_dir():
                shutil.copytree(source, folder / "stacks" / root)
        return proof.read(folder, intent=self.head / "intent.json")

    def orders(self, changed: set[str]) -> Iterator[tuple[tuple[str, ...], int]]:
        """Every possible order, with the number of flows that its networks lose or let through."""
        same = frozenset(self.roots) - changed
        for order in permutations(sorted(changed)):
            results = [self.between(same | {*order[:number]}) for number in range(1, len(order))]
            if None not in results:
                yield order, sum(len(lost) + len(leaked) for lost, leaked in filter(None, results))


def _working(network: proof.Analysis) -> Pairs:
    return frozenset((flow.source, flow.destination) for flow in network.flows if flow.works)


def _total(steps: tuple[ApplyStep, ...]) -> int:
    return sum(len({(flow.source, flow.destination) for flow in step.flows}) for step in steps)


@pytest.fixture(scope="module", params=CHANGES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Judge, Procedure]:
    """One change: its name, the judge, and the steps."""
    folder = tmp_path_factory.mktemp("change")
    base, head = written(CHANGES[request.param], folder)
    found = procedure((base, head), proof.read(base), proof.read(head))
    return request.param, Judge(base, head, folder), found


def test_the_order_is_possible_and_no_other_one_is_better(case: tuple[str, Judge, Procedure]) -> None:
    _, judge, found = case
    names = tuple(step.part.apply.name for step in found.steps)
    orders = dict(judge.orders({*names}))
    assert names in orders
    assert orders[names] == _total(found.steps)
    assert found.certain
    assert orders[names] == min(orders.values())
    assert (found.verdict is OrderVerdict.KEPT) is (min(orders.values()) == 0)


def test_each_network_loses_and_lets_through_what_the_judge_says(case: tuple[str, Judge, Procedure]) -> None:
    _, judge, found = case
    names = [step.part.apply.name for step in found.steps]
    same = frozenset(judge.roots) - {*names}
    for number, step in enumerate(found.steps[:-1], 1):
        pairs = {effect: {(f.source, f.destination) for f in step.flows if f.effect is effect} for effect in Effect}
        result = judge.between(same | {*names[:number]})
        assert result == (frozenset(pairs[Effect.LOSES]), frozenset(pairs[Effect.LEAKS]))
        assert pairs[Effect.UNCLEAR] == set()


EXPECTED = {
    "second VPN connection": (["network"], OrderVerdict.KEPT),
    "new segment": (["network", "lab", "shared"], OrderVerdict.KEPT),
    "new site": (["network", "shared", "team"], OrderVerdict.LOSES),
    "central egress at once": (["network", "egress", "shared", "team"], OrderVerdict.LOSES),
    "central egress, first allowed": (["network", "egress", "shared", "team"], OrderVerdict.KEPT),
    "central egress, then used": (["shared", "team"], OrderVerdict.KEPT),
    "segments exchanged": (["shared", "team"], OrderVerdict.LOSES),
}


def test_the_order_is_the_usual_one(case: tuple[str, Judge, Procedure]) -> None:
    name, _, found = case
    assert ([step.part.apply.name for step in found.steps], found.verdict) == EXPECTED[name]


# The first site next to a second one gets a route table, and its connection moves before spokes propagate there.
EFFECTS = {
    "new site": {Effect.LOSES},
    "central egress at once": {Effect.LOSES},
    "segments exchanged": {Effect.LEAKS},
}


def test_some_changes_lose_and_some_let_through(case: tuple[str, Judge, Procedure]) -> None:
    name, _, found = case
    effects = {flow.effect for step in found.steps for flow in step.flows}
    assert effects == EFFECTS.get(name, set())


SPLITS = {
    # The only site gets a table of its own. Its connection moves there when the spokes propagate into it.
    "new site": ["network+", "shared", "team", "network"],
    "central egress at once": ["network", "team+", "egress", "shared", "team"],
}


def test_a_split_keeps_every_flow(case: tuple[str, Judge, Procedure]) -> None:
    name, _, found = case
    marks = [step.part.apply.name + ("+" if step.part.targets else "") for step in found.split]
    assert marks == SPLITS.get(name, [])
    assert [step.flows for step in found.split] == [()] * len(found.split)


def test_roles_get_the_permissions_for_new_tables_before_these_are_used(case: tuple[str, Judge, Procedure]) -> None:
    """Else the first part of a split would make tables into which no spoke may propagate."""
    name, _, found = case
    if name == "new site":
        targets = found.split[0].part.targets
        assert {t.rpartition(".")[2] for t in targets if "aws_iam_role_policy" in t} == {"join_apps", "join_services"}
