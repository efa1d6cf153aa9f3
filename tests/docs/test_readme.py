"""The README and other pages show current output."""

import re
import subprocess

import pytest

from isthmus.cli import main
from tests.docs.readme import PAGES, PROJECT, README, current, filtered


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_output_and_files_are_as_shown(page):
    """If it is wrong: `.venv/bin/python -m tests.docs.readme`, and read the difference."""
    assert page.read_text() == current(page)


def test_commands_that_are_named_exist(capsys):
    named = set(re.findall(r"^    isthmus (\w+) ", README.read_text(), re.MULTILINE))
    assert len(named) > 4
    for command in sorted(named):
        assert main([command, "--help"]) == 0
        assert command in capsys.readouterr().out


def test_make_targets_that_are_named_exist():
    named = set(re.findall(r"^    (make[^#\n]*)", README.read_text(), re.MULTILINE))
    assert len(named) >= 2
    for command in named:
        # `make --dry-run` fails for a target that does not exist.
        ran = subprocess.run([*command.split(), "--dry-run"], cwd=PROJECT, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        for example in re.findall(r"ESTATE=([\w.]+)", command):
            assert (PROJECT / (example.replace(".", "/") + ".py")).is_file()


def test_filters_are_those_of_the_shell():
    lines = "one\ntwo\nthree\nfour\n"
    assert filtered(lines, ["head -2"]) == "one\ntwo\n"
    assert filtered(lines, ["tail -n +3"]) == "three\nfour\n"
    assert filtered(lines, ["grep -A 1 tw", "head -1"]) == "two\n"
    with pytest.raises(AssertionError, match="no such filter"):
        filtered(lines, ["sort"])
