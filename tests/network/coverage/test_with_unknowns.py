"""What a graph holds that nothing evaluates makes unknown what it touches, and never another known answer."""

from __future__ import annotations

from typing import Any

import pytest

from isthmus.network.answers import Outcome
from isthmus.network.coverage.not_evaluated import NotEvaluated, not_evaluated_in
from isthmus.network.coverage.with_unknowns import objects_of, with_unknowns
from isthmus.network.from_terraform import network_of
from isthmus.proof import Verdict
from isthmus.proof.analysis import Analysis
from isthmus.proof.reading import subject
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown

HUB = "aws_ec2_transit_gateway.hub"
US = "us-east-1"


def made(address: str, **values: Any) -> Resource:
    return Resource(address, address.split(".")[0], values, region=US, written=frozenset(values))


def ref(address: str, attribute: str = "id") -> Ref:
    return Ref(address, attribute)


def vpc(name: str, number: int) -> list[Resource]:
    """A VPC with one subnet, attached to the hub, and a route to everything else by it."""
    own = f"aws_vpc.{name}"
    return [
        made(own, cidr_block=f"10.{number}.0.0/16", tags={"Name": name}),
        made(
            f"aws_subnet.{name}",
            vpc_id=ref(own),
            cidr_block=f"10.{number}.0.0/24",
            availability_zone="us-east-1a",
        ),
        made(
            f"aws_ec2_transit_gateway_vpc_attachment.{name}",
            transit_gateway_id=ref(HUB),
            vpc_id=ref(own),
            subnet_ids=(ref(f"aws_subnet.{name}"),),
        ),
        made(
            f"aws_route.{name}",
            route_table_id=ref(own, "main_route_table_id"),
            destination_cidr_block="10.0.0.0/8",
            transit_gateway_id=ref(HUB),
        ),
    ]


BASE = [made(HUB), *vpc("a", 1), *vpc("b", 2), *vpc("c", 3)]
OPEN = [
    made("aws_internet_gateway.a", vpc_id=ref("aws_vpc.a")),
    made("aws_subnet.out", vpc_id=ref("aws_vpc.a"), cidr_block="10.1.9.0/24", availability_zone="us-east-1a"),
    made("aws_route_table.out", vpc_id=ref("aws_vpc.a")),
    made(
        "aws_route.out",
        route_table_id=ref("aws_route_table.out"),
        destination_cidr_block="0.0.0.0/0",
        gateway_id=ref("aws_internet_gateway.a"),
    ),
    made(
        "aws_route_table_association.out",
        subnet_id=ref("aws_subnet.out"),
        route_table_id=ref("aws_route_table.out"),
    ),
    made("aws_eip.nat"),
    made("aws_nat_gateway.a", subnet_id=ref("aws_subnet.out"), allocation_id=ref("aws_eip.nat")),
    made(
        "aws_route.nat",
        route_table_id=ref("aws_vpc.a", "main_route_table_id"),
        destination_cidr_block="0.0.0.0/0",
        nat_gateway_id=ref("aws_nat_gateway.a"),
    ),
]


def graph(*resources: Resource) -> Graph:
    return Graph({r.address: r for r in resources})


def not_evaluated(*resources: Resource) -> dict[str, NotEvaluated]:
    whole = graph(*resources)
    return {d.address: d for d in not_evaluated_in(whole, objects_of(network_of(whole)))}


def outcomes(found: Analysis) -> dict[tuple[str, str], tuple[Outcome, Outcome]]:
    return {(flow.source, flow.destination): (flow.forward, flow.reply) for flow in found.flows}


def test_evaluated_resources_leave_nothing_unknown() -> None:
    assert not_evaluated(*BASE, *OPEN) == {}


def test_a_client_vpn_makes_its_vpc_unknown_and_no_other() -> None:
    client = made("aws_ec2_client_vpn_endpoint.c", vpc_id=ref("aws_vpc.a"))
    found = subject(graph(*BASE, client))
    answers = outcomes(found)
    assert answers["a", "b"][0] is Outcome.UNKNOWN
    assert answers["b", "c"] == (Outcome.REACHABLE, Outcome.REACHABLE)
    proof = found.prove()
    assert proof.verdict is Verdict.UNKNOWN
    assert "aws_ec2_client_vpn_endpoint is not modeled" in str(proof.unknown_results[0])
    assert found.trace("a", "b").outcome is Outcome.UNKNOWN


def test_what_names_nothing_that_is_here_leaves_the_verdict_unknown() -> None:
    stack = made("aws_cloudformation_stack.s", template_body="{}")
    proof = subject(graph(*BASE, stack)).prove()
    assert proof.verdict is Verdict.UNKNOWN
    assert [str(u).split(":")[0] for u in proof.unknown_results] == ["aws_cloudformation_stack.s"]


