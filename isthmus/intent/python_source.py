"""The Python source of intent objects, without fields that have their default value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import Any

_INDENT = "    "


def written(value: object, *, width: int | None = None) -> str:
    """The Python source of a value. With `width`, longer source is split over several lines."""
    return _fitted(value, width, 0)


def _fitted(value: object, width: int | None, used: int) -> str:
    """The same; `used` is the number of other characters on the line of the value."""
    start, parts, end = _parts(value)
    flat = start + ", ".join(name + _fitted(part, None, 0) for name, part in parts) + end
    if width is None or not parts or used + len(flat) <= width:
        return flat
    room = width - len(_INDENT)
    lines = [f"{name}{_fitted(part, room, len(name) + 1)}," for name, part in parts]
    inside = "\n".join(lines).replace("\n", f"\n{_INDENT}")
    return f"{start}\n{_INDENT}{inside}\n{end}"


def _parts(value: object) -> tuple[str, Sequence[tuple[str, object]], str]:
    """The source of a value in parts: its start, its elements with the text before each, its end."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}", (), ""
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}(", list(_given(value)), ")"
    if isinstance(value, tuple | list):
        start, end = ("(", ")") if isinstance(value, tuple) else ("[", "]")
        return start, [("", part) for part in value], end
    if isinstance(value, frozenset) and value:
        return "{", [("", part) for part in sorted(value)], "}"
    if isinstance(value, dict):
        return "{", [(f"{key!r}: ", part) for key, part in value.items()], "}"
    return repr(value), (), ""


def _given(thing: Any) -> Iterator[tuple[str, object]]:
    for field in fields(thing):
        value = getattr(thing, field.name)
        if not field.kw_only:
            yield "", value
        elif value != _default(field):
            # A sequence of any length is written as a list; a tuple of fixed length stays a tuple.
            several = isinstance(value, tuple) and not str(field.type).startswith("tuple")
            yield f"{field.name}=", list(value) if several else value


def _default(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()
