"""The changes between two inputs: which source decides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from isthmus.changes import ResourceAction
from isthmus.changes.inputs import changes_of_inputs
from isthmus.terraform import Unknown, UnreadableTerraform, read

VPC = {"aws_vpc": {"main": {"cidr_block": "10.1.0.0/16"}}}


def output(folder: Path, backend: str) -> Path:
    root = folder / "stacks" / "dev"
    root.mkdir(parents=True)
    document = {"terraform": {"backend": {"local": {"path": backend}}}, "resource": VPC}
    (root / "cdk.tf.json").write_text(json.dumps(document))
    return folder


def plan(path: Path, *actions: str) -> Path:
    change: dict[str, Any] = {"actions": list(actions), "before": {}, "after": {}}
    entry = {"address": "aws_vpc.main", "type": "aws_vpc", "mode": "managed", "name": "main", "change": change}
    planned: dict[str, Any] = {"root_module": {}}
    path.write_text(json.dumps({"format_version": "1.2", "planned_values": planned, "resource_changes": [entry]}))
    return path


def test_a_state_that_moves_has_to_be_migrated(tmp_path: Path) -> None:
    base, head = output(tmp_path / "base", "a.tfstate"), output(tmp_path / "head", "b.tfstate")
    changes = changes_of_inputs([base], [head], (read(base), read(head)), {})
    assert not isinstance(changes, Unknown)
    (change,) = changes
    assert (change.address, change.action) == ("dev", ResourceAction.MIGRATE)
    assert "-migrate-state" in change.reason
    assert changes_of_inputs([base], [base], (read(base), read(base)), {}) == ()


def test_the_plan_of_a_root_module_decides(tmp_path: Path) -> None:
    base = output(tmp_path / "base", "a.tfstate")
    planned = plan(tmp_path / "plan.json", "delete")
    changes = changes_of_inputs([base], [base], (read(base), read(base)), {"dev": planned})
    assert not isinstance(changes, Unknown)
    assert [(change.address, change.action) for change in changes] == [("dev/aws_vpc.main", ResourceAction.DESTROY)]
    with pytest.raises(UnreadableTerraform, match='no input has a root module "prod"'):
        changes_of_inputs([base], [base], (read(base), read(base)), {"prod": planned})
    with pytest.raises(UnreadableTerraform, match="not a plan"):
        changes_of_inputs([base], [base], (read(base), read(base)), {"dev": base})


def test_states_hold_no_configuration(tmp_path: Path) -> None:
    state = tmp_path / "terraform.tfstate"
    state.write_text(json.dumps({"version": 4, "lineage": "x", "resources": []}))
    assert isinstance(changes_of_inputs([state], [state], (read(state), read(state)), {}), Unknown)
