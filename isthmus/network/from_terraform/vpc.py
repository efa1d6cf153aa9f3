"""VPCs, subnets and the gateways of VPCs.

Defaults are AWS's: a VPC has a main route table, a default network ACL that allows everything and a default security
group. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html#default-network-acl
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from isthmus.network.from_terraform.ipv6 import StandIns
from isthmus.network.from_terraform.values import (
    NACL,
    SUBNET,
    TABLE,
    VPC,
    ReferenceKind,
    Resolver,
    cidr,
    cidrs,
    name_of,
    single,
    switch,
    tags,
    text,
)
from isthmus.network.model import Cidr, Gateway, GatewayKind, StructuralProblem, Subnet, Unknown, Vpc
from isthmus.terraform.graph import Ref, Resource, Value

_VPC_TYPES = ("aws_vpc", "aws_default_vpc")


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


def vpcs(resolver: Resolver, ipv6: StandIns) -> dict[str, Vpc]:
    """VPCs with their CIDRs, secondary ones included, and main tables."""
    more: dict[str, list[Cidr | Unknown]] = defaultdict(list)
    anywhere: list[Cidr | Unknown] = []
    for type_ in ("aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association"):
        for resource in resolver.of_type(type_):
            vpc = resolver.required(resource, "vpc_id", VPC)
            argument = "cidr_block" if "ipv4" in type_ else "ipv6_cidr_block"
            if isinstance(vpc, Unknown):
                anywhere.append(Unknown(f"{resource.address} adds a CIDR to an unknown VPC: {vpc.reason}"))
            elif resource.get(argument) is not None or "ipv4" in type_:
                more[vpc].append(resolver.unknown_reason(resource) or cidr(resource, argument, resource.get(argument)))
    main, any_main = _main_associations(resolver)
    made: dict[str, Vpc] = {}
    for resource in resolver.certain(*_VPC_TYPES):
        address = resource.address
        own: list[Cidr | Unknown] = [cidr(resource, "cidr_block", resource.get("cidr_block", Unknown("from a pool")))]
        given = resource.get("ipv6_cidr_block")
        if isinstance(given, str):
            own.append(cidr(resource, "ipv6_cidr_block", given))
        stand_in = None if isinstance(given, str) else ipv6.vpcs.get(address)
        own += [] if stand_in is None else [stand_in]
        table = main.get(address) or any_main or resolver.same[address, "main_route_table_id"]
        known = tuple(dict.fromkeys((*own, *more[address], *anywhere)))
        made[address] = Vpc(
            address,
            known,
            table,
            resource.account,
            resource.region,
            name_of(resource),
            ipv6.assigned[address],
            stand_in,
        )
    return made


def _main_associations(resolver: Resolver) -> tuple[dict[str, str | Unknown], Unknown | None]:
    """The main table that a resource gives to each VPC, and why one may be given to any VPC.

    A table belongs to one VPC: where the VPC is not known, it is that of the table.
    """
    found: dict[str, str | Unknown] = {}
    anyone: Unknown | None = None
    for resource in resolver.of_type("aws_main_route_table_association"):
        table = resolver.unknown_reason(resource) or resolver.required(resource, "route_table_id", TABLE)
        vpc = resolver.required(resource, "vpc_id", VPC)
        if isinstance(vpc, Unknown):
            owner = vpc_of(resolver, table)
            why = Unknown(f"{resource.address} may change the main table: {vpc.reason}")
            if owner is None:
                anyone = anyone or why
                continue
            vpc = owner
        found[vpc] = table
    return found, anyone


def vpc_of(resolver: Resolver, thing: str | Unknown) -> str | None:
    """The VPC that a route table or a network ACL belongs to; None where that is not known."""
    if isinstance(thing, Unknown):
        return None
    for (vpc, attribute), same in resolver.same.items():
        if same == thing and attribute in ("main_route_table_id", "default_route_table_id", "default_network_acl_id"):
            return vpc
    resource = resolver.graph.resources.get(thing)
    vpc_id = resolver.one(resource, "vpc_id", VPC) if resource is not None else None
    return vpc_id if isinstance(vpc_id, str) else None


def subnets(resolver: Resolver, made_vpcs: Mapping[str, Vpc], ipv6: StandIns) -> dict[str, Subnet]:
    """Subnets with the table and network ACL in effect, those of unknown number included."""
    tables = _Links(resolver, TABLE)
    for resource in resolver.of_type("aws_route_table_association"):
        tables.add(resource, resolver.one(resource, "subnet_id", SUBNET), resource.get("route_table_id"))
    acls = _Links(resolver, NACL)
    for resource in resolver.of_type("aws_network_acl_association"):
        acls.add(resource, resolver.one(resource, "subnet_id", SUBNET), resource.get("network_acl_id"))
    for resource in resolver.of_type("aws_network_acl", "aws_default_network_acl"):
        for subnet in resolver.many(resource, "subnet_ids", SUBNET):
            acls.add(resource, subnet, Ref(resource.address, "id"))
    zones = _zone_ids(resolver)
    made: dict[str, Subnet] = {}
    for resource in resolver.of_type("aws_subnet", "aws_default_subnet"):
        vpc = resolver.required(resource, "vpc_id", VPC)
        own = cidrs(resource, "cidr_block", resource.get("cidr_block"))
        if isinstance(resource.get("ipv6_cidr_block"), str):
            own += cidrs(resource, "ipv6_cidr_block", resource.get("ipv6_cidr_block"))
        elif resource.address in ipv6.subnets:
            own += (ipv6.subnets[resource.address],)
        zone = _zone(resource, zones)
        default_acl = vpc if isinstance(vpc, Unknown) else resolver.same[vpc, "default_network_acl_id"]
        main = made_vpcs[vpc].main_table if isinstance(vpc, str) and vpc in made_vpcs else Unknown(f"VPC {vpc}")
        made[resource.address] = Subnet(
            resource.address,
            vpc,
            own,
            Unknown(f"AWS chooses the zone of {resource.address}") if zone is None else text(zone),
            tables.of(resource, vpc, "subnet-with-two-route-tables") or main,
            acls.of(resource, vpc, "subnet-with-two-network-acls") or default_acl,
            name_of(resource),
            tags(resource),
            resource.account,
            switch(resource.get("map_public_ip_on_launch"), default=resource.type == "aws_default_subnet"),
            ipv6.unknown_reasons.get(resource.address, ""),
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


class _Links:
    """What is associated with each subnet, by which resource; and what may be with one of a VPC, or of any."""

    def __init__(self, resolver: Resolver, kind: ReferenceKind) -> None:
        self.resolver = resolver
        self.kind = kind
        self._links: defaultdict[str, list[tuple[str | Unknown, str]]] = defaultdict(list)
        self._perhaps: list[tuple[str | None, str | Unknown, Unknown]] = []

    def add(self, resource: Resource, subnet: str | Unknown | None, thing: Value) -> None:
        """One association, made by `resource`."""
        if subnet is None:
            return
        if isinstance(thing, Ref) and thing.address in self.resolver.graph.unexpanded:
            found: str | Unknown = Unknown(f"whether {thing.address} is its own")
        else:
            name = "route_table_id" if self.kind is TABLE else "network_acl_id"
            target = self.resolver.target(resource, name, thing, self.kind)
            found = Unknown(f"{resource.address} has no {name}") if target is None else target
        if isinstance(subnet, Unknown):
            why = Unknown(f"{resource.address} is for an unknown subnet: {subnet.reason}")
            self._perhaps.append((vpc_of(self.resolver, found), found, why))
        else:
            self._links[subnet].append((self.resolver.unknown_reason(resource) or found, resource.address))

    def of(self, subnet: Resource, vpc: str | Unknown, rule: str) -> str | Unknown | None:
        """What is associated with a subnet; None for nothing."""
        found = self._links[subnet.address]
        unknown = next((target for target, _ in found if isinstance(target, Unknown)), None)
        if len({target for target, _ in found}) > 1:
            why = f"{subnet.address} is associated {len(found)} times; AWS keeps one"
            if unknown is None:
                self.resolver.findings.append(StructuralProblem(rule, tuple(address for _, address in found), why))
            return unknown or Unknown(why)
        if found:
            return found[0][0]
        # AWS takes no table and no network ACL of another VPC.
        return next((why for owner, _, why in self._perhaps if owner in (None, vpc) or isinstance(vpc, Unknown)), None)


def gateways(resolver: Resolver) -> dict[str, Gateway]:
    """Internet, egress-only and virtual private gateways, with the VPC of each; those of unknown number too.

    A gateway without a VPC may be the one that is meant where an attachment does not say which.
    """
    attached: dict[str, str | Unknown] = {}
    anyone: dict[str, Unknown] = {}
    for type_, argument, owner in (
        ("aws_internet_gateway_attachment", "internet_gateway_id", "aws_internet_gateway"),
        ("aws_vpn_gateway_attachment", "vpn_gateway_id", "aws_vpn_gateway"),
    ):
        for resource in resolver.of_type(type_):
            gateway = resolver.required(resource, argument, single(owner))
            vpc = resolver.unknown_reason(resource) or resolver.required(resource, "vpc_id", VPC)
            if isinstance(gateway, str):
                attached[gateway] = vpc
            else:
                anyone[owner] = Unknown(f"{resource.address} may attach it: {gateway.reason}")
    made: dict[str, Gateway] = {}
    for type_, gateway_kind in (
        ("aws_internet_gateway", GatewayKind.INTERNET),
        ("aws_egress_only_internet_gateway", GatewayKind.EGRESS_ONLY),
        ("aws_vpn_gateway", GatewayKind.VPN),
    ):
        for resource in resolver.of_type(type_):
            own = resolver.one(resource, "vpc_id", VPC) or attached.get(resource.address) or anyone.get(type_)
            asn = resource.get("amazon_side_asn")
            number = int(asn) if isinstance(asn, (str, int)) and str(asn).isdigit() else None
            made[resource.address] = Gateway(resource.address, gateway_kind, own, number)
    return made
