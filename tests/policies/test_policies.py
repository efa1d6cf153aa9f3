"""Every policy passes what it should and fails what it should, on synthesized JSON and on plans."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isthmus.scan import engine
from isthmus.scan.terraform_json import read_documents
from tests.policies.fixtures import (
    Files,
    Fixture,
    direct_connect,
    logs_keys_and_identities,
    resolvers_firewalls_and_states,
    transit_gateways,
    vpcs,
    vpn_connections,
    write,
)
from tests.policies.plans import plan_of

POLICIES = Path(__file__).parents[2] / "policies"
FIXTURES: dict[str, Fixture] = {
    **transit_gateways.FIXTURES,
    **vpn_connections.FIXTURES,
    **vpcs.FIXTURES,
    **logs_keys_and_identities.FIXTURES,
    **resolvers_firewalls_and_states.FIXTURES,
    **direct_connect.FIXTURES,
}
engine.load_policies(POLICIES)
OURS = {check.id: check for check in engine.loaded() if hasattr(check, "rating")}


def _cases(which: str) -> list[Any]:
    return [
        pytest.param(check, files, id=f"{check}-{number}")
        for check, fixture in FIXTURES.items()
        for number, files in enumerate(getattr(fixture, which))
    ]


def _judge(check: str, files: Files, folder: Path) -> list[bool]:
    """Whether each verdict of the check passed."""
    write(files, folder)
    return _passed(check, engine.judge_documents(read_documents(folder), [check]))


def _judge_plan(check: str, files: Files, folder: Path) -> list[bool]:
    path = folder / "plan.json"
    path.write_text(json.dumps(plan_of(files), indent=1))
    return _passed(check, engine.judge_plan(path, [check]))


def _passed(check: str, judged: engine.Judged) -> list[bool]:
    assert not [verdict for verdict in judged.verdicts if verdict.crashed]
    return [verdict.passed for verdict in judged.verdicts if verdict.check == check]


def test_every_policy_has_fixtures_both_ways() -> None:
    assert FIXTURES.keys() == OURS.keys()
    assert all(fixture.passing and fixture.failing for fixture in FIXTURES.values())


def test_ids_are_counted_through() -> None:
    assert sorted(OURS, key=lambda check: int(check.rpartition("_")[2])) == [
        f"CKV_ISTHMUS_{number}" for number in range(1, len(OURS) + 1)
    ]


@pytest.mark.parametrize(("check", "files"), _cases("passing"))
def test_passes(check: str, files: Files, tmp_path: Path) -> None:
    verdicts = _judge(check, files, tmp_path)
    assert all(verdicts)
    quiet = {"CKV_ISTHMUS_10", "CKV_ISTHMUS_29"}  # nothing in these is its subject: that is how they pass
    assert verdicts or check in quiet


@pytest.mark.parametrize(("check", "files"), _cases("failing"))
def test_fails(check: str, files: Files, tmp_path: Path) -> None:
    assert False in _judge(check, files, tmp_path)


@pytest.mark.parametrize(("check", "files"), _cases("passing"))
def test_passes_on_plan(check: str, files: Files, tmp_path: Path) -> None:
    verdicts = _judge_plan(check, files, tmp_path)
    assert all(verdicts)
    assert OURS[check].plan or not verdicts


@pytest.mark.parametrize(("check", "files"), _cases("failing"))
def test_fails_on_plan(check: str, files: Files, tmp_path: Path) -> None:
    verdicts = _judge_plan(check, files, tmp_path)
    if OURS[check].plan:
        assert False in verdicts
    else:
        assert not verdicts


def _hidden(files: Files) -> Iterator[tuple[str, Files]]:
    """The files, each time with one literal of a resource replaced by a variable that nothing resolves; and
    which argument it was."""
    for path, document in files.items():
        for kind, named in document.get("resource", {}).items():
            for name, arguments in named.items():
                for argument, value in arguments.items():
                    if argument in ("lifecycle", "tags") or "${" in json.dumps(value):
                        continue
                    changed = copy.deepcopy(files)
                    changed[path]["resource"][kind][name][argument] = "${var.hidden}"
                    yield argument, changed


# Where any value does, or two values would have to be compared, an unreadable one is no sign of a fault.
_MAY_BE_HIDDEN = {
    ("CKV_ISTHMUS_6", "transit_gateway_attachment_id"): "two inputs may be two attachments",
    ("CKV_ISTHMUS_28", "ip_address"): "the address may be an elastic IP that is yet to come",
    ("CKV_ISTHMUS_38", "security_group_ids"): "any group will do",
    ("CKV_ISTHMUS_39", "kms_key_id"): "any key will do",
    ("CKV_ISTHMUS_64", "allowed_prefixes"): "an input of a module may be narrower",
    ("CKV_ISTHMUS_65", "connection_id"): "two inputs may be two connections",
    ("CKV_ISTHMUS_65", "location"): "two inputs may be two locations",
}


@pytest.mark.parametrize(("check", "files"), _cases("failing"))
def test_hiding_a_value_does_not_help(check: str, files: Files, tmp_path: Path) -> None:
    for argument, hidden in _hidden(files):
        if (check, argument) not in _MAY_BE_HIDDEN:
            assert False in _judge(check, hidden, tmp_path), argument


def test_a_firewall_in_another_module_counts(tmp_path: Path) -> None:
    """Not on a first plan: which VPC the firewall's module is given is not known there."""
    assert False in _judge("CKV_ISTHMUS_11", transit_gateways.inspected(), tmp_path)
