"""Policies of Network Firewalls that Hypothesis invents, as Terraform has them, and the engine's reading of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from isthmus.network.from_terraform import network_of
from isthmus.network.model import Unknown
from isthmus.network.suricata import SuricataRules
from isthmus.terraform.graph import Graph, Ref, Resource
from tests.network.judge.firewall_policy import DROP, FORWARD, PASS, Policy

_TYPE = "aws_networkfirewall"
PREFIXES = (
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.1.0/24",
    "10.1.1.0/25",
    "10.2.0.0/16",
    "10.2.1.128/25",
    "10.8.0.0/16",
    "10.8.128.0/17",
    "fd00::/8",
    "::/0",
)
_V4 = tuple(prefix for prefix in PREFIXES if ":" not in prefix)
_ACTIONS = (*(FORWARD,) * 5, PASS, PASS, DROP)
_ENDS = ("any", "any", "$HOME_NET", "$EXTERNAL_NET", "$WORK", "!$WORK", "10.8.0.0/16", "[10.0.0.0/8,!10.1.1.0/24]")
_PORTS = ("any", "any", "443", "!443", "[53,443]", "1:1023", "1024:")
_OPTIONS = ("", "", "flow:to_server; ", "flow:to_server; ", "flow:to_client; ", "flow:established; ", 'content:"a"; ')
_DEFAULTS = (
    (),
    (),
    ("aws:alert_strict",),
    ("aws:drop_strict",),
    ("aws:drop_established", "aws:alert_established"),
    ("aws:drop_established",),
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy with up to two stateless and three stateful rule groups."""
    strict = draw(st.sampled_from([True, True, False]))
    order = "STRICT_ORDER" if strict else "DEFAULT_ACTION_ORDER"
    groups: dict[object, Mapping[str, Any]] = {}
    body: dict[str, Any] = {
        "stateless_default_actions": (draw(st.sampled_from(_ACTIONS)),),
        "stateless_fragment_default_actions": (draw(st.sampled_from(_ACTIONS)),),
        "stateful_engine_options": ({"rule_order": order},),
    }
    for kind, most in (("stateless", draw(st.integers(0, 2))), ("stateful", draw(st.integers(0, 3)))):
        references = []
        for number, priority in enumerate(draw(st.lists(st.integers(1, 9), max_size=most, unique=True))):
            address = f"{_TYPE}_rule_group.{kind}{number}"
            groups[address] = draw(_stateless() if kind == "stateless" else _stateful(order))
            place = {"priority": priority} if strict or kind == "stateless" else {}
            references.append({**place, "resource_arn": Ref(address, "arn")})
        body[f"{kind}_rule_group_reference"] = tuple(references)
    if strict:
        body["stateful_default_actions"] = draw(st.sampled_from(_DEFAULTS))
        if draw(st.integers(0, 9)) == 9:
            arn = "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/AttackInfrastructureStrictOrder"
            body["stateful_rule_group_reference"] += ({"priority": 99, "resource_arn": arn},)
    body["policy_variables"] = ({"rule_variables": _variables(("HOME_NET", "10.0.0.0/8"), ("WORK", "10.1.0.0/16"))},)
    return Policy(body, groups)


def _variables(*sets: tuple[str, str]) -> tuple[Mapping[str, Any], ...]:
    return tuple({"key": name, "ip_set": ({"definition": (prefix,)},)} for name, prefix in sets)


@st.composite
def _stateless(draw: st.DrawFn) -> Mapping[str, Any]:
    rules = []
    for priority in draw(st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True)):
        match: dict[str, Any] = {"protocols": tuple(draw(st.sampled_from([(), (6,), (17,), (1,), (6, 17)])))}
        for side in ("source", "destination"):
            prefixes = draw(st.lists(st.sampled_from(PREFIXES), max_size=2, unique=True))
            match[side] = tuple({"address_definition": prefix} for prefix in prefixes)
        if set(match["protocols"]) & {6, 17}:
            for side in ("source_port", "destination_port"):
                ranges = draw(st.sampled_from([(), (), ((443, 443),), ((1024, 65_535),), ((32_768, 60_999), (53, 53))]))
                match[side] = tuple({"from_port": low, "to_port": high} for low, high in ranges)
        if match["protocols"] == (6,) and draw(st.integers(0, 5)) == 5:
            match["tcp_flag"] = ({"flags": ("SYN",), "masks": ("SYN", "ACK")},)
        actions = (draw(st.sampled_from(_ACTIONS)),)
        rules.append({"priority": priority, "rule_definition": {"actions": actions, "match_attributes": match}})
    source = {"stateless_rules_and_custom_actions": {"stateless_rule": tuple(rules)}}
    return {"type": "STATELESS", "rule_group": {"rules_source": source}}


