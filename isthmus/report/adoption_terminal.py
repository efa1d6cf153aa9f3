"""An adoption for the terminal: what is taken over with its changes, what is left with the reason, what is created."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.text import Text

from isthmus.adoption.adoption import Adoption, Import
from isthmus.changes.actions import Cause
from isthmus.report.terminal import counted
from isthmus.text.console import Screen


def print_adoption(found: Adoption, console: Console | None = None) -> None:
    """Print the adoption. When piped it is plain text, and no line is cut."""
    out = console or Screen(soft_wrap=True)
    out.print(Text(f"Taken over: {counted(len(found.imports), 'resource')}", style="bold"))
    for one in found.imports:
        _print_import(one, out)
    out.print()
    out.print(Text(f"Not taken over: {counted(len(found.left), 'resource')}", style="bold"))
    for left in found.left:
        out.print(Text(f"- {left.existing}: {left.reason}"))
    if found.left:
        out.print(Text("They stay as they are, and the proof of the output does not cover them."))
    out.print()
    if found.blocked:
        out.print(Text(f"AWS refuses: {counted(len(found.blocked), 'new resource')}", style="bold red"))
        for blocked in found.blocked:
            out.print(Text(f"- {blocked.existing}: {blocked.reason}"))
        out.print()
    out.print(Text(f"Created: {counted(len(found.created), 'resource')}", style="bold"))
    kinds = Counter(address.partition(".aws_")[0] for address in found.created)
    for module, number in sorted(kinds.items()):
        out.print(Text(f"- {module}: {number}"))


def _print_import(one: Import, out: Console) -> None:
    to = f"{one.root}/{one.to}" if one.root else one.to
    out.print(Text(f"- {one.existing} ({one.id}) becomes {to}"))
    if one.impact:
        out.print(Text(f"    {one.impact}", style="bold red"))
    for change in one.changes:
        out.print(Text(f"    {_described(change)}"))


def _described(change: Cause) -> str:
    if change.argument == "tags":
        return "tags: those of the estate are added, and others are removed"
    return f"{change.argument}: {change.before} becomes {change.after}"