def test_a_resource_touches_what_it_names_through_others() -> None:
    balancer = made("aws_lb.l", subnets=(ref("aws_subnet.b"),))
    group = made("aws_globalaccelerator_endpoint_group.g", endpoint_configuration=({"endpoint_id": ref("aws_lb.l")},))
    assert not_evaluated(*BASE, balancer, group)[group.address].touches == ("aws_subnet.b",)


def test_a_virtual_interface_matters_where_it_ends_at_a_virtual_private_gateway() -> None:
    gateway = made("aws_vpn_gateway.v", vpc_id=ref("aws_vpc.a"))
    learns = made(
        "aws_vpn_gateway_route_propagation.a",
        vpn_gateway_id=ref("aws_vpn_gateway.v"),
        route_table_id=ref("aws_vpc.a", "main_route_table_id"),
    )
    dx = made("aws_dx_gateway.d", name="d", amazon_side_asn="64512")
    interface = "aws_dx_private_virtual_interface.i"
    wire = {"connection_id": "dxcon-1", "name": "i", "vlan": 7, "address_family": "ipv4", "bgp_asn": 65010}
    at_gateway = made(interface, vpn_gateway_id=ref("aws_vpn_gateway.v"), **wire)
    at_dx = made(interface, dx_gateway_id=ref("aws_dx_gateway.d"), **wire)
    assert not_evaluated(*BASE, gateway, learns, dx, at_dx) == {}
    assert not_evaluated(*BASE, gateway, learns, at_gateway) == {}
    # A session of IPv6 carries no IPv4 prefix.
    six = made(interface, vpn_gateway_id=ref("aws_vpn_gateway.v"), **{**wire, "address_family": "ipv6"})
    assert not_evaluated(*BASE, gateway, learns, six).keys() == {interface}
    answers = outcomes(subject(graph(*BASE, gateway, learns, at_gateway)))
    assert answers["a", "internet"][0] is Outcome.UNKNOWN


# --- arguments


def reason_for(resource: Resource) -> str:
    found = not_evaluated(*BASE, resource).get(resource.address)
    return found.why if found is not None else ""


SUBNET = {"vpc_id": ref("aws_vpc.a"), "cidr_block": "10.1.5.0/24", "availability_zone": "us-east-1a"}


@pytest.mark.parametrize(
    ("argument", "value", "why"),
    [
        ("tags", {"Name": "x"}, ""),
        ("enable_dns64", False, ""),
        ("enable_dns64", "false", ""),
        ("enable_dns64", True, ""),
        (
            "map_customer_owned_ip_on_launch",
            True,
            "it has map_customer_owned_ip_on_launch = true, which is not evaluated",
        ),
        ("outpost_arn", "arn:aws:outposts:x", "it has outpost_arn = arn:aws:outposts:x, which is not evaluated"),
        ("enable_dns64", Unknown("var.x"), "it has enable_dns64 = unknown (var.x), which is not evaluated"),
        ("teleports", True, "it has the argument teleports, which is in no table of this release"),
        ("assign_ipv6_address_on_creation", True, ""),
    ],
)
def test_an_argument_that_is_not_evaluated_makes_its_resource_unknown(argument: str, value: Any, why: str) -> None:
    assert reason_for(made("aws_subnet.x", **SUBNET, **{argument: value})) == why


def test_a_state_does_not_show_what_was_written() -> None:
    """It holds what AWS reports too: unknown names are attributes then, and known ones are compared."""
    values = SUBNET | {"owner_id": "111111111111", "outpost_arn": ""}
    stored = Resource("aws_subnet.x", "aws_subnet", values)
    assert not_evaluated(*BASE, stored) == {}
    moved = Resource("aws_subnet.x", "aws_subnet", values | {"outpost_arn": "arn:aws:outposts:x"})
    assert not_evaluated(*BASE, moved).keys() == {"aws_subnet.x"}


@pytest.mark.parametrize(("region", "unknown"), [(US, False), ("eu-west-1", True)])
def test_a_state_holds_the_region_of_the_service_of_an_endpoint(region: str, unknown: bool) -> None:
    values = {"vpc_id": ref("aws_vpc.a"), "service_name": "com.amazonaws.us-east-1.s3", "service_region": region}
    stored = Resource("aws_vpc_endpoint.s3", "aws_vpc_endpoint", values, region=US)
    assert (stored.address in not_evaluated(*BASE, stored)) is unknown
    # Where its own Region is not known it may be another one; nor is the name of the rule a Region.
    assert not_evaluated(*BASE, Resource("aws_vpc_endpoint.s3", "aws_vpc_endpoint", values)).keys() == {stored.address}
    odd = Resource(stored.address, stored.type, {**values, "service_region": "its own Region"}, region=US)
    assert not_evaluated(*BASE, odd).keys() == {stored.address}


def test_what_terraform_requires_has_to_be_there() -> None:
    assert reason_for(made("aws_subnet.x", cidr_block="10.1.5.0/24")).startswith("it has no vpc_id, without which")


