"""Resolver endpoints and rules, private zones with their records, query logs, DNS firewalls, profiles, and what is
associated with which VPC.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address

from isthmus.network.build.resolve import GROUP, SUBNET, VPC, Kind, Resolver, integer, single, text
from isthmus.network.model import Unknown
from isthmus.network.resolution import (
    Interface,
    NameRule,
    NameRules,
    PrivateZone,
    Resolution,
    ResolverEndpoint,
    ResolverRule,
)
from isthmus.terraform.graph import Ref, Resource, Value, blocks

_ENDPOINT: Kind = single("aws_route53_resolver_endpoint")
_RULE: Kind = single("aws_route53_resolver_rule")
_ZONE: Kind = single("aws_route53_zone", "id", "zone_id")
_LOGS: Kind = single("aws_route53_resolver_query_log_config")
_FIREWALL: Kind = single("aws_route53_resolver_firewall_rule_group")
_DOMAINS: Kind = single("aws_route53_resolver_firewall_domain_list")
_PROFILE: Kind = single("aws_route53profiles_profile")
# What a profile may hold, by ARN.
_HELD: Kind = {
    "aws_route53_resolver_rule": ("arn",),
    "aws_route53_zone": ("arn",),
    "aws_route53_resolver_firewall_rule_group": ("arn",),
    "aws_route53_resolver_query_log_config": ("arn",),
    "aws_vpc_endpoint": ("arn",),
}


def resolution(resolver: Resolver) -> Resolution:
    """Everything about names."""
    records = _answers(resolver)
    return Resolution(
        {made.address: made for made in _endpoints(resolver)},
        {made.address: made for made in _rules(resolver)},
        {
            zone.address: PrivateZone(zone.address, text(zone.get("name")), records.get(zone.address, {}))
            for zone in resolver.certain("aws_route53_zone")
            if blocks(zone, "vpc")
        },
        {made.address: made for made in _firewalls(resolver)},
        frozenset(config.address for config in resolver.certain("aws_route53_resolver_query_log_config")),
        tuple(dict.fromkeys(_used_by(resolver))),
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
            direction if isinstance(direction, Unknown) else direction == "INBOUND",
            tuple(interfaces),
            resolver.many(resource, "security_group_ids", GROUP),
        )


def _rules(resolver: Resolver) -> Iterator[ResolverRule]:
    for resource in resolver.certain("aws_route53_resolver_rule"):
        targets: list[tuple[IPv4Address, int] | Unknown] = []
        for block in blocks(resource, "target_ip"):
            ip = block if isinstance(block, Unknown) else _ip(block.get("ip"))
            port = 53 if isinstance(block, Unknown) else integer(block.get("port", 53))
            if isinstance(ip, IPv4Address) and isinstance(port, int):
                targets.append((ip, port))
            else:
                targets.append(Unknown(f"a target of {resource.address}"))
        domain = text(resource.get("domain_name"))
        if not isinstance(domain, Unknown):
            domain = domain.rstrip(".") or "."
        yield ResolverRule(
            resource.address, domain, resolver.one(resource, "resolver_endpoint_id", _ENDPOINT), tuple(targets)
        )


def _firewalls(resolver: Resolver) -> Iterator[NameRules]:
    rules: dict[str, list[NameRule]] = defaultdict(list)
    for resource in resolver.of_type("aws_route53_resolver_firewall_rule"):
        group = resolver.required(resource, "firewall_rule_group_id", _FIREWALL)
        listed = resolver.doubt(resource) or resolver.required(resource, "firewall_domain_list_id", _DOMAINS)
        domains = listed if isinstance(listed, Unknown) else resolver.graph.resources[listed].get("domains", ())
        priority, action = integer(resource.get("priority")), text(resource.get("action"))
        if isinstance(group, str):
            # An alert answers too. A rule without a number that is known may come first.
            answers = action if isinstance(action, Unknown) else action != "BLOCK"
            place = priority if isinstance(priority, int) else 0
            rules[group].append(NameRule(resource.address, place, answers, domains))
    for resource in resolver.certain("aws_route53_resolver_firewall_rule_group"):
        ordered = sorted(rules[resource.address], key=lambda rule: rule.priority)
        yield NameRules(resource.address, tuple(ordered))


def _ip(value: Value) -> IPv4Address | None:
    return IPv4Address(value) if isinstance(value, str) else None


def _answers(resolver: Resolver) -> Mapping[str, Mapping[str, str | Unknown]]:
    """The names that lead to interface endpoints, by zone: `*.s3.us-east-1.amazonaws.com` too."""
    found: dict[str, dict[str, str | Unknown]] = defaultdict(dict)
    for resource in resolver.of_type("aws_route53_record"):
        zone, name = resolver.one(resource, "zone_id", _ZONE), resource.get("name")
        for block in blocks(resource, "alias") if isinstance(zone, str) and isinstance(name, str) else ():
            target = block if isinstance(block, Unknown) else block.get("name")
            if isinstance(target, Ref) and target.attribute.startswith("dns_entry"):
                found[str(zone)][str(name)] = resolver.doubt(resource) or target.address
            elif isinstance(target, Unknown):
                found[str(zone)][str(name)] = target
    return found


def _used_by(resolver: Resolver) -> Iterator[tuple[str | Unknown, str | Unknown]]:
    """What holds for which VPC: associated directly, or held by the profile that the VPC is associated with."""
    for type_, argument, kind, user in (
        ("aws_route53_resolver_rule_association", "resolver_rule_id", _RULE, "vpc_id"),
        ("aws_route53_zone_association", "zone_id", _ZONE, "vpc_id"),
        ("aws_route53_resolver_query_log_config_association", "resolver_query_log_config_id", _LOGS, "resource_id"),
        ("aws_route53_resolver_firewall_rule_group_association", "firewall_rule_group_id", _FIREWALL, "vpc_id"),
    ):
        for resource in resolver.of_type(type_):
            yield _pair(resolver, resource, resolver.required(resource, argument, kind), user)
    for zone in resolver.of_type("aws_route53_zone"):
        for block in blocks(zone, "vpc"):
            vpc = block if isinstance(block, Unknown) else resolver.target(zone, "vpc_id", block.get("vpc_id"), VPC)
            yield zone.address, vpc or Unknown(f"{zone.address} has no vpc_id")
    held: dict[str, list[str | Unknown]] = defaultdict(list)
    for resource in resolver.of_type("aws_route53profiles_resource_association"):
        profile = resolver.required(resource, "profile_id", _PROFILE)
        thing = resolver.doubt(resource) or resolver.required(resource, "resource_arn", _HELD)
        if isinstance(profile, str):
            held[profile].append(thing)
    for resource in resolver.of_type("aws_route53profiles_association"):
        profile = resolver.required(resource, "profile_id", _PROFILE)
        for thing in held.get(profile, ()) if isinstance(profile, str) else (profile,):
            yield _pair(resolver, resource, thing, "resource_id")


def _pair(
    resolver: Resolver, resource: Resource, thing: str | Unknown, user: str
) -> tuple[str | Unknown, str | Unknown]:
    return thing, resolver.doubt(resource) or resolver.required(resource, user, VPC)
