"""Intent objects as Python that builds them again: what has its default is left out, as a person would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import Any

_INDENT = "    "


def written(value: object, *, width: int | None = None) -> str:
    """The Python that builds a value. With a `width`, what is longer goes on lines of its own, part by part."""
    return _fitted(value, width, 0)


def _fitted(value: object, width: int | None, used: int) -> str:
    """`used` is what stands before and after the value on its line."""
    opening, parts, closing = _parts(value)
    flat = opening + ", ".join(name + _fitted(part, None, 0) for name, part in parts) + closing
    if width is None or not parts or used + len(flat) <= width:
        return flat
    room = width - len(_INDENT)
    lines = [f"{name}{_fitted(part, room, len(name) + 1)}," for name, part in parts]
    inside = "\n".join(lines).replace("\n", f"\n{_INDENT}")
    return f"{opening}\n{_INDENT}{inside}\n{closing}"


def _parts(value: object) -> tuple[str, Sequence[tuple[str, object]], str]:
    """A value taken apart: what opens it, its parts with what stands before each, what closes it."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}", (), ""
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}(", list(_given(value)), ")"
    if isinstance(value, tuple | list):
        opening, closing = ("(", ")") if isinstance(value, tuple) else ("[", "]")
        return opening, [("", part) for part in value], closing
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
            # Whatever may be of any length is written as a list; what is a pair by its type has to stay one.
            several = isinstance(value, tuple) and not str(field.type).startswith("tuple")
            yield f"{field.name}=", list(value) if several else value


def _default(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()
