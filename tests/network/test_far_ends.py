"""Ends that another team owns, or AWS: default tables that move, peers, acceptance, Direct Connect, regional NAT."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from isthmus.network.answers import AtSite, InSubnet, Internet, Outcome, Packet, Position, RoundTrip
from isthmus.network.forwarding import Forwarding
from isthmus.network.from_terraform import network_of
from isthmus.network.model import AdvertisedPrefix, Network, Site, Unknown
from isthmus.terraform.graph import Graph
from tests.network.worlds import graph_of

T = "aws_ec2_transit_gateway"
Body = dict[str, dict[str, dict[str, Any]]]
REACHABLE, BLOCKED, UNKNOWN = Outcome.REACHABLE, Outcome.BLOCKED, Outcome.UNKNOWN


def pair(**gateways: str) -> Body:
    """VPCs `a` (10.1/16) and `b` (10.2/16), each attached to a transit gateway, with a route to the other."""
    made: Body = defaultdict(dict)
    for name, net, other in (("a", "10.1", "10.2"), ("b", "10.2", "10.1")):
        gateway = f"${{{T}.{gateways.get(name, 'g')}.id}}"
        made[T][gateways.get(name, "g")] = {}
        made["aws_vpc"][name] = {"cidr_block": f"{net}.0.0/16"}
        made["aws_subnet"][name] = {
            "vpc_id": f"${{aws_vpc.{name}.id}}",
            "cidr_block": f"{net}.1.0/24",
            "availability_zone": "us-east-1a",
        }
        made[f"{T}_vpc_attachment"][name] = {
            "vpc_id": f"${{aws_vpc.{name}.id}}",
            "transit_gateway_id": gateway,
            "subnet_ids": [f"${{aws_subnet.{name}.id}}"],
        }
        made["aws_route"][name] = {
            "route_table_id": f"${{aws_vpc.{name}.main_route_table_id}}",
            "destination_cidr_block": f"{other}.0.0/16",
            "transit_gateway_id": gateway,
        }
    return made


def trip(network: Network, source: Position, destination: Position, *sites: Site) -> RoundTrip:
    return Forwarding(network, sites=sites).both_ways(Packet(source, destination))


def between(graph: Graph, one: str = "a", other: str = "b") -> Outcome:
    return trip(network_of(graph), InSubnet(f"aws_subnet.{one}"), InSubnet(f"aws_subnet.{other}")).forward.outcome


# --- default tables


def moving(which: str, *later: str) -> Graph:
    """`pair`, with the default table of one kind moved to a table that nothing is associated with."""
    made = pair()
    made[f"{T}_route_table"]["other"] = {"transit_gateway_id": f"${{{T}.g.id}}"}
    change = f"{T}_default_route_table_{which}"
    made[change]["c"] = {
        "transit_gateway_id": f"${{{T}.g.id}}",
        "transit_gateway_route_table_id": f"${{{T}_route_table.other.id}}",
    }
    graph = graph_of(made)
    attachments = {
        address: replace(graph.resources[address], depends_on=(f"{change}.c",))
        for address in (f"{T}_vpc_attachment.{name}" for name in later)
    }
    return replace(graph, resources={**graph.resources, **attachments})


def test_the_default_table_to_propagate_to_is_another_than_the_one_to_be_associated_with() -> None:
    network = network_of(moving("propagation", "a", "b"))
    attachments = [f"{T}_vpc_attachment.a", f"{T}_vpc_attachment.b"]
    first = f"{T}.g.association_default_route_table_id"
    assert {network.attachments[a].table for a in attachments} == {first}
    assert network.tgw_tables[first].propagations == ()
    assert set(network.tgw_tables[f"{T}_route_table.other"].propagations) == set(attachments)
    assert between(moving("propagation", "a", "b")) is BLOCKED


def test_what_is_attached_after_the_association_default_moved_is_in_the_new_table() -> None:
    network = network_of(moving("association", "a", "b"))
    assert {a.table for a in network.attachments.values()} == {f"{T}_route_table.other"}
    assert between(moving("association", "a", "b")) is BLOCKED


@pytest.mark.parametrize("which", ["association", "propagation"])
def test_without_an_order_it_is_not_known_which_default_applied(which: str) -> None:
    assert between(moving(which)) is UNKNOWN


# --- peering of transit gateways


def peered(*, accepted: bool = True, associated: str = "b") -> Graph:
    """Two transit gateways, peered: each with a table, a static route to the other's VPC, and an association."""
    made = pair(a="one", b="two")
    for gateway in ("one", "two"):
        made[T][gateway] = {"default_route_table_association": "disable", "default_route_table_propagation": "disable"}
        made[f"{T}_route_table"][gateway] = {"transit_gateway_id": f"${{{T}.{gateway}.id}}"}
    made[f"{T}_peering_attachment"]["p"] = {
        "transit_gateway_id": f"${{{T}.one.id}}",
        "peer_transit_gateway_id": f"${{{T}.two.id}}",
        "peer_region": "us-west-2",
    }
    peer = {"one": f"${{{T}_peering_attachment.p.id}}", "two": f"${{{T}_peering_attachment.p.id}}"}
    if accepted:
        made[f"{T}_peering_attachment_accepter"]["p"] = {
            "transit_gateway_attachment_id": f"${{{T}_peering_attachment.p.id}}"
        }
        peer["two"] = f"${{{T}_peering_attachment_accepter.p.id}}"
    for name, gateway, there in (("a", "one", "10.2.0.0/16"), ("b", "two", "10.1.0.0/16")):
        table = f"${{{T}_route_table.{gateway}.id}}"
        for what, end in (("vpc", f"${{{T}_vpc_attachment.{name}.id}}"), ("peer", peer[gateway])):
            if what == "peer" and name == "b" and associated != "b":
                continue
            made[f"{T}_route_table_association"][f"{gateway}_{what}"] = {
                "transit_gateway_attachment_id": end,
                "transit_gateway_route_table_id": table,
            }
        made[f"{T}_route_table_propagation"][gateway] = {
            "transit_gateway_attachment_id": f"${{{T}_vpc_attachment.{name}.id}}",
            "transit_gateway_route_table_id": table,
        }
        made[f"{T}_route"][gateway] = {
            "destination_cidr_block": there,
            "transit_gateway_attachment_id": peer[gateway],
            "transit_gateway_route_table_id": table,
        }
    return graph_of(made)


