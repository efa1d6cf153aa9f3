"""What is true of every workflow: it is valid, what it uses is pinned, and no job has more rights than it needs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .actions import WORKFLOWS, workflow

FILES = sorted(WORKFLOWS.glob("*.yml"))
NAMES = [file.stem for file in FILES]
PINNED = re.compile(r"^ +(?:- )?uses: (?P<action>[\w./-]+)@(?P<commit>[0-9a-f]{40})  # (?P<version>v\d+\.\d+\.\d+)$")


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name(name)
    if not command.exists():
        pytest.skip(f"{name} is not installed")
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=False)


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    return [(name, job, body) for name in NAMES for job, body in workflow(name)["jobs"].items()]


def test_the_schema_of_github_holds() -> None:
    done = tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *FILES)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing() -> None:
    done = tool("zizmor", "--offline", "--no-config", "--persona=pedantic", *FILES)
    assert done.returncode == 0, done.stdout


def test_zizmor_would_find_an_injection(tmp_path: Path) -> None:
    text = (WORKFLOWS / "drift.yml").read_text()
    spoilt = tmp_path / ".github/workflows/drift.yml"
    spoilt.parent.mkdir(parents=True)
    spoilt.write_text(text.replace("run: make synth", "run: echo ${{ github.head_ref }}; make synth"))
    assert "template-injection" in tool("zizmor", "--offline", "--no-config", spoilt).stdout


def test_actions_are_pinned_by_commit_and_the_same_everywhere() -> None:
    pins: dict[str, set[tuple[str, str]]] = {}
    for file in FILES:
        for line in file.read_text().splitlines():
            if "uses:" in line:
                found = PINNED.match(line)
                assert found, f"{file.name}: {line}"
                pins.setdefault(found["action"].split("/upload-sarif")[0], set()).add(
                    (found["commit"], found["version"])
                )
    assert len(pins) >= 6
    assert {action: len(versions) for action, versions in pins.items()} == dict.fromkeys(pins, 1)


@pytest.mark.parametrize("name", NAMES)
def test_no_command_holds_an_expression(name: str) -> None:
    """A title or a branch name is the text of a stranger. An expression puts it into the command."""
    for job in workflow(name)["jobs"].values():
        assert not [step["run"] for step in job["steps"] if "${{" in step.get("run", "")]


@pytest.mark.parametrize("name", NAMES)
def test_each_job_names_its_permissions_and_a_limit(name: str) -> None:
    document = workflow(name)
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert job["permissions"]
        assert job["timeout-minutes"] <= 120


@pytest.mark.parametrize(("name", "job", "body"), jobs(), ids=lambda value: value if isinstance(value, str) else "")
def test_code_of_the_repository_runs_only_where_there_is_nothing_to_steal(
    name: str, job: str, body: dict[str, Any]
) -> None:
    """`make` runs the estate and what it installs. Jobs with credentials run Terraform and two scripts of the base."""
    can_write = {right for right, level in body["permissions"].items() if level == "write"}
    has_more = bool(can_write) or "environment" in body or "secrets." in str(body) or "github.token" in str(body)
    commands = " ".join(step.get("run", "") for step in body["steps"])
    assert has_more != bool(re.search(r"\bmake\b|\.venv|main\.py", commands)), f"{name} {job}"
    assert ("environment" in body) == ("id-token" in can_write)
    for step in body["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
