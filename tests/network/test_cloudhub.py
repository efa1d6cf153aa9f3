"""Sites that reach each other by a virtual private gateway."""

from __future__ import annotations

import pytest

from isthmus.network.answers import AtSite, Outcome, Packet
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Unknown
from tests.network.networks import Draft, judge


def sites(
    *, asns: tuple[int | Unknown, int | Unknown] = (65001, 65002), static: bool = False, vpc: bool = True
) -> Draft:
    """Two sites, each on its own connection of one virtual private gateway."""
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.vpn_gateway("vgw", "a" if vpc else None)
    for name, prefix, asn in zip(("north", "south"), ("10.8.0.0/16", "10.9.0.0/16"), asns, strict=True):
        fixed = static and name == "south"
        d.vpn(f"vpn-{name}", gateway="vgw", static=fixed, routes=[prefix] if fixed else (), asn=asn)
        d.site(name, [f"vpn-{name}"], () if fixed else [prefix], [prefix])
    d.subnet("a1", "a", "10.1.1.0/24", routes={}, propagating=["vgw"])
    return d


@pytest.mark.parametrize("vpc", [True, False])
def test_sites_with_bgp_and_asns_of_their_own_reach_each_other(vpc: bool) -> None:
    """https://docs.aws.amazon.com/vpn/latest/s2svpn/VPN_CloudHub.html"""
    d = sites(vpc=vpc)
    d.both("north", "south", "reachable")
    d.both("south", "north", "reachable")
    d.there("north", "south 10.10.0.1", "blocked")
    d.both("north", "south", "blocked", down=["vpn-south"])
    judge(d)


def test_the_vpc_is_where_it_was() -> None:
    d = sites()
    d.both("north", "a1", "reachable")
    d.both("a1", "south", "reachable")
    judge(d)


@pytest.mark.parametrize(
    ("d", "why"),
    [
        (sites(asns=(65001, 65001)), "vpn-north and vpn-south have the ASN 65001"),
        (sites(asns=(65001, Unknown("var.asn"))), "the ASN at vpn-south: var.asn"),
        (sites(static=True), "vpn-south has static routing"),
    ],
)
def test_what_aws_does_not_document_is_unknown(d: Draft, why: str) -> None:
    d.both("north", "south", "unknown")
    judge(d)
    engine = Forwarding(d.network(), sites=d.sites)
    trip = engine.both_ways(Packet(AtSite("north"), AtSite("south")))
    assert trip.forward.outcome is Outcome.UNKNOWN
    assert trip.forward.paths[0].unknown == f"whether vgw sends packets from one site to another: {why}"
