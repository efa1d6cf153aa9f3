"""VPCs, subnets, gateways and route tables.

Defaults are AWS's: a VPC has a main route table, a default network ACL that allows everything and a default security
group. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html#default-network-acl
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from isthmus.network.build.resolve import (
    GATEWAY,
    NACL,
    PREFIX_LIST,
    SUBNET,
    TABLE,
    TRANSIT_GATEWAY,
    VPC,
    Kind,
    Resolver,
    cidr,
    cidrs,
    name_of,
    single,
    tags,
    text,
)
from isthmus.network.model import (
    Cidr,
    Finding,
    Gateway,
    GatewayKind,
    RouteOrigin,
    Subnet,
    Target,
    TargetKind,
    Unknown,
    Vpc,
    VpcRoute,
    VpcTable,
)
from isthmus.terraform.graph import Ref, Resource, Value, blocks

_VPC_TYPES = ("aws_vpc", "aws_default_vpc")

# Arguments of a route that name its target, and what they take.
_TARGETS: dict[str, tuple[TargetKind, Kind]] = {
    "transit_gateway_id": (TargetKind.TRANSIT_GATEWAY, TRANSIT_GATEWAY),
    "nat_gateway_id": (TargetKind.NAT_GATEWAY, single("aws_nat_gateway")),
    "egress_only_gateway_id": (TargetKind.EGRESS_ONLY, single("aws_egress_only_internet_gateway")),
    "vpc_peering_connection_id": (
        TargetKind.PEERING,
        {"aws_vpc_peering_connection": ("id",), "aws_vpc_peering_connection_accepter": ("id",)},
    ),
}
_UNMODELLED = {
    "network_interface_id": TargetKind.INTERFACE,
    "instance_id": TargetKind.INTERFACE,
    "carrier_gateway_id": TargetKind.OTHER,
    "core_network_arn": TargetKind.OTHER,
    "local_gateway_id": TargetKind.OTHER,
    "odb_network_arn": TargetKind.OTHER,
}


def main_tables(resolver: Resolver) -> None:
    """Say which object a VPC's own table, network ACL and security group are: the resource that manages it, if any."""
    for resource in resolver.graph.of_type(*_VPC_TYPES):
        for attribute in ("main_route_table_id", "default_route_table_id"):
            resolver.same[resource.address, attribute] = f"{resource.address}.main_route_table_id"
        for attribute in ("default_network_acl_id", "default_security_group_id"):
            resolver.same[resource.address, attribute] = f"{resource.address}.{attribute}"
    for type_, argument, attributes in (
        ("aws_default_route_table", "default_route_table_id", ("main_route_table_id", "default_route_table_id")),
        ("aws_default_network_acl", "default_network_acl_id", ("default_network_acl_id",)),
        ("aws_default_security_group", "vpc_id", ("default_security_group_id",)),
    ):
        for resource in resolver.graph.of_type(type_):
            value = resource.get(argument)
            if isinstance(value, Ref):
                for attribute in attributes:
                    resolver.same[value.address, attribute] = resource.address


def vpcs(resolver: Resolver) -> dict[str, Vpc]:
    """VPCs with their CIDRs, secondary ones included, and main tables."""
    more: dict[str, list[Cidr | Unknown]] = defaultdict(list)
    for type_ in ("aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association"):
        for resource in resolver.of_type(type_):
            vpc = resolver.required(resource, "vpc_id", VPC)
            argument = "cidr_block" if "ipv4" in type_ else "ipv6_cidr_block"
            if isinstance(vpc, Unknown):
                resolver.notes.append(f"{resource.address} adds a CIDR to an unknown VPC: {vpc.reason}")
            elif resource.get(argument) is not None or "ipv4" in type_:
                more[vpc].append(resolver.doubt(resource) or cidr(resource, argument, resource.get(argument)))
            else:
                _unknown_ipv6(resolver, resource)
    main: dict[str, str | Unknown] = {}
    for resource in resolver.of_type("aws_main_route_table_association"):
        vpc = resolver.required(resource, "vpc_id", VPC)
        if isinstance(vpc, str):
            main[vpc] = resolver.doubt(resource) or resolver.required(resource, "route_table_id", TABLE)
    made: dict[str, Vpc] = {}
    for resource in resolver.certain(*_VPC_TYPES):
        address = resource.address
        own: list[Cidr | Unknown] = [cidr(resource, "cidr_block", resource.get("cidr_block", Unknown("from a pool")))]
        ipv6 = resource.get("ipv6_cidr_block")
        if isinstance(ipv6, str):
            own.append(cidr(resource, "ipv6_cidr_block", ipv6))
        elif resource.get("assign_generated_ipv6_cidr_block") is True or resource.get("ipv6_ipam_pool_id") is not None:
            _unknown_ipv6(resolver, resource)
        table = main.get(address, resolver.same[address, "main_route_table_id"])
        known = tuple(dict.fromkeys((*own, *more[address])))
        made[address] = Vpc(address, known, table, resource.account, resource.region, name_of(resource))
    return made


