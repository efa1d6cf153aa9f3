"""The result of a lab for the terminal: what was compared, and each difference with both paths."""

from __future__ import annotations

from rich.console import Console

from isthmus.lab.comparison import PacketDifference, Score
from isthmus.report.terminal import heading, line, wrapped

__all__ = ["print_score"]

_MOST = 20
"""Differences that are shown with their paths."""


def print_score(score: Score, out: Console, *, quiet: bool = False) -> None:
    """Print the counts by result, then the differences. `quiet`: one line for each difference."""
    number = len(score.differences)
    outcome = f"{number:,} {'packet differs' if number == 1 else 'packets differ'}" if number else "no packet differs"
    line(out, f"{score.pairs:,} pairs of hosts, {score.packets:,} packets: {outcome}", "red" if number else "green")
    if not quiet:
        for name, count in sorted(score.verdicts.items()):
            line(out, f"  {count:>9,}  {name}")
    for difference in score.differences[:_MOST]:
        _print_difference(difference, out, quiet=quiet)
    if number > _MOST:
        line(out, f"\n{number - _MOST:,} more differences are not shown.", "dim")


def _print_difference(difference: PacketDifference, out: Console, *, quiet: bool) -> None:
    if quiet:
        wrapped(out, str(difference), "", "  ")
        return
    heading(out, str(difference), "red")
    line(out, "  path of the proof:")
    for hop in difference.proved:
        wrapped(out, hop, "    ", "      ")
    line(out, "  in the lab:")
    for hop in difference.played:
        wrapped(out, hop, "    ", "      ")
