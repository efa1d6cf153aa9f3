"""The workflow of docs/how-to/pull-requests.md does what the page says: its own commands, in a repository of their own.

Played is what is not ours: `uv` hands out this project's environment, `gh` keeps comments in a file, `terraform` writes
down what it was asked, and fails to plan dev.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs/how-to/pull-requests.md"
WORKFLOW: dict[str, Any] = yaml.safe_load(
    re.search(r"<!-- workflow -->\n```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]  # type: ignore[index]
)
# What a pull request's repository is made of; Isthmus itself is installed.
PARTS = ("Makefile", "pyproject.toml", "uv.lock", "cdktf.json", "main.py", "waivers.toml", "environments", "modules")
MARK = "<!-- isthmus diff -->\n"

UV = """#!/bin/sh
[ "$1" = sync ] || exit 0
mkdir -p .venv/bin
for name in python isthmus; do
  printf '#!/bin/sh\\nexec "%s" "$@"\\n' "$PLAYED_BIN/$name" > .venv/bin/$name
  chmod +x .venv/bin/$name
done
"""
TERRAFORM = """#!/bin/sh
echo "$@" >> "$PLAYED_ASKED"
case "$1 $2" in *stacks/dev/*plan) exit 1;; esac
"""
GH = """
import json, os, subprocess, sys
from pathlib import Path

kept = Path(os.environ["PLAYED_COMMENTS"])
comments = json.loads(kept.read_text()) if kept.exists() else []
words = sys.argv[1:]
assert words.pop(0) == "api" and os.environ["GH_TOKEN"] == "token", words
options = {}
for option in ("--method", "--field", "--jq"):
    if option in words:
        place = words.index(option)
        options[option] = words[place + 1]
        del words[place : place + 2]
[path] = [word for word in words if word != "--paginate"]
method = options.get("--method", "GET")
if method == "GET":
    assert path == "repos/example/network/issues/7/comments", path
    print(subprocess.run(["jq", "--raw-output", options["--jq"]], input=json.dumps(comments), text=True,
                         capture_output=True, check=True).stdout, end="")
    sys.exit()
name, _, file = options["--field"].partition("=@")
assert name == "body"
body = Path(file).read_text()
assert len(body) <= 65536
if method == "POST":
    assert path == "repos/example/network/issues/7/comments", path
    comments.append({"id": 100 + len(comments), "user": {"type": "Bot"}, "body": body, "edits": 0})
else:
    assert method == "PATCH"
    [comment] = [c for c in comments if path == f"repos/example/network/issues/comments/{c['id']}"]
    comment |= {"body": body, "edits": comment["edits"] + 1}
kept.write_text(json.dumps(comments))
"""


class Runner:
    """A repository with a pull request, and a machine that runs jobs of the workflow on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repository = folder / "network"
        self.repository.mkdir()
        for part in PARTS:
            source = PROJECT / part
            if source.is_dir():
                shutil.copytree(source, self.repository / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, self.repository / part)
        (self.repository / "policies").symlink_to(PROJECT / "policies")
        (self.repository / ".gitignore").write_text(".venv\n/cdktf.out\n*.md\n*.sarif\n__pycache__\n")
        played = folder / "bin"
        played.mkdir()
        for name, text in (("uv", UV), ("terraform", TERRAFORM), ("gh", f"#!{sys.executable}\n{GH}")):
            (played / name).write_text(text)
            (played / name).chmod(0o755)
        self.asked = folder / "asked"
        self.comments_file = folder / "comments.json"
        self.environ = {
            **{name: os.environ[name] for name in ("HOME", "ISTHMUS_CACHE_DIR") if name in os.environ},
            "PATH": f"{played}{os.pathsep}{os.environ['PATH']}",
            "PLAYED_BIN": str(Path(sys.executable).parent),
            "PLAYED_ASKED": str(self.asked),
            "PLAYED_COMMENTS": str(self.comments_file),
            "GITHUB_REPOSITORY": "example/network",
            **{f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=main")

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.repository, env=self.environ, check=True, capture_output=True)

    def pull_request(self, *changes: tuple[str, str, str]) -> None:
        """Checked out as GitHub does: main, and merged into it a branch with these replacements in `environments`."""
        self.git("checkout", "--quiet", "-B", "branch", "main")
        for name, old, new in changes:
            file = self.repository / "environments" / f"{name}.py"
            text = file.read_text()
            assert old in text
            file.write_text(text.replace(old, new))
        self.git("commit", "--quiet", "--all", "--allow-empty", "--message=change")
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--message=merge", "branch")

    def run(self, job: str, *left_out: str) -> dict[str, int]:
        """Run a job on a fresh machine, but for some steps: the exit code of each that is a command."""
        temporary = self.folder / "temporary"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        self.git("worktree", "prune")
        for leaving in ("cdktf.out", "diff.md", "proof.md", "scan.md"):
            path = self.repository / leaving
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        output, summary = temporary / "output", temporary / "summary"
        output.touch()
        environ = self.environ | {
            "RUNNER_TEMP": str(temporary),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        codes = {}
        for step in WORKFLOW["jobs"][job]["steps"]:
            if "run" not in step or step["name"] in left_out:
                continue
            outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
            given = {name: self.value(text, outputs) for name, text in step.get("env", {}).items()}
            ran = subprocess.run(
                ["bash", "-e", "-c", step["run"]],
                cwd=self.repository,
                env=environ | given,
                capture_output=True,
                text=True,
                check=False,
            )
            codes[step["name"]] = ran.returncode
            self.out = ran.stdout + ran.stderr
            assert "Traceback" not in self.out
        self.summary = summary.read_text() if summary.exists() else ""
        return codes

    def value(self, text: str, outputs: dict[str, str]) -> str:
        """What GitHub puts in the place of an expression."""
        known = {
            "github.token": "token",
            "github.event.pull_request.number": "7",
            "secrets.HCP_TERRAFORM_TOKEN": "team-token",
            "steps.compare.outputs.changed": outputs.get("changed", ""),
        }
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], text)

    @property
    def comments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.comments_file.read_text()) if self.comments_file.exists() else []
        return found


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


STEPS = ("Synthesize", "Prove", "Scan", "Compare", "Comment", "Summary")


@pytest.mark.skipif(shutil.which("jq") is None, reason="gh has jq inside; the one played here asks for it")
def test_one_comment_that_is_made_when_flows_change_and_rewritten_in_place(runner: Runner) -> None:
    runner.pull_request(("segments", "Workloads keep to themselves.", "Workloads keep to themselves, as before."))
    assert runner.run("prove") == dict.fromkeys(STEPS, 0)
    assert runner.comments == []
    assert "**No flow changes**." in runner.summary
    assert "**PROVED**" in runner.summary
    assert "### Security posture: clean" in runner.summary

    runner.comments_file.write_text(json.dumps([{"id": 9, "user": {"type": "User"}, "body": MARK, "edits": 0}]))
    runner.pull_request(("segments", "isolated=True,", "isolated=False,"))
    assert set(runner.run("prove", "Prove", "Scan").values()) == {0}
    person, ours = runner.comments
    assert (person["edits"], ours["edits"]) == (0, 0)
    assert ours["body"].startswith(f"{MARK}**Flows change**: 6 flows gained.\n\nTerraform: ")
    assert "\n\n- gained: " in ours["body"]

    runner.pull_request(("dev", "The common development VPC", "The development VPC"))
    assert set(runner.run("prove", "Prove", "Scan").values()) == {0}
    person, ours = runner.comments
    assert (person["edits"], ours["edits"]) == (0, 1)
    assert ours["body"].startswith(f"{MARK}**No flow changes**.")


def test_what_breaks_a_rule_fails_and_nothing_that_needs_the_output_is_tried(runner: Runner) -> None:
    runner.pull_request(("dev", "10.1.0.0/20", "10.1.0.1/20"))
    assert runner.run("prove", *STEPS[1:])["Synthesize"] != 0
    assert "[cidr-not-canonical]" in runner.out
    steps = {step.get("name"): step for step in WORKFLOW["jobs"]["prove"]["steps"]}
    for name in ("Scan", "Compare"):
        assert steps[name]["if"].endswith(f"&& steps.{steps['Synthesize']['id']}.outcome == 'success' }}}}")
    assert "if" not in steps["Prove"]


def test_roots_that_differ_are_planned_whatever_becomes_of_others_and_those_that_are_gone_are_named(
    runner: Runner,
) -> None:
    runner.pull_request(
        ("dev", 'cidr="10.1.0.0/20"', 'cidr="10.1.64.0/20"'),
        ("prod", '"prod",\n    account', '"prod",\n    tags={"Team": "payments"},\n    account'),
        ("test", "Environment(", "dict("),
        ("test", "Spoke(", "dict("),
        ("estate", "from environments.test import test\n", ""),
        ("estate", "dev, test, prod]", "dev, prod]"),
    )
    assert runner.run("plan") == {"Synthesize": 0, "Plan": 1}  # dev fails
    assert runner.out.count("::warning::") == 1
    assert "::warning::test is gone: destroy it before this is merged" in runner.out
    assert runner.asked.read_text().splitlines() == [
        f"-chdir=cdktf.out/stacks/{root}/ {command} -input=false"
        for root in ("dev", "prod")
        for command in ("init", "plan")
    ]
