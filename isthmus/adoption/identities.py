"""What a resource is in the network, apart from its address: by this, an existing resource is found in an output.

A subnet is what it is by its VPC and its CIDR, a propagation by its attachment and its route table, and so on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

from isthmus.terraform.graph import Graph, Ref, Resource, Unknown, Value

_T = "aws_ec2_transit_gateway"

KEYS: Mapping[str, tuple[str, ...]] = {
    "aws_customer_gateway": ("ip_address", "bgp_asn"),
    _T: (),
    f"{_T}_route": ("transit_gateway_route_table_id", "destination_cidr_block"),
    f"{_T}_route_table": ("transit_gateway_id", "tags.Name"),
    f"{_T}_route_table_association": ("transit_gateway_attachment_id",),
    f"{_T}_route_table_propagation": ("transit_gateway_attachment_id", "transit_gateway_route_table_id"),
    f"{_T}_vpc_attachment": ("transit_gateway_id", "vpc_id"),
    f"{_T}_vpc_attachment_accepter": ("transit_gateway_attachment_id",),
    "aws_internet_gateway": ("vpc_id",),
    "aws_route_table_association": ("subnet_id",),
    "aws_subnet": ("vpc_id", "cidr_block"),
    "aws_vpc": ("cidr_block",),
    "aws_vpc_ipv4_cidr_block_association": ("vpc_id", "cidr_block"),
    "aws_vpn_connection": ("customer_gateway_id", "transit_gateway_id"),
}
"""By type: the arguments that identify a resource. What they refer to is identified in the same way."""


def identified(
    graph: Graph, without: Mapping[str, str] = MappingProxyType({})
) -> tuple[dict[Hashable, Resource], dict[str, str]]:
    """The resources by identity, and why others have none, by address.

    Two resources of one identity have none: which of them is meant is not known. Neither have those `without` (each
    with the reason), and what belongs to them.
    """
    by_identity: dict[Hashable, list[Resource]] = defaultdict(list)
    reasons: dict[str, str] = {}
    known = _Identities(graph, without)
    for resource in graph.resources.values():
        if resource.existing or resource.type not in KEYS:
            continue
        try:
            by_identity[known.of(resource)].append(resource)
        except LookupError as unclear:
            reasons[resource.address] = without.get(resource.address, str(unclear.args[0]))
    for several in by_identity.values():
        for resource in several if len(several) > 1 else ():
            others = ", ".join(one.address for one in several if one is not resource)
            ids = {one.get("id") for one in several}
            reasons[resource.address] = (
                f"{others} is the same object with other values: run terraform apply -refresh-only for each state"
                if len(ids) == 1 and None not in ids
                else f"it cannot be distinguished from {others}"
            )
    return {identity: found[0] for identity, found in by_identity.items() if len(found) == 1}, reasons


class _Identities:
    def __init__(self, graph: Graph, without: Mapping[str, str]) -> None:
        self._graph = graph
        self._without = without
        self._busy: set[str] = set()

    def of(self, resource: Resource) -> Hashable:
        """The identity of a resource. Raises `LookupError` with the reason if it is not known."""
        if resource.address in self._without:
            raise LookupError(f"it belongs to {resource.address}, which is left")
        if resource.address in self._busy:
            raise LookupError(f"{resource.address} refers to itself")
        self._busy.add(resource.address)
        try:
            parts = (self._part(resource, argument) for argument in KEYS[resource.type])
            return (resource.type, *parts)
        finally:
            self._busy.discard(resource.address)

    def _part(self, resource: Resource, argument: str) -> Hashable:
        name, _, inner = argument.partition(".")
        value: Value = resource.get(name)
        if argument == "bgp_asn":
            value = resource.get("bgp_asn", resource.get("bgp_asn_extended"))
        if inner:
            value = value.get(inner) if isinstance(value, Mapping) else None
        if isinstance(value, Ref):
            return self._target(resource, argument, value)
        if isinstance(value, Unknown):
            raise LookupError(f"its {argument} is not known ({value.reason})")
        if value is None:
            raise LookupError(f"it has no {argument}")
        return str(value)

    def _target(self, resource: Resource, argument: str, value: Ref) -> Hashable:
        other = self._graph.resources.get(value.address)
        if other is None:
            raise LookupError(f"its {argument} is {value}, which is not in this input")
        if other.type == f"{_T}_vpc_attachment_accepter":
            accepted = other.get("transit_gateway_attachment_id")
            if isinstance(accepted, Ref):  # an accepter is the attachment that it accepts
                return self._target(other, "transit_gateway_attachment_id", accepted)
        if other.type not in KEYS:
            raise LookupError(f"its {argument} is {value}, and {other.type} is not adopted")
        return (self.of(other), value.attribute)


def without_identity(resource: Resource) -> str:
    """Why a resource of a type without an identity is not adopted."""
    return f"{resource.type} is not adopted"


def import_id(graph: Graph, resource: Resource) -> str | None:
    """The id by which Terraform imports a resource; None if it is not in this input.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route_table_association#import
    """
    own = resource.get("id")
    if resource.type == "aws_route_table_association":
        ends = [_id_of(graph, resource.get(argument)) for argument in ("subnet_id", "route_table_id")]
        return None if None in ends else "/".join(map(str, ends))
    return own if isinstance(own, str) else None


def _id_of(graph: Graph, value: Value) -> str | None:
    if isinstance(value, Ref):
        other = graph.resources.get(value.address)
        value = other.get(value.attribute) if other is not None else None
    return value if isinstance(value, str) else None


def as_text(value: Any) -> str:
    """A value as a comparison sees it: Terraform converts numbers and truth values."""
    return str(value).lower() if isinstance(value, bool) else str(value)
