"""The steps of a change for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from isthmus.report import headings
from isthmus.report.difference_lines import on_premises_lines
from isthmus.report.refusals import refusal_lines, undecided_lines
from isthmus.report.steps_text import (
    NO_SPLIT,
    SPLIT,
    SPLIT_MEANS,
    WAITS,
    commands,
    first_lines,
    flow_lines,
    grouped,
    impact_lines,
    purpose_sentence,
    reasons,
    title,
    verdict_sentence,
)
from isthmus.report.terminal import bullets, heading, line, wrapped
from isthmus.steps.planner import ApplyStep, OrderVerdict, Procedure
from isthmus.text.listing import cut

__all__ = ["print_steps"]

_MOST_IMPACTS = 4
_MOST_COMMANDS = 6
_INDENT = "   "


def print_steps(steps: Procedure, out: Console) -> None:
    """Print the verdict, the steps, a split that keeps every flow, and why one apply waits for another."""
    verdict, rest = verdict_sentence(steps)
    wrapped(out, f"{verdict.upper()}{rest}.", "", "  ")
    if purpose := purpose_sentence(steps):
        wrapped(out, purpose, "", "  ")
    bullets(out, headings.DRIFT, steps.drift, "yellow")
    bullets(out, headings.REFUSED, refusal_lines(steps.refusals), "red")
    bullets(out, headings.ON_PREMISES_CHANGES, on_premises_lines(steps.on_premises), "yellow")
    _print_listed(steps.steps, out, numbered=steps.verdict is not OrderVerdict.NO_ORDER)
    if steps.split:
        heading(out, SPLIT)
        wrapped(out, SPLIT_MEANS, "", "")
        _print_listed(steps.split, out)
    elif steps.verdict in (OrderVerdict.LOSES, OrderVerdict.NO_ORDER):
        line(out, "")
        wrapped(out, NO_SPLIT, "", "")
    bullets(out, headings.UNKNOWN, [*map(str, steps.unknown_results), *undecided_lines(steps.refusals)], "yellow")
    bullets(out, WAITS, map(str, reasons(steps)))
    bullets(out, headings.ASSUMPTIONS, steps.assumptions)


def _print_listed(listed: Sequence[ApplyStep], out: Console, numbered: bool = True) -> None:
    for group in grouped(listed):
        line(out, "")
        wrapped(out, title(group), f"{group.numbers}. " if numbered else "- ", _INDENT)
        for what in first_lines(group.steps[0]):
            wrapped(out, what, f"{_INDENT}first: ", f"{_INDENT}  ")
        first, more = cut(impact_lines(group.steps[0]), _MOST_IMPACTS)
        for impact in (*first, *([more] if more else [])):
            wrapped(out, impact, f"{_INDENT}during: ", f"{_INDENT}  ")
        shown, rest = cut([" \\\n".join(words) for words in commands(group)], _MOST_COMMANDS)
        for command in shown:
            for number, words in enumerate(command.split("\n")):
                line(out, f"{_INDENT}{'    ' if number else '  '}{words}")
        if rest:
            line(out, f"{_INDENT}  {rest}")
        for _, text in flow_lines(group.steps[-1]):
            wrapped(out, text, _INDENT, f"{_INDENT}  ")
