"""`count` and `for_each`: the instances of a block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.terraform.conversions import as_string
from isthmus.terraform.evaluate import evaluate_json
from isthmus.terraform.graph import Ref, Unknown, Value
from isthmus.terraform.scopes import Attributes, EvaluationScope, bound, having, plain, unknown
from isthmus.text.printable import printable

_MOST = 10_000  # instances of one block
Key = str | int | None


def instances(body: Mapping[str, Any], scope: EvaluationScope, text: str) -> dict[Key, EvaluationScope] | Unknown:
    """A block's instances by key, each with the scope of its arguments, or why they are not known.

    Without `count` and `for_each` that is one instance, with the key `None`.
    """
    if "count" in body:
        return _counted(evaluate_json(body["count"], scope), scope, text)
    if "for_each" not in body:
        return {None: scope}
    over = evaluate_json(body["for_each"], scope)
    if isinstance(over, tuple):  # a set
        if not all(isinstance(item, str | int | float) for item in over):
            return unknown(f"for_each of {text}", _cause(over))
        over = {as_string(item): item for item in over}
    if not isinstance(over, dict):
        return unknown(f"for_each of {text}", _cause(over))
    if len(over) > _MOST:
        return unknown(f"for_each of {text}", f"{len(over)} instances")
    return {key: bound(scope, each=having("each", {"key": key, "value": value})) for key, value in over.items()}


def any_instance(scope: EvaluationScope, cause: Unknown) -> EvaluationScope:
    """The scope of an instance of which nothing is known."""
    nothing = Attributes("each", lambda _name: cause)
    return bound(scope, each=nothing, count=nothing)


def _counted(count: Value, scope: EvaluationScope, text: str) -> dict[Key, EvaluationScope] | Unknown:
    if isinstance(count, str) and count.isdecimal() and len(count) < 9:
        count = int(count)
    if type(count) is not int or not 0 <= count <= _MOST:
        return unknown(f"count of {text}", _cause(count))
    return {n: bound(scope, count=having("count", {"index": n})) for n in range(count)}


def _cause(value: Value) -> str:
    if isinstance(value, Unknown):
        return value.reason
    if isinstance(value, Ref):
        return f"{value} is known after apply"
    if isinstance(value, Attributes):
        return f"{value.text} as a whole"
    if isinstance(value, tuple | dict) and not plain(value):
        return "known after apply"
    return f"it is {printable(repr(value), 60)}"
