"""From a resource graph to facts: defaults, accepters, kinds, and what is unknown."""

from ipaddress import ip_network
from typing import Any

import pytest

from isthmus.network.answers import InSubnet, Outcome, Packet
from isthmus.network.filters import allows_everything
from isthmus.network.forwarding import Forwarding
from isthmus.network.from_terraform import network_of
from isthmus.network.model import AttachmentKind, Network, Target, TargetKind, Unknown
from isthmus.terraform.graph import Graph, Ref, Resource


def graph(*resources: Resource, unexpanded: tuple[Resource, ...] = ()) -> Graph:
    return Graph({r.address: r for r in resources}, unexpanded={r.address: r for r in unexpanded})


def made(address: str, **values: Any) -> Resource:
    return Resource(address, address.split(".")[0], values)


def ref(address: str, attribute: str = "id") -> Ref:
    return Ref(address, attribute)


def vpc(name: str, cidr: str = "10.1.0.0/16", zone: str = "use1-az1") -> list[Resource]:
    """A VPC with one subnet in its main table, attached to `aws_ec2_transit_gateway.hub`."""
    return [
        made(f"aws_vpc.{name}", cidr_block=cidr),
        made(
            f"aws_subnet.{name}",
            vpc_id=ref(f"aws_vpc.{name}"),
            cidr_block=cidr.replace("/16", "/24"),
            availability_zone_id=zone,
        ),
        made(
            f"aws_ec2_transit_gateway_vpc_attachment.{name}",
            transit_gateway_id=ref("aws_ec2_transit_gateway.hub"),
            vpc_id=ref(f"aws_vpc.{name}"),
            subnet_ids=(ref(f"aws_subnet.{name}"),),
        ),
        made(
            f"aws_route.{name}",
            route_table_id=ref(f"aws_vpc.{name}", "main_route_table_id"),
            destination_cidr_block="10.0.0.0/8",
            transit_gateway_id=ref("aws_ec2_transit_gateway.hub"),
        ),
    ]


HUB = made("aws_ec2_transit_gateway.hub")
CLOSED = made(
    "aws_ec2_transit_gateway.hub",
    default_route_table_association="disable",
    default_route_table_propagation="disable",
)
TABLE = made("aws_ec2_transit_gateway_route_table.t", transit_gateway_id=ref("aws_ec2_transit_gateway.hub"))


def joins(kind: str, name: str, attachment: Ref, table: str = TABLE.address) -> Resource:
    return made(
        f"aws_ec2_transit_gateway_route_table_{kind}.{name}",
        transit_gateway_attachment_id=attachment,
        transit_gateway_route_table_id=ref(table),
    )


def outcome(network: Network, one: str, other: str) -> Outcome:
    return Forwarding(network).both_ways(Packet(InSubnet(f"aws_subnet.{one}"), InSubnet(f"aws_subnet.{other}"))).outcome


def test_by_default_everyone_reaches_everyone() -> None:
    network = network_of(graph(HUB, *vpc("a"), *vpc("b", "10.2.0.0/16")))
    table = "aws_ec2_transit_gateway.hub.association_default_route_table_id"
    assert {a.table for a in network.attachments.values()} == {table}
    assert outcome(network, "a", "b") is Outcome.REACHABLE
    assert network.findings == ()


def test_with_both_defaults_off_no_vpc_reaches_another() -> None:
    network = network_of(graph(CLOSED, *vpc("a"), *vpc("b", "10.2.0.0/16")))
    assert {a.table for a in network.attachments.values()} == {None}
    assert network.tgw_tables == {}
    assert outcome(network, "a", "b") is Outcome.BLOCKED


def test_an_attachment_may_decline_the_default_table() -> None:
    a = "aws_ec2_transit_gateway_vpc_attachment.a"
    resources = {r.address: r for r in (HUB, *vpc("a"), *vpc("b", "10.2.0.0/16"))}
    off = {"transit_gateway_default_route_table_association": False}
    resources[a] = made(a, **resources[a].values, **off)
    network = network_of(Graph(resources))
    assert network.attachments[a].table is None
    assert a in network.tgw_tables["aws_ec2_transit_gateway.hub.association_default_route_table_id"].propagations


def test_an_accepter_is_the_attachment_it_accepts_and_decides_the_flags() -> None:
    a = "aws_ec2_transit_gateway_vpc_attachment.a"
    accepter = "aws_ec2_transit_gateway_vpc_attachment_accepter.a"
    network = network_of(
        graph(
            HUB,
            TABLE,
            *vpc("a"),
            made(
                accepter,
                transit_gateway_attachment_id=ref(a),
                transit_gateway_default_route_table_association=False,
                transit_gateway_default_route_table_propagation=False,
            ),
            joins("association", "a", ref(accepter)),
            joins("propagation", "a", ref(accepter)),
        )
    )
    assert list(network.attachments) == [a]
    assert network.attachments[a].aliases == (accepter,)
    assert network.attachments[a].table == TABLE.address
    assert network.tgw_tables[TABLE.address].propagations == (a,)
    assert network.findings == ()


