"""The policy of a Network Firewall and its rule groups, as rules in the order of evaluation.

What is not understood is unknown where it stands: an action, a rule, a group or the whole policy.
https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_FirewallPolicy.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network

from isthmus.network.address_space import ALL, span, subtract
from isthmus.network.from_terraform.nested_blocks import NotUnderstood, mapping, mappings, number, only, texts
from isthmus.network.from_terraform.stateless import stateless
from isthmus.network.from_terraform.values import Resolver, single
from isthmus.network.model import Unknown
from isthmus.network.suricata import Spans, SuricataRule, SuricataRules, listed, managed, unread, written
from isthmus.terraform.graph import Resource, Value

POLICY = single("aws_networkfirewall_firewall_policy", "arn")
RULE_GROUP = single("aws_networkfirewall_rule_group", "arn")

_ARGUMENTS = {
    "policy_variables",
    "stateful_default_actions",
    "stateful_engine_options",
    "stateful_rule_group_reference",
    "stateless_custom_action",
    "stateless_default_actions",
    "stateless_fragment_default_actions",
    "stateless_rule_group_reference",
    "tls_inspection_configuration_arn",
}
# `stream_exception_policy` is about connections that break midstream, `flow_timeouts` about idle ones: neither decides
# which flows begin. https://docs.aws.amazon.com/network-firewall/latest/developerguide/stream-exception-policy.html
_ENGINE = {"rule_order", "stream_exception_policy", "flow_timeouts"}
# Deep threat inspection is about what AWS learns from what it sees.
_REFERENCE = {"priority", "resource_arn", "override", "deep_threat_inspection"}
STRICT = "STRICT_ORDER"
# https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
_DROPS = {
    "aws:drop_strict": "drop",
    "aws:drop_established": "drop_established",
    "aws:drop_established_app_layer": "drop_app_layer",
    "aws:drop_established_app_layer_to_server": "drop_app_layer_to_server",
}
_ALERTS = {
    "aws:alert_strict",
    "aws:alert_established",
    "aws:alert_established_app_layer",
    "aws:alert_established_app_layer_to_server",
}


def rules_of(resolver: Resolver, firewall: Resource) -> SuricataRules | Unknown:
    """The rules of a firewall's policy; Unknown where the policy is not in this input, or cannot be read."""
    found = resolver.required(firewall, "firewall_policy_arn", POLICY)
    if isinstance(found, Unknown):
        return found
    policy = resolver.graph.resources[found]
    try:
        body = mapping(policy.get("firewall_policy"), "firewall_policy")
        only(body, _ARGUMENTS, "firewall_policy")
    except NotUnderstood as problem:
        return Unknown(f"the firewall policy {found}: {problem}")
    rules = SuricataRules(
        found,
        stateless=stateless(resolver, policy, body),
        decrypts=body.get("tls_inspection_configuration_arn") is not None,
    )
    try:
        return _Stateful(resolver, policy, body).into(rules)
    except NotUnderstood as problem:
        return replace(rules, default=Unknown(f"the stateful rules of {found}: {problem}"))


