"""When the two directions of a flow do not meet the same firewalls, and what is named then."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.answers import Hop, Path, Scenario
from isthmus.network.index import NetworkIndex
from isthmus.network.learned_routes import Sites
from isthmus.network.symmetry import asymmetry
from tests.network.nets import Net


def facts(net: Net) -> NetworkIndex:
    network = net.made()
    return NetworkIndex(network, Sites.of(network, ()), Scenario())


NOWHERE = facts(Net())
BOXES = st.lists(st.sampled_from("abc"), unique=True).map(tuple)


@given(BOXES, BOXES)
def test_a_reply_meets_the_firewalls_of_its_packet_in_reverse_order(
    there: tuple[str, ...], back: tuple[str, ...]
) -> None:
    block = asymmetry(NOWHERE, Path(end="there", boxes=there), Path(end="back", boxes=back))
    if there == back[::-1]:
        assert block is None
    else:
        assert block is not None
        # The endpoint that one direction alone sees, where there is one.
        assert block.address in (set(there) ^ set(back) or set(there))
        for boxes, way in ((there, "forward"), (back, "for the reply")):
            assert f"{', '.join(boxes) or 'none'} {way}" in block.why


@given(BOXES, BOXES)
def test_a_path_that_is_unknown_or_does_not_arrive_is_no_asymmetry(
    there: tuple[str, ...], back: tuple[str, ...]
) -> None:
    whole = [Path(end="end", boxes=boxes) for boxes in (there, back)]
    parts: tuple[Any, ...] = ({"end": ""}, {"unknown": "not given"})
    for part in parts:
        assert asymmetry(NOWHERE, whole[0]._replace(**part), whole[1]) is None
        assert asymmetry(NOWHERE, whole[0], whole[1]._replace(**part)) is None


@given(BOXES, BOXES, st.sampled_from(((True, False), (False, True), (True, True))))
def test_whether_a_firewall_passes_a_packet_does_not_matter_where_the_other_direction_goes_past_it(
    there: tuple[str, ...], back: tuple[str, ...], open_: tuple[bool, bool]
) -> None:
    """Dropped or not, the flow fails: what is wrong is the same as if both directions passed."""
    whole = [Path(end="end", boxes=boxes) for boxes in (there, back)]
    undecided = [
        path._replace(unknown="it depends on the name", undecided=True) if with_unknowns else path
        for path, with_unknowns in zip(whole, open_, strict=True)
    ]
    assert asymmetry(NOWHERE, *undecided) == asymmetry(NOWHERE, *whole)


def named(*zones: str, appliance_mode: bool | None = False, entered: str = "inspection") -> str:
    """What is named where a packet meets one firewall and its reply another, with an attachment on the way of both."""
    net = Net()
    net.vpc("inspection", "10.8.0.0/16")
    net.vpc("other", "10.9.0.0/16")
    for zone in ("az1", "az2"):
        net.subnet(f"door_{zone}", entered, "10.0.0.0/28", zone)
        net.subnet(zone, "inspection", "10.8.0.0/24", zone)
    there, back = net.firewall("firewall", "inspection", "az1", "az2")
    net.attach("door", entered, "table", *(f"door_{zone}" for zone in zones), appliance_mode=appliance_mode)
    hops = (Hop("attachment", "vpn"), Hop("attachment", "door"))
    block = asymmetry(facts(net), Path(hops, end="there", boxes=(there,)), Path(hops, end="back", boxes=(back,)))
    assert block is not None
    return {"door": "door", there: "there", back: "back"}[block.address]


def test_the_attachment_without_appliance_mode_is_named_where_it_chooses_between_zones() -> None:
    """https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html"""
    assert named("az1", "az2") == "door"
    assert named("az1", "az2", appliance_mode=None) == "door"


def test_an_attachment_that_chooses_nothing_or_sees_no_firewall_is_not_to_blame() -> None:
    assert named("az1") == "there"
    assert named("az1", "az2", appliance_mode=True) == "there"
    assert named("az1", "az2", entered="other") == "there"
