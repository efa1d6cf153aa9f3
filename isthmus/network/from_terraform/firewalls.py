"""Network Firewalls: where they are, and the rules that they go by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from isthmus.network.from_terraform.firewall_policy import rules_of
from isthmus.network.from_terraform.values import (
    SUBNET,
    TRANSIT_GATEWAY,
    VPC,
    Resolver,
    name_of,
    single,
)
from isthmus.network.model import Firewall, FirewallEndpoint, Subnet, Unknown
from isthmus.terraform.graph import Resource, Value, blocks


def firewalls(resolver: Resolver, subnets: Mapping[str, Subnet]) -> dict[str, Firewall]:
    """Network Firewalls and their endpoints. Registers the endpoint of each `sync_states` expression."""
    made: dict[str, Firewall] = {}
    for resource in resolver.certain("aws_networkfirewall_firewall"):
        address = resource.address
        found = tuple(
            FirewallEndpoint(f"{address}[{subnet if isinstance(subnet, str) else '?'}]", address, subnet)
            for subnet in _mapped(resolver, resource)
        )
        made[address] = Firewall(
            address,
            resolver.one(resource, "vpc_id", VPC),
            found,
            resolver.one(resource, "transit_gateway_id", TRANSIT_GATEWAY),
            name_of(resource),
            rules_of(resolver, resource),
            tuple(_zones(resource)),
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


def _zones(resource: Resource) -> Iterator[str | Unknown]:
    """The zones that a firewall attached to a transit gateway is in."""
    for block in blocks(resource, "availability_zone_mapping"):
        zone = block if isinstance(block, Unknown) else block.get("availability_zone_id")
        yield zone if isinstance(zone, str | Unknown) else Unknown(f"a zone of {resource.address}: {zone}")


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
        candidates = made[address].own
        zone = re.search(r'sync_states\["([^"]*)"\]', attribute)
        if zone is not None:
            candidates = tuple(e for e in candidates if e.subnet in subnets and subnets[str(e.subnet)].zone == zone[1])
        subnet = re.search(r"sync_states\[(\w.*)\.id\]\.attachment", attribute)
        if subnet is not None:
            candidates = tuple(e for e in candidates if e.subnet == subnet[1])
        if len(candidates) == 1:
            resolver.same[address, attribute] = candidates[0].address


def _blocks_of(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)
