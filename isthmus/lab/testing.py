"""Tests a running lab: BGP, the packets between all hosts, and the same in each failure scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from isthmus import proof
from isthmus.errors import CannotAnswer
from isthmus.lab.comparison import Score, compare
from isthmus.lab.questions import of_all
from isthmus.lab.running import Connection, Step
from isthmus.lab.session import Session
from isthmus.network.forwarding import Forwarding
from isthmus.proof.result.failures import Failure, failures

__all__ = ["LabResults", "results_of"]

_LOAD_BALANCERS = "not played: listeners of load balancers, one for each address"


@dataclass(frozen=True)
class LabResults:
    """What a test found: a line for each difference of BGP, the packets, and the packets of each failure."""

    bgp: tuple[str, ...]
    score: Score
    failures: Mapping[Failure, Score]

    @property
    def differ(self) -> bool:
        """Whether anything differs from the proof."""
        scores = (self.score, *self.failures.values())
        return bool(self.bgp) or any(score.differences for score in scores)


def results_of(
    output: Path, files: Mapping[str, str], session: Session, lab: Connection, step: Step, *, with_failures: bool
) -> LabResults:
    """Compare a running lab with the proof of its output. Raises `CannotAnswer` and the errors of the readers."""
    subject = proof.read(output)
    sites = subject.locations.sites
    engine = Forwarding(subject.network, sites=sites)
    questions = of_all(session.wiring.hosts, files)
    if not questions:
        raise CannotAnswer(f"{output} has no two locations to send packets between")
    bgp = tuple(session.attach(lab, step))
    step(f"sending {len(questions)} packets")
    score = compare(engine, sites, session.wiring, lab, questions)
    left_out = [
        len(subject.network.load_balancers[address.balancer].listeners)
        for location in subject.locations.spokes
        for address in location.published
    ]
    if left_out:
        score.verdicts[_LOAD_BALANCERS] += sum(left_out)
    found: dict[Failure, Score] = {}
    for failure in failures(subject.network) if with_failures else ():
        step(f"playing {failure}")
        with session.down(failure):
            during = engine.in_scenario(failure.scenario)
            found[failure] = compare(during, sites, session.wiring, lab, questions)
    return LabResults(bgp, score, found)
