"""The largest values that are evaluated: collections and strings can double themselves."""

from __future__ import annotations

import math

from isthmus.terraform.documents import DEEPEST
from isthmus.terraform.graph import Value
from isthmus.terraform.scopes import unknown
from isthmus.terraform.work_limit import MEMBERS_PER_STEP, spend

LARGEST = 200_000  # characters of a string, or members of a collection, nested ones included
# Terraform's numbers have a mantissa of 512 bits. It rounds longer numbers; Python would not.
# https://developer.hashicorp.com/terraform/language/expressions/types
LONGEST_NUMBER = 512


def limited(value: Value, text: str) -> Value:
    """`value`, or `Unknown` if it is larger, longer or more deeply nested than the limits. `text` is its source."""
    left = LARGEST
    level = [value]
    for _ in range(DEEPEST):
        below: list[Value] = []
        for item in level:
            left -= 1
            if isinstance(item, str):
                left -= len(item) if len(item) > 1000 else len(item) // 16
            elif isinstance(item, tuple):
                below.extend(item)
                left -= len(item)
            elif isinstance(item, dict):
                below.extend(item.values())
                left -= len(item)
            elif isinstance(item, int | float) and too_long(item):
                return unknown(text[:80], f"a number of more than {LONGEST_NUMBER} bits")
            if left < 0:
                spend(LARGEST // MEMBERS_PER_STEP)
                return unknown(text[:80], "too large to evaluate")
        if not below:
            spend((LARGEST - left) // MEMBERS_PER_STEP)
            return value
        level = below
    return unknown(text[:80], "nested too deeply")


def too_long(number: int | float) -> bool:
    """Whether a number has more than `LONGEST_NUMBER` bits, or is infinite."""
    return number.bit_length() > LONGEST_NUMBER if isinstance(number, int) else not math.isfinite(number)
