"""The operators of Terraform, on evaluated operands."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from isthmus.terraform.conversions import as_number
from isthmus.terraform.graph import Ref, Unknown, Value
from isthmus.terraform.scopes import EvaluationError, plain, unknown
from isthmus.terraform.sensitive import Hidden
from isthmus.terraform.value_limits import LONGEST_NUMBER, limited, too_long

_LOGIC: dict[str, Callable[[list[bool]], bool]] = {"!": lambda values: not values[0], "&&": all, "||": any}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,  # the sign of the dividend, as in Go
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def operation(sign: str, values: list[Value], source: str) -> Value:
    """The result of an operator. `source` is the text of the operation, for messages. Raises `EvaluationError`."""
    emptiness = _emptiness(sign, values)
    if emptiness is not None:
        return emptiness
    for value in values:
        if isinstance(value, Unknown):
            return value
    if sign in ("==", "!=") and None in values:
        other = values[1] if values[0] is None else values[0]
        if isinstance(other, Ref) and other.attribute in ("id", "arn"):  # never null
            return sign == "!="
    if not all(plain(value) for value in values):
        return unknown(source, "known after apply")
    whole = limited(tuple(values), source)  # a comparison looks at all of both
    if isinstance(whole, Unknown):
        return whole
    try:
        result = _operate(sign, values)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise EvaluationError(f"{source}: not a valid operation") from error
    if isinstance(result, int | float) and too_long(result):
        return unknown(source, f"a number of more than {LONGEST_NUMBER} bits")
    return int(result) if isinstance(result, float) and result.is_integer() else result


def _emptiness(sign: str, values: list[Value]) -> bool | None:
    """Whether a sensitive value is empty or null, which reveals nothing else of it. None for any other question."""
    if sign not in ("==", "!=") or len(values) != 2:
        return None
    for hidden, other in (values, values[::-1]):
        if isinstance(hidden, Hidden) and other in ("", None) and not isinstance(other, Unknown):
            return (hidden.value == other) is (sign == "==")
    return None


def _operate(sign: str, values: list[Value]) -> Value:
    if sign in ("==", "!="):
        left, right = values
        # Terraform compares types as well. In Python, True equals 1.
        same = left == right and isinstance(left, bool) == isinstance(right, bool)
        return same is (sign == "==")
    if sign in _LOGIC:
        if not all(isinstance(value, bool) for value in values):
            raise TypeError("not true or false")
        return _LOGIC[sign](values)
    numbers = [as_number(value) for value in values]
    return _ARITHMETIC[sign](*numbers) if len(numbers) == 2 else -numbers[0]
