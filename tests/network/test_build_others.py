"""Kinds that this project does not generate, read from other configurations."""

from ipaddress import ip_network
from typing import Any

import pytest

from isthmus.network.from_terraform import network_of
from isthmus.network.model import EndpointKind, Network, Unknown
from isthmus.terraform.graph import Graph, Ref, Resource


def network(*resources: Resource, unexpanded: tuple[Resource, ...] = ()) -> Network:
    return network_of(Graph({r.address: r for r in resources}, unexpanded={r.address: r for r in unexpanded}))


def made(address: str, **values: Any) -> Resource:
    return Resource(address, address.split(".")[0], values)


def ref(address: str, attribute: str = "id") -> Ref:
    return Ref(address, attribute)


VPCS = [made(f"aws_vpc.{name}", cidr_block=f"10.{number}.0.0/16") for number, name in enumerate(("one", "two"), 1)]
SUBNET = made("aws_subnet.one", vpc_id=ref("aws_vpc.one"), cidr_block="10.1.0.0/24")
TABLE = made("aws_route_table.one", vpc_id=ref("aws_vpc.one"))
GROUP = made("aws_security_group.one", vpc_id=ref("aws_vpc.one"))


@pytest.mark.parametrize(
    ("connection", "accepter", "active"),
    [
        ({"auto_accept": True}, None, True),
        ({}, {"auto_accept": True}, True),
        ({"accept_status": "active"}, None, True),
        ({}, None, False),
        ({"auto_accept": False}, {}, False),
        ({"accept_status": "pending-acceptance"}, None, False),
        ({"auto_accept": Unknown("var.accept")}, None, False),
    ],
)
def test_a_peering_that_nothing_accepts_is_unknown(
    connection: dict[str, object], accepter: dict[str, object] | None, active: bool
) -> None:
    ends = {"vpc_id": ref("aws_vpc.one"), "peer_vpc_id": ref("aws_vpc.two")}
    parts = [made("aws_vpc_peering_connection.p", **ends, **connection)]
    if accepter is not None:
        named = ref("aws_vpc_peering_connection.p")
        parts.append(made("aws_vpc_peering_connection_accepter.p", vpc_peering_connection_id=named, **accepter))
    (peering,) = network(*VPCS, *parts).peerings.values()
    assert (peering.peer == "aws_vpc.two") is active
    assert active or isinstance(peering.peer, Unknown)


def test_a_peering_and_its_accepter_are_one() -> None:
    requested = made("aws_vpc_peering_connection.p", vpc_id=ref("aws_vpc.one"), peer_vpc_id=ref("aws_vpc.two"))
    accepted = made(
        "aws_vpc_peering_connection_accepter.p", vpc_peering_connection_id=ref(requested.address), auto_accept=True
    )
    route = made(
        "aws_route.two",
        route_table_id=ref("aws_vpc.two", "main_route_table_id"),
        destination_cidr_block="10.1.0.0/16",
        vpc_peering_connection_id=ref(accepted.address),
    )
    found = network(*VPCS, requested, accepted, route)
    (peering,) = found.peerings.values()
    assert (peering.requester, peering.peer) == ("aws_vpc.one", "aws_vpc.two")
    targets = [str(r.target) for table in found.tables.values() for r in table.routes]
    assert [target for target in targets if "peering" in target] == [
        "VPC peering connection aws_vpc_peering_connection.p"
    ]


def test_the_requester_of_an_accepted_peering_is_unknown() -> None:
    accepter = made("aws_vpc_peering_connection_accepter.p", vpc_peering_connection_id="pcx-0a1b2c3d4e5f60718")
    (peering,) = network(*VPCS, accepter).peerings.values()
    assert isinstance(peering.requester, Unknown)
    assert isinstance(peering.peer, Unknown)


def test_entries_of_a_prefix_list_are_blocks_or_resources() -> None:
    inside = made("aws_ec2_managed_prefix_list.sites", entry=({"cidr": "172.20.0.0/16"},), max_entries=5)
    separate = made("aws_ec2_managed_prefix_list_entry.more", prefix_list_id=ref(inside.address), cidr="172.21.0.0/16")
    (found,) = network(inside, separate).prefix_lists.values()
    assert found.entries == (ip_network("172.20.0.0/16"), ip_network("172.21.0.0/16"))
    assert found.max_entries == 5


