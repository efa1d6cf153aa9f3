"""The record of a review, and what it objects to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.changes import Refusal, ResourceChange
from isthmus.cost.estimate import CostEstimate
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.flows import Difference
from isthmus.proof.result.findings import UnknownResult
from isthmus.proof.result.proof import Proof
from isthmus.scan.findings import Finding, Scan
from isthmus.terraform import Unknown


@dataclass(frozen=True)
class Review:
    """The results of all commands for one change, from BASE to HEAD.

    - `first`: there is no BASE, so everything is created. `before` is then an empty network.
    - `before`, `after`: the networks. `proof_before`: the proof of BASE; None if it holds no network.
    - `proof`: the proof of HEAD. It decides the verdict.
    - `difference`, `changes`, `refusals`: as `isthmus diff` reports them.
    - `planned`: the root modules whose changes a plan states; the others are from the configuration.
    - `roots`: the root modules of both networks.
    - `scan`: the scan of HEAD; unknown with the reason if there was none. `scan_before`: the scan of BASE.
    - `cost`, `cost_before`: the cost estimates; unknown with the reason. `cost_before` is None with `first`.
    """

    first: bool
    before: Analysis
    after: Analysis
    proof: Proof
    proof_before: Proof | None
    difference: Difference
    changes: tuple[ResourceChange, ...] | Unknown
    refusals: tuple[Refusal, ...]
    planned: frozenset[str]
    roots: tuple[str, ...]
    scan: Scan | Unknown
    scan_before: Scan | Unknown
    cost: CostEstimate | Unknown
    cost_before: CostEstimate | Unknown | None

    @property
    def objects(self) -> bool:
        """Whether something must not be merged: exit code 1. A change alone is no reason."""
        return next(self.objections(), None) is not None

    def objections(self) -> Iterator[str]:
        """The reasons against this change, a clause each, the worst first."""
        refused = sum(not one.unknown for one in self.refusals)
        if refused:
            yield f"{_counted(refused, 'protected resource')} must not be destroyed, replaced or left behind"
        if undecided := len(self.refusals) - refused:
            yield f"whether {_counted(undecided, 'change')} of protected resources must be refused is unknown"
        if isinstance(self.changes, Unknown):
            yield "what Terraform destroys is unknown"
        if not self.proof.holds:
            yield f"the verdict is {self.proof.verdict}"
        if isinstance(self.scan, Scan) and self.scan.findings:
            yield _counted(len(self.scan.findings), "finding without a waiver", "findings without a waiver")
        if isinstance(self.scan, Scan) and (self.scan.expired or self.scan.unused):
            stale = len(self.scan.expired) + len(self.scan.unused)
            yield _counted(stale, "expired or unused waiver")

    @property
    def unknown_results(self) -> tuple[UnknownResult, ...]:
        """What has no answer: of the proof, the difference, the scan and the cost."""
        return tuple(dict.fromkeys(self._unknown()))

    def _unknown(self) -> Iterator[UnknownResult]:
        if isinstance(self.changes, Unknown):
            yield UnknownResult("what Terraform does", self.changes.reason)
        yield from self.proof.unknown_results
        yield from self.difference.unknown_results
        if isinstance(self.scan, Unknown):
            yield UnknownResult("findings: not scanned", self.scan.reason)
        elif isinstance(self.scan_before, Unknown):
            yield UnknownResult("which findings are new", self.scan_before.reason)
        if isinstance(self.cost, Unknown) and self.cost == self.cost_before:
            yield UnknownResult("cost, before and after", self.cost.reason)
            return
        for what, cost in (("cost", self.cost), ("cost before", self.cost_before)):
            if isinstance(cost, Unknown):
                yield UnknownResult(what, cost.reason)

    def is_new(self, finding: Finding) -> bool | None:
        """Whether BASE has no such finding; None: unknown, because BASE was not scanned.

        Lines and files move, so they do not count.
        """
        if isinstance(self.scan_before, Unknown):
            return None
        return _identity(finding) not in self._findings_before(self.scan_before)

    def _findings_before(self, scan: Scan) -> frozenset[tuple[object, ...]]:
        return frozenset(map(_identity, (*scan.findings, *(finding for finding, _ in scan.waived))))


def _identity(finding: Finding) -> tuple[object, ...]:
    return finding.check, finding.root, finding.address, finding.details


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"
