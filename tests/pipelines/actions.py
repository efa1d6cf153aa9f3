"""A machine that runs the jobs of a GitHub workflow: their commands, their conditions, and the artifacts between them.

What is played: `uv` hands out the environment of this project, `gh` keeps comments in a file, `terraform` plans what
its folder says. Actions of others do nothing, but for checkout and artifacts.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from . import played

PROJECT = Path(__file__).parents[2]
WORKFLOWS = PROJECT / "examples/pipelines/github"
_STATUS = re.compile(r"\b(success|failure|always|cancelled)\(\)")
_TOKEN = re.compile(r"'(?:[^']|'')*'|&&|\|\||!=|==|!|[()\[\],]|[\w.*-]+|\s+")


def workflow(name: str) -> dict[str, Any]:
    """A workflow of this project. YAML 1.1 reads the key `on` as true."""
    document: dict[Any, Any] = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text())
    return {str(key): value for key, value in document.items()}


@dataclass
class Ran:
    """What became of a job: `success`, `failure` or `skipped`, the steps that failed, the log and the summary."""

    result: str = "skipped"
    failed: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)


class Machine:
    """Runs a workflow on a repository, with a new folder for each job."""

    def __init__(self, folder: Path, repository: Path, event: str, payload: Mapping[str, Any]) -> None:
        self.folder, self.repository = folder, repository
        self.artifacts = folder / "artifacts"
        self.secrets = {"HCP_TERRAFORM_TOKEN": "team-token"}
        self.variables: dict[str, str] = {}
        self.github: dict[str, Any] = {
            "event_name": event,
            "event": payload,
            "repository": "example/network",
            "run_id": 5,
            "server_url": "https://github.example",
            "token": "token",
        }
        self.comments_file = folder / "comments.json"
        self.environ = {
            **played.install(folder),
            "GITHUB_REPOSITORY": "example/network",
        }

    @property
    def comments(self) -> list[dict[str, Any]]:
        """The comments of the pull request."""
        found: list[dict[str, Any]] = json.loads(self.comments_file.read_text()) if self.comments_file.exists() else []
        return found

    @property
    def asked(self) -> list[str]:
        """What Terraform was asked, in order."""
        file = self.folder / "asked"
        return file.read_text().splitlines() if file.exists() else []

    def run(self, name: str, *left_out: str) -> dict[str, Ran]:
        """Run a workflow, without some steps. What became of each job, by its id; with a matrix, by id and value."""
        shutil.rmtree(self.artifacts, ignore_errors=True)
        document = workflow(name)
        assert document["defaults"] == {"run": {"shell": "bash"}}
        found: dict[str, Ran] = {}
        results: dict[str, dict[str, Any]] = {}
        for job, body in document["jobs"].items():
            needs = {need: results[need] for need in _list(body.get("needs"))}
            context: dict[str, Any] = {"github": self.github, "vars": self.variables, "needs": needs}
            good = all(need["result"] == "success" for need in needs.values())
            results[job] = {"result": "skipped", "outputs": {}}
            if not self.holds(body.get("if", "success()"), context, good=good):
                found[job] = Ran()
                continue
            for matrix in self.matrix(body, context):
                ran = self.job(body, {**context, "matrix": matrix}, left_out)
                found[" ".join((job, *matrix.values()))] = ran
                worse = "failure" in (ran.result, results[job]["result"])
                results[job] = {"result": "failure" if worse else ran.result, "outputs": ran.outputs}
        return found

    def matrix(self, body: Mapping[str, Any], context: Mapping[str, Any]) -> Iterator[dict[str, str]]:
        """The values of a job's matrix; one without values if it has none."""
        axes = body.get("strategy", {}).get("matrix", {})
        lists = [value if isinstance(value, list) else self.value(_inner(value), context) for value in axes.values()]
        for values in itertools.product(*lists):
            yield dict(zip(axes, values, strict=True))

    def job(self, body: Mapping[str, Any], context: dict[str, Any], left_out: tuple[str, ...]) -> Ran:
        """Run the steps of a job in a new folder."""
        ran = Ran("success")
        place = self.folder / "jobs" / str(len([*(self.folder / "jobs").glob("*")]))
        work, temporary = place / "work", place / "temporary"
        work.mkdir(parents=True)
        temporary.mkdir()
        files = {name: temporary / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        context = {**context, "steps": {}, "secrets": self.secrets if "environment" in body else {}}
        for step in body["steps"]:
            title = step.get("name") or step.get("uses", "").partition("@")[0]
            if title in left_out or not self.holds(step.get("if", "success()"), context, not ran.failed, work):
                continue
            ran.steps.append(title)
            files["GITHUB_OUTPUT"].write_text("")
            given = {**body.get("env", {}), **step.get("env", {})}
            environ = {
                **self.environ,
                **{name: self.text(str(value), context) for name, value in given.items()},
                **{name: str(path) for name, path in files.items()},
                "RUNNER_TEMP": str(temporary),
            }
            if "run" in step:
                done = subprocess.run(
                    ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                    cwd=work,
                    env=environ,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                ran.log += done.stdout + done.stderr
                succeeded = done.returncode == 0
            else:
                options = {name: self.text(str(value), context) for name, value in step.get("with", {}).items()}
                succeeded = self.action(step["uses"], options, work, ran)
            outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
            context["steps"][step.get("id", title)] = {
                "outcome": "success" if succeeded else "failure",
                "outputs": outputs,
            }
            if not succeeded and not step.get("continue-on-error"):
                ran.failed.append(title)
        assert "Traceback" not in ran.log, ran.log
        ran.result = "failure" if ran.failed else "success"
        ran.outputs = {name: self.text(value, context) for name, value in body.get("outputs", {}).items()}
        summary = files["GITHUB_STEP_SUMMARY"]
        ran.summary = summary.read_text() if summary.exists() else ""
        return ran

    def action(self, uses: str, options: Mapping[str, str], work: Path, ran: Ran) -> bool:
        """Check out, keep an artifact or fetch one. Whether it succeeds."""
        name = uses.partition("@")[0]
        if name == "actions/checkout":
            subprocess.run(["git", "init", "--quiet"], cwd=work, check=True)
            fetch = ["git", "fetch", "--quiet", "--update-shallow", str(self.repository), "HEAD"]
            subprocess.run(fetch, cwd=work, check=True)
            subprocess.run(["git", "checkout", "--quiet", "--detach", "FETCH_HEAD"], cwd=work, check=True)
        elif name == "actions/upload-artifact":
            found = [*work.glob(options["path"])]
            artifact = self.artifacts / options["name"]
            artifact.mkdir(parents=True)
            for path in found:
                shutil.copytree(path, artifact, dirs_exist_ok=True) if path.is_dir() else shutil.copy2(path, artifact)
            return bool(found) or options.get("if-no-files-found") != "error"
        elif name == "actions/download-artifact":
            artifact = self.artifacts / options["name"]
            if not artifact.is_dir():
                return False
            shutil.copytree(artifact, work / options["path"], dirs_exist_ok=True)
        elif name == "github/codeql-action/upload-sarif":
            ran.published.append(options["category"])
            return bool(json.loads((work / options["sarif_file"]).read_text())["version"] == "2.1.0")
        return True

    def holds(self, condition: str, context: Mapping[str, Any], good: bool, work: Path | None = None) -> bool:
        """Whether a condition holds. Without a status function, it also asks for success."""
        text = _inner(str(condition))
        value = self.value(text, context, good=good, work=work)
        return bool(value) and (good or bool(_STATUS.search(text)))

    def text(self, text: str, context: Mapping[str, Any]) -> str:
        """What GitHub puts in the place of expressions."""
        found = re.sub(r"\$\{\{(.*?)\}\}", lambda one: _shown(self.value(one[1], context)), text)
        assert "${{" not in found or "\n" in text, text
        return found

    def value(self, expression: str, context: Mapping[str, Any], *, good: bool = True, work: Path | None = None) -> Any:
        """The value of an expression: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions."""
        words = {"&&": " and ", "||": " or ", "!": " not ", "true": "True", "false": "False", "null": "None"}
        python = ""
        for token in _TOKEN.findall(expression):
            if token in ("success", "failure", "always", "cancelled", "hashFiles", "fromJSON", "toJSON"):
                python += token
            elif token[0] == "'":
                python += repr(token[1:-1].replace("''", "'"))
            elif token.isspace():
                python += " "
            elif re.match(r"[a-z]", token) and token not in words:
                python += f"looked_up({token!r})"
            else:
                python += words.get(token, token)

        def looked_up(path: str) -> Any:
            value: Any = context
            for part in path.split("."):
                value = value.get(part, "") if isinstance(value, Mapping) else ""
            return value

        functions = {
            "looked_up": looked_up,
            "success": lambda: good,
            "failure": lambda: not good,
            "always": lambda: True,
            "cancelled": lambda: False,
            "hashFiles": lambda glob: "some" if work and any(path.is_file() for path in work.glob(glob)) else "",
            "fromJSON": json.loads,
            "toJSON": json.dumps,
        }
        return eval(python.strip(), {"__builtins__": {}}, functions)  # the workflow is this project's own


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _inner(expression: str) -> str:
    return expression.strip().removeprefix("${{").removesuffix("}}")


def _shown(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
