"""The words of a matrix cell, and the equivalence classes that make the matrix of a large network fit a screen."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from isthmus.proof.result.findings import Flow, short_result
from isthmus.text.listing import some

__all__ = ["MOST_SHOWN", "Shown", "cell", "equivalent", "shown"]

MOST_SHOWN = 30
_WIDEST = 9  # characters of a cell: longer names of packets are listed below the matrix


def cell(flow: Flow) -> str:
    """One flow in a word, or the packets that are reachable."""
    if flow.partly:
        return "partly ?" if flow.unknown else "partly"
    if flow.in_part and not flow.unknown:
        packets = str(flow.packets)
        return packets if len(packets) <= _WIDEST else "partly"
    return "?" if flow.unknown else "one way" if flow.one_way else short_result(flow.forward, flow.reply)


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows and columns that a report shows.

    standing_for  each representative, and the locations of its class, itself included
    cell          the text of the cell from one location to another
    segments      the locations of each segment: a class of all of them has its name
    """

    standing_for: Mapping[str, tuple[str, ...]]
    cell: Callable[[str, str], str]
    segments: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def too_many(self) -> bool:
        """Whether there are more classes than a person reads."""
        return len(self.standing_for) > MOST_SHOWN

    def label(self, name: str) -> str:
        """The heading of a row or column: the segment, or the representative and how many others it stands for."""
        members = self.standing_for[name]
        if len(members) == 1:
            return name
        segment = next((s for s, locations in self.segments.items() if locations == {*members}), "")
        return segment or f"{name} +{len(members) - 1}"

    def between(self, a: str, b: str) -> str:
        """The cell from one class to another. From a class to itself: the cell between two of its members."""
        return self.cell(*self.standing_for[a][:2]) if a == b and len(self.standing_for[a]) > 1 else self.cell(a, b)

    def legend(self) -> Iterator[str]:
        """A sentence for each representative of several locations."""
        for name, members in self.standing_for.items():
            if len(members) > 1:
                yield f"{self.label(name)}: {some(members)}"


def shown(
    names: Sequence[str],
    cell: Callable[[str, str], str],
    kind: Callable[[str], Hashable] = str,
    segments: Mapping[str, Sequence[str]] | None = None,
    fits: Callable[[Sequence[str]], bool] = lambda names: len(names) <= MOST_SHOWN,
) -> Shown:
    """All locations if they fit, else one for each class. Locations of one `kind` are known to be equivalent.

    A segment gives its name to a class only if no location has that name.
    """
    if len(names) <= MOST_SHOWN and fits(names):
        return Shown({name: (name,) for name in names}, cell)
    members = {s: frozenset(names).intersection(of) for s, of in (segments or {}).items() if s not in names}
    return Shown(equivalent(names, cell, kind), cell, members)


def equivalent(
    names: Sequence[str], cell: Callable[[str, str], str], kind: Callable[[str], Hashable] = str
) -> dict[str, tuple[str, ...]]:
    """Each representative, and the locations of its class, in the order of `names`.

    `cell(a, b)` is the cell from `a` to `b`. Two locations are equivalent if their cells to and from every other
    location are equal, and the cells between the two are equal. The cell of a location to itself does not count. So
    all cells between members of a class are equal.

    Two locations of each kind are compared: one for the cells with other kinds, one for the cells within the kind.
    """
    kinds: dict[Hashable, list[str]] = {}
    for name in names:
        kinds.setdefault(kind(name), []).append(name)
    compared = [name for name in names if name in kinds[kind(name)][:2]]
    group_of = {name: first for first, group in _exchangeable(compared, cell).items() for name in group}
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(group_of[kinds[kind(name)][0]], []).append(name)
    return {group[0]: tuple(group) for group in groups.values()}


def _exchangeable(names: Sequence[str], cell: Callable[[str, str], str]) -> dict[str, tuple[str, ...]]:
    """The classes, by comparing every location with every other."""
    cells = [[cell(a, b) for b in names] for a in names]
    numbers: dict[tuple[str, str], int] = {}
    rows = [
        array("L", [numbers.setdefault(pair, len(numbers)) for pair in zip(row, column, strict=True)])
        for row, column in zip(cells, zip(*cells, strict=True), strict=True)
    ]
    together: dict[tuple[int, bytes], list[str]] = {}
    for (outgoing, incoming), number in numbers.items():
        if outgoing == incoming:
            for place, (name, row) in enumerate(zip(names, rows, strict=True)):
                row[place] = number  # as if its cell to itself were the cell to the others of its class
                together.setdefault((number, row.tobytes()), []).append(name)
    found = {name: tuple(group) for group in together.values() if len(group) > 1 for name in group}
    return {name: found.get(name, (name,)) for name in names if found.get(name, (name,))[0] == name}
