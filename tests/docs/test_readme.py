"""What the README and other pages show is what happens."""

import re
import subprocess

import pytest

from isthmus.cli import main
from tests.docs.readme import PAGES, PROJECT, README, current

TEXTS = sorted([README, *PROJECT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_output_and_files_are_as_shown(page):
    """If it is wrong: `.venv/bin/python -m tests.docs.readme`, and read the difference."""
    assert page.read_text() == current(page)


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(text):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text.read_text()):
        if not target.startswith(("http:", "https:")):
            assert (text.parent / target).exists(), target


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_to_headings(text):
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", text.read_text()):
        page = (text.parent / target) if target else text
        if not target.startswith(("http:", "https:")) and page.suffix == ".md":
            assert anchor in anchors(page.read_text()), f"{target}#{anchor}"


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    prose = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_anchors_are_those_of_headings():
    assert anchors("# A `b`, c\n```\n# no\n```\n## D_e-f\n") == {"a-b-c", "d_e-f"}


def test_commands_that_are_named_exist(capsys):
    named = set(re.findall(r"^    isthmus (\w+) ", README.read_text(), re.MULTILINE))
    assert len(named) > 4
    for command in sorted(named):
        assert main([command, "--help"]) == 0
        assert command in capsys.readouterr().out


def test_make_targets_that_are_named_exist():
    named = set(re.findall(r"^    (make[^#\n]*)", README.read_text(), re.MULTILINE))
    assert len(named) >= 5
    for command in named:
        # `make --dry-run` fails for a target that does not exist.
        ran = subprocess.run([*command.split(), "--dry-run"], cwd=PROJECT, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        for example in re.findall(r"ESTATE=([\w.]+)", command):
            assert (PROJECT / (example.replace(".", "/") + ".py")).is_file()
