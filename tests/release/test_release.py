"""`make release`: what it refuses, what it changes, and that the same commit gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from isthmus.errors import CannotAnswer
from isthmus.report.vendor import elk
from release.__main__ import main
from release.building import CONSTRAINTS, sums
from release.checks import check
from release.components import components_text
from release.repository import Repository
from tests.pipelines.test_workflows import FILES, PINNED, tool

PROJECT = Path(__file__).parents[2]
TODAY = date(2026, 11, 30)
UV = shutil.which("uv") or str(PROJECT / ".uv/bin/uv")
WAIVER = '[[waiver]]\ncheck = "C"\nresource = "a.b"\nreason = "a reason for it all"\nexpires = {}\n'


def git(folder: Path, *words: str) -> str:
    user = ("-c", "user.name=Release Test", "-c", "user.email=release@example.com")
    return subprocess.run(("git", *user, *words), cwd=folder, check=True, capture_output=True, text=True).stdout


def committed(folder: Path, **files: str) -> Repository:
    """A repository with a changelog and a waiver, and other texts of these files."""
    texts = {
        "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n- b\n\n## 1.2.0 - 2026-11-30\n\n- a\n\n## 1.1.0\n\n- x\n",
        "waivers": WAIVER.format("2099-01-01"),
    } | {name.replace("CHANGELOG", "CHANGELOG.md"): text for name, text in files.items()}
    (folder / "policies").mkdir(parents=True)
    (folder / "CHANGELOG.md").write_text(texts["CHANGELOG.md"])
    (folder / "policies/waivers.toml").write_text(texts["waivers"])
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "First")
    return Repository(folder)


def refusal(repository: Repository, version: str = "1.2.0") -> str:
    with pytest.raises(CannotAnswer) as refused:
        check(repository, version, f"v{version}", TODAY)
    return str(refused.value)


@pytest.mark.parametrize(
    "version", ["", "1", "1.2", "v1.2.0", "1.02.0", "1.2.0.0", "1.2.0-rc1", "1.2.0; true", "1.2.x"]
)
def test_what_is_no_version_is_refused(tmp_path: Path, version: str) -> None:
    assert "is no version" in refusal(committed(tmp_path), version)


def test_a_clean_tree_with_an_entry_is_right(tmp_path: Path) -> None:
    check(committed(tmp_path), "1.2.0", "v1.2.0", TODAY)


@pytest.mark.parametrize("name", ["CHANGELOG.md", "new.txt"])
def test_a_change_or_a_new_file_is_refused(tmp_path: Path, name: str) -> None:
    repository = committed(tmp_path)
    with (tmp_path / name).open("a") as file:
        file.write("more\n")
    assert f"the working tree has changes: {name}" in refusal(repository)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("## Unreleased\n\n- a\n", "no entry for 1.2.0"),
        ("## 1.2.0rc1 - 2026-11-30\n\n- a\n", "no entry for 1.2.0"),
        ("## 1.2.0\n\n- a\n", "has no day"),
        ("## [1.2.0] - 2026-31-11\n\n- a\n", "has no day"),
        ("## 1.2.0 - 2026-11-30\n\n## 1.1.0 - 2026-01-01\n\n- a\n", "lists no change"),
    ],
)
def test_the_changelog_must_say_what_changed(tmp_path: Path, text: str, problem: str) -> None:
    assert problem in refusal(committed(tmp_path, CHANGELOG=text))


@pytest.mark.parametrize("text", ["## [1.2.0] - 2026-11-30\n\n### Added\n\n- a\n", "## 1.2.0 - 2026-11-30\n- a\n"])
def test_both_forms_of_a_heading_are_right(tmp_path: Path, text: str) -> None:
    check(committed(tmp_path, CHANGELOG=text), "1.2.0", "v1.2.0", TODAY)


def test_a_waiver_that_expires_soon_is_refused(tmp_path: Path) -> None:
    assert "expires within 90 days" in refusal(committed(tmp_path, waivers=WAIVER.format("2027-02-27")))
    check(committed(tmp_path / "x", waivers=WAIVER.format("2027-02-28")), "1.2.0", "v1.2.0", TODAY)


def test_a_tag_of_another_commit_is_refused_and_of_this_one_is_not(tmp_path: Path) -> None:
    repository = committed(tmp_path)
    git(tmp_path, "tag", "--annotate", "--message", "m", "v1.2.0")
    check(repository, "1.2.0", "v1.2.0", TODAY)
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "Second")
    assert "v1.2.0 exists, and is another commit" in refusal(repository)


def test_a_refusal_is_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(tmp_path)
    assert main(["1.3.0", "--repository", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: CHANGELOG.md has no entry for 1.3.0\n")
    assert main(["1.3.0", "--repository", str(tmp_path / "nothing")]) == 2
    assert git(tmp_path, "status", "--porcelain") == ""


def test_the_components_are_those_of_the_lock_file_and_the_vendored_ones() -> None:
    if not Path(UV).exists():
        pytest.skip("uv is not installed")
    text = components_text(PROJECT, "1.2.0", 1_800_000_000, UV)
    assert components_text(PROJECT, "1.2.0", 1_800_000_000, UV) == text, "the same input, the same text"
    document = json.loads(text)
    assert (document["bomFormat"], document["metadata"]["timestamp"]) == ("CycloneDX", "2027-01-15T08:00:00Z")
    names = {component["name"]: component for component in document["components"]}
    assert {"pydantic", "cdktf", "checkov", "hypothesis", "jinja2", "elkjs"} <= set(names)
    assert not {"mypy", "moto", "flask", "ruff"} & set(names), "no user installs the group dev"
    assert names["elkjs"]["hashes"] == [{"alg": "SHA-256", "content": elk.SHA256}]
    vendor = Path(elk.__file__).parents[1]
    assert [path.name for path in vendor.iterdir() if path.is_dir() and path.name != "__pycache__"] == ["elk"]


def test_the_components_follow_the_schema_of_cyclonedx() -> None:
    if not Path(UV).exists():
        pytest.skip("uv is not installed")
    validation = pytest.importorskip("cyclonedx.validation.json")
    schema = pytest.importorskip("cyclonedx.schema")
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_5)
    text = components_text(PROJECT, "1.2.0", 1_800_000_000, UV)
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"bomFormat"', '"format"')) is not None


def test_the_build_backend_is_pinned_with_hashes() -> None:
    text = CONSTRAINTS.read_text()
    pinned = re.findall(r"^([\w.-]+)==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
    assert "hatchling" in pinned
    assert len(pinned) == text.count("==") >= 5
    [required] = tomllib.loads((PROJECT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert required.startswith("hatchling>=")


WORKFLOW = PROJECT / ".github/workflows/release.yml"


def test_the_workflow_builds_with_the_documented_command_and_uploads_what_it_attested() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "build": None,
        "attest": "build",
        "publish": "attest",
        "release": "publish",
    }
    commands = {name: "\n".join(step.get("run", "") for step in job["steps"]) for name, job in jobs.items()}
    assert 'make release VERSION="${GITHUB_REF_NAME#v}"' in commands["build"]
    assert "publish --trusted-publishing always" in commands["publish"]
    assert commands["build"].splitlines()[-1] == 'mv "dist/isthmus-${GITHUB_REF_NAME#v}" release'
    given = [step["with"] for job in jobs.values() for step in job["steps"] if "artifact@" in step.get("uses", "")]
    assert {(one["name"], one["path"]) for one in given} == {("release", "release")}, "the files are in no folder of it"
    for name in ("attest", "publish"):
        assert "sha256sum --check --strict SHA256SUMS" in commands[name]
    [version] = re.findall(r"^UV_VERSION := (\S+)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert re.findall(r"uv==(\S+)", WORKFLOW.read_text()) == [version]
    assert "secrets." not in WORKFLOW.read_text(), "a token can be stolen; an identity cannot"


def test_the_workflow_is_valid_and_safe_and_pins_what_the_examples_pin() -> None:
    for name, *options in (
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows"),
        ("zizmor", "--offline", "--no-config", "--persona=pedantic"),
    ):
        done = tool(name, *options, WORKFLOW)
        assert done.returncode == 0, done.stdout
    uses = [line for line in WORKFLOW.read_text().splitlines() if "uses:" in line]
    ours = {found["action"]: found["commit"] for found in map(PINNED.match, uses) if found}
    assert len(uses) == len(list(filter(PINNED.match, uses))) > len(ours)
    examples = "".join(file.read_text() for file in FILES)
    assert {one for one, commit in ours.items() if f"{one}@{commit}" not in examples} == {
        "actions/attest-build-provenance"
    }


@pytest.mark.nightly
def test_a_release_up_to_the_upload(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In two copies of this repository, at two times: the same bytes. It needs the build backend from PyPI."""
    one, two = copy(tmp_path / "one"), tmp_path / "two"
    assert main(["9.8.7", "--repository", str(one)]) == 0, capsys.readouterr().err
    assert git(one, "log", "--format=%s", "-1").strip() == "Release 9.8.7"
    assert git(one, "show", "--format=", "--name-only").split() == ["pyproject.toml", "uv.lock"]
    assert git(one, "rev-parse", "v9.8.7^{commit}") == git(one, "rev-parse", "HEAD")
    files = {path.name: path.read_bytes() for path in (one / "dist/isthmus-9.8.7").iterdir()}
    assert set(files) == {
        "SHA256SUMS",
        "isthmus-9.8.7-py3-none-any.whl",
        "isthmus-9.8.7.cdx.json",
        "isthmus-9.8.7.tar.gz",
    }
    for line in files["SHA256SUMS"].decode().splitlines():
        checksum, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == checksum
    # The other machine has the commit and the tag, a file that Git ignores, and other permissions.
    git(tmp_path, "clone", "--quiet", str(one), str(two))
    (two / "isthmus" / "__pycache__").mkdir(exist_ok=True)
    (two / "isthmus/__pycache__/x.pyc").write_bytes(b"x")
    for path in two.glob("isthmus/*.py"):
        path.chmod(0o600)
    git(two, "config", "core.fileMode", "false")
    assert main(["9.8.7", "--repository", str(two)]) == 0, capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (two / "dist/isthmus-9.8.7").iterdir()} == files
    with zipfile.ZipFile(two / "dist/isthmus-9.8.7/isthmus-9.8.7-py3-none-any.whl") as wheel:
        assert "isthmus/shipped/template/project.toml" in wheel.namelist()
        assert not [name for name in wheel.namelist() if name.startswith(("release", "tests"))]
    with tarfile.open(two / "dist/isthmus-9.8.7/isthmus-9.8.7.tar.gz") as sdist:
        assert not [name for name in sdist.getnames() if name.endswith(".pyc")]
    # The files of a version are not replaced by others.
    (two / "dist/isthmus-9.8.7/SHA256SUMS").write_text("another")
    assert main(["9.8.7", "--repository", str(two)]) == 2
    assert "exists, and its files are different" in capsys.readouterr().err
    assert (two / "dist/isthmus-9.8.7/SHA256SUMS").read_text() == "another"


def copy(folder: Path) -> Path:
    """A copy of what Git knows of this repository, or would, with an entry in the changelog."""
    names = git(PROJECT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    for name in filter(None, names):
        if (PROJECT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    log = folder / "CHANGELOG.md"
    log.write_text(log.read_text().replace("## Unreleased", "## 9.8.7 - 2026-11-30", 1))
    git(folder, "init", "--quiet", "--initial-branch", "main")
    for key, value in (("user.name", "Release Test"), ("user.email", "release@example.com")):
        git(folder, "config", key, value)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "First")
    return folder


def test_checksums_are_those_of_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"2")
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "SHA256SUMS").write_text(sums(tmp_path))
    ran = subprocess.run(
        ("sha256sum", "--check", "--strict", "SHA256SUMS"), cwd=tmp_path, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stdout) == (0, "a: OK\nb: OK\n")
