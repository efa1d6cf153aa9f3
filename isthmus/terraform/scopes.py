"""Scopes: what the first word of a reference is looked up in, and the values that only exist during evaluation.

`Attributes` is such a value: something that is not data itself but has attributes, such as a resource or the outputs of
a module. Where it would end up as data, it becomes `Unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from isthmus.terraform.conversions import as_string
from isthmus.terraform.graph import Ref, Unknown, Value
from isthmus.text.printable import printable


class EvaluationError(Exception):
    """The expression fails: an index out of range, a missing attribute, an argument of the wrong type."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """Something of which expressions can take only attributes. `text` names it in messages.

    `by_reference` gives the element for a resource, where the elements are keyed by ids of resources.
    """

    text: str
    resolve: Callable[[str], Value]
    by_reference: Callable[[Ref], Value] | None = None


def unknown(text: str, cause: str = "") -> Unknown:
    """`Unknown` with a reason that is safe to print."""
    return Unknown(printable(f"{printable(text, 150)}: {cause}" if cause else text))


def _no_files(name: str) -> Value:
    return unknown(name, "the file is not in this input")


@dataclass(frozen=True, slots=True)
class Folders(Attributes):
    """`path`, in a scope that has files. `contents` gives the text of a file, or `Unknown` with the reason."""

    contents: Callable[[str], Value] = _no_files


@dataclass(frozen=True, slots=True)
class ListOfUnknownLength(Attributes):
    """A list whose first members are known and whose length is not. `resolve` takes an index."""


def having(text: str, known: Mapping[str, Value]) -> Attributes:
    """`Attributes` that are all known. Another attribute is a `EvaluationError`."""

    def resolve(name: str) -> Value:
        if name in known:
            return known[name]
        raise EvaluationError(f"{text}: no attribute {name!r}")

    return Attributes(text, resolve)


class EvaluationScope(Protocol):
    """Where the first word of a reference is looked up."""

    def lookup(self, name: str) -> Value:
        """The value of `var`, `local`, `module`, `data`, `each`, a resource type, ...; `Unknown` for anything else."""


@dataclass(frozen=True, slots=True)
class _BoundScope:
    """A scope with the variables of a `for` or of a `dynamic` block added."""

    outer: EvaluationScope
    names: Mapping[str, Value]

    def lookup(self, name: str) -> Value:
        return self.names[name] if name in self.names else self.outer.lookup(name)


def bound(scope: EvaluationScope, **names: Value) -> EvaluationScope:
    """`scope` with more names."""
    return _BoundScope(scope, names)


def plain(value: Value) -> bool:
    """Whether a value is data, and all its elements are."""
    if isinstance(value, tuple):
        return all(plain(item) for item in value)
    if isinstance(value, dict):
        return all(plain(item) for item in value.values())
    return not isinstance(value, Ref | Unknown | Attributes)


def attribute(value: Value, name: str, text: str) -> Value:
    """`value.name`. `text` is its source, for messages. Raises `EvaluationError`."""
    if isinstance(value, Attributes):
        return value.resolve(name)
    if isinstance(value, Ref):
        return Ref(value.address, f"{value.attribute}.{name}")
    if isinstance(value, Unknown):
        return value
    if isinstance(value, dict) and name in value:
        return value[name]
    raise EvaluationError(f"{text}: no attribute {name!r}")


def element(value: Value, key: Value, text: str) -> Value:
    """`value[key]`. `text` is its source, for messages. Raises `EvaluationError`."""
    if isinstance(key, Unknown):
        return key
    if isinstance(value, Unknown):
        return value
    if isinstance(key, Ref):
        if isinstance(value, Attributes) and value.by_reference is not None and key.attribute == "id":
            return value.by_reference(key)
        return unknown(text, "the key is not known before apply")
    if isinstance(value, Attributes):
        return value.resolve(as_string(key))
    if isinstance(value, Ref):
        shown = f'"{key}"' if isinstance(key, str) else str(key)
        return Ref(value.address, f"{value.attribute}[{shown}]")
    if isinstance(value, tuple):
        if isinstance(key, str) and key.isdecimal():
            key = int(key[:9])
        if type(key) is int and 0 <= key < len(value):
            return value[key]
    elif isinstance(value, dict):
        name = as_string(key)
        if name in value:
            return value[name]
    raise EvaluationError(f"{text}: no such element")
