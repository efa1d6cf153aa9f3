"""What takes part in resolving the names of which VPC: associated by itself, or held by a Route 53 Profile."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from isthmus.network.dns_model import Held, Use
from isthmus.network.from_terraform.values import VPC, ReferenceKind, Resolver, integer, single
from isthmus.network.model import Unknown
from isthmus.terraform.graph import Resource, blocks

ENDPOINT: ReferenceKind = single("aws_route53_resolver_endpoint")
RULE: ReferenceKind = single("aws_route53_resolver_rule")
ZONE: ReferenceKind = {
    "aws_route53_zone": ("id", "zone_id"),
    "aws_service_discovery_private_dns_namespace": ("hosted_zone",),
}
FIREWALL: ReferenceKind = single("aws_route53_resolver_firewall_rule_group")
_LOGS: ReferenceKind = single("aws_route53_resolver_query_log_config")
_PROFILE: ReferenceKind = single("aws_route53profiles_profile")

# What a profile may hold, by ARN. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles.html
_HELD: Mapping[str, Held] = {
    "aws_route53_resolver_rule": Held.RULE,
    "aws_route53_zone": Held.ZONE,
    "aws_route53_resolver_firewall_rule_group": Held.FIREWALL,
    "aws_route53_resolver_query_log_config": Held.LOGS,
    "aws_vpc_endpoint": Held.ENDPOINT,
}
_BY_ARN: ReferenceKind = dict.fromkeys(_HELD, ("arn",))

_ASSOCIATIONS = (
    ("aws_route53_resolver_rule_association", "resolver_rule_id", RULE, Held.RULE, "vpc_id"),
    ("aws_route53_zone_association", "zone_id", ZONE, Held.ZONE, "vpc_id"),
    (
        "aws_route53_resolver_query_log_config_association",
        "resolver_query_log_config_id",
        _LOGS,
        Held.LOGS,
        "resource_id",
    ),
    (
        "aws_route53_resolver_firewall_rule_group_association",
        "firewall_rule_group_id",
        FIREWALL,
        Held.FIREWALL,
        "vpc_id",
    ),
)


def uses(resolver: Resolver) -> Iterator[Use]:
    """Everything that holds for a VPC, or may."""
    for type_, argument, kind, held, vpc in _ASSOCIATIONS:
        for resource in resolver.of_type(type_):
            yield Use(
                held,
                resolver.required(resource, argument, kind),
                resolver.required(resource, vpc, VPC),
                resource.address,
                priority=integer(resource.get("priority")) if held is Held.FIREWALL else None,
                unknown_reason=resolver.unknown_reason(resource),
            )
    for type_ in ("aws_route53_zone", "aws_service_discovery_private_dns_namespace"):
        for zone in resolver.of_type(type_):
            yield from _of_zone(resolver, zone)
    yield from _by_profile(resolver)


def _of_zone(resolver: Resolver, zone: Resource) -> Iterator[Use]:
    """The VPCs that a private zone names itself."""
    given = blocks(zone, "vpc") if zone.type == "aws_route53_zone" else ({"vpc_id": zone.get("vpc")},)
    for block in given:
        vpc = block if isinstance(block, Unknown) else resolver.target(zone, "vpc_id", block.get("vpc_id"), VPC)
        unknown = Unknown(f"{zone.address} has no vpc_id")
        yield Use(Held.ZONE, zone.address, vpc or unknown, zone.address, unknown_reason=resolver.unknown_reason(zone))


def _by_profile(resolver: Resolver) -> Iterator[Use]:
    """What profiles hold, for each VPC that a profile is associated with."""
    held: dict[str, list[Use]] = defaultdict(list)
    anywhere: list[Use] = []
    for resource in resolver.of_type("aws_route53profiles_resource_association"):
        profile = resolver.required(resource, "profile_id", _PROFILE)
        thing = resolver.required(resource, "resource_arn", _BY_ARN)
        kind = Held.PROFILE if isinstance(thing, Unknown) else _HELD[resolver.graph.resources[thing].type]
        priority = _priority(resource) if kind is Held.FIREWALL else None
        use = Use(kind, thing, "", resource.address, str(profile), priority, resolver.unknown_reason(resource))
        if isinstance(profile, str):
            held[profile].append(use)
        else:
            # It may be in any profile.
            anywhere.append(replace(use, profile="", unknown_reason=profile))
    for resource in resolver.of_type("aws_route53profiles_association"):
        profile = resolver.required(resource, "profile_id", _PROFILE)
        vpc, unknown_reason = resolver.required(resource, "resource_id", VPC), resolver.unknown_reason(resource)
        if isinstance(profile, Unknown):
            yield Use(Held.PROFILE, profile, vpc, resource.address, unknown_reason=unknown_reason)
        for use in (*held.get(str(profile), ()), *anywhere):
            yield replace(use, vpc=vpc, unknown_reason=use.unknown_reason or unknown_reason)


def _priority(resource: Resource) -> int | Unknown:
    """The place of a DNS firewall rule group in a profile, from `resource_properties`.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53profiles_AssociateResourceToProfile.html
    """
    given = resource.get("resource_properties")
    if isinstance(given, Unknown):
        return given
    try:
        found = json.loads(given)["priority"]
    except (TypeError, ValueError, KeyError):
        return Unknown(f"{resource.address} has no priority in resource_properties")
    return found if isinstance(found, int) else Unknown(f"priority of {resource.address} is {found!r}")
