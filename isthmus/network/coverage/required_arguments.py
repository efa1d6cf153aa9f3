"""What a resource has to have, so that Terraform or AWS takes it at all. What lacks it is not evaluated."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping

from isthmus.network.coverage.modeled import MODELED
from isthmus.network.coverage.required_inside_blocks import REQUIRED_INSIDE
from isthmus.terraform.graph import Resource, Value

# One of these arguments, on a condition. The pages are those of the resources, and
# https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html,
# https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
_ONE_OF: dict[str, tuple[tuple[str, ...], Callable[[Resource], bool]]] = {
    "aws_subnet": (
        ("cidr_block", "ipv6_cidr_block", "ipv4_ipam_pool_id", "ipv6_ipam_pool_id"),
        lambda _: True,
    ),
    "aws_vpc": (("cidr_block", "ipv4_ipam_pool_id"), lambda _: True),
    "aws_customer_gateway": (("ip_address", "certificate_arn"), lambda _: True),
    "aws_networkfirewall_firewall": (("vpc_id", "transit_gateway_id"), lambda _: True),
    "aws_route53_record": (("records", "alias"), lambda _: True),
    "aws_default_security_group": (("vpc_id",), lambda _: True),
    "aws_security_group": (("vpc_id",), lambda _: True),
    "aws_nat_gateway": (
        ("allocation_id", "availability_zone_address"),
        lambda r: r.get("connectivity_type", "public") == "public" and r.get("availability_mode") != "regional",
    ),
    "aws_vpc_endpoint": (
        ("subnet_ids", "subnet_configuration"),
        lambda r: r.get("vpc_endpoint_type") in ("Interface", "GatewayLoadBalancer"),
    ),
}
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_CreateResolverEndpoint.html
_TWO = {"aws_route53_resolver_endpoint": ("ip_address",)}
_ELSEWHERE = {
    "aws_default_security_group": "it is of the default VPC then",
    "aws_security_group": "it is of the default VPC then",
    "aws_vpc_endpoint": "it has no address then, unless another resource adds a subnet",
}


def lacking(resource: Resource, completed: Container[str] = ()) -> Iterator[str]:
    """What a resource of a configuration lacks, each as a sentence. Others may complete it: `completed` are addresses
    of such."""
    for name in sorted(MODELED[resource.type].required - resource.values.keys()):
        yield f"it has no {name}, without which Terraform takes no {resource.type}"
    inside = REQUIRED_INSIDE.get(resource.type, {})
    for name in sorted(inside.get("", frozenset()) - resource.values.keys()):
        yield f"it has no {name}, without which Terraform takes no {resource.type}"
    for block, names in inside.items():
        for found in _at(resource.values, block.split(".")) if block else ():
            for name in sorted(names - found.keys()):
                yield f"it has no {block}.{name}, without which Terraform takes no {resource.type}"
    yield from _too_few(resource)
    names_, condition = _ONE_OF.get(resource.type, ((), lambda _: False))
    if (
        condition(resource)
        and resource.address not in completed
        and not any(name in resource.values for name in names_)
    ):
        why = _ELSEWHERE.get(resource.type, "AWS takes none without")
        yield f"it has no {' or '.join(names_)}: {why}"


def asks_otherwise(resource: Resource) -> Iterator[str]:
    """Why a Resolver endpoint may not take, or send, DNS queries by port 53, which is all that is followed.

    Without protocols it has Do53. https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_ResolverEndpoint.html
    """
    given = resource.get("protocols") if resource.type == "aws_route53_resolver_endpoint" else None
    if isinstance(given, tuple) and given and "Do53" not in given and all(isinstance(one, str) for one in given):
        yield f"it has protocols = {', '.join(given)} without Do53: queries by HTTPS are not evaluated"


def _too_few(resource: Resource) -> Iterator[str]:
    """Blocks of which the provider takes no fewer than two; those that are not known may be any number."""
    for name in _TWO.get(resource.type, ()):
        blocks = resource.values.get(name)
        if isinstance(blocks, Mapping) or (isinstance(blocks, tuple) and len(blocks) == 1):
            one = blocks if isinstance(blocks, Mapping) else blocks[0]
            if isinstance(one, Mapping):
                yield f"it has one {name}, and Terraform takes no {resource.type} with fewer than two"


def _at(value: Value, path: list[str]) -> Iterator[Mapping[str, Value]]:
    """The blocks at a path."""
    for block in value if isinstance(value, tuple) else (value,):
        if not isinstance(block, Mapping):
            continue
        if not path:
            yield block
        elif path[0] in block:
            yield from _at(block[path[0]], path[1:])
