"""The outline of plans and states: objects where objects belong, lists where lists belong, and addresses.

What is of another shape was not written by Terraform. It is refused: read in part, it would look like less.
Format: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from isthmus.terraform.errors import UnreadableTerraform

_AGAIN = "Write it again: `terraform show -json PLAN > plan.json`"
_OBJECT, _LIST = "a JSON object", "a JSON list"
_KINDS = {_OBJECT: dict, _LIST: list}


def check_shape(document: Mapping[str, Any], path: Path) -> None:
    """Refuse a plan or a state, as `terraform show -json` writes them, of another outline.

    Raises `UnreadableTerraform`.
    """
    for fault in _faults(document):
        raise UnreadableTerraform(path, fault, _AGAIN)


def _faults(document: Mapping[str, Any]) -> Iterator[str]:
    for key in ("planned_values", "values", "prior_state", "configuration", "output_changes", "variables"):
        yield from _kind(document, key, _OBJECT)
    for key in ("resource_changes", "resource_drift"):
        yield from _kind(document, key, _LIST)
        for at, change in enumerate(document.get(key) or ()):
            where = f"{key}[{at}]"
            if not isinstance(change, dict):
                yield _not(where, _OBJECT)
                return
            yield from _text(change, "address", where)
            yield from _kind(change, "change", _OBJECT, where)
    for key in ("planned_values", "values"):
        yield from _values(document.get(key), key)
    prior = document.get("prior_state")
    if isinstance(prior, dict):
        yield from _kind(prior, "values", _OBJECT, "prior_state")
        yield from _values(prior.get("values"), "prior_state.values")
    configuration = document.get("configuration")
    if isinstance(configuration, dict):
        yield from _kind(configuration, "provider_config", _OBJECT, "configuration")
        yield from _kind(configuration, "root_module", _OBJECT, "configuration")
        yield from _configured(configuration.get("root_module"), "configuration.root_module")


def _values(values: Any, where: str) -> Iterator[str]:
    if values is None:
        return
    yield from _kind(values, "outputs", _OBJECT, where)
    yield from _kind(values, "root_module", _OBJECT, where)
    waiting = [(values.get("root_module"), f"{where}.root_module")]
    while waiting:
        module, at = waiting.pop()
        if module is None:
            continue
        if not isinstance(module, dict):
            yield _not(at, _OBJECT)
            return
        yield from _kind(module, "resources", _LIST, at)
        yield from _kind(module, "child_modules", _LIST, at)
        for number, resource in enumerate(module.get("resources") or ()):
            inner = f"{at}.resources[{number}]"
            yield from _resource(resource, inner)
            yield from _kind(resource, "values", _OBJECT, inner)
        waiting += [(child, f"{at}.child_modules[{n}]") for n, child in enumerate(module.get("child_modules") or ())]


def _configured(module: Any, where: str) -> Iterator[str]:
    waiting = [(module, where)]
    while waiting:
        module, at = waiting.pop()
        if module is None:
            continue
        yield from _kind(module, "resources", _LIST, at)
        yield from _kind(module, "module_calls", _OBJECT, at)
        for number, resource in enumerate(module.get("resources") or ()):
            inner = f"{at}.resources[{number}]"
            if not isinstance(resource, dict):
                yield _not(inner, _OBJECT)
                return
            yield from _text(resource, "address", inner)
            yield from _kind(resource, "expressions", _OBJECT, inner)
        for name, call in (module.get("module_calls") or {}).items():
            inner = f"{at}.module_calls.{name}"
            if not isinstance(call, dict):
                yield _not(inner, _OBJECT)
                return
            yield from _kind(call, "module", _OBJECT, inner)
            waiting.append((call.get("module"), f"{inner}.module"))


def _resource(resource: Any, where: str) -> Iterator[str]:
    if not isinstance(resource, dict):
        yield _not(where, _OBJECT)
        return
    for key in ("address", "type", "name"):
        yield from _text(resource, key, where)
    if resource.get("mode", "managed") not in ("managed", "data"):
        yield f"{where}.mode is neither managed nor data"


def _text(holder: Mapping[str, Any], key: str, where: str) -> Iterator[str]:
    if not isinstance(holder.get(key), str):
        yield f"{where}.{key} is no text"


def _kind(holder: Any, key: str, kind: str, where: str = "") -> Iterator[str]:
    if holder.get(key) is not None and not isinstance(holder[key], _KINDS[kind]):
        yield _not(f"{where}.{key}" if where else key, kind)


def _not(where: str, kind: str) -> str:
    return f"{where} is no{kind.removeprefix('a')}"
