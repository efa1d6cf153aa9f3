"""Which identifiers an argument takes: the attributes of which resource types.

From the argument references of https://registry.terraform.io/providers/hashicorp/aws/latest/docs. Needed where the
document read does not say it: a state holds only strings, and the plan of an HCL configuration names what an expression
refers to, but not what it takes from it.
"""

from __future__ import annotations

IdKind = tuple[tuple[str, str], ...]  # (resource type, attribute), the likeliest first

_GATEWAY = "aws_ec2_transit_gateway"
_ATTACHMENT: IdKind = (
    (f"{_GATEWAY}_vpc_attachment", "id"),
    ("aws_vpn_connection", "transit_gateway_attachment_id"),
    (f"{_GATEWAY}_peering_attachment", "id"),
    (f"{_GATEWAY}_connect", "id"),
    ("aws_dx_gateway_association", "transit_gateway_attachment_id"),
    ("aws_networkfirewall_firewall", "transit_gateway_attachment_id"),
    (f"{_GATEWAY}_vpc_attachment_accepter", "id"),
    (f"{_GATEWAY}_peering_attachment_accepter", "id"),
)
_VPC: IdKind = (("aws_vpc", "id"), ("aws_default_vpc", "id"))
_SUBNET: IdKind = (("aws_subnet", "id"), ("aws_default_subnet", "id"))
_ROUTE_TABLE: IdKind = (
    ("aws_route_table", "id"),
    ("aws_vpc", "main_route_table_id"),
    ("aws_vpc", "default_route_table_id"),
    ("aws_default_route_table", "id"),
)
_SECURITY_GROUP: IdKind = (
    ("aws_security_group", "id"),
    ("aws_vpc", "default_security_group_id"),
    ("aws_default_security_group", "id"),
)
_PREFIX_LIST: IdKind = (("aws_ec2_managed_prefix_list", "id"), ("aws_vpc_endpoint", "prefix_list_id"))
_NETWORK_ACL: IdKind = (
    ("aws_network_acl", "id"),
    ("aws_vpc", "default_network_acl_id"),
    ("aws_default_network_acl", "id"),
)
_PEERING: IdKind = (("aws_vpc_peering_connection", "id"), ("aws_vpc_peering_connection_accepter", "id"))