def test_a_peering_attachment_has_an_association_at_each_gateway() -> None:
    network = network_of(peered())
    assert network.findings == ()
    address = f"{T}_peering_attachment.p"
    assert network.attachments[address].table == f"{T}_route_table.one"
    assert network.attachments[f"{address}.peer"].table == f"{T}_route_table.two"


def test_packets_cross_a_peering_by_the_association_of_each_side() -> None:
    assert between(peered(), "a", "b") is REACHABLE
    assert between(peered(), "b", "a") is REACHABLE
    # What comes out of the peering at the second gateway goes nowhere without an association of its own.
    assert between(peered(associated=""), "a", "b") is BLOCKED


def test_a_peering_that_nothing_here_accepts_carries_nothing_that_is_known() -> None:
    assert between(peered(accepted=False), "a", "b") is UNKNOWN


# --- acceptance


def shared(**gateway: Any) -> Graph:
    """`pair`, with VPC `b` and its attachment in another account than the transit gateway."""
    made = pair()
    made[T]["g"] = gateway
    graph = graph_of(made)
    of_the_other = {"aws_vpc.b", "aws_subnet.b", f"{T}_vpc_attachment.b", "aws_route.b"}
    located = {
        a: replace(r, account="222222222222" if a in of_the_other else "111111111111")
        for a, r in graph.resources.items()
    }
    return replace(graph, resources=located)


def test_an_attachment_from_another_account_waits_until_it_is_accepted() -> None:
    assert between(shared()) is UNKNOWN
    assert between(shared(auto_accept_shared_attachments="enable")) is REACHABLE
    accepter = {
        f"{T}_vpc_attachment_accepter": {"b": {"transit_gateway_attachment_id": f"${{{T}_vpc_attachment.b.id}}"}}
    }
    waiting = shared()
    accepted = replace(waiting, resources={**waiting.resources, **graph_of(accepter).resources})
    assert between(accepted) is REACHABLE


# --- virtual private gateways


