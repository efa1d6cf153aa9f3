"""Parts of a VPC or of a transit gateway that only the account makes that owns it.

A subnet or a transit gateway that is shared is used by others: their hosts are in the one, their VPCs are attached to
the other. Route tables, network ACLs, gateways and VPN connections stay with the owner:
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html,
https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-share.html,
https://docs.aws.amazon.com/vpc/latest/tgw/create-vpn-attachment.html. What a state holds was taken by AWS.
"""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.network.coverage.not_evaluated import references
from isthmus.network.model import StructuralProblem
from isthmus.terraform.graph import Graph

_T = "aws_ec2_transit_gateway"
# By which argument a resource names what has to be of its own account.
_OWN = {
    "aws_default_network_acl": ("default_network_acl_id",),
    "aws_default_route_table": ("default_route_table_id",),
    f"{_T}_vpc_attachment": ("vpc_id", "subnet_ids"),
    "aws_egress_only_internet_gateway": ("vpc_id",),
    "aws_internet_gateway": ("vpc_id",),
    "aws_internet_gateway_attachment": ("vpc_id", "internet_gateway_id"),
    "aws_main_route_table_association": ("vpc_id", "route_table_id"),
    "aws_nat_gateway": ("allocation_id", "subnet_id"),
    "aws_network_acl": ("vpc_id",),
    "aws_network_acl_association": ("network_acl_id", "subnet_id"),
    "aws_network_acl_rule": ("network_acl_id",),
    "aws_route53_resolver_endpoint": ("ip_address",),
    "aws_route": ("route_table_id", "gateway_id", "nat_gateway_id", "egress_only_gateway_id"),
    "aws_route_table": ("vpc_id",),
    "aws_route_table_association": ("route_table_id", "subnet_id", "gateway_id"),
    "aws_subnet": ("vpc_id",),
    "aws_vpc_dhcp_options_association": ("vpc_id",),
    "aws_vpc_endpoint": ("vpc_id", "subnet_ids", "route_table_ids", "subnet_configuration"),
    "aws_vpc_endpoint_route_table_association": ("vpc_endpoint_id", "route_table_id"),
    "aws_vpc_endpoint_subnet_association": ("vpc_endpoint_id", "subnet_id"),
    "aws_vpc_ipv4_cidr_block_association": ("vpc_id",),
    "aws_vpc_ipv6_cidr_block_association": ("vpc_id",),
    "aws_vpc_peering_connection": ("vpc_id",),
    "aws_vpn_connection": ("transit_gateway_id", "customer_gateway_id", "vpn_gateway_id"),
    "aws_vpn_connection_route": ("vpn_connection_id",),
    "aws_vpn_gateway": ("vpc_id",),
    "aws_vpn_gateway_attachment": ("vpc_id", "vpn_gateway_id"),
    "aws_vpn_gateway_route_propagation": ("vpn_gateway_id", "route_table_id"),
    f"{_T}_prefix_list_reference": ("transit_gateway_route_table_id",),
    f"{_T}_route": ("transit_gateway_route_table_id",),
    f"{_T}_route_table": ("transit_gateway_id",),
    f"{_T}_route_table_association": ("transit_gateway_route_table_id",),
    f"{_T}_route_table_propagation": ("transit_gateway_route_table_id",),
}


def ownership_findings(graph: Graph) -> Iterator[StructuralProblem]:
    """Every resource that names, of another account, what has to be of its own. Only accounts that are known count."""
    for resource in graph.resources.values():
        if resource.written is None or resource.account is None:
            continue
        for argument in _OWN.get(resource.type, ()):
            for address in dict.fromkeys(ref.address for ref in references(resource.get(argument))):
                other = graph.resources.get(address)
                if other is None or other.account in (None, resource.account):
                    continue
                why = (
                    f"{argument} of {resource.address} (account {resource.account}) refers to {address}, "
                    f"which is in account {other.account}"
                )
                yield StructuralProblem("account-differs", (resource.address, address), why)
