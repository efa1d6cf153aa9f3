"""Whatever the texts of an input hold: nothing that a terminal, a CI server or a page obeys leaves any command."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus import cli
from isthmus.report.markdown import code, escape
from isthmus.text.printable import printable, shown, shown_json, uncommanded
from tests.hostile.hostile import ALL, PARTS, faults, folder_with, plan_with, write

Change = Callable[[str, tuple[str, ...]], str]

_TEXTS = {"tags", "tags_all", "description", "name", "comment", "device_name", "domain_name"}
_SHAPE = {"format_version", "mode", "type", "actions", "module_address", "source", "terraform_version"}


def _texts(text: str, path: tuple[str, ...]) -> str:
    """What people write freely: tags, names in AWS, descriptions."""
    inside = {"values", "after", "before", "resource"} & set(path)
    return text + ALL if inside and _TEXTS & set(path) and path[-1] != "source" else text


def _values(text: str, path: tuple[str, ...]) -> str:
    """Every text of every resource, so that nothing resolves."""
    return text + ALL if {"values", "after", "before", "resource"} & set(path) else text


def _addresses(text: str, path: tuple[str, ...]) -> str:
    return text + ALL if path[-1:] in (("address",), ("name",), ("index",)) else text


def _everything(text: str, path: tuple[str, ...]) -> str:
    return text + ALL if not _SHAPE & set(path[-1:]) else text


CHANGES = {"texts": _texts, "values": _values, "addresses": _addresses, "everything": _everything}


def _printed(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> Iterator[tuple[str, str]]:
    code = cli.main([str(argument) for argument in arguments])
    out, err = capfd.readouterr()
    assert code in (0, 1, 2), err
    assert "this is a bug" not in err, err
    yield f"{arguments[0]}, standard output", out
    yield f"{arguments[0]}, standard error", err


def _commands(capfd: pytest.CaptureFixture[str], given: list[Path], into: Path) -> Iterator[tuple[str, str]]:
    """What the commands print and write for some inputs."""
    yield from _printed(capfd, "prove", *given, "--json", into / "p.json", "--markdown", into / "p.md")
    yield from _printed(capfd, "prove", *given, "--no-scenarios", "--sarif", into / "p.sarif")
    yield from _printed(capfd, "trace", *given, "--from", "dev", "--to", "internet")
    yield from _printed(capfd, "trace", *given, "--from", f"nowhere{PARTS[0]}", "--to", "10.1.0.1")
    yield from _printed(capfd, "diff", given[0], given[-1], "--json", into / "d.json", "--markdown", into / "d.md")
    if given[0].is_file():
        yield from _printed(capfd, "diff", given[0])
    yield from _printed(capfd, "draw", *given)
    yield from _printed(capfd, "draw", *given, "--markdown", "--into", into / "d.mmd")
    yield from _printed(capfd, "report", *given, "--before", given[0], "--html", into / "r.html")
    yield from _printed(capfd, "cost", *given, "--json", into / "c.json", "--markdown", into / "c.md")


def _assert_harmless(written: Iterator[tuple[str, str]], into: Path, markdown_on_stdout: tuple[str, ...] = ()) -> None:
    for what, text in written:
        assert not faults(text, breaks=what.startswith(markdown_on_stdout) and bool(markdown_on_stdout)), what
    for path in sorted(into.iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not faults(text, breaks=path.suffix == ".md"), path.name
        if path.suffix in (".json", ".sarif"):
            json.loads(text)


@pytest.mark.parametrize("name", CHANGES)
def test_plans(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = {f"{root}.json": plan for root, plan in plan_with(CHANGES[name]).items()}
    folder = write(files, tmp_path / "in")
    (tmp_path / "out").mkdir()
    _assert_harmless(_commands(capfd, sorted(folder.iterdir()), tmp_path / "out"), tmp_path / "out")


@pytest.mark.parametrize("name", ["texts", "values"])
def test_folders(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder, into = write(folder_with(CHANGES[name]), tmp_path / "in"), tmp_path / "out"
    into.mkdir()
    _assert_harmless(_commands(capfd, [folder], into), into)
    _assert_harmless(_printed(capfd, "show", folder), into)
    _assert_harmless(_printed(capfd, "handover", folder), into, ("handover",))


def test_what_is_hostile_is_seen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The names of an input are in the output, spelt out: the tests above see them."""
    plan = plan_with(_texts)["network"]
    path = write({"network.json": plan}, tmp_path) / "network.json"
    cli.main(["prove", str(path)])
    out, _ = capfd.readouterr()
    assert r"\x1b[2J" in out
    assert r"\u202e" in out


