"""The terminal format: lines, lists below a heading, and tables. 80 columns, plain text when piped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from isthmus.text.listing import cut

__all__ = [
    "bullets",
    "counted",
    "heading",
    "line",
    "print_trimmed",
    "table",
    "with_addresses",
    "wrapped",
    "wrapped_lines",
]


def print_trimmed(shown: RenderableType, out: Console) -> None:
    """Print a table or a text without trailing spaces."""
    with out.capture() as captured:
        out.print(shown)
    for row in captured.get().splitlines():
        out.file.write(row.rstrip() + "\n")


def wrapped(out: Console, text: str, first: str, later: str) -> None:
    """Print a text, wrapped at the width."""
    for row in wrapped_lines(text, out.width, first, later):
        line(out, row)


def wrapped_lines(text: str, width: int, first: str, later: str) -> list[str]:
    """Wrap at a width, with a hanging indent. An address longer than a line is not broken: you can copy it."""
    lines: list[str] = [""]
    for word in text.split(" "):
        indent = len(later if len(lines) > 1 else first)
        if lines[-1] and indent + len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return [(later if number else first) + text_ for number, text_ in enumerate(lines)]


def line(out: Console, text: str, style: str = "") -> None:
    """One line. A terminal may break it; a file keeps it whole."""
    out.print(Text(text, style), soft_wrap=True)


def heading(out: Console, title: str, style: str = "bold") -> None:
    """An empty line and a heading."""
    line(out, f"\n{title}", style)


def bullets(out: Console, title: str, lines: Iterable[str], style: str = "bold") -> None:
    """A heading and a bullet for each text; nothing without texts. Further lines of a text are indented."""
    listed = list(lines)
    if not listed:
        return
    heading(out, title, style)
    for text in listed:
        first, *rest = text.split("\n")
        wrapped(out, first, "- ", "  ")
        for more in rest:
            line(out, f"  {more}")


def with_addresses(text: str, addresses: Sequence[str], most: int) -> str:
    """A text, and below it the first addresses, a line each."""
    first, more = cut(addresses, most)
    return "\n".join([text, *(f"  {address}" for address in first), *([f"  {more} (--json lists them)"] * bool(more))])


def table(*columns: str, right: bool = False) -> Table:
    """A table without a frame. `right`: all columns but the first are aligned to the right."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if right and number else "left", overflow="fold")
    return made


def counted(number: int, one: str, many: str = "") -> str:
    """`1 violation`, `2 violations`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