def test_an_endpoint_has_what_associations_add() -> None:
    endpoint = made("aws_vpc_endpoint.e", vpc_id=ref("aws_vpc.one"), service_name="s3", vpc_endpoint_type="Interface")
    associations = [
        made(
            "aws_vpc_endpoint_subnet_association.e",
            vpc_endpoint_id=ref(endpoint.address),
            subnet_id=ref(SUBNET.address),
        ),
        made(
            "aws_vpc_endpoint_security_group_association.e",
            vpc_endpoint_id=ref(endpoint.address),
            security_group_id=ref(GROUP.address),
        ),
        made(
            "aws_vpc_endpoint_route_table_association.e",
            vpc_endpoint_id=ref(endpoint.address),
            route_table_id=ref(TABLE.address),
        ),
    ]
    (found,) = network(*VPCS, SUBNET, TABLE, GROUP, endpoint, *associations).endpoints.values()
    assert found.kind is EndpointKind.INTERFACE
    assert found.subnets == (SUBNET.address,)
    assert found.security_groups == (GROUP.address,)
    assert found.tables == (TABLE.address,)


def test_an_endpoint_of_an_unknown_kind_is_other_and_names_its_subnet_in_a_block() -> None:
    endpoint = made(
        "aws_vpc_endpoint.e",
        vpc_id=ref("aws_vpc.one"),
        service_name="s",
        vpc_endpoint_type="ServiceNetwork",
        subnet_configuration=({"subnet_id": ref(SUBNET.address), "ipv4": "10.1.0.9"},),
    )
    (found,) = network(*VPCS, SUBNET, endpoint).endpoints.values()
    assert (found.kind, found.subnets[0]) == (EndpointKind.OTHER, SUBNET.address)


def test_routes_of_a_vpn_connection_are_its_own_unless_their_number_is_unknown() -> None:
    vpn_gateway = made("aws_vpn_gateway.v", vpc_id=ref("aws_vpc.one"))
    customer = made("aws_customer_gateway.c", bgp_asn_extended=4_200_000_000, ip_address="203.0.113.10")
    connection = made(
        "aws_vpn_connection.c",
        customer_gateway_id=ref(customer.address),
        vpn_gateway_id=ref(vpn_gateway.address),
        static_routes_only=True,
        tunnel1_inside_cidr="169.254.21.0/30",
    )
    route = made(
        "aws_vpn_connection_route.r",
        vpn_connection_id=ref(connection.address),
        destination_cidr_block="172.20.0.0/16",
    )
    found = network(*VPCS, vpn_gateway, customer, connection, route)
    vpn = found.vpns[connection.address]
    assert (vpn.gateway, vpn.static) == (vpn_gateway.address, True)
    assert vpn.static_routes == (ip_network("172.20.0.0/16"),)
    assert vpn.tunnels[0].inside == ip_network("169.254.21.0/30")
    assert found.customer_gateways[customer.address].asn == 4_200_000_000
    not_expanded = network(*VPCS, vpn_gateway, customer, connection, unexpanded=(route,))
    assert isinstance(not_expanded.vpns[connection.address].static_routes[0], Unknown)


@pytest.mark.parametrize(
    ("gateway", "key"),
    [
        ("aws_ec2_transit_gateway.hub", "aws_dx_gateway_association.d"),
        ("aws_vpn_gateway.v", "aws_vpn_gateway.v"),
    ],
)
def test_allowed_prefixes_are_kept_by_association_or_vpn_gateway(gateway: str, key: str) -> None:
    association = made(
        "aws_dx_gateway_association.d",
        dx_gateway_id=ref("aws_dx_gateway.d"),
        associated_gateway_id=ref(gateway),
        allowed_prefixes=("10.1.0.0/16",),
    )
    found = network(made("aws_dx_gateway.d", amazon_side_asn="64512"), made(gateway), association)
    dx = found.dx_gateways["aws_dx_gateway.d"]
    assert (dx.asn, dx.allowed) == (64_512, {key: (ip_network("10.1.0.0/16"),)})
