"""What a graph holds that is not evaluated: resources, arguments, values. Nothing of it is passed over."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from isthmus.network.coverage.modeled import COMMON, MODELED
from isthmus.network.coverage.required_arguments import asks_otherwise, lacking
from isthmus.network.coverage.resource_types import OWN_REGION, Arguments, NotModeled, Scope
from isthmus.network.coverage.sharing import Shares
from isthmus.network.coverage.type_table import not_modeled
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown, Value

LOCAL_EXEC = "provisioner.local-exec"
_NOTHING: tuple[Value, ...] = (None, "", (), {})
# For a part of another resource: the argument that names that resource.
_PART_OF = {
    "aws_route": "route_table_id",
    "aws_network_acl_rule": "network_acl_id",
    "aws_security_group_rule": "security_group_id",
    "aws_vpc_security_group_ingress_rule": "security_group_id",
    "aws_vpc_security_group_egress_rule": "security_group_id",
    "aws_ec2_managed_prefix_list_entry": "prefix_list_id",
    "aws_ec2_transit_gateway_route": "transit_gateway_route_table_id",
    "aws_ec2_transit_gateway_prefix_list_reference": "transit_gateway_route_table_id",
    "aws_ec2_transit_gateway_route_table_propagation": "transit_gateway_route_table_id",
    "aws_ec2_transit_gateway_route_table_association": "transit_gateway_attachment_id",
    "aws_vpn_connection_route": "vpn_connection_id",
}
# What other resources add to, so that it is ignored on purpose; what is written is there all the same.
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_zone_association
_ADDED_TO = frozenset({("aws_route53_zone", "vpc")})
# What a resource belongs to: where that is not here, it may change whatever it likes of something that is.
_BELONGS_TO = {
    "aws_default_route_table": ("default_route_table_id",),
    "aws_default_network_acl": ("default_network_acl_id",),
    "aws_default_security_group": ("vpc_id",),
    "aws_network_acl": ("vpc_id",),
    "aws_security_group": ("vpc_id",),
    "aws_ec2_transit_gateway_route_table": ("transit_gateway_id",),
    "aws_vpn_connection": ("customer_gateway_id",),
    "aws_vpc_endpoint": ("vpc_id", "subnet_ids", "security_group_ids", "subnet_configuration.subnet_id"),
    "aws_route53_resolver_endpoint": ("ip_address.subnet_id", "security_group_ids"),
    "aws_route53_zone": ("vpc.vpc_id",),
    "aws_networkfirewall_firewall": ("firewall_policy_arn", "vpc_id", "transit_gateway_id"),
}


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """Something in the input that is not evaluated.

    `why` is a reason for people. `touches` are the addresses of what becomes unknown, besides the verdict: objects of
    the network. None are known where it may change anything, or names only.
    """

    address: str
    why: str
    touches: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The reason, with the address that it is about."""
        return f"{self.address}: {self.why}"


def not_evaluated_in(graph: Graph, objects: Collection[str]) -> Iterator[NotEvaluated]:
    """Everything in a graph that is not evaluated. `objects` are the addresses of the network that can be unknown."""
    for address, type_ in graph.forgotten.items():
        if not type_ or type_ in MODELED or not_modeled(type_) is not None:
            yield NotEvaluated(
                address, "Terraform forgets it (removed) and leaves it in AWS, where it may do what it did"
            )
    shares = Shares(graph)
    subnets = graph.of_type("aws_vpc_endpoint_subnet_association")
    completed = {ref.address for one in subnets for ref in references(one.get("vpc_endpoint_id"))}
    for resource in (*graph.resources.values(), *graph.unexpanded.values()):
        found = not_modeled(resource.type)
        if found is not None:
            yield from _not_modeled(graph, resource, found, objects)
        elif resource.type in MODELED:
            lacks = lacking(resource, completed) if resource.written is not None else ()
            listed = _arguments(resource, MODELED[resource.type])
            lacks = (*lacks, *asks_otherwise(resource), *_ignored(resource, MODELED[resource.type]))
            for why in (*lacks, *_unresolved(graph, resource), *shares.unshared(resource), *listed):
                through = [_PART_OF[resource.type]] if resource.type in _PART_OF else []
                named = _named(graph, resource, through, objects) or _named(graph, resource, (), objects)
                touches = (resource.address,) if resource.address in objects else named
                yield NotEvaluated(resource.address, why, touches)
        if resource.written is not None and LOCAL_EXEC in resource.written:
            why = "it runs a command (local-exec), which may change the network"
            yield NotEvaluated(resource.address, why)