class _Stateful:
    """The stateful side of a policy."""

    def __init__(self, resolver: Resolver, policy: Resource, body: Mapping[str, Value]) -> None:
        self.resolver, self.policy, self.body = resolver, policy, body
        engine = mapping(body.get("stateful_engine_options"), "stateful_engine_options")
        only(engine, _ENGINE, "stateful_engine_options")
        # https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_StatefulEngineOptions.html
        self.order = (texts(engine.get("rule_order"), "rule_order") or ("DEFAULT_ACTION_ORDER",))[0]
        if self.order not in (STRICT, "DEFAULT_ACTION_ORDER"):
            raise NotUnderstood(f"rule_order: {self.order!r}")
        variables = mapping(body.get("policy_variables"), "policy_variables")
        only(variables, ("rule_variables",), "policy_variables")
        self.home = _sets(variables.get("rule_variables"))

    def into(self, rules: SuricataRules) -> SuricataRules:
        """The policy with these stateful rules, default and groups that are not evaluated."""
        found: list[SuricataRule] = []
        unseen: list[str] = []
        references = mappings(self.body.get("stateful_rule_group_reference"), "stateful_rule_group_reference")
        strict = self.order == STRICT
        if strict:
            references = tuple(sorted(references, key=lambda each: number(each.get("priority"), "priority")))
        for reference in references:
            name, added = self._group(reference)
            found += added
            unseen += [name] if any(rule.inside for rule in added) else []
        if not strict:
            # Whatever the order of groups: what passes comes first, then what drops.
            found.sort(key=lambda rule: rule.passes is False)
        default = self._default(strict)
        return replace(rules, rules=tuple(found), default=default, unseen=tuple(unseen), strict=strict, sets=self.home)

    def _default(self, strict: bool) -> str | Unknown:
        """What becomes of what no rule matches; without an action that drops it passes."""
        try:
            given = texts(self.body.get("stateful_default_actions"), "stateful_default_actions")
        except NotUnderstood as problem:
            return Unknown(f"{self.policy.address}: {problem}")
        drops = {_DROPS[action] for action in given if action in _DROPS}
        other = [action for action in given if action not in _DROPS and action not in _ALERTS]
        if other or len(drops) > 1 or (given and not strict):
            order = "" if strict else f" with {self.order}"
            return Unknown(f"{self.policy.address}: stateful_default_actions {', '.join(given)}{order}")
        return next(iter(drops), "pass")

    def _group(self, reference: Mapping[str, Value]) -> tuple[str, tuple[SuricataRule, ...]]:
        """A rule group by name, and its rules."""
        name, rules = self._referred(reference.get("resource_arn"))
        try:
            only(reference, _REFERENCE, "stateful_rule_group_reference")
            override = mapping(reference.get("override"), "override")
            action = texts(override.get("action"), "override")
        except NotUnderstood as problem:
            return name, (unread(name, str(problem)),)
        if action == ("DROP_TO_ALERT",):
            # https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_StatefulRuleGroupOverride.html
            return name, tuple(rule for rule in rules if rule.passes is not False)
        return name, (unread(name, f"override {', '.join(action)}"),) if override else rules

    def _referred(self, arn: Value) -> tuple[str, tuple[SuricataRule, ...]]:
        if isinstance(arn, str) and ":aws-managed:" in arn:
            name = arn.rpartition("/")[2]
            return f"AWS's {name}", (managed(self.policy.address, name),)
        found = self.resolver.target(self.policy, "resource_arn", arn, RULE_GROUP)
        if not isinstance(found, str):
            why = found.reason if found else "no resource_arn"
            return f"a rule group of {self.policy.address}", (unread(self.policy.address, why),)
        try:
            return found, tuple(self._rules(self.resolver.graph.resources[found]))
        except NotUnderstood as problem:
            return found, (unread(found, str(problem)),)

    def _rules(self, group: Resource) -> tuple[SuricataRule, ...]:
        if group.get("type") != "STATEFUL":
            raise NotUnderstood(f"type: {group.get('type')!r}")
        body = mapping(group.get("rule_group"), "rule_group")
        if isinstance(group.get("rules"), str) and not body:
            return tuple(written(group.address, group.get("rules"), self.home))
        if group.get("rules") is not None:
            raise NotUnderstood("rules and rule_group")
        only(body, ("reference_sets", "rule_variables", "rules_source", "stateful_rule_options"), "rule_group")
        options = mapping(body.get("stateful_rule_options"), "stateful_rule_options")
        only(options, ("rule_order",), "stateful_rule_options")
        order = (texts(options.get("rule_order"), "rule_order") or ("DEFAULT_ACTION_ORDER",))[0]
        if order != self.order:
            raise NotUnderstood(f"rule_order is {order}, and its policy's {self.order}: AWS refuses that")
        variables = mapping(body.get("rule_variables"), "rule_variables")
        sets = _in_force(self.home, _sets(variables.get("ip_sets")))
        source = mapping(body.get("rules_source"), "rules_source")
        only(source, ("rules_source_list", "rules_string", "stateful_rule"), "rules_source")
        text = source.get("rules_string")
        if text is not None and not isinstance(text, str):
            raise NotUnderstood("its rules_string is not known")
        found = [*written(group.address, text or "", sets)]
        for domains in mappings(source.get("rules_source_list"), "rules_source_list"):
            found += _domains(group.address, domains, sets)
        for rule in mappings(source.get("stateful_rule"), "stateful_rule"):
            found += written(group.address, as_text(rule), sets)
        return tuple(found)


