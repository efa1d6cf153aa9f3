"""The commands of `make` in a dry run: the estate, the folder, and whether .venv is created anew."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]


def planned(folder: Path, *words: str, **environ: str) -> str:
    """The commands that `make` would run."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    ran = subprocess.run(
        ["make", "--dry-run", *words], cwd=folder, env=kept | environ, capture_output=True, text=True, check=True
    )
    return ran.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with what `make` goes by, and a .venv made there."""
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy2(PROJECT / name, tmp_path / name)
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "python").symlink_to(sys.executable)
    for stamp in (".runs", ".ready"):
        (tmp_path / ".venv" / stamp).write_text(f"{tmp_path}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "environ", "out"),
    [
        ((), {}, "cdktf.out"),
        ((), {"CDKTF_OUTDIR": "other"}, "other"),
        (("OUT=mine",), {"CDKTF_OUTDIR": "other"}, "mine"),
    ],
)
def test_the_folder_is_the_one_that_was_named(
    project: Path, words: tuple[str, ...], environ: dict[str, str], out: str
) -> None:
    assert f"CDKTF_OUTDIR={out} .venv/bin/python main.py" in planned(project, "synth", *words, **environ)


@pytest.mark.parametrize(
    ("words", "environ", "estate"),
    [
        ((), {}, "environments.estate"),
        ((), {"ISTHMUS_ESTATE": "examples.stage_1_dev_only"}, "examples.stage_1_dev_only"),
        (("ESTATE=a.b",), {"ISTHMUS_ESTATE": "c.d"}, "a.b"),
    ],
)
def test_the_estate_is_the_one_that_was_named(
    project: Path, words: tuple[str, ...], environ: dict[str, str], estate: str
) -> None:
    plan = planned(project, "--print-data-base", "synth", *words, **environ)
    assert f"\nISTHMUS_ESTATE := {estate}\n" in plan


def test_an_environment_that_works_is_kept(project: Path) -> None:
    assert "rm -rf .venv" not in planned(project, "synth")


def test_a_copy_gets_an_environment_of_its_own(project: Path) -> None:
    copy = project.parent / f"{project.name}-copy"
    shutil.copytree(project, copy, symlinks=True)
    assert "rm -rf .venv" in planned(copy, "synth")


def test_an_environment_without_its_python_is_made_anew(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python")
    assert "rm -rf .venv" in planned(project, "synth")


def test_an_environment_that_is_out_of_date_is_brought_up_to_date(project: Path) -> None:
    lock = project / "uv.lock"
    os.utime(lock, (lock.stat().st_atime, (project / ".venv" / ".ready").stat().st_mtime + 10))
    plan = planned(project, "synth")
    assert "sync --frozen" in plan
    assert f"[ '{project}' = '{project}' ] || rm -rf .venv" in plan


@pytest.mark.parametrize("target", ["all", "synth", "show", "prove", "scan", "cost", "draw", "handover"])
def test_commands_of_users_need_no_tools_of_the_tests(project: Path, target: str) -> None:
    """mypy, moto and flask are in the group `dev`, which uv installs unless it is excluded."""
    os.utime(project / "uv.lock", (2e9, 2e9))
    syncs = [line for line in planned(project, target).splitlines() if "sync --frozen" in line]
    assert len(syncs) == 1
    assert syncs[0].endswith("--extra scan --no-dev --inexact")


@pytest.mark.parametrize("target", ["test", "lint", "types", "unit"])
def test_tests_need_everything(project: Path, target: str) -> None:
    os.utime(project / "uv.lock", (2e9, 2e9))
    *_, last = (line for line in planned(project, target).splitlines() if "sync --frozen" in line)
    assert "--no-dev" not in last


def test_a_release_needs_a_version(project: Path) -> None:
    assert "make release needs the version" in planned(project, "release")
    assert 'python -m release "1.2.0"' in planned(project, "release", "VERSION=1.2.0")


def test_help_names_every_target() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    targets = re.findall(r"^([a-z]+):", makefile, re.MULTILINE)
    printed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    assert [line.split()[1] for line in printed.splitlines()] == targets
    assert set(targets) <= set(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split())
    assert {"help", "diff", "cost", "draw", "handover"} <= set(targets)


def test_diff_compares_with_the_output_that_is_named(project: Path) -> None:
    assert "isthmus diff ../main/cdktf.out cdktf.out" in planned(project, "diff", "BASE=../main/cdktf.out")
    assert "make diff needs the other output" in planned(project, "diff")