def test_an_attachment_associated_by_default_and_once_more_is_found() -> None:
    attachment = ref("aws_ec2_transit_gateway_vpc_attachment.a")
    network = network_of(graph(HUB, TABLE, *vpc("a"), joins("association", "a", attachment)))
    assert [f.rule for f in network.findings] == ["double-association"]
    assert isinstance(network.attachments[attachment.address].table, Unknown)


def test_an_attachment_that_two_resources_associate_with_one_table_is_found() -> None:
    attachment = ref("aws_ec2_transit_gateway_vpc_attachment.a")
    hub = made(HUB.address, **{**HUB.values, "default_route_table_association": "disable"})
    one, two = joins("association", "a", attachment), joins("association", "b", attachment)
    once = network_of(graph(hub, TABLE, *vpc("a"), one))
    twice = network_of(graph(hub, TABLE, *vpc("a"), one, two))
    assert once.findings == ()
    assert [(f.rule, f.resources) for f in twice.findings] == [("double-association", (one.address, two.address))]
    assert twice.attachments[attachment.address].table == TABLE.address


def test_an_attachment_id_where_a_gateway_id_belongs_is_found() -> None:
    resources = {r.address: r for r in (HUB, *vpc("a"))}
    wrong = ref("aws_ec2_transit_gateway_vpc_attachment.a")
    resources["aws_route.a"] = made("aws_route.a", **{**resources["aws_route.a"].values, "transit_gateway_id": wrong})
    network = network_of(Graph(resources))
    assert [(f.rule, f.resources[0]) for f in network.findings] == [("wrong-kind-of-id", "aws_route.a")]


def test_a_vpn_attachment_is_named_by_its_own_attribute() -> None:
    vpn = made(
        "aws_vpn_connection.dc",
        transit_gateway_id=ref("aws_ec2_transit_gateway.hub"),
        customer_gateway_id=ref("aws_customer_gateway.dc"),
    )
    cgw = made("aws_customer_gateway.dc", bgp_asn="65000")
    good = joins("propagation", "dc", ref(vpn.address, "transit_gateway_attachment_id"))
    network = network_of(graph(CLOSED, TABLE, vpn, cgw, good))
    assert network.attachments[vpn.address].kind is AttachmentKind.VPN
    assert network.tgw_tables[TABLE.address].propagations == (vpn.address,)
    assert network.vpns[vpn.address].static is False
    bad = network_of(graph(CLOSED, TABLE, vpn, cgw, joins("propagation", "dc", ref(vpn.address))))
    assert [f.rule for f in bad.findings] == ["wrong-kind-of-id"]
    assert isinstance(bad.tgw_tables[TABLE.address].propagations[0], Unknown)


def test_a_route_of_an_unknown_table_makes_every_table_unknown() -> None:
    stray = made(
        "aws_route.stray",
        route_table_id=Unknown("var.table"),
        destination_cidr_block="10.2.0.0/16",
        transit_gateway_id=ref("aws_ec2_transit_gateway.hub"),
    )
    network = network_of(graph(HUB, *vpc("a"), *vpc("b", "10.2.0.0/16"), stray))
    assert outcome(network, "a", "b") is Outcome.UNKNOWN


def test_resources_of_unknown_number_make_what_they_touch_unknown() -> None:
    maybe = made(
        "aws_ec2_transit_gateway_route.maybe[?]",
        transit_gateway_route_table_id=ref("aws_ec2_transit_gateway.hub", "association_default_route_table_id"),
        destination_cidr_block="10.2.0.0/16",
        blackhole=True,
    )
    route = made(
        "aws_route.maybe[?]",
        route_table_id=ref("aws_vpc.a", "main_route_table_id"),
        destination_cidr_block="10.2.0.0/16",
        transit_gateway_id=ref("aws_ec2_transit_gateway.hub"),
    )
    resources = (HUB, *vpc("a"), *vpc("b", "10.2.0.0/16"))
    assert outcome(network_of(graph(*resources)), "a", "b") is Outcome.REACHABLE
    for uncounted in (maybe, route):
        assert outcome(network_of(graph(*resources, unexpanded=(uncounted,))), "a", "b") is Outcome.UNKNOWN
        elsewhere = made(uncounted.address, **{**uncounted.values, "destination_cidr_block": "10.3.0.0/16"})
        assert outcome(network_of(graph(*resources, unexpanded=(elsewhere,))), "a", "b") is Outcome.REACHABLE


