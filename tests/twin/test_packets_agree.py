"""The proof and the lab agree, packet by packet: the reference estate and some edits of it.

The examples, random estates and many more edits are in `test_nightly.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.twin.agreement import compare
from tests.twin.edits import Edits
from tests.twin.outputs import REFERENCE, output_of

pytestmark = pytest.mark.usefixtures("namespaces")


def test_packets_agree_with_the_proof_of_the_reference_estate(tmp_path: Path) -> None:
    score = compare(output_of(REFERENCE), tmp_path, most=400)
    assert not score.differences, score
    assert score.verdicts["reachable"] > 100
    assert score.verdicts["blocked"] > 100


@pytest.mark.parametrize("seed", range(6))
def test_packets_agree_with_the_proof_of_an_edited_output(tmp_path: Path, seed: int) -> None:
    edits = Edits(output_of(REFERENCE), seed)
    score = compare(edits.edit(1 + seed % 2), tmp_path, pick=seed % 2, most=120, seed=seed)
    assert not score.differences, f"{edits.made}\n{score}"


# Edits of the reference estate that change the result of some packets, by name.
_EDITS = {
    "remove": Edits.remove,
    "another transit table": Edits.another_transit_table,
    "a zone less": Edits.one_zone_less,
    "a network ACL": Edits.network_acl,
    "a route of the transit gateway": Edits.one_more_transit_route,
    "another advertisement": Edits.advertises,
}


@pytest.mark.parametrize("kind", _EDITS)
def test_a_proof_of_something_else_disagrees(tmp_path: Path, kind: str) -> None:
    """The comparison can fail: the proof of an output does not fit the packets of the same output edited."""
    files = output_of(REFERENCE)
    for seed in range(20):
        edits = Edits(files, seed)
        done = _EDITS[kind](edits)
        if not done:
            continue
        folder = tmp_path / str(seed)
        if compare(files, folder, most=300, seed=seed, played=edits.edit(0)).differences:
            return
    pytest.fail(f"no edit of the kind changes what packets do: {kind}")
