"""What an account makes of its own things alone, and where the intent's VPCs and gateway are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from isthmus.network.from_terraform import network_of
from isthmus.network.model import StructuralProblem
from isthmus.proof.checks.accounts import account_violations
from isthmus.terraform.graph import Graph, Resource
from tests.network.coverage.test_with_unknowns import BASE, made, ref
from tests.proof.estates import estate

HUB = "aws_ec2_transit_gateway.hub"
OURS, OTHER = "111122223333", "444455556666"
NAT = (
    made("aws_eip.e"),
    made("aws_nat_gateway.n", subnet_id=ref("aws_subnet.a"), allocation_id=ref("aws_eip.e")),
)
TABLE = made("aws_ec2_transit_gateway_route_table.t", transit_gateway_id=ref(HUB))
ENDPOINT = made("aws_vpc_endpoint.s3", vpc_id=ref("aws_vpc.a"), service_name="com.amazonaws.us-east-1.s3")


def owned(*resources: Resource, **others: str) -> Graph:
    """A graph of one account, with some resources, named with underscores for dots, in another."""
    accounts = {address.replace("__", "."): account for address, account in others.items()}
    return Graph(
        {
            r.address: replace(r, account=accounts.get(r.address, OURS), written=frozenset(r.values))
            for r in (*BASE, *resources)
        }
    )


def differing(graph: Graph) -> Iterator[StructuralProblem]:
    return (found for found in network_of(graph).findings if found.rule == "account-differs")


def test_what_is_of_one_account_may_name_all_of_it() -> None:
    assert not [*differing(owned(*NAT, TABLE, ENDPOINT))]


@pytest.mark.parametrize(
    "address",
    ["aws_vpc.a", "aws_subnet.a", "aws_nat_gateway.n", "aws_eip.e", "aws_vpc_endpoint.s3", HUB],
)
def test_parts_of_a_vpc_and_a_gateway_are_of_their_owner(address: str) -> None:
    findings = [*differing(owned(*NAT, TABLE, ENDPOINT, **{address.replace(".", "__"): OTHER}))]
    assert findings
    assert all(address in found.resources for found in findings)
    assert all(OURS in found.why and OTHER in found.why for found in findings)


def test_a_vpc_is_attached_to_the_gateway_of_another_account() -> None:
    """It may be shared: whether it is, is asked elsewhere."""
    attached = made(
        "aws_ec2_transit_gateway_vpc_attachment.x",
        transit_gateway_id=ref(HUB),
        vpc_id=ref("aws_vpc.x"),
        subnet_ids=(ref("aws_subnet.x"),),
    )
    vpc = made("aws_vpc.x", cidr_block="10.7.0.0/16")
    subnet = made("aws_subnet.x", vpc_id=ref("aws_vpc.x"), cidr_block="10.7.0.0/24")
    of_the_other = {each.address.replace(".", "__"): OTHER for each in (attached, vpc, subnet)}
    assert not [*differing(owned(attached, vpc, subnet, **of_the_other))]
    their_attachment = owned(attached, vpc, subnet, aws_ec2_transit_gateway_vpc_attachment__x=OTHER)
    found, _ = differing(their_attachment)
    assert found.resources == (attached.address, "aws_vpc.x")


def test_accounts_that_are_not_known_differ_from_none_and_states_were_taken() -> None:
    graph = owned(*NAT, aws_vpc__a=OTHER)
    unknown = {address: replace(each, account=None) for address, each in graph.resources.items()}
    assert not [*differing(Graph({**unknown, "aws_vpc.a": graph.resources["aws_vpc.a"]}))]
    taken = {address: replace(each, written=None) for address, each in graph.resources.items()}
    assert not [*differing(Graph(taken))]


def test_the_accounts_of_the_intent_are_compared() -> None:
    meant = estate("stage_1_dev_only")
    environment, spoke = next(iter(meant.spokes))
    account = meant.account(environment.account).id
    vpc = replace(made("aws_vpc.a", cidr_block=spoke.cidr), account=account)
    gateway = replace(made(HUB), account=meant.account(meant.hub_environment.account).id)

    def violations(*resources: Resource) -> list[tuple[str, tuple[str, ...]]]:
        graph = Graph({each.address: each for each in resources})
        found = account_violations(meant, {spoke.name: "aws_vpc.a"}, "", graph)
        return [(each.rule, each.resources) for each in found]

    assert not violations(vpc, gateway)
    assert not violations(replace(vpc, account=None), gateway)
    assert violations(replace(vpc, account="999999999999"), gateway) == [("account-differs", ("aws_vpc.a",))]
    assert violations(vpc, replace(gateway, account="999999999999")) == [("account-differs", (HUB,))]
