"""What reports for the terminal share."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.text import Text


def print_trimmed(shown: RenderableType, out: Console) -> None:
    """Print a table or a text without the spaces that its lines end in."""
    with out.capture() as captured:
        out.print(shown)
    for row in captured.get().splitlines():
        out.file.write(row.rstrip() + "\n")


def wrapped(out: Console, text: str, first: str, later: str) -> None:
    """Wrap at the width, with a hanging indent; an address longer than a line stays in one piece, to be copied."""
    lines: list[str] = [""]
    width = out.width - len(first)
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    for place, text_ in enumerate(lines):
        line(out, (later if place else first) + text_)


def line(out: Console, text: str, style: str = "") -> None:
    """One line, which the terminal may break and a file keeps whole."""
    out.print(Text(text, style), soft_wrap=True)
