"""What an unknown value is made from: its expression, and everything that the expression refers to.

Two unknown values may be equal only if they are made from the same. The reason of an unknown value names what is
missing (`var.x`), and not what is computed from it: `cidrsubnet(var.x, 8, 1)` and `cidrsubnet(var.x, 8, 2)` differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Protocol

from isthmus.terraform.configuration import Body, Module
from isthmus.terraform.declared import Words, references_in
from isthmus.terraform.graph import Unknown, Value
from isthmus.terraform.work_limit import spend


class OriginScope(Protocol):
    """A module instance, as far as the origin of its values needs it."""

    module: Module
    call: Body

    @property
    def parent(self) -> OriginScope | None:
        """The module that calls it."""

    def children(self, name: str) -> Mapping[Any, OriginScope] | Unknown:
        """The instances of a module call."""

    def producer(self, name: str) -> OriginScope | None:
        """The root module whose outputs a `terraform_remote_state` reads."""


_NUMBER = ("count", "for_each")
_NOT_FOLLOWED = frozenset({"tags", "lifecycle", "provider", "provisioner", "connection", "depends_on"})
_Part = tuple[Any, OriginScope, Body]  # raw JSON, the module that it is written in, and the block around it


def origin(raw: Any, module: OriginScope, block: Body) -> str:
    """A digest of an expression, and of all expressions that it refers to. It names no module, so modules may move.

    `block`: the block that the expression is written in, for `each` and `count`.
    """
    texts: set[str] = set()
    waiting: list[_Part] = [(raw, module, block)]
    seen: set[tuple[int, int, Words]] = set()
    while waiting:
        part, at, around = waiting.pop()
        spend(1)
        texts.add(json.dumps(part, sort_keys=True, default=str))
        for words in references_in(part):
            key = (id(at), id(around) if words[0] in ("each", "count") else 0, words)
            if key not in seen:
                seen.add(key)
                waiting += _referred(words, at, around)
    return sha256("\n".join(sorted(texts)).encode(errors="surrogatepass")).hexdigest()


def number_origin(module: OriginScope, block: Body) -> str:
    """The origin of how many instances of a block there are, and of the modules around it."""
    found, at = [origin([block.get(name) for name in _NUMBER], module, block)], module
    while at.parent is not None:
        found.append(origin([at.call.get(name) for name in _NUMBER], at.parent, at.call))
        at = at.parent
    return " ".join(found)


def with_origins(value: Value, raw: Any, module: OriginScope, block: Body) -> Value:
    """A value whose unknown parts have the origin of the part of the expression that gives them."""
    if isinstance(value, Unknown):
        return replace(value, origin=origin(raw, module, block))
    if isinstance(value, tuple):
        parts = raw if isinstance(raw, list) and len(raw) == len(value) else [raw] * len(value)
        return tuple(with_origins(one, part, module, block) for one, part in zip(value, parts, strict=True))
    if isinstance(value, Mapping):
        given = raw if isinstance(raw, dict) else {}
        return {key: with_origins(one, given.get(key, raw), module, block) for key, one in value.items()}
    return value


def _referred(words: Words, at: OriginScope, around: Body) -> Iterator[_Part]:
    """The expressions that a reference stands for."""
    module = at.module
    match words:
        case ("each" | "count", *_):
            yield [around.get(name) for name in _NUMBER], at, around
        case ("var", name, *_):
            yield [module.variables.get(name, {}).get("default"), module.values.get(name)], at, {}
            if at.parent is not None:
                yield at.call.get(name), at.parent, at.call
        case ("local", name, *_):
            yield module.locals.get(name), at, {}
        case ("data", "terraform_remote_state", name, "outputs", output, *_) if producer := at.producer(name):
            yield producer.module.outputs.get(output), producer, {}
        case ("data", kind, name, *_):
            body = module.data.get(kind, {}).get(name, {})
            yield body, at, body
        case ("module", name, *rest):
            yield from _of_child(name, rest[0] if rest else "", at)
        case (kind, name, *rest):
            body = module.resources.get(kind, {}).get(name, {})
            names = rest[:1] if rest else [one for one in body if one not in _NOT_FOLLOWED]
            yield from ((body[one], at, body) for one in (*names, *_NUMBER, "dynamic") if one in body)


def _of_child(name: str, output: str, at: OriginScope) -> Iterator[_Part]:
    """An output of a module, or all of them. If its instances are unknown, everything that it is called with."""
    call = at.module.calls.get(name, {})
    yield [call.get(one) for one in ("source", *_NUMBER)], at, call
    children = at.children(name)
    if isinstance(children, Unknown):
        yield call, at, call
        return
    for child in children.values():
        outputs = child.module.outputs
        yield from ((outputs[one], child, {}) for one in ([output] if output else outputs) if one in outputs)