def _unknown_ipv6(resolver: Resolver, resource: Resource) -> None:
    resolver.notes.append(f"the IPv6 addresses of {resource.address} are known after apply: nothing is said of them")


def subnets(resolver: Resolver, made_vpcs: Mapping[str, Vpc]) -> dict[str, Subnet]:
    """Subnets with the table and network ACL in effect."""
    tables, any_table = _links(resolver, ("aws_route_table_association",), "route_table_id", TABLE)
    acls, any_acl = _links(resolver, ("aws_network_acl_association",), "network_acl_id", NACL)
    for resource in resolver.graph.of_type("aws_network_acl", "aws_default_network_acl"):
        acl = resource.address
        for subnet in resolver.many(resource, "subnet_ids", SUBNET):
            if isinstance(subnet, Unknown):
                any_acl = any_acl or subnet
            else:
                acls[subnet].append((acl, resource.address))
    zones = _zone_ids(resolver)
    made: dict[str, Subnet] = {}
    for resource in resolver.certain("aws_subnet", "aws_default_subnet"):
        vpc = resolver.required(resource, "vpc_id", VPC)
        own = cidrs(resource, "cidr_block", resource.get("cidr_block"))
        if isinstance(resource.get("ipv6_cidr_block"), str):
            own += cidrs(resource, "ipv6_cidr_block", resource.get("ipv6_cidr_block"))
        zone = _zone(resource, zones)
        default_acl = vpc if isinstance(vpc, Unknown) else resolver.same[vpc, "default_network_acl_id"]
        main = made_vpcs[vpc].main_table if isinstance(vpc, str) and vpc in made_vpcs else Unknown(f"VPC {vpc}")
        made[resource.address] = Subnet(
            resource.address,
            vpc,
            own,
            Unknown(f"AWS chooses the zone of {resource.address}") if zone is None else text(zone),
            _only(resolver, "subnet-with-two-route-tables", resource, tables[resource.address]) or any_table or main,
            _only(resolver, "subnet-with-two-network-acls", resource, acls[resource.address]) or any_acl or default_acl,
            name_of(resource),
            tags(resource),
            resource.account,
        )
    return made


def _zone_ids(resolver: Resolver) -> dict[tuple[str, str], set[str]]:
    """The ids of zones by name, as subnets that have both tell them: in an account, and in what a root manages.

    A name means another zone in another account. https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
    """
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for resource in resolver.graph.of_type("aws_subnet", "aws_default_subnet"):
        name, id_ = resource.get("availability_zone"), resource.get("availability_zone_id")
        if isinstance(name, str) and isinstance(id_, str):
            for where in (f"account {resource.account}", f"root {resource.root}"):
                found[where, name].add(id_)
    return found


def _zone(resource: Resource, ids: Mapping[tuple[str, str], set[str]]) -> Value:
    """The id of a subnet's zone, its own or another's of the same zone, else the name."""
    name = resource.get("availability_zone")
    own = resource.get("availability_zone_id")
    if own is not None or not isinstance(name, str):
        return name if own is None else own
    where = f"account {resource.account}" if resource.account else f"root {resource.root}"
    known = ids.get((where, name), set())
    return next(iter(known)) if len(known) == 1 else name


Links = defaultdict[str, list[tuple[str | Unknown, str]]]


def _links(resolver: Resolver, types: tuple[str, ...], argument: str, kind: Kind) -> tuple[Links, Unknown | None]:
    """What is associated with each subnet, by which resource; and why an association with any subnet may exist."""
    links: Links = defaultdict(list)
    any_: Unknown | None = None
    for resource in resolver.of_type(*types):
        subnet = resolver.one(resource, "subnet_id", SUBNET)
        if isinstance(subnet, Unknown):
            any_ = any_ or Unknown(f"{resource.address} is for an unknown subnet: {subnet.reason}")
        elif subnet is not None:
            found = resolver.doubt(resource) or resolver.required(resource, argument, kind)
            links[subnet].append((found, resource.address))
    return links, any_


def _only(
    resolver: Resolver, rule: str, resource: Resource, found: list[tuple[str | Unknown, str]]
) -> str | Unknown | None:
    if len({target for target, _ in found}) > 1:
        why = f"{resource.address} is associated {len(found)} times; AWS keeps one"
        resolver.findings.append(Finding(rule, tuple(address for _, address in found), why))
        return Unknown(why)
    return found[0][0] if found else None


