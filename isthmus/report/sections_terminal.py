"""Sections for the terminal. They fit a number of lines, unless everything is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from isthmus.report.sections import UNLIMITED, Amount, Entry, Importance, Section
from isthmus.report.terminal import line, wrapped_lines

__all__ = ["MOST_LINES", "print_sections"]

MOST_LINES = 60
_CUT = "Cut: there is more. --all prints everything."
_STYLES = {
    Importance.REFUSED: "bold red",
    Importance.WARNING: "yellow",
    Importance.CHANGE: "bold",
    Importance.BACKGROUND: "bold",
}


_EVERYTHING = Amount(members=UNLIMITED)
# From the most to the least. The last one leaves the headings.
_LEVELS = (
    Amount(),
    Amount(background=2),
    Amount(background=2, details=6),
    Amount(20, 2, 5, 6),
    Amount(12, 2, 4, 4),
    Amount(8, 1, 4, 4),
    Amount(6, 1, 3, 4),
    Amount(4, 1, 3, 3),
    Amount(3, 1, 3, 3),
    Amount(2, 0, 3, 3),
    Amount(1, 0, 3, 3),
    Amount(1, 0, 0, 2),
    Amount(0, 0, 0, 0),
)


def print_sections(
    sections: Sequence[Section], out: Console, most: int = MOST_LINES, *, everything: bool = False
) -> int:
    """Print sections, and return the number of lines. Without `everything` they are cut to `most` lines, and say so."""
    shown = list(_lines(sections, _EVERYTHING if everything else _LEVELS[0], out.width))
    if not everything and len(shown) > most:
        cut = (list(_lines(sections, amount, out.width)) for amount in _LEVELS[1:])
        shown = next((lines for lines in cut if len(lines) + 2 <= most), shown[:0])
        shown += [("", ""), (_CUT, "dim")]
    for text, style in shown:
        line(out, text, style)
    return len(shown)


def _lines(sections: Sequence[Section], amount: Amount, width: int) -> Iterator[tuple[str, str]]:
    """Each line with its style. An empty line is between two sections."""
    for number, section in enumerate(sections):
        most = amount.most(section)
        style = _STYLES[section.importance]
        if number:
            yield "", ""
        title = section.heading.upper() if section.importance is Importance.REFUSED else section.heading
        if not most:
            yield f"{title}: {len(section.entries):,}", style
            continue
        yield title, style
        for entry in section.entries[:most]:
            yield from ((text, "") for text in _entry(entry, amount, width))
        if len(section.entries) > most:
            yield f"  and {len(section.entries) - most:,} more", ""


def _entry(entry: Entry, amount: Amount, width: int) -> Iterator[str]:
    label = f"{entry.label}: " if entry.label else ""
    first, *more = entry.text.split("\n")
    yield from _cut(wrapped_lines(f"{label}{first}", width, "- ", "  "), amount.length)
    for text in (*more, *entry.details[: amount.details]):
        yield from _cut(wrapped_lines(text, width, "  ", "    "), amount.length)
    for text in entry.members[: amount.members]:
        yield from wrapped_lines(text, width, "    ", "      ")


def _cut(lines: Sequence[str], most: int) -> Sequence[str]:
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} ..."]
