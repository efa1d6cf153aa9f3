"""`intent.json`: the intent of an output, with references by name and a versioned schema."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from isthmus.intent.argument_errors import path
from isthmus.intent.errors import UnknownSchema
from isthmus.intent.estate import Estate
from isthmus.intent.model import with_place

SCHEMA = "isthmus-intent/1"
_ESTATE = TypeAdapter(Estate)
_SHOWN = 5


def to_document(estate: Estate) -> dict[str, Any]:
    """The estate as plain data for JSON: names, numbers and texts, without paths and times."""
    return {"schema": SCHEMA, "estate": _ESTATE.dump_python(estate, mode="json")}


def from_document(text: str | bytes, name: str = "intent.json") -> Estate:
    """The estate of an `intent.json`. Error messages use `name`; `place_of` gives paths inside the document.

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
    _place(estate, "estate")
    return estate


def _place(thing: object, at: str) -> None:
    if is_dataclass(thing) and not isinstance(thing, type):
        with_place(thing, f"intent.json, {at}")
        for field in fields(thing):
            _place(getattr(thing, field.name), f"{at}.{field.name}")
    elif isinstance(thing, tuple):
        for index, part in enumerate(thing):
            _place(part, f"{at}[{index}]")


def _explain(name: str, error: ValidationError) -> str:
    details = error.errors(include_url=False, include_context=False)
    lines = []
    for detail in details[:_SHOWN]:
        message = detail["msg"][0].lower() + detail["msg"][1:]
        lines.append(f"  {path(('estate', *detail['loc']))}: {message}")
    if len(details) > _SHOWN:
        lines.append(f"  and {len(details) - _SHOWN} more")
    return "\n".join([f"{name} is damaged. Synthesize again.", *lines])