@given(st.lists(st.sampled_from([*"a :#\n\r\x1b\u202e[.;", "::error::", "##[", "##vso["]), max_size=20).map("".join))
def test_no_text_is_a_command_once_it_is_shown(text: str) -> None:
    assert not [fault for fault in faults(shown(text)) if "PROVED" not in fault]
    assert shown(shown(text)) == shown(text)
    assert "\n" not in printable(text, 1000)
    assert not [fault for fault in faults(f"a {printable(text, 1000)}") if "a command" not in fault]


@given(st.text(max_size=60) | st.lists(st.sampled_from(PARTS), max_size=6).map("".join))
def test_json_says_the_same_once_it_is_shown(text: str) -> None:
    for written in (json.dumps([text]), json.dumps([text], ensure_ascii=False, indent=1)):
        assert json.loads(shown_json(written)) == [text]
        assert not faults(shown_json(written))


def test_ordinary_text_is_left_alone() -> None:
    for text in ("dev: 10.0.0.0/8 -> ::/0\n::1/128\n  ::ffff:10.0.0.1", "Zürich, 東京 «é»", "a::b # c ## d"):
        assert shown(text) == uncommanded(text) == text


_ACTIVE = re.compile(r"(?<!\\)[`*_\[\]|#~$]|[<>]|&(?!amp;|lt;|gt;)|@(?!\u200b)|#(?!\u200b)|://|www\.", re.IGNORECASE)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=5), max_size=8).map("".join))
def test_nothing_is_markup_in_markdown(text: str) -> None:
    escaped = escape(text)
    assert not _ACTIVE.search(escaped.replace("\\\\", "")), escaped
    assert not faults(uncommanded(f"- {escaped}"), breaks=True)
    spelt = code(text)
    assert spelt[1:-1].count("`") == 0
    assert "|" not in spelt
    assert not faults(uncommanded(f"- {spelt}"))


@pytest.mark.parametrize("name", ["texts", "everything"])
def test_scans(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write({"network.json": plan_with(CHANGES[name])["network"]}, tmp_path) / "network.json"
    into = tmp_path / "out"
    into.mkdir()
    reports = [f"--{form}={into / name}" for form, name in _REPORTS.items()]
    _assert_harmless(_printed(capfd, "scan", "--plan", path, "--policies", "policies", *reports), into)
    if (into / "s.xml").exists():
        ElementTree.parse(into / "s.xml")


_REPORTS = {"json": "s.json", "markdown": "s.md", "sarif": "s.sarif", "junit": "s.xml"}


def test_random_places(capfd: pytest.CaptureFixture[str]) -> None:
    """Any of the parts, in any of the texts."""

    @settings(max_examples=6)
    @given(st.integers(0, 2**32))
    def check(seed: int) -> None:
        random = Random(seed)

        def change(text: str, path: tuple[str, ...]) -> str:
            hit = random.random() < 0.2
            return text + random.choice(PARTS) if hit and not _SHAPE & set(path[-1:]) else text

        with TemporaryDirectory() as folder:
            into = Path(folder) / "out"
            into.mkdir()
            plan = write({"network.json": plan_with(change)["network"]}, Path(folder)) / "network.json"
            _assert_harmless(_commands(capfd, [plan], into), into)

    check()
