"""The engine and the judge agree on what firewalls pass: between VPCs, to a site, on both sides of a NAT gateway."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import event, given, note
from hypothesis import strategies as st

from isthmus.network.answers import AtSite, InSubnet, Internet, Packet, Position
from isthmus.network.forwarding import Forwarding
from tests.network.firewall_policies import policies, read
from tests.network.judge import Walker
from tests.network.networks import Draft, mesh

CLIENTS = ((1024, 65_535), (32_768, 60_999), (49_152, 65_535))
PAIRS: tuple[tuple[Position, Position], ...] = (
    (InSubnet("a1"), InSubnet("b1")),
    (InSubnet("b1"), InSubnet("a1")),
    (InSubnet("a1"), AtSite("dc")),
    (AtSite("dc"), InSubnet("a1")),
    (InSubnet("n1"), Internet()),
)
WALLS = ("wall", "inner", "outer")


def walled() -> Draft:
    """VPC a behind a firewall of its own; VPC b and site dc; VPC n with a NAT gateway between two firewalls."""
    d = mesh("a", "b")
    d.vpn("vpn", "t")
    d.site("dc", ["vpn"], advertises=["10.8.0.0/16"], networks=["10.8.0.0/16"])
    d.tgw_table("t", learns=["att-a", "att-b", "att-vpn"])
    d.subnet("a-wall", "a", "10.1.30.0/28", routes={"0.0.0.0/0": "hub"})
    d.firewall("wall", "a", "a-wall")
    d.subnet("a1", "a", "10.1.1.0/24", routes={"0.0.0.0/0": "wall[a-wall]"})
    d.subnet("a-door", "a", "10.1.255.0/28", routes={"10.1.1.0/24": "wall[a-wall]"})
    d.vpc("n", "10.3.0.0/16")
    d.internet_gateway("igw", "n")
    d.subnet("n1", "n", "10.3.1.0/24", routes={"0.0.0.0/0": "inner[n-inner]"})
    d.subnet("n-inner", "n", "10.3.2.0/28", routes={"0.0.0.0/0": "nat"})
    d.subnet("n-public", "n", "10.3.3.0/24", routes={"0.0.0.0/0": "outer[n-outer]", "10.3.1.0/24": "inner[n-inner]"})
    d.subnet("n-outer", "n", "10.3.4.0/28", routes={"0.0.0.0/0": "igw"})
    d.nat("nat", "n-public", ip="10.3.3.10")
    d.table("n-edge", "n", {"10.3.3.0/24": "outer[n-outer]"}, gateways=["igw"])
    d.firewall("inner", "n", "n-inner")
    d.firewall("outer", "n", "n-outer")
    return d


@st.composite
def questions(draw: st.DrawFn) -> tuple[Draft, Packet]:
    d = walled()
    for name in WALLS:
        if draw(st.booleans()):
            policy = draw(policies())
            d.policies[name] = policy
            d.put("firewalls", replace(d.parts["firewalls"][name], rules=read(policy)))
    source, destination = draw(st.sampled_from(PAIRS))
    protocol = draw(st.sampled_from(["tcp", "tcp", "udp", "icmp"]))
    return d, Packet(
        source, destination, protocol, draw(st.sampled_from([53, 443, 8080])), draw(st.sampled_from(CLIENTS))
    )


@given(questions())
def test_engine_and_judge_agree_behind_firewalls(question: tuple[Draft, Packet]) -> None:
    draft, packet = question
    network = draft.network()
    judge = Walker(network, draft.sites, policies=draft.policies)
    trip = Forwarding(network, sites=tuple(draft.sites)).both_ways(packet)
    note("\n".join(["judge:", *map(str, judge.forward(packet)), *judge.tale(packet), "engine:", str(trip)]))
    event(f"{trip.outcome}")
    assert trip.forward.outcome is judge.outcome(packet)
    assert trip.outcome is judge.both_ways(packet)


def test_without_rules_everything_is_reached() -> None:
    d = walled()
    for source, destination in (
        (InSubnet("a1"), InSubnet("b1")),
        (AtSite("dc"), InSubnet("a1")),
        (InSubnet("n1"), Internet()),
    ):
        trip = Forwarding(d.network(), sites=tuple(d.sites)).both_ways(Packet(source, destination))
        assert str(trip.outcome) == "reachable", trip
        assert all(path.boxes for path in trip.forward.paths)
