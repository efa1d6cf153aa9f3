"""Configurations that are broken on purpose: a line is missing, a number or a word is another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hier_config.exceptions import DuplicateChildError

from isthmus.devices import Device
from isthmus.devices.device_files import ConfigurationFile
from tests.devices.facts import differences
from tests.devices.facts.lines import lines_of
from tests.devices.facts.table import FACTS
from tests.devices.parsed import stated
from tests.devices.readers import parsed
from tests.devices.references import broken_references

# Text for people: a device does not read it.
_FOR_PEOPLE = re.compile(r"^\s*[!#]|\b(?:remark|description|comments?)\b|^\s*$")
_OPPOSITES = {
    "permit": "deny",
    "accept": "drop",
    "allow": "deny",
    "enable": "disable",
    "yes": "no",
    "in": "out",
    "up": "down",
    "import": "export",
}
_OPPOSITES |= {value: key for key, value in _OPPOSITES.items() if value != "deny"} | {"deny": "permit"}
_WORD = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, _OPPOSITES))})(?![\w.-])")
_NUMBER = re.compile(r"\d+")


def places(files: Sequence[ConfigurationFile]) -> list[tuple[int, int]]:
    """The lines that a device reads: number of the file, number of the line."""
    return [
        (number, line)
        for number, file in enumerate(files)
        for line, text in enumerate(file.text.splitlines())
        if not _FOR_PEOPLE.search(text)
    ]


def mutants(
    files: Sequence[ConfigurationFile], place: tuple[int, int]
) -> Iterator[tuple[str, list[ConfigurationFile]]]:
    """All configurations with another line at a place, with a description."""
    number, line = place
    lines = files[number].text.splitlines()
    for changed in changed_lines(lines[line]):
        text = "".join(
            f"{one}\n" for one in [*lines[:line], *([] if changed is None else [changed]), *lines[line + 1 :]]
        )
        found = [*files]
        found[number] = replace(files[number], text=text)
        yield f"{files[number].name}: {lines[line].strip()} -> {'' if changed is None else changed.strip()}", found


def changed_lines(line: str) -> Iterator[str | None]:
    """What a line becomes; None: it is missing."""
    yield None
    for pattern in (_NUMBER, _WORD):
        for match in pattern.finditer(line):
            word = match[0]
            other = str(int(word) + 1) if word.isdecimal() else _OPPOSITES[word]
            yield line[: match.start()] + other + line[match.end() :]


def noticed(name: str, device: Device, files: Sequence[ConfigurationFile]) -> bool:
    """Whether the reader of a platform, a fact or a reference sees that the files are not those of the device.

    A reader may refuse a broken file with any of the errors below.
    """
    try:
        lines = lines_of(name, files)
        return (
            any(broken_references(name, lines))
            or any(differences(FACTS[name], device, lines))
            or parsed(name, files) != stated(device, name)
        )
    except (AssertionError, LookupError, TypeError, ValueError, DuplicateChildError):
        return True
