"""VPC route tables: their routes, the gateways whose routes they learn, and the gateways they are associated with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from isthmus.network.from_terraform.values import (
    GATEWAY,
    PREFIX_LIST,
    TABLE,
    TRANSIT_GATEWAY,
    VPC,
    ReferenceKind,
    Resolver,
    cidr,
    name_of,
    single,
)
from isthmus.network.model import (
    AttachmentKind,
    Cidr,
    Network,
    PossibleReference,
    RouteOrigin,
    Target,
    TargetKind,
    Unknown,
    Vpc,
    VpcRoute,
    VpcTable,
)
from isthmus.terraform.graph import Ref, Resource, Value, blocks

# Arguments of a route that name its target, and what they take.
_TARGETS: dict[str, tuple[TargetKind, ReferenceKind]] = {
    "transit_gateway_id": (TargetKind.TRANSIT_GATEWAY, TRANSIT_GATEWAY),
    "nat_gateway_id": (TargetKind.NAT_GATEWAY, single("aws_nat_gateway")),
    "egress_only_gateway_id": (TargetKind.EGRESS_ONLY, single("aws_egress_only_internet_gateway")),
    "vpc_peering_connection_id": (
        TargetKind.PEERING,
        {"aws_vpc_peering_connection": ("id",), "aws_vpc_peering_connection_accepter": ("id",)},
    ),
}
_NOT_MODELED = {
    "network_interface_id": TargetKind.INTERFACE,
    "instance_id": TargetKind.INTERFACE,
    "carrier_gateway_id": TargetKind.OTHER,
    "core_network_arn": TargetKind.OTHER,
    "local_gateway_id": TargetKind.OTHER,
    "odb_network_arn": TargetKind.OTHER,
}


@dataclass(frozen=True)
class Stray:
    """What is in one table that is not known: a route, or else what a virtual private gateway (or any) teaches.

    `among` are the tables that it may be in; None for all.
    """

    route: VpcRoute | None = None
    gateway: str | Unknown = ""
    why: str = ""
    among: frozenset[str] | None = None


def tables(resolver: Resolver, made_vpcs: Mapping[str, Vpc]) -> tuple[dict[str, VpcTable], list[Stray]]:
    """Route tables with every route, inline or as a resource; and the routes whose route table is unknown."""
    stray: list[Stray] = []
    propagating: dict[str, list[str | Unknown]] = defaultdict(list)
    may_learn: dict[str, list[PossibleReference]] = defaultdict(list)
    for resource in resolver.of_type("aws_vpn_gateway_route_propagation"):
        table = resolver.required(resource, "route_table_id", TABLE)
        gateway = resolver.required(resource, "vpn_gateway_id", single("aws_vpn_gateway"))
        unknown_reason = resolver.unknown_reason(resource)
        if isinstance(table, Unknown):
            stray.append(Stray(None, gateway, f"{resource.address} may propagate into it: {table.reason}"))
        elif unknown_reason is not None and isinstance(gateway, str):
            may_learn[table].append(PossibleReference(gateway, unknown_reason.reason))
        else:
            propagating[table].append(gateway)
    edges: dict[str, list[str | Unknown]] = defaultdict(list)
    for resource in resolver.of_type("aws_route_table_association"):
        edge = resolver.one(resource, "gateway_id", GATEWAY)
        table = resolver.required(resource, "route_table_id", TABLE)
        if edge is None:
            continue
        if isinstance(table, str):
            edges[table].append(resolver.unknown_reason(resource) or edge)
        else:
            edges[""].append(Unknown(f"{resource.address} associates a gateway with an unknown table: {table.reason}"))
    routes: dict[str, list[VpcRoute]] = defaultdict(list)
    for resource in resolver.of_type("aws_route"):
        table = resolver.required(resource, "route_table_id", TABLE)
        route = _route(resolver, resource, resource.values, resource.address, "destination_")
        unknown_reason = resolver.unknown_reason(resource)
        if isinstance(table, Unknown):
            stray.append(Stray(replace(route, unknown_reason=f"it is in an unknown table: {table.reason}")))
        else:
            routes[table].append(replace(route, unknown_reason=unknown_reason.reason) if unknown_reason else route)
    made: dict[str, VpcTable] = {}
    owners = {made_vpcs[v].address: resolver.same[v, "main_route_table_id"] for v in made_vpcs}
    managed = {table: vpc for vpc, table in owners.items()}
    for resource in resolver.of_type("aws_route_table", "aws_default_route_table"):
        address = resource.address
        unknown_reason = resolver.unknown_reason(resource)
        inline: list[VpcRoute] = []
        for index, block in enumerate(blocks(resource, "route")):
            name = f"{address}.route[{index}]"
            if isinstance(block, Unknown):
                inline.append(VpcRoute(name, block, block))
            else:
                inline.append(_route(resolver, resource, block, name, ""))
        learns = resolver.many(resource, "propagating_vgws", single("aws_vpn_gateway"))
        adopted = address not in managed and resource.type == "aws_default_route_table"
        if adopted:
            why, among = _adopted(resolver, resource, owners)
            stray += [Stray(replace(route, unknown_reason=why), among=among) for route in inline]
            stray += [Stray(None, gateway, why, among) for gateway in learns]
        if unknown_reason is not None:
            resolver.notes.append(f"{unknown_reason.reason}; what refers to it is unknown")
            continue
        vpc: str | Unknown = managed.get(address) or resolver.required(resource, "vpc_id", VPC)
        made[address] = VpcTable(
            address,
            vpc,
            (*inline, *routes[address]),
            (*learns, *propagating[address]),
            (*edges[address], *edges[""]),
            name_of(resource),
            tuple(may_learn[address]),
        )
    for vpc_address, table_address in owners.items():
        if table_address not in made:
            made[table_address] = VpcTable(
                table_address,
                vpc_address,
                tuple(routes[table_address]),
                tuple(propagating[table_address]),
                (*edges[table_address], *edges[""]),
                may_learn=tuple(may_learn[table_address]),
            )
    return made, stray


def _adopted(resolver: Resolver, resource: Resource, owners: Mapping[str, str]) -> tuple[str, frozenset[str]]:
    """Why a main route table may be managed by a resource, and which ones may."""
    value = resource.get("default_route_table_id")
    unknown_reason = resolver.unknown_reason(resource)
    if isinstance(value, Ref) and value.address in owners:
        return unknown_reason.reason if unknown_reason else "", frozenset({owners[value.address]})
    free = (table for table in owners.values() if table not in resolver.graph.resources)
    return f"which VPC's main table {resource.address} is: {value}", frozenset(free)


def with_strays(network: Network, stray: Iterable[Stray]) -> Network:
    """The network with everything of an unknown table in each table that may hold it.

    AWS takes no route to a gateway of another VPC, nor to a transit gateway that the VPC is not attached to.
    """
    made = dict(network.tables)
    for one in stray:
        for address, table in made.items():
            if one.among is not None and address not in one.among:
                continue
            if one.route is not None:
                owners = _owners(network, one.route.target)
                if owners is None or isinstance(table.vpc, Unknown) or table.vpc in owners:
                    made[address] = replace(made[address], routes=(*made[address].routes, one.route))
            elif isinstance(one.gateway, Unknown):
                why = Unknown(f"{one.why}, from {one.gateway.reason}")
                made[address] = replace(made[address], propagating=(*made[address].propagating, why))
            else:
                owners = _owners(network, Target(TargetKind.VPN_GATEWAY, one.gateway))
                if owners is None or isinstance(table.vpc, Unknown) or table.vpc in owners:
                    may = (*made[address].may_learn, PossibleReference(one.gateway, one.why))
                    made[address] = replace(made[address], may_learn=may)
    return replace(network, tables=made)


def _owners(network: Network, target: Target | Unknown) -> frozenset[str] | None:
    """The VPCs whose tables may hold a route to a target; None where that is not known."""
    if isinstance(target, Unknown):
        return None
    found: list[str | Unknown | None] = []
    if target.kind in (TargetKind.INTERNET_GATEWAY, TargetKind.EGRESS_ONLY, TargetKind.VPN_GATEWAY):
        gateway = network.gateways.get(target.address)
        found = [gateway.vpc if gateway is not None else Unknown("not in this input")]
    elif target.kind is TargetKind.NAT_GATEWAY:
        nat = network.nats.get(target.address)
        subnet = network.subnets.get(str(nat.subnet)) if nat is not None else None
        found = [subnet.vpc if subnet is not None else Unknown("not known")]
    elif target.kind is TargetKind.PEERING:
        peering = network.peerings.get(target.address)
        found = [peering.requester, peering.peer] if peering is not None else [Unknown("not in this input")]
    elif target.kind is TargetKind.TRANSIT_GATEWAY:
        attachments = (*network.attachments.values(), *network.possible.attachments.values())
        vpcs = [a for a in attachments if a.kind is AttachmentKind.VPC]
        found = [a.attached for a in vpcs if a.gateway == target.address or isinstance(a.gateway, Unknown)]
    else:
        return None
    if any(isinstance(vpc, Unknown) for vpc in found):
        return None
    return frozenset(vpc for vpc in found if isinstance(vpc, str))


def _route(resolver: Resolver, resource: Resource, values: Mapping[str, Value], name: str, prefix: str) -> VpcRoute:
    """A route, from an `aws_route` (`prefix` is "destination_") or from a block of a table."""
    destination: Cidr | str | Unknown = Unknown(f"{name} has no destination")
    origin = RouteOrigin.STATIC
    for argument in (f"{prefix}cidr_block", f"{prefix}ipv6_cidr_block"):
        if values.get(argument) not in (None, ""):
            destination = cidr(resource, argument, values[argument])
    listed = resolver.target(
        resource, "destination_prefix_list_id", values.get("destination_prefix_list_id") or None, PREFIX_LIST
    )
    if listed is not None:
        destination, origin = listed, RouteOrigin.PREFIX_LIST
    return VpcRoute(name, destination, _target(resolver, resource, values, name), origin)


def _target(resolver: Resolver, resource: Resource, values: Mapping[str, Value], name: str) -> Target | Unknown:
    found: str | Unknown | None
    for argument, (target_kind, kind) in _TARGETS.items():
        found = resolver.target(resource, argument, values.get(argument) or None, kind)
        if found is not None:
            return found if isinstance(found, Unknown) else Target(target_kind, found)
    gateway = values.get("gateway_id") or None
    if gateway == "local":
        return Target(TargetKind.LOCAL)
    found = resolver.target(resource, "gateway_id", gateway, GATEWAY)
    if isinstance(found, Unknown):
        return found
    if found is not None:
        internet = resolver.graph.resources[found].type == "aws_internet_gateway"
        return Target(TargetKind.INTERNET_GATEWAY if internet else TargetKind.VPN_GATEWAY, found)
    if values.get("vpc_endpoint_id") not in (None, ""):
        return _endpoint(resolver, resource, values["vpc_endpoint_id"])
    for argument, target_kind in _NOT_MODELED.items():
        value = values.get(argument)
        if value not in (None, ""):
            return value if isinstance(value, Unknown) else Target(target_kind, str(value))
    return Unknown(f"{name} has no target")


def _endpoint(resolver: Resolver, resource: Resource, value: Value) -> Target | Unknown:
    """A firewall endpoint or a Gateway Load Balancer endpoint."""
    if isinstance(value, Ref):
        other = resolver.graph.resources.get(value.address)
        firewall = "aws_networkfirewall_firewall"
        if other is not None and other.type == firewall and value.attribute.startswith("firewall_status"):
            named = resolver.same.get((value.address, value.attribute))
            # Where it cannot be said which endpoint it is: one of the firewall's, by the firewall's own address.
            return Target(TargetKind.FIREWALL_ENDPOINT, named or value.address)
        if other is not None and other.type == "aws_networkfirewall_vpc_endpoint_association":
            return Target(TargetKind.FIREWALL_ENDPOINT, other.address)
    found = resolver.target(resource, "vpc_endpoint_id", value, single("aws_vpc_endpoint"))
    if found is None or isinstance(found, Unknown):
        return found or Unknown(f"vpc_endpoint_id of {resource.address}")
    return Target(TargetKind.ENDPOINT, found)
