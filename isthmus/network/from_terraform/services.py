"""NAT gateways, endpoints, peering connections and prefix lists."""

from __future__ import annotations

from collections import defaultdict
from ipaddress import IPv4Address

from isthmus.network.from_terraform.values import (
    GROUP,
    PREFIX_LIST,
    SUBNET,
    TABLE,
    VPC,
    Resolver,
    cidr,
    integer,
    single,
    switch,
    text,
)
from isthmus.network.model import (
    Cidr,
    EndpointKind,
    NatGateway,
    PrefixList,
    Unknown,
    VpcEndpoint,
    VpcPeering,
)
from isthmus.terraform.graph import Resource, Value, blocks

# Arguments that give it more addresses: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
_SECONDARY = ("secondary_allocation_ids", "secondary_private_ip_addresses", "secondary_private_ip_address_count")


def nat_gateways(resolver: Resolver) -> dict[str, NatGateway]:
    """NAT gateways. Public and zonal where nothing else is given."""
    made: dict[str, NatGateway] = {}
    for resource in resolver.certain("aws_nat_gateway"):
        connectivity = resource.get("connectivity_type", "public")
        public = connectivity if isinstance(connectivity, Unknown) else connectivity == "public"
        mode = resource.get("availability_mode", "zonal")
        if mode == "regional":
            vpc = resolver.required(resource, "vpc_id", VPC)
            made[resource.address] = NatGateway(resource.address, Unknown("it is in no subnet"), public, None, vpc)
            continue
        subnet = resolver.required(resource, "subnet_id", SUBNET)
        if mode != "zonal":
            subnet = mode if isinstance(mode, Unknown) else Unknown(f"availability_mode {mode!r} of {resource.address}")
        private_ip, more = _ipv4(resource.get("private_ip")), any(map(resource.get, _SECONDARY))
        made[resource.address] = NatGateway(resource.address, subnet, public, private_ip, more_addresses=more)
    return made


def _ipv4(value: Value) -> IPv4Address | None:
    try:
        return IPv4Address(value) if isinstance(value, str) else None
    except ValueError:
        return None


def endpoints(resolver: Resolver) -> dict[str, VpcEndpoint]:
    """VPC endpoints, with what separate association resources add; those of unknown number too.

    The type is Gateway where none is given. `OTHER` is one that is not known: it may be of any type.
    """
    added: dict[tuple[str, str], list[str | Unknown]] = defaultdict(list)
    endpoint = single("aws_vpc_endpoint")
    for type_, argument, kind in (
        ("aws_vpc_endpoint_route_table_association", "route_table_id", TABLE),
        ("aws_vpc_endpoint_subnet_association", "subnet_id", SUBNET),
        ("aws_vpc_endpoint_security_group_association", "security_group_id", GROUP),
    ):
        for resource in resolver.of_type(type_):
            owner = resolver.required(resource, "vpc_endpoint_id", endpoint)
            found = resolver.unknown_reason(resource) or resolver.required(resource, argument, kind)
            if isinstance(owner, Unknown):  # it may be any of them
                found, owner = Unknown(f"{resource.address} is of an unknown endpoint: {owner.reason}"), ""
            added[owner, argument].append(found)
    private = _private_dns(resolver)
    made: dict[str, VpcEndpoint] = {}
    for resource in resolver.of_type("aws_vpc_endpoint"):
        vpc = resolver.required(resource, "vpc_id", VPC)
        kind_name = resource.get("vpc_endpoint_type", "Gateway")
        try:
            endpoint_kind = EndpointKind(kind_name)
        except ValueError:
            endpoint_kind = EndpointKind.OTHER
        added_here = {
            argument: (*added[resource.address, argument], *added["", argument])
            for argument in ("security_group_id", "route_table_id", "subnet_id")
        }
        groups = (*resolver.many(resource, "security_group_ids", GROUP), *added_here["security_group_id"])
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
            (*resolver.many(resource, "route_table_ids", TABLE), *added_here["route_table_id"]),
            (*subnets, *added_here["subnet_id"]),
            groups,
            private.get(resource.address, switch(resource.get("private_dns_enabled"), default=False)),
            _inbound_only(resource) if endpoint_kind is EndpointKind.INTERFACE else False,
        )
    return made


