"""The difference of two networks as sections, the most important first. Each format prints the same sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from isthmus.changes import Refusal, ResourceChange
from isthmus.proof.difference.change import ChangeKind
from isthmus.proof.difference.flows import Difference
from isthmus.proof.result.findings import Flow
from isthmus.report import headings
from isthmus.report.change_causes import cause_texts, counted_texts
from isthmus.report.change_groups import ChangeGroup, change_groups
from isthmus.report.difference_lines import inbound_lines, object_lines, on_premises_lines
from isthmus.report.failure_entries import failure_entries
from isthmus.report.location_lists import by_segment
from isthmus.report.refusals import refusal_lines, undecided_lines, unprotected_lines
from isthmus.report.resource_changes import DONE, change_lines, change_totals
from isthmus.report.sections import Entry, Importance, Section, plain
from isthmus.report.verdicts import difference_verdict
from isthmus.terraform import Unknown
from isthmus.text.listing import some

__all__ = ["difference_head", "difference_sections", "refused_sections"]

Changes = tuple[ResourceChange, ...] | Unknown


def difference_head(difference: Difference, changes: Changes) -> tuple[str, str, str]:
    """The verdict, the rest of its line, and a line for Terraform: `Flows change`, `: 3 flows gained`, ..."""
    verdict, rest = difference_verdict(difference, changes)
    if isinstance(changes, Unknown):
        return verdict, rest, f"Terraform: unknown, since {changes.reason}"
    return verdict, rest, change_totals(changes)


def refused_sections(refusals: Sequence[Refusal]) -> tuple[Section, ...]:
    """What must not be applied, and what to do instead; nothing if nothing is refused."""
    section = plain(headings.REFUSED, refusal_lines(refusals), Importance.REFUSED)
    return (section,) if section.entries else ()


def difference_sections(
    difference: Difference, changes: Changes, refusals: Sequence[Refusal] = ()
) -> tuple[Section, ...]:
    """Every section that has an entry, without `refused_sections`."""
    known = () if isinstance(changes, Unknown) else changes
    unknown = (*undecided_lines(refusals), *difference.unknown_results)
    sections = (
        plain(headings.INBOUND_CHANGES, inbound_lines(difference.inbound), Importance.WARNING),
        plain(headings.UNPROTECTED, unprotected_lines(difference.unprotected), Importance.WARNING),
        plain(headings.RESOURCE_CHANGES, change_lines(known), Importance.WARNING),
        plain(headings.POSSIBLE_RENAMES, difference.possible_renames, Importance.WARNING),
        plain(headings.ADDRESS_CHANGES, object_lines(difference.addresses), Importance.WARNING),
        plain(headings.ON_PREMISES_CHANGES, on_premises_lines(difference.on_premises), Importance.WARNING),
        Section(headings.LOCATION_CHANGES, tuple(_locations(difference))),
        Section(headings.FLOW_CHANGES, tuple(_flows(difference, known))),
        plain(headings.DNS_CHANGES, object_lines(difference.dns_and_endpoints), Importance.CHANGE),
        plain(headings.NAME_CHANGES, difference.names, Importance.CHANGE),
        Section(headings.FAILURE_CHANGES, tuple(_failures(difference)), _importance(difference)),
        plain(headings.FIREWALL_CHANGES, difference.firewall_changes, Importance.CHANGE),
        plain(headings.UNKNOWN, unknown, Importance.WARNING),
        plain(headings.ASSUMPTIONS, difference.assumptions, Importance.BACKGROUND, folded=True),
        plain(headings.NOTES, difference.notes, Importance.BACKGROUND, folded=True),
    )
    return tuple(section for section in sections if section.entries)


def _locations(difference: Difference) -> Iterator[Entry]:
    for label, names in (("added", difference.added_locations), ("removed", difference.removed_locations)):
        if names:
            yield Entry(some(names), label, members=names)


def _flows(difference: Difference, changes: tuple[ResourceChange, ...]) -> Iterator[Entry]:
    """An entry for each group of flows, with their outcomes before and after, and what Terraform does to the causes."""
    named = by_segment(difference.segments)
    done = {change.address: DONE[change.action] for change in changes}
    for group in change_groups(difference.other_flows):
        members = tuple(map(str, group.changes)) if len(group.changes) > 1 else ()
        yield Entry(group.text(named), group.kind.value, tuple(_details(group, done)), members)


def _failures(difference: Difference) -> Iterator[Entry]:
    return failure_entries(difference.failures or (), by_segment(difference.segments))


def _importance(difference: Difference) -> Importance:
    """A warning if a flow no longer survives a failure."""
    endangered = any(change.endangered for change in difference.failures or ())
    return Importance.WARNING if endangered else Importance.CHANGE


def _details(group: ChangeGroup, done: Mapping[str, str]) -> Iterator[str]:
    """The outcomes before and after, why they are unknown, and the causes.

    If only some packets or the path change, the outcomes are equal and say nothing.
    """
    absent = "not found" if group.kind is ChangeKind.UNCLEAR else "does not exist"
    outcomes = [(_outcome(change.before, absent), _outcome(change.after, absent)) for change in group.changes]
    if any(before != after for before, after in outcomes):
        yield from (f"before: {text}" for text in counted_texts(before for before, _ in outcomes))
        yield from (f"after: {text}" for text in counted_texts(after for _, after in outcomes))
    yield from (f"unknown: {why}" for why in counted_texts(change.why for change in group.changes if change.why))
    yield from cause_texts(group.changes, done)


def _outcome(flow: Flow | None, absent: str) -> str:
    """A flow in words. `absent`: where one of its locations is not there."""
    if flow is None:
        return absent
    tiers = "; ".join(f"{tier} subnets: forward {ahead}, return {back}" for tier, (ahead, back) in flow.tiers.items())
    return f"forward path {flow.forward}, return path {flow.returned}" + (f" ({tiers})" if tiers else "")
