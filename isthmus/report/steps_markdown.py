"""The steps of a change as Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isthmus.report import headings
from isthmus.report.difference_lines import on_premises_lines
from isthmus.report.markdown import capped, code, escape, folded, section
from isthmus.report.refusals import refusal_lines, undecided_lines
from isthmus.report.steps_text import (
    NO_SPLIT,
    SPLIT,
    SPLIT_MEANS,
    WAITS,
    SameSteps,
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
from isthmus.steps.planner import ApplyStep, OrderVerdict, Procedure
from isthmus.text.listing import cut

__all__ = ["steps_markdown"]

_MOST_IMPACTS = 10


def steps_markdown(steps: Procedure) -> str:
    """The steps: the verdict line, each step, a split that keeps every flow, and why one apply waits for another."""
    verdict, rest = verdict_sentence(steps)
    unknown = (*map(str, steps.unknown_results), *undecided_lines(steps.refusals))
    parts = [f"**{verdict}**{rest}. {purpose_sentence(steps)}".rstrip()]
    parts.append(section(headings.REFUSED, map(escape, refusal_lines(steps.refusals)), opened=True))
    on_premises = map(escape, on_premises_lines(steps.on_premises))
    parts.append(section(headings.ON_PREMISES_CHANGES, on_premises, opened=True))
    parts.append(_listed(steps.steps, numbered=steps.verdict is not OrderVerdict.NO_ORDER))
    if steps.split:
        parts.append(folded(SPLIT, f"{escape(SPLIT_MEANS)}\n\n{_listed(steps.split)}", opened=True))
    elif steps.verdict in (OrderVerdict.LOSES, OrderVerdict.NO_ORDER):
        parts.append(escape(NO_SPLIT))
    parts.append(section(headings.UNKNOWN, map(escape, unknown), opened=True))
    parts.append(section(headings.DRIFT, map(escape, steps.drift), opened=True))
    parts.append(section(WAITS, (escape(str(one)) for one in reasons(steps))))
    parts.append(section(headings.ASSUMPTIONS, map(escape, steps.assumptions)))
    return capped(parts)


def _listed(listed: Sequence[ApplyStep], numbered: bool = True) -> str:
    lines: list[str] = []
    for group in grouped(listed):
        mark = f"{group.first}." if numbered else "-"
        lines += [f"{mark} {escape(title(group))}", *(f"   - {one}" for one in _details(group))]
    return "\n".join(lines)


def _details(group: SameSteps) -> Iterator[str]:
    yield from (f"first: {escape(what)}" for what in first_lines(group.steps[0]))
    first, more = cut(impact_lines(group.steps[0]), _MOST_IMPACTS)
    yield from (f"during: {escape(impact)}" for impact in (*first, *([more] if more else [])))
    yield from (code(" ".join(words)) for words in commands(group))
    yield from (f"**{escape(text)}**" for _, text in flow_lines(group.steps[-1]))
