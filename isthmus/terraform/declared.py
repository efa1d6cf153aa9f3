"""The references of a module. Terraform refuses a reference to something that the module does not declare.

This module evaluates nothing. It identifies a reference by its first words: `("aws_vpc", "this")`, `("var", "x")`,
`("module", "m", "id")`, `("data", "aws_vpc", "v")`. https://developer.hashicorp.com/terraform/language/expressions/references
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from typing import Any, NamedTuple

from isthmus.terraform.configuration import Body, Module
from isthmus.terraform.expression_parser import parse_expression, parse_template
from isthmus.terraform.expressions import Attribute, ExpressionError, For, Index, Literal, Name, Node, Splat

Words = tuple[str, ...]

# References that start with these words need no declaration.
_GIVEN = frozenset({"each", "count", "self", "path", "terraform"})
_PLAIN = re.compile(r"\$\{([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+)\}")  # most references look like this
_LONGEST = {"module": 3, "data": 5}  # `data.terraform_remote_state.n.outputs.x`


class Reference(NamedTuple):
    """One reference: its owner (`aws_subnet.a`, `module.m`, `local.x`), the argument, and its words."""

    owner: str
    argument: str
    to: Words


def references(module: Module) -> Iterator[Reference]:
    """Every reference in a module, once for each owner and argument."""
    for prefix, kinds in (("", module.resources), ("data.", module.data)):
        for kind, named in kinds.items():
            for name, body in named.items():
                yield from _of_body(f"{prefix}{kind}.{name}", body)
    for name, call in module.calls.items():
        yield from _of_body(f"module.{name}", {key: value for key, value in call.items() if key != "providers"})
    for name, value in module.locals.items():
        yield from _of_body("local", {name: value})
    for name, output in module.outputs.items():
        yield from _of_body("output", {name: output.get("value")})


def references_in(value: Any) -> Iterator[Words]:
    """Every reference in JSON, with all its words."""
    return _in_json(value, frozenset())


def is_declared(module: Module, to: Words) -> bool:
    """Whether a module declares the target of a reference. Outputs of child modules are not checked."""
    first, *rest = to
    if first in _GIVEN or not rest:
        return True
    if first == "data":
        return len(rest) < 2 or rest[1] in module.data.get(rest[0], {})
    declared = {"var": module.variables, "local": module.locals, "module": module.calls}
    return rest[0] in declared.get(first, module.resources.get(first, {}))


def _of_body(owner: str, body: Body) -> Iterator[Reference]:
    for argument, value in body.items():
        if argument in ("lifecycle", "provider", "provisioner", "connection"):
            continue
        found: dict[Words, None] = {}
        if argument == "depends_on":
            for text in value if isinstance(value, list) else ():
                found |= dict.fromkeys(map(_first_words, _bare(text) if isinstance(text, str) else ()))
        else:
            bound = frozenset(_iterators(value)) if argument == "dynamic" else frozenset()
            found |= dict.fromkeys(_first_words(to) for to in _in_json(value, bound))
        yield from (Reference(owner, argument, to) for to in found)


def _first_words(words: Words) -> Words:
    """The words that identify what is referred to."""
    return words[: _LONGEST.get(words[0], 2)]


def _in_json(value: Any, bound: frozenset[str]) -> Iterator[Words]:
    if isinstance(value, str):
        if "${" in value:
            yield from (to for to in _in_text(value) if to[0] not in bound)
    elif isinstance(value, list):
        for item in value:
            yield from _in_json(item, bound)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _in_json(key, bound)
            yield from _in_json(item, bound)


def _iterators(value: Any) -> Iterator[str]:
    """The iterator names of dynamic blocks and of the blocks nested in them."""
    if isinstance(value, list):
        for item in value:
            yield from _iterators(item)
    elif isinstance(value, dict):
        for label, item in value.items():
            yield str(label)
            if label == "iterator" and isinstance(item, str):
                yield item
            yield from _iterators(item)


@lru_cache(maxsize=65536)
def _in_text(text: str) -> tuple[Words, ...]:
    plain = _PLAIN.fullmatch(text)
    if plain:
        words = tuple(plain[1].split("."))
        return (words,)
    try:
        return tuple(dict.fromkeys(_in_node(parse_template(text), frozenset())))
    except (ExpressionError, RecursionError):
        return ()  # the evaluation reports it as unknown


@lru_cache(maxsize=4096)
def _bare(text: str) -> tuple[Words, ...]:
    try:
        return tuple(_in_node(parse_expression(text), frozenset()))
    except (ExpressionError, RecursionError):
        return ()


def _in_node(node: Node, bound: frozenset[str]) -> Iterator[Words]:
    words = _chain(node)
    if words:
        if words[0] not in bound:
            yield words
        yield from _keys(node, bound)
        return
    if isinstance(node, For):
        yield from _in_node(node.over, bound)
        inner = bound | {name for name in (node.key, node.value) if name}
        for part in (node.result_key, node.result, node.condition):
            if part is not None:
                yield from _in_node(part, inner)
        return
    for child in _children(node):
        yield from _in_node(child, bound)


def _chain(node: Node) -> Words:
    """The words of a reference such as `a.b["k"].c`, up to a `[*]` or a computed key. Empty if it is no reference."""
    if isinstance(node, Name):
        return (node.name,)
    if isinstance(node, Attribute):
        of = _chain(node.of)
        return (*of, node.name) if of else ()
    if isinstance(node, Index):
        of = _chain(node.of)
        if of and len(of) == 1 and isinstance(node.key, Literal) and isinstance(node.key.value, str):
            return (*of, node.key.value)  # `local["x"]`
        return of
    return _chain(node.of) if isinstance(node, Splat) else ()


def _keys(node: Node, bound: frozenset[str]) -> Iterator[Words]:
    """The references inside the index keys of a reference."""
    while isinstance(node, Attribute | Index | Splat):
        if isinstance(node, Index):
            yield from _in_node(node.key, bound)
        if isinstance(node, Splat):
            for step in node.steps:
                if isinstance(step, Node):
                    yield from _in_node(step, bound)
        node = node.of


def _children(node: Node) -> Iterator[Node]:
    waiting: list[Any] = [getattr(node, field.name) for field in fields(node)]
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, Node):
            yield item
        elif isinstance(item, tuple):
            waiting = [*item, *waiting]
