"""Transit between sites of one ASN: refused where both sides speak BGP, since each drops the other's routes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from isthmus.intent import CustomerGateway, Estate, Routing, Site, VpnConnection
from isthmus.intent.checks import problems
from tests.intent.network import SERVICES, SITE, VPN, estate


def two_sites(asn: int, *, transit: bool, routing: Routing = Routing.BGP) -> Estate:
    """The estate with a branch; both sites advertise their own networks only."""
    branch = Site(
        "branch",
        networks={"office": "192.168.7.0/24"},
        advertises=["192.168.7.0/24"] if routing is Routing.BGP else [],
        customer_gateways=[CustomerGateway("branch-01", ip_address="203.0.113.9", bgp_asn=asn)],
        transit_with=["dc1"] if transit else [],
    )
    dc1 = replace(SITE, advertises=["172.20.0.0/16", "172.21.0.0/16", "0.0.0.0/0"])
    second = VpnConnection("branch", customer_gateway="branch-01", number=2, segment=SERVICES, routing=routing)
    return estate(site=dc1, sites=(branch,), vpn=VPN, vpns=(second,))


def broken(given: Estate) -> bool:
    return any(problem.rule == "equal-transit-asns" for problem in problems(given))


@pytest.mark.parametrize(
    ("given", "is_"),
    [
        (two_sites(65_010, transit=True), True),
        (two_sites(65_011, transit=True), False),
        (two_sites(65_010, transit=False), False),
        (two_sites(65_010, transit=True, routing=Routing.STATIC), False),
    ],
)
def test_transit_needs_two_asns(given: Estate, is_: bool) -> None:
    assert broken(given) is is_
