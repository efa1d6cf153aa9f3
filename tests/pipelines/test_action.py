"""The action of this repository, and its hooks for pre-commit."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from isthmus.cli import parser
from tests.proof.estates import output, write

from . import played
from .repository import PROJECT
from .test_workflows import PINNED, tool

ACTION = PROJECT / "action.yml"
DOCUMENT: dict[str, Any] = yaml.safe_load(ACTION.read_text())
HOOKS = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
MARK = "<!-- isthmus review -->"


def test_the_action_is_valid_and_safe() -> None:
    done = tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", ACTION)
    assert done.returncode == 0, done.stdout
    done = tool("zizmor", "--offline", "--no-config", "--persona=pedantic", ACTION)
    assert done.returncode == 0, done.stdout
    for line in ACTION.read_text().splitlines():
        assert PINNED.match(line) or "uses:" not in line
    assert not [step for step in DOCUMENT["runs"]["steps"] if "${{" in step.get("run", "")]


class Action:
    """Runs the steps of the action with inputs, where Isthmus is installed already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "isthmus/bin").mkdir(parents=True)
        self.environ = {
            **played.install(folder),
            "GITHUB_ACTION_PATH": str(PROJECT),
            "GITHUB_REPOSITORY": "example/network",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "RUNNER_TEMP": str(folder),
        }
        installed = Path(self.environ["PLAYED_BIN"]) / "isthmus"
        (folder / "isthmus/bin/isthmus").write_text(f'#!/bin/sh\nexec "{installed}" "$@"\n')
        (folder / "isthmus/bin/isthmus").chmod(0o755)

    def run(self, **inputs: str) -> tuple[int, str]:
        """The exit code and the log of the steps after the installation."""
        given = {name: str(one.get("default", "")) for name, one in DOCUMENT["inputs"].items()} | inputs
        log = ""
        for step in DOCUMENT["runs"]["steps"][2:]:
            env = {name: self.value(text, given) for name, text in step["env"].items()}
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            environ = {**self.environ, **env}
            done = subprocess.run(command, cwd=self.folder, env=environ, capture_output=True, text=True, check=False)
            log += done.stdout + done.stderr
            if done.returncode:
                return done.returncode, log
        return 0, log

    def value(self, text: str, inputs: dict[str, str]) -> str:
        known = {
            "inputs.token": "token",
            "github.event.pull_request.number": "7",
            **{f"inputs.{name}": value for name, value in inputs.items() if name != "token"},
            **{f"steps.review.outputs.{name}": value for name, value in self.outputs.items()},
        }
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], text)

    @property
    def outputs(self) -> dict[str, str]:
        file = self.folder / "output"
        lines = file.read_text().splitlines() if file.exists() else []
        return dict(line.split("=", 1) for line in lines)


@pytest.mark.skipif(shutil.which("jq") is None, reason="gh has jq inside; the one played here asks for it")
def test_the_action_reviews_two_folders_and_comments(tmp_path: Path) -> None:
    action = Action(tmp_path)
    base = write(output("stage_1_dev_only"), tmp_path / "base")
    head = write(output("stage_2_on_premises_egress"), tmp_path / "head")
    (tmp_path / "policies").mkdir()
    code, printed = action.run(base=str(base), head=str(head), policies=str(PROJECT / "policies"))
    assert code == 0, printed
    assert action.outputs["objection"] in ("true", "false")
    assert json.loads(Path(action.outputs["json"]).read_text())["schema"] == 1
    [comment] = json.loads((tmp_path / "comments.json").read_text())
    assert comment["body"].startswith(MARK)
    assert comment["body"] == (tmp_path / "summary").read_text()


def test_no_answer_fails_the_action_and_leaves_no_output(tmp_path: Path) -> None:
    action = Action(tmp_path)
    code, printed = action.run(base=str(tmp_path / "missing"), head=str(tmp_path / 'x"; touch pwned; "'))
    assert (code, action.outputs) == (2, {})
    assert "Traceback" not in printed
    assert not (tmp_path / "pwned").exists()


def test_every_hook_is_a_command_of_this_repository() -> None:
    commands = {hook["id"]: [*hook["entry"].split(), *hook.get("args", ())] for hook in HOOKS}
    assert set(commands) == {"isthmus-synthesize", "isthmus-prove"}
    for hook in HOOKS:
        assert hook["pass_filenames"] is False
        files = re.compile(hook["files"])
        assert all(files.search(name) for name in ("environments/dev.py", "modules/hub.py", "main.py"))
        assert not any(files.search(name) for name in ("README.md", "docs/main.py"))
    assert parser().parse_args(commands["isthmus-prove"][1:]).run
    listed = subprocess.run(
        ["make", "--dry-run", "--question", commands["isthmus-synthesize"][1]],
        cwd=PROJECT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.returncode in (0, 1), listed.stderr  # 2: there is no such target
