"""Places are put together where, and only where, exchanging them leaves the matrix as it was."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.matrix_classes import MOST_SHOWN, equivalent, shown
from isthmus.text.listing import some

Cells = dict[tuple[str, str], str]


@st.composite
def matrices(draw: st.DrawFn) -> tuple[list[str], Cells]:
    """Places of few kinds, what holds between kinds, and now and then a cell that differs."""
    kinds = draw(st.lists(st.integers(0, 2), min_size=1, max_size=7))
    names = [f"{place}" for place in range(len(kinds))]
    words = st.sampled_from(["yes", "no"])
    between = {(a, b): draw(words) for a in range(3) for b in range(3)}
    cells = {(a, b): between[kinds[int(a)], kinds[int(b)]] for a in names for b in names}
    cells |= {(a, a): "-" for a in names}
    cells |= draw(st.dictionaries(st.sampled_from(sorted(cells)), words, max_size=2))
    return names, cells


def _exchanged(cells: Cells, one: str, other: str) -> Cells:
    places = {one: other, other: one}
    return {(places.get(a, a), places.get(b, b)): cell for (a, b), cell in cells.items()}


def _between(cells: Cells) -> Cells:
    return {(a, b): cell for (a, b), cell in cells.items() if a != b}


@given(matrices())
def test_equivalent_locations_can_be_exchanged(matrix: tuple[list[str], Cells]) -> None:
    names, cells = matrix
    groups = equivalent(names, lambda a, b: cells[a, b])
    assert sorted(name for group in groups.values() for name in group) == sorted(names)
    assert all(group[0] == name for name, group in groups.items())
    group_of = {name: first for first, group in groups.items() for name in group}
    for one, other in combinations(names, 2):
        same = _between(_exchanged(cells, one, other)) == _between(cells)
        assert same == (group_of[one] == group_of[other]), (one, other)


@given(matrices())
def test_what_is_shown_holds_for_all_it_stands_for(matrix: tuple[list[str], Cells]) -> None:
    names, cells = matrix
    crowd = [f"more-{number}" for number in range(MOST_SHOWN)]  # that reach nothing, and make the matrix large
    few = shown([*names, *crowd], lambda a, b: cells.get((a, b), "no"))
    group_of = {name: first for first, group in few.standing_for.items() for name in group}
    assert len({group_of[name] for name in crowd}) == 1
    for (a, b), cell in cells.items():
        if a != b:
            assert few.between(group_of[a], group_of[b]) == cell


@given(matrices(), st.data())
def test_locations_of_one_kind_need_not_be_compared(matrix: tuple[list[str], Cells], data: st.DataObject) -> None:
    names, cells = matrix
    whole = equivalent(names, lambda a, b: cells[a, b])
    group_of = {name: first for first, group in whole.items() for name in group}
    # Not all that is alike need be known: some of each group.
    kinds = {name: data.draw(st.sampled_from([group_of[name], name])) for name in names}
    kinds = {name: f"{group_of[name]} together" if kinds[name] != name else name for name in names}
    asked: set[str] = set()

    def cell(a: str, b: str) -> str:
        asked.update((a, b))
        return cells[a, b]

    assert equivalent(names, cell, kinds.__getitem__) == whole
    assert all(sum(kinds[name] == kind for name in asked) <= 2 for kind in kinds.values())


def test_kinds_that_differ_only_among_themselves_stay_apart() -> None:
    names = ["a1", "a2", "b1", "b2"]
    groups = equivalent(names, lambda a, b: "yes" if a[0] == b[0] == "a" else "no", lambda name: name[0])
    assert groups == {"a1": ("a1", "a2"), "b1": ("b1", "b2")}


def test_few_places_are_all_shown() -> None:
    names = [f"spoke-{number}" for number in range(MOST_SHOWN)]
    few = shown(names, lambda a, b: "yes")
    assert list(few.standing_for) == names == [few.label(name) for name in names]
    assert not few.too_many
    assert not list(few.legend())


def test_many_places_of_one_kind() -> None:
    names = [f"spoke-{number}" for number in range(MOST_SHOWN + 1)]
    few = shown(names, lambda a, b: "-" if a == b else "no")
    assert few.label("spoke-0") == f"spoke-0 +{MOST_SHOWN}"
    assert few.between("spoke-0", "spoke-0") == "no"
    named = ", ".join(names[:6])
    assert list(few.legend()) == [f"spoke-0 +{MOST_SHOWN}: {named} and {MOST_SHOWN - 5} more"]


def test_many_places_of_many_kinds() -> None:
    names = [f"spoke-{number}" for number in range(MOST_SHOWN + 1)]
    assert shown(names, lambda a, b: f"{min(a, b)} {max(a, b)}").too_many


def test_some() -> None:
    assert some(["a"]) == "a"
    assert some(list("abcdef")) == "a, b, c, d, e, f"
    assert some(list("abcdefgh")) == "a, b, c, d, e, f and 2 more"
