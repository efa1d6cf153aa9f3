"""A proof on one screen: the verdict, the violations by cause, the unknown results, the matrix, counts of the rest, and
the assumptions in short. `proof_terminal` prints everything.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

from rich.console import Console

from isthmus.proof.result.findings import Violation
from isthmus.proof.result.proof import Proof
from isthmus.report import headings
from isthmus.report.change_groups import blocks
from isthmus.report.proof_terminal import COLOURS, egress_paths, print_reachability
from isthmus.report.terminal import bullets, counted, heading, line, wrapped
from isthmus.report.verdicts import proof_verdict
from isthmus.text.console import Screen
from isthmus.text.listing import cut, some
from isthmus.text.printable import printable

__all__ = ["by_cause", "print_problems", "print_summary"]

_LINES = 40
_MOST_DRIFT, _MOST_ASSUMPTIONS, _MOST_SITES = 3, 6, 2
_LONGEST = (240, 120, 60)  # characters of one reason: the most with which everything fits
_ADDRESS = re.compile(r"[^\s(]*\b(?:module|aws_\w+)\.\S+\.([\w-]+(?:\[[^\]\s]*\])?)")
_SITE = re.compile(r"site (\S+) advertises (?!.*unknown)")


def print_summary(proof: Proof, out: Console) -> None:
    """Print what fits one screen. The verdict, one violation and one unknown result are always printed."""
    head = _drawn(out, lambda screen: _print_head(proof, screen))
    tail = _drawn(out, lambda screen: _print_tail(proof, screen))
    matrix = _drawn(out, lambda screen: print_reachability(proof, screen))
    instead = ["", f"{headings.REACHABILITY.partition(' (')[0]}: {len(proof.flows.names)} locations"]
    problems = _Problems(proof, out)
    room = _LINES - len(head) - len(tail)
    for below, longest in product((matrix, instead), _LONGEST):
        found = problems.all(longest, room - len(below))
        if found is not None:
            break
    else:
        found = problems.first(longest, room - len(instead))
    for text in (*head, *found, *below, *tail):
        out.file.write(text + "\n")


def print_problems(proof: Proof, out: Console) -> None:
    """Print the verdict line, and the problems if there are any: edited files, violations, unknown results."""
    line(out, "".join(proof_verdict(proof)), COLOURS[proof.verdict])
    bullets(out, headings.DRIFT, proof.drift, "yellow")
    bullets(out, headings.VIOLATIONS, map(_brief, by_cause(proof.violations)), "red")
    bullets(out, headings.UNKNOWN, map(str, proof.unknown_results), "yellow")


def by_cause(violations: Iterable[Violation]) -> list[tuple[Violation, ...]]:
    """The violations in groups of one rule and one cause, in their order.

    The cause is the likeliest resource; without resources, the reason.
    """
    groups: dict[tuple[str, str], list[Violation]] = {}
    for violation in violations:
        cause = violation.resources[0] if violation.resources else violation.why
        groups.setdefault((violation.rule, cause), []).append(violation)
    return [tuple(group) for group in groups.values()]


def _print_head(proof: Proof, out: Console) -> None:
    line(out, "".join(proof_verdict(proof)), COLOURS[proof.verdict])
    drift, more = cut(proof.drift, _MOST_DRIFT)
    bullets(out, headings.DRIFT, [*drift, *([f"{more}: --all"] * bool(more))], "yellow")


class _Problems:
    """The violations and the unknown results of a proof, in as many lines as there is room for."""

    def __init__(self, proof: Proof, out: Console) -> None:
        self._groups = by_cause(proof.violations)
        self._unknown = proof.unknown_results
        self._out = out

    def all(self, longest: int, room: int) -> list[str] | None:
        """All of them, each reason cut to `longest` characters; None if they do not fit."""
        if len(self._groups) + len(self._unknown) > room:
            return None
        violations, unknown = self._texts(longest)
        lines = [
            *self._listed(headings.VIOLATIONS, violations, "red", len(violations)),
            *self._listed(headings.UNKNOWN, unknown, "yellow", len(unknown)),
        ]
        return lines if len(lines) <= room else None

    def first(self, longest: int, room: int) -> list[str]:
        """At least one of each, and how many more there are."""
        violations, unknown = self._texts(longest)
        lines = self._fitting(headings.VIOLATIONS, violations, "red", room // 2 if unknown else room)
        return lines + self._fitting(headings.UNKNOWN, unknown, "yellow", room - len(lines))

    def _texts(self, longest: int) -> tuple[list[str], list[str]]:
        violations = [_brief(group, longest) for group in self._groups]
        return violations, [printable(str(result), longest) for result in self._unknown]

    def _fitting(self, title: str, texts: Sequence[str], style: str, room: int) -> list[str]:
        counts = range(min(len(texts), max(room, 1)), 1, -1)
        found = (self._listed(title, texts, style, count) for count in counts)
        return next((lines for lines in found if len(lines) <= room), self._listed(title, texts, style, 1))

    def _listed(self, title: str, texts: Sequence[str], style: str, count: int) -> list[str]:
        first, more = cut(texts, count)
        return _drawn(
            self._out, lambda screen: bullets(screen, title, [*first, *([f"{more}: --all"] * bool(more))], style)
        )


def _brief(group: Sequence[Violation], longest: int = _LONGEST[0]) -> str:
    """The violations of one cause: their flows, the reason of the first, and the cause."""
    first = group[0]
    flows = [(v.source, v.destination) for v in group if v.destination]
    named = [block.text() for block in blocks(flows)] if flows else list(dict.fromkeys(v.flow for v in group if v.flow))
    packets = list(dict.fromkeys(v.packets for v in group if v.packets)) if flows else []
    flow = "; ".join([some(named, 3), *([some(packets, 3)] * bool(packets))])
    number = f" ({len(group)} violations)" if len(group) > 1 else ""
    text = f"{first.rule}: " + (f"{flow}{number}: " if flow else f"{number} ".lstrip()) + printable(first.why, longest)
    return "\n".join([text, *(f"  {address}" for address in first.resources[:1])])


def _print_tail(proof: Proof, out: Console) -> None:
    """Counts of what --all prints, and the assumptions in short."""
    line(out, "")
    for text in _counts(proof):
        wrapped(out, text, "", "  ")
    if proof.assumptions:
        heading(out, headings.ASSUMPTIONS)
        for text in _short(proof.assumptions):
            wrapped(out, text, "- ", "  ")
    line(out, "\n--all prints every detail", "dim")


def _counts(proof: Proof) -> Iterator[str]:
    by_path: dict[str, list[str]] = {}
    for name, path in egress_paths(proof).items():
        by_path.setdefault(_shortened(path), []).append(name)
    if by_path:
        yield f"{headings.EGRESS}: " + "; ".join(f"{path}: {some(names, 3)}" for path, names in by_path.items())
    if prefixes := proof.advertised_prefixes:
        listed = sum(len(found.prefixes) for found in prefixes.values())
        yield f"{headings.ADVERTISED}: {listed}, over {counted(len(prefixes), 'connection')}"
    if scenarios := proof.scenarios:
        lossless = sum(not result.lost for result in scenarios)
        worst = max(scenarios, key=lambda result: result.count)
        text = f"{headings.FAILURES}: {len(scenarios)}, of which {lossless} lose no flow"
        most = f"{_shortened(str(worst.failure))} loses {counted(worst.count, 'flow')}"
        yield text + (f"; {most}, the most" if worst.lost else "")
    if effects := proof.more_specific_prefixes:
        yield f"{headings.MORE_SPECIFIC}: {counted(len(effects), 'effect')}"
    if notes := proof.notes:
        yield f"{headings.NOTES}: {len(notes)}"


def _short(assumptions: Sequence[str]) -> Iterator[str]:
    """The assumptions, with the last part of each Terraform address. Sites that advertise prefixes are one line."""
    sites = [text for text in assumptions if _SITE.match(text)]
    if len(sites) > _MOST_SITES:
        names = list(dict.fromkeys(found[1] for text in sites if (found := _SITE.match(text))))
        who = f"{counted(len(names), 'site')} ({some(names, 3)})"
        yield f"{who} advertise the prefixes that --all lists, and nothing else"
        assumptions = [text for text in assumptions if text not in sites]
    first, more = cut(assumptions, _MOST_ASSUMPTIONS)
    yield from map(_shortened, first)
    if more:
        yield f"{more}: --all"


def _shortened(text: str) -> str:
    return _ADDRESS.sub(r"\1", text)


def _drawn(out: Console, draw: Callable[[Console], object]) -> list[str]:
    """The lines that a function prints, with the colours and the width of a console."""
    text = io.StringIO()
    draw(
        Screen(
            file=text,
            width=out.width,
            force_terminal=out.is_terminal,
            color_system=out.color_system,
            no_color=out.no_color,
        )
    )
    return text.getvalue().splitlines()
