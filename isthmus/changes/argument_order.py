"""Whether the order of the values of an argument counts: in a list it does, in a set it does not.

`tests/terraform/ordered_arguments.py` makes the table, from the schema of the AWS provider.
https://developer.hashicorp.com/terraform/language/expressions/type-constraints#collection-types
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from isthmus.changes.replacing import is_listed


@cache
def _table() -> Mapping[str, Sequence[str]]:
    """The lists of each resource type that has one. `rule.*`: a map, an object or a list with lists inside."""
    text = files("isthmus.changes").joinpath("ordered.json").read_text(encoding="utf-8")
    types: Mapping[str, Sequence[str]] = json.loads(text)["types"]
    return types


def order_counts(type_: str, argument: str) -> bool:
    """Whether another order of an argument (`domain_name_servers`, `rule.match`) is a change.

    It counts for a resource type that the table does not know: its arguments may be lists.
    """
    known = _table().get(type_, ())
    inside = (one.removesuffix("*") for one in known if one.endswith(".*"))
    return not is_listed(type_) or argument in known or any(argument.startswith(start) for start in inside)
