"""The difference of two networks for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from isthmus.changes import Refusal, ResourceChange
from isthmus.proof.difference.flows import Difference
from isthmus.report.difference_sections import difference_head, difference_sections, refused_sections
from isthmus.report.sections_terminal import MOST_LINES, print_sections
from isthmus.report.terminal import line, wrapped_lines
from isthmus.terraform import Unknown

__all__ = ["print_difference"]

_MOST_REFUSED = 20  # lines


def print_difference(
    difference: Difference,
    changes: tuple[ResourceChange, ...] | Unknown,
    out: Console,
    refusals: Sequence[Refusal] = (),
    *,
    everything: bool = False,
    quiet: bool = False,
) -> None:
    """Print the difference: what is refused, the verdict, what Terraform does, and the sections.

    `everything`: do not cut it. `quiet`: only what is refused and the verdict.
    """
    room = MOST_LINES
    if refused := refused_sections(refusals):
        room -= print_sections(refused, out, _MOST_REFUSED, everything=everything) + 1
        line(out, "")
    verdict, rest, terraform = difference_head(difference, changes)
    nothing = difference.changes_nothing and not difference.unknown_results
    line(out, f"{verdict.upper()}{rest}", "green" if nothing else "yellow")
    totals = wrapped_lines(terraform, out.width, "", "  ")
    for text in totals:
        line(out, text)
    if not quiet and (sections := difference_sections(difference, changes, refusals)):
        line(out, "")
        print_sections(sections, out, room - len(totals) - 2, everything=everything)
