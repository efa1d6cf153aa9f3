"""What a firewall lets through between inspected segments: proved of what is generated, missed by nothing amiss."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isthmus import proof
from isthmus.intent import AllowedConnection, Estate, Inspection, check
from isthmus.intent.firewall_rules import firewall_rules, numbered
from isthmus.proof import Outcome, Verdict
from modules.synthesis import synthesize
from tests.modules.egress_estates import POLICY, estate
from tests.proof.estates import write

FIREWALL = "stacks/egress/modules/firewall/main.tf.json"
OPENS = (AllowedConnection(source="apps", to="data", ports=["tcp/5432", "udp/5000-5010", "icmp"]),)


def limited(
    inspection: Inspection = Inspection.VPC, allowed_connections: tuple[AllowedConnection, ...] = OPENS
) -> Estate:
    """`apps` and `data`, inspected with each other, of which something is said; no rules of the estate's own."""
    made = estate(inspection, zones=["use1-az1"])
    *others, last = made.environments
    assert last.egress is not None
    egress = replace(last.egress, firewall=replace(POLICY, rule_groups=[]))
    return check(
        replace(made, environments=[*others, replace(last, egress=egress)], allowed_connections=allowed_connections)
    )


@cache
def output(inspection: Inspection = Inspection.VPC) -> dict[str, str]:
    return synthesize(limited(inspection))


def read(folder: Path, edit: Callable[[Any], None] | None = None) -> proof.Analysis:
    """The output read back, after a change to the resources of module `firewall`."""
    document = json.loads(output()[FIREWALL])
    if edit is not None:
        edit(document["resource"])
    return proof.read(write({**output(), FIREWALL: json.dumps(document)}, folder))


def rules(resources: Any) -> list[str]:
    """The generated rules, one a line."""
    group = resources["aws_networkfirewall_rule_group"]["between_segments"]["rule_group"]
    found: list[str] = group["rules_source"]["rules_string"].splitlines()
    return found


def rewritten(change: Callable[[list[str]], list[str]]) -> Callable[[Any], None]:
    def edit(resources: Any) -> None:
        group = resources["aws_networkfirewall_rule_group"]["between_segments"]["rule_group"]
        group["rules_source"]["rules_string"] = "".join(f"{line}\n" for line in change(rules(resources)))

    return edit


def policy(**values: Any) -> Callable[[Any], None]:
    return lambda resources: resources["aws_networkfirewall_firewall_policy"]["this"]["firewall_policy"].update(values)


@pytest.mark.parametrize("inspection", [Inspection.VPC, Inspection.GATEWAY])
def test_inspected_connections_are_proved(inspection: Inspection, tmp_path: Path) -> None:
    answer = proof.read(write(output(inspection), tmp_path)).prove(scenarios=False)
    assert answer.verdict is Verdict.PROVED, str(answer)
    assert not any("open both ways" in note for note in answer.notes)


def test_packets_for_unassigned_addresses_end_at_the_firewall(tmp_path: Path) -> None:
    """The egress VPC sends whole blocks back to the firewall on the gateway: its table drops what no spoke has."""
    hub = "stacks/network/modules/hub/main.tf.json"
    document = json.loads(output(Inspection.GATEWAY)[hub])
    routes = document["resource"]["aws_ec2_transit_gateway_route"]
    for name in [name for name in routes if name.startswith("firewall_blackhole_")]:
        del routes[name]
    files = {**output(Inspection.GATEWAY), hub: json.dumps(document)}
    answer = proof.read(write(files, tmp_path)).prove(scenarios=False)
    (found,) = [violation for violation in answer.violations if violation.rule == "unassigned-addresses"]
    assert found.resources[1].endswith("aws_ec2_transit_gateway_route_table.firewall")


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> proof.Analysis:
    return read(tmp_path_factory.mktemp("firewalls"))


@pytest.mark.parametrize(
    ("source", "to", "protocol", "port", "arrives"),
    [
        ("web", "warehouse", "tcp", 5432, True),
        ("web", "vault", "udp", 5010, True),
        ("web", "warehouse", "icmp", 0, True),
        ("web", "warehouse", "tcp", 5433, False),
        ("web", "warehouse", "udp", 5011, False),
        # What looks like a reply passes network ACLs, and no firewall.
        ("warehouse", "web", "tcp", 5432, False),
        ("warehouse", "web", "tcp", 50_000, False),
        ("warehouse", "web", "udp", 50_000, False),
        ("vault", "web", "icmp", 0, False),
    ],
)
def test_packet_by_packet(
    subject: proof.Analysis, source: str, to: str, protocol: str, port: int, arrives: bool
) -> None:
    trips = subject.trace(source, to, protocol=protocol, port=port).trips
    assert {trip.forward.outcome is Outcome.REACHABLE for trip in trips} == {arrives}
    assert {trip.reply.outcome is Outcome.REACHABLE for trip in trips} >= ({True} if arrives else set())


