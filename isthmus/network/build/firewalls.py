"""Network Firewalls: where they are, and the rules that they go by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network

from isthmus.network.build.resolve import (
    SUBNET,
    TRANSIT_GATEWAY,
    VPC,
    Resolver,
    name_of,
    single,
)
from isthmus.network.model import Firewall, FirewallEndpoint, Subnet, Unknown
from isthmus.network.space import span
from isthmus.network.suricata import Rule, Rules, Spans, listed, unread, written
from isthmus.terraform.graph import Resource, Value, blocks

_POLICY = single("aws_networkfirewall_firewall_policy", "arn")
_RULE_GROUP = single("aws_networkfirewall_rule_group", "arn")
_FORWARD, _DROP, _PASS = ("aws:forward_to_sfe",), ("aws:drop",), ("aws:pass",)
# What becomes of packets that no stateful rule decides about; nothing said of dropping: they pass.
_DEFAULTS = {"aws:drop_strict": "drop", "aws:drop_established": "drop_established", "": "pass"}


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
            _rules_of(resolver, resource),
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


# --- rules


def _rules_of(resolver: Resolver, firewall: Resource) -> Rules | Unknown:
    """The rules of a firewall's policy; Unknown where they are not all here, or in an order that is not evaluated."""
    found = resolver.required(firewall, "firewall_policy_arn", _POLICY)
    if isinstance(found, Unknown):
        return found
    policy = resolver.graph.resources[found]
    body = next(iter(_mappings(policy.get("firewall_policy"))), {})
    first = _texts(body.get("stateless_default_actions"))
    if body.get("stateless_rule_group_reference") or first not in (_FORWARD, _DROP, _PASS):
        return Unknown(f"the stateless rules of {found} are not evaluated")
    if first != _FORWARD:
        return Rules(found, default="drop" if first == _DROP else "pass")
    engine = next(iter(_mappings(body.get("stateful_engine_options"))), {})
    references = body.get("stateful_rule_group_reference", ())
    if engine.get("rule_order") != "STRICT_ORDER" or isinstance(references, Unknown):
        return Unknown(f"the stateful rules of {found} are not in a strict order that is known")
    home = _sets(next(iter(_mappings(body.get("policy_variables"))), {}).get("rule_variables"))
    rules: list[Rule] = []
    unseen: list[str] = []
    for reference in sorted(_mappings(references), key=lambda reference: int(reference.get("priority", 0))):
        name, added = _group(resolver, policy, reference.get("resource_arn"), home)
        rules += added
        unseen += [name] if not added or any(rule.inside for rule in added) else []
    said = _texts(body.get("stateful_default_actions"))
    default = _DEFAULTS[next((a for a in _DEFAULTS if a in said), "")]
    return Rules(found, tuple(rules), default, tuple(unseen))


def _group(resolver: Resolver, policy: Resource, arn: Value, home: Mapping[str, Spans]) -> tuple[str, tuple[Rule, ...]]:
    """A rule group by name, and its rules; none of AWS's own, which drop what is malicious and pass nothing."""
    if isinstance(arn, str) and ":aws-managed:" in arn:
        return f"AWS's {arn.rpartition('/')[2]}", ()
    found = resolver.target(policy, "resource_arn", arn, _RULE_GROUP)
    if not isinstance(found, str):
        return f"a rule group of {policy.address}", (unread(policy.address),)
    body = next(iter(_mappings(resolver.graph.resources[found].get("rule_group"))), {})
    variables = next(iter(_mappings(body.get("rule_variables"))), {})
    sets = {**home, **_sets(variables.get("ip_sets"))}
    source = next(iter(_mappings(body.get("rules_source"))), {})
    text = source.get("rules_string")
    domains = next(iter(_mappings(source.get("rules_source_list"))), None)
    if isinstance(text, str):
        return found, tuple(written(found, text, sets))
    if domains is not None:
        passes = domains.get("generated_rules_type") == "ALLOWLIST"
        return found, (listed(found, passes, sets, _texts(domains.get("targets"))),)
    return found, (unread(found),)


def _sets(variables: Value) -> dict[str, Spans]:
    """Variables by name, those left out that hold anything but prefixes."""
    found: dict[str, Spans] = {}
    for variable in _mappings(variables):
        definition = next(iter(_mappings(variable.get("ip_set"))), {}).get("definition", ())
        prefixes = definition if isinstance(definition, tuple) else (definition,)
        if prefixes and all(isinstance(prefix, str) for prefix in prefixes):
            found[str(variable.get("key"))] = tuple(span(ip_network(prefix, strict=False)) for prefix in prefixes)
    return found


def _mappings(value: Value) -> tuple[Mapping[str, Value], ...]:
    """Nested blocks, written as one or as a list."""
    return tuple(block for block in _blocks_of(value) if isinstance(block, Mapping))


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(text for text in _blocks_of(value) if isinstance(text, str))
