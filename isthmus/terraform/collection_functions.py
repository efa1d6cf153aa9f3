"""Terraform's functions of lists, sets and maps. See `functions` for what a function here gives."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

from isthmus.terraform.conversions import (
    as_string,
    equality_key,
    mapping_of,
    sequence,
    unified,
    whole_number,
)
from isthmus.terraform.graph import Ref, Unknown, Value

_MOST = 10_000  # elements that setproduct() may make


def _distinct(values: Value) -> Any:
    if any(isinstance(value, Unknown) for value in sequence(values)):
        return NotImplemented  # two unknown elements may be one
    first: dict[Any, Value] = {}
    for value in unified(sequence(values)):
        first.setdefault(equality_key(value), value)
    return tuple(first.values())


def _toset(values: Value) -> Any:
    found = _distinct(values)
    if found is NotImplemented:
        return found
    if not all(isinstance(value, str | bool | int | float | None) for value in found):
        return found
    return tuple(sorted(found, key=lambda value: (value is None, value)))


def _tomap(value: Value) -> dict[str, Value]:
    return dict(zip(mapping_of(value), unified(mapping_of(value).values()), strict=True))


def _merge(*maps: Value) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for value in maps:
        result.update(mapping_of(value) if value is not None else {})
    return result


def _flatten(values: Value) -> Any:
    result: list[Value] = []
    for value in sequence(values):
        inner = _flatten(value) if isinstance(value, tuple) else (value,)
        if inner is NotImplemented or isinstance(value, Unknown):
            return NotImplemented  # an unknown element may be a list
        result.extend(inner)
    return tuple(result)


def _compact(values: Value) -> Any:
    kept = []
    for value in sequence(values):
        if not isinstance(value, str | Ref | None) or (isinstance(value, Ref) and value.attribute not in ("id", "arn")):
            return NotImplemented  # it may be empty
        if value:
            kept.append(value)
    return tuple(kept)


def _element(values: Value, index: Value) -> Value:
    if whole_number(index) < 0:
        raise ValueError("below zero")
    return sequence(values)[whole_number(index) % len(values)]


def _lookup(values: Value, key: Value, *default: Value) -> Value:
    if len(default) > 1:
        raise TypeError("too many arguments")
    return mapping_of(values).get(as_string(key), default[0]) if default else mapping_of(values)[as_string(key)]


def _length(value: Value) -> int:
    if isinstance(value, str | tuple | dict):
        return len(value)
    raise TypeError("no length")


def _one(values: Value) -> Value:
    if len(sequence(values)) > 1:
        raise ValueError("more than one")
    return values[0] if values else None


def _coalesce(*values: Value) -> Any:
    if any(isinstance(value, tuple | dict) for value in values):
        return NotImplemented  # they may be of one type after conversions of their elements
    for value in unified(values):
        if isinstance(value, Ref):  # an id or ARN is never null; anything else may be
            return value if value.attribute in ("id", "arn") else NotImplemented
        if value is not None and value != "":
            return value
    raise ValueError("every argument is null or empty")


def _coalescelist(*values: Value) -> Value:
    found = next((value for value in [*map(sequence, values)] if value), ())
    if not found:
        raise ValueError("every list is empty")
    return found


def _contains(values: Value, wanted: Value) -> Any:
    if (
        wanted is None
        or isinstance(wanted, Ref)
        or any(not isinstance(v, str | bool | int | float) for v in sequence(values))
    ):
        return NotImplemented
    return equality_key(wanted) in {equality_key(value) for value in unified(sequence(values))}


def _slice(values: Value, start: Value, end: Value) -> tuple[Value, ...]:
    if not 0 <= whole_number(start) <= whole_number(end) <= len(sequence(values)):
        raise ValueError("out of range")
    return sequence(values)[whole_number(start) : whole_number(end)]


def _setproduct(*values: Value) -> Any:
    made = math.prod(len(sequence(value)) for value in values)
    if made > _MOST or made * len(values) > 10 * _MOST:
        return NotImplemented
    return tuple(itertools.product(*(unified(sequence(value)) for value in values)))


def _zipmap(keys: Value, values: Value) -> dict[str, Value]:
    return dict(zip(map(as_string, sequence(keys)), sequence(values), strict=True))


def _chunklist(values: Value, size: Value) -> tuple[Value, ...]:
    size, whole = whole_number(size), unified(sequence(values))
    if size < 0:
        raise ValueError("below zero")
    return tuple(whole[at : at + size] for at in range(0, len(whole), size))


def concat(*lists: Value) -> tuple[Value, ...]:
    """https://developer.hashicorp.com/terraform/language/functions/concat"""
    return tuple(itertools.chain.from_iterable(map(sequence, lists)))


