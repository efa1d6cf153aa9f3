"""The tree of an expression in Terraform's language. `expression_parser` makes it from text.

https://developer.hashicorp.com/terraform/language/expressions
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class ExpressionError(ValueError):
    """Text that is no expression of the part of the language read here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An expression. `source` is its own text, for people."""

    source: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A string, number, bool or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class Template(Node):
    """A string of several parts, of which at least one is an interpolation."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Name(Node):
    """The first word of a reference: `var`, `local`, `module`, a resource type, the variable of a `for`."""

    name: str


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """`of.name`."""

    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`of[key]`."""

    of: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Splat(Node):
    """`of[*]`, followed by what is taken of each element: attribute names and index expressions."""

    of: Node
    steps: tuple[str | Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`name(arguments)`; with `spread`, the last argument ends in `...`."""

    name: str
    arguments: tuple[Node, ...]
    spread: bool


@dataclass(frozen=True, slots=True)
class Operation(Node):
    """One or two operands and an operator."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`condition ? yes : no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ObjectOf(Node):
    """`{a = b}`."""

    items: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class For(Node):
    """`[for key, value in over : result if condition]`; with `result_key`, the `{for ...}` form."""

    key: str | None
    value: str
    over: Node
    result_key: Node | None
    result: Node
    condition: Node | None
    grouped: bool
