"""The difference of two networks as Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.changes import Refusal, ResourceChange
from isthmus.proof.difference.flows import Change, Difference
from isthmus.report import headings
from isthmus.report.change_groups import summary
from isthmus.report.difference_lines import inbound_lines, object_lines, on_premises_lines
from isthmus.report.markdown import capped, codes, escape, folded, section, table
from isthmus.report.refusals import refusal_lines, undecided_lines
from isthmus.report.resource_changes import change_lines, change_totals
from isthmus.report.verdicts import difference_verdict
from isthmus.terraform import Unknown

__all__ = ["difference_markdown"]


def difference_markdown(
    difference: Difference, changes: tuple[ResourceChange, ...] | Unknown, refusals: Sequence[Refusal] = ()
) -> str:
    """The difference: what is refused, the verdict, what is destroyed and replaced, a summary, then each flow."""
    verdict, rest = difference_verdict(difference)
    refused = "\n".join(f"- {escape(text)}" for text in refusal_lines(refusals))
    parts = [f"**{headings.REFUSED}**\n\n{refused}" if refused else "", f"**{verdict}**{rest}."]
    parts.append(section(headings.INBOUND_CHANGES, map(escape, inbound_lines(difference.inbound)), opened=True))
    if isinstance(changes, Unknown):
        parts.append(f"Terraform: unknown, since {escape(changes.reason)}.")
    else:
        parts.append(f"{change_totals(changes)}.")
        parts.append(section(headings.RESOURCE_CHANGES, map(escape, change_lines(changes)), opened=True))
    addresses, on_premises = object_lines(difference.addresses), on_premises_lines(difference.on_premises)
    parts.append(section(headings.ADDRESS_CHANGES, map(escape, addresses), opened=True))
    parts.append(section(headings.ON_PREMISES_CHANGES, map(escape, on_premises), opened=True))
    parts.append("\n".join(f"- {kind}: {escape(what)}" for kind, what in summary(difference)))
    parts.append(section(headings.FIREWALL_CHANGES, map(escape, difference.firewall_changes), opened=True))
    dns = object_lines(difference.dns_and_endpoints)
    parts.append(section(headings.DNS_CHANGES, map(escape, dns), opened=True))
    parts.append(section(headings.NAME_CHANGES, (escape(str(name)) for name in difference.names), opened=True))
    if difference.other_flows:
        columns = ("", "from", "to", "before", "after", "because of")
        parts.append(folded(headings.FLOW_CHANGES, table(columns, map(_row, difference.other_flows))))
    unknown = (*undecided_lines(refusals), *map(str, difference.unknown_results))
    parts.append(section(headings.UNKNOWN, map(escape, unknown), opened=True))
    parts.append(section(headings.ASSUMPTIONS, map(escape, difference.assumptions)))
    parts.append(section(headings.NOTES, map(escape, difference.notes)))
    return capped(parts)


def _row(change: Change) -> tuple[str, ...]:
    why = f": {change.why}" if change.why else ""
    return (
        change.kind.value,
        escape(change.source),
        escape(change.destination),
        escape(change.before_text),
        escape(change.after_text + why),
        codes(change.causes) or "not found",
    )
