"""The proof and the lab agree on the examples, on random estates, and on random edits of both."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from isthmus.intent import Estate
from isthmus.lab.comparison import Score
from isthmus.testing.strategies import estates
from modules.synthesis import synthesize
from tests.properties.budget import share
from tests.twin.agreement import compare
from tests.twin.edits import Edits
from tests.twin.outputs import NAMES, output_of

pytestmark = [pytest.mark.nightly, pytest.mark.usefixtures("namespaces")]

_GROUPS, _SEEDS = 20, 10
_MOST = 700
"""Pairs of a network, so that the large ones end too."""


@pytest.mark.parametrize("pick", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_examples(tmp_path: Path, name: str, pick: int) -> None:
    score = compare(output_of(name), tmp_path, pick=pick)
    assert not score.differences, score


@pytest.mark.parametrize("group", range(_GROUPS))
def test_edited_examples(tmp_path: Path, group: int) -> None:
    for seed in range(group * _SEEDS, (group + 1) * _SEEDS):
        edits = Edits(output_of(NAMES[seed % len(NAMES)]), seed)
        files = edits.edit(1 + seed % 3)
        score = compare(files, tmp_path / str(seed), pick=seed % 3, most=_MOST, seed=seed)
        assert not score.differences, f"{edits.made}\n{score}"


@settings(max_examples=share(20))
@given(estates(), st.integers(0, 2))
def test_random_estates(estate: Estate, pick: int) -> None:
    _agree(estate, 0, 0, pick)


@settings(max_examples=share(20))
@given(
    estates().filter(lambda estate: any(estate.spokes)), st.integers(0, 10_000), st.integers(1, 3), st.integers(0, 2)
)
def test_edited_random_estates(estate: Estate, seed: int, times: int, pick: int) -> None:
    _agree(estate, seed, times, pick)


def _agree(estate: Estate, seed: int, times: int, pick: int) -> None:
    edits = Edits(synthesize(estate), seed)
    files = edits.edit(times)
    with tempfile.TemporaryDirectory() as folder:
        score: Score = compare(files, Path(folder), pick=pick, most=_MOST, seed=seed)
    event(f"{score.pairs // 100 * 100} pairs or more")
    assert not score.differences, f"{edits.made}\n{score}"
