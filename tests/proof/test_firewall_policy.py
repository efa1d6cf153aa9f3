"""The firewall policy that is there against the intent's: each change of it is a violation, unknown, or harmless for a
reason that is written here."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isthmus import proof
from isthmus.intent import DomainList, Inspection, RuleGroup
from isthmus.proof import Outcome, Verdict
from isthmus.proof.difference import compare
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


def read(folder: Path, edit: Callable[[Resources], None] | None = None, intent: bool = True) -> proof.Subject:
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


def names(change: Callable[[Resources], Any]) -> Callable[[Resources], None]:
    def edit(resources: Resources) -> None:
        change(resources[GROUP]["operating_systems"]["rule_group"]["rules_source"]["rules_source_list"])

    return edit


# What becomes of the way out, and what is said of the policy.
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
        "fragments of datagrams have the stateless default action aws:pass",
    ),
    "the default only reports": (
        policy(stateful_default_actions=["aws:alert_established"]),
        Outcome.REACHABLE,
        "what no rule decides about: it passes",
    ),
    "handshakes are dropped": (
        policy(stateful_default_actions=["aws:drop_strict"]),
        Outcome.BLOCKED,
        "all of it is dropped, handshakes included",
    ),
    "another default that drops": (
        policy(stateful_default_actions=["aws:drop_established_app_layer"]),
        Outcome.REACHABLE,
        "it waits for the application layer",
    ),
    "a list that denies": (
        names(lambda listed: listed.update(generated_rules_type="DENYLIST")),
        Outcome.BLOCKED,
        "drops .amazonaws.com, .debian.org, .ubuntu.com",
    ),
    "a name more": (
        names(lambda listed: listed["targets"].append(".com")),
        Outcome.REACHABLE,
        "it lets out .com (TLS_SNI), which the intent does not, from 10.1.0.0/16",
    ),
    "a name less": (
        names(lambda listed: listed["targets"].remove(".debian.org")),
        Outcome.REACHABLE,
        "it does not let out .debian.org (TLS_SNI), from 10.1.0.0/16",
    ),
    "one protocol less": (
        names(lambda listed: listed["target_types"].remove("HTTP_HOST")),
        Outcome.REACHABLE,
        "it does not let out .debian.org (HTTP_HOST)",
    ),
    "no rule groups": (
        policy(stateful_rule_group_reference=None),
        Outcome.BLOCKED,
        "it lacks what the intent has: AWS's MalwareDomainsStrictOrder",
    ),
    "a group of AWS's that only reports": (
        lambda resources: resources[POLICY]["this"]["firewall_policy"]["stateful_rule_group_reference"][0].update(
            override={"action": "DROP_TO_ALERT"}
        ),
        Outcome.REACHABLE,
        "it lacks what the intent has: AWS's BotNetCommandAndControlDomainsStrictOrder",
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
        lambda resources: resources[GROUP]["operating_systems"]["rule_group"]["rule_variables"]["ip_sets"][0][
            "ip_set"
        ].update(definition=["10.1.16.0/20"]),
        Outcome.BLOCKED,
        "it does not let out .debian.org (TLS_SNI), from 10.1.0.0/20",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_policy_is_a_violation_and_shows_in_a_comparison(change: str, tmp_path: Path) -> None:
    edit, outcome, why = CHANGES[change]
    before, after = read(tmp_path / "before"), read(tmp_path / "after", edit)
    answer = after.prove(scenarios=False)
    assert answer.verdict is Verdict.VIOLATED
    found = [violation for violation in answer.violations if violation.rule == "firewall-policy-differs"]
    assert any(why in violation.why for violation in found), [violation.why for violation in found]
    assert all("module.firewall" in name for violation in found for name in violation.resources)
    assert after.trace("dev", "internet").outcome is outcome
    # Where the way out is lost that is a violation of its own.
    assert ("way-out-missing" in {v.rule for v in answer.violations}) == (outcome is Outcome.BLOCKED)
    assert not compare(before, after).changes_nothing


def test_the_policy_of_the_output_is_the_intents(tmp_path: Path) -> None:
    subject = read(tmp_path)
    assert subject.prove(scenarios=False).verdict is Verdict.PROVED
    assert subject.trace("dev", "internet").outcome is Outcome.REACHABLE


def test_without_an_intent_what_leaves_depends_on_the_domain(tmp_path: Path) -> None:
    subject = read(tmp_path, intent=False)
    subject = replace(subject, announces=dict.fromkeys(subject.network.vpns, ()))
    (spoke, *_) = [place.name for place in subject.places.spokes if "dev" in place.name]
    trip = subject.trace(spoke, "internet").trips[0]
    assert trip.forward.outcome is Outcome.UNKNOWN
    assert "depends on the domain" in str(trip.forward)


UNKNOWN: dict[str, Callable[[Resources], None]] = {
    "a default that nothing here knows": policy(stateful_default_actions=["aws:drop_tomorrow"]),
    "a stateless default that nothing here knows": policy(stateless_default_actions=["aws:mirror"]),
    "no policy": lambda resources: resources.pop(POLICY),
    "another engine": policy(stateful_engine_options={"rule_order": "BEST_ORDER"}),
    "an argument of tomorrow": policy(inspection_mode="LAZY"),
    "a list of another kind": names(lambda listed: listed.update(generated_rules_type="GREYLIST")),
}


@pytest.mark.parametrize("change", UNKNOWN)
def test_what_is_not_understood_is_not_proved(change: str, tmp_path: Path) -> None:
    answer = read(tmp_path, UNKNOWN[change]).prove(scenarios=False)
    assert answer.verdict is not Verdict.PROVED
    assert answer.unanswered


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
    "aws:alert_established": "alerts report, and stop nothing",
    # Without a HOME_NET of its own a rule group has its policy's, which is the same here.
    "rule_variables of the list": "the policy's HOME_NET is the same",
    "policy_variables": "the only group that asks for HOME_NET has its own",
}
OTHER_VALUES: dict[str, Any] = {
    "aws:forward_to_sfe": "aws:drop",
    "aws:drop_established": "aws:drop_strict",
    "STRICT_ORDER": "DEFAULT_ACTION_ORDER",
    "ALLOWLIST": "DENYLIST",
    "STATEFUL": "STATELESS",
    "10.1.0.0/16": "10.2.0.0/16",
    "HOME_NET": "AWAY_NET",
    "CUSTOMER_KMS": "AWS_OWNED_KMS_KEY",
    "HTTP_HOST": "TLS_SNI",
    "TLS_SNI": "HTTP_HOST",
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
        or path[-1:] == ("encryption_configuration",)
    )


def test_every_argument_of_policy_groups_and_firewall_matters_or_says_why_not(tmp_path: Path) -> None:
    document = json.loads(files()[MODULE])
    resources = document["resource"]
    asked = {kind: resources[kind] for kind in (POLICY, GROUP, "aws_networkfirewall_firewall")}
    survived, tried = [], 0
    for path, value in _mutants(asked):
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
    assert tried > 40
    assert not survived


# --- several lists


def with_lists(*lists: DomainList) -> dict[str, str]:
    """The output of an estate of two segments, `apps` and `data`, with these lists."""
    made = estate(Inspection.VPC, zones=["use1-az1"])
    *others, last = made.environments
    assert last.egress is not None
    policy = replace(FIREWALL_POLICY, rule_groups=[], domain_lists=lists)
    egress = replace(last.egress, firewall=policy)
    return synthesize(replace(made, environments=[*others, replace(last, egress=egress)]).check())


LISTS = (
    DomainList("for-apps", domains=["apps.example"], segments=["apps"]),
    DomainList("systems", domains=[".debian.org"]),
    DomainList("shared", domains=["shared.example"], segments=["data", "apps"]),
)


def test_lists_add_up(tmp_path: Path) -> None:
    """An allow list drops what it does not name, so each segment has one with all of its names."""
    assert proof.read(write(with_lists(*LISTS), tmp_path)).prove(scenarios=False).verdict is Verdict.PROVED


def test_a_list_after_another_is_never_asked(tmp_path: Path) -> None:
    made = with_lists(LISTS[1])
    document = json.loads(made[MODULE])
    groups = document["resource"][GROUP]
    second = copy.deepcopy(groups["systems"])
    second["rule_group"]["rules_source"]["rules_source_list"]["targets"] = ["late.example"]
    groups["late"] = {**second, "name": "late"}
    references = document["resource"][POLICY]["this"]["firewall_policy"]["stateful_rule_group_reference"]
    references.append({"priority": 2500, "resource_arn": "${aws_networkfirewall_rule_group.late.arn}"})
    files_ = {**with_lists(LISTS[1], DomainList("zlate", domains=["late.example"])), MODULE: json.dumps(document)}
    answer = proof.read(write(files_, tmp_path)).prove(scenarios=False)
    assert answer.verdict is Verdict.VIOLATED
    assert any("it does not let out late.example (TLS_SNI)" in violation.why for violation in answer.violations)


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
def test_what_the_policy_lets_out_is_what_is_meant(rules: list[str], leaves: bool, tmp_path: Path) -> None:
    made = estate(Inspection.VPC, zones=["use1-az1"])
    *others, last = made.environments
    assert last.egress is not None
    groups = [RuleGroup("own", rules=rules, priority=3000)] if rules else []
    policy = replace(FIREWALL_POLICY, rule_groups=groups, domain_lists=[])
    egress = replace(last.egress, firewall=policy)
    changed = replace(made, environments=[*others, replace(last, egress=egress)]).check()
    answer = proof.read(write(synthesize(changed), tmp_path)).prove(scenarios=False)
    assert answer.verdict is Verdict.PROVED, str(answer)
    flow = answer.flows["web", "internet"]
    assert (flow.forward is Outcome.REACHABLE, flow.intended) == (leaves, leaves)
