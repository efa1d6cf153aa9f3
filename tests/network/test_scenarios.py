"""An engine of a scenario takes what no scenario changes from another engine, and answers as one of its own."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isthmus.network.answers import Scenario
from isthmus.network.forwarding import Forwarding
from isthmus.network.learned_routes import effect_of
from tests.network.strategies import networks, packets, things_that_fail


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_an_engine_of_a_scenario_answers_as_a_new_one(data: st.DataObject) -> None:
    draft = data.draw(networks())
    asked = data.draw(st.lists(packets(draft), min_size=1, max_size=4))
    things = sorted(things_that_fail(draft))
    down = Scenario(frozenset(data.draw(st.sets(st.sampled_from(things), max_size=2)) if things else ()))
    network = draft.network()
    up = Forwarding(network, sites=draft.sites)
    before = [up.both_ways(packet) for packet in asked]
    alone = Forwarding(network, sites=draft.sites, scenario=down)
    shared = up.in_scenario(down)
    assert [shared.both_ways(packet) for packet in asked] == [alone.both_ways(packet) for packet in asked]
    assert [up.both_ways(packet) for packet in asked] == before
    assert [Forwarding(network, sites=draft.sites).both_ways(packet) for packet in asked] == before


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_scenarios_of_the_same_effect_have_the_same_outcomes(data: st.DataObject) -> None:
    draft = data.draw(networks())
    things = sorted(things_that_fail(draft))
    assume(things)
    down = Scenario(frozenset(data.draw(st.sets(st.sampled_from(things), min_size=1, max_size=4))))
    asked = data.draw(st.lists(packets(draft), min_size=1, max_size=4))
    up = Forwarding(draft.network(), sites=draft.sites)
    effect = Scenario(effect_of(up.network, down))
    for packet in asked:
        there, same = (up.in_scenario(scenario).both_ways(packet) for scenario in (down, effect))
        assert there.outcome is same.outcome
        assert [path.hops for path in there.forward.paths] == [path.hops for path in same.forward.paths]
