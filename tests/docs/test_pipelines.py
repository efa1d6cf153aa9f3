"""The pages on pipelines show the files of examples/pipelines as they are, and all workflows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pipelines import PAGES, current, shown
from tests.docs.readme import PROJECT


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_are_as_shown(page: Path) -> None:
    """If it is wrong: `.venv/bin/python -m tests.docs`, and read the difference."""
    assert page.read_text() == current(page)


def test_every_pipeline_is_shown() -> None:
    found = {path for path in (PROJECT / "examples/pipelines").rglob("*") if path.is_file() and path.suffix != ".py"}
    assert shown() == {str(path.relative_to(PROJECT)) for path in found if "__pycache__" not in path.parts}
