"""The first line of a report: the verdict, and what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized

from isthmus.changes import ResourceChange
from isthmus.proof.difference.change import ChangeKind
from isthmus.proof.difference.flows import Difference
from isthmus.proof.difference.objects import ObjectChangeKind
from isthmus.proof.result.findings import Verdict
from isthmus.proof.result.proof import Proof
from isthmus.report.terminal import counted
from isthmus.terraform import Unknown

__all__ = ["difference_verdict", "other_changes", "proof_verdict"]


def proof_verdict(proof: Proof) -> tuple[str, str]:
    """The verdict of a proof in capitals, and the rest of the line: `PROVED`, `: every intended flow is ...`."""
    violations, unknown = len(proof.violations), len(proof.unknown_results)
    match proof.verdict:
        case Verdict.PROVED:
            return "PROVED", ": every intended flow is reachable, and no other flow is"
        case Verdict.NO_VIOLATIONS:
            return "NO VIOLATIONS", " (no intent given): no rule that applies to every network is violated"
        case Verdict.VIOLATED:
            return "VIOLATED", f": {counted(violations, 'violation')}{f', {unknown} unknown' if unknown else ''}"
        case Verdict.UNKNOWN:
            return "UNKNOWN", f": no violation found, but {counted(unknown, 'result')} cannot be decided"


def difference_verdict(difference: Difference, resources: tuple[ResourceChange, ...] | Unknown = ()) -> tuple[str, str]:
    """The verdict of a comparison, and the rest of the line: `Flows change`, `: 12 flows gained`.

    Without flow changes the verdict is what else changes: `Addresses change`, or else `Resources change`.
    """
    others = other_changes(difference)
    if difference.changes:
        unclear = all(change.kind is ChangeKind.UNCLEAR for change in difference.changes)
        more = f"; {_joined(others)} change too" if others else ""
        return "Flows may change" if unclear else "Flows change", f": {flow_counts(difference.counts)}{more}"
    undecided = " among the flows that can be decided" if difference.unknown_results else ""
    if others:
        objects = (*difference.addresses, *difference.on_premises, *difference.dns_and_endpoints)
        certain = difference.firewall_changes or difference.names or difference.failures or difference.unprotected
        unclear = not certain and all(one.change is ObjectChangeKind.UNCLEAR for one in objects)
        changes = "may change" if unclear else "change"
        return f"{_joined(others).capitalize()} {changes}", f": no flow changes{undecided}"
    if resources and not isinstance(resources, Unknown):
        return "Resources change", f": no flow changes{undecided}"
    return "No flow changes", undecided


def flow_counts(counts: Mapping[ChangeKind, int]) -> str:
    """How many flows change: `12 flows gained, 3 lost`; "" for none."""
    numbers = [(count, kind) for kind, count in counts.items() if count]
    return ", ".join(
        f"{f'{count:,}' if place else counted(count, 'flow')} {kind}" for place, (count, kind) in enumerate(numbers)
    )


def other_changes(difference: Difference) -> list[str]:
    """What changes besides flows, in words."""
    return [words for words, changes in _others(difference) if changes]


def _others(difference: Difference) -> Iterator[tuple[str, Sized]]:
    yield "addresses", difference.addresses
    yield "settings of the on-premises side", difference.on_premises
    yield "firewall rules", difference.firewall_changes
    yield "DNS and endpoints", (*difference.dns_and_endpoints, *difference.names)
    yield "failure scenarios", difference.failures or ()
    yield "protection settings", difference.unprotected


def _joined(words: Sequence[str]) -> str:
    return " and ".join([*([", ".join(words[:-1])] if words[1:] else []), words[-1]])
