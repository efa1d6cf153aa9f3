"""A firewall's policy as Terraform has it, packet by packet: every setting is evaluated, or the answer is unknown."""

from ipaddress import IPv4Network, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.address_space import number, span
from isthmus.network.block import Block
from isthmus.network.filters import Span
from isthmus.network.firewalls import answer, boundaries, verdict
from isthmus.network.from_terraform import network_of
from isthmus.network.model import Unknown
from isthmus.network.packets import Traffic
from isthmus.network.stateless import Action, Headers, Stateless, StatelessRule, decided
from isthmus.network.suricata import SuricataRules
from isthmus.terraform.graph import Graph, Ref, Resource

HERE, THERE = (span(IPv4Network(each)) for each in ("10.0.0.1/32", "198.51.100.7/32"))
HTTPS, DNS = Traffic(6, (443, 443)), Traffic(17, (53, 53))
FORWARD = {
    "stateless_default_actions": ("aws:forward_to_sfe",),
    "stateless_fragment_default_actions": ("aws:forward_to_sfe",),
}
STRICT = {"rule_order": "STRICT_ORDER"}


def read(*groups: Resource, **policy: Any) -> SuricataRules | Unknown:
    """The rules of a firewall whose policy has these arguments."""
    resources = [
        Resource("aws_networkfirewall_firewall_policy.p", "aws_networkfirewall_firewall_policy",
                 {"firewall_policy": {**FORWARD, **policy}}),
        Resource("aws_networkfirewall_firewall.f", "aws_networkfirewall_firewall",
                 {"firewall_policy_arn": Ref("aws_networkfirewall_firewall_policy.p", "arn")}),
        *groups,
    ]  # fmt: skip
    return (
        network_of(Graph({each.address: each for each in resources})).firewalls["aws_networkfirewall_firewall.f"].rules
    )


def rules(*groups: Resource, **policy: Any) -> SuricataRules:
    found = read(*groups, **policy)
    assert isinstance(found, SuricataRules)
    return found


def group(name: str, body: dict[str, Any], type_: str = "STATEFUL", order: str = "STRICT_ORDER") -> Resource:
    options = {"stateful_rule_options": {"rule_order": order}} if type_ == "STATEFUL" else {}
    address = f"aws_networkfirewall_rule_group.{name}"
    return Resource(address, "aws_networkfirewall_rule_group", {"type": type_, "rule_group": {**options, **body}})


def written(name: str, text: str, order: str = "STRICT_ORDER") -> Resource:
    return group(name, {"rules_source": {"rules_string": text}}, order=order)


def reference(name: str, priority: int | None = 1, **more: Any) -> dict[str, Any]:
    found = {"resource_arn": Ref(f"aws_networkfirewall_rule_group.{name}", "arn"), **more}
    return {**found, "priority": priority} if priority is not None else found


def outcome(found: Block | Unknown | None) -> str:
    return "passes" if found is None else "unknown" if isinstance(found, Unknown) else "blocked"


def ask(policy: SuricataRules, traffic: Traffic = HTTPS, source: Span = HERE, to: Span = THERE) -> str:
    return outcome(verdict(policy, source, to, traffic))


