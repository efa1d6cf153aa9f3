"""Reading values of resources: references of the right kind, prefixes, switches. What cannot be read is `Unknown`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any, TypeVar

from isthmus.network.model import Cidr, StructuralProblem, Unknown
from isthmus.terraform.graph import Graph, Ref, Resource, Value
from isthmus.text.printable import printable

Made = TypeVar("Made")

# A kind of object: the attributes, by resource type, that identify it. `Resolver.same` maps them to one address.
ReferenceKind = Mapping[str, tuple[str, ...]]

VPC: ReferenceKind = {"aws_vpc": ("id",), "aws_default_vpc": ("id",)}
SUBNET: ReferenceKind = {"aws_subnet": ("id",), "aws_default_subnet": ("id",)}
TABLE: ReferenceKind = {
    "aws_route_table": ("id",),
    "aws_default_route_table": ("id",),
    "aws_vpc": ("main_route_table_id", "default_route_table_id"),
}
NACL: ReferenceKind = {
    "aws_network_acl": ("id",),
    "aws_default_network_acl": ("id",),
    "aws_vpc": ("default_network_acl_id",),
}
GROUP: ReferenceKind = {
    "aws_security_group": ("id",),
    "aws_default_security_group": ("id",),
    "aws_vpc": ("default_security_group_id",),
}
GATEWAY: ReferenceKind = {"aws_internet_gateway": ("id",), "aws_vpn_gateway": ("id",)}
PREFIX_LIST: ReferenceKind = {"aws_ec2_managed_prefix_list": ("id",), "aws_vpc_endpoint": ("prefix_list_id",)}
TRANSIT_GATEWAY: ReferenceKind = {"aws_ec2_transit_gateway": ("id",)}
TGW_TABLE: ReferenceKind = {
    "aws_ec2_transit_gateway_route_table": ("id",),
    "aws_ec2_transit_gateway": ("association_default_route_table_id", "propagation_default_route_table_id"),
}
ATTACHMENT: ReferenceKind = {
    "aws_ec2_transit_gateway_vpc_attachment": ("id",),
    "aws_ec2_transit_gateway_vpc_attachment_accepter": ("id", "transit_gateway_attachment_id"),
    "aws_ec2_transit_gateway_peering_attachment": ("id",),
    "aws_ec2_transit_gateway_peering_attachment_accepter": ("id", "transit_gateway_attachment_id"),
    "aws_ec2_transit_gateway_connect": ("id",),
    "aws_vpn_connection": ("transit_gateway_attachment_id",),
    "aws_dx_gateway_association": ("transit_gateway_attachment_id",),
    "aws_networkfirewall_firewall": ("firewall_status[0].transit_gateway_attachment_sync_states[0].attachment_id",),
}

_WORDS = {
    "enable": True,
    "enabled": True,
    "true": True,
    "disable": False,
    "disabled": False,
    "false": False,
}


def single(type_: str, *attributes: str) -> ReferenceKind:
    """A kind that one resource type has."""
    return {type_: attributes or ("id",)}


class Resolver:
    """Reads a graph. Collects findings about identifiers of the wrong kind."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.findings: list[StructuralProblem] = []
        self.notes: list[str] = []
        # Arguments that could not be compared with what AWS accepts, since they are not known.
        self.unchecked: list[str] = []
        # Which object an identifier stands for, where that is not the resource it is an attribute of.
        self.same: dict[tuple[str, str], str] = {}
        # Identifiers of which it is not known what they stand for.
        self.unclear: dict[tuple[str, str], Unknown] = {}

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of some types, those of unknown number included: ask `doubt` about each."""
        yield from self.graph.of_type(*types)
        yield from (r for r in self.graph.unexpanded.values() if r.type in types)

    def certain(self, *types: str) -> Iterator[Resource]:
        """The resources of some types of which there is one each; the others go into the notes."""
        yield from self.graph.of_type(*types)
        for resource in self.graph.unexpanded.values():
            if resource.type in types:
                self.notes.append(
                    f"how many {resource.address} there are is unknown; so is everything that refers to it"
                )

    def split(self, made: Mapping[str, Made]) -> tuple[dict[str, Made], dict[str, Made]]:
        """Objects by address, those that exist apart from those of which it is not known how many there are."""
        possible = {address: thing for address, thing in made.items() if address in self.graph.unexpanded}
        return {address: thing for address, thing in made.items() if address not in possible}, possible

    def unknown_reason(self, resource: Resource) -> Unknown | None:
        """Why a resource may exist several times or not at all."""
        if resource.address in self.graph.unexpanded:
            return Unknown(f"how many {resource.address} there are is unknown")
        return None

    def one(self, resource: Resource, argument: str, kind: ReferenceKind) -> str | Unknown | None:
        """The address of the object an argument names; None where the argument is absent."""
        return self.target(resource, argument, resource.get(argument), kind)

    def required(self, resource: Resource, argument: str, kind: ReferenceKind) -> str | Unknown:
        """`one`, for an argument that has to be there."""
        found = self.one(resource, argument, kind)
        return Unknown(f"{resource.address} has no {argument}") if found is None else found

    def many(self, resource: Resource, argument: str, kind: ReferenceKind) -> tuple[str | Unknown, ...]:
        """The objects that a list argument names."""
        value = resource.get(argument)
        if value is None:
            return ()
        if isinstance(value, Unknown):
            return (value,)
        found = (self.target(resource, argument, v, kind) for v in (value if isinstance(value, tuple) else (value,)))
        return tuple(f for f in found if f is not None)

    def target(self, resource: Resource, argument: str, value: Value, kind: ReferenceKind) -> str | Unknown | None:
        """The object that a value names, in whatever argument or block it stands."""
        if value is None or isinstance(value, Unknown):
            return value
        if not isinstance(value, Ref):
            return Unknown(f"{argument} of {resource.address} is {value!r}, which is not in this input")
        if value.attribute.startswith("attachment:"):
            return self._attachment(value)
        other = self.graph.resources.get(value.address)
        if other is None:
            if value.address in self.graph.unexpanded:
                return Unknown(f"how many {value.address} there are is unknown")
            return Unknown(f"{argument} of {resource.address} is {value}, which is not in this input")
        if value.attribute not in kind.get(other.type, ()):
            wanted = ", ".join(f"{type_}.{name}" for type_, names in kind.items() for name in names[:1])
            why = f"{argument} of {resource.address} is {value}; it takes the identifier of another kind: {wanted}"
            self.findings.append(StructuralProblem("wrong-kind-of-id", (resource.address, value.address), why))
            return Unknown(why)
        named = (value.address, value.attribute)
        return self.unclear.get(named) or self.same.get(named, value.address)

    def _attachment(self, named: Ref) -> str | Unknown:
        """An attachment that is named by what it attaches and by its transit gateway, as data sources do."""
        what = (named.address, named.attribute)
        gateway = named.attribute.removeprefix("attachment:")
        found = self.unclear.get(what) or self.same.get(what)
        return found or Unknown(f"which attachment {named.address} has to {gateway}: none in this input")


def cidr(resource: Resource, argument: str, value: Value) -> Cidr | Unknown:
    """A prefix. Host bits are dropped, as AWS does."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, str):
        try:
            found = ip_network(value, strict=False)
        except ValueError:
            return Unknown(f"{argument} of {resource.address} is no CIDR block: {value!r}")
        wanted = 6 if "ipv6" in argument else 4 if argument == "cidr_block" else found.version
        if found.version != wanted:
            return Unknown(f"{argument} of {resource.address} is no IPv{wanted} CIDR block: {value!r}")
        return found
    return Unknown(f"{argument} of {resource.address}: {value}")


