"""What IAM decides about a request, for the parts of the policy language that the generated policies use.

Anything else is an error: an operator that is not known here must not look like a condition that holds.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Context = Mapping[str, str | Sequence[str]]
_KNOWN = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}


@dataclass(frozen=True)
class Request:
    """One action on one resource. `context` holds condition keys in AWS's spelling; a key that is absent is absent."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


def allowed(policy: str, *requests: Request) -> bool:
    """Whether a policy allows every one of these: an action on several resources has to be allowed on each."""
    statements = json.loads(policy)["Statement"]
    return all(_decided(statements, request) for request in requests)


def _decided(statements: Iterable[Mapping[str, Any]], request: Request) -> bool:
    fitting = {statement["Effect"] for statement in statements if _fits(statement, request)}
    return fitting == {"Allow"}


def _fits(statement: Mapping[str, Any], request: Request) -> bool:
    if unknown := statement.keys() - _KNOWN:
        raise NotImplementedError(f"elements {unknown}")
    if not {"Principal", "Resource"} & statement.keys():
        raise ValueError(f"AWS refuses a statement of an identity policy without a resource: {statement}")
    principal = statement.get("Principal", {"AWS": "*"})
    if principal != {"AWS": "*"} and principal != "*":
        raise NotImplementedError(f"principal {principal}")
    return (
        any(_like(pattern.lower(), request.action.lower()) for pattern in _many(statement["Action"]))
        and any(_like(_filled(p, request), request.resource) for p in _many(statement.get("Resource", "*")))
        and all(
            _holds(operator, _many(values), request.context.get(key))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _filled(pattern: str, request: Request) -> str:
    """A resource pattern with its policy variables; Terraform's own `$${` stands for `${`."""

    def value(found: re.Match[str]) -> str:
        held = request.context[found[1]]
        assert isinstance(held, str)
        return held

    return re.sub(r"\$\$\{(aws:\w+)\}", value, pattern)


def _holds(operator: str, values: Sequence[str], held: str | Sequence[str] | None) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    if operator == "Null":
        return (held is None) is (values[0] == "true")
    if operator.startswith("ForAllValues:"):  # holds without the key too
        plain = operator.removeprefix("ForAllValues:")
        return held is None or all(_holds(plain, values, one) for one in _many(held))
    if operator.startswith("ForAnyValue:"):
        plain = operator.removeprefix("ForAnyValue:")
        return held is not None and any(_holds(plain, values, one) for one in _many(held))
    if operator.endswith("IfExists"):
        return held is None or _holds(operator.removesuffix("IfExists"), values, held)
    tests = {
        "StringEquals": lambda value, own: value == own,
        "StringLike": _like,
        "ArnEquals": _like,  # AWS: ArnEquals and ArnLike behave alike
        "ArnLike": _like,
        "Bool": lambda value, own: value.lower() == own.lower(),
    }
    if operator not in tests and operator != "StringNotEquals":
        raise NotImplementedError(f"condition operator {operator}")
    if held is None:
        return operator == "StringNotEquals"  # a negated operator holds without the key
    assert isinstance(held, str), f"{operator} on a key of several values"
    if operator == "StringNotEquals":
        return all(value != held for value in values)
    return any(tests[operator](value, held) for value in values)


def _like(pattern: str, text: str) -> bool:
    """`*` and `?` are wildcards; a reference that only Terraform fills in stands for itself."""
    parts = (".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _many(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value
