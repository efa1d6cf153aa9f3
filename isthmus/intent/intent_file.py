"""`intent.json`: the intent of an output, with references by name and a versioned schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from isthmus.intent.argument_errors import path
from isthmus.intent.errors import UnknownSchema
from isthmus.intent.estate import Estate
from isthmus.intent.model import with_place
from isthmus.intent.source_positions import objects, parsed_positions, positions, with_positions

SCHEMA = "isthmus-intent/1"
POSITIONS = "positions"
_ESTATE = TypeAdapter(Estate)
_SHOWN = 5


def to_document(estate: Estate, folders: Sequence[Path] = ()) -> dict[str, Any]:
    """The estate as plain data for JSON: names, numbers and texts, without absolute paths and times.

    `folders` are project folders: the positions of objects in their files are in the document too.
    """
    document = {"schema": SCHEMA, "estate": _ESTATE.dump_python(estate, mode="json")}
    found = positions(estate, folders) if folders else {}
    return {**document, POSITIONS: found} if found else document


def from_document(text: str | bytes, name: str = "intent.json") -> Estate:
    """The estate of an `intent.json`. Error messages use `name`; `place_of` gives paths inside the document.

    `position_of` gives the line of the program that created an object, if the document says it.
    Raises `UnknownSchema` for a document that this release cannot read, with the path and the error.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnknownSchema(f"{name} is not JSON: {error}. Synthesize again.") from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise UnknownSchema(f"{name} has schema {schema!r}, this release reads {SCHEMA!r}. Synthesize again.")
    try:
        estate = _ESTATE.validate_json(json.dumps(document.get("estate")))
    except ValidationError as error:
        raise UnknownSchema(_explain(name, error)) from None
    for at, thing in objects(estate):
        with_place(thing, f"intent.json, {at}")
    try:
        return with_positions(estate, parsed_positions(document.get(POSITIONS, {})))
    except ValueError as error:
        raise UnknownSchema(f"{name} is damaged. Synthesize again.\n  {POSITIONS}: {error}") from None


def _explain(name: str, error: ValidationError) -> str:
    details = error.errors(include_url=False, include_context=False)
    lines = []
    for detail in details[:_SHOWN]:
        message = detail["msg"][0].lower() + detail["msg"][1:]
        lines.append(f"  {path(('estate', *detail['loc']))}: {message}")
    if len(details) > _SHOWN:
        lines.append(f"  and {len(details) - _SHOWN} more")
    return "\n".join([f"{name} is damaged. Synthesize again.", *lines])
