"""The actions that a plan states: exactly what Terraform will do.

https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from isthmus.changes.actions import Cause, ResourceAction, ResourceChange
from isthmus.terraform.sensitive import is_secret
from isthmus.terraform.state import mapping

_ACTIONS: Mapping[tuple[str, ...], ResourceAction] = {
    ("create",): ResourceAction.CREATE,
    ("update",): ResourceAction.UPDATE,
    ("delete",): ResourceAction.DESTROY,
    ("delete", "create"): ResourceAction.REPLACE,
    ("create", "delete"): ResourceAction.REPLACE,
    ("forget",): ResourceAction.LEAVE,
}
_QUIET = (("no-op",), ("read",))


def planned_changes(document: Mapping[str, Any], root: str = "") -> tuple[ResourceChange, ...]:
    """Every change of a managed resource that a plan states, with the root module's name before its address.

    Actions that this release does not know are `MAY_REPLACE`, with the reason.
    """
    return tuple(sorted(_changes(document, root), key=lambda change: change.address))


def _changes(document: Mapping[str, Any], root: str) -> Iterator[ResourceChange]:
    prefix = f"{root}/" if root else ""
    for entry in document.get("resource_changes") or ():
        if not isinstance(entry, Mapping) or entry.get("mode") == "data":
            continue
        change = entry.get("change") or {}
        actions = tuple(change.get("actions") or ())
        address, type_ = f"{prefix}{entry.get('address')}", str(entry.get("type"))
        before = entry.get("previous_address")
        if before:
            yield ResourceChange(f"{prefix}{before}", type_, ResourceAction.MOVE, moved_to=address)
        if actions not in _QUIET:
            action = _ACTIONS.get(actions)
            reason = "" if action else f"the plan states the actions {', '.join(map(str, actions)) or 'none'}"
            causes = tuple(_causes(change)) if action in (ResourceAction.REPLACE, ResourceAction.UPDATE) else ()
            yield ResourceChange(address, type_, action or ResourceAction.MAY_REPLACE, causes, reason=reason)


def _causes(change: Mapping[str, Any]) -> Iterator[Cause]:
    paths = change.get("replace_paths") or ()
    replacing = {".".join(str(step) for step in path if isinstance(step, str)) for path in paths}
    before, after, unknown = (mapping(change.get(side)) for side in ("before", "after", "after_unknown"))
    secrets = [change.get(side) for side in ("before_sensitive", "after_sensitive")]
    names = {name for name in {*before, *after} if before.get(name) != after.get(name)} | {
        name for name, value in unknown.items() if value is True and name in before
    }
    for name in sorted(names | {path.split(".")[0] for path in replacing}):
        forces = any(path == name or path.startswith(f"{name}.") for path in replacing)
        if not forces and unknown.get(name) is True:
            continue  # computed, and only known after apply
        hidden = is_secret(name) or any(
            secret is True or (isinstance(secret, Mapping) and secret.get(name)) for secret in secrets
        )
        values = ("(sensitive)", "(sensitive)") if hidden else (_text(before.get(name)), _text(after.get(name)))
        yield Cause(name, values[0], "(known after apply)" if unknown.get(name) is True else values[1], forces)


def _text(value: Any) -> str:
    text = "(none)" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
