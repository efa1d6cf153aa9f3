"""Firewall rules, rule groups and policies that Network Firewall refuses. What is not known is no mistake.

The ids are those of the language's rules for the same. What cannot be read makes flows unknown where it is evaluated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from isthmus.aws.accepted_firewall_rules import (
    MOST_CAPACITY,
    MOST_GROUPS,
    PRIORITIES,
    SURICATA_RULE,
    capacity_holds,
    sid_of,
    suricata_fault,
)
from isthmus.network.from_terraform.firewall_policy import RULE_GROUP, STRICT, as_text
from isthmus.network.from_terraform.nested_blocks import NotUnderstood, mapping, mappings, texts
from isthmus.network.from_terraform.values import Resolver, integer
from isthmus.network.model import StructuralProblem
from isthmus.terraform.graph import Resource, Value

_POLICY = "aws_networkfirewall_firewall_policy"
# What Suricata itself passes over behind a rule.
_COMMENT = re.compile(r"\)\s*#[^)\"]*$")
_MATCHED = ("protocols", "source", "source_port", "destination", "destination_port", "tcp_flag")


def refused_rules(resolver: Resolver) -> Iterator[StructuralProblem]:
    """Every rule group and policy with something that Network Firewall refuses."""
    for group in resolver.graph.of_type("aws_networkfirewall_rule_group"):
        rules, needed = _written(group)
        yield from _rules(group, rules)
        capacity = integer(group.get("capacity"))
        if isinstance(capacity, int) and not capacity_holds(capacity, needed):
            why = f"capacity is {capacity}, it needs {max(needed, 1)}, and a group has at most {MOST_CAPACITY}"
            yield StructuralProblem("rule-group-capacity-exceeded", (group.address,), why)
    for policy in resolver.graph.of_type(_POLICY):
        yield from _policy(resolver, policy)


def _rules(group: Resource, rules: list[str]) -> Iterator[StructuralProblem]:
    first: dict[str, str] = {}
    for text in rules:
        if fault := suricata_fault(text):
            yield StructuralProblem("invalid-suricata-rule", (group.address,), f"{_short(text)} {fault}")
        if len(text) > SURICATA_RULE:
            why = f"{_short(text)} has {len(text)} characters, a rule at most {SURICATA_RULE}"
            yield StructuralProblem("suricata-rule-too-long", (group.address,), why)
        sid = sid_of(text)
        # Within one rule group: .../developerguide/firewall-policy-v2-sid-uniqueness.html
        if sid is not None and sid in first:
            yield StructuralProblem("duplicate-sid", (group.address,), f"sid {sid} is that of {_short(first[sid])} too")
        elif sid is not None:
            first[sid] = text


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _written(group: Resource) -> tuple[list[str], int]:
    """The stateful rules that are known, as text, and the capacity that the group needs at the least."""
    try:
        body = mapping(group.get("rule_group"), "rule_group")
        source = mapping(body.get("rules_source"), "rules_source")
    except NotUnderstood:
        body = source = {}
    rules = [*_lines(group.get("rules")), *_lines(source.get("rules_string"))]
    for rule in _known(source.get("stateful_rule")):
        try:
            rules.append(as_text(rule))
        except NotUnderstood:
            continue  # it may be anything, and makes flows unknown
    # Each name of a domain list makes at least one rule.
    domains = {name for listed in _known(source.get("rules_source_list")) for name in _texts(listed.get("targets"))}
    whole = _known(source.get("stateless_rules_and_custom_actions"))
    stateless = sum(_complexity(rule) for part in whole for rule in _known(part.get("stateless_rule")))
    return rules, len(rules) + len(domains) + stateless


def _lines(text: Value) -> Iterator[str]:
    """The rules of a text: its lines, but for comments. A line that goes on in the next is one with it."""
    joined = re.sub(r"\\\s*\n", " ", text) if isinstance(text, str) else ""
    for line in map(str.strip, joined.splitlines()):
        if line and not line.startswith("#"):
            yield _COMMENT.sub(")", line)


def _complexity(rule: Mapping[str, Value]) -> int:
    """The capacity of a stateless rule: the product of the numbers of what each setting has.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/nwfw-rule-group-capacity.html
    """
    definitions = _known(rule.get("rule_definition"))
    matches = [match for definition in definitions for match in _known(definition.get("match_attributes"))]
    sizes = (match.get(setting) for match in matches for setting in _MATCHED)
    return math.prod(max(1, len(size)) if isinstance(size, tuple) else 1 for size in sizes)


def _known(value: Value) -> tuple[Mapping[str, Value], ...]:
    """The blocks that are known."""
    found = value if isinstance(value, tuple) else () if value is None else (value,)
    return tuple(each for each in found if isinstance(each, Mapping))


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, tuple) else ()


def _policy(resolver: Resolver, policy: Resource) -> Iterator[StructuralProblem]:
    """https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html."""
    try:
        body = mapping(policy.get("firewall_policy"), "firewall_policy")
        references = mappings(body.get("stateful_rule_group_reference"), "stateful_rule_group_reference")
        engine = mapping(body.get("stateful_engine_options"), "stateful_engine_options")
        order = (texts(engine.get("rule_order"), "rule_order") or ("",))[0]
    except NotUnderstood:
        return
    if len(references) > MOST_GROUPS:
        why = f"it has {len(references)} stateful rule groups, a policy at most {MOST_GROUPS}"
        yield StructuralProblem("too-many-rule-groups", (policy.address,), why)
    taken: set[int] = set()
    for reference in references:
        priority = integer(reference.get("priority"))
        if isinstance(priority, int) and order == STRICT:
            if priority not in PRIORITIES or priority in taken:
                given = "two rule groups have" if priority in taken else "a rule group has"
                yield StructuralProblem(
                    "invalid-rule-group-priority", (policy.address,), f"{given} the priority {priority}"
                )
            taken.add(priority)
        arn = reference.get("resource_arn")
        if isinstance(arn, str) and ":aws-managed:" in arn:
            wanted = "StrictOrder" if order == STRICT else "ActionOrder"
            other = "ActionOrder" if order == STRICT else "StrictOrder"
            if arn.endswith(other):
                why = f"AWS's {arn.rpartition('/')[2]} is for another order than the policy's: write its {wanted}"
                yield StructuralProblem("invalid-managed-rule-group", (policy.address,), why)
    yield from _reserved(resolver, policy, references)


def _reserved(
    resolver: Resolver, policy: Resource, references: tuple[Mapping[str, Value], ...]
) -> Iterator[StructuralProblem]:
    """The capacities of the rule groups that are known, against what a policy has."""
    named = [resolver.target(policy, "resource_arn", each.get("resource_arn"), RULE_GROUP) for each in references]
    groups = [resolver.graph.resources[name] for name in dict.fromkeys(named) if isinstance(name, str)]
    sizes = [integer(group.get("capacity")) for group in groups]
    whole = sum(size for size in sizes if isinstance(size, int))
    if whole > MOST_CAPACITY:
        why = f"its rule groups reserve {whole}, a policy has {MOST_CAPACITY}"
        yield StructuralProblem(
            "rule-group-capacity-exceeded", (policy.address, *(group.address for group in groups)), why
        )
