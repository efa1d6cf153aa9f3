"""The how-to page and the READMEs of the platforms name what you have to replace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from isthmus.platforms import platform, platform_names
from tests.devices.facts.lines import lines_of
from tests.devices.golden import CASES, golden_devices, golden_files

PAGE = Path(__file__).parents[2] / "docs/how-to/configure-the-device.md"
# Words in capitals that a device does not know. Names of our own begin with ISTHMUS.
_WORD = re.compile(r"(?<![\w-])((?:OUTSIDE|INSIDE)(?:_[A-Z]+)?|[A-Z]+_ROUTER)(?![\w-])")


def words_to_replace(name: str) -> set[str]:
    found: set[str] = set()
    for case in CASES:
        for device in golden_devices(case):
            found |= {
                word for line in lines_of(name, golden_files(case, name, device.name)) for word in _WORD.findall(line)
            }
    return found


@pytest.mark.parametrize("name", platform_names())
def test_the_page_names_the_words_to_replace(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = page[page.index("| platform | words |") :]
    match = re.search(rf"^\| `{name}` \| (.*) \|$", table, re.MULTILINE)
    assert match
    assert set(re.findall(r"`(\w+)`", match[1])) == words_to_replace(name)


@pytest.mark.parametrize("name", platform_names())
def test_the_readme_and_the_first_comments_name_the_words_to_replace(name: str) -> None:
    readme = (platform(name).folder / "README.md").read_text(encoding="utf-8")
    for word in words_to_replace(name):
        assert word in readme
    for case, device in (("environments", "infra-dc1-01"), ("stage_10", "plant-01")):
        files = golden_files(case, name, device)
        comments = "".join(line for file in files for line in file.text.splitlines() if line.strip()[:1] in ("#", "!"))
        used = {word for line in lines_of(name, files) for word in _WORD.findall(line)}
        assert used <= words_to_replace(name)
        assert all(word in comments for word in used)


def test_the_page_names_every_platform_in_each_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in platform_names():
        assert len(re.findall(rf"^\| `{name}` \|", page, re.MULTILINE)) == 3
