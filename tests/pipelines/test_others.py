"""The files for Atlantis, Azure DevOps and Jenkins: they are valid, and their commands are commands of Isthmus."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from isthmus.cli import parser
from tests.proof.estates import output, write

from .repository import PROJECT
from .test_workflows import tool

FOLDER = PROJECT / "examples/pipelines"
ATLANTIS = FOLDER / "atlantis/repos.yaml"
AZURE = FOLDER / "azure/azure-pipelines.yml"
JENKINS = FOLDER / "jenkins/Jenkinsfile"


def scripts(path: Path) -> Iterator[str]:
    """The scripts of a file: of a Jenkinsfile, what is between triple quotes."""
    if path == JENKINS:
        for found in re.findall(r"sh '''\n(.*?)'''", path.read_text(), re.DOTALL):
            yield textwrap.dedent(found).replace("\\\\", "\\")
        return
    parts = [yaml.safe_load(path.read_text())]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            found = [value for name, value in part.items() if name in ("run", "bash", "script")]
            yield from ("\n".join(value) if isinstance(value, list) else str(value) for value in found)
        parts += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()


FILES = sorted(path for path in FOLDER.rglob("*") if path.suffix in (".yml", ".yaml") or path.name == "Jenkinsfile")


def test_every_file_is_here() -> None:
    assert len(FILES) == 8
    assert all([*scripts(path)] for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_script_parses_and_calls_isthmus_as_it_is(path: Path) -> None:
    for script in scripts(path):
        parsed = subprocess.run(["bash", "-n", "-c", script], capture_output=True, text=True, check=False)
        assert not parsed.stderr, script
        for command in re.findall(r"\.venv/bin/isthmus ((?:[^\n]|(?<=\\)\n)*)", script):
            plain = re.sub(r"\\\n|\|\|.*|>.*", " ", command)
            words = [word.strip("\"'") for word in plain.split() if word not in ('"${plans[@]}"', '"$@"')]
            words = [word for one in words for word in (("base", "head") if one == "${sides[@]}" else (one,))]
            assert parser().parse_args(words).run


def test_the_schema_of_azure_holds() -> None:
    done = tool("check-jsonschema", "--builtin-schema", "vendor.azure-pipelines", AZURE)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("jq") is None, reason="the hook of Atlantis needs jq")
def test_the_projects_of_atlantis_are_the_root_modules_in_their_order(tmp_path: Path) -> None:
    write(output("stage_5_resilient_vpn"), tmp_path / "cdktf.out")
    hook = yaml.safe_load(ATLANTIS.read_text())["repos"][0]["pre_workflow_hooks"][1]["run"]
    subprocess.run(["sh", "-e", "-c", hook], cwd=tmp_path, check=True)
    found = yaml.safe_load((tmp_path / "atlantis.yaml").read_text())
    stacks = json.loads((tmp_path / "cdktf.out/manifest.json").read_text())["stacks"]
    assert {project["name"]: project["depends_on"] for project in found["projects"]} == {
        name: stack["dependencies"] for name, stack in stacks.items()
    }
    for project in found["projects"]:
        assert (tmp_path / project["dir"] / "cdk.tf.json").is_file()


def test_the_token_of_jenkins_is_where_no_code_of_the_repository_runs() -> None:
    *before, last = scripts(JENKINS)
    assert "GH_TOKEN" in JENKINS.read_text().partition("withCredentials")[2]
    assert "make" not in last
    assert all("make" in script for script in before)
    assert "withCredentials" not in JENKINS.read_text().partition("node('trusted')")[0]
