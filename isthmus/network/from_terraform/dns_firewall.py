"""Rule groups of the DNS firewall, with the domain lists that their rules refer to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from isthmus.aws.domain_names import canonical
from isthmus.network.dns_model import NameRule, NameRules
from isthmus.network.from_terraform.dns_associations import FIREWALL
from isthmus.network.from_terraform.values import ReferenceKind, Resolver, integer, single, text
from isthmus.network.model import Unknown
from isthmus.terraform.graph import Resource

_DOMAINS: ReferenceKind = single("aws_route53_resolver_firewall_domain_list")
# Whether a query that meets the rule is answered; an alert answers too.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-rule-actions.html
_ANSWERS = {"ALLOW": True, "ALERT": True, "BLOCK": False}
_REDIRECTION = {"INSPECT_REDIRECTION_DOMAIN": False, "TRUST_REDIRECTION_DOMAIN": True}


def rule_groups(resolver: Resolver) -> Iterator[NameRules]:
    """The rule groups, each with its rules by priority."""
    rules: dict[str, list[NameRule]] = defaultdict(list)
    stray: list[NameRule] = []
    for resource in resolver.of_type("aws_route53_resolver_firewall_rule"):
        group = resolver.required(resource, "firewall_rule_group_id", FIREWALL)
        if isinstance(group, str):
            rules[group].append(_rule(resolver, resource))
        else:
            # It may be in any group: what it is for is unknown there.
            stray.append(NameRule(resource.address, group, group, group))
    for resource in resolver.certain("aws_route53_resolver_firewall_rule_group"):
        found = [*rules[resource.address], *stray]
        found.sort(key=lambda rule: rule.priority if isinstance(rule.priority, int) else 0)
        yield NameRules(resource.address, tuple(found))


def _rule(resolver: Resolver, resource: Resource) -> NameRule:
    priority, action = integer(resource.get("priority")), text(resource.get("action"))
    redirection = text(resource.get("firewall_domain_redirection_action", "INSPECT_REDIRECTION_DOMAIN"))
    query_type = resource.get("q_type", "")
    return NameRule(
        resource.address,
        Unknown(f"{resource.address} has no priority") if priority is None else priority,
        action
        if isinstance(action, Unknown)
        else _ANSWERS.get(action, Unknown(f"action of {resource.address} is {action!r}")),
        _domains(resolver, resource),
        query_type if isinstance(query_type, Unknown) else str(query_type),
        redirection
        if isinstance(redirection, Unknown)
        else _REDIRECTION.get(redirection, Unknown(f"redirection of {resource.address} is {redirection!r}")),
    )


def _domains(resolver: Resolver, resource: Resource) -> tuple[str, ...] | Unknown:
    """The names that a rule is for. Lists that AWS manages, and threat protection, are not in any input."""
    listed = resolver.unknown_reason(resource) or resolver.required(resource, "firewall_domain_list_id", _DOMAINS)
    if isinstance(listed, Unknown):
        return listed
    domains = resolver.graph.resources[listed].get("domains", ())
    if isinstance(domains, Unknown):
        return domains
    items = domains if isinstance(domains, tuple) else (domains,)
    unread = next((item for item in items if not isinstance(item, str)), None)
    if unread is not None:
        return unread if isinstance(unread, Unknown) else Unknown(f"a domain of {listed} is {unread}")
    return tuple(map(canonical, items))