def test_values_inside_blocks_are_compared() -> None:
    rule = {
        "action": "maybe",
        "rule_no": 100,
        "protocol": "-1",
        "cidr_block": "0.0.0.0/0",
        "from_port": 0,
        "to_port": 0,
    }
    acl = made("aws_network_acl.x", vpc_id=ref("aws_vpc.a"), ingress=(rule,))
    assert reason_for(acl) == "it has ingress.action = maybe, which is not evaluated"


def test_a_part_without_an_object_of_its_own_touches_what_it_names() -> None:
    odd = made(
        "aws_route.x",
        route_table_id=ref("aws_vpc.a", "main_route_table_id"),
        destination_cidr_block="10.9.0.0/16",
        transit_gateway_id=ref(HUB),
        shortcut=True,
    )
    assert not_evaluated(*BASE, odd)["aws_route.x"].touches == ("aws_vpc.a",)


def test_a_local_command_may_do_anything() -> None:
    command = Resource("null_resource.x", "null_resource", {}, written=frozenset({"provisioner.local-exec"}))
    remote = Resource("null_resource.x", "null_resource", {}, written=frozenset({"provisioner.remote-exec"}))
    assert subject(graph(*BASE, command)).prove().verdict is Verdict.UNKNOWN
    assert not_evaluated(*BASE, remote) == {}


# --- laws


EVERYTHING = [
    *BASE,
    *OPEN,
    made("aws_vpn_gateway.v", vpc_id=ref("aws_vpc.b")),
    made("aws_customer_gateway.c", type="ipsec.1", ip_address="203.0.113.1", bgp_asn="65000"),
    made(
        "aws_vpn_connection.v",
        type="ipsec.1",
        customer_gateway_id=ref("aws_customer_gateway.c"),
        transit_gateway_id=ref(HUB),
    ),
    made(
        "aws_vpc_endpoint.s3",
        vpc_id=ref("aws_vpc.b"),
        service_name="com.amazonaws.us-east-1.s3",
        route_table_ids=(ref("aws_vpc.b", "main_route_table_id"),),
    ),
    made(
        "aws_vpc_endpoint.ssm",
        vpc_id=ref("aws_vpc.b"),
        service_name="com.amazonaws.us-east-1.ssm",
        vpc_endpoint_type="Interface",
        subnet_ids=(ref("aws_subnet.b"),),
    ),
    made("aws_vpc_peering_connection.p", vpc_id=ref("aws_vpc.b"), peer_vpc_id=ref("aws_vpc.c"), auto_accept=True),
    made(
        "aws_ec2_managed_prefix_list.l",
        name="l",
        address_family="IPv4",
        max_entries=5,
        entry=({"cidr": "10.9.0.0/16"},),
    ),
    made(
        "aws_route.l",
        route_table_id=ref("aws_vpc.c", "main_route_table_id"),
        destination_prefix_list_id=ref("aws_ec2_managed_prefix_list.l"),
        vpc_peering_connection_id=ref("aws_vpc_peering_connection.p"),
    ),
]
WHOLE = network_of(graph(*EVERYTHING))


def test_the_network_of_the_law_has_nothing_unknown() -> None:
    assert not_evaluated(*EVERYTHING) == {}
    assert {"aws_vpc.a", "aws_vpc_endpoint.ssm", "aws_vpn_connection.v"} <= set(objects_of(WHOLE))


@pytest.mark.parametrize("address", sorted(objects_of(WHOLE)))
def test_an_unknown_object_makes_answers_unknown_or_leaves_them(address: str) -> None:
    before = outcomes(Analysis(WHOLE))
    after = outcomes(Analysis(with_unknowns(WHOLE, [NotEvaluated(address, "law", (address,))])))
    for pair, known in before.items():
        for was, now in zip(known, after[pair], strict=True):
            assert now in (was, Outcome.UNKNOWN), f"{pair} was {was}, and is {now} while {address} is unknown"


@pytest.mark.parametrize("address", ["aws_vpc.a", "aws_subnet.a", HUB, "aws_ec2_transit_gateway_vpc_attachment.a"])
def test_an_unknown_object_on_its_path_makes_a_flow_unknown(address: str) -> None:
    after = outcomes(Analysis(with_unknowns(network_of(graph(*BASE)), [NotEvaluated(address, "law", (address,))])))
    assert after["a", "b"][0] is Outcome.UNKNOWN
    assert after["b", "a"][0] is Outcome.UNKNOWN


def test_an_unknown_attachment_leaves_the_others() -> None:
    attachment = "aws_ec2_transit_gateway_vpc_attachment.a"
    after = outcomes(Analysis(with_unknowns(WHOLE, [NotEvaluated(attachment, "law", (attachment,))])))
    assert after["b", "c"] == outcomes(Analysis(WHOLE))["b", "c"]
