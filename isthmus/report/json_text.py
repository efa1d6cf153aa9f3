"""The JSON format of all commands: one object that starts with the version of its schema and the command.

The schemas are in `isthmus/report/schemas`. `SCHEMA` is raised when a key is removed or changes its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["SCHEMA", "json_document", "json_text"]

SCHEMA = 1


def json_document(command: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """A document: the version of the schema, the command that wrote it, and its members."""
    return {"schema": SCHEMA, "command": command, **members}


def json_text(document: Mapping[str, Any]) -> Iterator[str]:
    """The text of a document in pieces. Joined they are one JSON object and a newline.

    A member that is an iterator is written as a list with one item to a line, while it is read: the flows of a
    thousand spokes are a million. A member may be a document too.
    """
    yield from _members(document)
    yield "\n"


def _members(document: Mapping[str, Any]) -> Iterator[str]:
    separator = "{"
    for key, value in document.items():
        yield f"{separator}\n{json.dumps(key)}: "
        separator = ","
        if isinstance(value, Iterator):
            yield from _items(value)
        elif isinstance(value, Mapping) and any(isinstance(member, Iterator) for member in value.values()):
            yield from _members(value)
        else:
            yield json.dumps(value, indent=1)
    yield "\n}"


def _items(items: Iterator[Any]) -> Iterator[str]:
    yield "[\n"
    between = ""
    for item in items:
        yield between + json.dumps(item)
        between = ",\n"
    yield "\n]"
