"""The difference of two networks: the sections of `isthmus diff`, and what each entry stands for."""

from __future__ import annotations

from typing import Any

from isthmus.report.difference_sections import difference_head, difference_sections, refused_sections
from isthmus.report.html.report_input import ReportChange
from isthmus.report.sections import Section

__all__ = ["difference"]


def difference(change: ReportChange) -> dict[str, Any]:
    """The verdict, the totals of Terraform, and every section that has an entry."""
    verdict, rest, terraform = difference_head(change.difference, change.changes)
    sections = (
        *refused_sections(change.refusals),
        *difference_sections(change.difference, change.changes, change.refusals),
    )
    return {"verdict": f"{verdict}{rest}", "terraform": terraform, "sections": list(map(_section, sections))}


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "importance": section.importance.value,
        "folded": section.folded,
        "entries": [
            {
                "text": entry.text,
                "label": entry.label,
                "details": list(entry.details),
                "members": list(entry.members),
            }
            for entry in section.entries
        ],
    }
