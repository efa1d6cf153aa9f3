"""The check of retired words finds each of them in sentences, identifiers and file names, and none in quoted code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.words import retired
from tests.words.retired import NAMES, WORDS, below, files, in_code, in_file, in_sentence

SENTENCES = [
    "The site announces 10.0.0.0/8.",
    "nobody reaches it",
    "Whoever asks gets an answer.",
    "the role to whom it is given",
    "what the site is told",
    "AWS tells the site",
    "and its kin",
    "two tables stand beside each other",
    "an undrawn flow",
    "a way out, and other ways out",
    "a way in",
    "a way back",
    "a detour by a router",
    "the ephemeral ports of a host",
    "the bill of a month",
    "in doubt, it is unknown",
    "packets fare the same",
    "the ports of those it opens from",
    "somebody has to pay",
    "an unmodelled type",
    "a learnt route",
    "anybody may use it",
    "the rule stands in the table",
    "the policy lets in every role",
    "a route leads to it",
    "Of the rules, most are equivalent.",
    "the address thereof",
]


def words(line: str) -> list[str]:
    return [place.word for place in in_sentence("page.md", 1, line)]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_word_is_found_in_a_sentence_with_what_to_use(sentence: str) -> None:
    found = list(in_sentence("page.md", 3, sentence))
    assert found
    assert all(place.line == 3 and place.instead in WORDS.values() for place in found)
    assert [place.word for place in in_code("module.py", f'"""{sentence}"""\n')] == words(sentence)
    assert [place.word for place in in_code("module.py", f"# {sentence}\n")] == words(sentence)


def test_every_word_has_a_sentence() -> None:
    text = "\n".join(SENTENCES)
    assert [word for word in WORDS if not re.search(rf"\b({word})\b", text, re.IGNORECASE)] == []


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_word_is_not_found_in_quoted_code(sentence: str) -> None:
    assert words(f"the field `{sentence}` and {{{sentence}}}") == []
    assert words(f"https://example.com/{sentence.replace(' ', '-')}") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_as_a_part_of_an_identifier(name: str) -> None:
    for identifier in (name, f"is_{name}", f"_{name}_of", f"Is{name.capitalize()}", name.upper()):
        assert [place.word for place in in_code("module.py", f"{identifier} = 1\n")] == [identifier]
    assert list(in_code("module.py", f"x{name}x = 1\n")) == []


def test_a_name_is_found_in_the_name_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retired, "PROJECT", tmp_path)
    (tmp_path / "test_told.py").write_text("x = 1\n")
    (tmp_path / "test_flows.py").write_text("x = 1\n")
    assert [place.word for place in in_file("test_told.py")] == ["test_told.py"]
    assert not list(in_file("test_flows.py"))


def test_words_that_contain_a_retired_word_are_not_retired() -> None:
    assert (
        words("a kind of billing, a foretold outcome, the number of hosts, a stand-in for AWS, it stands in for it")
        == []
    )


def test_only_the_changelog_and_the_glossary_may_name_retired_words() -> None:
    assert {"CHANGELOG.md", "docs/reference/glossary.md"} == retired.EXCEPTIONS
    listed = set(files())
    assert {"README.md", "pyproject.toml", "isthmus/cli.py", "policies/waivers.toml", "tests/conftest.py"} <= listed
    assert not retired.EXCEPTIONS & listed


def test_a_path_limits_the_search() -> None:
    assert {place.file for place in below(["isthmus/files"])} <= {name for name in files() if "isthmus/files" in name}


def test_no_retired_word_is_left() -> None:
    assert [str(place) for place in below([])] == []
