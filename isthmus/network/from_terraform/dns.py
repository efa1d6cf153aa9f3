"""Resolver endpoints and rules, private zones with their records, and query logs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address

from isthmus.aws.domain_names import canonical, covers
from isthmus.network.dns_model import (
    Interface,
    MaybeEndpoint,
    PrivateZone,
    Record,
    Resolution,
    ResolverEndpoint,
    ResolverRule,
    RuleKind,
)
from isthmus.network.from_terraform.dns_associations import ENDPOINT, ZONE, uses
from isthmus.network.from_terraform.dns_firewall import rule_groups
from isthmus.network.from_terraform.values import GROUP, SUBNET, VPC, Resolver, integer, text
from isthmus.network.from_terraform.vpc_dns import vpc_dns
from isthmus.network.model import Unknown
from isthmus.terraform.graph import Ref, Resource, Value, blocks

_KINDS = {kind.value: kind for kind in RuleKind}
# AWS Cloud Map makes private zones of its own, whose records are what services register.
# https://docs.aws.amazon.com/cloud-map/latest/dg/creating-namespaces.html
_NAMESPACE = "aws_service_discovery_private_dns_namespace"


def resolution(resolver: Resolver) -> Resolution:
    """Everything about names."""
    return Resolution(
        {made.address: made for made in _endpoints(resolver)},
        {made.address: made for made in _rules(resolver)},
        {made.address: made for made in _zones(resolver)},
        {made.address: made for made in rule_groups(resolver)},
        frozenset(config.address for config in resolver.certain("aws_route53_resolver_query_log_config")),
        tuple(dict.fromkeys(uses(resolver))),
        vpc_dns(resolver),
        tuple(_maybe_endpoints(resolver)),
    )


def _endpoints(resolver: Resolver) -> Iterator[ResolverEndpoint]:
    for resource in resolver.certain("aws_route53_resolver_endpoint"):
        direction = text(resource.get("direction"))
        interfaces = [
            Interface(block)
            if isinstance(block, Unknown)
            else Interface(
                resolver.target(resource, "subnet_id", block.get("subnet_id"), SUBNET)
                or Unknown(f"{resource.address} has no subnet_id"),
                _ip(block.get("ip")),
            )
            for block in blocks(resource, "ip_address")
        ]
        yield ResolverEndpoint(
            resource.address,
            _inbound(resource.address, direction),
            tuple(interfaces),
            resolver.many(resource, "security_group_ids", GROUP),
        )


def _inbound(address: str, direction: str | Unknown) -> bool | Unknown:
    """Whether an endpoint is inbound. A delegation endpoint takes other queries, and is not modeled."""
    if isinstance(direction, Unknown):
        return direction
    known = {"INBOUND": True, "OUTBOUND": False}
    return known.get(direction, Unknown(f"direction of {address} is {direction!r}, which is not modeled"))


def _rules(resolver: Resolver) -> Iterator[ResolverRule]:
    for resource in resolver.certain("aws_route53_resolver_rule"):
        kind = text(resource.get("rule_type"))
        domain = text(resource.get("domain_name"))
        yield ResolverRule(
            resource.address,
            domain if isinstance(domain, Unknown) else canonical(domain),
            resolver.one(resource, "resolver_endpoint_id", ENDPOINT),
            tuple(_targets(resource)),
            kind if isinstance(kind, Unknown) else _KINDS.get(kind, Unknown(f"rule_type {kind!r}")),
        )


def _targets(resource: Resource) -> Iterator[tuple[IPv4Address, int] | Unknown]:
    """The DNS servers of a rule. Servers with IPv6 or HTTPS are not modeled."""
    for block in blocks(resource, "target_ip"):
        if isinstance(block, Unknown):
            yield block
            continue
        ip, port = _ip(block.get("ip")), integer(block.get("port", 53))
        over = block.get("protocol", "Do53")
        if isinstance(ip, IPv4Address) and isinstance(port, int) and over == "Do53":
            yield ip, port
        else:
            yield Unknown(f"a target of {resource.address}: {_written(block)}")


def _written(block: Mapping[str, Value]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(block.items()) if value is not None) or "nothing"


def _ip(value: Value) -> IPv4Address | None:
    try:
        return IPv4Address(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _zones(resolver: Resolver) -> Iterator[PrivateZone]:
    records = _records(resolver)
    for zone in resolver.certain("aws_route53_zone"):
        if blocks(zone, "vpc"):
            domain = text(zone.get("name"))
            yield PrivateZone(
                zone.address,
                domain if isinstance(domain, Unknown) else canonical(domain),
                tuple(_named(record, domain) for record in records.get(zone.address, ())),
            )
    for namespace in resolver.certain(_NAMESPACE):
        domain = text(namespace.get("name"))
        registered = Unknown(f"services register with {namespace.address}")
        yield PrivateZone(
            namespace.address,
            domain if isinstance(domain, Unknown) else canonical(domain),
            (Record(namespace.address, registered, registered),),
        )


def _named(record: Record, domain: str | Unknown) -> Record:
    """A record under its full name: the provider takes `db` for `db.<zone>`, and nothing for the zone itself."""
    if isinstance(record.name, Unknown) or isinstance(domain, Unknown):
        return record
    zone, name = canonical(domain), canonical(record.name) if record.name else ""
    full = name if name and covers(zone, name) else f"{name}.{zone}" if name else zone
    return Record(record.address, full, record.type, record.leads, record.alias, record.endpoint)


def _records(resolver: Resolver) -> Mapping[str, list[Record]]:
    """The records of each zone. A record that may not exist has an unknown target."""
    found: dict[str, list[Record]] = defaultdict(list)
    entries = dict(_entries(resolver))
    for resource in resolver.of_type("aws_route53_record"):
        zone = resolver.one(resource, "zone_id", ZONE)
        if not isinstance(zone, str):
            continue
        given = resource.get("name", "")
        name = given if isinstance(given, str) else text(given)
        type_ = text(resource.get("type"))
        aliases = blocks(resource, "alias")
        if aliases:
            record = _alias(resource, name, type_, aliases[0], entries)
        else:
            record = Record(resource.address, name, type_, _texts(resource.get("records")))
        unknown_reason = resolver.unknown_reason(resource)
        if unknown_reason is not None:
            record = Record(record.address, name, type_, unknown_reason, record.alias)
        found[zone].append(record)
    return found


def _entries(resolver: Resolver) -> Iterator[tuple[str, Ref]]:
    """The DNS names of VPC endpoints that a state holds: there an alias is a name, and no reference."""
    for resource in resolver.graph.of_type("aws_vpc_endpoint"):
        for number, entry in enumerate(blocks(resource, "dns_entry")):
            name = None if isinstance(entry, Unknown) else entry.get("dns_name")
            if isinstance(name, str):
                yield canonical(name), Ref(resource.address, f"dns_entry[{number}].dns_name")


def _alias(
    resource: Resource,
    name: str | Unknown,
    type_: str | Unknown,
    block: Mapping[str, Value] | Unknown,
    entries: Mapping[str, Ref],
) -> Record:
    target = block if isinstance(block, Unknown) else block.get("name")
    if isinstance(target, str):
        target = entries.get(canonical(target), target)
    if isinstance(target, Ref) and target.attribute.startswith("dns_entry"):
        return Record(resource.address, name, type_, (str(target),), True, target.address)
    if isinstance(target, (str, Ref)):
        return Record(resource.address, name, type_, (str(target),), True)
    why = target if isinstance(target, Unknown) else Unknown(f"where {resource.address} leads")
    return Record(resource.address, name, type_, why, True)


def _texts(value: Value) -> tuple[str, ...] | Unknown:
    if isinstance(value, Unknown):
        return value
    items = value if isinstance(value, tuple) else () if value is None else (value,)
    unread = next((item for item in items if isinstance(item, Unknown)), None)
    return unread or tuple(map(str, items))


def _maybe_endpoints(resolver: Resolver) -> Iterator[MaybeEndpoint]:
    for resource in resolver.of_type("aws_vpc_endpoint"):
        unknown_reason = resolver.unknown_reason(resource)
        if unknown_reason is not None and resource.get("vpc_endpoint_type", "Gateway") not in (
            "Gateway",
            "GatewayLoadBalancer",
        ):
            yield MaybeEndpoint(resource.address, resolver.required(resource, "vpc_id", VPC), unknown_reason)
