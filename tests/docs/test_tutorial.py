"""Step-by-step pages do what they show, and an output that differs is noticed."""

from pathlib import Path

import pytest

from tests.docs.tutorial import PAGES, changed, current


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_and_changes_give_what_is_shown(page: Path) -> None:
    """If it is wrong: `.venv/bin/python -m tests.docs.tutorial`, and read the difference."""
    assert page.read_text() == current(page)


def test_a_change_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("one\ntwo\n")
    changed(file, " one\n-two\n+three\n")
    assert file.read_text() == "one\nthree\n"
    with pytest.raises(AssertionError, match="0 times"):
        changed(file, "-two\n+four\n")
