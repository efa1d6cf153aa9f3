"""Terraform's functions, as far as configurations of networks use them: all pure, all on known values.

https://developer.hashicorp.com/terraform/language/functions. A function here either gives what Terraform would give,
raises (a call that Terraform refuses too), or returns `NotImplemented` (the value is then unknown).
"""

from __future__ import annotations

import ipaddress
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from isthmus.terraform.graph import Ref, Unknown, Value

_MOST = 10_000  # elements that range() or setproduct() may make
_LONGEST = 200_000  # characters of a result: what would be longer is not evaluated


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
    raise TypeError("no string can be made of it")


def _whole(value: Value) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise TypeError("not a whole number")
    return int(value)


_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def as_number(value: Value) -> int | float:
    """The number that Terraform converts a string or number to. Raises `TypeError` or `ValueError`."""
    if isinstance(value, str) and len(value) < 40 and _NUMBER.fullmatch(value):
        return float(value) if set(value) & set(".eE") else int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise TypeError("not a number")


def _sequence(value: Value) -> tuple[Value, ...]:
    if not isinstance(value, tuple):
        raise TypeError("not a list")
    return value


def _mapping(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise TypeError("not a map")
    return value


def _text(value: Value) -> str:
    return as_string(value)


# Addresses


def _network(prefix: Value) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if "/" not in _text(prefix):
        raise ValueError("no prefix length")
    return ipaddress.ip_network(_text(prefix), strict=False)


def _cidrsubnet(prefix: Value, newbits: Value, number: Value) -> str:
    network, bits, number = _network(prefix), _whole(newbits), _whole(number)
    length = network.prefixlen + bits
    if bits < 0 or length > network.max_prefixlen or not 0 <= number < 1 << bits:
        raise ValueError("does not fit")
    first = int(network.network_address) + (number << (network.max_prefixlen - length))
    return f"{type(network.network_address)(first)}/{length}"


def _cidrhost(prefix: Value, number: Value) -> str:
    network, number = _network(prefix), _whole(number)
    size = network.num_addresses
    if not -size <= number < size:
        raise ValueError("does not fit")
    return str(type(network.network_address)(int(network.network_address) + number % size))


def _cidrsubnets(prefix: Value, *newbits: Value) -> tuple[str, ...]:
    network = _network(prefix)
    at, end = int(network.network_address), int(network.broadcast_address)
    result = []
    for bits in map(_whole, newbits):
        length = network.prefixlen + bits
        if bits < 1 or length > network.max_prefixlen:
            raise ValueError("does not fit")
        size = 1 << (network.max_prefixlen - length)
        at = -(-at // size) * size
        if at + size - 1 > end:
            raise ValueError("does not fit")
        result.append(f"{type(network.network_address)(at)}/{length}")
        at += size
    return tuple(result)


def _cidrnetmask(prefix: Value) -> str:
    network = _network(prefix)
    if network.version != 4:
        raise ValueError("IPv4 only")
    return str(network.netmask)


# Text

_VERB = re.compile(r"%(?:%|(0?)(\d{0,3})([sdvq])|.?)", re.DOTALL)


def _format(template: Value, *values: Value) -> Any:
    left = list(values)
    supported = True

    def fill(match: re.Match[str]) -> str:
        nonlocal supported
        if match.group() == "%%":
            return "%"
        zero, width, verb = match.groups()
        if verb is None:
            supported = False
            return ""
        value = left.pop(0)
        text = str(_whole(value)) if verb == "d" else as_string(value)
        if verb == "q":
            text = json.dumps(text, ensure_ascii=False)
        return text.zfill(int(width)) if width and zero else text.rjust(int(width or 0))

    result = _VERB.sub(fill, _text(template))
    if left:
        raise ValueError("too many arguments")
    return result if supported else NotImplemented


def _replace(text: Value, old: Value, new: Value) -> Any:
    if len(_text(old)) > 1 and _text(old)[0] == _text(old)[-1] == "/":
        return NotImplemented  # a regular expression of another language
    if (_text(text).count(_text(old)) + 1) * len(_text(new)) > _LONGEST:
        return NotImplemented
    return _text(text).replace(_text(old), _text(new))


def _join(separator: Value, *lists: Value) -> Any:
    parts = [*map(_text, _concat(*lists))]
    return _text(separator).join(parts) if len(parts) * len(_text(separator)) <= _LONGEST else NotImplemented


def _jsonencode(value: Value) -> str:
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    for character in "<>&\u2028\u2029":  # as Go's encoder does
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _jsondecode(text: Value) -> Value:
    def frozen(value: Any) -> Value:
        if isinstance(value, list):
            return tuple(frozen(item) for item in value)
        return {key: frozen(item) for key, item in value.items()} if isinstance(value, dict) else value

    def refused(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    return frozen(json.loads(_text(text), parse_constant=refused))


def _substr(text: Value, offset: Value, length: Value) -> str:
    whole, first, size = _text(text), _whole(offset), _whole(length)
    start = first if first >= 0 else max(0, len(whole) + first)
    # Counted from the end, no characters are all of them.
    return whole[start:] if size < 0 or (first < 0 and size == 0) else whole[start : start + size]


def _title(text: Value) -> str:
    return re.sub(r"(?<![^\W])\w", lambda letter: letter[0].upper(), _text(text))


def _bool(value: Value) -> bool:
    return {"true": True, "false": False}[as_string(value)]


def _split(separator: Value, text: Value) -> tuple[str, ...]:
    if not _text(separator):
        return tuple(_text(text))
    return tuple(_text(text).split(_text(separator)))


# Collections; their elements may be references or unknown


def _key(value: Value) -> Any:
    """What two equal elements have in common; unhashable elements by their spelling."""
    return (type(value) is bool, value) if isinstance(value, str | bool | int | float | Ref) else repr(value)


def _unified(values: Iterable[Value]) -> tuple[Value, ...]:
    """Values as elements of one list: beside a string, numbers and bools become strings. Raises `TypeError`.

    https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion
    """
    found = tuple(values)
    kinds = {_kind(value) for value in found if value is not None}
    plain, doubtful = kinds & {str, float, bool}, kinds & {Ref, Unknown}
    if str in plain and kinds <= plain | doubtful:
        return tuple(as_string(value) if _kind(value) in (float, bool) else value for value in found)
    if len(kinds) > 1 and plain - {str}:
        raise TypeError("elements of several types, or of one that is not known")
    if len(kinds - doubtful) > 1:
        raise TypeError("elements of several types")
    return found


def _kind(value: Value) -> type:
    """What Terraform tells values apart by: an id or ARN is a string, whichever it is."""
    if isinstance(value, Ref) and value.attribute in ("id", "arn"):
        return str
    return float if type(value) is int else type(value)


def _distinct(values: Value) -> Any:
    if any(isinstance(value, Unknown) for value in _sequence(values)):
        return NotImplemented  # two unknown elements may be one
    first: dict[Any, Value] = {}
    for value in _unified(_sequence(values)):
        first.setdefault(_key(value), value)
    return tuple(first.values())


def _toset(values: Value) -> Any:
    found = _distinct(values)
    if found is NotImplemented:
        return found
    if not all(isinstance(value, str | bool | int | float | None) for value in found):
        return found
    return tuple(sorted(found, key=lambda value: (value is None, value)))


def _tomap(value: Value) -> dict[str, Value]:
    return dict(zip(_mapping(value), _unified(_mapping(value).values()), strict=True))


def _merge(*maps: Value) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for value in maps:
        result.update(_mapping(value) if value is not None else {})
    return result


def _flatten(values: Value) -> Any:
    result: list[Value] = []
    for value in _sequence(values):
        inner = _flatten(value) if isinstance(value, tuple) else (value,)
        if inner is NotImplemented or isinstance(value, Unknown):
            return NotImplemented  # an unknown element may be a list
        result.extend(inner)
    return tuple(result)


def _compact(values: Value) -> Any:
    kept = []
    for value in _sequence(values):
        if not isinstance(value, str | Ref | None) or (isinstance(value, Ref) and value.attribute not in ("id", "arn")):
            return NotImplemented  # it may be empty
        if value:
            kept.append(value)
    return tuple(kept)


def _element(values: Value, index: Value) -> Value:
    if _whole(index) < 0:
        raise ValueError("below zero")
    return _sequence(values)[_whole(index) % len(values)]


def _lookup(values: Value, key: Value, *default: Value) -> Value:
    if len(default) > 1:
        raise TypeError("too many arguments")
    return _mapping(values).get(_text(key), default[0]) if default else _mapping(values)[_text(key)]


def _length(value: Value) -> int:
    if isinstance(value, str | tuple | dict):
        return len(value)
    raise TypeError("no length")


def _one(values: Value) -> Value:
    if len(_sequence(values)) > 1:
        raise ValueError("more than one")
    return values[0] if values else None


def _coalesce(*values: Value) -> Any:
    if any(isinstance(value, tuple | dict) for value in values):
        return NotImplemented  # of one type they may be, with conversions inside
    for value in _unified(values):
        if isinstance(value, Ref):  # an id or ARN is never null; anything else may be
            return value if value.attribute in ("id", "arn") else NotImplemented
        if value is not None and value != "":
            return value
    raise ValueError("nothing in it")


def _coalescelist(*values: Value) -> Value:
    found = next((value for value in [*map(_sequence, values)] if value), ())
    if not found:
        raise ValueError("nothing in them")
    return found


def _contains(values: Value, wanted: Value) -> Any:
    if (
        wanted is None
        or isinstance(wanted, Ref)
        or any(not isinstance(v, str | bool | int | float) for v in _sequence(values))
    ):
        return NotImplemented
    return _key(wanted) in {_key(value) for value in _unified(_sequence(values))}


def _slice(values: Value, start: Value, end: Value) -> tuple[Value, ...]:
    if not 0 <= _whole(start) <= _whole(end) <= len(_sequence(values)):
        raise ValueError("out of range")
    return _sequence(values)[_whole(start) : _whole(end)]


def _setproduct(*values: Value) -> Any:
    made = math.prod(len(_sequence(value)) for value in values)
    if made > _MOST or made * len(values) > 10 * _MOST:
        return NotImplemented
    return tuple(itertools.product(*(_unified(_sequence(value)) for value in values)))


def _range(*limits: Value) -> Any:
    start, end, *steps = map(_whole, limits if len(limits) > 1 else (0, *limits))
    step = steps[0] if steps else 1 if start <= end else -1
    if (end - start) * step < 0 or len(steps) > 1:
        raise ValueError("never gets there")
    result = range(start, end, step)
    return tuple(result) if (end - start) // step <= _MOST else NotImplemented


def _zipmap(keys: Value, values: Value) -> dict[str, Value]:
    return dict(zip(map(_text, _sequence(keys)), _sequence(values), strict=True))


def _chunklist(values: Value, size: Value) -> tuple[Value, ...]:
    size, whole = _whole(size), _unified(_sequence(values))
    if size < 0:
        raise ValueError("below zero")
    return tuple(whole[at : at + size] for at in range(0, len(whole), size))


def _concat(*lists: Value) -> tuple[Value, ...]:
    return tuple(itertools.chain.from_iterable(map(_sequence, lists)))


def _values(value: Value) -> tuple[Value, ...]:
    return tuple(item for _, item in sorted(_mapping(value).items()))


def _sum(values: Value) -> int | float:
    if not _sequence(values):
        raise ValueError("nothing in it")
    return sum(map(as_number, _sequence(values)))


def _largest(choose: Callable[[Iterable[Any]], Any]) -> Callable[..., Value]:
    return lambda *values: choose(map(as_number, values))


# Every argument must be known.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": lambda value: abs(as_number(value)),
    "ceil": lambda value: math.ceil(as_number(value)),
    "cidrhost": _cidrhost,
    "cidrnetmask": _cidrnetmask,
    "cidrsubnet": _cidrsubnet,
    "cidrsubnets": _cidrsubnets,
    "endswith": lambda text, end: _text(text).endswith(_text(end)),
    "floor": lambda value: math.floor(as_number(value)),
    "format": _format,
    "index": lambda values, wanted: [_key(value) for value in _sequence(values)].index(_key(wanted)),
    "join": _join,
    "jsondecode": _jsondecode,
    "jsonencode": _jsonencode,
    "lower": lambda text: _text(text).lower(),
    "max": _largest(max),
    "min": _largest(min),
    "range": _range,
    "replace": _replace,
    "sort": lambda values: tuple(sorted(map(_text, _sequence(values)))),
    "split": _split,
    "startswith": lambda text, start: _text(text).startswith(_text(start)),
    "strcontains": lambda text, part: _text(part) in _text(text),
    "substr": _substr,
    "sum": _sum,
    "title": _title,
    "tobool": _bool,
    "tonumber": as_number,
    "trim": lambda text, cut: _text(text).strip(_text(cut)),
    "trimprefix": lambda text, prefix: _text(text).removeprefix(_text(prefix)),
    "trimspace": lambda text: _text(text).strip(),
    "trimsuffix": lambda text, suffix: _text(text).removesuffix(_text(suffix)),
    "upper": lambda text: _text(text).upper(),
}

# The elements of collections may be references or unknown.
STRUCTURAL: dict[str, Callable[..., Any]] = {
    "chunklist": _chunklist,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": _compact,
    "concat": _concat,
    "contains": _contains,
    "distinct": _distinct,
    "element": _element,
    "flatten": _flatten,
    "keys": lambda value: tuple(sorted(_mapping(value))),
    "length": _length,
    "lookup": _lookup,
    "merge": _merge,
    "nonsensitive": lambda value: value,
    "one": _one,
    "reverse": lambda values: _sequence(values)[::-1],
    "setproduct": _setproduct,
    "slice": _slice,
    "tolist": lambda values: _unified(_sequence(values)),
    "tomap": _tomap,
    "toset": _toset,
    "tostring": lambda value: value if isinstance(value, Ref) or value is None else as_string(value),
    "values": _values,
    "zipmap": _zipmap,
}