@pytest.mark.parametrize(
    ("policy", "https", "dns"),
    [
        ({}, "passes", "passes"),  # the default order, and nothing that drops
        ({"stateful_engine_options": STRICT}, "passes", "passes"),
        ({"stateful_engine_options": STRICT, "stateful_default_actions": ("aws:alert_strict",)}, "passes", "passes"),
        ({"stateful_engine_options": STRICT, "stateful_default_actions": ("aws:drop_strict",)}, "blocked", "blocked"),
        (
            {"stateful_engine_options": STRICT, "stateful_default_actions": ("aws:drop_established",)},
            "blocked",
            "blocked",
        ),
        (
            {
                "stateful_engine_options": STRICT,
                "stateful_default_actions": ("aws:drop_established_app_layer_to_server", "aws:alert_strict"),
            },
            "blocked",
            "unknown",
        ),
        ({"stateful_engine_options": STRICT, "stateful_default_actions": ("aws:drop_soon",)}, "unknown", "unknown"),
        ({"stateful_default_actions": ("aws:drop_strict",)}, "unknown", "unknown"),  # for strict order only
        ({"stateful_engine_options": {"rule_order": "RANDOM"}}, "unknown", "unknown"),
        ({"stateful_engine_options": {**STRICT, "stream_exception_policy": "CONTINUE"}}, "passes", "passes"),
        ({"stateful_engine_options": {**STRICT, "patience": "LITTLE"}}, "unknown", "unknown"),
        ({"stateless_default_actions": ("aws:drop",)}, "blocked", "unknown"),  # but for fragments
        (
            {"stateless_default_actions": ("aws:drop",), "stateless_fragment_default_actions": ("aws:drop",)},
            "blocked",
            "blocked",
        ),
        ({"stateless_default_actions": ("aws:pass",)}, "passes", "passes"),
        ({"stateless_default_actions": ("aws:pass", "count")}, "unknown", "unknown"),  # which is no custom action
        (
            {
                "stateless_default_actions": ("aws:pass", "count"),
                "stateless_custom_action": {"action_name": "count", "action_definition": {}},
            },
            "passes",
            "passes",
        ),
        ({"stateless_default_actions": ()}, "unknown", "unknown"),
        ({"stateless_default_actions": Unknown("later")}, "unknown", "unknown"),
        ({"tls_inspection_configuration_arn": "arn:x"}, "unknown", "passes"),
        ({"stateful_rule_group_reference": Unknown("some")}, "unknown", "unknown"),
    ],
)
def test_settings_of_a_policy(policy: dict[str, Any], https: str, dns: str) -> None:
    found = rules(**policy)
    assert (ask(found), ask(found, DNS)) == (https, dns)


def test_a_policy_that_is_not_understood_is_unknown() -> None:
    assert isinstance(read(mirror_to="x"), Unknown)


def test_action_order_asks_what_passes_first() -> None:
    text = "drop tcp any any -> any 443 (sid:1;)\npass tcp any any -> any 443 (flow:to_server; sid:2;)"
    by_action = rules(written("g", text, "DEFAULT_ACTION_ORDER"), stateful_rule_group_reference=reference("g", None))
    assert ask(by_action) == "passes"
    in_order = rules(written("g", text), stateful_rule_group_reference=reference("g"), stateful_engine_options=STRICT)
    assert ask(in_order) == "blocked"
    mixed = rules(written("g", text), stateful_rule_group_reference=reference("g"))
    assert ask(mixed) == "unknown"  # AWS refuses a group of another order


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"action": "PASS"}, "passes"),
        ({"action": "REJECT"}, "blocked"),
        ({"action": "ALERT"}, "blocked"),  # by the default
        ({"action": "PASS", "destination_port": "80"}, "blocked"),
        ({"action": "PASS", "direction": "ANY", "source": "198.51.100.0/24", "destination": "10.0.0.0/8"}, "passes"),
        ({"action": "PASS", "rule_option": ({"keyword": "sid", "settings": ("1",)},)}, "passes"),
        ({"action": "PASS", "rule_option": ({"keyword": "content", "settings": ('"x"',)},)}, "unknown"),
        ({"action": "PASS", "direction": "SIDEWAYS"}, "unknown"),
        ({"action": "SHRUG"}, "unknown"),
        ({"action": "PASS", "protocol": "TLS"}, "unknown"),
        ({"action": "PASS", "source": "$NOWHERE"}, "unknown"),
    ],
)
def test_standard_stateful_rules(rule: dict[str, Any], expected: str) -> None:
    header = {
        "protocol": "TCP", "source": "ANY", "source_port": "ANY", "direction": "FORWARD", "destination": "ANY",
        "destination_port": "ANY",
    }  # fmt: skip
    made = {name: rule[name] for name in ("action", "rule_option") if name in rule}
    made["header"] = {**header, **{name: value for name, value in rule.items() if name in header}}
    found = rules(
        group("g", {"rules_source": {"stateful_rule": made}}),
        stateful_rule_group_reference=reference("g"),
        stateful_engine_options=STRICT,
        stateful_default_actions=("aws:drop_strict",),
    )
    assert ask(found) == expected