_KINDS: dict[str, IdKind] = {
    "allocation_id": (("aws_eip", "id"), ("aws_eip", "allocation_id")),
    "associated_gateway_id": ((_GATEWAY, "id"), ("aws_vpn_gateway", "id")),
    "customer_gateway_id": (("aws_customer_gateway", "id"),),
    "default_network_acl_id": (("aws_vpc", "default_network_acl_id"),),
    "default_route_table_id": (("aws_vpc", "default_route_table_id"),),
    "destination_prefix_list_id": _PREFIX_LIST,
    "dhcp_options_id": (("aws_vpc_dhcp_options", "id"),),
    "dx_gateway_id": (("aws_dx_gateway", "id"),),
    "egress_only_gateway_id": (("aws_egress_only_internet_gateway", "id"),),
    "firewall_arn": (("aws_networkfirewall_firewall", "arn"),),
    "firewall_domain_list_id": (("aws_route53_resolver_firewall_domain_list", "id"),),
    "firewall_policy_arn": (("aws_networkfirewall_firewall_policy", "arn"),),
    "firewall_rule_group_id": (("aws_route53_resolver_firewall_rule_group", "id"),),
    "gateway_id": (("aws_internet_gateway", "id"), ("aws_vpn_gateway", "id")),
    "internet_gateway_id": (("aws_internet_gateway", "id"),),
    "nat_gateway_id": (("aws_nat_gateway", "id"),),
    "load_balancer_arn": (("aws_lb", "arn"), ("aws_alb", "arn")),
    "network_acl_id": _NETWORK_ACL,
    "network_interface_id": (
        ("aws_network_interface", "id"),
        ("aws_instance", "primary_network_interface_id"),
        ("aws_eip", "network_interface"),
    ),
    "peer_transit_gateway_id": ((_GATEWAY, "id"),),
    "peer_vpc_id": _VPC,
    "prefix_list_id": _PREFIX_LIST,
    "prefix_list_ids": _PREFIX_LIST,
    "referenced_security_group_id": _SECURITY_GROUP,
    "resolver_endpoint_id": (("aws_route53_resolver_endpoint", "id"),),
    "resolver_query_log_config_id": (("aws_route53_resolver_query_log_config", "id"),),
    "resolver_rule_id": (("aws_route53_resolver_rule", "id"),),
    "resource_share_arn": (("aws_ram_resource_share", "arn"), ("aws_ram_resource_share", "id")),
    "route_table_id": _ROUTE_TABLE,
    "route_table_ids": _ROUTE_TABLE,
    "security_group_id": _SECURITY_GROUP,
    "security_group_ids": _SECURITY_GROUP,
    "security_groups": _SECURITY_GROUP,
    "source_security_group_id": _SECURITY_GROUP,
    "subnet_id": _SUBNET,
    "subnet_ids": _SUBNET,
    "subnets": _SUBNET,
    "target_group_arn": (("aws_lb_target_group", "arn"), ("aws_alb_target_group", "arn")),
    "transit_gateway_attachment_id": _ATTACHMENT,
    "transit_gateway_id": ((_GATEWAY, "id"),),
    "transit_gateway_route_table_id": (
        (f"{_GATEWAY}_route_table", "id"),
        (_GATEWAY, "association_default_route_table_id"),
        (_GATEWAY, "propagation_default_route_table_id"),
    ),
    "transport_attachment_id": _ATTACHMENT,
    "transport_transit_gateway_attachment_id": _ATTACHMENT,
    "vpc_endpoint_id": (("aws_vpc_endpoint", "id"), ("aws_networkfirewall_firewall", "firewall_status")),
    "vpc_id": _VPC,
    "vpc_peering_connection_id": _PEERING,
    "vpc_security_group_ids": _SECURITY_GROUP,
    "vpn_connection_id": (("aws_vpn_connection", "id"),),
    "vpn_gateway_id": (("aws_vpn_gateway", "id"),),
    "zone_id": (("aws_route53_zone", "id"), ("aws_route53_zone", "zone_id")),
}

# Every attribute, beyond `id` and `arn`, by which one resource is known to others.
EXPORTED: frozenset[tuple[str, str]] = frozenset(
    pair for kind in _KINDS.values() for pair in kind if pair[1] not in ("id", "arn", "firewall_status")
)

# Their `id` is that of something else, which they only change or connect.
BORROWED = frozenset(
    {
        f"{_GATEWAY}_vpc_attachment_accepter",
        f"{_GATEWAY}_peering_attachment_accepter",
        f"{_GATEWAY}_default_route_table_association",
        f"{_GATEWAY}_default_route_table_propagation",
        "aws_default_network_acl",
        "aws_default_route_table",
        "aws_default_security_group",
        "aws_main_route_table_association",
        "aws_networkfirewall_logging_configuration",
        "aws_ram_resource_share_accepter",
        "aws_route53_resolver_firewall_config",
        "aws_vpc_endpoint_policy",
        "aws_vpc_endpoint_private_dns",
        "aws_vpc_peering_connection_accepter",
        "aws_vpc_peering_connection_options",
    }
)


def kind_of(argument: str) -> IdKind:
    """The identifiers that an argument of this name takes; none where that is not known."""
    return _KINDS.get(argument, ())


def takes_many(argument: str) -> bool:
    """Whether an argument of this name is a list or set of identifiers."""
    return argument.endswith("s")


def fits(kind: IdKind, type_: str, attribute: str) -> bool:
    """Whether an argument of this kind takes this attribute of a resource of this type."""
    return any(
        type_ == wanted and (attribute == name or (name == "firewall_status" and attribute.startswith(name)))
        for wanted, name in kind
    )
