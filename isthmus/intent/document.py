"""`intent.json`: the intent an output was made from, with references by name, under a versioned schema."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from isthmus.intent.errors import InvalidArgument, UnknownSchema
from isthmus.intent.estate import Estate

SCHEMA = "isthmus-intent/1"
_ESTATE = TypeAdapter(Estate)


def to_document(estate: Estate) -> dict[str, Any]:
    """The estate as plain data, ready for JSON. Holds names, numbers and texts only: no paths, no times."""
    return {"schema": SCHEMA, "estate": _ESTATE.dump_python(estate, mode="json")}


def from_document(text: str | bytes) -> Estate:
    """The estate of an `intent.json`. Raises `UnknownSchema` for anything that is not one this release reads."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise UnknownSchema(f"intent.json is not JSON: {error}. Synthesize again.") from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise UnknownSchema(f"intent.json has schema {schema!r}, this release reads {SCHEMA!r}. Synthesize again.")
    try:
        return _ESTATE.validate_json(json.dumps(document.get("estate")))
    except (InvalidArgument, ValidationError) as error:
        raise UnknownSchema(f"intent.json does not hold an estate: {error}") from None
