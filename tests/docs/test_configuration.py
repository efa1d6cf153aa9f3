"""The page about the configuration names every key, and its example is accepted."""

from __future__ import annotations

import re
from pathlib import Path

from isthmus.commands.project_settings import KEYS, read_configuration
from tests.docs.configuration import DOCUMENT, page


def test_the_page_is_current() -> None:
    assert DOCUMENT.read_text() == page()


def test_the_example_is_accepted(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert example
    (tmp_path / "pyproject.toml").write_text(example[1])
    found = read_configuration(str(tmp_path / "pyproject.toml"))
    assert {"path", *found.flags} <= set(KEYS)
    assert found.flags["advertises"] == ["vpn-dc1=10.0.0.0/8,172.16.0.0/12"]


def test_each_example_of_a_key_is_accepted(tmp_path: Path) -> None:
    for name, key in KEYS.items():
        (tmp_path / "pyproject.toml").write_text(f"[tool.isthmus]\n{name} = {key.example}\n")
        found = read_configuration(str(tmp_path / "pyproject.toml"))
        assert found.paths if name == "path" else name in found.flags