@st.composite
def _stateful(draw: st.DrawFn, order: str) -> Mapping[str, Any]:
    body: dict[str, Any] = {"stateful_rule_options": {"rule_order": order}}
    if draw(st.integers(0, 2)) == 2:
        home = draw(st.sampled_from(["10.1.0.0/16", "10.0.0.0/8"]))
        body["rule_variables"] = ({"ip_sets": _variables(("WORK", home))},)
    match draw(st.sampled_from(["text", "text", "tuples", "domains"])):
        case "text":
            texts = draw(st.lists(_text(), min_size=1, max_size=3))
            body["rules_source"] = {"rules_string": "\n".join(texts)}
        case "tuples":
            body["rules_source"] = {"stateful_rule": tuple(draw(st.lists(_tuple(), min_size=1, max_size=3)))}
        case _:
            kind = draw(st.sampled_from(["ALLOWLIST", "DENYLIST"]))
            targets = {"generated_rules_type": kind, "target_types": ("TLS_SNI",), "targets": (".example.com",)}
            body["rules_source"] = {"rules_source_list": (targets,)}
    return {"type": "STATEFUL", "rule_group": body}


@st.composite
def _text(draw: st.DrawFn) -> str:
    action = draw(st.sampled_from(["pass", "pass", "drop", "reject", "alert"]))
    protocol = draw(st.sampled_from(["ip", "tcp", "udp", "icmp"]))
    ports = draw(st.sampled_from(_PORTS)) if protocol in ("tcp", "udp") else "any"
    ends = [draw(st.sampled_from(_ENDS)) for _ in range(2)]
    options = draw(st.sampled_from(_OPTIONS if action != "reject" else _OPTIONS[:4]))
    # The engine leaves ports of sources open, and so those of both ends.
    way = draw(st.sampled_from(["->", "->", "<>"])) if ports == "any" else "->"
    return f"{action} {protocol} {ends[0]} any {way} {ends[1]} {ports} ({options}sid:1;)"


@st.composite
def _tuple(draw: st.DrawFn) -> Mapping[str, Any]:
    protocol = draw(st.sampled_from(["IP", "TCP", "UDP", "ICMP"]))
    port = draw(st.sampled_from(["ANY", "443", "[53,443]"])) if protocol in ("TCP", "UDP") else "ANY"
    header = {
        "direction": draw(st.sampled_from(["FORWARD", "FORWARD", "ANY"])) if port == "ANY" else "FORWARD",
        "protocol": protocol,
        "source": draw(st.sampled_from(("ANY", *_V4))),
        "source_port": "ANY",
        "destination": draw(st.sampled_from(("ANY", *_V4))),
        "destination_port": port,
    }
    options: tuple[Mapping[str, Any], ...] = ({"keyword": "sid", "settings": ("1",)},)
    if draw(st.booleans()):
        options += ({"keyword": "flow", "settings": ("to_server",)},)
    return {"action": draw(st.sampled_from(["PASS", "DROP"])), "header": header, "rule_option": options}


def read(policy: Policy) -> SuricataRules | Unknown:
    """What the engine reads of a policy."""
    firewall, body = f"{_TYPE}_firewall.f", f"{_TYPE}_firewall_policy.p"
    resources = [
        Resource(body, f"{_TYPE}_firewall_policy", {"firewall_policy": policy.body}),
        Resource(firewall, f"{_TYPE}_firewall", {"firewall_policy_arn": Ref(body, "arn")}),
        *(Resource(str(address), f"{_TYPE}_rule_group", group) for address, group in policy.groups.items()),
    ]
    return network_of(Graph({each.address: each for each in resources})).firewalls[firewall].rules
