"""Terraform's conversions of values: to strings, numbers and bools, and of the elements of a list to one type."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from isthmus.terraform.graph import Ref, Unknown, Value

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def as_string(value: Value) -> str:
    """The string that Terraform converts a string, number or bool to."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    raise TypeError("it has no string form")


def as_number(value: Value) -> int | float:
    """The number that Terraform converts a string or number to. Raises `TypeError` or `ValueError`."""
    if isinstance(value, str) and len(value) < 40 and _NUMBER.fullmatch(value):
        return float(value) if set(value) & set(".eE") else int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise TypeError("not a number")


def whole_number(value: Value) -> int:
    """The whole number that Terraform converts a string or number to. Raises `TypeError`."""
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise TypeError("not a whole number")
    return int(value)


def as_bool(value: Value) -> bool:
    """The bool that Terraform converts a string or bool to. Raises `TypeError` or `LookupError`."""
    return {"true": True, "false": False}[as_string(value)]


def sequence(value: Value) -> tuple[Value, ...]:
    """A list or set. Raises `TypeError` for another value."""
    if not isinstance(value, tuple):
        raise TypeError("not a list")
    return value


def mapping_of(value: Value) -> dict[str, Value]:
    """A map or object. Raises `TypeError` for another value."""
    if not isinstance(value, dict):
        raise TypeError("not a map")
    return value


def equality_key(value: Value) -> Any:
    """A hashable value that is the same for two elements that Terraform compares as equal."""
    return (type(value) is bool, value) if isinstance(value, str | bool | int | float | Ref) else repr(value)


def unified(values: Iterable[Value]) -> tuple[Value, ...]:
    """Values as elements of one list: if one is a string, numbers and bools become strings. Raises `TypeError`.

    https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion
    """
    found = tuple(values)
    kinds = {_type_of(value) for value in found if value is not None}
    plain, unsettled = kinds & {str, float, bool}, kinds & {Ref, Unknown}
    if str in plain and kinds <= plain | unsettled:
        return tuple(as_string(value) if _type_of(value) in (float, bool) else value for value in found)
    if len(kinds) > 1 and plain - {str}:
        raise TypeError("elements of several types, or of one that is not known")
    if len(kinds - unsettled) > 1:
        raise TypeError("elements of several types")
    return found


def _type_of(value: Value) -> type:
    """The type of a value in Terraform. An id or ARN is a string although its value is not known."""
    if isinstance(value, Ref) and value.attribute in ("id", "arn"):
        return str
    return float if type(value) is int else type(value)
