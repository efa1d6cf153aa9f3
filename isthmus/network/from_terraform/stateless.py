"""Stateless rule groups of a firewall policy, as rules in the order of evaluation.

https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_StatelessRulesAndCustomActions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network

from isthmus.network.address_space import ALL, span
from isthmus.network.from_terraform.nested_blocks import NotUnderstood, mapping, mappings, number, only, texts
from isthmus.network.from_terraform.values import Resolver, single
from isthmus.network.model import Unknown
from isthmus.network.stateless import Action, Span, Spans, Stateless, StatelessRule
from isthmus.terraform.graph import Resource, Value

_RULE_GROUP = single("aws_networkfirewall_rule_group", "arn")
_MATCHES = ("destination", "destination_port", "protocols", "source", "source_port", "tcp_flag")
_STANDARD = {action.value: action for action in Action}


def stateless(resolver: Resolver, policy: Resource, body: Mapping[str, Value]) -> Stateless:
    """The stateless side of a policy. `body` is its `firewall_policy` block."""
    return Stateless(
        tuple(_rules(resolver, policy, body.get("stateless_rule_group_reference"))),
        _default(body, "stateless_default_actions"),
        _default(body, "stateless_fragment_default_actions"),
    )


def _default(body: Mapping[str, Value], name: str) -> Action | Unknown:
    try:
        return _action(body.get(name), name, _custom(body.get("stateless_custom_action")))
    except NotUnderstood as problem:
        return Unknown(str(problem))


def _action(value: Value, what: str, custom: set[str]) -> Action:
    """The one standard action; custom actions, which publish metrics, stand next to it."""
    given = texts(value, what)
    found = [_STANDARD[text] for text in given if text in _STANDARD]
    other = [text for text in given if text not in _STANDARD and text not in custom]
    if len(found) != 1 or other:
        raise NotUnderstood(f"{what}: expected one of {', '.join(_STANDARD)}, got {', '.join(given) or 'nothing'}")
    return found[0]


def _custom(actions: Value) -> set[str]:
    """The names of custom actions."""
    return {name for each in mappings(actions, "custom action") for name in texts(each.get("action_name"), "its name")}


def _rules(resolver: Resolver, policy: Resource, references: Value) -> Iterator[StatelessRule]:
    """The rules of all groups; one that may match anything and do anything where they cannot be read."""
    try:
        ordered = sorted(
            mappings(references, "stateless_rule_group_reference"),
            key=lambda each: number(each.get("priority"), "priority of a stateless rule group"),
        )
    except NotUnderstood as problem:
        yield _unread(policy.address, str(problem))
        return
    for reference in ordered:
        found = resolver.target(policy, "resource_arn", reference.get("resource_arn"), _RULE_GROUP)
        if not isinstance(found, str):
            yield _unread(policy.address, found.reason if found else "a stateless rule group without an ARN")
            continue
        try:
            yield from list(_group(resolver.graph.resources[found]))
        except NotUnderstood as problem:
            yield _unread(found, str(problem))


def _unread(address: str, why: str) -> StatelessRule:
    return StatelessRule(address, Unknown(f"stateless rules of {address}: {why}"), in_part=True)


def _group(group: Resource) -> Iterator[StatelessRule]:
    if group.get("rules") is not None or group.get("type") != "STATELESS":
        raise NotUnderstood("it is not written as stateless rules")
    body = mapping(group.get("rule_group"), "rule_group")
    source = mapping(body.get("rules_source"), "rules_source")
    only(source, ("stateless_rules_and_custom_actions",), "rules_source")
    given = mapping(source.get("stateless_rules_and_custom_actions"), "stateless_rules_and_custom_actions")
    only(given, ("custom_action", "stateless_rule"), "stateless_rules_and_custom_actions")
    custom = _custom(given.get("custom_action"))
    rules = mappings(given.get("stateless_rule"), "stateless_rule")
    for rule in sorted(rules, key=lambda each: number(each.get("priority"), "priority of a stateless rule")):
        definition = mapping(rule.get("rule_definition"), "rule_definition")
        only(definition, ("actions", "match_attributes"), "rule_definition")
        match = mapping(definition.get("match_attributes"), "match_attributes")
        only(match, _MATCHES, "match_attributes")
        protocols = match.get("protocols") or ()
        yield StatelessRule(
            group.address,
            _action(definition.get("actions"), "actions", custom),
            tuple(number(each, "protocols") for each in (protocols if isinstance(protocols, tuple) else (protocols,))),
            _addresses(match.get("source"), "source"),
            _addresses(match.get("destination"), "destination"),
            _ports(match.get("source_port"), "source_port"),
            _ports(match.get("destination_port"), "destination_port"),
            bool(mappings(match.get("tcp_flag"), "tcp_flag")),
        )


def _addresses(value: Value, what: str) -> Spans:
    found = []
    for each in mappings(value, what):
        (text,) = texts(each.get("address_definition"), what) or ("",)
        try:
            found.append(span(ip_network(text, strict=False)))
        except ValueError:
            raise NotUnderstood(f"{what}: {text!r}") from None
    return tuple(found) or (ALL,)


def _ports(value: Value, what: str) -> Spans:
    found: list[Span] = []
    for each in mappings(value, what):
        first = number(each.get("from_port"), what)
        found.append((first, number(each.get("to_port"), what, first)))
    return tuple(found) or ((0, 65_535),)
