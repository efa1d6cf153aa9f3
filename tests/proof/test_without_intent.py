"""Networks without an intent and with unknown values: no result is rounded to reachable or blocked."""

from typing import Any

import pytest

from isthmus.network.answers import Outcome
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.change import ChangeKind
from isthmus.proof.difference.flows import compare
from isthmus.proof.errors import ProofError
from isthmus.proof.reading import subject
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown, Value

NOT_GIVEN = Unknown("known after apply")


def made(address: str, **values: Any) -> Resource:
    return Resource(address, address.split(".")[0], values)


def ref(address: str, attribute: str = "id") -> Ref:
    return Ref(address, attribute)


def network(*resources: Resource) -> Analysis:
    return subject(Graph({r.address: r for r in resources}))


def vpc(name: str, cidr: str) -> Resource:
    return made(f"aws_vpc.{name}", cidr_block=cidr, tags={"Name": name})


def subnet(name: str, vpc: str | Unknown, cidr: Value, zone: str = "a") -> Resource:
    owner = ref(f"aws_vpc.{vpc}") if isinstance(vpc, str) else vpc
    return made(f"aws_subnet.{name}", vpc_id=owner, cidr_block=cidr, availability_zone=f"us-east-1{zone}")


TWO = [vpc("one", "10.1.0.0/16"), vpc("two", "10.2.0.0/16")]
IN_TWO = subnet("two", "two", "10.2.1.0/24")


@pytest.mark.parametrize(
    ("of_one", "why"),
    [
        ([], "no subnet of aws_vpc.one is in this input"),
        ([subnet("a", NOT_GIVEN, "10.1.1.0/24")], "the VPC of aws_subnet.a: known after apply"),
        ([subnet("a", NOT_GIVEN, NOT_GIVEN)], "the VPC of aws_subnet.a: known after apply"),
        ([subnet("a", "one", NOT_GIVEN)], "aws_subnet.a: known after apply"),
    ],
)
def test_flows_of_hosts_in_unknown_subnets_are_unknown(of_one: list[Resource], why: str) -> None:
    found = network(*TWO, *of_one, IN_TWO)
    for pair in (("one", "two"), ("two", "one"), ("one", "internet"), ("internet", "one")):
        flow = found.flows[pair]
        assert (flow.forward, flow.reply) == (Outcome.UNKNOWN, Outcome.UNKNOWN)
        traced = found.trace(*pair)
        assert traced.outcome is Outcome.UNKNOWN
    assert {unknown_results.why for unknown_results in found.prove().unknown_results} == {why}


def test_a_subnet_with_an_unknown_vpc_is_only_in_vpcs_with_its_addresses() -> None:
    found = network(
        *TWO,
        vpc("three", "10.3.0.0/16"),
        subnet("a", "one", "10.1.1.0/24"),
        subnet("b", NOT_GIVEN, "10.3.1.0/24"),
        IN_TWO,
    )
    assert found.flows["one", "two"].forward is Outcome.BLOCKED
    assert found.flows["one", "three"].forward is Outcome.UNKNOWN


def hub(subnets: Value) -> list[Resource]:
    """Two peered VPCs, one attached to a transit gateway: its intra subnet has no route, its private one has."""
    gateway = made("aws_ec2_transit_gateway.hub")
    peering = made(
        "aws_vpc_peering_connection.p", vpc_id=ref("aws_vpc.one"), peer_vpc_id=ref("aws_vpc.two"), auto_accept=True
    )
    attached = made(
        "aws_ec2_transit_gateway_vpc_attachment.one",
        transit_gateway_id=ref(gateway.address),
        vpc_id=ref("aws_vpc.one"),
        subnet_ids=subnets,
    )
    tables = [
        made(f"aws_route_table.{name}", vpc_id=ref(f"aws_vpc.{vpc}"))
        for name, vpc in (("private", "one"), ("two", "two"))
    ]
    routes = [
        made(
            f"aws_route.{name}",
            route_table_id=ref(f"aws_route_table.{name}"),
            destination_cidr_block="10.0.0.0/8",
            vpc_peering_connection_id=ref(peering.address),
        )
        for name in ("private", "two")
    ]
    linked = [
        made(
            f"aws_route_table_association.{name}",
            route_table_id=ref(f"aws_route_table.{name}"),
            subnet_id=ref(f"aws_subnet.{name}"),
        )
        for name in ("private", "two")
    ]
    own = [subnet("private", "one", "10.1.1.0/24"), subnet("intra", "one", "10.1.2.0/24")]
    return [*TWO, gateway, peering, attached, *tables, *routes, *linked, *own, IN_TWO]


