"""The command line as a process: what its exit code says when the terminal, the pipe or Isthmus itself fails."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli
from isthmus.commands import show
from tests.proof.estates import output, write

BROKEN = "stage_1_dev_only"


@pytest.fixture(scope="module")
def violated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output in which no subnet of dev has a route."""
    files: dict[str, Any] = dict(output(BROKEN))
    path = "stacks/dev/modules/spoke_dev/main.tf.json"
    files[path] = json.loads(files[path])
    del files[path]["resource"]["aws_route"]
    return write(files, tmp_path_factory.mktemp("violated"))


def isthmus(*words: object, shell: str) -> subprocess.CompletedProcess[str]:
    """`isthmus WORDS` inside a line of Bash, which sees it as `$RUN`."""
    command = " ".join([sys.executable, "-m", "isthmus", *map(str, words)])
    return subprocess.run(
        ["bash", "-c", shell], env={**os.environ, "RUN": command}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("form", [(), ("--json", "-"), ("--markdown", "-")])
def test_a_reader_that_leaves_early_does_not_turn_a_violation_into_a_yes(violated: Path, form: tuple[str, ...]) -> None:
    ran = isthmus("prove", violated, *form, shell="$RUN | head -c 10; exit ${PIPESTATUS[0]}")
    assert ran.returncode == 1
    assert ran.stderr == ""


def test_closed_standard_output_is_no_answer(violated: Path) -> None:
    ran = isthmus("prove", violated, shell="$RUN >&-")
    assert ran.returncode == 2
    assert ran.stderr == "isthmus: standard output is closed, so the answer cannot be written\n"


def test_closed_standard_error_changes_no_exit_code(violated: Path) -> None:
    assert isthmus("prove", violated, shell="$RUN 2>&-").returncode == 1
    assert isthmus("prove", "/nowhere", shell="$RUN 2>&-").returncode == 2


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk_is_no_answer(violated: Path) -> None:
    ran = isthmus("prove", violated, shell="$RUN > /dev/full")
    assert ran.returncode == 2
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_an_error_of_isthmus_itself_is_no_answer_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: object) -> int:
        raise LookupError("surprise")

    monkeypatch.setattr(show, "run", fails)
    assert cli.main(["show", "x"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("isthmus: this is a bug in Isthmus, not an answer: LookupError at test_process.py:")
    assert "Traceback" not in error
    monkeypatch.setenv("ISTHMUS_TRACEBACK", "1")
    cli.main(["show", "x"])
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(show, "run", stopped)
    assert cli.main(["show", "x"]) == 130
    assert capsys.readouterr().err == ""