def test_a_group_that_only_reports_drops_nothing() -> None:
    drop = written("g", "drop tcp any any -> any 443 (sid:1;)")
    for action, expected in (("DROP_TO_ALERT", "passes"), ("DROP_TO_PASS", "unknown")):
        over = reference("g", override={"action": action})
        assert ask(rules(drop, stateful_rule_group_reference=over, stateful_engine_options=STRICT)) == expected


def test_groups_of_aws_may_drop_and_never_pass() -> None:
    arn = "arn:aws:network-firewall:us-east-1:aws-managed:stateful-rulegroup/MalwareDomainsStrictOrder"
    one = {"stateful_rule_group_reference": {"priority": 1, "resource_arn": arn}, "stateful_engine_options": STRICT}
    assert ask(rules(**one)) == "unknown"
    assert ask(rules(**one, stateful_default_actions=("aws:drop_strict",))) == "blocked"


def test_a_group_that_is_not_declared_may_do_anything() -> None:
    found = rules(stateful_rule_group_reference=reference("gone"), stateful_engine_options=STRICT)
    assert ask(found) == "unknown"
    stateless = rules(stateless_rule_group_reference=reference("gone"))
    assert ask(stateless) == "unknown"


# --- stateless rules


def stateless(*given_: dict[str, Any], **policy: Any) -> SuricataRules:
    body = {"rules_source": {"stateless_rules_and_custom_actions": {"stateless_rule": given_}}}
    return rules(
        group("s", body, "STATELESS"), stateless_rule_group_reference=reference("s"), **policy
    )  # fmt: skip


def stateless_rule(priority: int, action: str, **match: Any) -> dict[str, Any]:
    return {"priority": priority, "rule_definition": {"actions": (action,), "match_attributes": match}}


def test_the_lowest_number_decides() -> None:
    drop, pass_ = stateless_rule(2, "aws:drop"), stateless_rule(1, "aws:pass", protocols=(6,))
    assert ask(stateless(drop, pass_)) == "passes"
    assert ask(stateless(drop, pass_, stateless_fragment_default_actions=("aws:drop",)), DNS) == "blocked"


def test_answers_are_looked_at_by_themselves() -> None:
    found = stateless(stateless_rule(1, "aws:drop", source=({"address_definition": "198.51.100.0/24"},)))
    assert ask(found) == "passes"
    assert outcome(answer(found, HERE, THERE, HTTPS)) == "blocked"
    half = stateless(stateless_rule(1, "aws:pass", source=({"address_definition": "198.51.100.0/24"},)))
    assert outcome(answer(half, HERE, THERE, HTTPS)) == "unknown"  # the stateful rules see one direction
    assert outcome(answer(stateless(stateless_rule(1, "aws:pass")), HERE, THERE, HTTPS)) == "passes"


@pytest.mark.parametrize(
    "rule",
    [
        stateless_rule(1, "aws:drop", tcp_flag=({"flags": ("SYN",), "masks": ("SYN", "ACK")},)),
        stateless_rule(1, "aws:mirror"),
        stateless_rule(1, "aws:drop", vlan=(5,)),
        stateless_rule(1, "aws:drop", source=({"address_definition": Unknown("later")},)),
        stateless_rule(1, "aws:drop", source_port=({"from_port": 2000, "to_port": 3000},)),  # some clients' ports
    ],
)
def test_what_is_not_understood_of_stateless_rules_is_unknown(rule: dict[str, Any]) -> None:
    assert ask(stateless(rule)) == "unknown"


BASE = number(ip_network("10.0.0.0/29")[0])
edges = st.integers(0, 4)
spans = st.tuples(edges, edges).map(lambda pair: (min(pair), max(pair)))


