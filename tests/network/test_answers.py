"""Questions and answers as people read them, and how outcomes combine."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.answers import (
    AtEndpoint,
    AtSite,
    Hop,
    InSubnet,
    Internet,
    Outcome,
    Packet,
    Path,
    RoundTrip,
    Scenario,
    Service,
    Trace,
    combine,
)
from isthmus.network.block import Block
from isthmus.network.packets import place

IP = IPv4Address("10.0.0.1")
BLOCK = Block("no-route", "table", "no route to 10.0.0.1")
GOOD, BAD, UNCLEAR = Path(end="b"), Path(blocks=(BLOCK,), unknown="var.x"), Path(unknown="var.x")


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (InSubnet("subnet"), "subnet"),
        (InSubnet("subnet", IP), "10.0.0.1 in subnet"),
        (AtSite("dc"), "dc"),
        (AtSite("dc", IP), "10.0.0.1 at dc"),
        (Internet(), "internet"),
        (Internet(IP), "10.0.0.1 on the internet"),
        (AtEndpoint("endpoint", "subnet"), "endpoint"),
        (Service("s3"), "service s3"),
        (Packet(InSubnet("a"), AtSite("dc")), "a -> dc tcp/443"),
        (Packet(InSubnet("a"), AtSite("dc"), "udp", 53), "a -> dc udp/53"),
        (Packet(InSubnet("a"), AtSite("dc"), "icmp"), "a -> dc icmp/8/0"),
        (Packet(InSubnet("a"), AtSite("dc"), "icmp", icmp=(3, 4)), "a -> dc icmp/3/4"),
        (Packet(InSubnet("a"), AtSite("dc"), "47"), "a -> dc protocol 47"),
        (Scenario(), "all up"),
        (Scenario(frozenset({"vpn#2", "vpn#1"})), "vpn#1, vpn#2 down"),
        (Scenario(frozenset({"vpn#1"}), "one tunnel"), "one tunnel"),
        (Hop("subnet", "a"), "subnet a"),
        (Hop("subnet", "a", "local route", "az1", ("r", "t")), "subnet a [az1]: local route"),
        (BLOCK, "table: no route to 10.0.0.1 (no-route)"),
        (GOOD, "reachable"),
        (
            Path((Hop("subnet", "a"), Hop("subnet", "b")), blocks=(BLOCK, BLOCK), unknown="var.x"),
            "blocked\n  subnet a\n  subnet b\n"
            "  blocked by table: no route to 10.0.0.1 (no-route)\n"
            "  blocked by table: no route to 10.0.0.1 (no-route)\n"
            "  unknown: var.x",
        ),
        (
            Trace(Packet(InSubnet("a"), InSubnet("b")), (GOOD, UNCLEAR)),
            "a -> b tcp/443: unknown\nreachable\nunknown\n  unknown: var.x",
        ),
        (
            RoundTrip(
                Trace(Packet(InSubnet("a"), InSubnet("b")), (GOOD,)),
                Trace(Packet(InSubnet("b"), InSubnet("a")), (GOOD,)),
                (BLOCK,),
            ),
            "blocked both ways\na -> b tcp/443: reachable\nreachable\nb -> a tcp/443: reachable\nreachable\n"
            "table: no route to 10.0.0.1 (no-route)",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_people_read(thing: object, text: str) -> None:
    assert str(thing) == text


paths = st.lists(st.sampled_from([GOOD, BAD, UNCLEAR]), max_size=3).map(tuple)
PACKET = Packet(InSubnet("a"), InSubnet("b"))


@given(paths, paths, st.booleans())
def test_a_flow_is_as_good_as_its_worst_part(there: tuple[Path, ...], back: tuple[Path, ...], uneven: bool) -> None:
    """Blocked outweighs unknown, unknown outweighs reachable; what has no way at all is blocked."""
    order = [Outcome.BLOCKED, Outcome.UNKNOWN, Outcome.REACHABLE]
    other = Block("asymmetric-inspection", "firewall", "met there only")
    trip = RoundTrip(Trace(PACKET, there), Trace(PACKET, back), (other,) if uneven else ())
    for trace in (trip.forward, trip.reply):
        worst = min((p.outcome for p in trace.paths), key=order.index, default=Outcome.BLOCKED)
        assert trace.outcome is worst is combine(trace.paths)
        assert trace.blocks == ((BLOCK,) if BAD in trace.paths else ())
        assert trace.leaks == any(p is not BAD for p in trace.paths)
    both = min(trip.forward.outcome, trip.reply.outcome, key=order.index)
    assert trip.outcome is (Outcome.BLOCKED if uneven else both)
    assert trip.blocks == (*((BLOCK,) if BAD in there + back else ()), *((other,) if uneven else ()))


@pytest.mark.parametrize("port", [0, 65535])
def test_every_port_can_be_asked_about(port: int) -> None:
    assert Packet(InSubnet("a"), InSubnet("b"), port=port).port == port


PROTOCOL = "expected protocol one of icmp, tcp, udp, icmpv6 or the number of another, got protocol="


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"protocol": "gre"}, f"{PROTOCOL}'gre'"),
        ({"protocol": "all"}, f"{PROTOCOL}'all'"),
        ({"protocol": "6"}, f"{PROTOCOL}'6'"),
        ({"protocol": "256"}, f"{PROTOCOL}'256'"),
        ({"protocol": "\u00b2"}, f"{PROTOCOL}'\u00b2'"),
        ({"port": -1}, "expected port from 0 to 65535, got port=-1"),
        ({"port": 65536}, "expected port from 0 to 65535, got port=65536"),
    ],
)
def test_what_cannot_be_asked_is_refused(fields: dict[str, object], error: str) -> None:
    with pytest.raises(ValueError, match="expected") as refused:
        Packet(InSubnet("a"), InSubnet("b"), **fields)  # type: ignore[arg-type]
    assert str(refused.value) == error


@given(st.integers(0, 255), st.integers(0, 65_535))
def test_every_packet_can_be_asked_about_by_its_place(protocol: int, value: int) -> None:
    at = place(protocol, value)
    assert Packet.at(at, InSubnet("a"), InSubnet("b")).place == at
