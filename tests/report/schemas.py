"""The published JSON Schemas, and validation of documents against them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

Schema = dict[str, Any]
COMMANDS = ("cost", "diff", "handover", "lab", "prove", "review", "scan", "show", "steps", "trace")
SHARED = "common.schema.json"


@cache
def schema(name: str) -> Schema:
    """A schema by its file name."""
    read: Schema = json.loads((files("isthmus.report") / "schemas" / name).read_text(encoding="utf-8"))
    return read


@cache
def validator(command: str) -> Draft202012Validator:
    """The validator of the documents of a command."""
    names = (SHARED, *(f"{each}.schema.json" for each in COMMANDS))
    registry: Registry[Any] = Registry().with_resources((name, Resource.from_contents(schema(name))) for name in names)
    return Draft202012Validator(schema(f"{command}.schema.json"), registry=registry)


def faults(document: Any) -> list[str]:
    """What a document has that its schema does not allow, a line each. The document names its command."""
    return [f"{error.json_path}: {error.message}" for error in validator(document["command"]).iter_errors(document)]


def objects(part: Any) -> Iterator[Schema]:
    """Every object type of a schema."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for value in part.values():
            yield from objects(value)
    elif isinstance(part, list):
        for value in part:
            yield from objects(value)