def _private_dns(resolver: Resolver) -> dict[str, bool | Unknown]:
    """Private DNS that a resource of its own switches on or off, by endpoint."""
    found: dict[str, bool | Unknown] = {}
    for resource in resolver.of_type("aws_vpc_endpoint_private_dns"):
        endpoint = resolver.required(resource, "vpc_endpoint_id", single("aws_vpc_endpoint"))
        if isinstance(endpoint, str):
            found[endpoint] = resolver.unknown_reason(resource) or switch(
                resource.get("private_dns_enabled"), default=False
            )
    return found


def _inbound_only(resource: Resource) -> bool | Unknown:
    """Whether the private names are for queries by an inbound Resolver endpoint alone.

    Only services with both kinds of endpoint know it. Where it is not set, AWS has taken it for on and for off:
    https://github.com/hashicorp/terraform-provider-aws/issues/32407
    """
    given = [
        block if isinstance(block, Unknown) else block.get("private_dns_only_for_inbound_resolver_endpoint")
        for block in blocks(resource, "dns_options")
    ]
    if given and given[0] is not None:
        return switch(given[0], default=False)
    service = resource.get("service_name")
    two_ways = not isinstance(service, str) or service.rpartition(".")[2] in ("s3", "dynamodb")
    return Unknown(f"{resource.address} does not say whether its names are for the sites alone") if two_ways else False


def peerings(resolver: Resolver) -> dict[str, VpcPeering]:
    """VPC peering connections. An accepter is the same connection.

    Packets pass once it is active: the connection accepts itself (within one account and Region), or an accepter does.
    https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-lifecycle
    """
    made: dict[str, VpcPeering] = {}
    accepted: dict[str, bool | Unknown] = {}
    connection = single("aws_vpc_peering_connection")
    for resource in resolver.of_type("aws_vpc_peering_connection_accepter"):
        named = resolver.required(resource, "vpc_peering_connection_id", connection)
        if isinstance(named, str):
            resolver.same[resource.address, "id"] = named
            unknown_reason = resolver.unknown_reason(resource)
            accepted[named] = _accepts(resource) if unknown_reason is None else unknown_reason
        else:
            made[resource.address] = VpcPeering(resource.address, named, named)
    for resource in resolver.certain("aws_vpc_peering_connection"):
        active = _accepts(resource) or accepted.get(resource.address, False)
        peer: str | Unknown = resolver.required(resource, "peer_vpc_id", VPC)
        if active is not True:
            why = active.reason if isinstance(active, Unknown) else "nothing in this input accepts it"
            peer = Unknown(f"{resource.address} may not be active: {why}")
        made[resource.address] = VpcPeering(resource.address, resolver.required(resource, "vpc_id", VPC), peer)
    return made


def _accepts(resource: Resource) -> bool | Unknown:
    """Whether a connection, or an accepter, makes the peering active; a state says so itself."""
    if resource.get("accept_status") == "active":
        return True
    wanted = resource.get("auto_accept", False)
    return wanted if isinstance(wanted, Unknown) else wanted is True


def _written(resource: Resource) -> frozenset[str]:
    return resource.written if resource.written is not None else frozenset({"entry"})


def prefix_lists(resolver: Resolver) -> dict[str, PrefixList]:
    """Customer-managed prefix lists, with inline entries and entry resources."""
    more: dict[str, list[Cidr | Unknown]] = defaultdict(list)
    anywhere: list[Unknown] = []
    for resource in resolver.of_type("aws_ec2_managed_prefix_list_entry"):
        owner = resolver.required(resource, "prefix_list_id", PREFIX_LIST)
        if isinstance(owner, str):
            more[owner].append(resolver.unknown_reason(resource) or cidr(resource, "cidr", resource.get("cidr")))
        else:
            anywhere.append(Unknown(f"{resource.address} is of an unknown prefix list: {owner.reason}"))
    made: dict[str, PrefixList] = {}
    for resource in resolver.certain("aws_ec2_managed_prefix_list"):
        inline = [
            block if isinstance(block, Unknown) else cidr(resource, "entry", block.get("cidr"))
            for block in blocks(resource, "entry")
        ]
        if more[resource.address] and isinstance(resource.get("entry"), Unknown) and "entry" not in _written(resource):
            inline = []  # Terraform takes inline entries or entry resources, not both
        size = integer(resource.get("max_entries"))
        if size is None:
            size = Unknown(f"{resource.address} has no max_entries")
        version = 6 if resource.get("address_family") == "IPv6" else 4
        held = tuple(dict.fromkeys((*inline, *more[resource.address], *anywhere)))
        made[resource.address] = PrefixList(resource.address, held, size, version)
    return made