def _domains(address: str, domains: Mapping[str, Value], sets: Mapping[str, Spans]) -> tuple[SuricataRule, ...]:
    only(domains, ("generated_rules_type", "target_types", "targets"), "rules_source_list")
    kind = (texts(domains.get("generated_rules_type"), "generated_rules_type") or ("",))[0]
    names = tuple(sorted(texts(domains.get("targets"), "targets")))
    targets = tuple(sorted(texts(domains.get("target_types"), "target_types")))
    return tuple(listed(address, kind, sets, names, targets))


def as_text(rule: Mapping[str, Value]) -> str:
    """A standard stateful rule as Suricata writes it.

    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_StatefulRule.html
    """
    only(rule, ("action", "header", "rule_option"), "stateful_rule")
    header = mapping(rule.get("header"), "header")
    only(header, ("destination", "destination_port", "direction", "protocol", "source", "source_port"), "header")
    named = {name: (texts(value, name) or ("",))[0] for name, value in {**header, "action": rule.get("action")}.items()}
    way = {"FORWARD": "->", "ANY": "<>"}.get(named.get("direction", ""))
    if way is None:
        raise NotUnderstood(f"direction: {named.get('direction')!r}")
    ends = [named.get(name, "") for name in ("source", "source_port", "destination", "destination_port")]
    source, source_port, destination, port = ("any" if end.upper() == "ANY" else end for end in ends)
    options = []
    for option in mappings(rule.get("rule_option"), "rule_option"):
        (keyword,) = texts(option.get("keyword"), "keyword") or ("",)
        settings = ",".join(texts(option.get("settings"), "settings"))
        options.append(f"{keyword}:{settings};" if settings else f"{keyword};")
    start = f"{named.get('action', '').lower()} {named.get('protocol', '').lower()}"
    return f"{start} {source} {source_port} {way} {destination} {port} ({' '.join(options)})"


def _in_force(policy: Mapping[str, Spans], group: Mapping[str, Spans]) -> dict[str, Spans]:
    """The variables of a rule group: its own, then the policy's. An empty one is not known.

    AWS documents EXTERNAL_NET as the complement of the HOME_NET of the policy. It does not document it with a HOME_NET
    of the rule group.
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/troubleshooting-rules.html
    """
    found = {**policy, **group}
    homes = {tuple(subtract([ALL], variables["HOME_NET"])) for variables in (policy, group) if "HOME_NET" in variables}
    if len(homes) > 1:
        found.setdefault("EXTERNAL_NET", ())
    return found


def _sets(variables: Value) -> dict[str, Spans]:
    """Variables by name; none where one holds anything but prefixes, so that a rule that names it cannot be read."""
    found: dict[str, Spans] = {}
    for variable in mappings(variables, "variables"):
        (key,) = texts(variable.get("key"), "key") or ("",)
        try:
            definition = texts(mapping(variable.get("ip_set"), "ip_set").get("definition"), "definition")
            found[key] = tuple(span(ip_network(prefix, strict=False)) for prefix in definition)
        except (NotUnderstood, ValueError):
            found[key] = ()
    return found
