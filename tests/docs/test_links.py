"""Every link of the documentation leads to a page and a heading, and every page is linked from the site's index."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.docs.links import DOCS, PAGES, anchors, broken
from tests.docs.readme import PROJECT

CONFIG: dict[str, Any] = tomllib.loads((PROJECT / "zensical.toml").read_text())["project"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_have_targets(page: Path) -> None:
    assert list(broken(page)) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# One two\n")
    page = tmp_path / "a.md"
    page.write_text("[1](b.md) [2](c.md) [3](b.md#one-two) [4](b.md#three) [5](#four) `[6](d.md)` [7](https://x.org)\n")
    assert list(broken(page)) == ["c.md: no such file", "b.md#three: no such heading", "#four: no such heading"]


def test_anchors_are_those_of_headings() -> None:
    assert anchors("# A `b`, c\n```\n# no\n```\n## D_e-f\n") == {"a-b-c", "d_e-f"}
    assert anchors("# one - two\n") == set()  # GitHub joins with three hyphens, the site with one


def test_every_page_has_one_title() -> None:
    for page in DOCS.rglob("*.md"):
        text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
        assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1, page


def _listed(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        for value in entry.values():
            if isinstance(value, str):
                yield value
            else:
                yield from _listed(value)


def test_the_navigation_lists_every_page_once() -> None:
    assert sorted(_listed(CONFIG["nav"])) == sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))


@pytest.mark.skipif(find_spec("zensical") is None, reason="zensical is not installed: uv sync --group docs")
def test_the_site_is_built_strictly(tmp_path: Path) -> None:
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(PROJECT / "zensical.toml", tmp_path)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, re.sub(r"\x1b\[[\d;]*m", "", ran.stdout + ran.stderr)
    assert (tmp_path / "site/index.html").is_file()
