"""Which arguments force replacement: the table that the AWS provider itself has answered.

`tests/terraform/replacing_arguments.py` makes the table. A plan says it exactly; the table is for two outputs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _table() -> Mapping[str, Any]:
    text = files("isthmus.changes").joinpath("replacing.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


def provider() -> str:
    """The provider and version that the table is of."""
    return str(_table()["provider"])


def is_listed(type_: str) -> bool:
    """Whether the table has a resource type."""
    return type_ in _table()["types"]


def forces_replacement(type_: str, argument: str) -> bool | None:
    """Whether a change of an argument (`tags`, `ip_address.subnet_id`) replaces the resource; None: unknown."""
    arguments = _table()["types"].get(type_)
    if arguments is None:
        return None
    if _is_among(argument, arguments.get("replace", ())):
        return True
    if _is_among(argument, arguments.get("unknown", ())):
        return None
    # An argument of a later provider is in no list.
    return False if _is_among(argument, arguments.get("update", ())) else None


def _is_among(argument: str, listed: list[str] | tuple[str, ...]) -> bool:
    """Whether an argument is listed, or the block or map that it is in, or something inside of it."""
    return any(argument == one or argument.startswith(f"{one}.") or one.startswith(f"{argument}.") for one in listed)
