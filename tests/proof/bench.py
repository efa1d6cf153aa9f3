"""A correct output, the mistakes made in it, and what the proof says of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from isthmus import proof
from isthmus.proof import Verdict, Violation
from tests.proof.estates import Output, write
from tests.proof.mutants import Mutant


class Bench:
    """A correct output in a folder, in which one mistake after the other is made."""

    def __init__(self, correct: Output, folder: Path) -> None:
        self.correct = correct
        self.folder = write(correct, folder)
        self.before = proof.read(self.folder)

    @contextmanager
    def mistaken(self, mutant: Mutant) -> Iterator[Path]:
        """The output with the mistake in it."""
        path = self.folder / mutant.path
        path.write_text(json.dumps(mutant.document))
        try:
            yield self.folder
        finally:
            path.write_text(self.correct[mutant.path])

    def proved(self, mutant: Mutant) -> Answer:
        """What the proof says of the mistake."""
        with self.mistaken(mutant) as folder:
            after = proof.read(folder)
        answer = after.prove(scenarios=False)
        if answer.verdict is Verdict.PROVED:
            answer = after.prove()
        return Answer(mutant, self.before, after, answer.verdict, answer.violations)


@dataclass(frozen=True)
class Answer:
    """What the proof said of a mistake."""

    mutant: Mutant
    before: proof.Analysis
    after: proof.Analysis
    verdict: Verdict
    violations: tuple[Violation, ...]

    @property
    def named(self) -> bool:
        """Whether a finding points at what was broken."""
        return any(
            culprit in violation.resources or culprit in violation.why
            for violation in self.violations
            for culprit in self.mutant.culprits
        )

    @property
    def changes_flows(self) -> bool:
        """Whether a flow of which the intent says something is gained or lost; another path does not count."""
        flows = self.after.flows
        return any(
            change.kind != "re-routed" and flows[change.source, change.destination].intended is not None
            for change in proof.compare(self.before, self.after).changes
        )
