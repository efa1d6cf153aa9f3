"""The structure of the golden files, as parsers see it that are not ours: netutils and hier_config."""

from __future__ import annotations

import re

import pytest
from hier_config.exceptions import DuplicateChildError

from isthmus.platforms import platform_names
from tests.devices.facts.lines import has_hier_config, hier_config_lines, lines_of, netutils_lines
from tests.devices.golden import CASES, golden_devices, golden_files, platforms_for
from tests.devices.references import REFERENCES, broken_references

# hier_config leaves out remarks of IOS and ends of sections, which netutils keeps.
_ENDS = re.compile(r"(?:^|\| )(?:end|exit-address-family)$|\| remark ")

CASE = "allowed_connections"
# Comments, and lines of FortiOS that netutils leaves out.
_SILENT = re.compile(r"^ +(?:[!#]|next$|end$)")


def texts(name: str) -> list[str]:
    return [
        "".join(file.text for file in golden_files(case, name, device.name))
        for case in CASES
        for device in golden_devices(case)
        if name in platforms_for(device)
    ]


@pytest.mark.parametrize("name", ["cisco-asa", "cisco-ios-xe"])
def test_two_parsers_see_the_same_lines_under_the_same_parents(name: str) -> None:
    for text in texts(name):
        one, two = (
            [line for line in found if not _ENDS.search(line)]
            for found in (netutils_lines(name, text), hier_config_lines(name, text))
        )
        assert sorted(one) == sorted(two)
        assert any(line.count(" | ") == 2 for line in one)


@pytest.mark.parametrize("name", [name for name in platform_names() if has_hier_config(name)])
def test_no_line_and_no_block_occurs_twice(name: str) -> None:
    """hier_config refuses a line that occurs twice under one parent."""
    for text in texts(name):
        assert hier_config_lines(name, text)
        lines = [line for line in text.splitlines() if line and line[0] not in " !#"]
        with pytest.raises(DuplicateChildError):
            hier_config_lines(name, f"{text}{lines[3]}\n{lines[3]}\n")


@pytest.mark.parametrize("name", ["cisco-asa", "cisco-ios-xe", "fortinet-fortios"])
def test_every_indented_line_has_a_parent(name: str) -> None:
    for text in texts(name):
        found = netutils_lines(name, text)
        indented = [line for line in text.splitlines() if line.startswith(" ") and not _SILENT.search(line)]
        assert len(indented) <= sum(" | " in line for line in found)


@pytest.mark.parametrize("name", platform_names())
def test_what_is_used_is_defined_and_what_is_defined_is_used(name: str) -> None:
    for case in CASES:
        for device in golden_devices(case):
            lines = lines_of(name, golden_files(case, name, device.name))
            assert list(broken_references(name, lines)) == []


@pytest.mark.parametrize("name", platform_names())
def test_every_kind_of_name_occurs(name: str) -> None:
    """Without a definition of it, each kind is broken in a case."""
    places = [("environments", "infra-dc1-01"), ("stage_7", "infra-dc1-01"), ("stage_10", "plant-01")]
    places += [(CASE, device) for device in ("branch-01", "infra-dc1-01")]
    everything = [lines_of(name, golden_files(case, name, device)) for case, device in places]
    for kind in REFERENCES[name]:
        found = [broken for lines in everything for broken in broken_references(name, _without(kind.defined, lines))]
        assert any(broken.startswith(f"{kind.name} ") for broken in found), kind


def _without(pattern: str, lines: list[str]) -> list[str]:
    return [line for line in lines if not re.search(pattern, line)]
