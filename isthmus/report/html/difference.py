"""The difference of two networks as sections: a heading each, and entries with a label and details."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from isthmus.report import headings
from isthmus.report.change_groups import summary
from isthmus.report.html.report_input import ReportChange
from isthmus.report.refusals import refusal_lines, undecided_lines
from isthmus.report.resource_changes import change_lines, change_totals
from isthmus.report.verdicts import difference_verdict
from isthmus.terraform import Unknown

__all__ = ["difference"]


def difference(change: ReportChange) -> dict[str, Any]:
    """The verdict, the totals of Terraform, and every section that has an entry."""
    changes = change.changes
    totals = f"Terraform: unknown, since {changes.reason}" if isinstance(changes, Unknown) else change_totals(changes)
    return {
        "verdict": "".join(difference_verdict(change.difference)),
        "terraform": totals,
        "sections": [section for section in _sections(change) if section["entries"]],
    }


def _sections(change: ReportChange) -> Iterator[dict[str, Any]]:
    found = change.difference
    known = () if isinstance(change.changes, Unknown) else change.changes
    yield _section("Refused", [_entry(line) for line in refusal_lines(change.refusals)])
    yield _section(headings.RESOURCE_CHANGES, [_entry(line) for line in change_lines(known)])
    yield _section(headings.FLOW_CHANGES, [_entry(text, label) for label, text in summary(found)])
    yield _section(headings.NAME_CHANGES, [_entry(str(name)) for name in found.names])
    yield _section(headings.FIREWALL_CHANGES, [_entry(line) for line in found.firewall_changes])
    unknown = [*undecided_lines(change.refusals), *map(str, found.unknown_results)]
    yield _section(headings.UNKNOWN, [_entry(line) for line in unknown])


def _section(heading: str, entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"heading": heading, "entries": list(entries)}


def _entry(text: str, label: str = "") -> dict[str, Any]:
    return {"text": text, "label": label, "details": []}
