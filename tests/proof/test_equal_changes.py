"""Changes of equivalent pairs, from the changes of a few of them: exactly those that evaluating every pair finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks.proof import WORKLOADS, estate, network
from isthmus.network.model import AttachmentKind, Network, NetworkAclRule
from isthmus.proof import Analysis
from isthmus.proof.difference.change import ChangeKind
from isthmus.proof.difference.equal_changes import PairChange, all_changes
from isthmus.proof.difference.flows import _Comparison
from tests.proof.test_difference import EVERYTHING, found
from tests.properties.budget import share

SPOKES = 5  # four of them are isolated workloads, equivalent to each other
NAMES = st.integers(1, 6).map(lambda count: [f"s{number}" for number in range(count)])


def expected(exact: Callable[[str, str], tuple[PairChange, ...]], a: list[str], b: list[str]) -> list[Any]:
    return [(x, y, exact(x, y)) for x, y in product(a, b) if x != y]


@given(NAMES, st.booleans(), st.sets(st.sampled_from("xyz")), st.sampled_from(ChangeKind), st.booleans())
def test_causes_are_those_of_both_ends_and_of_all(
    sources: list[str], clique: bool, of_all: set[str], kind: ChangeKind, two: bool
) -> None:
    destinations = sources if clique else [f"d{number}" for number in range(4)]
    tried: list[tuple[str, str]] = []

    def exact(a: str, b: str) -> tuple[PairChange, ...]:
        tried.append((a, b))
        one = PairChange(kind, "udp", frozenset({f"{a} out", f"{b} in", *of_all}))
        return (one, PairChange(ChangeKind.LOST, "tcp", frozenset({f"{a} out", "only tcp"}))) if two else (one,)

    made = list(all_changes(sources, destinations, exact))
    evaluated = len(set(tried))
    assert len(tried) == evaluated
    assert made == expected(exact, sources, destinations)
    if kind is not ChangeKind.UNCLEAR:
        assert evaluated <= 2 * (len(sources) + len(destinations)) + 2


@given(st.integers(3, 6), st.integers(0, 5), st.sampled_from(("kind", "packets", "none", "cause")), st.booleans())
def test_a_location_that_changes_in_another_way_is_noticed(size: int, odd: int, how: str, as_source: bool) -> None:
    """The groups are wrong then. It evaluates every pair, and relies on nothing."""
    sources, destinations = [f"s{number}" for number in range(size)], [f"d{number}" for number in range(size)]
    one = (sources if as_source else destinations)[odd % size]
    assume(how != "none" or one not in (sources[0], destinations[0]))  # without a change of the first pair it ends

    def exact(a: str, b: str) -> tuple[PairChange, ...]:
        usual = PairChange(ChangeKind.LOST, "", frozenset({a, b}))
        if one not in (a, b):
            return (usual,)
        return {
            "kind": (replace(usual, kind=ChangeKind.GAINED),),
            "packets": (replace(usual, packets="udp"),),
            "none": (),
            "cause": (replace(usual, causes=usual.causes | {"more"}),),
        }[how]

    assert list(all_changes(sources, destinations, exact)) == expected(exact, sources, destinations)


def test_groups_that_do_not_change_are_left_out() -> None:
    assert list(all_changes(["a", "b"], ["a", "b"], lambda a, b: ())) == []
    assert list(all_changes(["a"], ["a"], lambda a, b: pytest.fail("there is no pair"))) == []


# --- networks of equal spokes


def _of_each(change: Callable[[Any], Any], *parts: str) -> Callable[[Network], Network]:
    """A change of every resource of some kinds."""

    def changed(network: Network) -> Network:
        found: dict[str, Any] = {
            part: {name: change(one) for name, one in getattr(network, part).items()} for part in parts
        }
        return replace(network, **found)

    return changed


def _without_default_route(table: Any) -> Any:
    return replace(table, routes=tuple(route for route in table.routes if route.destination != EVERYTHING))


def _denied(protocol: int) -> Callable[[Network], Network]:
    """Every network ACL with a rule that denies a protocol."""

    def changed(acl: Any) -> Any:
        rule = NetworkAclRule(f"{acl.address}.deny", 1, False, protocol, EVERYTHING)
        return replace(acl, inbound=(rule, *acl.inbound))

    return _of_each(changed, "nacls")


def _reachable(network: Network) -> Network:
    """Workloads that learn the routes to each other."""
    table = network.tgw_tables[WORKLOADS]
    own = [a.address for a in network.attachments.values() if a.kind is AttachmentKind.VPC and a.table == WORKLOADS]
    learned = replace(table, propagations=(*table.propagations, *own))
    return replace(network, tgw_tables={**network.tgw_tables, WORKLOADS: learned})


def _one_spoke(network: Network) -> Network:
    """One of the equal spokes without its routes: it is equivalent to no other."""
    tables = {n: replace(t, routes=()) if n.startswith("spoke0003") else t for n, t in network.tables.items()}
    return replace(network, tables=tables)


EDITS: dict[str, Callable[[Network], Network]] = {
    "no default route": _of_each(_without_default_route, "tables"),
    "no UDP": _denied(17),
    "nothing": _denied(-1),
    "workloads reach each other": _reachable,
    "one spoke differs": _one_spoke,
}
MADE = network(SPOKES)
INTENT = estate(SPOKES)


def edited(names: list[str]) -> Analysis:
    made = MADE
    for name in names:
        made = EDITS[name](made)
    return Analysis(made, INTENT, roots=frozenset({"network"}))


def changes_of(before: Analysis, after: Analysis) -> Iterator[set[Any]]:
    """The changes by groups, and those of every pair."""
    yield found(_Comparison(before, after))
    yield found(_Comparison(replace(before, separately=True), replace(after, separately=True)))


LISTS = st.lists(st.sampled_from(sorted(EDITS)), max_size=2, unique=True)


@settings(max_examples=share(10))
@given(LISTS, LISTS)
def test_groups_of_equal_spokes_change_as_every_pair_does(before: list[str], after: list[str]) -> None:
    by_groups, every = changes_of(edited(before), edited(after))
    assert by_groups == every


@pytest.mark.parametrize("name", EDITS)
def test_each_change_of_all_spokes_has_the_causes_of_every_pair(name: str) -> None:
    by_groups, every = changes_of(edited([]), edited([name]))
    assert by_groups == every
    assert by_groups
