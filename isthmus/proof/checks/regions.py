"""Regions: every VPC and transit gateway is in the Region that the intent states."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Estate
from isthmus.proof.result.findings import Violation
from isthmus.terraform.graph import Graph

_TYPES = ("aws_vpc", "aws_default_vpc", "aws_ec2_transit_gateway")


def region_violations(estate: Estate, graph: Graph) -> Iterator[Violation]:
    """VPCs and transit gateways in another Region than the intent states."""
    for resource in graph.of_type(*_TYPES):
        if resource.region is not None and resource.region != estate.region:
            why = f"{resource.address} is in {resource.region}; the intent states {estate.region}"
            yield Violation("region-differs", why, (resource.address,))
