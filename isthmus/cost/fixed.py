"""Fixed charges: the items that a resource costs while it exists, with a small rule for each type.

A quantity that is known only after apply is an `Unknown` with its reason, never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from isthmus.cost.direct_connect import port_item
from isthmus.cost.profiles import ASSOCIATION, PROFILE, profile_charges
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown, Value, blocks

Charges = Iterator[tuple[str, int | Unknown]]


@dataclass(frozen=True, slots=True)
class FixedCharge:
    """A count of an item, because of one resource."""

    item: str
    count: int | Unknown
    resource: Resource


def fixed_charges(graph: Graph) -> Iterator[FixedCharge]:
    """Every fixed charge, in the order of addresses."""
    for resource in graph.resources.values():
        for item, count in _RULES.get(resource.type, _nothing)(resource):
            yield FixedCharge(item, count, resource)
    for item, count, resource in profile_charges(graph):
        yield FixedCharge(item, count, resource)
    for resource in graph.unexpanded.values():
        for item, _ in _RULES.get(resource.type, _nothing)(resource):
            yield FixedCharge(item, Unknown("how many there are is known after apply"), resource)


def by_use(graph: Graph) -> Mapping[str, int]:
    """Usage-based charges that do not follow from flows, such as buckets, with the number of resources."""
    return _counted(graph, lambda kind: BY_USE.get(kind))


def foreign(graph: Graph) -> Mapping[str, int]:
    """Resource types without a pricing rule, with the number of resources."""
    known = {*BY_USE, *FREE, *_RULES, PROFILE, ASSOCIATION}
    return _counted(graph, lambda kind: None if kind in known else kind)


def _counted(graph: Graph, named: Callable[[str], str | None]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for resource in (*graph.resources.values(), *graph.unexpanded.values()):
        name = named(resource.type)
        if name is not None:
            found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items()))


def _nothing(resource: Resource) -> Charges:
    yield from ()


def _one(item: str) -> Callable[[Resource], Charges]:
    def rule(resource: Resource) -> Charges:
        yield item, 1

    return rule


def _vpn_connection(resource: Resource) -> Charges:
    large = _is(resource, "tunnel_bandwidth", "large")
    if isinstance(large, Unknown):
        yield "vpn-connection", large
    else:
        yield "large-vpn-connection" if large else "vpn-connection", 1
    if resource.get("transit_gateway_id") is not None:
        yield "transit-gateway-attachment", 1
    yield from _if(_is(resource, "enable_acceleration", True), "accelerator", 2)  # one for each tunnel
    yield from _if(_is(resource, "preshared_key_storage", "SecretsManager"), "secret", 1)
    # Each tunnel of a connection over the internet has one:
    # https://aws.amazon.com/blogs/aws/new-aws-public-ipv4-address-charge-public-ip-insights/
    private = _is(resource, "outside_ip_address_type", "PrivateIpv4")
    ipv6 = _is(resource, "outside_ip_address_type", "Ipv6")
    if isinstance(private, Unknown):
        yield "public-ipv4-address", private
    elif not private and not ipv6:
        yield "public-ipv4-address", 2


def _vpc_endpoint(resource: Resource) -> Charges:
    kind = resource.get("vpc_endpoint_type", "Gateway")
    items = {"Interface": "interface-endpoint", "GatewayLoadBalancer": "load-balancer-endpoint"}
    if isinstance(kind, Unknown):
        yield "interface-endpoint", kind
    elif kind in items:
        yield items[kind], _length(resource.get("subnet_ids", ()))


def _eip(resource: Resource) -> Charges:
    # Addresses of your own (BYOIP) cost nothing. Their pool is `ipv4pool-ec2-...`; the pool of AWS is `amazon`.
    # https://aws.amazon.com/vpc/pricing/
    pool = resource.get("public_ipv4_pool", "amazon")
    if isinstance(pool, Unknown) or not pool.startswith("ipv4pool-"):
        yield "public-ipv4-address", pool if isinstance(pool, Unknown) else 1


def _nat_gateway(resource: Resource) -> Charges:
    # A regional NAT gateway is charged in each zone that it serves. AWS chooses the zones by the workloads in them.
    # https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
    regional = _is(resource, "availability_mode", "regional")
    if regional is True:
        regional = Unknown("a regional NAT gateway is charged per zone, and AWS chooses its zones")
        if not blocks(resource, "availability_zone_address"):
            yield "public-ipv4-address", regional
    yield "nat-gateway", regional if isinstance(regional, Unknown) else 1


def _load_balancer(resource: Resource) -> Charges:
    kind = resource.get("load_balancer_type", "application")
    if kind in ("application", "network"):
        yield f"{kind}-load-balancer", 1
    else:
        why = Unknown(f"load balancers of type {kind} have no price here")
        yield "network-load-balancer", kind if isinstance(kind, Unknown) else why


def _resolver_endpoint(resource: Resource) -> Charges:
    yield "resolver-endpoint-address", _number(blocks(resource, "ip_address"))


def _domain_list(resource: Resource) -> Charges:
    yield "dns-firewall-domain", _length(resource.get("domains", ()))


def _firewall(resource: Resource) -> Charges:
    yield (
        "firewall-endpoint",
        _number((*blocks(resource, "subnet_mapping"), *blocks(resource, "availability_zone_mapping"))),
    )
    if resource.get("transit_gateway_id") is not None:
        yield "transit-gateway-attachment", 1


def _alarm(resource: Resource) -> Charges:
    queries = blocks(resource, "metric_query")
    metrics = tuple(query for query in queries if isinstance(query, Unknown) or query.get("metric"))
    yield "alarm", _number(metrics) if queries else 1


def _dx_connection(resource: Resource) -> Charges:
    yield port_item(resource.get("bandwidth")), 1


def _dx_association(resource: Resource) -> Charges:
    gateway = resource.get("associated_gateway_id")
    if isinstance(gateway, Ref):
        gateway = "tgw-" if ".aws_ec2_transit_gateway." in f".{gateway.address}" else ""
    if isinstance(gateway, Unknown):
        yield "transit-gateway-attachment", gateway
    elif gateway is not None and gateway.startswith("tgw-"):
        yield "transit-gateway-attachment", 1


def _is(resource: Resource, argument: str, wanted: Value) -> bool | Unknown:
    given = resource.get(argument)
    return given if isinstance(given, Unknown) else bool(given == wanted)


def _if(holds: bool | Unknown, item: str, count: int) -> Charges:
    if isinstance(holds, Unknown):
        yield item, holds
    elif holds:
        yield item, count


def _length(listed: Value) -> int | Unknown:
    """The length of a list, even if its elements are unknown."""
    return listed if isinstance(listed, Unknown) else len(listed)


def _number(found: tuple[Mapping[str, Value] | Unknown, ...]) -> int | Unknown:
    """The number of blocks. A block that cannot be evaluated may be none, one or several."""
    return next((block for block in found if isinstance(block, Unknown)), len(found))


_RULES: Mapping[str, Callable[[Resource], Charges]] = MappingProxyType(
    {
        "aws_cloudwatch_composite_alarm": _one("composite-alarm"),
        "aws_cloudwatch_dashboard": _one("dashboard"),
        "aws_cloudwatch_log_metric_filter": _one("custom-metric"),
        "aws_cloudwatch_metric_alarm": _alarm,
        "aws_dx_connection": _dx_connection,
        "aws_dx_gateway_association": _dx_association,
        "aws_ec2_transit_gateway_peering_attachment": _one("transit-gateway-attachment"),
        "aws_ec2_transit_gateway_peering_attachment_accepter": _one("transit-gateway-attachment"),
        "aws_ec2_transit_gateway_vpc_attachment": _one("transit-gateway-attachment"),
        "aws_eip": _eip,
        "aws_alb": _load_balancer,
        "aws_kms_key": _one("kms-key"),
        "aws_lb": _load_balancer,
        "aws_nat_gateway": _nat_gateway,
        "aws_networkfirewall_firewall": _firewall,
        "aws_route53_resolver_endpoint": _resolver_endpoint,
        "aws_route53_resolver_firewall_domain_list": _domain_list,
        "aws_route53_zone": _one("hosted-zone"),
        "aws_vpc_endpoint": _vpc_endpoint,
        "aws_vpn_connection": _vpn_connection,
    }
)

# Usage-based charges whose quantity does not follow from flows between locations.
BY_USE: Mapping[str, str] = MappingProxyType(
    {
        "aws_networkfirewall_rule_group": "partner-managed rules and advanced inspection",
        "aws_lb_listener": "capacity units of load balancers, beyond 1 GB per unit of given flows",
        "aws_s3_bucket": "S3 storage",
        "aws_sns_topic": "SNS notifications",
    }
)

# Resources without a charge of their own. Their effects may cost: logs (`usage`), an associated Profile (`profiles`).
FREE = frozenset(
    {
        "aws_cloudwatch_log_group",
        "aws_cloudwatch_log_resource_policy",
        "aws_customer_gateway",
        "aws_default_network_acl",
        "aws_default_route_table",
        "aws_default_security_group",
        "aws_dx_gateway",
        "aws_dx_hosted_transit_virtual_interface_accepter",
        "aws_dx_transit_virtual_interface",
        "aws_ec2_tag",
        "aws_ec2_transit_gateway",
        "aws_ec2_transit_gateway_prefix_list_reference",
        "aws_ec2_transit_gateway_route",
        "aws_ec2_transit_gateway_route_table",
        "aws_ec2_transit_gateway_route_table_association",
        "aws_ec2_transit_gateway_route_table_propagation",
        "aws_ec2_transit_gateway_vpc_attachment_accepter",
        "aws_egress_only_internet_gateway",
        "aws_flow_log",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_internet_gateway",
        "aws_kms_alias",
        "aws_lb_target_group",
        "aws_lb_target_group_attachment",
        "aws_main_route_table_association",
        "aws_network_acl",
        "aws_network_acl_association",
        "aws_network_acl_rule",
        "aws_networkfirewall_firewall_policy",
        "aws_networkfirewall_firewall_transit_gateway_attachment_accepter",
        "aws_networkfirewall_logging_configuration",
        "aws_networkmanager_customer_gateway_association",
        "aws_networkmanager_device",
        "aws_networkmanager_global_network",
        "aws_networkmanager_site",
        "aws_networkmanager_transit_gateway_registration",
        "aws_ram_principal_association",
        "aws_ram_resource_association",
        "aws_ram_resource_share",
        "aws_ram_resource_share_accepter",
        "aws_route",
        "aws_route53_record",
        "aws_route53_resolver_firewall_rule",
        "aws_route53_resolver_firewall_rule_group",
        "aws_route53_resolver_firewall_rule_group_association",
        "aws_route53_resolver_query_log_config",
        "aws_route53_resolver_query_log_config_association",
        "aws_route53_resolver_rule",
        "aws_route53_resolver_rule_association",
        "aws_route53_vpc_association_authorization",
        "aws_route53_zone_association",
        "aws_route53profiles_resource_association",
        "aws_route_table",
        "aws_route_table_association",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_security_group",
        "aws_security_group_rule",
        "aws_sns_topic_policy",
        "aws_sns_topic_subscription",
        "aws_subnet",
        "aws_vpc",
        "aws_vpc_dhcp_options",
        "aws_vpc_dhcp_options_association",
        "aws_vpc_endpoint_route_table_association",
        "aws_vpc_endpoint_security_group_association",
        "aws_vpc_ipv4_cidr_block_association",
        "aws_vpc_peering_connection",
        "aws_vpc_peering_connection_accepter",
        "aws_vpc_peering_connection_options",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpn_connection_route",
        "aws_vpn_gateway",
        "aws_vpn_gateway_attachment",
        "aws_vpn_gateway_route_propagation",
    }
)
