"""Every known mistake is found, and the finding names the resource.

Each kind of mistake is made at one place of each estate, in the larger stages every third kind and those that fit
nowhere else; with ISTHMUS_MUTANTS=all, every kind at every place where it fits. What is said of the mistakes in two
estates is in mistakes.txt: `python -m tests.proof.test_mutants` rewrites it, so read what it changes.
"""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from isthmus.proof import Verdict
from tests.proof.bench import Answer, Bench
from tests.proof.estates import EVERYTHING, output
from tests.proof.mutants import MISTAKES, mutants

PLACES = None if os.environ.get("ISTHMUS_MUTANTS") == "all" else 1
SMALL = ("stage_1_dev_only", "stage_3_every_vpc", EVERYTHING)  # stage 2 has nothing that stage 3 lacks
LARGER = ("stage_4_central_egress", "stage_5_resilient_vpn")
ESTATES = (*SMALL, *LARGER)
OF_EGRESS = {"appliance-mode-off", "egress-route-forgotten", "egress-route-to-another-zone"}
CASES = [(estate, kind) for estate in SMALL for kind in sorted(MISTAKES)]
CASES += [
    (estate, kind)
    for offset, estate in enumerate(LARGER)
    for place, kind in enumerate(sorted(MISTAKES))
    if PLACES is None or place % 3 == offset or kind in OF_EGRESS
]


EXPECTED = Path(__file__).with_name("mistakes.txt")
WRITTEN_ESTATES = (EVERYTHING, "stage_4_central_egress")


@cache
def bench(estate: str, folder: Path) -> Bench:
    return Bench(output(estate), folder / estate)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutants")


@pytest.mark.parametrize(("estate", "kind"), CASES)
def test_mistakes_are_found_and_named(estate: str, kind: str, folder: Path) -> None:
    for place, mutant in enumerate(mutants(output(estate), kind, PLACES)):
        answer = bench(estate, folder).proved(mutant)
        if estate in WRITTEN_ESTATES and not place:
            assert lines(answer) == written()[f"{estate}: {kind}"], "run python -m tests.proof.test_mutants"
        if answer.verdict is Verdict.PROVED:
            assert not answer.changes_flows, f"{mutant} changes flows, and nothing was found"
        else:
            found = [(violation.rule, violation.resources, violation.why) for violation in answer.violations]
            assert answer.named, f"{mutant}: no finding names any of {mutant.culprits}; found {found}"


def lines(answer: Answer) -> list[str]:
    """The verdict, and each violation with the first two of the resources to look at."""
    reported = [str(answer.verdict)]
    for violation in answer.violations:
        reported += [str(violation), *(f"  {resource}" for resource in violation.resources[:2])]
    return reported


@cache
def written() -> Mapping[str, list[str]]:
    """What mistakes.txt says, by estate and kind."""
    parts = (part.strip().splitlines() for part in EXPECTED.read_text().split("\n## "))
    return {name.removeprefix("## "): reported for name, *reported in parts}


def parts(folder: Path) -> Iterator[str]:
    """The text of mistakes.txt, from the code."""
    for estate, kind in CASES:
        for mutant in mutants(output(estate), kind, 1) if estate in WRITTEN_ESTATES else ():
            reported = lines(bench(estate, folder).proved(mutant))
            yield "\n".join([f"## {estate}: {kind}", *reported, ""])


def test_every_mistake_fits_somewhere() -> None:
    made = {mutant.kind for estate in ESTATES for mutant in mutants(output(estate), places=1)}
    assert made == set(MISTAKES)


if __name__ == "__main__":
    with TemporaryDirectory() as made_in:
        EXPECTED.write_text("\n".join(parts(Path(made_in))))