def gateways(resolver: Resolver) -> dict[str, Gateway]:
    """Internet, egress-only and virtual private gateways, with the VPC each is attached to."""
    attached: dict[str, str | Unknown] = {}
    for type_, argument, kind in (
        ("aws_internet_gateway_attachment", "internet_gateway_id", single("aws_internet_gateway")),
        ("aws_vpn_gateway_attachment", "vpn_gateway_id", single("aws_vpn_gateway")),
    ):
        for resource in resolver.of_type(type_):
            gateway = resolver.required(resource, argument, kind)
            if isinstance(gateway, str):
                attached[gateway] = resolver.doubt(resource) or resolver.required(resource, "vpc_id", VPC)
    made: dict[str, Gateway] = {}
    for type_, gateway_kind in (
        ("aws_internet_gateway", GatewayKind.INTERNET),
        ("aws_egress_only_internet_gateway", GatewayKind.EGRESS_ONLY),
        ("aws_vpn_gateway", GatewayKind.VPN),
    ):
        for resource in resolver.certain(type_):
            vpc = resolver.one(resource, "vpc_id", VPC) or attached.get(resource.address)
            asn = resource.get("amazon_side_asn")
            number = int(asn) if isinstance(asn, (str, int)) and str(asn).isdigit() else None
            made[resource.address] = Gateway(resource.address, gateway_kind, vpc, number)
    return made


def tables(resolver: Resolver, made_vpcs: Mapping[str, Vpc]) -> dict[str, VpcTable]:
    """Route tables with every route, whether written inside the table or beside it."""
    propagating: dict[str, list[str | Unknown]] = defaultdict(list)
    for resource in resolver.of_type("aws_vpn_gateway_route_propagation"):
        table = resolver.required(resource, "route_table_id", TABLE)
        gateway = resolver.doubt(resource) or resolver.required(resource, "vpn_gateway_id", single("aws_vpn_gateway"))
        if isinstance(table, str):
            propagating[table].append(gateway)
    edges: dict[str, list[str | Unknown]] = defaultdict(list)
    for resource in resolver.of_type("aws_route_table_association"):
        edge = resolver.one(resource, "gateway_id", GATEWAY)
        table = resolver.required(resource, "route_table_id", TABLE)
        if edge is not None and isinstance(table, str):
            edges[table].append(resolver.doubt(resource) or edge)
    routes: dict[str, list[VpcRoute]] = defaultdict(list)
    stray: list[VpcRoute] = []  # routes of an unknown table: each table may hold them
    for resource in resolver.of_type("aws_route"):
        table = resolver.required(resource, "route_table_id", TABLE)
        route = _route(resolver, resource, resource.values, resource.address, "destination_")
        doubt = resolver.doubt(resource)
        if doubt is not None:
            route = VpcRoute(resource.address, doubt, route.target)
        if isinstance(table, Unknown):
            stray.append(
                VpcRoute(resource.address, Unknown(f"it is in an unknown table: {table.reason}"), route.target)
            )
        else:
            routes[table].append(route)
    made: dict[str, VpcTable] = {}
    owners = {made_vpcs[v].address: resolver.same[v, "main_route_table_id"] for v in made_vpcs}
    managed = {table: vpc for vpc, table in owners.items()}
    for resource in resolver.certain("aws_route_table", "aws_default_route_table"):
        address = resource.address
        vpc: str | Unknown = managed.get(address) or resolver.required(resource, "vpc_id", VPC)
        inline: list[VpcRoute] = []
        for index, block in enumerate(blocks(resource, "route")):
            name = f"{address}.route[{index}]"
            if isinstance(block, Unknown):
                inline.append(VpcRoute(name, block, block))
            else:
                inline.append(_route(resolver, resource, block, name, ""))
        learns = (*resolver.many(resource, "propagating_vgws", single("aws_vpn_gateway")), *propagating[address])
        made[address] = VpcTable(
            address, vpc, (*inline, *routes[address], *stray), learns, tuple(edges[address]), name_of(resource)
        )
    for vpc_address, table_address in owners.items():
        if table_address not in made:
            made[table_address] = VpcTable(
                table_address,
                vpc_address,
                (*routes[table_address], *stray),
                tuple(propagating[table_address]),
                tuple(edges[table_address]),
            )
    return made


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
    for argument, target_kind in _UNMODELLED.items():
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
            if named is None:
                return Unknown(f"which endpoint of {value.address} {value.attribute} is")
            return Target(TargetKind.FIREWALL_ENDPOINT, named)
        if other is not None and other.type == "aws_networkfirewall_vpc_endpoint_association":
            return Target(TargetKind.FIREWALL_ENDPOINT, other.address)
    found = resolver.target(resource, "vpc_endpoint_id", value, single("aws_vpc_endpoint"))
    if found is None or isinstance(found, Unknown):
        return found or Unknown(f"vpc_endpoint_id of {resource.address}")
    return Target(TargetKind.ENDPOINT, found)
