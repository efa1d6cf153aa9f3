"""Blocks of a plan of which parts are unknown until apply: which configured block each has come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from isthmus.terraform.conversions import as_string
from isthmus.terraform.graph import Unknown, Value
from isthmus.terraform.plan_scope import any_true
from isthmus.terraform.planned import Json, PlannedResource
from isthmus.terraform.scopes import unknown
from isthmus.terraform.state import mapping

_UNKNOWN = Unknown("known after apply")


class _Recover(Protocol):
    """What gives the value of an expression for an argument; a `shared` one has the references of several blocks."""

    def __call__(
        self, name: str, expression: Json, resource: PlannedResource, mask: Any, *, shared: bool = False
    ) -> Value: ...


class Blocks:
    """Recovers what is unknown in blocks, by `recover`. `address` gives the address of a resource in the graph."""

    def __init__(self, recover: _Recover, address: Callable[[PlannedResource], str]) -> None:
        self.recover = recover
        self.address = address

    def inside(self, resource: PlannedResource, name: str, value: Value, mask: Any, expression: Any) -> Value:
        """A value of which parts are unknown: a list, a map or blocks."""
        if isinstance(value, dict) and isinstance(mask, dict):
            return self._block(resource, name, value, mask, _configured(expression))
        if not isinstance(value, tuple) or not isinstance(mask, list):
            # All of it, or a mark that is not of the value's shape, as in no plan that Terraform writes.
            return unknown(f"{self.address(resource)}.{name}", "known after apply") if any_true(mask) else value
        marks = mask + [False] * (len(value) - len(mask))
        if any(mark is True for mark in marks):
            if isinstance(expression, dict):
                return self.recover(name, expression, resource, mask)
            return tuple(_UNKNOWN if mark is True else item for item, mark in zip(value, marks, strict=False))
        return self._blocks(resource, name, value, marks, _configured(expression))

    def _blocks(
        self, resource: PlannedResource, name: str, value: tuple[Value, ...], marks: list[Any], expressions: list[Json]
    ) -> tuple[Value, ...]:
        """Planned blocks, each with the configured blocks that it can have come from. Where as many planned blocks look
        the same as there are configured ones for them, they are matched by order: it makes no difference which is
        which.
        """
        possible = [[e for e in expressions if isinstance(item, dict) and _agrees(e, item)] for item in value]
        taken: dict[tuple[int, ...], int] = {}
        result: list[Value] = []
        for item, mark, candidates in zip(value, marks, possible, strict=False):
            if not isinstance(item, dict) or not any_true(mark):
                result.append(item)
                continue
            if not isinstance(mark, dict):  # not how a plan marks what is unknown in a block
                result.append(unknown(f"{self.address(resource)}.{name}", "known after apply"))
                continue
            same = tuple(id(candidate) for candidate in candidates)
            if len(same) > 1 and possible.count(candidates) == len(same):
                candidates = [candidates[taken.get(same, 0)]]
                taken[same] = taken.get(same, 0) + 1
            result.append(self._block(resource, name, item, mark, candidates))
        return tuple(result)

    def _block(
        self, resource: PlannedResource, name: str, item: Mapping[str, Value], mask: Json, possible: list[Json]
    ) -> dict[str, Value]:
        """One block, its unknown arguments recovered from the configured blocks that it can have come from."""
        result = dict(item)
        for key, mark in mask.items():
            if not any_true(mark):
                continue
            found = []
            for expression in possible:
                shared = "references" in expression
                inner = expression if shared else expression.get(key)
                if mark is True and isinstance(inner, dict):
                    found.append(self.recover(key, inner, resource, True, shared=shared or "shared" in inner))
                elif inner is not None and item.get(key) is not None:
                    found.append(self.inside(resource, key, item[key], mark, inner))
            distinct = [value for at, value in enumerate(found) if value not in found[:at]]
            if len(distinct) == 1:
                result[key] = distinct[0]
            elif not possible or found:  # else it is configured nowhere: the provider decides
                result[key] = unknown(f"{name}.{key}", "known after apply")
        return result


def _configured(expression: Any) -> list[Json]:
    """The blocks that are configured, each with an expression for every argument; or the one expression of them all."""
    if isinstance(expression, list):
        return [mapping(item) for item in expression]
    raw = mapping(expression).get("constant_value")
    if not isinstance(raw, list):
        return [expression] if isinstance(expression, dict) else []
    shared = expression.get("references", [])  # JSON syntax, blocks written as the value of an attribute
    return [{name: _written(value, shared) for name, value in mapping(block).items()} for block in raw]


def _written(value: Any, shared: list[Any]) -> Json:
    if "${" not in str(value):
        return {"constant_value": value}
    return {"constant_value": value, "references": shared, "shared": True}


def _agrees(expression: Json, item: Mapping[str, Value]) -> bool:
    """Whether a planned block can have come from a configured one: no constant differs."""
    for key, inner in expression.items():
        constant = mapping(inner).get("constant_value")
        if "references" in mapping(inner) or not isinstance(constant, str | int | float):
            continue
        planned = item.get(key)  # null, where a provider takes the constant for as good as nothing
        if isinstance(planned, str | int | float) and as_string(planned) != as_string(constant):
            return False
    return True
