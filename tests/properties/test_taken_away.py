"""Without one value, the engine says what the judge says in every world, or that it is unknown."""

from __future__ import annotations

from hypothesis import event, given
from hypothesis import strategies as st

from isthmus.network.answers import Outcome, Packet
from isthmus.network.forwarding import Forwarding
from tests.network.judge.worlds import Worlds
from tests.network.networks import Draft
from tests.network.strategies import networks, packets
from tests.network.taken_away import Slot, slots


@st.composite
def gaps(draw: st.DrawFn) -> tuple[Slot, Packet]:
    """A value of a network that is taken away, and a packet."""
    draft: Draft = draw(networks())
    found = [slot for slot in slots(draft.network(), draft.sites) if len(slot.values) > 1]
    return draw(st.sampled_from(found)), draw(packets(draft))


@given(gaps())
def test_what_is_known_without_a_value_holds_for_every_value(gap: tuple[Slot, Packet]) -> None:
    slot, packet = gap
    dark, sites = slot.dark()
    trip = Forwarding(dark, sites=sites).both_ways(packet)
    worlds = [Worlds(network, its_sites) for network, its_sites in slot.worlds()]
    there = [world.outcome(packet) for world in worlds]
    both = [world.both_ways(packet) for world in worlds]
    for outcome_without, held in ((trip.forward.outcome, there), (trip.outcome, both)):
        if outcome_without is not Outcome.UNKNOWN:
            event("known")
            outcomes = "\n".join(f"{value}: {outcome}" for value, outcome in zip(slot.values, held, strict=True))
            assert set(held) == {outcome_without}, (
                f"{packet} without {slot.name} is {outcome_without}\n{outcomes}\n{trip}"
            )
        else:
            # How often it need not be: where all worlds that are tried here agree.
            event("unknown, and worlds differ" if len(set(held)) > 1 else "unknown, and these worlds agree")
