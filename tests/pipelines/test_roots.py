"""`roots.py` plans, applies and compares with a real Terraform: what was approved is applied, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from examples.pipelines.roots import changes_of, publishable
from tests.terraform.engine import Missing, find_core

from .terraform import Pipeline, states


@pytest.fixture
def kept() -> Iterator[tuple[str, dict[str, bytes]]]:
    with states() as found:
        yield found


@pytest.fixture
def pipeline(tmp_path: Path, kept: tuple[str, dict[str, bytes]]) -> Pipeline:
    try:
        core = find_core()
    except Missing as missing:
        pytest.skip(str(missing))
    return Pipeline(tmp_path, core, kept[0])


def network(text: str = "10.0.0.0/16", **outputs: str) -> dict[str, Any]:
    return {
        "resource": {"terraform_data": {"network": {"input": text}}},
        "output": {name: {"value": value} for name, value in {"range": "fixed", **outputs}.items()},
    }


def test_a_new_estate_is_applied_root_by_root_as_its_outputs_appear(pipeline: Pipeline, tmp_path: Path) -> None:
    dev = {
        **pipeline.reads("network"),
        "output": {"dev": {"value": "${data.terraform_remote_state.network.outputs.id}"}},
    }
    head = pipeline.output(
        "head", {"dev": dev, "network": network(id="${terraform_data.network.output}")}, dev=["network"]
    )
    code, printed = pipeline.run("plan", head, "--into", "plans", "--summary", "summary.md")
    assert code == 0
    assert "| dev | not planned: apply network first |" in printed
    assert "| network | 1 create, 2 output |" in (tmp_path / "summary.md").read_text()
    code, printed = pipeline.run("apply", head, "--approved", "plans")
    assert code == 1
    assert "Run this pipeline again for dev" in printed

    assert pipeline.run("plan", head, "--into", "second")[0] == 0
    assert pipeline.run("apply", head, "--approved", "second")[0] == 0
    assert pipeline.run("drift", head)[0] == 0


def test_what_reads_a_changed_output_is_planned_and_waits_for_a_second_approval(pipeline: Pipeline) -> None:
    dev = pipeline.reads("network")
    dev["resource"] = {"terraform_data": {"dev": {"input": "${data.terraform_remote_state.network.outputs.range}"}}}
    base = pipeline.output("base", {"dev": dev, "network": network()}, dev=["network"])
    for into in ("first", "second"):  # the first time, dev waits for network
        assert pipeline.run("plan", base, "--into", into)[0] == 0
        pipeline.run("apply", base, "--approved", into)
    head = pipeline.output("head", {"dev": dev, "network": network(range="changed")}, dev=["network"])
    changed = ("plan", head, "--base", base, "--dependents", "--into")
    code, printed = pipeline.run(*changed, "plans")
    assert (code, "| dev | none |" in printed, "| network | 1 output |" in printed) == (0, True, True)
    code, printed = pipeline.run("apply", head, "--base", base, "--approved", "plans")
    assert (code, "Run this pipeline again for dev." in printed) == (1, True)
    code, printed = pipeline.run(*changed, "again")
    assert (code, "| dev | 1 update |" in printed, "| network | none |" in printed) == (0, True, True)
    assert pipeline.run("apply", head, "--base", base, "--approved", "again")[0] == 0
    assert pipeline.run("drift", head)[0] == 0


def test_only_what_was_approved_is_applied(pipeline: Pipeline, kept: tuple[str, dict[str, bytes]]) -> None:
    head = pipeline.output("head", {"network": network("approved")})
    code, printed = pipeline.run("plan", head, "--into", "plans")
    assert code == 0, printed
    other = pipeline.output("other", {"network": network("smuggled")})
    code, printed = pipeline.run("apply", other, "--approved", "plans")
    assert code == 1
    assert "network is not applied. Its plan is not the approved one: terraform_data.network" in printed
    assert not kept[1]
    assert pipeline.run("apply", head, "--approved", "plans")[0] == 0
    assert b"approved" in kept[1]["/network"]


def test_drift_is_found_and_a_failure_is_no_drift(
    pipeline: Pipeline, kept: tuple[str, dict[str, bytes]], tmp_path: Path
) -> None:
    head = pipeline.output("head", {"network": network("first")})
    code, printed = pipeline.run("plan", head, "--into", "plans")
    assert code == 0, printed
    assert pipeline.run("apply", head, "--approved", "plans")[0] == 0
    kept[1]["/network"] = kept[1]["/network"].replace(b"first", b"edited")
    code, printed = pipeline.run("drift", head, "--summary", "summary.md")
    assert (code, "`terraform_data.network`" in (tmp_path / "summary.md").read_text()) == (1, True), printed
    kept[1]["/network"] = b"not a state"
    code, printed = pipeline.run("drift", head)
    assert (code, "**network**: Terraform cannot plan it" in printed) == (2, True)


def test_what_is_gone_is_destroyed_before_the_others_change(
    pipeline: Pipeline, kept: tuple[str, dict[str, bytes]]
) -> None:
    base = pipeline.output(
        "base", {"network": network("a"), "test": network("b"), "dev": network("c")}, test=["network"]
    )
    assert pipeline.run("plan", base, "--into", "first")[0] == 0
    assert pipeline.run("apply", base, "--approved", "first")[0] == 0
    head = pipeline.output("head", {"network": network("z"), "dev": network("c")})
    code, printed = pipeline.run("plan", head, "--base", base, "--into", "plans")
    assert code == 0
    assert printed[printed.index("| root module") :].split("\n")[2:4] == [
        "| test (no longer in the estate) | 1 destroy, 1 output |",
        "| network | 1 update |",
    ]
    code, printed = pipeline.run("apply", head, "--base", base, "--approved", "plans")
    assert code == 0, printed
    assert printed.index("apply test") < printed.index("apply network")
    assert json.loads(kept[1]["/test"])["resources"] == []


def test_a_local_state_is_left_out_and_a_broken_output_is_no_answer(pipeline: Pipeline) -> None:
    local = {"terraform": {"backend": {"local": {"path": "x"}}}}
    head = pipeline.output("head", {"state": {**network(), **local}})
    code, printed = pipeline.run("plan", head, "--into", "plans")
    assert (code, "state: its state is a local file" in printed) == (0, True)
    (head / "manifest.json").unlink()
    assert pipeline.run("drift", head)[0] == 2


def test_a_root_that_cannot_be_planned_is_no_answer(pipeline: Pipeline) -> None:
    head = pipeline.output("head", {"network": network("${local.missing}")})
    code, printed = pipeline.run("plan", head, "--into", "plans")
    assert (code, "| network | **Terraform cannot plan it** |" in printed) == (2, True)


SECRET = {
    "format_version": "1.2",
    "planned_values": {"secret": "hunter2"},
    "prior_state": {"secret": "hunter2"},
    "variables": {"x": {"value": "hunter2"}},
    "resource_changes": [
        {
            "address": "aws_vpn_connection.x",
            "type": "aws_vpn_connection",
            "mode": "managed",
            "change": {
                "actions": ["update"],
                "before": {
                    "key": "hunter2",
                    "nested": [{"key": "hunter2", "name": "a"}, {"key": "b"}],
                    "type": "ipsec.1",
                },
                "after": {"key": "hunter2", "nested": [{"key": "hunter2", "name": "c"}], "type": "ipsec.1"},
                "before_sensitive": {"key": True, "nested": [{"key": True}]},
                "after_sensitive": {"key": True, "nested": [{"key": True}]},
            },
        },
        {"address": "aws_vpc.x", "change": {"actions": ["no-op"], "before": {"secret": "hunter2"}}},
    ],
    "output_changes": {
        "x": {"actions": ["create"], "before": None, "after": "hunter2", "after_sensitive": True},
        "y": {"actions": ["no-op"], "after": "hunter2"},
    },
}


def test_what_is_kept_of_a_plan_has_no_secret_and_still_says_what_changes() -> None:
    kept = publishable(SECRET)
    assert "hunter2" not in json.dumps(kept)
    assert [*changes_of(kept)] == ["aws_vpn_connection.x", "output.x"]
    change = kept["resource_changes"][0]["change"]
    assert change["after"] == {"key": "(sensitive)", "nested": [{"key": "(sensitive)", "name": "c"}], "type": "ipsec.1"}