# --- types


def _not_modeled(
    graph: Graph, resource: Resource, found: NotModeled, objects: Collection[str]
) -> Iterator[NotEvaluated]:
    if found.unless is not None:
        argument, value = found.unless
        if resource.get(argument) == value:
            return
    if found.through and not any(resource.get(name) is not None for name in found.through):
        return
    why = f"{found.why}; {resource.type} is not modeled"
    touches: tuple[str, ...] = ()
    if found.scope is Scope.NAMED:
        touches = _named(graph, resource, found.through, objects)
    yield NotEvaluated(resource.address, why, touches)


def _named(graph: Graph, resource: Resource, through: Collection[str], objects: Collection[str]) -> tuple[str, ...]:
    """The objects that a resource's arguments name: directly, or by way of resources that are no objects."""
    values = [resource.get(name) for name in through] if through else list(resource.values.values())
    waiting = [ref.address for value in values for ref in references(value)]
    seen = {resource.address}
    found: dict[str, None] = {}
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        if address in objects:
            found[address] = None
        elif address in graph.resources:
            others = graph.resources[address].values.values()
            waiting += [ref.address for value in others for ref in references(value)]
    return tuple(sorted(found))


def references(value: Value) -> Iterator[Ref]:
    """Every reference in a value."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from references(item)


# --- arguments


def _unresolved(graph: Graph, resource: Resource) -> Iterator[str]:
    """Arguments that say what a resource belongs to, and name what is not in this input."""
    for path in _BELONGS_TO.get(resource.type, ()):
        for value in _at(resource.values, path.split(".")):
            known = isinstance(value, Ref) and (value.address in graph.resources or value.address in graph.unexpanded)
            if not known:
                shown = value.reason if isinstance(value, Unknown) else str(value)
                yield f"its {path} is not in this input ({shown})"


def _at(value: Value, path: list[str]) -> Iterator[Value]:
    """What stands at a path, in every block and of every list on the way."""
    if isinstance(value, tuple):
        for item in value:
            yield from _at(item, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _arguments(resource: Resource, table: Arguments) -> Iterator[str]:
    """Why the arguments of a resource make it unknown, each reason as a sentence about the resource."""
    written = resource.written
    for name, value in resource.values.items():
        if name in COMMON or name == "region" or (written is not None and name not in written):
            continue  # an argument that is not set has the default of AWS, which is evaluated
        if resource.region is not None and value == resource.region and OWN_REGION in (table.values(name) or ()):
            continue  # a state holds it of every endpoint
        yield from _argument(table, name, value, known_to_be_written=written is not None)


def _ignored(resource: Resource, table: Arguments) -> Iterator[str]:
    """Why an evaluated argument may have another value than is written: Terraform leaves it as it finds it."""
    for name in resource.ignored:
        if name == "all":
            yield "Terraform ignores changes of all its arguments: AWS may have others than are written"
        elif name not in COMMON and table.reason(name) is None and (resource.type, name) not in _ADDED_TO:
            yield f"Terraform ignores changes of {name}: AWS may have another than is written"


def _argument(table: Arguments, path: str, value: Value, *, known_to_be_written: bool) -> Iterator[str]:
    if path in table.blocks and isinstance(value, Mapping | tuple):
        for block in value if isinstance(value, tuple) else (value,):
            for name, inner in block.items() if isinstance(block, Mapping) else ():
                yield from _argument(table, f"{path}.{name}", inner, known_to_be_written=known_to_be_written)
        return
    allowed = table.values(path)
    if allowed is not None:
        for item in value if isinstance(value, tuple) else (value,):
            if item not in _NOTHING and (_spelt(item) not in allowed or item == OWN_REGION):
                yield f"it has {path} = {_shown(item)}, which is not evaluated"
    elif known_to_be_written and not table.holds(path) and value not in _NOTHING:
        yield f"it has the argument {path}, which is in no table of this release"


def _spelt(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: Value) -> str:
    if isinstance(value, Unknown):
        return str(value)
    return _spelt(value) if isinstance(value, str | bool | int | float) else "(several values)"
