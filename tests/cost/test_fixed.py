"""Fixed charges: each rule, counts that are known after apply, and that no resource type is ignored."""

from collections.abc import Mapping
from typing import Any

import pytest

import modules.aws
from isthmus.cost.fixed import BY_USE, FREE, by_use, fixed_charges, foreign
from isthmus.cost.items import ITEMS
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown
from modules.cdk import TerraformResource

WHO_KNOWS = Unknown("known after apply")
BY_ZONE = Unknown("a regional NAT gateway is charged per zone, and AWS chooses its zones")
Counts = Mapping[str, int | Unknown]


def one(kind: str, **values: Any) -> Graph:
    return Graph({f"{kind}.it": Resource(f"{kind}.it", kind, values)})


def due(graph: Graph) -> Counts:
    found: dict[str, int | Unknown] = {}
    for each in fixed_charges(graph):
        assert each.item in ITEMS
        assert each.item not in found
        found[each.item] = each.count
    return found


_TYPE = "TF_RESOURCE_TYPE"  # of bindings that are generated, so no type checker knows it
VPN: Counts = {"vpn-connection": 1, "public-ipv4-address": 2}
HUB = Ref("module.hub.aws_ec2_transit_gateway.this", "id")


@pytest.mark.parametrize(
    ("kind", "values", "counts"),
    [
        ("aws_vpn_connection", {"vpn_gateway_id": "vgw-1"}, VPN),
        ("aws_vpn_connection", {"transit_gateway_id": HUB}, {**VPN, "transit-gateway-attachment": 1}),
        ("aws_vpn_connection", {"transit_gateway_id": WHO_KNOWS}, {**VPN, "transit-gateway-attachment": 1}),
        ("aws_vpn_connection", {"enable_acceleration": True}, {**VPN, "accelerator": 2}),
        ("aws_vpn_connection", {"enable_acceleration": WHO_KNOWS}, {**VPN, "accelerator": WHO_KNOWS}),
        ("aws_vpn_connection", {"preshared_key_storage": "SecretsManager"}, {**VPN, "secret": 1}),
        ("aws_vpn_connection", {"preshared_key_storage": "Standard"}, VPN),
        ("aws_vpn_connection", {"outside_ip_address_type": "PrivateIpv4"}, {"vpn-connection": 1}),
        ("aws_vpn_connection", {"outside_ip_address_type": "Ipv6"}, {"vpn-connection": 1}),
        (
            "aws_vpn_connection",
            {"outside_ip_address_type": WHO_KNOWS},
            {"vpn-connection": 1, "public-ipv4-address": WHO_KNOWS},
        ),
        (
            "aws_vpn_connection",
            {"tunnel_bandwidth": "large"},
            {"large-vpn-connection": 1, "public-ipv4-address": 2},
        ),
        (
            "aws_vpn_connection",
            {"tunnel_bandwidth": WHO_KNOWS},
            {"vpn-connection": WHO_KNOWS, "public-ipv4-address": 2},
        ),
        ("aws_nat_gateway", {}, {"nat-gateway": 1}),
        ("aws_nat_gateway", {"availability_mode": "zonal"}, {"nat-gateway": 1}),
        ("aws_nat_gateway", {"availability_mode": WHO_KNOWS}, {"nat-gateway": WHO_KNOWS}),
        (
            "aws_nat_gateway",
            {"availability_mode": "regional"},
            {"nat-gateway": BY_ZONE, "public-ipv4-address": BY_ZONE},
        ),
        (
            "aws_nat_gateway",
            {"availability_mode": "regional", "availability_zone_address": ({"allocation_ids": ("a",)},)},
            {"nat-gateway": BY_ZONE},
        ),
        ("aws_vpc_endpoint", {}, {}),
        ("aws_vpc_endpoint", {"vpc_endpoint_type": "Gateway"}, {}),
        ("aws_vpc_endpoint", {"vpc_endpoint_type": "Interface", "subnet_ids": ("a", "b")}, {"interface-endpoint": 2}),
        (
            "aws_vpc_endpoint",
            {"vpc_endpoint_type": "Interface", "subnet_ids": (WHO_KNOWS, WHO_KNOWS, WHO_KNOWS)},
            {"interface-endpoint": 3},
        ),
        (
            "aws_vpc_endpoint",
            {"vpc_endpoint_type": "Interface", "subnet_ids": WHO_KNOWS},
            {"interface-endpoint": WHO_KNOWS},
        ),
        ("aws_vpc_endpoint", {"vpc_endpoint_type": WHO_KNOWS}, {"interface-endpoint": WHO_KNOWS}),
        (
            "aws_vpc_endpoint",
            {"vpc_endpoint_type": "GatewayLoadBalancer", "subnet_ids": ("a",)},
            {"load-balancer-endpoint": 1},
        ),
        (
            "aws_route53_resolver_endpoint",
            {"ip_address": ({"subnet_id": "a"}, {"subnet_id": "b"})},
            {"resolver-endpoint-address": 2},
        ),
        (
            "aws_route53_resolver_endpoint",
            {"ip_address": ({"subnet_id": "a"}, WHO_KNOWS)},
            {"resolver-endpoint-address": WHO_KNOWS},
        ),
        ("aws_networkfirewall_firewall", {"subnet_mapping": {"subnet_id": "a"}}, {"firewall-endpoint": 1}),
        (
            "aws_networkfirewall_firewall",
            {"transit_gateway_id": HUB, "availability_zone_mapping": ({"z": "1"}, {"z": "2"}, {"z": "3"})},
            {"firewall-endpoint": 3, "transit-gateway-attachment": 1},
        ),
        ("aws_cloudwatch_metric_alarm", {}, {"alarm": 1}),
        (
            "aws_cloudwatch_metric_alarm",
            {"metric_query": ({"expression": "a+b"}, {"metric": {"n": 1}}, {"metric": {"n": 2}})},
            {"alarm": 2},
        ),
        ("aws_eip", {}, {"public-ipv4-address": 1}),
        ("aws_eip", {"public_ipv4_pool": "amazon"}, {"public-ipv4-address": 1}),
        ("aws_eip", {"public_ipv4_pool": "ipv4pool-ec2-1"}, {}),
        ("aws_eip", {"public_ipv4_pool": WHO_KNOWS}, {"public-ipv4-address": WHO_KNOWS}),
        ("aws_dx_gateway_association", {"associated_gateway_id": HUB}, {"transit-gateway-attachment": 1}),
        ("aws_dx_gateway_association", {"associated_gateway_id": "tgw-1"}, {"transit-gateway-attachment": 1}),
        ("aws_dx_gateway_association", {"associated_gateway_id": WHO_KNOWS}, {"transit-gateway-attachment": WHO_KNOWS}),
        ("aws_dx_gateway_association", {"associated_gateway_id": Ref("aws_vpn_gateway.a", "id")}, {}),
        ("aws_dx_connection", {"bandwidth": "10Gbps"}, {"direct-connect-port-10gbps": 1}),
        ("aws_dx_connection", {"bandwidth": "2Gbps"}, {"direct-connect-port-other": 1}),
        ("aws_dx_connection", {"bandwidth": WHO_KNOWS}, {"direct-connect-port-other": 1}),
        ("aws_kms_key", {}, {"kms-key": 1}),
        ("aws_subnet", {}, {}),
    ],
)
def test_rule(kind: str, values: Mapping[str, Any], counts: Counts) -> None:
    assert due(one(kind, **values)) == counts


def test_how_many_is_unknown() -> None:
    """A resource with an unknown number of instances has an unknown charge, not zero and not one."""
    graph = Graph({}, unexpanded={"aws_eip.a[?]": Resource("aws_eip.a[?]", "aws_eip")})
    assert all(isinstance(count, Unknown) for count in due(graph).values())
    assert due(graph)


def test_no_type_is_passed_over() -> None:
    """Every resource type of the modules has a pricing rule, is charged by usage, or is free."""
    kinds = {
        str(getattr(thing, _TYPE))
        for thing in vars(modules.aws).values()
        if isinstance(thing, type) and issubclass(thing, TerraformResource)
    }
    assert len(kinds) > 60
    assert not foreign(Graph({kind: Resource(kind, kind) for kind in kinds}))


def test_each_type_in_one_place() -> None:
    charged = {kind for kind in (*FREE, *BY_USE) if due(one(kind))}
    assert not charged
    assert not FREE & BY_USE.keys()


def test_left_out_is_named() -> None:
    graph = Graph({kind: Resource(kind, kind) for kind in ("aws_instance", "aws_s3_bucket", "aws_subnet")})
    assert foreign(graph) == {"aws_instance": 1}
    assert by_use(graph) == {"S3 storage": 1}
