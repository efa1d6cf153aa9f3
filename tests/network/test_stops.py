"""A path records where each block is: the hops that a packet reaches end at the first one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from isthmus.network import forward_paths, return_paths
from isthmus.network.answers import Hop, Path, RoundTrip, Scenario
from isthmus.network.block import Block
from isthmus.network.forwarding import Forwarding
from isthmus.network.walk import Walk
from tests.network.test_trace_texts import cases

HOPS = tuple(Hop("subnet", name) for name in "abcd")
ONE, TWO = Block("no-route", "t", "one"), Block("network-acl-denies", "u", "two")


def trips(case: str) -> Iterator[RoundTrip]:
    """The flows of the questions of a golden case."""
    draft = cases()[case]()
    for question in draft.questions:
        engine = Forwarding(draft.network(), sites=draft.sites, scenario=Scenario(question.down))
        yield engine.both_ways(question.packet)


def paths(found: list[RoundTrip]) -> list[list[tuple[tuple[Hop, ...], bool]]]:
    legs = [leg for trip in found for leg in (trip.forward, trip.reply)]
    return [sorted({(path.reached, bool(path.blocks)) for path in leg.paths}) for leg in legs]


@pytest.mark.parametrize("case", cases())
def test_the_hops_end_where_a_walk_that_stops_at_blocks_ends(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second walk stops at the first block and goes nowhere after it. Both reach the same hops."""
    going_on = list(trips(case))
    stopping: Any = lambda index, bgp, past_blocks=False: Walk(index, bgp)  # noqa: E731
    monkeypatch.setattr(forward_paths, "Walk", stopping)
    monkeypatch.setattr(return_paths, "Walk", stopping)
    ending = list(trips(case))
    forward = [found for n, found in enumerate(paths(going_on)) if n % 2 == 0]
    assert forward == [found for n, found in enumerate(paths(ending)) if n % 2 == 0]
    for path in (path for trip in ending for path in trip.forward.paths):
        assert len(path.stops) == len(path.blocks)
        ends_here = [block.rule for block in path.blocks] in (["no-route"], ["blackhole-route"])
        assert not ends_here or path.reached == path.hops
    for path in (path for trip in going_on for leg in (trip.forward, trip.reply) for path in leg.paths):
        assert len(path.stops) == len(path.blocks)
        assert all(0 <= stop <= len(path.hops) for stop in path.stops)


def test_the_first_block_is_the_nearest_and_not_the_one_found_first() -> None:
    path = Path(HOPS[:3]).blocked(ONE)
    path = path._replace(hops=HOPS).blocked(TWO, behind=1)
    assert path.reached == HOPS[:1]
    assert path.first_blocks == (TWO,)
    assert path.blocked() is path
    assert Path(HOPS).reached == HOPS
    assert Path().blocked(ONE, behind=5).stops == (0,)


def test_a_step_is_counted_by_its_address() -> None:
    assert Path(HOPS).behind("b") == 2
    assert Path(HOPS).behind("nowhere") == 4
