"""Where output leaves: through one screen and one outlet, never over an input, never in the place of a link."""

from __future__ import annotations

import ast
import io
import json
import os
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

import isthmus
from isthmus import cli
from isthmus.errors import CannotAnswer
from isthmus.text.console import Screen
from isthmus.text.error_messages import print_error
from isthmus.text.output_files import check_outputs, publish
from tests.hostile.hostile import ALL, faults
from tests.proof.estates import output, write

SOURCES = Path(isthmus.__file__).parent
# Which files may name what prints and writes; everything else goes through them.
ALLOWED = {
    "Console(": set(),
    "rewritten(": {"text/output_files.py", "scan/catalogue.py"},
    "sys.stdout": {"cli.py", "commands/completion.py", "text/broken_pipe.py", "text/output_files.py", "scan/worker.py"},
    "sys.stderr": {
        "cli.py",
        "text/error_messages.py",
        "text/broken_pipe.py",
        "text/progress.py",
        "text/verbose.py",
    },
    "print(": {
        "cli.py",
        "commands/adopt.py",
        "commands/handover.py",
        "commands/init.py",
        "commands/lab.py",
        "commands/upgrade.py",
        "lab/holder.py",  # to the process that started it, as JSON
        "commands/parser.py",
        "text/error_messages.py",
        "text/verbose.py",
    },
}


def _calls(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(f"{node.func.id}(")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys":
            found.add(f"sys.{node.attr}")
    return found


@pytest.mark.parametrize("what", ALLOWED)
def test_nothing_is_printed_or_written_but_through_the_screen_and_the_outlet(what: str) -> None:
    users = {path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*.py") if what in _calls(path)}
    assert users <= ALLOWED[what]


@pytest.mark.parametrize("colours", [None, "truecolor"])
def test_a_screen_shows_what_it_is_given_spelt_out(colours: str | None) -> None:
    written = io.StringIO()
    out = Screen(file=written, width=60, color_system=colours, force_terminal=colours is not None)
    table = Table(f"head{ALL}")
    table.add_row(Text(f"cell {ALL}", style="red"))
    for thing in (f"plain {ALL}", Text(ALL), table, Text(f"a {'x' * 50} ::error file=x::y")):
        out.print(thing)
    text = written.getvalue()
    assert r"\x1b[2J" in text.replace("\n", "")
    if colours is None:
        assert not [fault for fault in faults(text) if "PROVED" not in fault]
    else:
        assert "\x1b[31m" in text  # its own colours
        for obeyed in ("\x1b[2J", "\x1b]8", "\u202e", "\x00", "\x07"):
            assert obeyed not in text


def test_errors_are_spelt_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_error(f"isthmus: {ALL}\n    write: more")
    printed = capsys.readouterr().err
    assert not [fault for fault in faults(printed) if "PROVED" not in fault]
    assert printed.endswith("\n    write: more\n")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(output("stage_1_dev_only"), tmp_path_factory.mktemp("given"))


@pytest.mark.parametrize(
    "arguments",
    [
        "prove {x} --json {x}",
        "prove {x} --markdown {x}",
        "prove {x} --sarif {x}",
        "prove {out} --json {out}/intent.json",
        "prove {out} --json {out}/stacks/dev/main.tf.json",
        "prove {out} --json {out}/stacks/dev/new.tf.json",
        "prove {out} --intent {x} --json {x}",
        "diff {x} {out} --json {x}",
        "diff {out} {x} --markdown {x}",
        "diff {out} {out} --with {x} --markdown {x}",
        "draw {x} --into {x}",
        "draw {out} --diff {x} --into {x}",
        "cost {x} --json {x}",
        "cost {out} --traffic {x} --json {x}",
        "cost {out} --prices {x} --json {x}",
        "cost {out} --before {x} --markdown {x}",
        "scan {out} --json {out}/intent.json",
        "scan --plan {x} --sarif {x}",
        "scan {out} --waivers {x} --junit {x}",
        "prove {x} --json {up}/x.json",
    ],
)
def test_an_input_is_not_overwritten(
    arguments: str, given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"mine": 1}')
    (tmp_path / "sub").mkdir()
    before = {file: file.read_bytes() for file in given.rglob("*") if file.is_file()}
    filled = arguments.format(x=path, out=given, up=tmp_path / "sub" / "..")
    assert cli.main(filled.split()) == 2
    assert "is an input" in capsys.readouterr().err
    assert path.read_text() == '{"mine": 1}'
    assert {file: file.read_bytes() for file in given.rglob("*") if file.is_file()} == before


def test_two_outputs_are_two_files(tmp_path: Path) -> None:
    with pytest.raises(CannotAnswer, match="named for two outputs"):
        check_outputs([str(tmp_path / "a"), f"{tmp_path}/./a"], [])
    check_outputs([str(tmp_path / "a"), str(tmp_path / "b"), "-", "-", None], [tmp_path, None])


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_not_replaced(there: bool, tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    if there:
        target.write_text("mine")
    link.symlink_to(target)
    with pytest.raises(CannotAnswer, match=r"is a symbolic link to .*target\. Name the file itself"):
        check_outputs([str(link)], [])
    assert link.is_symlink()
    assert target.exists() is there


def test_devices_and_new_names_in_an_input_folder_may_be_written(given: Path, tmp_path: Path) -> None:
    check_outputs([os.devnull, str(given / "proof.json"), str(tmp_path / "new.json")], [given])
    publish(str(tmp_path / "new.json"), "json", [json.dumps({"a": "\x1b##vso[x"}, ensure_ascii=False)])
    text = (tmp_path / "new.json").read_text()
    assert json.loads(text) == {"a": "\x1b##vso[x"}
    assert not faults(text)