def cidrs(resource: Resource, argument: str, value: Value) -> tuple[Cidr | Unknown, ...]:
    """A list of prefixes; none where absent."""
    if value is None:
        return ()
    return tuple(cidr(resource, argument, v) for v in (value if isinstance(value, tuple) else (value,)))


def switch(value: Value, default: bool) -> bool | Unknown:
    """A Boolean, or one of the words AWS uses for it; the provider's default where absent."""
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _WORDS:
        return _WORDS[value.lower()]
    return value if isinstance(value, Unknown) else Unknown(str(value))


def integer(value: Value) -> int | Unknown | None:
    """A whole number, written as one or as text."""
    if value is None or isinstance(value, Unknown):
        return value
    try:
        return int(value)
    except (TypeError, ValueError):
        return Unknown(str(value))


def text(value: Value) -> str | Unknown:
    """A text; Unknown where it is anything else or absent."""
    return value if isinstance(value, str) else value if isinstance(value, Unknown) else Unknown(f"{value}")


def tags(resource: Resource) -> dict[str, str]:
    """The tags that are known and may be shown, the provider's default tags included where the input shows them."""
    found: dict[str, str] = {}
    for argument in ("tags_all", "tags"):
        value: Any = resource.get(argument)
        if isinstance(value, Mapping):
            found.update({printable(str(k)): printable(v) for k, v in value.items() if isinstance(v, str)})
    return found


def name_of(resource: Resource) -> str:
    """The `Name` tag, or ""."""
    return tags(resource).get("Name", "")
