"""The arguments of a resource, in the form that a graph holds: see `isthmus.terraform.graph`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from isthmus.terraform.graph import Value
from isthmus.terraform.scopes import Attributes, unknown
from isthmus.terraform.sensitive import Hidden, hidden, is_secret
from isthmus.text.printable import printable

# Arguments of Terraform itself, not of the resource.
META = frozenset({"//", "count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"})


def arguments(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """Evaluated arguments without nulls, empty strings and secrets."""
    result = {}
    for name, value in pairs:
        if value is None or value == "":
            continue
        result[name] = _argument(name, value)
    return result


def _argument(name: str, value: Value) -> Value:
    if is_secret(name) or isinstance(value, Hidden):
        return hidden(value)
    if isinstance(value, tuple):
        return tuple([arguments(item.items()) if isinstance(item, dict) else _argument(name, item) for item in value])
    if isinstance(value, dict):
        return {key: _argument(key, item) for key, item in value.items() if item is not None}
    if isinstance(value, Attributes):
        return unknown(value.text, "used as a whole")
    return value


def frozen(value: Any) -> Value:
    """JSON as a value: lists become tuples."""
    if isinstance(value, list):
        return tuple([frozen(item) for item in value])
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return value


def index_suffix(key: str | int | None) -> str:
    """The key of an instance as a part of its address: `[0]`, `["a"]`, or nothing."""
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    escaped = (
        key.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    escaped = escaped.replace("${", "$${").replace("%{", "%%{")
    return f'["{printable(escaped, 1000)}"]'


def account_of(settings: Mapping[str, Value]) -> str | None:
    """The account a provider manages: the one account it allows, else that of the role it assumes."""
    allowed = settings.get("allowed_account_ids")
    if isinstance(allowed, tuple) and len(allowed) == 1 and isinstance(allowed[0], str | int):
        return str(allowed[0]).zfill(12)
    roles = settings.get("assume_role")
    role = roles[0] if isinstance(roles, tuple) and len(roles) == 1 else roles
    return arn_part(role.get("role_arn"), 4) if isinstance(role, Mapping) else None


def arn_part(arn: Value, part: int) -> str | None:
    """One of the parts of an ARN between colons: 3 is the Region, 4 the account. `None` for anything but an ARN."""
    if not isinstance(arn, str) or not arn.startswith("arn:"):
        return None
    parts = arn.split(":", 5)
    return (parts[part] or None) if len(parts) == 6 else None
