"""Where a resource is written: the file and the line of an address, in a folder of roots."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from isthmus.terraform.configuration import is_module, load_module
from isthmus.terraform.documents import contents

_STEP = re.compile(r"module\.([^.\[]+)(?:\[[^]]*\])?\.")
_RESOURCE = re.compile(r"(\w+)\.([\w-]+)(?:\[.*\])?")
# Tokens of valid JSON: strings and brackets. Between them are numbers, words and white space.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}\n]')


class SourceLine(NamedTuple):
    """A line of a file."""

    file: Path
    number: int


class SourceLines:
    """The lines of the resources in a folder. Each module is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._calls: dict[Path, Mapping[str, str]] = {}
        self._written: dict[Path, Mapping[tuple[str, str], SourceLine]] = {}

    def of(self, address: str) -> SourceLine | None:
        """The line that names a resource; None where the folder does not hold it.

        An address may begin with the name of a root, `network/module.hub.aws_vpc.this`. Raises `UnreadableTerraform`.
        """
        root, _, within = address.rpartition("/")
        found = next((place for place in (self.folder / "stacks" / root, self.folder / root) if is_module(place)), None)
        while found is not None and (step := _STEP.match(within)):
            source = self._sources(found).get(step[1], "")
            found = Path(os.path.normpath(found / source)) if source.startswith(".") else None
            within = within[step.end() :]
        resource = _RESOURCE.fullmatch(within)
        if found is None or resource is None:
            return None
        self._sources(found)
        return self._written[found].get((resource[1], resource[2]))

    def _sources(self, folder: Path) -> Mapping[str, str]:
        if folder not in self._calls:
            module = load_module(folder)
            self._calls[folder] = {name: str(call.get("source", "")) for name, call in module.calls.items()}
            self._written[folder] = {
                place: SourceLine(file, number)
                for file in sorted(folder.glob("*.tf.json"), reverse=True)
                for place, number in _resources(contents(file).decode("utf-8-sig"))
                if place[1] in module.resources.get(place[0], {})
            }
        return self._calls[folder]


def _resources(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    """Type and name of each resource of a `*.tf.json` file, and the line of its name. Lists are no level of labels."""
    path: list[str] = []
    key, line = "", 1
    for token in _TOKEN.finditer(text):
        found = token[0]
        if found == "\n":
            line += 1
        elif found == "{":
            path.append(key)
        elif found == "}":
            key = path.pop()  # in a list, the next object has the same one
        elif token[1] is not None:
            key = found[1 : found.index('"', 1)]
            if len(path) == 3 and path[1] == "resource":
                yield (path[2], key), line
            line += token[1].count("\n")
