"""The result of a lab for the terminal: what was compared, and each difference with both paths."""

from __future__ import annotations

from rich.console import Console

from isthmus.lab.comparison import MOST_FOLLOWED, PacketDifference, Score
from isthmus.lab.testing import LabResults
from isthmus.report.terminal import heading, line, wrapped

__all__ = ["print_results"]


def print_results(results: LabResults, out: Console, *, quiet: bool = False) -> None:
    """Print BGP, the counts by result, each failure, and the differences. `quiet`: one line for each difference."""
    for difference in results.bgp:
        wrapped(out, f"BGP differs: {difference}", "", "  ")
    score = results.score
    _print_counts(f"{score.pairs:,} pairs of hosts, {score.packets:,} packets", score, out)
    if not quiet:
        for name, count in sorted(score.verdicts.items()):
            line(out, f"  {count:>9,}  {name}")
    _print_differences(score, out, quiet=quiet)
    for failure, during in results.failures.items():
        lost = score.arrived - during.arrived
        _print_counts(f"{failure}: {lost:,} fewer packets arrive", during, out)
        _print_differences(during, out, quiet=quiet)


def _print_counts(what: str, score: Score, out: Console) -> None:
    number = len(score.differences)
    outcome = f"{number:,} {'packet differs' if number == 1 else 'packets differ'}" if number else "no packet differs"
    line(out, f"{what}: {outcome}", "red" if number else "green")


def _print_differences(score: Score, out: Console, *, quiet: bool) -> None:
    for difference in score.differences[:MOST_FOLLOWED]:
        _print_difference(difference, out, quiet=quiet)
    if len(score.differences) > MOST_FOLLOWED:
        line(out, f"\n{len(score.differences) - MOST_FOLLOWED:,} more differences are not shown.", "dim")


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
