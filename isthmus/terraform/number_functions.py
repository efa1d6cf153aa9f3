"""Terraform's functions of numbers. See `functions` for what a function here gives."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from isthmus.terraform.conversions import as_number, as_string, sequence, whole_number
from isthmus.terraform.graph import Value

_MOST = 10_000  # elements that range() may make


def _range(*limits: Value) -> Any:
    start, end, *steps = map(whole_number, limits if len(limits) > 1 else (0, *limits))
    step = steps[0] if steps else 1 if start <= end else -1
    if (end - start) * step < 0 or len(steps) > 1:
        raise ValueError("never gets there")
    result = range(start, end, step)
    return tuple(result) if (end - start) // step <= _MOST else NotImplemented


def _sum(values: Value) -> int | float:
    if not sequence(values):
        raise ValueError("nothing in it")
    return sum(map(as_number, sequence(values)))


def _largest(choose: Callable[[Iterable[Any]], Any]) -> Callable[..., Value]:
    return lambda *values: choose(map(as_number, values))


def _parseint(text: Value, base: Value) -> int:
    number = int(as_number(base))
    if not 2 <= number <= 36 or not re.fullmatch(r"[+-]?[0-9A-Za-z]{1,40}", as_string(text)):
        raise ValueError("no whole number")
    return int(as_string(text), number)


def logarithm(value: Value, base: Value) -> float | None:
    """A logarithm as this machine has it: its last digits may be others where Terraform runs. None where it is none."""
    number, of = as_number(value), as_number(base)
    if number <= 0 or of <= 0 or of == 1:
        return None
    found = math.log(number) / math.log(of)
    exact = of == 2 and found.is_integer() and number == 2 ** int(found)
    # What is all but a whole number may be on either side of it, unless it counts the bits of a power of two.
    return found if exact or abs(found - round(found)) > 1e-9 else None


def _log(value: Value, base: Value) -> Any:
    found = logarithm(value, base)
    return int(found) if found is not None and found.is_integer() else NotImplemented


def _pow(base: Value, exponent: Value) -> Any:
    left, right = as_number(base), as_number(exponent)
    if abs(left) > 1e6 or abs(right) > 64:
        return NotImplemented
    result = left**right
    if isinstance(result, complex):
        raise ValueError("no real number")
    return int(result) if isinstance(result, float) and result.is_integer() and abs(result) < 1e15 else result


NUMBER_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": lambda value: abs(as_number(value)),
    "ceil": lambda value: math.ceil(as_number(value)),
    "floor": lambda value: math.floor(as_number(value)),
    "log": _log,
    "max": _largest(max),
    "min": _largest(min),
    "parseint": _parseint,
    "pow": _pow,
    "range": _range,
    "signum": lambda value: (as_number(value) > 0) - (as_number(value) < 0),
    "sum": _sum,
    "tonumber": as_number,
}
