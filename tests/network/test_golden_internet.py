"""Golden cases: internet gateways, NAT gateways, egress-only gateways."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from isthmus.network.answers import InSubnet
from tests.network.networks import Draft, Golden, judge, mesh, spoke

golden = Golden()
IGW = "vpc/latest/userguide/VPC_Internet_Gateway.html"
NAT = "vpc/latest/userguide/vpc-nat-gateway.html"
WHITEPAPER = "whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure"
EGRESS = f"{WHITEPAPER}/centralized-egress-to-internet.html"


@golden(f"{IGW}#a-public-address-is-needed")
def public_address_needed() -> Draft:
    d = one_vpc()
    d.both(InSubnet("public", public=True), "internet", "reachable", exit="igw")
    d.there("public", "internet", "blocked")
    d.both("internet", InSubnet("public", public=True), "reachable")
    return d.there("internet", "public", "blocked")


@golden(f"{IGW}#a-route-is-needed-for-the-answer")
def no_route_back() -> Draft:
    d = one_vpc()
    d.there("internet", InSubnet("lone", public=True), "reachable")
    return d.both("internet", InSubnet("lone", public=True), "blocked")


@golden(f"{NAT}#answer-by-another-address")
def answers_through_nat() -> Draft:
    d = one_vpc()
    return d.both("internet", InSubnet("private", public=True), "blocked")


@golden(f"{NAT}#public-nat-gateway")
def public_nat() -> Draft:
    d = one_vpc()
    d.both("private", "internet", "reachable", exit="igw")
    d.there("internet", "private", "blocked")
    return d.both("private", "internet", "blocked", down=["nat"])


@golden(f"{NAT}#in-a-subnet-without-internet-gateway")
def nat_in_private_subnet() -> Draft:
    d = one_vpc()
    d.nat("nat", "lone", ip="10.1.3.10")
    return d.there("private", "internet", "blocked")


@golden(f"{NAT}#in-its-own-subnet")
def nat_routed_to_itself() -> Draft:
    d = one_vpc()
    d.nat("nat", "private", ip="10.1.2.10")
    return d.there("private", "internet", "blocked")


@golden(f"{NAT}#private-nat-gateway-and-internet-gateway")
def private_nat_to_internet() -> Draft:
    d = one_vpc()
    d.nat("nat", "public", public=False, ip="10.1.1.10")
    return d.there("private", "internet", "blocked")


@golden(f"{NAT}#private-nat-gateway-to-other-vpcs")
def private_nat_to_vpc() -> Draft:
    """b only knows the NAT gateway's prefix, which is all it has to know."""
    d = Draft()
    d.hub()
    d.tgw_table("t", routes={"100.64.0.0/16": "att-a", "10.2.0.0/16": "att-b"})
    d.vpc("a", "10.1.0.0/16", "100.64.0.0/16")
    d.subnet("a1", "a", "10.1.1.0/24", routes={"10.2.0.0/16": "nat"})
    d.subnet("routable", "a", "100.64.0.0/24", routes={"10.2.0.0/16": "hub"})
    d.nat("nat", "routable", public=False, ip="100.64.0.10")
    d.attach("a", "t", "routable")
    spoke(d, "b", 2, "t")
    d.both("a1", "b1", "reachable")
    d.there("b1", "a1", "blocked")  # no connection from outside passes a NAT gateway
    return d.both("a1", "b1", "blocked", down=["nat"])


@golden(f"{EGRESS}#way-back-from-the-nat-gateways-subnet")
def way_back_from_nat() -> Draft:
    d = egress(public_routes={"0.0.0.0/0": "igw", "10.1.0.0/16": "hub"})
    d.both("a1", "internet", "reachable", exit="igw")
    d.there("b1", "internet", "reachable", exit="igw")
    return d.both("b1", "internet", "blocked")  # 10.2/16 is missing in the public subnet's table


@golden(f"{EGRESS}#way-back-in-the-transit-gateway-table")
def way_back_in_tgw_table() -> Draft:
    d = egress(public_routes={"0.0.0.0/0": "igw", "10.0.0.0/8": "hub"})
    d.tgw_table("exits", learns=["att-a"])
    d.both("a1", "internet", "reachable")
    d.there("b1", "internet", "reachable")
    return d.both("b1", "internet", "blocked")


@golden(f"{IGW}#not-from-beyond-the-vpc")
def internet_gateway_is_not_shared() -> Draft:
    d = egress(public_routes={"0.0.0.0/0": "igw", "10.0.0.0/8": "hub"}, door={"0.0.0.0/0": "igw"})
    return d.there("a1", "internet", "blocked")


@golden("vpc/latest/userguide/egress-only-internet-gateway.html#outbound-only")
def egress_only() -> Draft:
    d = Draft()
    d.vpc("a", "10.0.0.0/16", "2600:1f18::/56")
    d.internet_gateway("igw", "a")
    d.egress_only("eigw", "a")
    d.subnet("a1", "a", "10.0.1.0/24", "2600:1f18:0:1::/64", routes={"::/0": "eigw"})
    d.there("a1", "internet", "blocked")  # it has no IPv4 default
    return d.both("a1", "internet 2606:4700::1111", "reachable", exit="eigw")


def one_vpc() -> Draft:
    """A VPC with a public, a private (NAT) and a lone subnet."""
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.internet_gateway("igw", "a")
    d.subnet("public", "a", "10.1.1.0/24", routes={"0.0.0.0/0": "igw"})
    d.subnet("private", "a", "10.1.2.0/24", routes={"0.0.0.0/0": "nat"})
    d.subnet("lone", "a", "10.1.3.0/24", routes={})
    d.nat("nat", "public", ip="10.1.1.10")
    return d


def egress(public_routes: dict[str, str], door: dict[str, str] | None = None) -> Draft:
    """Spokes a and b behind an egress VPC."""
    d = mesh("a", "b")
    d.tgw_table("t", routes={"0.0.0.0/0": "att-out"})
    d.tgw_table("exits", learns=["att-a", "att-b"])
    d.vpc("out", "10.100.0.0/16")
    d.internet_gateway("igw", "out")
    d.subnet("out-public", "out", "10.100.1.0/24", routes=public_routes)
    d.subnet("out-door", "out", "10.100.0.0/28", routes=door or {"0.0.0.0/0": "nat"})
    d.nat("nat", "out-public", ip="10.100.1.10")
    d.attach("out", "exits", "out-door")
    return d


@pytest.mark.parametrize("draw", golden.cases)
def test_golden(draw: Callable[[], Draft]) -> None:
    judge(draw())
