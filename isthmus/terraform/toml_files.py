"""TOML that people give: read from a regular file of a size, whatever it holds."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from isthmus.terraform.documents import contents

LARGEST = 8 * 1024 * 1024  # bytes
_LONGEST_NUMBER = 30  # digits before or after the point; an exponent may stand for a billion of them


def toml_text(path: Path) -> str:
    """The text of a TOML file. Raises `UnreadableTerraform` where it is no regular file, and `ValueError`."""
    return contents(path, LARGEST).decode("utf-8")


def parsed(text: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The document. Raises `ValueError`, with what is wrong, for whatever is no TOML."""
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def is_amount(given: Any) -> bool:
    """Whether a value is a number of at least zero, of so many digits and no more."""
    if not isinstance(given, int | Decimal) or isinstance(given, bool):
        return False
    number = Decimal(given)
    if not number.is_finite() or number < 0:
        return False
    exponent = number.as_tuple().exponent
    return number.adjusted() < _LONGEST_NUMBER and isinstance(exponent, int) and exponent > -_LONGEST_NUMBER