def test_every_firewall_rule_is_needed(tmp_path: Path) -> None:
    """Without any one of them something said does not work, or something not said gets past the firewall."""
    for number in range(len(rules(json.loads(output()[FIREWALL])["resource"]))):

        def without(lines: list[str], number: int = number) -> list[str]:
            return lines[:number] + lines[number + 1 :]

        answer = read(tmp_path, rewritten(without)).prove(scenarios=False)
        assert answer.verdict is Verdict.VIOLATED, f"removing rule {number} is not found"


MISTAKES: dict[str, tuple[Callable[[Any], None], str]] = {
    "a wider port range": (rewritten(lambda lines: [x.replace("5000:5010", "5000:5011") for x in lines]), "unintended"),
    "a narrower port range": (rewritten(lambda lines: [x.replace("5000:5010", "5000:5009") for x in lines]), "blocked"),
    "any port": (rewritten(lambda lines: [x.replace(" 5432 (", " any (") for x in lines]), "unintended"),
    "the other way": (
        rewritten(lambda lines: [x.replace("$APPS any -> $DATA", "$DATA any -> $APPS") for x in lines]),
        "unintended",
    ),
    "both ways": (rewritten(lambda lines: [x.replace("->", "<>") if "5432" in x else x for x in lines]), "unintended"),
    "drops come first": (rewritten(lambda lines: sorted(lines)), "blocked"),
    "drops what is said": (rewritten(lambda lines: [x.replace("pass tcp", "drop tcp") for x in lines]), "blocked"),
    "replies only": (rewritten(lambda lines: [x.replace("to_server", "to_client") for x in lines]), "blocked"),
    "nothing reaches the stateful engine": (policy(stateless_default_actions=["aws:drop"]), "blocked"),
    "the stateful engine is passed by": (policy(stateless_default_actions=["aws:pass"]), "unintended"),
    "an address list that is too short": (
        lambda resources: resources["aws_networkfirewall_rule_group"]["between_segments"]["rule_group"][
            "rule_variables"
        ]["ip_sets"][1]["ip_set"].update(definition=["10.1.64.0/20"]),
        "blocked",
    ),
    "the group is not in the policy": (
        lambda resources: resources["aws_networkfirewall_firewall_policy"]["this"]["firewall_policy"][
            "stateful_rule_group_reference"
        ].pop(1),
        "blocked",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_and_named(mistake: str, tmp_path: Path) -> None:
    edit, rule = MISTAKES[mistake]
    answer = read(tmp_path, edit).prove(scenarios=False)
    found = [violation for violation in answer.violations if rule in violation.rule]
    assert answer.verdict is Verdict.VIOLATED, str(answer)
    assert any("module.firewall.aws_networkfirewall" in name for violation in found for name in violation.resources)


def test_without_allowed_connections_all_ports_are_allowed() -> None:
    bare = estate(Inspection.VPC)
    assert [str(rule) for rule in firewall_rules(bare)] == [
        "apps opens anything to data",
        "data opens anything to apps",
    ]


def test_a_new_rule_does_not_renumber_others() -> None:
    more = (*OPENS, AllowedConnection(source="data", to="apps", ports=["tcp/22"]))
    before = {str(rule): sid for sid, rule in numbered(limited())}
    after = {str(rule): sid for sid, rule in numbered(limited(allowed_connections=more))}
    assert before.items() < after.items()


def test_an_own_rule_that_passes_unintended_packets_is_found(tmp_path: Path) -> None:
    own = check(
        replace(
            estate(Inspection.VPC),
            allowed_connections=[AllowedConnection(source="apps", to="data", ports=["tcp/5433"])],
        )
    )
    answer = proof.read(write(synthesize(own), tmp_path)).prove(scenarios=False)
    (violation,) = {v.rule: v for v in answer.violations}.values()
    assert violation.rule == "unintended-connection"
    assert violation.packets == "tcp/5432"
    assert "egress/module.firewall.aws_networkfirewall_rule_group.queries" in violation.resources


def test_rules_that_are_not_evaluated_are_an_assumption(subject: proof.Analysis) -> None:
    assumed = "\n".join(subject.prove(scenarios=False).assumptions)
    assert "AWS's MalwareDomainsStrictOrder" in assumed
    assert "aws_networkfirewall_rule_group.updates" in assumed