def test_the_default_network_acl_allows_everything_until_it_is_taken_over() -> None:
    network = network_of(graph(HUB, *vpc("a")))
    assert allows_everything(network.nacls["aws_vpc.a.default_network_acl_id"])
    own = made("aws_default_network_acl.a", default_network_acl_id=ref("aws_vpc.a", "default_network_acl_id"))
    taken = network_of(graph(HUB, *vpc("a"), own))
    assert taken.subnets["aws_subnet.a"].nacl == own.address
    assert taken.nacls[own.address].inbound == ()


def test_the_default_route_table_resource_is_the_main_table() -> None:
    own = made(
        "aws_default_route_table.a",
        default_route_table_id=ref("aws_vpc.a", "default_route_table_id"),
        route=({"cidr_block": "0.0.0.0/0", "transit_gateway_id": ref("aws_ec2_transit_gateway.hub")},),
    )
    network = network_of(graph(HUB, *vpc("a"), own))
    assert network.subnets["aws_subnet.a"].table == own.address
    assert [str(r.destination) for r in network.tables[own.address].routes] == ["0.0.0.0/0", "10.0.0.0/8"]


def test_firewall_endpoints_are_distinguished_by_zone() -> None:
    firewall = made(
        "aws_networkfirewall_firewall.fw",
        vpc_id=ref("aws_vpc.a"),
        subnet_mapping=({"subnet_id": ref("aws_subnet.a")}, {"subnet_id": ref("aws_subnet.a2")}),
    )
    other = made("aws_subnet.a2", vpc_id=ref("aws_vpc.a"), cidr_block="10.1.1.0/24", availability_zone_id="use1-az2")
    status = 'firewall_status[0].sync_states["use1-az2"].attachment[0].endpoint_id'
    route = made(
        "aws_route.fw",
        route_table_id=ref("aws_vpc.a", "main_route_table_id"),
        destination_cidr_block="0.0.0.0/0",
        vpc_endpoint_id=ref(firewall.address, status),
    )
    network = network_of(graph(HUB, *vpc("a"), other, firewall, route))
    targets = [r.target for r in network.tables["aws_vpc.a.main_route_table_id"].routes]
    assert Target(TargetKind.FIREWALL_ENDPOINT, "aws_networkfirewall_firewall.fw[aws_subnet.a2]") in targets


@pytest.mark.parametrize(
    ("resource", "rule"),
    [
        (made("aws_subnet.x", vpc_id=ref("aws_vpc.a"), cidr_block="10.9.0.0/24"), "subnet-outside-vpc"),
        (made("aws_subnet.x", vpc_id=ref("aws_vpc.a"), cidr_block="10.1.0.128/25"), "overlapping-subnets"),
        (
            made(
                "aws_route.x",
                route_table_id=ref("aws_vpc.a", "main_route_table_id"),
                destination_cidr_block="10.1.2.0/24",
                transit_gateway_id=ref("aws_ec2_transit_gateway.hub"),
            ),
            "route-inside-vpc",
        ),
        (
            made(
                "aws_route.x",
                route_table_id=ref("aws_vpc.a", "main_route_table_id"),
                destination_cidr_block="10.0.0.0/8",
                transit_gateway_id=ref("aws_ec2_transit_gateway.hub"),
            ),
            "duplicate-route",
        ),
        (
            made(
                "aws_route.x",
                route_table_id=ref("aws_vpc.a", "main_route_table_id"),
                destination_cidr_block="0.0.0.0/0",
                gateway_id=ref("aws_internet_gateway.detached"),
            ),
            "route-target-elsewhere",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_structural_findings_name_the_resource(resource: Resource, rule: str) -> None:
    network = network_of(graph(HUB, *vpc("a"), made("aws_internet_gateway.detached"), resource))
    assert [(f.rule, f.resources[0]) for f in network.findings] == [(rule, resource.address)]


def test_overlapping_vpcs_are_found_and_their_routes_are_unknown() -> None:
    network = network_of(graph(HUB, *vpc("a"), *vpc("b", "10.2.0.0/16"), *vpc("c", "10.2.0.0/16")))
    assert [f.rule for f in network.findings] == ["overlapping-vpcs"]
    trace = Forwarding(network).forward(Packet(InSubnet("aws_subnet.a"), InSubnet("aws_subnet.b")))
    assert trace.outcome is Outcome.UNKNOWN


def test_a_cidr_from_a_pool_is_unknown_not_absent() -> None:
    network = network_of(graph(made("aws_vpc.a", ipv4_ipam_pool_id="pool")))
    assert isinstance(network.vpcs["aws_vpc.a"].cidrs[0], Unknown)
    assert network_of(graph(made("aws_vpc.a", cidr_block="10.1.0.0/16"))).vpcs["aws_vpc.a"].cidrs == (
        ip_network("10.1.0.0/16"),
    )
