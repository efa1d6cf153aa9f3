"""The sections of a review, the most important first. Every format shows the same sections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isthmus.changes import ResourceAction
from isthmus.proof.result.findings import Violation
from isthmus.report import cost_tables, headings
from isthmus.report.difference_sections import difference_sections
from isthmus.report.refusals import refusal_lines, undecided_lines
from isthmus.report.resource_changes import DONE
from isthmus.report.sections import Entry, Section
from isthmus.report.terminal import counted
from isthmus.review.record import Review
from isthmus.scan import Finding, Scan
from isthmus.scan.waivers import Waiver
from isthmus.terraform import Unknown
from isthmus.text.listing import some

__all__ = ["ReviewSection", "review_sections"]


@dataclass(frozen=True, slots=True)
class ReviewSection:
    """A part of a review: sentences, then a table. All texts are plain: nothing is escaped.

    - `lines`: sentences. Further lines of one are details of it.
    - `alarm`: Markdown shows it unfolded.
    - `brief`: the terminal shows it.
    - `columns`, `rows`: a table of at most four columns.
    - `number`: what the title counts; None for nothing.
    """

    title: str
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    alarm: bool = False
    brief: bool = False
    number: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.lines and not self.rows


_NOTHING = ReviewSection("")


def review_sections(review: Review) -> tuple[ReviewSection, ...]:
    """Every section that has something to show."""
    different = {
        section.heading: section
        for section in difference_sections(review.difference, review.changes, review.refusals)
        if section.heading not in _OF_THE_WHOLE
    }
    first = (
        _alarm(headings.REFUSED, refusal_lines(review.refusals)),
        _alarm(headings.VIOLATIONS, _violations(review)),
        *(_of_difference(different.pop(heading, None), alarm=True) for heading in _ALARMS),
    )
    sections = (
        *first,
        *map(_of_difference, different.values()),
        _alarm(headings.UNKNOWN, _unknown(review)),
        _failures(review),
        _findings(review),
        _plan(review),
        _cost(review),
        _waivers(review),
        _alarm(headings.DRIFT, review.proof.drift),
        _list(headings.ASSUMPTIONS, review.proof.assumptions),
        _list(headings.NOTES, review.proof.notes),
    )
    return tuple(section for section in sections if not section.is_empty)


# Sections of a difference that a reviewer must see, in this order. Others follow, in the order of the difference.
_ALARMS = (
    headings.RESOURCE_CHANGES,
    headings.INBOUND_CHANGES,
    headings.ADDRESS_CHANGES,
    headings.ON_PREMISES_CHANGES,
)
# A review has these once, for all of its parts.
_OF_THE_WHOLE = frozenset({headings.UNKNOWN, headings.ASSUMPTIONS, headings.NOTES})
_MOST_DETAILS = 6


def _of_difference(section: Section | None, *, alarm: bool = False) -> ReviewSection:
    """A section of the difference, with the details of an entry below it."""
    if section is None:
        return _NOTHING
    lines = ("\n".join((_labelled(entry), *entry.details[:_MOST_DETAILS])) for entry in section.entries)
    return ReviewSection(section.heading, tuple(lines), alarm=alarm, brief=True, number=len(section.entries))


def _labelled(entry: Entry) -> str:
    return f"{entry.label}: {entry.text}" if entry.label else entry.text


def _list(title: str, lines: Iterator[str] | Sequence[str]) -> ReviewSection:
    listed = tuple(lines)
    return ReviewSection(title, listed, number=len(listed))


def _alarm(title: str, lines: Iterator[str] | Sequence[str]) -> ReviewSection:
    listed = tuple(lines)
    return ReviewSection(title, listed, alarm=True, brief=True, number=len(listed))


def _unknown(review: Review) -> Iterator[str]:
    yield from undecided_lines(review.refusals)
    yield from map(str, review.unknown_results)


# --- the proof


def _violations(review: Review) -> Iterator[str]:
    """The violations of HEAD. Those that BASE does not have are marked as new."""
    known = set(map(_identity, review.proof_before.violations)) if review.proof_before is not None else set()
    for violation in review.proof.violations:
        mark = "in BASE too: " if _identity(violation) in known else "" if review.first else "new: "
        resources = f" ({some(violation.resources, 3)})" if violation.resources else ""
        yield f"{mark}{violation}{resources}"


def _identity(violation: Violation) -> tuple[str, ...]:
    return violation.rule, violation.flow, violation.why


def _failures(review: Review) -> ReviewSection:
    """The failure scenarios of a first review. Later ones have those that change, as a section of the difference."""
    if not review.first:
        return _NOTHING
    return ReviewSection(headings.FAILURES, tuple(map(str, review.proof.scenarios)))


# --- findings and waivers


def _findings(review: Review) -> ReviewSection:
    if isinstance(review.scan, Unknown) or review.scan.clean:
        return _NOTHING
    scan = review.scan
    rows: dict[tuple[str, ...], list[str]] = {}
    for finding in scan.findings:
        what = f"{finding.info}{': ' if finding.details else ''}{'; '.join(finding.details)}"
        rows.setdefault((_severity(review, finding), finding.check, what), []).append(_where(finding))
    lines = [f"{waiver} {headings.EXPIRED_WAIVER}" for waiver in scan.expired]
    lines += [f"{waiver} {headings.UNUSED_WAIVER}" for waiver in scan.unused]
    return ReviewSection(
        "Findings without a waiver",
        tuple(lines),
        ("severity", "check", "where", "what"),
        tuple((severity, check, some(where, 3), what) for (severity, check, what), where in rows.items()),
        alarm=True,
        brief=True,
        number=len(scan.findings),
    )


def _severity(review: Review, finding: Finding) -> str:
    severity = (finding.severity or "none").lower()
    new = review.is_new(finding)
    return f"{severity}, new" if new and not review.first else f"{severity}, in BASE too" if new is False else severity


def _where(finding: Finding) -> str:
    return f"{finding.root}: {finding.address}"


def _waivers(review: Review) -> ReviewSection:
    if not isinstance(review.scan, Scan) or not review.scan.waived:
        return _NOTHING
    groups: dict[Waiver, list[Finding]] = {}
    for finding, waiver in review.scan.waived:
        groups.setdefault(waiver, []).append(finding)
    listed = sorted(groups.items(), key=lambda group: (group[0].expires, group[0].shipped, group[0].number))
    next_one = listed[0][0]
    days = (next_one.expires - review.scan.today).days
    lines = (f"the next waiver expires on {next_one.expires}, in {counted(days, 'day')}: {next_one.check}",)
    rows = tuple(
        (waiver.check, some([_where(one) for one in found], 2), waiver.reason, waiver.expires.isoformat())
        for waiver, found in listed
    )
    columns = ("check", "where", "reason", "until")
    return ReviewSection("Waived findings", lines, columns, rows, number=len(review.scan.waived))


# --- plan and cost


def _plan(review: Review) -> ReviewSection:
    """What Terraform does in each root module, and whether a plan or the configuration says it."""
    if isinstance(review.changes, Unknown):
        return _NOTHING
    numbers: dict[str, Counter[ResourceAction]] = {}
    for change in review.changes:
        root = change.address.partition("/")[0] if "/" in change.address or change.address in review.roots else ""
        numbers.setdefault(root, Counter())[change.action] += 1
    rows = tuple(
        (
            root or "(the only root module)",
            ", ".join(f"{numbers[root][action]} {words}" for action, words in DONE.items() if numbers[root][action]),
            "plan" if root in review.planned else "configuration",
        )
        for root in sorted(numbers)
    )
    return ReviewSection("Plan by root module", (), ("root module", "resources", "from"), rows, number=None)


def _cost(review: Review) -> ReviewSection:
    after, before = review.cost, review.cost_before
    if isinstance(after, Unknown) or isinstance(before, Unknown):
        return _NOTHING
    if before is not None and before.lines == after.lines and before.complete and after.complete:
        return _NOTHING
    shown = cost_tables.fixed_table(after, before)
    changing = [row for row in shown.rows[:-1] if before is None or row[-1] != "0.00"]
    return ReviewSection(
        cost_tables.period(after), (), ("item", *shown.columns[1:]), (*changing, shown.rows[-1]), number=None
    )