def _values(value: Value) -> tuple[Value, ...]:
    return tuple(item for _, item in sorted(mapping_of(value).items()))


def _setunion(*sets: Value) -> Any:
    return _toset(tuple(itertools.chain.from_iterable(map(sequence, sets))))


def _of_one_type(*sets: Value) -> bool:
    """Whether the members of sets are of one type, so that Terraform converts none of them."""
    kinds = {float if type(v) is int else type(v) for found in sets for v in sequence(found)}
    return len(kinds) <= 1 and kinds <= {str, float, bool}


def _setintersection(first: Value, *others: Value) -> Any:
    if not _of_one_type(first, *others):
        return NotImplemented
    wanted = [{equality_key(value) for value in sequence(other)} for other in others]
    return _toset(tuple(v for v in sequence(first) if all(equality_key(v) in members for members in wanted)))


def _setsubtract(first: Value, other: Value) -> Any:
    if not _of_one_type(first, other):
        return NotImplemented
    unwanted = {equality_key(value) for value in sequence(other)}
    return _toset(tuple(v for v in sequence(first) if equality_key(v) not in unwanted))


def _matchkeys(values: Value, keys: Value, wanted: Value) -> Any:
    if not all(isinstance(key, str | bool | int | float) for key in (*sequence(keys), *sequence(wanted))):
        return NotImplemented
    members = {equality_key(key) for key in sequence(wanted)}
    pairs = zip(sequence(values), sequence(keys), strict=True)
    return tuple(value for value, key in pairs if equality_key(key) in members)


def _transpose(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise TypeError("not a map")
    found: dict[str, list[str]] = {}
    for key in sorted(value):
        for item in sequence(value[key]):
            found.setdefault(as_string(item), []).append(key)
    return {key: tuple(found[key]) for key in sorted(found)}


def _truth(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise TypeError("not true or false")


# Every element must be known.
PLAIN_COLLECTION_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "alltrue": lambda values: all(_truth(value) for value in sequence(values)),
    "anytrue": lambda values: any(_truth(value) for value in sequence(values)),
    "index": lambda values, wanted: [equality_key(value) for value in sequence(values)].index(equality_key(wanted)),
    "setintersection": _setintersection,
    "setsubtract": _setsubtract,
    "sort": lambda values: tuple(sorted(map(as_string, sequence(values)))),
    "transpose": _transpose,
}

# The elements of collections may be references or unknown.
COLLECTION_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "chunklist": _chunklist,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": _compact,
    "concat": concat,
    "contains": _contains,
    "distinct": _distinct,
    "element": _element,
    "flatten": _flatten,
    "keys": lambda value: tuple(sorted(mapping_of(value))),
    "length": _length,
    "lookup": _lookup,
    "matchkeys": _matchkeys,
    "merge": _merge,
    "nonsensitive": lambda value: value,
    "one": _one,
    "reverse": lambda values: sequence(values)[::-1],
    "setproduct": _setproduct,
    "setunion": _setunion,
    "slice": _slice,
    "tolist": lambda values: unified(sequence(values)),
    "tomap": _tomap,
    "toset": _toset,
    "tostring": lambda value: value if isinstance(value, Ref) or value is None else as_string(value),
    "values": _values,
    "zipmap": _zipmap,
}
