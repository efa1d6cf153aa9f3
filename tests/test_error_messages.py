"""Error messages are wrapped to the terminal without losing text."""

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.text.error_messages import fitted, print_error

WORDS = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=30)
LINES = st.builds(
    lambda head, words: head + " ".join(words),
    st.sampled_from(["", "  ", "    write: ", "    why:   "]),
    st.lists(WORDS, min_size=1, max_size=30),
)


@given(st.lists(LINES, min_size=1, max_size=5), st.integers(40, 120))
def test_it_says_the_same_in_lines_that_fit(lines: list[str], width: int) -> None:
    text = "\n".join(lines)
    broken = fitted(text, width)
    assert broken.split() == text.split()
    assert all(len(line) <= width or len(line.split()) == 1 for line in broken.splitlines())


def test_what_follows_stays_to_the_right_of_its_label() -> None:
    assert fitted("  a b\n    why:   one two three", 17) == "  a b\n    why:   one\n           two\n           three"


@pytest.mark.parametrize(("people", "lines"), [(True, 2), (False, 1)])
def test_it_is_fitted_for_people_alone(monkeypatch: pytest.MonkeyPatch, people: bool, lines: int) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    heard = io.StringIO()
    monkeypatch.setattr(heard, "isatty", lambda: people, raising=False)
    monkeypatch.setattr(sys, "stderr", heard)
    print_error("a sentence of more than twenty")
    assert len(heard.getvalue().splitlines()) == lines
