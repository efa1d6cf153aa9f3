"""The proof covers every packet: results name the protocols and client ports that differ."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from examples import stage_5_resilient_vpn as stage
from isthmus import proof
from isthmus.intent import check
from isthmus.proof import Verdict
from isthmus.testing.network import NetworkUnderTest
from modules.synthesis import synthesize
from tests.proof.estates import write

SPOKE = "stacks/dev/modules/spoke_dev/main.tf.json"
WORKLOADS = replace(stage.workloads, site_networks=["dc1/servers"])


@cache
def output() -> dict[str, str]:
    """Stage 5 up to dev, whose segment one of the two networks of the site may reach."""
    segments = [stage.network_services, WORKLOADS]
    return synthesize(check(replace(stage.estate, segments=segments, environments=stage.estate.environments[:3])))


def edited(folder: Path, rule: str = "", **values: Any) -> proof.Analysis:
    """The output read back, after a change of one network ACL rule of dev."""
    document = json.loads(output()[SPOKE])
    if rule:
        document["resource"]["aws_network_acl_rule"][rule].update(values)
    return proof.read(write({**output(), SPOKE: json.dumps(document)}, folder))


def test_a_network_with_allowed_connections_is_proved(tmp_path: Path) -> None:
    answer = edited(tmp_path).prove(scenarios=False)
    assert answer.verdict is Verdict.PROVED, str(answer)


def test_client_ports_are_an_assumption_and_can_be_set(tmp_path: Path) -> None:
    """Replies to what dev opens come in by the rule for what is named."""
    rule = {"protocol": "tcp", "from_port": 32_768, "to_port": 65_535}
    subject = edited(tmp_path, "from_named_172_21_0_0_16", **rule)
    lost = {f.not_for for f in subject.flows["dev", "dc1/servers"].packet_outcomes if "tcp/443" in str(f) or f.not_for}
    assert lost == {"client ports 1024-32767"}
    narrow = replace(subject, client_ports=(1_024, 40_000))
    rules = {(v.rule, v.packets) for v in narrow.prove(scenarios=False).violations if v.source == "dev"}
    assert ("client-ports-denied", "tcp") in rules
    linux = replace(subject, client_ports=(32_768, 60_999)).flows["dev", "dc1/servers"]
    assert not [each.not_for for each in linux.packet_outcomes if each.not_for]


def test_a_deny_rule_for_tcp_only_is_a_violation(tmp_path: Path) -> None:
    subject = edited(tmp_path, "from_unnamed_172_16_0_0_12", protocol="tcp", from_port=0, to_port=65535)
    answer = subject.prove(scenarios=False)
    assert answer.verdict is Verdict.VIOLATED
    (violation,) = [v for v in answer.violations if (v.source, v.destination) == ("dc1/users", "dev")]
    assert (violation.rule, violation.packets) == ("unintended-one-way-flow", "all but tcp")
    with pytest.raises(AssertionError, match="dc1/users reaches dev, with all but tcp"):
        NetworkUnderTest(subject).assert_blocked("dc1/users", "dev")
    changes = proof.compare(edited(tmp_path / "before"), subject, scenarios=False).changes
    assert {(c.kind, c.source, c.destination, c.packets) for c in changes} == {
        ("gained", "dc1/users", "dev", "all but tcp"),
        ("gained", "rest of dc1", "dev", "all but tcp"),
    }