def test_a_flow_blocked_only_in_possible_attachment_subnets_is_unknown() -> None:
    """With the attachment in the intra subnet, which has no route, the private one is what hosts are in."""
    known = network(*hub((ref("aws_subnet.intra"),)))
    assert known.flows["one", "two"].works
    unknown = network(*hub((NOT_GIVEN,)))
    assert unknown.flows["one", "two"].forward is Outcome.UNKNOWN
    assert unknown.trace("one", "two").outcome is Outcome.UNKNOWN
    # Neither of them has a way to the internet, whichever is the attachment's.
    assert unknown.flows["one", "internet"].forward is Outcome.BLOCKED
    assert unknown.trace("one", "internet").outcome is Outcome.BLOCKED
    whys = {unknown_results.why for unknown_results in unknown.prove().unknown_results}
    assert whys == {
        "which subnets of aws_vpc.one are those of aws_ec2_transit_gateway_vpc_attachment.one: known after apply"
    }


def test_a_note_of_the_reader_is_listed_once() -> None:
    graph = Graph({r.address: r for r in (*TWO, IN_TWO)}, ("taken to be so",))
    assert subject(graph).prove().notes.count("taken to be so") == 1


def dual(*routes: Resource) -> Analysis:
    """Two dual-stack VPCs, peered, each with one table for its subnet."""
    resources: list[Resource] = [
        made(
            "aws_vpc_peering_connection.p", vpc_id=ref("aws_vpc.one"), peer_vpc_id=ref("aws_vpc.two"), auto_accept=True
        )
    ]
    for number, name in enumerate(("one", "two"), 1):
        owner = ref(f"aws_vpc.{name}")
        v6 = f"2600:1f00:0:{number}00::/56"
        resources += [
            made(owner.address, cidr_block=f"10.{number}.0.0/16", ipv6_cidr_block=v6, tags={"Name": name}),
            made(
                f"aws_subnet.{name}",
                vpc_id=owner,
                cidr_block=f"10.{number}.1.0/24",
                ipv6_cidr_block=v6.replace("/56", "/64"),
                availability_zone="us-east-1a",
            ),
            made(f"aws_egress_only_internet_gateway.{name}", vpc_id=owner),
            made(f"aws_route_table.{name}", vpc_id=owner),
            made(
                f"aws_route_table_association.{name}",
                subnet_id=ref(f"aws_subnet.{name}"),
                route_table_id=ref(f"aws_route_table.{name}"),
            ),
        ]
    return network(*resources, *routes)


def route(name: str, table: str, target: str, argument: str, **to: str) -> Resource:
    return made(f"aws_route.{name}", route_table_id=ref(f"aws_route_table.{table}"), **to, **{argument: ref(target)})


OVER_IPV4 = [
    route(name, name, "aws_vpc_peering_connection.p", "vpc_peering_connection_id", destination_cidr_block="10.0.0.0/8")
    for name in ("one", "two")
]
OUT_OVER_IPV6 = route(
    "out",
    "one",
    "aws_egress_only_internet_gateway.one",
    "egress_only_gateway_id",
    destination_ipv6_cidr_block="::/0",
)


def test_dual_stack_vpcs_need_one_ip_version_that_works() -> None:
    found = dual(*OVER_IPV4, OUT_OVER_IPV6)
    assert found.flows["one", "two"].works
    assert found.flows["two", "one"].works
    traced = found.trace("one", "two")
    assert traced.works
    packets = [trip.forward.packet for trip in traced.trips]
    assert [":" in str(packet.source) for packet in packets] == [":" in str(packet.destination) for packet in packets]


