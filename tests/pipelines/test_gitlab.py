"""The pipeline of GitLab CI: its own commands, on a repository of a team."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from . import played
from .repository import PROJECT, Repository
from .test_workflows import tool

FILE = PROJECT / "examples/pipelines/gitlab/.gitlab-ci.yml"
JOBS: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text())
MARK = "<!-- isthmus review -->"


class Pipeline:
    """Runs jobs on a checked out commit, each in a new folder with the artifacts of the jobs before it."""

    def __init__(self, repository: Repository, **variables: str) -> None:
        self.repository, self.place = repository, repository.folder.parent
        self.artifacts = self.place / "artifacts"
        self.environ = {
            **played.install(self.place),
            "CI_API_V4_URL": "https://gitlab.example/api/v4",
            "CI_BUILDS_DIR": str(self.place),
            "CI_PIPELINE_URL": "https://gitlab.example/p/5",
            "CI_PROJECT_ID": "3",
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(self.place / "aws-token"),
            "AWS_TOKEN": "token",
            "NOTE_TOKEN": "token",
            "PLAN_ROLE": "isthmus-plan",
            **variables,
        }

    def run(self, name: str, without: str = "") -> tuple[int, str]:
        """The exit code and the log of a job, without the line of its script that starts with `without`."""
        job = {**(JOBS[".terraform"] if JOBS[name].get("extends") else {}), **JOBS[name]}
        work = self.place / "work"
        shutil.rmtree(work, ignore_errors=True)
        if job.get("variables", {}).get("GIT_STRATEGY") == "none":
            work.mkdir()
        else:
            subprocess.run(["git", "clone", "--quiet", self.repository.folder, work], check=True)
        if self.artifacts.exists():
            shutil.copytree(self.artifacts, work, dirs_exist_ok=True)
        lines = [*job.get("before_script", ()), *job["script"]]
        script = "\n".join(line for line in lines if not (without and line.startswith(without)))
        alpine = "alpine" in str(job.get("image")) or "extends" in job
        shell = ["sh", "-e"] if alpine else ["bash", "-eo", "pipefail"]
        done = subprocess.run(
            [*shell, "-c", script], cwd=work, env=self.environ, capture_output=True, text=True, check=False
        )
        for path in job.get("artifacts", {}).get("paths", ()):
            if (work / path).exists():
                shutil.copytree(work / path, self.artifacts / path, dirs_exist_ok=True)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    @property
    def notes(self) -> list[dict[str, Any]]:
        file = Path(self.environ["PLAYED_COMMENTS"])
        found: list[dict[str, Any]] = json.loads(file.read_text()) if file.exists() else []
        return found


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "network")
    made.add_estate()
    made.commit()
    return made


def test_the_schema_of_gitlab_holds() -> None:
    transform = ("--data-transform", "gitlab-ci")
    done = tool("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", *transform, FILE)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("jq") is None, reason="the job that writes the note installs jq")
def test_a_merge_request_is_planned_and_reviewed_in_one_note(repository: Repository) -> None:
    base = repository.git("rev-parse", "HEAD")
    repository.branch()
    repository.replace("segments", "isolated=True,", "isolated=False,")
    repository.commit()
    pipeline = Pipeline(
        repository, BASE=base, CI_MERGE_REQUEST_DIFF_BASE_SHA=base, CI_MERGE_REQUEST_IID="7", HOSTILE="$(touch pwned)"
    )
    stranger = {"id": 9, "author": {"id": 1}, "body": MARK, "edits": 0}
    Path(pipeline.environ["PLAYED_COMMENTS"]).write_text(json.dumps([stranger]))
    assert pipeline.run("note")[0] == 0
    assert pipeline.notes[1]["body"].startswith(f"{MARK}\n**No answer.** This version could not be reviewed")
    for job in ("synthesize head", "synthesize base", "plan"):
        code, printed = pipeline.run(job)
        assert code == 0, printed
    assert "| network | " in printed
    code, printed = pipeline.run("review", without=".venv/bin/isthmus scan")
    assert code == 0, printed
    assert pipeline.run("note")[0] == 0
    first, ours = pipeline.notes
    assert (first, ours["edits"]) == (stranger, 1)
    assert ours["body"].startswith(f"{MARK}\n")
    assert "No answer" not in ours["body"]


def test_a_merge_is_applied_and_drift_is_found(repository: Repository, tmp_path: Path) -> None:
    pipeline = Pipeline(repository, BASE="0" * 40, CI_MERGE_REQUEST_DIFF_BASE_SHA="")
    for job in ("synthesize head", "synthesize base", "plan", "apply", "drift"):
        code, printed = pipeline.run(job)
        assert code == 0, f"{job}: {printed}"
    state = tmp_path / "states/dev"
    state.write_text(json.dumps({"aws_vpc.by_hand": {}, **json.loads(state.read_text())}))
    code, printed = pipeline.run("drift")
    assert (code, "**dev** differs" in printed) == (1, True)


def test_code_of_the_repository_runs_only_where_there_is_nothing_to_steal() -> None:
    for name, job in JOBS.items():
        if "script" not in job:
            continue
        script = " ".join(job["script"])
        assert ("environment" in job) != bool(re.search(r"\bmake\b|\.venv|main\.py", script)), name
        assert ("extends" not in job) or "environment" in job, name
        assert "CI_COMMIT_MESSAGE" not in script
        assert "TITLE" not in script
