"""What reports for the terminal share."""

from __future__ import annotations

from rich.console import Console, RenderableType


def print_trimmed(shown: RenderableType, out: Console) -> None:
    """Print a table or a text without the spaces that its lines end in."""
    with out.capture() as captured:
        out.print(shown)
    for line in captured.get().splitlines():
        out.file.write(line.rstrip() + "\n")