def test_an_egress_only_gateway_allows_no_inbound_access() -> None:
    found = dual(OUT_OVER_IPV6)
    flow = found.flows["one", "internet"]
    assert flow.works
    assert flow.exit == "aws_egress_only_internet_gateway.one"
    assert found.trace("one", "internet").works
    assert found.flows["internet", "one"].forward is Outcome.BLOCKED
    assert found.flows["two", "internet"].forward is Outcome.BLOCKED


def test_a_lost_ip_version_is_a_difference() -> None:
    before = dual(*OVER_IPV4, OUT_OVER_IPV6)
    over_ipv6 = [
        route(
            f"six_{a}", a, "aws_vpc_peering_connection.p", "vpc_peering_connection_id", destination_ipv6_cidr_block=to
        )
        for a, to in (("one", "2600:1f00:0:200::/56"), ("two", "2600:1f00:0:100::/56"))
    ]
    after = dual(*OVER_IPV4, OUT_OVER_IPV6, *over_ipv6)
    assert {(c.kind, c.source, c.destination) for c in compare(before, after).changes} == {
        (ChangeKind.GAINED, "one", "two"),
        (ChangeKind.GAINED, "two", "one"),
    }


def test_locations_without_a_common_ip_version_cannot_be_traced() -> None:
    six = made("aws_subnet.six", vpc_id=ref("aws_vpc.one"), ipv6_cidr_block="2600:1f00:0:1::/64")
    with pytest.raises(ProofError, match="have no IP version in common"):
        network(*TWO, six, IN_TWO).trace("one", "two")


def behind_an_endpoint(edge: str) -> Analysis:
    """A VPC whose internet gateway sends what is for `edge` through an endpoint, as the hosts' own subnet does."""
    one, endpoint, gateway = ref("aws_vpc.one"), "aws_vpc_endpoint.e", "aws_internet_gateway.i"
    resources = [
        vpc("one", "10.1.0.0/16"),
        subnet("hosts", "one", "10.1.1.0/24"),
        subnet("firewall", "one", "10.1.2.0/24"),
        made(gateway, vpc_id=one),
        made(
            endpoint,
            vpc_id=one,
            vpc_endpoint_type="GatewayLoadBalancer",
            service_name="com.amazonaws.vpce.us-east-1.vpce-svc-1",
            subnet_ids=(ref("aws_subnet.firewall"),),
        ),
    ]
    for name, to, argument, target in (
        ("hosts", "0.0.0.0/0", "vpc_endpoint_id", endpoint),
        ("firewall", "0.0.0.0/0", "gateway_id", gateway),
        ("edge", edge, "vpc_endpoint_id", endpoint),
    ):
        table = f"aws_route_table.{name}"
        where = {"gateway_id": ref(gateway)} if name == "edge" else {"subnet_id": ref(f"aws_subnet.{name}")}
        resources += [
            made(table, vpc_id=one, route=({"cidr_block": to, argument: ref(target)},)),
            made(f"aws_route_table_association.{name}", route_table_id=ref(table), **where),
        ]
    return network(*resources)


def test_hosts_behind_an_internet_facing_firewall_have_public_addresses() -> None:
    found = behind_an_endpoint("10.1.1.0/24")
    assert found.flows["one", "internet"].works
    assert found.flows["internet", "one"].works
    ways = [t.forward.paths[0].hops for t in found.trace("internet", "one").trips]
    assert any(hop.address == "aws_vpc_endpoint.e" for hops in ways for hop in hops)
    # A route for another subnet does not matter: the hosts of this one are private, and not reachable.
    other = behind_an_endpoint("10.1.3.0/24")
    assert other.flows["internet", "one"].forward is Outcome.BLOCKED
    assert other.flows["one", "internet"].forward is Outcome.BLOCKED
