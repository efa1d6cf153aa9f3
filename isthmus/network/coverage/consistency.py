"""What AWS refuses because parts do not belong together: parts of two VPCs, or one thing used twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from isthmus.network.coverage.not_evaluated import references
from isthmus.network.model import StructuralProblem
from isthmus.terraform.graph import Graph, Ref, Resource

_VPCS = ("aws_vpc", "aws_default_vpc")

# Arguments that name things of the VPC that `vpc_id` names; of types without it, of one VPC among themselves.
# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html,
# https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html,
# https://docs.aws.amazon.com/network-firewall/latest/developerguide/vpc-config.html,
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-forwarding-inbound-queries-values.html
_OF_ONE_VPC = {
    "aws_network_acl": ("vpc_id", "subnet_ids"),
    "aws_network_acl_association": ("network_acl_id", "subnet_id"),
    "aws_vpc_endpoint": ("vpc_id", "subnet_ids", "subnet_configuration", "security_group_ids", "route_table_ids"),
    "aws_networkfirewall_firewall": ("vpc_id", "subnet_mapping"),
    "aws_networkfirewall_vpc_endpoint_association": ("vpc_id", "subnet_mapping"),
    "aws_route53_resolver_endpoint": ("ip_address", "security_group_ids"),
}
# At most one of each is valid: AWS refuses the second resource, or it overrides the first.
# https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html,
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53profiles_AssociateProfile.html,
# https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html,
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVpnGateway.html, and the pages of the resources
_ONCE = {
    "aws_nat_gateway": "allocation_id",
    "aws_internet_gateway": "vpc_id",
    "aws_default_route_table": "default_route_table_id",
    "aws_default_network_acl": "default_network_acl_id",
    "aws_default_security_group": "vpc_id",
    "aws_main_route_table_association": "vpc_id",
    "aws_route53profiles_association": "resource_id",
    "aws_vpc_dhcp_options_association": "vpc_id",
    "aws_vpn_gateway": "vpc_id",
}
# One of each per zone. For the AWS pages see above.
_ONE_IN_A_ZONE = {
    "aws_vpc_endpoint": ("subnet_ids", "subnet_configuration"),
    "aws_networkfirewall_firewall": ("subnet_mapping",),
}


def consistency_findings(graph: Graph) -> Iterator[StructuralProblem]:
    """Everything in a graph that does not belong together."""
    for resource in graph.resources.values():
        yield from _of_two_vpcs(graph, resource)
        yield from _two_in_a_zone(graph, resource)
        yield from _two_targets(resource)
    yield from _used_twice(graph)


def _of_two_vpcs(graph: Graph, resource: Resource) -> Iterator[StructuralProblem]:
    owner: tuple[str, str] | None = None
    for argument in _OF_ONE_VPC.get(resource.type, ()):
        for ref in references(resource.get(argument)):
            vpc = _vpc_of(graph, ref)
            if vpc is None:
                continue
            owner = owner or (ref.address, vpc)
            if vpc != owner[1]:
                why = f"{resource.address} uses {ref.address}, which is in {vpc}, and {owner[0]} in {owner[1]}"
                yield StructuralProblem("mixed-vpcs", (resource.address, ref.address, owner[0]), why)


def _vpc_of(graph: Graph, ref: Ref) -> str | None:
    """The VPC that something is in, where it is known."""
    found = graph.resources.get(ref.address)
    if found is None or found.type in _VPCS:
        return ref.address if found is not None else None
    own = found.get("vpc_id")
    return own.address if isinstance(own, Ref) else None


def _two_in_a_zone(graph: Graph, resource: Resource) -> Iterator[StructuralProblem]:
    zones: dict[object, str] = {}
    for argument in _ONE_IN_A_ZONE.get(resource.type, ()):
        for address in dict.fromkeys(ref.address for ref in references(resource.get(argument))):
            subnet = graph.resources.get(address)
            if subnet is None:
                continue
            zone = subnet.get("availability_zone_id") or subnet.get("availability_zone")
            if not isinstance(zone, str):
                continue
            if zone in zones:
                why = f"{zones[zone]} and {address} are both in zone {zone}; {resource.address} takes one in each"
                yield StructuralProblem("duplicate-zone-subnet", (resource.address, address), why)
            zones.setdefault(zone, address)


def _two_targets(resource: Resource) -> Iterator[StructuralProblem]:
    """The name and the zone of an alias are those of one target.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
    """
    alias = resource.get("alias") if resource.type == "aws_route53_record" else None
    for block in alias if isinstance(alias, tuple) else (alias,):
        name, zone = (block.get(part) for part in ("name", "zone_id")) if isinstance(block, Mapping) else (None, None)
        if isinstance(name, Ref) and isinstance(zone, Ref) and name.address != zone.address:
            why = f"the alias of {resource.address} has the name of {name.address} and the zone of {zone.address}"
            yield StructuralProblem("alias-target-mismatch", (resource.address, name.address, zone.address), why)


def _used_twice(graph: Graph) -> Iterator[StructuralProblem]:
    users: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for resource in graph.resources.values():
        used = resource.get(_ONCE[resource.type]) if resource.type in _ONCE else None
        if isinstance(used, Ref):
            users[resource.type, used.address, used.attribute].append(resource.address)
    for (type_, used_address, attribute), named in users.items():
        if len(named) > 1:
            why = f"{used_address}.{attribute} is the {_ONCE[type_]} of {len(named)} resources; AWS takes one"
            yield StructuralProblem("resource-used-twice", (*named, used_address), why)
