"""Reading nested blocks whose every argument matters: what is not known, or not expected, stops the reading."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from isthmus.terraform.graph import Unknown, Value


class NotUnderstood(Exception):
    """A value that is not known, or that this reader does not evaluate. Its text is fit for a person."""


def mappings(value: Value, what: str) -> tuple[Mapping[str, Value], ...]:
    """Nested blocks, written as one or as a list; none where absent."""
    found = value if isinstance(value, tuple) else () if value is None else (value,)
    for each in found:
        if not isinstance(each, Mapping):
            raise NotUnderstood(f"{what}: {_shown(each)}")
    return found


def mapping(value: Value, what: str) -> Mapping[str, Value]:
    """A nested block that there is at most one of; empty where absent."""
    found = mappings(value, what)
    if len(found) > 1:
        raise NotUnderstood(f"{what} is there {len(found)} times")
    return found[0] if found else {}


def texts(value: Value, what: str) -> tuple[str, ...]:
    """A list of texts; none where absent."""
    found = value if isinstance(value, tuple) else () if value is None else (value,)
    for each in found:
        if not isinstance(each, str):
            raise NotUnderstood(f"{what}: {_shown(each)}")
    return found


def number(value: Value, what: str, default: int | None = None) -> int:
    """A whole number, written as one or as text."""
    if value is None and default is not None:
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise NotUnderstood(f"{what}: {_shown(value)}") from None


def only(given: Mapping[str, Value], known: Collection[str], what: str) -> None:
    """Refuse a block with an argument that is set and not among those known."""
    other = sorted(name for name, value in given.items() if name not in known and value not in (None, (), "", {}))
    if other:
        raise NotUnderstood(f"{what} has {', '.join(other)}, which is not evaluated")


def _shown(value: Value) -> str:
    return value.reason if isinstance(value, Unknown) else repr(value)
