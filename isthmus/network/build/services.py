"""NAT gateways, endpoints, firewalls, peering connections and prefix lists."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address

from isthmus.network.build.resolve import (
    GROUP,
    PREFIX_LIST,
    SUBNET,
    TABLE,
    TRANSIT_GATEWAY,
    VPC,
    Resolver,
    cidr,
    integer,
    name_of,
    single,
    switch,
    text,
)
from isthmus.network.model import (
    Cidr,
    EndpointKind,
    Firewall,
    FirewallEndpoint,
    NatGateway,
    PrefixList,
    Subnet,
    Unknown,
    VpcEndpoint,
    VpcPeering,
)
from isthmus.terraform.graph import Resource, Value, blocks


def nat_gateways(resolver: Resolver) -> dict[str, NatGateway]:
    """NAT gateways. Public unless told otherwise; a regional one (without a subnet) is unknown on a path."""
    made: dict[str, NatGateway] = {}
    for resource in resolver.certain("aws_nat_gateway"):
        connectivity = resource.get("connectivity_type", "public")
        public = connectivity if isinstance(connectivity, Unknown) else connectivity == "public"
        address = resource.get("private_ip")
        private_ip = IPv4Address(address) if isinstance(address, str) else None
        subnet = resolver.required(resource, "subnet_id", SUBNET)
        made[resource.address] = NatGateway(resource.address, subnet, public, private_ip)
    return made


def endpoints(resolver: Resolver) -> dict[str, VpcEndpoint]:
    """VPC endpoints, with what separate association resources add. The type is Gateway unless told otherwise."""
    added: dict[tuple[str, str], list[str | Unknown]] = defaultdict(list)
    endpoint = single("aws_vpc_endpoint")
    for type_, argument, kind in (
        ("aws_vpc_endpoint_route_table_association", "route_table_id", TABLE),
        ("aws_vpc_endpoint_subnet_association", "subnet_id", SUBNET),
        ("aws_vpc_endpoint_security_group_association", "security_group_id", GROUP),
    ):
        for resource in resolver.of_type(type_):
            owner = resolver.required(resource, "vpc_endpoint_id", endpoint)
            if isinstance(owner, str):
                found = resolver.doubt(resource) or resolver.required(resource, argument, kind)
                added[owner, argument].append(found)
    made: dict[str, VpcEndpoint] = {}
    for resource in resolver.certain("aws_vpc_endpoint"):
        vpc = resolver.required(resource, "vpc_id", VPC)
        kind_name = resource.get("vpc_endpoint_type", "Gateway")
        try:
            endpoint_kind = EndpointKind(kind_name)
        except ValueError:
            endpoint_kind = EndpointKind.OTHER
        groups = (
            *resolver.many(resource, "security_group_ids", GROUP),
            *added[resource.address, "security_group_id"],
        )
        if not groups and endpoint_kind is EndpointKind.INTERFACE and isinstance(vpc, str):
            # https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html: the default group
            groups = (resolver.same[vpc, "default_security_group_id"],)
        subnets = list(resolver.many(resource, "subnet_ids", SUBNET))
        for block in blocks(resource, "subnet_configuration"):
            value = block if isinstance(block, Unknown) else block.get("subnet_id")
            subnet = resolver.target(resource, "subnet_id", value, SUBNET)
            if subnet is not None and subnet not in subnets:
                subnets.append(subnet)
        made[resource.address] = VpcEndpoint(
            resource.address,
            endpoint_kind,
            vpc,
            text(resource.get("service_name")),
            (*resolver.many(resource, "route_table_ids", TABLE), *added[resource.address, "route_table_id"]),
            (*subnets, *added[resource.address, "subnet_id"]),
            groups,
            switch(resource.get("private_dns_enabled"), default=False),
        )
    return made


def firewalls(resolver: Resolver, subnets: Mapping[str, Subnet]) -> dict[str, Firewall]:
    """Network Firewalls and their endpoints. Tells the resolver which endpoint each `sync_states` expression means."""
    made: dict[str, Firewall] = {}
    for resource in resolver.certain("aws_networkfirewall_firewall"):
        address = resource.address
        found = tuple(
            FirewallEndpoint(f"{address}[{subnet}]", address, subnet)
            for subnet in _mapped(resolver, resource)
            if isinstance(subnet, str)
        )
        made[address] = Firewall(
            address,
            resolver.one(resource, "vpc_id", VPC),
            found,
            resolver.one(resource, "transit_gateway_id", TRANSIT_GATEWAY),
            name_of(resource),
        )
    for resource in resolver.certain("aws_networkfirewall_vpc_endpoint_association"):
        owner = resolver.required(resource, "firewall_arn", single("aws_networkfirewall_firewall", "arn"))
        mapped = [s for s in _mapped(resolver, resource) if isinstance(s, str)]
        if isinstance(owner, str) and owner in made and mapped:
            firewall = made[owner]
            extra = FirewallEndpoint(resource.address, owner, mapped[0])
            made[owner] = replace(firewall, endpoints=(*firewall.endpoints, extra))
    for resource in resolver.of_type("aws_route", "aws_route_table", "aws_default_route_table"):
        _name_endpoints(resolver, resource.values, made, subnets)
    return made


def _mapped(resolver: Resolver, resource: Resource) -> list[str | Unknown]:
    found: list[str | Unknown] = []
    for block in blocks(resource, "subnet_mapping"):
        value = block if isinstance(block, Unknown) else block.get("subnet_id")
        subnet = resolver.target(resource, "subnet_id", value, SUBNET)
        if subnet is not None:
            found.append(subnet)
        if isinstance(subnet, Unknown):
            resolver.notes.append(f"an endpoint of {resource.address} is in an unknown subnet: {subnet.reason}")
    return found


def _name_endpoints(
    resolver: Resolver, values: Mapping[str, Value], made: Mapping[str, Firewall], subnets: Mapping[str, Subnet]
) -> None:
    found = [values.get("vpc_endpoint_id")]
    found += [b.get("vpc_endpoint_id") for b in _blocks_of(values.get("route")) if isinstance(b, Mapping)]
    for value in found:
        address, attribute = getattr(value, "address", ""), getattr(value, "attribute", "")
        if address not in made or not attribute.startswith("firewall_status"):
            continue
        candidates = made[address].endpoints
        zone = re.search(r'sync_states\["([^"]*)"\]', attribute)
        if zone is not None:
            candidates = tuple(e for e in candidates if e.subnet in subnets and subnets[e.subnet].zone == zone[1])
        subnet = re.search(r"sync_states\[(\w.*)\.id\]\.attachment", attribute)
        if subnet is not None:
            candidates = tuple(e for e in candidates if e.subnet == subnet[1])
        if len(candidates) == 1:
            resolver.same[address, attribute] = candidates[0].address


def _blocks_of(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def peerings(resolver: Resolver) -> dict[str, VpcPeering]:
    """VPC peering connections, taken as accepted. An accepter is the same connection."""
    made: dict[str, VpcPeering] = {}
    connection = single("aws_vpc_peering_connection")
    for resource in resolver.certain("aws_vpc_peering_connection"):
        made[resource.address] = VpcPeering(
            resource.address,
            resolver.required(resource, "vpc_id", VPC),
            resolver.required(resource, "peer_vpc_id", VPC),
        )
    for resource in resolver.certain("aws_vpc_peering_connection_accepter"):
        accepted = resolver.required(resource, "vpc_peering_connection_id", connection)
        if isinstance(accepted, str):
            resolver.same[resource.address, "id"] = accepted
        else:
            made[resource.address] = VpcPeering(resource.address, accepted, accepted)
    return made


def prefix_lists(resolver: Resolver) -> dict[str, PrefixList]:
    """Customer-managed prefix lists, their entries written inside or beside them."""
    more: dict[str, list[Cidr | Unknown]] = defaultdict(list)
    for resource in resolver.of_type("aws_ec2_managed_prefix_list_entry"):
        owner = resolver.required(resource, "prefix_list_id", PREFIX_LIST)
        if isinstance(owner, str):
            more[owner].append(resolver.doubt(resource) or cidr(resource, "cidr", resource.get("cidr")))
    made: dict[str, PrefixList] = {}
    for resource in resolver.certain("aws_ec2_managed_prefix_list"):
        inline = [
            block if isinstance(block, Unknown) else cidr(resource, "entry", block.get("cidr"))
            for block in blocks(resource, "entry")
        ]
        size = integer(resource.get("max_entries"))
        made[resource.address] = PrefixList(
            resource.address, tuple(dict.fromkeys((*inline, *more[resource.address]))), 0 if size is None else size
        )
    return made
