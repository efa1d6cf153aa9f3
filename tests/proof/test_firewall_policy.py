"""The firewall policy that is there against the intent's: each change of it is a violation, unknown, or harmless for a
reason that is written here."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from isthmus import proof
from isthmus.intent import AllowedConnection, DomainList, Inspection, RuleGroup, check
from isthmus.proof import Outcome, Verdict
from isthmus.proof.difference.flows import compare
from modules.synthesis import synthesize
from tests.modules.egress_estates import POLICY as FIREWALL_POLICY
from tests.modules.egress_estates import estate
from tests.proof.estates import output, write

ESTATE = "stage_4_central_egress"
MODULE = "stacks/egress/modules/firewall/main.tf.json"
POLICY, GROUP = "aws_networkfirewall_firewall_policy", "aws_networkfirewall_rule_group"
Resources = dict[str, Any]


@cache
def files() -> dict[str, str]:
    return dict(output(ESTATE))


def read(folder: Path, edit: Callable[[Resources], None] | None = None, intent: bool = True) -> proof.Analysis:
    """The output of the estate, after a change to the resources of its firewall; with or without its intent."""
    document = json.loads(files()[MODULE])
    if edit is not None:
        edit(document["resource"])
    kept = {name: text for name, text in files().items() if intent or not name.endswith("intent.json")}
    return proof.read(write({**kept, MODULE: json.dumps(document)}, folder))


def policy(**values: Any) -> Callable[[Resources], None]:
    """Set arguments of the policy; None takes one away."""

    def edit(resources: Resources) -> None:
        body = resources[POLICY]["this"]["firewall_policy"]
        body.update(values)
        for name in [name for name, value in values.items() if value is None]:
            del body[name]

    return edit


def lines(change: Callable[[list[str]], list[str]], group: str = "operating_systems") -> Callable[[Resources], None]:
    """Change the rules of a group, line by line."""

    def edit(resources: Resources) -> None:
        source = resources[GROUP][group]["rule_group"]["rules_source"]
        source["rules_string"] = "\n".join(change(source["rules_string"].splitlines()))

    return edit


def more(name: str) -> Callable[[list[str]], list[str]]:
    return lambda given: [*given, *(line.replace(".debian.org", name) for line in given if ".debian.org" in line)]


def allow_list(**values: Any) -> Callable[[Resources], None]:
    """The same names as a domain list of AWS's, which drops all others."""

    def edit(resources: Resources) -> None:
        listed = {
            "generated_rules_type": "ALLOWLIST",
            "target_types": ["HTTP_HOST", "TLS_SNI"],
            "targets": [".amazonaws.com", ".debian.org", ".ubuntu.com"],
            **values,
        }
        resources[GROUP]["operating_systems"]["rule_group"]["rules_source"] = {"rules_source_list": listed}

    return edit


def home_net(*prefixes: str) -> Callable[[Resources], None]:
    """HOME_NET of the policy and of its groups."""

    def edit(resources: Resources) -> None:
        settings = [*resources[POLICY]["this"]["firewall_policy"]["policy_variables"]["rule_variables"]]
        for group in resources[GROUP].values():
            settings += group["rule_group"].get("rule_variables", {}).get("ip_sets", [])
        for variable in settings:
            if variable["key"] == "HOME_NET":
                variable["ip_set"]["definition"] = [*prefixes]

    return edit


