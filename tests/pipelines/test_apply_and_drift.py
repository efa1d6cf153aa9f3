"""The workflows that apply what was merged and look for drift: their own commands, on a repository of a team."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .actions import Machine
from .repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "network")
    made.add_estate()
    made.commit()
    return made


def test_a_merge_is_applied_after_its_plans_and_in_order(repository: Repository, tmp_path: Path) -> None:
    machine = Machine(tmp_path, repository.folder, "workflow_dispatch", {})
    ran = machine.run("apply")
    assert {job: one.result for job, one in ran.items()} == dict.fromkeys(("synthesize", "plan", "apply"), "success")
    assert "| network | " in ran["plan"].summary
    applied = [line.split()[0] for line in machine.asked if " apply " in line]
    assert applied == ["network", "shared-services", "dev", "prod", "test"]

    (tmp_path / "asked").unlink()
    before = repository.git("rev-parse", "HEAD")
    repository.delete_test()
    repository.replace("prod", "10.1.32.0/20", "10.1.64.0/20")
    repository.commit()
    machine.github |= {"event_name": "push", "event": {"before": before}}
    ran = machine.run("apply")
    assert ran["apply"].result == "success", ran["apply"].log
    assert [line for line in machine.asked if " apply " in line] == [
        f"{root} apply -input=false pipeline.tfplan" for root in ("test", "prod")
    ]
    assert "test plan -destroy -input=false -lock=true -out=pipeline.tfplan" in machine.asked
    assert json.loads((tmp_path / "states/test").read_text()) == {}

    machine.github |= {"event_name": "workflow_dispatch", "event": {}}
    assert machine.run("apply")["apply"].result == "skipped"
    assert machine.run("drift")["drift"].result == "success"
    state = tmp_path / "states/dev"
    state.write_text(json.dumps({"aws_vpc.by_hand": {}, **json.loads(state.read_text())}))
    drift = machine.run("drift")["drift"]
    assert drift.failed == ["Drift"]
    assert "- **dev** differs from its configuration: `aws_vpc.by_hand`" in drift.summary


def test_what_changes_between_the_approval_and_the_apply_is_refused(repository: Repository, tmp_path: Path) -> None:
    machine = Machine(tmp_path, repository.folder, "workflow_dispatch", {})
    (tmp_path / "states").mkdir()
    original = machine.job

    def meanwhile(body, *rest):
        if body.get("environment") == "production":
            (tmp_path / "states/network").write_text('{"aws_vpc.by_hand": {}}')
        return original(body, *rest)

    machine.job = meanwhile  # type: ignore[method-assign]
    ran = machine.run("apply")
    assert ran["apply"].failed == ["Apply"]
    assert "network is not applied. Its plan is not the approved one: aws_vpc.by_hand" in ran["apply"].log
    assert not [line for line in machine.asked if " apply " in line]
