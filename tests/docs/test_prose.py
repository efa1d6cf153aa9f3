"""The documentation is plain: short sentences, one form of each term, and what proselint finds."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.docs.prose import LONGEST_SENTENCE, WRITTEN, paragraphs, sentences, too_long, wrong_terms
from tests.docs.readme import PROJECT

pages = pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(PROJECT)))


@pages
def test_sentences_are_short(page: Path) -> None:
    assert list(too_long(page)) == []


@pages
def test_terms_have_one_form(page: Path) -> None:
    assert list(wrong_terms(page)) == []


def test_code_and_tables_are_no_prose_and_a_link_is_its_text() -> None:
    text = (
        "# One\n\nSee `a b` and [two\nthree](x.md).\n\n    code\n\n| table |\n\n- an item\n  of two lines\n- another\n"
    )
    assert list(paragraphs(text)) == ["One", "See X and two three.", "an item of two lines", "another"]
    assert list(sentences("One two. Three: four\n")) == ["One two.", "Three:", "four"]


def test_a_long_sentence_and_a_wrong_term_are_found(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text(f"{'word ' * (LONGEST_SENTENCE + 1)}.\n\nA data centre.\n")
    assert len(list(too_long(page))) == 1
    assert [found.partition(":")[0] for found in wrong_terms(page)] == ["'data centre'"]


# Typography takes straight quotes for errors, and repetition reads a title together with the first word of its text.
IGNORED = ("typography.", "lexical_illusions")
FOUND = re.compile(r"\.md:\d+:\d+: (.*)")


@pytest.mark.skipif(find_spec("proselint") is None, reason="proselint is not installed: uv sync --group docs")
def test_proselint_finds_nothing(tmp_path: Path) -> None:
    for number, page in enumerate(WRITTEN):
        (tmp_path / f"{number}-{page.name}").write_text("\n\n".join(paragraphs(page.read_text())))
    (tmp_path / "bad.md").write_text("This is very unique.\n")
    command = [sys.executable, "-m", "proselint", "-o", "compact", "check", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (ran.stdout + ran.stderr).splitlines()
    found = [line for line in lines if (match := FOUND.search(line)) and not match[1].startswith(IGNORED)]
    assert any("bad.md" in line for line in found), lines
    assert [line for line in found if "bad.md" not in line] == []
