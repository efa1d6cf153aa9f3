"""Every known mistake is found, and the finding names the resource.

Each kind of mistake is made at one place of each estate; with ISTHMUS_MUTANTS=all, at every place where it fits.
"""

import os
from functools import cache
from pathlib import Path

import pytest

from isthmus.proof import Verdict
from tests.proof.bench import Bench
from tests.proof.estates import EVERYTHING, output
from tests.proof.mutants import MISTAKES, mutants

PLACES = None if os.environ.get("ISTHMUS_MUTANTS") == "all" else 1
ESTATES = ("stage_1_dev_only", "stage_3_every_vpc", EVERYTHING)  # stage 2 has nothing that stage 3 lacks
CASES = [(estate, kind) for estate in ESTATES for kind in sorted(MISTAKES)]


@cache
def bench(estate: str, folder: Path) -> Bench:
    return Bench(output(estate), folder / estate)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutants")


@pytest.mark.parametrize(("estate", "kind"), CASES)
def test_mistakes_are_found_and_named(estate: str, kind: str, folder: Path) -> None:
    for mutant in mutants(output(estate), kind, PLACES):
        answer = bench(estate, folder).proved(mutant)
        if answer.verdict is Verdict.PROVED:
            assert not answer.changes_flows, f"{mutant} changes flows, and nothing was found"
        else:
            found = [(violation.rule, violation.resources, violation.why) for violation in answer.violations]
            assert answer.named, f"{mutant}: no finding names any of {mutant.culprits}; found {found}"


def test_every_mistake_fits_somewhere() -> None:
    made = {mutant.kind for estate in ESTATES for mutant in mutants(output(estate), places=1)}
    assert made == set(MISTAKES)