def at_gateway(**more: dict[str, dict[str, Any]]) -> Graph:
    """A VPC whose main table learns from a virtual private gateway."""
    made: Body = defaultdict(dict)
    made["aws_vpc"]["a"] = {"cidr_block": "10.1.0.0/16"}
    made["aws_subnet"]["a"] = {
        "vpc_id": "${aws_vpc.a.id}",
        "cidr_block": "10.1.1.0/24",
        "availability_zone": "us-east-1a",
    }
    made["aws_vpn_gateway"]["v"] = {"vpc_id": "${aws_vpc.a.id}"}
    made["aws_vpn_gateway_route_propagation"]["a"] = {
        "vpn_gateway_id": "${aws_vpn_gateway.v.id}",
        "route_table_id": "${aws_vpc.a.main_route_table_id}",
    }
    return graph_of({**made, **more})


VIF = {"aws_dx_private_virtual_interface": {"i": {"vpn_gateway_id": "${aws_vpn_gateway.v.id}"}}}


def test_a_gateway_whose_connections_are_elsewhere_learns_what_is_not_known() -> None:
    network = network_of(at_gateway())
    assert trip(network, InSubnet("aws_subnet.a"), Internet()).forward.outcome is UNKNOWN


def test_a_private_virtual_interface_is_a_connection_of_its_gateway() -> None:
    network = network_of(at_gateway(**VIF))
    assert trip(network, InSubnet("aws_subnet.a"), Internet()).forward.outcome is UNKNOWN
    interface = "aws_dx_private_virtual_interface.i"
    site = Site("dc", (interface,), (AdvertisedPrefix(ip_network("172.16.0.0/16")),))
    for one, other in ((InSubnet("aws_subnet.a"), AtSite("dc")), (AtSite("dc"), InSubnet("aws_subnet.a"))):
        assert trip(network, one, other, site).outcome is REACHABLE
    assert trip(network, InSubnet("aws_subnet.a"), Internet(), site).forward.outcome is BLOCKED


def test_an_interface_that_ends_at_a_direct_connect_gateway_is_none_of_the_gateways() -> None:
    elsewhere = {"aws_dx_private_virtual_interface": {"i": {"dx_gateway_id": "${aws_dx_gateway.d.id}"}}}
    network = network_of(at_gateway(**elsewhere, aws_dx_gateway={"d": {"amazon_side_asn": "64512"}}))
    assert list(network.dx_gateways) == ["aws_dx_gateway.d"]


def test_an_association_without_prefixes_advertises_the_vpc() -> None:
    association: dict[str, Any] = {
        "dx_gateway_id": "${aws_dx_gateway.d.id}",
        "associated_gateway_id": "${aws_vpn_gateway.v.id}",
    }
    more: Body = {"aws_dx_gateway": {"d": {}}, "aws_dx_gateway_association": {"d": association}}
    network = network_of(at_gateway(**more))
    site = Site("dc", ("aws_dx_gateway.d",), (AdvertisedPrefix(ip_network("172.16.0.0/16")),))
    assert trip(network, AtSite("dc"), InSubnet("aws_subnet.a"), site).outcome is REACHABLE
    association["allowed_prefixes"] = ["10.99.0.0/16"]
    narrow = network_of(at_gateway(**more))
    assert trip(narrow, AtSite("dc"), InSubnet("aws_subnet.a"), site).forward.outcome is BLOCKED


# --- addresses that AWS chooses, and addresses that are wrong


def two_subnets(**vpc: Any) -> Graph:
    made: Body = defaultdict(dict)
    made["aws_vpc"]["a"] = vpc
    for number, name in enumerate("ab"):
        made["aws_subnet"][name] = {"vpc_id": "${aws_vpc.a.id}", "cidr_block": f"10.1.{number}.0/24"}
    return graph_of(made)


def test_subnets_of_one_vpc_reach_each_other_whatever_its_cidr() -> None:
    pooled = network_of(two_subnets(ipv4_ipam_pool_id="ipam-pool-1", ipv4_netmask_length=16))
    assert trip(pooled, InSubnet("aws_subnet.a"), InSubnet("aws_subnet.b")).outcome is REACHABLE
    assert trip(pooled, InSubnet("aws_subnet.a"), Internet()).forward.outcome is UNKNOWN


