"""Objects whose number is unknown, because `count` or `for_each` could not be evaluated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from isthmus.proof.difference.objects import Object, ObjectKind, Setting
from isthmus.terraform.graph import Graph, blocks
from isthmus.terraform.sensitive import is_secret

_NOT_COMPARED = frozenset({"tags", "tags_all", "lifecycle", "count", "for_each", "provider", "depends_on"})
_KINDS: Mapping[str, ObjectKind] = {
    "aws_vpc": ObjectKind.VPC,
    "aws_customer_gateway": ObjectKind.CUSTOMER_GATEWAY,
    "aws_ec2_transit_gateway": ObjectKind.TRANSIT_GATEWAY,
    "aws_vpn_gateway": ObjectKind.VPN_GATEWAY,
    "aws_vpn_connection": ObjectKind.VPN_CONNECTION,
    "aws_dx_gateway": ObjectKind.DX_GATEWAY,
    "aws_route53_resolver_endpoint": ObjectKind.RESOLVER_ENDPOINT,
    "aws_route53_resolver_rule": ObjectKind.RESOLVER_RULE,
    "aws_route53_zone": ObjectKind.PRIVATE_ZONE,
    "aws_vpc_endpoint": ObjectKind.VPC_ENDPOINT,
}


def uncounted(graph: Graph, kinds: Collection[ObjectKind]) -> Iterator[Object]:
    """Each block that makes an unknown number of objects of these kinds, with its arguments as settings."""
    for resource in graph.unexpanded.values():
        kind = _KINDS.get(resource.type)
        if kind is None or kind not in kinds or (kind is ObjectKind.PRIVATE_ZONE and not blocks(resource, "vpc")):
            continue
        settings = {
            name: Setting.of(value)
            for name, value in resource.values.items()
            if name not in _NOT_COMPARED and not is_secret(name)
        }
        reason = f"how many {resource.address} there are is unknown"
        yield Object(kind, resource.address, settings, resource.address, reason=reason)
