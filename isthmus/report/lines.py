"""Where a resource is written: the file and the line of an address, in a folder of roots."""

from __future__ import annotations

import json
import os.path
import re
from pathlib import Path
from typing import NamedTuple

from isthmus.terraform.configuration import is_module, load_module

_STEP = re.compile(r"module\.([^.\[]+)(?:\[[^]]*\])?\.")
_RESOURCE = re.compile(r"(\w+)\.([\w-]+)(?:\[.*\])?")


class Line(NamedTuple):
    """A line of a file."""

    file: Path
    number: int


def line_of(folder: Path, address: str) -> Line | None:
    """The line that names a resource; None where the folder does not hold it.

    An address may begin with the name of a root, `network/module.hub.aws_vpc.this`.
    """
    root, _, within = address.rpartition("/")
    found = next((place for place in (folder / "stacks" / root, folder / root) if is_module(place)), None)
    while found is not None and (step := _STEP.match(within)):
        source = str(load_module(found).calls.get(step[1], {}).get("source", ""))
        found = Path(os.path.normpath(found / source)) if source.startswith(".") else None
        within = within[step.end() :]
    resource = _RESOURCE.fullmatch(within)
    if found is None or resource is None or resource[2] not in load_module(found).resources.get(resource[1], {}):
        return None
    # The type opens a block, and the name stands below it.
    below = re.compile(rf'"{resource[1]}":\s*\{{.*?"{re.escape(resource[2])}":', re.DOTALL)
    for file in sorted(found.glob("*.tf.json")):
        text = file.read_text(encoding="utf-8")
        held = json.loads(text).get("resource", {})
        if (not isinstance(held, dict) or resource[2] in held.get(resource[1], {})) and (written := below.search(text)):
            return Line(file, text.count("\n", 0, written.end()) + 1)
    return None
