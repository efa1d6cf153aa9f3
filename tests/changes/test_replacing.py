"""The table of arguments that force replacement, compared with the provider's documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from isthmus.changes.replacing import forces_replacement, is_listed, provider

DOCUMENTED: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_customer_gateway": ("bgp_asn", "bgp_asn_extended", "certificate_arn", "device_name", "ip_address", "type"),
    "aws_ec2_transit_gateway_route": (
        "blackhole",
        "destination_cidr_block",
        "transit_gateway_attachment_id",
        "transit_gateway_route_table_id",
    ),
    "aws_ec2_transit_gateway_route_table": ("transit_gateway_id",),
    "aws_ec2_transit_gateway_route_table_association": (
        "transit_gateway_attachment_id",
        "transit_gateway_route_table_id",
    ),
    "aws_ec2_transit_gateway_route_table_propagation": (
        "transit_gateway_attachment_id",
        "transit_gateway_route_table_id",
    ),
    "aws_ec2_transit_gateway_vpc_attachment": ("transit_gateway_id", "vpc_id"),
    "aws_ec2_transit_gateway_vpc_attachment_accepter": ("transit_gateway_attachment_id",),
    "aws_nat_gateway": ("allocation_id", "subnet_id"),
    "aws_network_acl_association": ("network_acl_id", "subnet_id"),
    "aws_network_acl_rule": ("cidr_block", "egress", "network_acl_id", "protocol", "rule_action", "rule_number"),
    "aws_networkfirewall_firewall": ("name", "vpc_id"),
    "aws_networkfirewall_logging_configuration": ("firewall_arn",),
    "aws_networkfirewall_rule_group": ("capacity", "name"),
    "aws_route": ("destination_cidr_block", "route_table_id"),
    "aws_route53_resolver_rule": ("domain_name", "rule_type"),
    "aws_route_table": ("vpc_id",),
    "aws_route_table_association": ("subnet_id",),
    "aws_security_group": ("description", "name", "vpc_id"),
    "aws_subnet": ("availability_zone_id", "cidr_block", "vpc_id"),
    "aws_vpc": ("cidr_block",),
    "aws_vpc_endpoint": ("service_name", "vpc_endpoint_type", "vpc_id"),
    "aws_vpn_connection": ("enable_acceleration", "static_routes_only", "tunnel1_inside_cidr", "tunnel2_inside_cidr"),
}


@pytest.mark.parametrize("type_", DOCUMENTED)
def test_what_the_documentation_says_forces_replacement_does(type_: str) -> None:
    """`Forces new resource`: https://registry.terraform.io/providers/hashicorp/aws/latest/docs."""
    assert {name: forces_replacement(type_, name) for name in DOCUMENTED[type_]} == dict.fromkeys(
        DOCUMENTED[type_], True
    )


@pytest.mark.parametrize(
    ("type_", "argument"),
    [
        ("aws_vpc", "enable_dns_support"),
        ("aws_vpc", "tags.Name"),
        ("aws_subnet", "map_public_ip_on_launch"),
        ("aws_vpn_connection", "customer_gateway_id"),
        ("aws_route", "transit_gateway_id"),
        ("aws_route53_resolver_endpoint", "ip_address.subnet_id"),
    ],
)
def test_what_the_documentation_lets_be_updated_is(type_: str, argument: str) -> None:
    assert forces_replacement(type_, argument) is False


def test_what_the_table_does_not_have_is_unknown() -> None:
    assert forces_replacement("aws_made_up", "size") is None
    assert forces_replacement("aws_vpc", "argument_of_a_later_provider") is None
    assert is_listed("aws_vpc")
    assert not is_listed("aws_made_up")


def test_the_table_names_its_provider() -> None:
    assert provider().startswith("hashicorp/aws 5.")