@given(
    made=st.lists(
        st.tuples(st.sampled_from(tuple(Action)), st.sampled_from(((), (6,), (17,), (6, 17))), spans, spans, spans),
        max_size=4,
    ),
    default=st.sampled_from(tuple(Action)),
    protocol=st.sampled_from((6, 17)),
    packet=st.tuples(edges, edges, edges),
)
def test_stateless_rules_decide_as_they_read(
    made: list[tuple[Action, tuple[int, ...], Span, Span, Span]],
    default: Action,
    protocol: int,
    packet: tuple[int, int, int],
) -> None:
    source, to, port = packet
    expected = next(
        (
            action
            for action, protocols, sources, destinations, ports in made
            if (not protocols or protocol in protocols)
            and all(low <= at <= high for (low, high), at in ((sources, source), (destinations, to), (ports, port)))
        ),
        default,
    )
    asked = Stateless(
        tuple(
            StatelessRule(
                "g", action, protocols, ((BASE + s[0], BASE + s[1]),), ((BASE + d[0], BASE + d[1]),), ports=(p,)
            )
            for action, protocols, s, d, p in made
        ),
        default,
    )
    headers = Headers(protocol, (BASE + source,) * 2, (BASE + to,) * 2, ports=(port, port))
    assert decided(asked, "policy", headers)[0] is expected


def test_every_boundary_of_a_policy_is_given() -> None:
    found = rules(
        written("g", "pass tcp 10.0.0.0/30 any -> any [80,443] (sid:1;)\ndrop udp any any -> any 53 (sid:2;)"),
        group(
            "s",
            {"rules_source": {"stateless_rules_and_custom_actions": {"stateless_rule": stateless_rule(
                1, "aws:drop", protocols=(47,), destination_port=({"from_port": 7, "to_port": 9},))}}},
            "STATELESS",
        ),
        stateful_rule_group_reference=reference("g"),
        stateless_rule_group_reference=reference("s"),
        stateful_engine_options=STRICT,
    )  # fmt: skip
    given_ = list(boundaries(found))
    assert {each.protocol for each in given_} == {6, 17, 47}
    assert {each.ports for each in given_} >= {(80, 80), (443, 443), (53, 53), (7, 9)}
    # Answers are met as well: by stateless rules, and by rules that are not for one end of a flow.
    assert {each.source_ports for each in given_} >= {(7, 9), (53, 53)}
    assert span(IPv4Network("10.0.0.0/30")) in {each.sources for each in given_}


LISTED = {"generated_rules_type": "ALLOWLIST", "target_types": ("TLS_SNI",), "targets": ("example.com",)}


def home(*prefixes: str) -> dict[str, Any]:
    return {"key": "HOME_NET", "ip_set": {"definition": prefixes}}


@pytest.mark.parametrize(
    ("of_group", "answer_"),
    [
        (("10.0.0.0/8", "192.168.0.0/16"), "passes"),  # the same, in another order
        (("10.0.0.0/16",), "unknown"),  # AWS takes EXTERNAL_NET from the policy
    ],
)
@pytest.mark.parametrize("rule", ["pass tcp $HOME_NET any -> $EXTERNAL_NET 443 (flow:to_server; sid:1;)", ""])
def test_external_net_is_unknown_for_a_policy_and_a_group_with_home_net(
    of_group: tuple[str, ...], answer_: str, rule: str
) -> None:
    source = {"rules_string": rule} if rule else {"rules_source_list": LISTED}
    policy = rules(
        group("g", {"rules_source": source, "rule_variables": {"ip_sets": (home(*of_group),)}}),
        stateful_engine_options=STRICT,
        stateful_default_actions=("aws:drop_established",),
        stateful_rule_group_reference=(reference("g"),),
        policy_variables={"rule_variables": (home("192.168.0.0/16", "10.0.0.0/8"),)},
    )
    # What an allow list does with HTTPS depends on the name, which no packet of the proof has.
    assert ask(policy) == (answer_ if rule else "unknown")
    assert any("EXTERNAL_NET is not known" in each.text for each in policy.rules) is (not rule and answer_ == "unknown")
