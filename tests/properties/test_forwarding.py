"""The engine and the naive walker agree, packet by packet, on networks that Hypothesis invents."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import Phase, find, given, note, settings
from hypothesis import strategies as st

from isthmus.network.answers import Outcome, Packet, Scenario
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Network
from tests.network.forgetful import COMMON
from tests.network.judge import Walker
from tests.network.networks import Draft
from tests.network.strategies import networks, packets, things_that_fail


@st.composite
def questions(draw: st.DrawFn) -> tuple[Draft, Packet, Scenario]:
    draft = draw(networks())
    packet = draw(packets(draft))
    down = draw(st.just(frozenset()) | st.frozensets(st.sampled_from(things_that_fail(draft)), max_size=2))
    return draft, packet, Scenario(down)


@given(questions())
def test_engine_and_walker_agree_on_the_way_there(question: tuple[Draft, Packet, Scenario]) -> None:
    draft, packet, scenario = question
    network = draft.network()
    endings = Walker(network, draft.sites, scenario).forward(packet)
    trace = Forwarding(network, sites=tuple(draft.sites), scenario=scenario).forward(packet)
    note("\n".join(["walker:", *map(str, endings), "engine:", str(trace)]))
    outcome = Walker(network, draft.sites, scenario).outcome(packet)
    assert trace.outcome is outcome
    if outcome is Outcome.REACHABLE:
        assert {path.exit for path in trace.paths} == {ending.exit for ending in endings}
        assert {path.boxes for path in trace.paths} == {ending.luggage.boxes for ending in endings}
        nats = {tuple(seen.nat for seen in ending.luggage.translations) for ending in endings}
        assert {path.nats for path in trace.paths} == nats


@given(questions())
def test_engine_and_walker_agree_on_both_ways(question: tuple[Draft, Packet, Scenario]) -> None:
    draft, packet, scenario = question
    network = draft.network()
    walker = Walker(network, draft.sites, scenario)
    trip = Forwarding(network, sites=tuple(draft.sites), scenario=scenario).both_ways(packet)
    note(
        "\n".join(
            ["walker:", *map(str, walker.forward(packet)), "replies:", *walker.tale(packet), "engine:", str(trip)]
        )
    )
    assert trip.outcome is walker.both_ways(packet)


@pytest.mark.parametrize("mutant", COMMON, ids=lambda mutant: str(mutant.__name__))
def test_an_engine_that_forgets_a_rule_disagrees(mutant: Callable[[Network], Network]) -> None:
    """The invented networks are rich enough: each rule decides some of their packets."""

    def disagrees(question: tuple[Draft, Packet, Scenario]) -> bool:
        draft, packet, scenario = question
        network = draft.network()
        forgetful = mutant(network)
        if forgetful == network:
            return False
        right, wrong = (Forwarding(one, sites=tuple(draft.sites), scenario=scenario) for one in (network, forgetful))
        if right.forward(packet).outcome is wrong.forward(packet).outcome:
            return False  # no need to bother the judge
        return wrong.forward(packet).outcome is not Walker(network, draft.sites, scenario).outcome(packet)

    enough = settings(max_examples=5000, derandomize=True, database=None, phases=[Phase.generate])
    find(questions(), disagrees, settings=enough)
