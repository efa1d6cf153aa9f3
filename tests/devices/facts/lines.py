"""The lines of a configuration with their parents, from parsers that are not ours: netutils and hier_config.

A line is `parent | parent | line`, without comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hier_config import Platform, get_hconfig
from netutils.config.parser import ASAConfigParser, FortinetConfigParser, IOSConfigParser

from isthmus.devices.device_files import ConfigurationFile

_NETUTILS = {"cisco-asa": ASAConfigParser, "cisco-ios-xe": IOSConfigParser, "fortinet-fortios": FortinetConfigParser}
_HIER_CONFIG = {
    "cisco-asa": Platform.CISCO_IOS,
    "cisco-ios-xe": Platform.CISCO_IOS,
    "juniper-junos": Platform.JUNIPER_JUNOS,
    "paloalto-pan-os": Platform.GENERIC,
    "vyos": Platform.VYOS,
}


def lines_of(platform: str, files: Iterable[ConfigurationFile]) -> list[str]:
    """The lines of all files."""
    found: list[str] = []
    for file in files:
        if platform in _NETUTILS:
            found += netutils_lines(platform, file.text)
        elif platform in _HIER_CONFIG:
            found += hier_config_lines(platform, file.text)
        else:  # strongSwan, FRRouting, nftables and Unbound: the lab and tests/devices/test_real_parsers.py run them
            found += (f"{file.name} | {line}" for line in _lines_in_braces(file.text))
    return found


def _lines_in_braces(text: str) -> Iterator[str]:
    """The lines with the blocks that they are in. Raises `AssertionError` for a wrong end."""
    blocks: list[str] = []
    for line in map(str.strip, filter(_says_something, text.splitlines())):
        if line == "}":
            assert blocks
            blocks.pop()
            continue
        yield " | ".join([*blocks, line])
        if line.endswith(" {"):
            blocks.append(line.removesuffix(" {"))
    assert not blocks


def netutils_lines(platform: str, text: str) -> list[str]:
    """The lines as netutils reads them."""
    parsed = _NETUTILS[platform](_without_comments(text)).config_lines
    return [_joined([*line.parents, line.config_line]) for line in parsed if _says_something(line.config_line)]


def hier_config_lines(platform: str, text: str) -> list[str]:
    """The lines as hier_config reads them. It refuses a line or block that occurs twice, and numbers access lists."""
    parsed = get_hconfig(_HIER_CONFIG[platform], _without_comments(text))
    return [re.sub(r"^(ip access-list .*) \| \d+ ", r"\1 | ", _joined(child.path())) for child in parsed.all_children()]


def has_hier_config(platform: str) -> bool:
    """Whether hier_config knows the syntax of a platform. It does not know two nested `next` of FortiOS."""
    return platform in _HIER_CONFIG


def _joined(parts: Iterable[str]) -> str:
    return " | ".join(part.strip() for part in parts)


def _says_something(line: str) -> bool:
    return bool(line.strip()) and line.strip()[0] not in "!#"


def _without_comments(text: str) -> str:
    return "".join(f"{line}\n" for line in text.splitlines() if _says_something(line))
