"""Golden cases: peering, endpoints, firewalls in a VPC."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from isthmus.network.answers import InSubnet
from tests.network.networks import Draft, Golden, judge, mesh

golden = Golden()
PEERING = "vpc/latest/peering/vpc-peering-basics.html"
GATEWAY = "vpc/latest/privatelink/gateway-endpoints.html"
INTERFACE = "vpc/latest/privatelink/create-interface-endpoint.html"
FIREWALL = "network-firewall/latest/developerguide/architectures.html"


@golden(f"{PEERING}#routes-on-both-sides")
def peering() -> Draft:
    d = peered()
    d.both("a1", "b1", "reachable")
    d.subnet("b2", "b", "10.2.2.0/24", routes={})
    d.there("a1", "b2", "reachable")
    return d.both("a1", "b2", "blocked")


@golden(f"{PEERING}#not-transitive")
def not_transitive() -> Draft:
    d = peered()
    d.subnet("a2", "a", "10.1.2.0/24", routes={"10.3.0.0/16": "ab"})
    d.there("b1", "c1", "reachable")
    return d.there("a2", "c1", "blocked")


@golden(f"{PEERING}#no-edge-to-edge-internet")
def no_internet_over_peering() -> Draft:
    d = peered()
    d.internet_gateway("igw", "b")
    d.subnet("b-public", "b", "10.2.9.0/24", routes={"0.0.0.0/0": "igw", "10.1.0.0/16": "ab"})
    d.nat("nat", "b-public", ip="10.2.9.10")
    d.subnet("a2", "a", "10.1.2.0/24", routes={"0.0.0.0/0": "ab"})
    return d.there(InSubnet("a2", public=True), "internet", "blocked")


@golden(f"{PEERING}#no-edge-to-edge-transit-gateway")
def no_transit_to_peering() -> Draft:
    """Spoke s reaches VPC a over the gateway, and no further: not the VPC that a peers with."""
    d = mesh("a", "s")
    d.vpc("b", "10.9.0.0/16")
    d.peering("ab", "a", "b")
    d.subnet("b1", "b", "10.9.1.0/24", routes={"10.0.0.0/14": "ab"})
    d.subnet("a-door", "a", "10.1.255.0/28", routes={"10.9.0.0/16": "ab"})
    d.subnet("a2", "a", "10.1.2.0/24", routes={"10.9.0.0/16": "ab"})
    d.tgw_table("t", learns=["att-a", "att-s"], routes={"10.9.0.0/16": "att-a"})
    d.both("a2", "b1", "reachable")
    return d.there("s1", "b1", "blocked")


@golden(f"{GATEWAY}#only-inside-its-vpc")
def gateway_endpoint() -> Draft:
    d = mesh("a", "b")
    d.tgw_table("t", learns=["att-a", "att-b"], routes={"0.0.0.0/0": "att-a"})
    d.gateway_endpoint("vpce", "a", "s3", "a1-table", "a-main")
    d.subnet("a2", "a", "10.1.2.0/24", routes={})
    d.both("a1", "s3", "reachable")
    d.there("a2", "s3", "blocked")  # not its table
    d.there("a1", "dynamodb", "blocked")  # another service
    return d.there("b1", "s3", "blocked")  # a's attachment subnet uses the endpoint's table, and still


@golden(f"{INTERFACE}#security-group")
def interface_endpoint() -> Draft:
    d = mesh("a", "b", "c")
    d.tgw_table("t", learns=["att-a", "att-b"])
    d.group("vpce", "a", inbound=["tcp 443 10.2.0.0/16"])
    d.interface_endpoint("ssm", "a", ["a1"], ["vpce"])
    d.both("b1", "ssm", "reachable")  # unlike a gateway endpoint, from anywhere with a route
    d.there("b1", "ssm", "blocked", port=80)
    d.there("a-door", "ssm", "blocked")
    return d.both("c1", "ssm", "blocked")


@golden(f"{FIREWALL}#internet-gateway")
def firewall_before_the_internet() -> Draft:
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.internet_gateway("igw", "a")
    d.subnet("public", "a", "10.1.1.0/24", routes={"0.0.0.0/0": "fw[fw1]"})
    d.subnet("fw1", "a", "10.1.9.0/28", routes={"0.0.0.0/0": "igw"})
    d.firewall("fw", "a", "fw1")
    d.nat("nat", "public", ip="10.1.1.10")
    d.subnet("private", "a", "10.1.2.0/24", routes={"0.0.0.0/0": "nat"})
    d.table("edge", "a", {"10.1.1.0/24": "fw[fw1]"}, gateways=["igw"])
    d.both("private", "internet", "reachable", exit="igw")
    return d.there("private", "internet", "blocked", down=["fw[fw1]"])


@golden(f"{FIREWALL}#without-an-edge-table")
def firewall_without_edge_table() -> Draft:
    d = firewall_before_the_internet()
    d.parts["tables"].pop("edge")
    d.questions.clear()
    d.there("private", "internet", "reachable", exit="igw")
    return d.both("private", "internet", "blocked")  # the answer goes from the gateway straight to the NAT gateway


def peered() -> Draft:
    """a - b - c, each neighbour with routes to the other."""
    d = Draft()
    for number, name in enumerate("abc", 1):
        d.vpc(name, f"10.{number}.0.0/16")
    d.peering("ab", "a", "b")
    d.peering("bc", "b", "c")
    d.subnet("a1", "a", "10.1.1.0/24", routes={"10.2.0.0/16": "ab"})
    d.subnet("b1", "b", "10.2.1.0/24", routes={"10.1.0.0/16": "ab", "10.3.0.0/16": "bc"})
    d.subnet("c1", "c", "10.3.1.0/24", routes={"10.2.0.0/16": "bc"})
    return d


@pytest.mark.parametrize("draw", golden.cases)
def test_golden(draw: Callable[[], Draft]) -> None:
    judge(draw())
