"""The difference of two networks for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from isthmus.changes import Refusal, ResourceChange
from isthmus.proof.difference.flows import Change, Difference
from isthmus.report import headings
from isthmus.report.change_groups import summary
from isthmus.report.difference_lines import inbound_lines, object_lines, on_premises_lines
from isthmus.report.refusals import refusal_lines, undecided_lines
from isthmus.report.resource_changes import DONE, change_lines, change_totals
from isthmus.report.terminal import bullets, heading, line, wrapped
from isthmus.report.verdicts import difference_verdict
from isthmus.terraform import Unknown
from isthmus.text.listing import cut

__all__ = ["print_difference"]

_MOST_CAUSES = 4


def print_difference(
    difference: Difference,
    changes: tuple[ResourceChange, ...] | Unknown,
    out: Console,
    refusals: Sequence[Refusal] = (),
) -> None:
    """Print the difference: what is refused, the verdict, what is destroyed and replaced, a summary, then each flow."""
    refused = list(refusal_lines(refusals))
    if refused:
        line(out, headings.REFUSED.upper(), "bold red")
        for text in refused:
            wrapped(out, text, "- ", "  ")
        line(out, "")
    verdict, rest = difference_verdict(difference)
    nothing = difference.changes_nothing and not difference.unknown_results
    line(out, f"{verdict.upper()}{rest}", "green" if nothing else "yellow")
    bullets(out, headings.INBOUND_CHANGES, inbound_lines(difference.inbound), "yellow")
    if difference.inbound:
        line(out, "")
    if isinstance(changes, Unknown):
        wrapped(out, f"Terraform: unknown, since {changes.reason}", "", "  ")
    else:
        line(out, change_totals(changes))
        bullets(out, headings.RESOURCE_CHANGES, change_lines(changes), "yellow")
    bullets(out, headings.ADDRESS_CHANGES, object_lines(difference.addresses), "yellow")
    bullets(out, headings.ON_PREMISES_CHANGES, on_premises_lines(difference.on_premises), "yellow")
    lines = list(summary(difference))
    if lines:
        line(out, "")
    for kind, what in lines:
        wrapped(out, what, f"  {kind:<11}", " " * 13)
    bullets(out, headings.FIREWALL_CHANGES, difference.firewall_changes, "yellow")
    bullets(out, headings.DNS_CHANGES, object_lines(difference.dns_and_endpoints), "yellow")
    bullets(out, headings.NAME_CHANGES, map(str, difference.names), "yellow")
    done = {} if isinstance(changes, Unknown) else {one.address: DONE[one.action] for one in changes}
    for change in difference.other_flows:
        _print_change(change, done, out)
    unknown = (*undecided_lines(refusals), *map(str, difference.unknown_results))
    bullets(out, headings.UNKNOWN, unknown, "yellow")
    bullets(out, headings.ASSUMPTIONS, difference.assumptions)
    bullets(out, headings.NOTES, difference.notes)


def _print_change(change: Change, done: Mapping[str, str], out: Console) -> None:
    """One flow: before, after and the causes. `done`: what Terraform does to each resource that it changes."""
    heading(out, f"{change.kind.upper()}  {change.source} -> {change.destination}")
    line(out, f"  before: {change.before_text}")
    line(out, f"  after:  {change.after_text}")
    if change.why:
        wrapped(out, f"unknown: {change.why}", "  ", "      ")
    first, more = cut(change.causes, _MOST_CAUSES)
    for number, cause in enumerate(first):
        how = f": {done[cause]}" if cause in done else ""
        line(out, f"  {'          ' if number else 'because of'} {cause}{how}")
    if more:
        line(out, f"             {more} (--json lists them)")
