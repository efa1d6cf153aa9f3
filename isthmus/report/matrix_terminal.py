"""The matrix of flows for the terminal: as wide as the terminal, and by segment or class where it is wider."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from isthmus.report.matrix_classes import Shown, shown
from isthmus.report.terminal import line, print_trimmed

__all__ = ["print_matrix"]

_BETWEEN = 2  # spaces between two columns


def print_matrix(
    names: Sequence[str],
    cell: Callable[[str, str], str],
    styled: Callable[[str], Text],
    out: Console,
    *,
    kind: Callable[[str], Hashable] = str,
    segments: Mapping[str, Sequence[str]] | None = None,
) -> Shown | None:
    """Print the matrix, and what its classes stand for. A matrix that is still too wide is printed in pieces.

    Returns what was printed; None if there are too many classes to print.
    """

    def fits(names: Sequence[str]) -> bool:
        return len(list(_pieces({name: _wide(name, (cell(a, name) for a in names)) for name in names}, out.width))) == 1

    few = shown(names, cell, kind, segments, fits)
    if few.too_many:
        classes = len(few.standing_for)
        line(out, f"{len(names)} locations in {classes} equivalence classes: --json writes the matrix.")
        return None
    labels = {few.label(name): name for name in few.standing_for}
    sources = tuple(few.standing_for)
    wide = {label: _wide(label, (few.between(a, name) for a in sources)) for label, name in labels.items()}
    for piece in _pieces(wide, out.width):
        table = Table(box=None, padding=(0, 1), pad_edge=False)
        table.add_column("")
        for label in piece:
            table.add_column(Text(label), justify="center", no_wrap=True)
        for label, source in labels.items():
            table.add_row(Text(label), *(styled(few.between(source, labels[other])) for other in piece))
        print_trimmed(table, out)
    for sentence in few.legend():
        print_trimmed(Text(sentence), out)
    return few


def _wide(label: str, cells: Iterable[str]) -> int:
    """The characters of a column."""
    return max(len(label), *map(len, cells)) + _BETWEEN


def _pieces(columns: Mapping[str, int], width: int) -> Iterator[list[str]]:
    """The columns, each with its width, in groups that fit the width next to their labels."""
    room = width - max(map(len, columns), default=0) - _BETWEEN
    piece: list[str] = []
    used = 0
    for label, wide in columns.items():
        if piece and used + wide > room:
            yield piece
            piece, used = [], 0
        piece.append(label)
        used += wide
    if piece:
        yield piece
