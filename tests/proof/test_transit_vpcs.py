"""VPCs that hand on what others send: AWS's central egress design breaks no rule, and a VPC with hosts still does."""

from __future__ import annotations

import pytest

from isthmus.proof.analysis import Analysis
from isthmus.proof.result.findings import Verdict
from isthmus.terraform.graph import Resource
from tests.proof.small_networks import HUB, attached, hub, made, network, ref, subnet, table, vpc

SPOKES, OUT = ("aws_ec2_transit_gateway_route_table.spokes", "aws_ec2_transit_gateway_route_table.out")
DEFAULT, HOLE = "aws_ec2_transit_gateway_route.default", "aws_ec2_transit_gateway_route.hole"


def _spoke(name: str, number: int) -> list[Resource]:
    return [
        vpc(name, f"10.{number}.0.0/16"),
        subnet(name, "app", f"10.{number}.1.0/24"),
        *table(name, "app", ["app"], default=("0.0.0.0/0", "transit_gateway_id", HUB)),
        *_joined(name, "app", SPOKES),
    ]


def _joined(name: str, at: str, associated: str) -> list[Resource]:
    """An attachment whose routes are known to the table of the egress VPC alone."""
    attachment, *_ = attached(name, at)
    there = {"transit_gateway_attachment_id": ref(attachment.address)}
    return [
        attachment,
        made(f"aws_ec2_transit_gateway_route_table_association.{name}", **there,
             transit_gateway_route_table_id=ref(associated)),
        made(f"aws_ec2_transit_gateway_route_table_propagation.{name}", **there,
             transit_gateway_route_table_id=ref(OUT)),
    ]  # fmt: skip


def central(*more: Resource, without: str = "", also_without: str = "") -> Analysis:
    """Two spokes that leave by a VPC of a NAT gateway, in subnets as large as subnets of hosts."""
    leads = {"transit_gateway_route_table_id": ref(SPOKES)}
    resources = [
        hub()[0],
        *(made(each, transit_gateway_id=ref(HUB)) for each in (SPOKES, OUT)),
        *_spoke("dev", 1),
        *_spoke("prod", 2),
        vpc("out", "10.9.0.0/16"),
        subnet("out", "nat", "10.9.0.0/24"),
        subnet("out", "hub", "10.9.1.0/24"),
        made("aws_internet_gateway.out", vpc_id=ref("aws_vpc.out")),
        made("aws_nat_gateway.out", subnet_id=ref("aws_subnet.out_nat")),
        *table("out", "hub", ["hub"], default=("0.0.0.0/0", "nat_gateway_id", "aws_nat_gateway.out")),
        *table("out", "nat", ["nat"], default=("0.0.0.0/0", "gateway_id", "aws_internet_gateway.out"),
               back=("10.0.0.0/8", "transit_gateway_id", HUB)),
        *_joined("out", "hub", OUT),
        made(DEFAULT, destination_cidr_block="0.0.0.0/0", **leads,
             transit_gateway_attachment_id=ref("aws_ec2_transit_gateway_vpc_attachment.out")),
        made(HOLE, destination_cidr_block="10.0.0.0/8", blackhole=True, **leads),
        *more,
    ]  # fmt: skip
    return network(*(resource for resource in resources if resource.address not in (without, also_without)))


def broken(found: Analysis) -> set[tuple[str, str, str]]:
    return {(violation.rule, violation.source, violation.destination) for violation in found.prove().violations}


def test_the_central_egress_vpc_of_aws_breaks_no_rule() -> None:
    answer = central().prove()
    assert answer.verdict is Verdict.NO_VIOLATIONS, answer
    assert any(text.startswith("there are no hosts in out: ") for text in answer.assumptions)
    assert not [flow for flow in answer.flows if answer.marks(flow)]


def test_spokes_that_reach_each_other_through_it_are_a_violation() -> None:
    assert {("hairpin", "dev", "prod"), ("hairpin", "prod", "dev")} <= broken(central(without=HOLE))


@pytest.mark.parametrize(
    "more",
    [
        made("aws_instance.bastion", subnet_id=ref("aws_subnet.out_nat")),
        made("aws_vpc_endpoint.logs", vpc_id=ref("aws_vpc.out"), vpc_endpoint_type="Interface",
             service_name="com.amazonaws.us-east-1.logs", subnet_ids=(ref("aws_subnet.out_nat"),)),
        subnet("out", "app", "10.9.2.0/24"),
    ],
    ids=["an instance", "an interface endpoint", "a subnet of another kind"],
)  # fmt: skip
def test_a_vpc_with_other_resources_is_no_transit_vpc(more: Resource) -> None:
    assert ("one-way-flow", "out", "dev") in broken(central(more))


def test_a_vpc_without_traffic_of_others_has_hosts() -> None:
    """Its private subnet lacks the route to the transit gateway: the commonest mistake of all."""
    assert ("one-way-flow", "out", "dev") in broken(central(without=DEFAULT))


def test_an_attachment_subnet_that_sends_to_the_transit_gateway_has_hosts() -> None:
    back = made("aws_route.out_hub_back", route_table_id=ref("aws_route_table.out_hub"),
                destination_cidr_block="10.0.0.0/8", transit_gateway_id=ref(HUB))  # fmt: skip
    assert ("one-way-flow", "out", "dev") in broken(central(back))


def test_a_vpc_without_a_return_route_has_hosts() -> None:
    assert ("one-way-flow", "dev", "out") in broken(central(without=HOLE, also_without="aws_route.out_nat_back"))


def test_gateway_load_balancer_endpoints_are_no_hosts() -> None:
    """A subnet of an endpoint for appliances is one of a middlebox, and with an instance it is one of hosts."""
    endpoint = made(
        "aws_vpc_endpoint.gw",
        vpc_id=ref("aws_vpc.out"),
        vpc_endpoint_type="GatewayLoadBalancer",
        service_name="com.amazonaws.vpce.us-east-1.vpce-svc-1",
        subnet_ids=(ref("aws_subnet.out_gw"),),
    )
    inspected = [
        subnet("out", "gw", "10.9.2.0/24"),
        endpoint,
        *table("out", "gw", ["gw"], default=("0.0.0.0/0", "nat_gateway_id", "aws_nat_gateway.out"),
               back=("10.0.0.0/8", "transit_gateway_id", HUB)),
    ]  # fmt: skip
    without_hosts = "there are no hosts in out: "
    assert any(text.startswith(without_hosts) for text in central(*inspected).prove().assumptions)
    host = made("aws_instance.h", subnet_id=ref("aws_subnet.out_gw"))
    assert not any(text.startswith(without_hosts) for text in central(*inspected, host).prove().assumptions)
