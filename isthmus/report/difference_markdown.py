"""The difference of two networks as Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.changes import Refusal, ResourceChange
from isthmus.proof.difference.flows import Difference
from isthmus.report.difference_sections import difference_head, difference_sections, refused_sections
from isthmus.report.markdown import LONGEST, escape
from isthmus.report.sections_markdown import sections_markdown
from isthmus.terraform import Unknown

__all__ = ["difference_markdown"]

_MOST_REFUSED = 10_000  # characters


def difference_markdown(
    difference: Difference, changes: tuple[ResourceChange, ...] | Unknown, refusals: Sequence[Refusal] = ()
) -> str:
    """The difference: what is refused, the verdict, what Terraform does, and the sections."""
    refused = sections_markdown(refused_sections(refusals), _MOST_REFUSED)
    verdict, rest, terraform = difference_head(difference, changes)
    head = "\n\n".join(part for part in (refused, f"**{verdict}**{escape(rest)}.", f"{escape(terraform)}.") if part)
    body = sections_markdown(difference_sections(difference, changes, refusals), LONGEST - len(head) - 3)
    return "\n\n".join(part for part in (head, body) if part) + "\n"
