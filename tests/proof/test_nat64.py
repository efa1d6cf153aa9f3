"""Hosts of IPv6 alone that reach the internet of IPv4, as the proof and the trace say it."""

from __future__ import annotations

from isthmus.network.answers import Outcome
from isthmus.proof.analysis import Analysis
from isthmus.terraform.graph import Unknown
from tests.proof.small_networks import made, network, ref, subnet, table

IGW = "aws_internet_gateway.g"


def translating(*, routed: bool = True, regional: bool = False) -> Analysis:
    """A subnet of IPv6 alone whose table leads what stands for IPv4 to a NAT gateway."""
    route = {
        "route_table_id": ref("aws_route_table.v_six"),
        "destination_ipv6_cidr_block": "64:ff9b::/96" if routed else "2001:db8::/32",
        "nat_gateway_id": ref("aws_nat_gateway.n"),
    }
    return network(
        made("aws_vpc.v", cidr_block="10.1.0.0/16", ipv6_cidr_block="2600:1f14:100:2300::/56", tags={"Name": "v"}),
        made(IGW, vpc_id=ref("aws_vpc.v")),
        subnet("v", "edge", "10.1.3.0/24"),
        made(
            "aws_subnet.v_six",
            vpc_id=ref("aws_vpc.v"),
            ipv6_cidr_block="2600:1f14:100:2300::/64",
            ipv6_native=True,
            enable_dns64=True,
            availability_zone="us-east-1a",
        ),
        made("aws_nat_gateway.n", vpc_id=ref("aws_vpc.v"), availability_mode="regional")
        if regional
        else made("aws_nat_gateway.n", subnet_id=ref("aws_subnet.v_edge"), private_ip="10.1.3.9"),
        *table("v", "edge", ["edge"], out=("0.0.0.0/0", "gateway_id", IGW)),
        *table("v", "six", ["six"]),
        made("aws_route.six", **route),
    )


def test_the_internet_is_reachable_through_the_nat_gateway() -> None:
    found = translating()
    flow = found.flows["v", "internet"]
    assert (flow.forward, flow.reply) == (Outcome.REACHABLE, Outcome.REACHABLE)
    assert flow.exits == {f"{IGW} by aws_nat_gateway.n": ("aws_subnet.v_six",), IGW: ("aws_subnet.v_edge",)}
    assert found.trace("aws_subnet.v_six", "internet").works
    assert found.trace("v", "internet").works
    assert found.trace("v", "internet").parts == ""
    assert found.trace("2600:1f14:100:2300::9", "64:ff9b::8.8.8.8").works


def test_the_internet_is_not_reachable_without_the_nat64_route() -> None:
    found = translating(routed=False)
    assert found.flows["v", "internet"].detail == "aws_subnet.v_six no, aws_subnet.v_edge yes"
    assert not found.trace("aws_subnet.v_six", "internet").works


def test_a_subnet_without_an_internet_route_is_no_one_way_flow() -> None:
    """Packets of IPv6 come in by the gateway; hosts that no route leads out answer none, as is meant."""
    assert not translating().prove().violations
    assert not translating(routed=False).prove().violations


def test_a_regional_nat_gateway_may_translate_or_not() -> None:
    found = translating(regional=True)
    assert found.trace("2600:1f14:100:2300::9", "64:ff9b::8.8.8.8").outcome is Outcome.UNKNOWN


def test_unknown_ipv6_addresses_do_not_hide_ipv4_results() -> None:
    """A dual-stack host uses the version that works. With unknown IPv6 addresses and no IPv4 route it is unknown."""
    found = network(
        made("aws_vpc.v", cidr_block="10.1.0.0/16", assign_generated_ipv6_cidr_block=True, tags={"Name": "v"}),
        made(IGW, vpc_id=ref("aws_vpc.v")),
        subnet("v", "edge", "10.1.3.0/24"),
        subnet("v", "app", "10.1.1.0/24", ipv6_cidr_block=Unknown("cidrsubnet(...)")),
        subnet("v", "vault", "10.1.2.0/24", ipv6_cidr_block=Unknown("cidrsubnet(...)")),
        made("aws_nat_gateway.n", subnet_id=ref("aws_subnet.v_edge"), private_ip="10.1.3.9"),
        *table("v", "edge", ["edge"], out=("0.0.0.0/0", "gateway_id", IGW)),
        *table("v", "app", ["app"], out=("0.0.0.0/0", "nat_gateway_id", "aws_nat_gateway.n")),
    )
    flow = found.flows["v", "internet"]
    assert flow.detail == "aws_subnet.v_app yes, aws_subnet.v_vault ?, aws_subnet.v_edge yes"
    assert found.trace("v", "internet").parts == flow.detail
    assert {v for v in found.prove().unknown_results if "v -> internet" in v.what}
