"""Which changes of protected resources are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli
from isthmus.changes import ResourceAction, refused, resource_changes
from isthmus.changes.inputs import changes_of_inputs
from isthmus.changes.protection import Unprotected, unprotected
from isthmus.terraform import Graph, Unknown, read
from tests.report.schemas import faults

EIP = "aws_eip.nat"
CIDR = "10.1.0.0/16"
VPC = {"aws_vpc": {"a": {"cidr_block": CIDR}}}
KEPT = {"lifecycle": {"prevent_destroy": True}}


def written(folder: Path, resources: Mapping[str, Any], root: str = "dev", **more: Any) -> Path:
    """An output of one root module."""
    at = folder / "stacks" / root
    at.mkdir(parents=True)
    (at / "cdk.tf.json").write_text(json.dumps({"resource": resources, **more}))
    return folder


def eip(**arguments: Any) -> dict[str, Any]:
    return {"aws_eip": {"nat": {"domain": "vpc", **arguments}}}


def outcome(before: Graph, after: Graph) -> dict[str, str | ResourceAction]:
    """The refused resources with the action, and the undecided ones with the reason."""
    found = refused(before, resource_changes(before, after))
    return {one.address: one.unknown or one.action for one in found}


def between(base: Path, head: Path) -> dict[str, str | ResourceAction]:
    return outcome(read(base), read(head))


@pytest.mark.parametrize(
    "lifecycle",
    [
        {"prevent_destroy": True},
        [{"prevent_destroy": True}],
        {"prevent_destroy": "true"},
        {"prevent_destroy": "${true}"},
        [{"create_before_destroy": True, "prevent_destroy": True}],
    ],
)
def test_a_protected_resource_whose_block_is_gone_is_refused(tmp_path: Path, lifecycle: Any) -> None:
    base = written(tmp_path / "base", eip(lifecycle=lifecycle))
    head = written(tmp_path / "head", {"aws_vpc": {}}, locals={"a": 1})
    assert between(base, head) == {f"dev/{EIP}": ResourceAction.DESTROY}


@pytest.mark.parametrize("lifecycle", [{}, {"prevent_destroy": False}, {"prevent_destroy": None}, []])
def test_the_protection_is_lifted_by_an_apply_before(tmp_path: Path, lifecycle: Any) -> None:
    base = written(tmp_path / "base", eip(lifecycle=lifecycle))
    head = written(tmp_path / "head", {"aws_vpc": {}}, locals={"a": 1})
    assert between(base, head) == {}


def test_lifting_it_together_with_the_change_is_refused(tmp_path: Path) -> None:
    base = written(tmp_path / "base", eip(**KEPT))
    head = written(tmp_path / "head", eip(domain="standard", lifecycle={"prevent_destroy": False}))
    assert between(base, head) == {f"dev/{EIP}": ResourceAction.REPLACE}


def test_a_setting_that_is_unknown_is_not_guessed(tmp_path: Path) -> None:
    variable: dict[str, Any] = {"variable": {"keep": {"type": "bool"}}}
    base = written(tmp_path / "base", eip(lifecycle={"prevent_destroy": "${var.keep}"}), **variable)
    head = written(tmp_path / "head", {"aws_vpc": {}}, **variable)
    found = between(base, head)
    assert "var.keep" in str(found[f"dev/{EIP}"])


def test_an_argument_of_unknown_effect_may_replace(tmp_path: Path) -> None:
    variable: dict[str, Any] = {"variable": {"domain": {"type": "string"}}}
    base = written(tmp_path / "base", eip(**KEPT), **variable)
    head = written(tmp_path / "head", eip(**(KEPT | {"domain": "${var.domain}"})), **variable)
    assert "the plan of its root module says which" in str(between(base, head)[f"dev/{EIP}"])


def test_updates_and_moves_are_allowed(tmp_path: Path) -> None:
    base = written(tmp_path / "base", eip(**KEPT))
    tagged = written(tmp_path / "tagged", eip(tags={"Name": "nat"}, **KEPT))
    moved = {"aws_eip": {"other": {"domain": "vpc", **KEPT}}}
    block: dict[str, Any] = {"moved": [{"from": EIP, "to": "aws_eip.other"}]}
    assert between(base, tagged) == {}
    assert between(base, written(tmp_path / "head", moved, **block)) == {}
    moved["aws_eip"]["other"]["domain"] = "standard"
    replaced = written(tmp_path / "replaced", moved, **block)
    assert between(base, replaced) == {"dev/aws_eip.other": ResourceAction.REPLACE}


def test_a_removed_block_that_keeps_the_resource_destroys_nothing(tmp_path: Path) -> None:
    base = written(tmp_path / "base", eip(**KEPT))
    for number, (destroy, expected) in enumerate([(False, {}), (True, {f"dev/{EIP}": ResourceAction.DESTROY})]):
        block: dict[str, Any] = {"removed": [{"from": EIP, "lifecycle": {"destroy": destroy}}]}
        head = written(tmp_path / f"head{number}", {"aws_vpc": {}}, **block)
        assert between(base, head) == expected


def test_a_root_module_that_is_gone_leaves_protected_resources_behind(tmp_path: Path) -> None:
    base = written(written(tmp_path / "base", eip(**KEPT)), {}, root="network", locals={"a": 1})
    head = written(tmp_path / "head", {}, root="network", locals={"a": 1})
    found = refused(read(base), resource_changes(read(base), read(head)))
    assert [(one.address, one.action) for one in found] == [(f"dev/{EIP}", ResourceAction.LEAVE)]
    assert "destroy it where it is" in found[0].remedy


def test_another_account_leaves_them_behind(tmp_path: Path) -> None:
    providers: list[dict[str, Any]] = [
        {"provider": {"aws": {"allowed_account_ids": [account]}}} for account in ("1" * 12, "2" * 12)
    ]
    base, head = (written(tmp_path / str(n), eip(**KEPT), **one) for n, one in enumerate(providers))
    assert between(base, head) == {f"dev/{EIP}": ResourceAction.LEAVE}


def test_an_override_file_merges_the_lifecycle(tmp_path: Path) -> None:
    base = written(tmp_path / "base", eip(**KEPT))
    later = eip(lifecycle={"create_before_destroy": True})
    (base / "stacks" / "dev" / "a_override.tf.json").write_text(json.dumps({"resource": later}))
    head = written(tmp_path / "head", {"aws_vpc": {}}, locals={"a": 1})
    assert between(base, head) == {f"dev/{EIP}": ResourceAction.DESTROY}
    later["aws_eip"]["nat"]["lifecycle"] = {"prevent_destroy": False}
    (base / "stacks" / "dev" / "a_override.tf.json").write_text(json.dumps({"resource": later}))
    assert between(base, head) == {}


def plan(path: Path, address: str, *actions: str, **more: str) -> Path:
    change: dict[str, Any] = {"actions": list(actions), "before": {}, "after": {}}
    entry = {"address": address, "type": "aws_eip", "mode": "managed", "name": "nat", "change": change, **more}
    document = {"format_version": "1.2", "planned_values": {"root_module": {}}, "resource_changes": [entry]}
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize(
    ("actions", "refusal"),
    [
        (["delete"], ResourceAction.DESTROY),
        (["delete", "create"], ResourceAction.REPLACE),
        (["create", "delete"], ResourceAction.REPLACE),
        (["forget"], None),
        (["update"], None),
    ],
)
def test_the_actions_of_a_plan_decide(tmp_path: Path, actions: list[str], refusal: ResourceAction | None) -> None:
    base = written(tmp_path / "base", eip(count="${length(var.zones)}", **KEPT), variable={"zones": {}})
    planned = plan(tmp_path / "plan.json", f'{EIP}["a]b"]', *actions)
    changes = changes_of_inputs([base], [base], (read(base), read(base)), {"dev": planned})
    assert not isinstance(changes, Unknown)
    found = {one.address: one.action for one in refused(read(base), changes)}
    assert found == ({} if refusal is None else {f'dev/{EIP}["a]b"]': refusal})


def test_a_plan_that_moves_and_replaces_is_refused(tmp_path: Path) -> None:
    base = written(tmp_path / "base", eip(**KEPT))
    planned = plan(tmp_path / "plan.json", "aws_eip.other", "delete", "create", previous_address=EIP)
    changes = changes_of_inputs([base], [base], (read(base), read(base)), {"dev": planned})
    assert not isinstance(changes, Unknown)
    assert [one.address for one in refused(read(base), changes)] == ["dev/aws_eip.other"]


def test_diff_shows_refusals_first_and_in_every_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    base = written(tmp_path / "base", eip(**KEPT) | VPC)
    head = written(tmp_path / "head", VPC)
    assert cli.main(["diff", str(base), str(head)]) == 1
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "REFUSED: PROTECTED RESOURCES ARE DESTROYED, REPLACED OR LEFT BEHIND"
    assert rest[0] == "- Elastic IP address dev/aws_eip.nat is destroyed"
    assert rest[1].startswith("- Instead: if it only gets another name, state the old one (was=")
    assert cli.main(["diff", str(base), str(head), "--markdown", "-"]) == 1
    assert capsys.readouterr().out.startswith("<details open><summary>Refused: protected resources are destroyed")
    assert cli.main(["diff", str(base), str(head), "--json", "-"]) == 1
    (one,) = json.loads(capsys.readouterr().out)["refused"]
    assert (one["address"], one["action"]) == (f"dev/{EIP}", "destroy")


def test_a_plan_alone_does_not_say_what_was_protected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planned = plan(tmp_path / "plan.json", EIP, "delete")
    document = json.loads(planned.read_text())
    prior = {"address": EIP, "mode": "managed", "type": "aws_eip", "name": "nat", "values": {}}
    vpc = {"address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "name": "a", "values": {"cidr_block": CIDR}}
    document["prior_state"] = {"values": {"root_module": {"resources": [prior, vpc]}}}
    document["planned_values"] = {"root_module": {"resources": [vpc]}}
    planned.write_text(json.dumps(document))
    assert cli.main(["diff", str(planned)]) == 1
    shown = capsys.readouterr().out
    assert "REFUSED" not in shown
    assert "plans and states hold no lifecycle settings" in " ".join(shown.split())


def test_a_resource_that_loses_its_protection_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Terraform plans nothing for it. But the next change could destroy the resource without a refusal."""
    base = written(tmp_path / "base", eip(**KEPT) | VPC)
    head = written(tmp_path / "head", eip() | VPC)
    assert unprotected(read(base), read(head)) == (Unprotected(f"dev/{EIP}"),)
    assert unprotected(read(head), read(base)) == ()
    assert unprotected(read(base), read(base)) == ()
    assert cli.main(["diff", str(base), str(head)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("PROTECTION SETTINGS CHANGE: no flow changes")
    assert "\nTerraform: no changes\n" in out
    assert f"- dev/{EIP} loses prevent_destroy" in out
    assert cli.main(["diff", str(base), str(head), "--json", "-"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["unprotected"] == [{"address": f"dev/{EIP}", "unknown": None}]
    assert faults(document) == []


def test_a_protection_that_may_be_lost_is_unknown(tmp_path: Path) -> None:
    base = written(tmp_path / "base", eip(**KEPT))
    head = written(tmp_path / "head", eip(lifecycle={"prevent_destroy": "${var.keep}"}))
    (one,) = unprotected(read(base), read(head))
    assert one.address == f"dev/{EIP}"
    assert one.unknown
