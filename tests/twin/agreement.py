"""Packets against the proof of an output: a temporary lab, and the engine that the proof asks."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

from isthmus import proof
from isthmus.lab.comparison import Score
from isthmus.lab.comparison import compare as compare_packets
from isthmus.lab.questions import of_all, pairs
from isthmus.lab.running import TemporaryLab
from isthmus.lab.session import session_of
from isthmus.network.forwarding import Forwarding
from tests.proof.estates import write


def compare(
    files: Mapping[str, str],
    folder: Path,
    *,
    pick: int = 0,
    most: int = 0,
    seed: int = 0,
    played: Mapping[str, str] | None = None,
) -> Score:
    """Compare the proof of an output with packets.

    - `folder`: an empty one, to write the output to for the proof.
    - `played`: what the lab is made of instead: then the proof is of something else, and should not agree.
    - `pick`: which one the lab takes if AWS takes one of several.
    - `most`: at most so many pairs, chosen by `seed`; 0 for all.
    """
    subject = proof.read(write(files, folder))
    engine = Forwarding(subject.network, sites=subject.locations.sites)
    wiring = session_of(folder, files if played is None else played, plain=True, pick=pick).wiring
    chosen = list(pairs(wiring.hosts))
    if most and most < len(chosen):
        chosen = random.Random(seed).sample(chosen, most)
    with TemporaryLab(wiring) as lab:
        return compare_packets(engine, subject.locations.sites, wiring, lab, of_all(wiring.hosts, files, chosen))
