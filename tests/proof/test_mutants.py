"""Every known mistake is found, and the finding names the resource.

Each kind of mistake is made at one place of each estate; with ISTHMUS_MUTANTS=all, at every place where it fits.
"""

import json
import os
from functools import cache
from pathlib import Path

import pytest

from isthmus import proof
from isthmus.proof import Verdict
from tests.proof.estates import EVERYTHING, output, write
from tests.proof.mutants import MISTAKES, mutants

PLACES = None if os.environ.get("ISTHMUS_MUTANTS") == "all" else 1
ESTATES = ("stage_1_dev_only", "stage_3_every_vpc", EVERYTHING)  # stage 2 has nothing that stage 3 lacks
CASES = [(estate, kind) for estate in ESTATES for kind in sorted(MISTAKES)]


@cache
def base(estate: str, folder: Path) -> proof.Subject:
    return proof.read(write(output(estate), folder / estate))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutants")


def changes_flows(before: proof.Subject, after: proof.Subject) -> list[proof.Change]:
    return [change for change in proof.compare(before, after).changes if change.kind != "re-routed"]


@pytest.mark.parametrize(("estate", "kind"), CASES)
def test_mistakes_are_found_and_named(estate: str, kind: str, folder: Path) -> None:
    before = base(estate, folder)
    for mutant in mutants(output(estate), kind, PLACES):
        path = folder / estate / mutant.path
        path.write_text(json.dumps(mutant.document))
        try:
            after = proof.read(folder / estate)
        finally:
            path.write_text(output(estate)[mutant.path])
        answer = after.prove(scenarios=False)
        if answer.verdict is Verdict.PROVED:
            answer = after.prove()
        if answer.verdict is Verdict.PROVED:
            assert not changes_flows(before, after), f"{mutant} changes flows, and nothing was found"
            continue
        found = [(violation.rule, violation.resources, violation.why) for violation in answer.violations]
        named = [f for f in found if any(culprit in f[1] or culprit in f[2] for culprit in mutant.culprits)]
        assert named, f"{mutant}: no finding names any of {mutant.culprits}; found {found}"


def test_every_mistake_fits_somewhere() -> None:
    made = {mutant.kind for estate in ESTATES for mutant in mutants(output(estate), places=1)}
    assert made == set(MISTAKES)
