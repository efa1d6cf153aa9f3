"""Which places a matrix does not tell apart, so that the matrix of a large network fits a screen."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from isthmus.text.listing import some

MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows and columns that a report shows of a matrix.

    standing_for  each place that is shown, and those that it stands for, itself among them
    cell          what the matrix says from one place to another
    """

    standing_for: Mapping[str, tuple[str, ...]]
    cell: Callable[[str, str], str]

    @property
    def too_many(self) -> bool:
        """Whether these are still more than a person reads."""
        return len(self.standing_for) > MOST_SHOWN

    def label(self, name: str) -> str:
        """The heading of a row or column."""
        others = len(self.standing_for[name]) - 1
        return f"{name} +{others}" if others else name

    def between(self, a: str, b: str) -> str:
        """What is shown from one to another; from one to itself what holds among those it stands for."""
        return self.cell(*self.standing_for[a][:2]) if a == b and len(self.standing_for[a]) > 1 else self.cell(a, b)

    def legend(self) -> Iterator[str]:
        """A sentence for each that stands for others."""
        for name, all_ in self.standing_for.items():
            if len(all_) > 1:
                yield f"{self.label(name)}: {some(all_)}"


def shown(names: Sequence[str], cell: Callable[[str, str], str], kind: Callable[[str], Hashable] = str) -> Shown:
    """All places where they are few, else one for all that are alike. Those of one `kind` are known to be."""
    few = len(names) <= MOST_SHOWN
    return Shown({name: (name,) for name in names} if few else alike(names, cell, kind), cell)


def alike(
    names: Sequence[str], cell: Callable[[str, str], str], kind: Callable[[str], Hashable] = str
) -> dict[str, tuple[str, ...]]:
    """Each place that is shown, and those it stands for: itself, and all with which it could change places.

    `cell(a, b)` is what the matrix says from `a` to `b`. Two places are alike when it says the same of both toward and
    from every other, and of each toward the other; what it says of a place toward itself does not count. So all cells
    between places that are alike are the same. In the order of `names`.

    Two places of each kind are asked about: one for what the others see of it, one for what it sees of its like.
    """
    kinds: dict[Hashable, list[str]] = {}
    for name in names:
        kinds.setdefault(kind(name), []).append(name)
    asked = [name for name in names if name in kinds[kind(name)][:2]]
    group_of = {name: first for first, group in _exchanged(asked, cell).items() for name in group}
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(group_of[kinds[kind(name)][0]], []).append(name)
    return {group[0]: tuple(group) for group in groups.values()}


def _exchanged(names: Sequence[str], cell: Callable[[str, str], str]) -> dict[str, tuple[str, ...]]:
    """Places that are alike, every one compared with every other."""
    toward = [[cell(a, b) for b in names] for a in names]
    numbers: dict[tuple[str, str], int] = {}
    rows = [
        array("L", [numbers.setdefault(pair, len(numbers)) for pair in zip(row, column, strict=True)])
        for row, column in zip(toward, zip(*toward, strict=True), strict=True)
    ]
    together: dict[tuple[int, bytes], list[str]] = {}
    for (there, back), number in numbers.items():
        if there == back:
            for place, (name, row) in enumerate(zip(names, rows, strict=True)):
                row[place] = number  # as if it said of itself what it says of those that are like it
                together.setdefault((number, row.tobytes()), []).append(name)
    found = {name: tuple(group) for group in together.values() if len(group) > 1 for name in group}
    return {name: found.get(name, (name,)) for name in names if found.get(name, (name,))[0] == name}
