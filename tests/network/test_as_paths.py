"""Sites of one ASN, and what a transit gateway advertises of one to the other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from isthmus.network.answers import AtSite, Packet
from isthmus.network.as_paths import asn_at
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import DxGateway, Network, Unknown, VirtualInterface
from tests.network.networks import Draft, judge, mesh

ASN = 65_010
NORTH, SOUTH = "10.8.0.0/16", "10.9.0.0/16"


def sites(
    *asns: int | Unknown, routes: dict[str, str] | None = None, static: bool = False, learns: Sequence[str] = ()
) -> Draft:
    """Two sites and a VPC in one table of a transit gateway, which learns from all of them."""
    d = mesh("a")
    for name, prefix, asn in zip(("north", "south"), (NORTH, SOUTH), asns, strict=True):
        fixed = static and name == "north"
        d.vpn(f"vpn-{name}", "t", asn=asn, static=fixed)
        d.site(name, [f"vpn-{name}"], () if fixed else [prefix], [prefix])
    d.tgw_table("t", learns=learns or ["att-a", "att-vpn-north", "att-vpn-south"], routes=routes or {})
    return d


def reason(d: Draft) -> str:
    """Why it is not known whether packets from north get to south."""
    engine = Forwarding(d.network(), sites=d.sites)
    return engine.both_ways(Packet(AtSite("north"), AtSite("south"))).forward.paths[0].unknown


def test_sites_of_two_asns_reach_each_other() -> None:
    d = sites(ASN, ASN + 1)
    d.both("north", "south", "reachable")
    d.both("south", "north", "reachable")
    judge(d)


def test_a_router_may_drop_what_has_its_own_asn_in_the_path() -> None:
    """https://www.rfc-editor.org/rfc/rfc4271#section-9.1.2"""
    d = sites(ASN, ASN)
    d.there("north", "south", "unknown")
    d.there("south", "north", "unknown")
    judge(d)
    assert reason(d) == (
        f"the sites at vpn-north and vpn-south have the same ASN, {ASN}: a router drops routes with its own ASN in "
        "their path, unless it is configured to accept them"
    )


@pytest.mark.parametrize("asns", [(Unknown("var.asn"), ASN), (ASN, Unknown("var.asn"))])
def test_an_asn_that_is_not_known_may_be_the_same(asns: tuple[int | Unknown, ...]) -> None:
    d = sites(*asns)
    d.there("north", "south", "unknown")
    judge(d)
    unread = "vpn-north" if isinstance(asns[0], Unknown) else "vpn-south"
    assert reason(d) == f"whether vpn-north and vpn-south have the same ASN: the ASN at {unread}: var.asn"


@pytest.mark.parametrize(("asn", "is_"), [(ASN, "unknown"), (ASN + 1, "reachable")])
def test_what_does_not_arrive_either_way_is_blocked(asn: int, is_: str) -> None:
    """The table of north learns the prefixes of south. The table of south has no route to north."""
    d = sites(ASN, asn, learns=["att-a", "att-vpn-north", "att-vpn-south"])
    d.tgw_table("u", learns=["att-a"])
    d.vpn("vpn-south", "u", asn=asn)
    d.there("north", "south", is_)
    d.there("south", "north", "blocked")
    d.there("north", "south 10.10.0.1", "blocked")
    judge(d)


def test_the_vpc_reaches_both() -> None:
    d = sites(ASN, ASN)
    d.subnet("a1", "a", "10.1.1.0/24", routes={"10.0.0.0/8": "hub"})
    d.both("a1", "north", "reachable")
    d.both("south", "a1", "reachable")
    judge(d)


def test_a_static_route_is_advertised_without_the_asn_of_the_site() -> None:
    d = sites(ASN, ASN, routes={SOUTH: "att-vpn-south", NORTH: "att-vpn-north"})
    d.both("north", "south", "reachable")
    judge(d)


def test_a_shorter_static_route_leads_the_same_way() -> None:
    d = sites(ASN, ASN, routes={"10.0.0.0/8": "att-a"})
    d.there("north", "south", "reachable")
    judge(d)


def test_static_routing_has_no_path() -> None:
    d = sites(ASN, ASN, static=True, routes={NORTH: "att-vpn-north"})
    d.both("north", "south", "reachable")
    judge(d)


def test_two_connections_of_one_site_have_one_asn() -> None:
    d = mesh("a")
    for name in ("one", "two"):
        d.vpn(name, "t", asn=ASN)
    d.site("north", ["one", "two"], [NORTH], [NORTH])
    d.tgw_table("t", learns=["att-a", "att-one", "att-two"])
    d.subnet("a1", "a", "10.1.1.0/24", routes={"10.0.0.0/8": "hub"})
    d.both("a1", "north", "reachable")
    d.both("north", "a1", "reachable")
    judge(d)


@pytest.mark.parametrize(("static", "is_"), [(False, "unknown"), (True, "reachable")])
def test_the_asn_behind_a_direct_connect_gateway_is_unknown(static: bool, is_: str) -> None:
    """A router with a VPN connection may have the ASN of the site behind the Direct Connect gateway."""
    d = mesh("a")
    d.vpn("vpn-north", "t", asn=ASN, static=static)
    d.site("north", ["vpn-north"], () if static else [NORTH], [NORTH])
    d.dx("dx", "t", NORTH, "10.1.0.0/16")
    d.site("south", ["dx"], [SOUTH], [SOUTH])
    routes = {NORTH: "att-vpn-north"} if static else {}
    d.tgw_table("t", learns=["att-a", "att-vpn-north", "att-dx"], routes=routes)
    d.there("north", "south", is_)
    judge(d)
    if not static:
        assert "do not state one ASN of the routers behind it" in reason(d)


@pytest.mark.parametrize(
    ("asns", "known"), [((65_001, 65_001), 65_001), ((65_001, 65_002), None), ((65_001, None), None), ((), None)]
)
def test_virtual_interfaces_state_the_asn_behind_a_direct_connect_gateway(
    asns: tuple[int | None, ...], known: int | None
) -> None:
    interfaces = tuple(VirtualInterface(f"vif{number}", asn) for number, asn in enumerate(asns))
    found = asn_at(Network(dx_gateways={"dx": DxGateway("dx", interfaces=interfaces)}), "dx")
    assert found == known if known else isinstance(found, Unknown)