def test_a_nat_gateway_in_a_subnet_without_a_known_cidr_is_unknown_and_no_crash() -> None:
    made: Body = defaultdict(dict)
    made["aws_vpc"]["a"] = {"cidr_block": "10.1.0.0/16"}
    made["aws_subnet"]["a"] = {"vpc_id": "${aws_vpc.a.id}", "cidr_block": "10.1.0.0/24"}
    made["aws_subnet"]["p"] = {"vpc_id": "${aws_vpc.a.id}"}
    made["aws_internet_gateway"]["g"] = {"vpc_id": "${aws_vpc.a.id}"}
    made["aws_nat_gateway"]["n"] = {"subnet_id": "${aws_subnet.p.id}"}
    for name, target in (
        ("a", {"nat_gateway_id": "${aws_nat_gateway.n.id}"}),
        ("p", {"gateway_id": "${aws_internet_gateway.g.id}"}),
    ):
        made["aws_route_table"][name] = {
            "vpc_id": "${aws_vpc.a.id}",
            "route": [{"cidr_block": "0.0.0.0/0", **target}],
        }
        made["aws_route_table_association"][name] = {
            "subnet_id": f"${{aws_subnet.{name}.id}}",
            "route_table_id": f"${{aws_route_table.{name}.id}}",
        }
    made["aws_network_acl"]["p"] = {
        "vpc_id": "${aws_vpc.a.id}",
        "subnet_ids": ["${aws_subnet.p.id}"],
        "ingress": [{"rule_no": 1, "protocol": "-1", "action": "allow", "cidr_block": "10.1.0.0/24"}],
        "egress": [{"rule_no": 1, "protocol": "-1", "action": "allow", "cidr_block": "0.0.0.0/0"}],
    }
    found = trip(network_of(graph_of(made)), InSubnet("aws_subnet.a"), Internet())
    assert found.outcome is not REACHABLE


def test_an_ipv4_prefix_where_an_ipv6_one_belongs_is_unknown() -> None:
    graph = two_subnets(cidr_block="10.1.0.0/16")
    wrong = replace(
        graph.resources["aws_subnet.a"],
        values={**graph.resources["aws_subnet.a"].values, "ipv6_cidr_block": "10.1.0.0/24"},
    )
    network = network_of(replace(graph, resources={**graph.resources, "aws_subnet.a": wrong}))
    assert isinstance(network.subnets["aws_subnet.a"].cidrs[1], Unknown)
    assert trip(network, InSubnet("aws_subnet.a"), InSubnet("aws_subnet.b")).outcome is not BLOCKED


# --- regional NAT gateways


def regional(*, internet: bool = True, **nat: Any) -> Graph:
    made: Body = defaultdict(dict)
    for name, cidr in (("a", "10.1"), ("b", "10.2")):
        made["aws_vpc"][name] = {"cidr_block": f"{cidr}.0.0/16"}
    made["aws_subnet"]["a"] = {"vpc_id": "${aws_vpc.a.id}", "cidr_block": "10.1.0.0/24"}
    made["aws_nat_gateway"]["n"] = {"vpc_id": "${aws_vpc.a.id}", "availability_mode": "regional", **nat}
    if internet:
        made["aws_internet_gateway"]["g"] = {"vpc_id": "${aws_vpc.a.id}"}
    made["aws_route"]["a"] = {
        "route_table_id": "${aws_vpc.a.main_route_table_id}",
        "destination_cidr_block": "0.0.0.0/0",
        "nat_gateway_id": "${aws_nat_gateway.n.id}",
    }
    return graph_of(made)


@pytest.mark.parametrize(
    ("graph", "outcome"),
    [
        (regional(), REACHABLE),
        (regional(internet=False), BLOCKED),
        (regional(vpc_id="${aws_vpc.b.id}"), BLOCKED),
        (regional(availability_mode="tomorrow"), UNKNOWN),
        (regional(connectivity_type="private"), UNKNOWN),
    ],
)
def test_a_regional_nat_gateway_leads_to_the_internet_gateway_of_its_vpc(graph: Graph, outcome: Outcome) -> None:
    found = trip(network_of(graph), InSubnet("aws_subnet.a"), Internet())
    assert found.forward.outcome is outcome
    if outcome is REACHABLE:
        assert found.outcome is REACHABLE
