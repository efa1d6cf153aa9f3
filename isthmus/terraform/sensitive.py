"""What never leaves the reader: values that Terraform marks as sensitive, and those whose name says they are secret.

A plan or state holds pre-shared keys in clear text, whatever the terminal hides
(https://developer.hashicorp.com/terraform/language/manage-sensitive-data).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from isthmus.terraform.graph import Ref, Unknown, Value

SENSITIVE = Unknown("sensitive")


@dataclass(frozen=True)
class Hidden(Unknown):
    """A sensitive value while expressions are evaluated: to be asked whether it is empty and how long it is, no more.

    It is no part of what it prints, nor of a graph.
    """

    value: Value = field(default=None, repr=False, compare=False)


def concealed(value: Value) -> Value:
    """`hidden`, for a value that expressions still ask about."""
    shown = hidden(value)
    known = isinstance(value, str | bool | int | float | tuple | dict)
    return Hidden("sensitive", value=value) if shown is SENSITIVE and known else shown


def measured(value: Hidden) -> int | Unknown:
    """The length of a sensitive value."""
    return len(value.value) if isinstance(value.value, str | tuple | dict) else SENSITIVE


_SECRET = re.compile(
    r"(pre_?shared_?key|psk|password|passwd|secret|private_key|customer_gateway_configuration)", re.IGNORECASE
)
# These say where or how a secret is kept, not what it is.
_ABOUT = re.compile(
    r"_(arns?|ids?|names?|storage|version|length|type|rotation\w*)$|^(kms|secretsmanager)_", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether an argument, variable or output of this name holds a secret."""
    return bool(_SECRET.search(name)) and not _ABOUT.search(name)


def hidden(value: Value) -> Value:
    """A value that must not be shown. What is only a reference or unknown says nothing and stays."""
    if isinstance(value, Hidden):
        return SENSITIVE
    if isinstance(value, Ref | Unknown) or value is None:
        return value
    if isinstance(value, tuple) and value and all(isinstance(item, Ref) for item in value):
        return value
    return SENSITIVE


def masked(value: Any, mask: Any) -> Any:
    """Raw JSON `value` without what `mask` marks: `true`, or the same structure with `true` inside."""
    if mask is True:
        return None if value is None else SENSITIVE
    if isinstance(mask, dict) and mask and isinstance(value, dict):
        return {key: masked(item, mask.get(key)) for key, item in value.items()}
    if isinstance(mask, list) and any(mask) and isinstance(value, list):
        marks = mask + [mask[0]] * (len(value) - len(mask))
        return [masked(item, mark) for item, mark in zip(value, marks, strict=False)]
    return value


def masked_arguments(values: dict[str, Any], mask: Any) -> dict[str, Any]:
    """The arguments of a resource without what `mask` marks; where it marks the whole, each is hidden."""
    marks = mask if isinstance(mask, dict) else {}
    return {name: masked(value, mask is True or marks.get(name)) for name, value in values.items()}
