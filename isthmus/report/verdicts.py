"""The first line of a report: the verdict, and what it means."""

from __future__ import annotations

from isthmus.proof.difference.flows import ChangeKind, Difference
from isthmus.proof.result.findings import Verdict
from isthmus.proof.result.proof import Proof
from isthmus.report.terminal import counted

__all__ = ["difference_verdict", "proof_verdict"]


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


def difference_verdict(difference: Difference) -> tuple[str, str]:
    """The verdict of a comparison, and the rest of the line: `Flows change`, `: 12 flows gained`."""
    if difference.changes:
        unclear = all(change.kind is ChangeKind.UNCLEAR for change in difference.changes)
        numbers = [(count, kind) for kind, count in difference.counts.items() if count]
        counts = ", ".join(
            f"{count if place else counted(count, 'flow')} {kind}" for place, (count, kind) in enumerate(numbers)
        )
        return "Flows may change" if unclear else "Flows change", f": {counts}"
    if difference.firewall_changes:
        return "No flow changes", ", but firewall rules change"
    if difference.names:
        return "No flow changes", ", but DNS answers change"
    return "No flow changes", " among the flows that can be decided" if difference.unknown_results else ""
