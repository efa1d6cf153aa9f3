"""The judge judged: rules of the walker that stand alone, against examples from AWS's own pages."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from isthmus.network.answers import InSubnet, Internet, Outcome, Packet
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Target, TargetKind
from tests.network.judge import HERE, OUT, Found, Header, Walker, admits, best
from tests.network.networks import BLACKHOLE, Draft, mesh

LOCAL = Target(TargetKind.LOCAL)


def test_best_is_the_longest_then_the_lowest_rank() -> None:
    short, long, late, same = (
        Found(8, (0,), LOCAL, "short"),
        Found(16, (1,), LOCAL, "long"),
        Found(16, (2,), LOCAL, "late"),
        Found(16, (1,), LOCAL, "same"),
    )
    assert best([short, late, long]) == [long]
    assert best([late, long, same]) == [long, same]
    assert best([]) == []


def test_the_network_acl_of_the_documentation() -> None:
    """The custom network ACL of vpc/latest/userguide/custom-network-acl.html, inbound, IPv4."""
    d = Draft()
    inbound = [
        "allow tcp 80 0.0.0.0/0",
        "allow tcp 443 0.0.0.0/0",
        "allow tcp 22 192.0.2.0/24",
        "allow tcp 3389 192.0.2.0/24",
        "allow tcp 32768-65535 0.0.0.0/0",
    ]
    d.acl("acl", "a", inbound, [])
    acl = d.network().nacls["acl"]

    def passes(source: str, protocol: int, port: int) -> bool:
        return admits(acl, Header(ip_address(source), ip_address("10.0.0.1"), protocol, port), inbound=True)

    assert passes("203.0.113.5", 6, 443)
    assert passes("192.0.2.9", 6, 22)
    assert not passes("192.0.3.9", 6, 22)
    assert passes("203.0.113.5", 6, 32768)
    assert not passes("203.0.113.5", 6, 32767)
    assert not passes("203.0.113.5", 17, 443)


@pytest.mark.parametrize(
    ("destination", "sure", "undocumented"),
    [
        ("10.9.0.1", [HERE], []),
        ("10.1.1.1", ["vpn"], []),  # advertised
        ("10.5.0.1", [OUT], ["vpn"]),  # a blackhole, advertised or not
        ("10.6.0.1", [OUT], []),
    ],
)
def test_what_a_site_does(destination: str, sure: list[str], undocumented: list[str]) -> None:
    d = mesh("a")
    d.vpn("vpn", "t")
    d.site("dc", ["vpn"], advertises=["10.9.0.0/16"])
    d.tgw_table("t", learns=["att-a", "att-vpn"], routes={"10.5.0.0/16": BLACKHOLE})
    walker = Walker(d.network(), d.sites)
    assert walker._ways_from_site(d.sites[0], ip_address(destination), transit=False) == (sure, undocumented)


def test_a_packet_that_goes_round_in_circles_stops() -> None:
    d = mesh("a", "b")
    d.tgw_table("t", routes={"0.0.0.0/0": "att-b"})
    d.subnet("b-door", "b", "10.2.255.0/28", routes={"0.0.0.0/0": "hub"})
    [ending] = Walker(d.network(), d.sites).forward(Packet(InSubnet("a1"), Internet(ip_address("1.1.1.1"))))
    assert ending.outcome is Outcome.BLOCKED
    assert "circles" in ending.why


def test_a_story_can_be_read() -> None:
    d = mesh("a", "b")
    [ending] = Walker(d.network(), d.sites).forward(Packet(InSubnet("a1"), InSubnet("b1")))
    steps = "from a1", "a1: 0.0.0.0/0 of a1-table:0.0.0.0/0", "t: 10.2.0.0/16 propagated by att-b", "from b-door"
    assert ending.luggage.steps == (*steps, "b-door: local 10.2.0.0/16")


@pytest.mark.parametrize(("rest", "outcome"), [((), Outcome.REACHABLE), (("11.0.0.0/8",), Outcome.BLOCKED)])
def test_what_a_site_has_without_a_name_stays_there(rest: tuple[str, ...], outcome: Outcome) -> None:
    """Public addresses that a site advertises may be its own: then no packet to them goes on to the internet."""
    d = mesh("a")
    d.vpn("vpn", "t")
    d.tgw_table("t", learns=["att-a", "att-vpn"])
    d.site("dc", ["vpn"], advertises=["0.0.0.0/0"], networks=["10.9.0.0/16"])
    sites = [replace(site, rest=tuple(map(ip_network, rest))) for site in d.sites]
    packet = Packet(InSubnet("a1"), Internet(ip_address("11.0.0.1")))
    assert Walker(d.network(), sites).outcome(packet) is outcome
    assert Forwarding(d.network(), sites=sites).forward(packet).outcome is outcome
