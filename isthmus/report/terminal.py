"""What reports for the terminal share."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table


def print_table(table: Table, out: Console) -> None:
    """Print a table without the spaces that fill its last column."""
    with out.capture() as captured:
        out.print(table)
    for line in captured.get().splitlines():
        out.file.write(line.rstrip() + "\n")
