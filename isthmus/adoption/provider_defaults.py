"""What the provider makes of an argument that a configuration does not write: it keeps the value, or sets a default.

`tests/terraform/kept_arguments.py` makes both tables, with the provider itself: its schema says what is kept, and its
plan of a new resource states the defaults.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from isthmus.adoption.identities import as_text

_NOTHING: tuple[Any, ...] = (None, "", (), False, 0)
# Arguments of later providers that are kept.
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpn_connection
_KEPT_LATER = frozenset({"region", "tunnel_bandwidth"})


@cache
def _table() -> Mapping[str, Any]:
    text = files("isthmus.adoption").joinpath("kept.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


def stays(type_: str, argument: str, value: Any) -> bool:
    """Whether an argument keeps its value if the configuration does not write it."""
    if argument in _table()["types"][type_] or argument in _KEPT_LATER:
        return True
    default = _table()["defaults"][type_].get(argument)
    return value in _NOTHING if default is None else value is not None and as_text(value) == as_text(default)