# The outcome of the egress path, and the reported difference.
CHANGES: dict[str, tuple[Callable[[Resources], None], Outcome, str]] = {
    "nothing gets to the stateful rules": (
        policy(stateless_default_actions=["aws:drop"]),
        Outcome.BLOCKED,
        "packets have the stateless default action aws:drop",
    ),
    "all passes by the stateful rules": (
        policy(stateless_default_actions=["aws:pass"]),
        Outcome.REACHABLE,
        "packets have the stateless default action aws:pass",
    ),
    "fragments pass by": (
        policy(stateless_fragment_default_actions=["aws:pass"]),
        Outcome.REACHABLE,
        "fragmented packets have the stateless default action aws:pass",
    ),
    "the default only reports": (
        policy(stateful_default_actions=["aws:alert_established"]),
        Outcome.REACHABLE,
        "the default action: pass all packets",
    ),
    "handshakes are dropped": (
        policy(stateful_default_actions=["aws:drop_strict"]),
        Outcome.BLOCKED,
        "drop all packets, including handshakes",
    ),
    "another default that drops": (
        policy(stateful_default_actions=["aws:drop_established"]),
        Outcome.REACHABLE,
        "drop packets after the handshake",
    ),
    "rules that deny": (
        lines(lambda given: [line.replace("pass ", "drop ") for line in given]),
        Outcome.BLOCKED,
        "it does not allow .debian.org (TLS_SNI), from 10.1.0.0/16",
    ),
    "a list that denies": (
        allow_list(generated_rules_type="DENYLIST"),
        Outcome.BLOCKED,
        "drops .amazonaws.com, .debian.org, .ubuntu.com",
    ),
    "a name more": (
        lines(more(".com")),
        Outcome.REACHABLE,
        "it allows .com (TLS_SNI), and the intent does not, from 10.1.0.0/16",
    ),
    "a name less": (
        lines(lambda given: [line for line in given if ".debian.org" not in line]),
        Outcome.REACHABLE,
        "it does not allow .debian.org (TLS_SNI), from 10.1.0.0/16",
    ),
    "one protocol less": (
        lines(lambda given: [line for line in given if "pass tls" in line]),
        Outcome.REACHABLE,
        "it does not allow .debian.org (HTTP_HOST)",
    ),
    "UDP may leave": (
        lines(lambda given: [line for line in given if "UDP" not in line], "closing"),
        Outcome.REACHABLE,
        "it has no rule of the intent: no rule passes UDP",
    ),
    "nothing closes": (
        lambda resources: resources[POLICY]["this"]["firewall_policy"]["stateful_rule_group_reference"].pop(),
        Outcome.REACHABLE,
        "it has no rule of the intent: no rule passes ICMP",
    ),
    "no rule groups": (
        policy(stateful_rule_group_reference=None),
        Outcome.BLOCKED,
        "it has no rule of the intent: AWS's MalwareDomainsStrictOrder",
    ),
    "a group of AWS's that only reports": (
        lambda resources: resources[POLICY]["this"]["firewall_policy"]["stateful_rule_group_reference"][0].update(
            override={"action": "DROP_TO_ALERT"}
        ),
        Outcome.REACHABLE,
        "it has no rule of the intent: AWS's BotNetCommandAndControlDomainsStrictOrder",
    ),
    "the list before all else": (
        lambda resources: resources[POLICY]["this"]["firewall_policy"]["stateful_rule_group_reference"][2].update(
            priority=1
        ),
        Outcome.REACHABLE,
        "its rules are in another order",
    ),
    "TLS is decrypted": (
        policy(tls_inspection_configuration_arn="arn:aws:network-firewall:us-east-1:111111111111:tls-configuration/x"),
        Outcome.UNKNOWN,
        "it decrypts and inspects TLS",
    ),
    "the list is for fewer": (
        home_net("10.1.16.0/20"),
        Outcome.BLOCKED,
        "it does not allow .debian.org (TLS_SNI), from 10.1.0.0/20",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_policy_change_is_a_violation_and_a_difference(change: str, tmp_path: Path) -> None:
    edit, outcome, why = CHANGES[change]
    before, after = read(tmp_path / "before"), read(tmp_path / "after", edit)
    answer = after.prove(scenarios=False)
    assert answer.verdict is Verdict.VIOLATED
    found = [violation for violation in answer.violations if violation.rule == "firewall-policy-differs"]
    assert any(why in violation.why for violation in found), [violation.why for violation in found]
    assert all("module.firewall" in name for violation in found for name in violation.resources)
    assert after.trace("dev", "internet").outcome is outcome
    # A blocked egress path is a violation of its own.
    assert ("egress-missing" in {v.rule for v in answer.violations}) == (outcome is Outcome.BLOCKED)
    assert not compare(before, after, scenarios=False).changes_nothing


def test_the_generated_policy_matches_the_intent(tmp_path: Path) -> None:
    subject = read(tmp_path)
    assert subject.prove(scenarios=False).verdict is Verdict.PROVED
    assert subject.trace("dev", "internet").outcome is Outcome.REACHABLE


def test_without_an_intent_egress_depends_on_the_domain(tmp_path: Path) -> None:
    subject = read(tmp_path, intent=False)
    subject = replace(subject, advertises=dict.fromkeys(subject.network.vpns, ()))
    (spoke, *_) = [place.name for place in subject.locations.spokes if "dev" in place.name]
    trip = subject.trace(spoke, "internet").trips[0]
    assert trip.forward.outcome is Outcome.UNKNOWN
    assert "depends on the domain" in str(trip.forward)


UNKNOWN: dict[str, Callable[[Resources], None]] = {
    "a default that nothing here knows": policy(stateful_default_actions=["aws:drop_tomorrow"]),
    "a stateless default that nothing here knows": policy(stateless_default_actions=["aws:mirror"]),
    "no policy": lambda resources: resources.pop(POLICY),
    "another engine": policy(stateful_engine_options={"rule_order": "BEST_ORDER"}),
    "an argument of tomorrow": policy(inspection_mode="LAZY"),
    "a list of another kind": allow_list(generated_rules_type="GREYLIST"),
}


@pytest.mark.parametrize("change", UNKNOWN)
def test_an_unknown_policy_is_not_proved(change: str, tmp_path: Path) -> None:
    answer = read(tmp_path, UNKNOWN[change]).prove(scenarios=False)
    assert answer.verdict is not Verdict.PROVED
    assert answer.unknown_results


# --- every argument

# Arguments that decide about no flow, by the last of their names.
NO_EFFECT = {
    "capacity": "what a rule group may grow to",
    "description": "a text",
    "encryption_configuration": "how AWS keeps the policy",
    "key_id": "how AWS keeps the policy",
    "lifecycle": "in what order Terraform replaces",
    "create_before_destroy": "in what order Terraform replaces",
    "name": "a name",
    "tags": "labels",
    "Name": "a label",
    "delete_protection": "who may delete",
    "firewall_policy_change_protection": "who may change",
    "subnet_change_protection": "who may change",
    "stream_exception_policy": "what becomes of connections that break midstream",
    "aws:alert_established_app_layer_to_server": "alerts report, and stop nothing",
    # Without a HOME_NET of its own a rule group has its policy's, which is the same here.
    "rule_variables of a group": "the policy's HOME_NET is the same",
}
OTHER_VALUES: dict[str, Any] = {
    "aws:forward_to_sfe": "aws:drop",
    "aws:drop_established_app_layer_to_server": "aws:drop_strict",
    "STRICT_ORDER": "DEFAULT_ACTION_ORDER",
    "STATEFUL": "STATELESS",
    "10.1.0.0/16": "10.2.0.0/16",
    "HOME_NET": "AWAY_NET",
    "CUSTOMER_KMS": "AWS_OWNED_KMS_KEY",
}


def _mutants(at: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every argument taken away, and every value replaced by another valid one."""
    items = list(at.items()) if isinstance(at, dict) else list(enumerate(at)) if isinstance(at, list) else []
    for key, value in items:
        yield (*path, key), None
        if isinstance(value, str) and value in OTHER_VALUES:
            yield (*path, key), OTHER_VALUES[value]
        yield from _mutants(value, (*path, key))


def _mutated(resources: Resources, path: tuple[Any, ...], value: Any) -> Resources:
    made = copy.deepcopy(resources)
    at = made
    for key in path[:-1]:
        at = at[key]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return made


def _harmless(path: tuple[Any, ...], old: Any) -> bool:
    of_list = path[0] == GROUP and "rule_variables" in path
    return bool(
        {*map(str, path), str(old) if isinstance(old, str) else ""} & {*NO_EFFECT}
        or (of_list and path[-1] in ("rule_variables", "ip_sets", 0, "key") and "definition" not in path)
        or (of_list and path[1] == "closing")
        or path[-1:] == ("encryption_configuration",)
    )


@pytest.mark.parametrize("third", [0, *(pytest.param(third, marks=pytest.mark.nightly) for third in (1, 2))])
def test_every_argument_of_a_policy_matters_or_is_excused(tmp_path: Path, third: int) -> None:
    """A third of the arguments in every run, and all of them nightly."""
    document = json.loads(files()[MODULE])
    resources = document["resource"]
    asked = {kind: resources[kind] for kind in (POLICY, GROUP, "aws_networkfirewall_firewall")}
    survived, tried = [], 0
    for path, value in islice(_mutants(asked), third, None, 3):
        changed = _mutated(resources, path, value)
        old = resources
        for key in path:
            old = old[key]
        if _harmless(path, old):
            continue
        tried += 1
        try:
            text = json.dumps({**document, "resource": changed})
            answer = proof.read(write({**files(), MODULE: text}, tmp_path)).prove(scenarios=False)
        except proof.ProofError:
            continue
        if answer.verdict is Verdict.PROVED:
            survived.append((path, value))
    assert tried > 13
    assert not survived


def home(*prefixes: str, key: str = "HOME_NET") -> Callable[[Resources], None]:
    """The policy's own variables, which AWS's rule groups have."""
    own = {"key": "HOME_NET", "ip_set": {"definition": ["10.1.0.0/16"]}}
    changed = {"key": key, "ip_set": {"definition": [*prefixes]}}
    kept = [own, changed] if key != "HOME_NET" else [changed]
    return policy(policy_variables={"rule_variables": kept})


@pytest.mark.parametrize(
    ("edit", "reported"),
    [
        (
            policy(policy_variables=None),
            "it has no HOME_NET, so that managed rule groups protect only the VPC of the firewall",
        ),
        (home("10.1.0.0/20"), "managed rule groups have 10.1.0.0/20 as HOME_NET; the intent has 10.1.0.0/16"),
        (home("0.0.0.0/0"), "managed rule groups have 0.0.0.0/0 as HOME_NET; the intent has 10.1.0.0/16"),
        (home("198.51.100.0/24", key="EXTERNAL_NET"), "managed rule groups have 198.51.100.0/24 as EXTERNAL_NET"),
    ],
)
def test_the_home_net_of_managed_rule_groups_is_compared(
    tmp_path: Path, edit: Callable[[Resources], None], reported: str
) -> None:
    """They have the policy's variables, and are for those addresses alone; ours have sets of their own."""
    answer = read(tmp_path, edit).prove(scenarios=False)
    assert answer.verdict is Verdict.VIOLATED
    differences = [each.why for each in answer.violations if each.rule == "firewall-policy-differs"]
    assert any(why.startswith(reported) for why in differences), differences


def test_the_order_of_home_net_does_not_matter(tmp_path: Path) -> None:
    assert read(tmp_path, home("10.1.128.0/17", "10.1.0.0/17")).prove(scenarios=False).verdict is Verdict.PROVED


def test_an_unknown_home_net_is_unknown(tmp_path: Path) -> None:
    answer = read(tmp_path, home("${aws_kms_key.this.arn}")).prove(scenarios=False)
    assert answer.verdict is Verdict.UNKNOWN
    assert "the addresses of HOME_NET for managed rule groups" in " ".join(map(str, answer.unknown_results))


# --- several lists


def with_lists(*lists: DomainList, groups: list[RuleGroup] | None = None) -> dict[str, str]:
    """The output of an estate of two segments, `apps` and `data`, with these lists, and rules of its own."""
    made = estate(Inspection.VPC, zones=["use1-az1"])
    *others, last = made.environments
    assert last.egress is not None
    policy = replace(FIREWALL_POLICY, rule_groups=groups or [], domain_lists=lists)
    egress = replace(last.egress, firewall=policy)
    return synthesize(check(replace(made, environments=[*others, replace(last, egress=egress)])))


LISTS = (
    DomainList("for-apps", domains=["apps.example"], segments=["apps"]),
    DomainList("systems", domains=[".debian.org"]),
    DomainList("shared", domains=["shared.example"], segments=["data", "apps"]),
)


def test_domain_lists_are_combined(tmp_path: Path) -> None:
    """Lists are rules that pass, so that each segment has the names of all that are for it."""
    assert proof.read(write(with_lists(*LISTS), tmp_path)).prove(scenarios=False).verdict is Verdict.PROVED


def test_an_allow_list_blocks_later_lists(tmp_path: Path) -> None:
    """A domain list of AWS's ends with rules that drop: rules after it that pass names are never asked."""
    made = with_lists(LISTS[1], DomainList("zlate", domains=["late.example"]))
    document = json.loads(made[MODULE])
    listed = {"generated_rules_type": "ALLOWLIST", "target_types": ["HTTP_HOST", "TLS_SNI"], "targets": [".debian.org"]}
    document["resource"][GROUP]["systems"]["rule_group"]["rules_source"] = {"rules_source_list": listed}
    answer = proof.read(write({**made, MODULE: json.dumps(document)}, tmp_path)).prove(scenarios=False)
    assert answer.verdict is Verdict.VIOLATED
    assert any("it does not allow late.example (TLS_SNI)" in violation.why for violation in answer.violations)


def test_an_allow_list_blocks_later_rules(tmp_path: Path) -> None:
    """The same of a rule that looks for something else in TLS than a name, which no comparison of names can find."""
    own = RuleGroup("own", rules=['pass tls $HOME_NET any -> any 443 (ja3.hash; content:"a"; sid:1;)'], priority=3000)
    made = with_lists(LISTS[1], groups=[own])
    document = json.loads(made[MODULE])
    listed = {"generated_rules_type": "ALLOWLIST", "target_types": ["HTTP_HOST", "TLS_SNI"], "targets": [".debian.org"]}
    document["resource"][GROUP]["systems"]["rule_group"]["rules_source"] = {"rules_source_list": listed}
    assert proof.read(write(made, tmp_path / "whole")).prove(scenarios=False).verdict is Verdict.PROVED
    answer = proof.read(write({**made, MODULE: json.dumps(document)}, tmp_path)).prove(scenarios=False)
    assert any(
        "it has a rule that the intent does not have: what is not on a domain list" in v.why for v in answer.violations
    )


def test_domains_after_a_drop_rule(tmp_path: Path) -> None:
    """All of the names are let out, and those that were meant to go before a rule that drops come after it."""
    named = 'pass tls $HOME_NET any -> $EXTERNAL_NET any (tls.sni; content:"{}"; startswith; nocase; endswith; sid:{};)'
    stop = 'drop tls $HOME_NET any -> $EXTERNAL_NET any (ja3.hash; content:"a"; sid:9;)'
    own = RuleGroup("own", rules=[named.format("a.example", 1), stop, named.format("b.example", 2)], priority=1)
    made = with_lists(LISTS[1], groups=[own])
    assert proof.read(write(made, tmp_path / "whole")).prove(scenarios=False).verdict is Verdict.PROVED
    document = json.loads(made[MODULE])
    lines(lambda given: given[::-1], "own")(document["resource"])
    answer = proof.read(write({**made, MODULE: json.dumps(document)}, tmp_path)).prove(scenarios=False)
    assert any("its rules are in another order" in violation.why for violation in answer.violations)


def test_an_alert_only_firewall_isolates_nothing(tmp_path: Path) -> None:
    """What inspected segments may open to each other is no limit then, and the proof says so."""
    made = estate(Inspection.VPC, zones=["use1-az1"])
    *others, last = made.environments
    assert last.egress is not None
    alerting = replace(last, egress=replace(last.egress, firewall=replace(FIREWALL_POLICY, alert_only=True)))
    allowed_connections = [AllowedConnection(source="apps", to="data", ports=["tcp/5432"])]
    limited = check(replace(made, environments=[*others, alerting], allowed_connections=allowed_connections))
    answer = proof.read(write(synthesize(limited), tmp_path / "limited")).prove(scenarios=False)
    assert answer.verdict is Verdict.VIOLATED
    assert "unintended-connection" in {violation.rule for violation in answer.violations}
    free = proof.read(write(synthesize(check(replace(limited, allowed_connections=[]))), tmp_path / "free")).prove(
        scenarios=False
    )
    assert free.verdict is Verdict.PROVED
    assert any("drops nothing" in assumption for assumption in free.assumptions)


LEAVES = "pass {} $HOME_NET any -> {} {} (flow:to_server; sid:1;)"


@pytest.mark.parametrize(
    ("rules", "leaves"),
    [
        ([], False),  # what no rule passes is dropped, so that nothing is meant to leave
        ([LEAVES.format("tcp", "$EXTERNAL_NET", 446)], True),
        ([LEAVES.format("udp", "$EXTERNAL_NET", 123)], True),
        ([LEAVES.format("tcp", "8.8.8.0/24", 443)], True),  # to some of the internet
        ([LEAVES.format("tcp", "$DATA", 443)], False),
        (['pass tls $HOME_NET any -> $EXTERNAL_NET any (tls.sni; content:"a.example"; sid:1;)'], True),
    ],
)
def test_the_policy_allows_the_intended_packets(rules: list[str], leaves: bool, tmp_path: Path) -> None:
    made = estate(Inspection.VPC, zones=["use1-az1"])
    *others, last = made.environments
    assert last.egress is not None
    groups = [RuleGroup("own", rules=rules, priority=3000)] if rules else []
    policy = replace(FIREWALL_POLICY, rule_groups=groups, domain_lists=[])
    egress = replace(last.egress, firewall=policy)
    changed = check(replace(made, environments=[*others, replace(last, egress=egress)]))
    answer = proof.read(write(synthesize(changed), tmp_path)).prove(scenarios=False)
    assert answer.verdict is Verdict.PROVED, str(answer)
    flow = answer.flows["web", "internet"]
    assert (flow.forward is Outcome.REACHABLE, flow.intended) == (leaves, leaves)
