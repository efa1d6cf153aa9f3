"""What never leaves the reader: values that Terraform marks as sensitive, and those whose name says they are secret.

A plan or state holds pre-shared keys in clear text, whatever the terminal hides
(https://developer.hashicorp.com/terraform/language/manage-sensitive-data).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from isthmus.terraform.graph import Ref, Unknown, Value

SENSITIVE = Unknown("sensitive")
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
