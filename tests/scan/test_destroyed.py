"""Plans that destroy or replace what must last. Checkov does not see a destroyed resource."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli
from isthmus.changes import planned_changes
from isthmus.intent import S3Backend, check
from isthmus.scan import Scan, engine, scan
from isthmus.scan.destroyed import DESTROYED, LASTING, destroyed
from isthmus.scan.waivers import Waiver
from modules.synthesis import synthesize
from tests.modules.synthesized import estate_of
from tests.policies.fixtures import r, tf
from tests.policies.plans import plan_of

POLICIES = Path(__file__).parents[2] / "policies"
TODAY = date(2026, 1, 1)


def entry(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    type_, name = address.split(".")[-2:]
    change = {"actions": list(actions), "before": {}, "after": {}, **more}
    return {"address": address, "mode": "managed", "type": type_, "name": name, "change": change}


def plan(path: Path, *entries: dict[str, Any], kept: bool = True) -> Path:
    document: dict[str, Any] = (
        plan_of(tf(r("aws_sqs_queue", kms_master_key_id="k")))
        if kept
        else {
            "format_version": "1.2",
            "planned_values": {"root_module": {}},
            "configuration": {"root_module": {}},
        }
    )
    document["resource_changes"] = [*document.get("resource_changes", []), *entries]
    path.write_text(json.dumps(document))
    return path


def found(path: Path, *waivers: Waiver) -> Scan:
    return scan(None, policies=POLICIES, plans=[path], waivers=waivers, today=TODAY)


@pytest.mark.parametrize("type_", sorted(LASTING))
@pytest.mark.parametrize("actions", [("delete",), ("delete", "create"), ("create", "delete"), ("newly", "named")])
def test_each_destroy_and_replacement_is_a_finding(type_: str, actions: tuple[str, ...]) -> None:
    (one,) = destroyed({"resource_changes": [entry(f"module.m.{type_}.x", *actions)]}, "plan.json")
    assert (one.check, one.address, one.root, one.file) == (DESTROYED, f"module.m.{type_}.x", "plan.json", "plan.json")


@pytest.mark.parametrize("actions", [("create",), ("update",), ("no-op",), ("read",), ("forget",)])
def test_other_actions_are_none(actions: tuple[str, ...]) -> None:
    assert list(destroyed({"resource_changes": [entry("aws_eip.x", *actions)]}, "plan.json")) == []
    assert list(destroyed({"resource_changes": [entry("aws_route.x", "delete")]}, "plan.json")) == []


def test_the_cause_is_named(tmp_path: Path) -> None:
    states = {"before": {"ip_address": "192.0.2.1"}, "after": {"ip_address": "192.0.2.2"}}
    one = entry("aws_customer_gateway.x", "delete", "create", replace_paths=[["ip_address"]], **states)
    answer = found(plan(tmp_path / "plan.json", one))
    details = [finding.details for finding in answer.findings if finding.check == DESTROYED]
    assert details == [("the plan replaces it", "because of ip_address: 192.0.2.1 -> 192.0.2.2")]


def test_a_waiver_accepts_it(tmp_path: Path) -> None:
    path = plan(tmp_path / "plan.json", entry("module.v.aws_eip.nat", "delete"))
    waiver = Waiver(1, DESTROYED, "module.v.aws_eip.*", "the spoke leaves by the hub from now on", date(2026, 2, 1))
    answer = found(path, waiver)
    assert [finding.check for finding in answer.findings if finding.check == DESTROYED] == []
    assert [finding.address for finding, _ in answer.waived] == ["module.v.aws_eip.nat"]


@pytest.mark.parametrize("form", ["json", "markdown", "sarif", "junit"])
def test_a_plan_that_destroys_everything_is_reported(
    tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = plan(tmp_path / "plan.json", entry("aws_vpn_connection.x", "delete"), kept=False)
    assert cli.main(["scan", "--plan", str(path), "--policies", str(POLICIES), f"--{form}", "-"]) == 1
    shown = capsys.readouterr().out
    assert DESTROYED in shown.replace("\\", "")
    assert "aws_vpn_connection.x" in shown.replace("\\", "")


def test_the_kept_types_are_those_that_are_generated_as_protected() -> None:
    """Also those of the policy that asks for `prevent_destroy` in the configuration."""
    stage = estate_of("examples.stage_1_dev_only")
    account = stage.environments[0].account
    files = synthesize(check(replace(stage, backend=S3Backend(bucket="example-states", account=account))))
    protected = {
        type_
        for name, text in files.items()
        if name.endswith(".tf.json")
        for type_, named in json.loads(text).get("resource", {}).items()
        for body in named.values()
        if body.get("lifecycle", {}).get("prevent_destroy")
    }
    engine.load_policies(POLICIES)
    asked = next(set(one.supported_resources) for one in engine.loaded() if one.id == "CKV_ISTHMUS_15")
    assert protected <= LASTING
    assert {"aws_eip", "aws_kms_key", "aws_s3_bucket"} <= protected
    assert asked <= LASTING <= protected | asked


def test_values_of_another_shape_make_no_traceback() -> None:
    odd = entry("aws_eip.x", "delete", "create", before=["a"], after="b", after_unknown=True)
    assert [change.address for change in planned_changes({"resource_changes": [odd]})] == ["aws_eip.x"]
