"""References that AWS or Terraform refuses: to what is not declared, and to what is in another Region."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.aws.regions import REGIONS
from isthmus.network.coverage.modeled import MODELED
from isthmus.network.coverage.not_evaluated import references
from isthmus.network.model import StructuralProblem
from isthmus.terraform.graph import Graph, Resource

# Without a Region, or a connection between two Regions. https://docs.aws.amazon.com/vpc/latest/tgw/tgw-peering.html,
# https://docs.aws.amazon.com/vpc/latest/peering/working-with-vpc-peering.html
_ACROSS = frozenset(
    {
        "aws_dx_gateway",
        "aws_dx_gateway_association",
        "aws_ec2_transit_gateway_peering_attachment",
        "aws_ec2_transit_gateway_peering_attachment_accepter",
        "aws_route53_record",
        "aws_route53_zone",
        "aws_route53_zone_association",
        "aws_vpc_peering_connection",
        "aws_vpc_peering_connection_accepter",
    }
)
REGIONAL = frozenset(MODELED) - _ACROSS


def reference_findings(graph: Graph) -> Iterator[StructuralProblem]:
    """Every reference to nothing, and every one that leaves its Region."""
    for found in graph.undeclared:
        why = f"{found.argument} of {found.address} refers to {found.missing}, which is not declared"
        yield StructuralProblem("undeclared-reference", (found.address, found.missing), why)
    for resource in graph.resources.values():
        yield from _service_elsewhere(resource)
        if resource.type not in REGIONAL or resource.region is None:
            continue
        for argument, value in resource.values.items():
            for address in dict.fromkeys(ref.address for ref in references(value)):
                other = graph.resources.get(address)
                if other is None or other.type not in REGIONAL or other.region in (None, resource.region):
                    continue
                why = (
                    f"{argument} of {resource.address} ({resource.region}) refers to {address}, "
                    f"which is in {other.region}"
                )
                yield StructuralProblem("region-differs", (resource.address, address), why)


def _service_elsewhere(resource: Resource) -> Iterator[StructuralProblem]:
    """An endpoint for a service of another Region: only an interface endpoint that says so reaches one.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html,
    https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-cross-region-privatelink-support.html
    """
    service = resource.get("service_name") if resource.type == "aws_vpc_endpoint" else None
    if not isinstance(service, str) or resource.get("service_region") is not None or resource.region is None:
        return
    named = next((part for part in service.split(".") if part in REGIONS), resource.region)
    if named != resource.region:
        why = f"service_name of {resource.address} ({resource.region}) is {service}, a service of {named}"
        yield StructuralProblem("region-differs", (resource.address,), why)
