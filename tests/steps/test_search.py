"""The search for the best order, compared with all orders of a few parts with any costs."""

from __future__ import annotations

from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from isthmus.steps.search import best_order

PARTS = "abcd"
ZERO = (0, 0)
States = dict[frozenset[str], tuple[int, int]]


def total(order: tuple[str, ...], costs: States) -> tuple[int, int]:
    found = [costs[frozenset(order[:number])] for number in range(1, len(order))]
    return sum(first for first, _ in found), sum(second for _, second in found)


@st.composite
def costs(draw: st.DrawFn) -> States:
    """The cost of every network between some of the parts."""
    states = {frozenset(order[:number]) for order in permutations(PARTS) for number in range(1, len(order))}
    cost = st.tuples(st.integers(0, 1), st.integers(0, 2))
    return {state: draw(cost) for state in sorted(states, key=sorted)}


pairs = st.frozensets(st.sampled_from([(a, b) for a in PARTS for b in PARTS if a != b]), max_size=4)


@given(costs(), pairs)
def test_the_best_order_costs_least_of_all_that_are_allowed(
    costs: States, required: frozenset[tuple[str, str]]
) -> None:
    allowed = [o for o in permutations(PARTS) if all(o.index(first) < o.index(then) for first, then in required)]
    before = {part: frozenset(first for first, then in required if then == part) for part in PARTS}
    found = best_order(PARTS, before, costs.__getitem__, 100, ZERO)
    if not allowed:
        assert found is None
        return
    assert found is not None
    assert found.certain
    assert found.order in allowed
    assert found.cost == total(found.order, costs) == min(total(order, costs) for order in allowed)


@given(costs(), st.integers(0, 5))
def test_a_limit_never_makes_an_order_certain_that_is_not_the_best(costs: States, most: int) -> None:
    evaluated: set[frozenset[str]] = set()

    def cost(state: frozenset[str]) -> tuple[int, int]:
        evaluated.add(state)
        return costs[state]

    found = best_order(PARTS, {}, cost, most, ZERO)
    assert found is not None
    assert found.cost == total(found.order, costs)
    if found.certain:
        assert found.cost == min(total(order, costs) for order in permutations(PARTS))
    assert len(evaluated) <= most + len(PARTS)


@given(costs(), pairs)
def test_a_free_order_is_found_if_there_is_one(costs: States, required: frozenset[tuple[str, str]]) -> None:
    allowed = [o for o in permutations(PARTS) if all(o.index(first) < o.index(then) for first, then in required)]
    before = {part: frozenset(first for first, then in required if then == part) for part in PARTS}
    found = best_order(PARTS, before, costs.__getitem__, 100, ZERO, free=True)
    assert (found is not None) is any(total(order, costs) == ZERO for order in allowed)


def test_without_costs_the_given_order_stays() -> None:
    free = best_order(PARTS, {"a": frozenset("c")}, lambda state: ZERO, 100, ZERO)
    assert free is not None
    assert list(pairwise(free.order)) == [("b", "c"), ("c", "a"), ("a", "d")]
