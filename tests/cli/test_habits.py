"""What people type every day: no arguments, no path, a misspelled word, the tab key."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus import cli
from isthmus.commands import COMMANDS
from isthmus.commands.completion import SHELLS
from tests.proof.estates import output, write

YES, NO_ANSWER = 0, 2


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A correct output, in a folder called cdktf.out."""
    return write(output("stage_1_dev_only"), tmp_path_factory.mktemp("estate") / "cdktf.out")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_no_arguments_print_the_help_and_are_no_yes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys)
    assert (code, err) == (NO_ANSWER, "")
    assert out == run(capsys, "--help")[1]
    assert all(f"\n    {command}" in out for command in COMMANDS)


READING = [
    ["prove"],
    ["show"],
    ["cost"],
    ["draw"],
    ["trace", "--from", "dev", "--to", "internet"],
]


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_without_a_path_the_default_output_is_read(
    command: list[str], good: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    monkeypatch.chdir(good.parent)
    name, *options = command
    assert run(capsys, *command) == run(capsys, name, "cdktf.out", *options)
    assert run(capsys, *command)[0] == YES


@pytest.mark.parametrize("command", [*READING, ["scan"], ["handover"]], ids=lambda command: command[0])
def test_without_a_path_and_an_output_the_message_says_what_to_write(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *command)
    assert (code, out) == (NO_ANSWER, "")
    assert f"no path is given, and there is no cdktf.out in {tmp_path}" in err
    assert "write: a path after the command, or synthesize first: python main.py" in err
    monkeypatch.setenv("CDKTF_OUTDIR", "elsewhere")
    assert "CDKTF_OUTDIR names elsewhere, which does not exist" in run(capsys, *command)[2]


def test_the_variable_of_synthesis_names_the_default(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", str(good))
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "prove")[0] == YES


def test_an_output_file_never_replaces_the_default_input(
    good: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    monkeypatch.chdir(good.parent)
    before = (good / "intent.json").read_bytes()
    code, _, err = run(capsys, "prove", "--json", "cdktf.out/intent.json")
    assert code == NO_ANSWER
    assert "is an input (cdktf.out)" in err
    assert (good / "intent.json").read_bytes() == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("prvoe", "isthmus: there is no command prvoe; did you mean prove?"),
        ("hand-over x", "isthmus: there is no command hand-over; did you mean handover?"),
        ("PROVE x", "isthmus: there is no command PROVE; did you mean prove?"),
        ("xyzzy", "isthmus: there is no command xyzzy\n"),
        (".", "isthmus: there is no command .. Write a command before the path: isthmus prove ."),
        ("--verison", "isthmus: there is no option --verison; did you mean --version?"),
        ("prove x --jsno f", "isthmus prove: there is no option --jsno; did you mean --json?"),
        ("prove x --jsno=f", "isthmus prove: there is no option --jsno; did you mean --json?"),
        ("trace --form dev", "isthmus trace: there is no option --form; did you mean --from?"),
        ("prove x -k", "isthmus prove: there is no option -k\n"),
        ("show a b", "isthmus show: unexpected argument: b"),
    ],
)
def test_a_misspelled_word_is_an_error_that_names_the_nearest(
    given: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *given.split())
    assert (code, out) == (NO_ANSWER, "")
    assert message in err
    assert "\nTry: isthmus" in err


def test_values_that_look_like_options_are_not_misspelled(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no such location" not in run(capsys, "trace", "nowhere", "--from", "-1", "--to", "- -x")[2]
    assert "no option" not in run(capsys, "trace", "nowhere", "--from", "-1", "--to", "- -x")[2]
    assert "no option" not in run(capsys, "prove", "--", "--nowhere")[2]


def completed(script: str, *words: str) -> set[str]:
    """What bash offers after these words, from the real completion function."""
    played = (
        f"{script}\nCOMP_WORDS=({shlex.join(words)})\nCOMP_CWORD={len(words) - 1}\n"
        f'_shtab_isthmus isthmus "{words[-1]}" "{words[-2]}"\nprintf "%s\\n" "${{COMPREPLY[@]}}"\n'
    )
    done = subprocess.run(["bash", "--norc", "-c", played], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_bash_completes_commands_and_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, script, err = run(capsys, "completion", "bash")
    assert (code, err) == (YES, "")
    assert completed(script, "isthmus", "pro") == {"prove"}
    assert set(COMMANDS) <= completed(script, "isthmus", "")
    assert completed(script, "isthmus", "prove", "--js") == {"--json"}
    assert "--from" not in completed(script, "isthmus", "prove", "--")
    assert completed(script, "isthmus", "completion", "ba") == {"bash"}
    (tmp_path / "plan.json").touch()
    monkeypatch.chdir(tmp_path)
    assert completed(script, "isthmus", "prove", "pl") == {"plan.json"}


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "completion", shell)
    assert code == YES
    assert all(command in out for command in COMMANDS)


def test_completion_is_not_loaded_by_other_commands() -> None:
    script = "import sys; from isthmus.cli import main; main(['--help']); sys.exit('shtab' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0
