"""The Terraform of an estate with former names: `moved` blocks, and arguments that keep their value.

The rule: an estate with `was` gives the Terraform of the same estate under its former names, at new addresses. A value
that AWS changes in place follows the new name. A value whose change would replace the resource stays.

An address may contain a name anywhere, so names are not searched for in addresses. The estate is built a second time
under marks, which occur in nothing else. Each mark in an address then stands for a former and a new name.
https://developer.hashicorp.com/terraform/language/block/moved
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from isthmus.intent import Environment, Estate
from isthmus.intent.former_names import former, renames, under_names
from modules.hub_route_tables import HubTables
from modules.module_calls import ModuleCall, module_calls
from modules.terraform_names import identifier

Document = Mapping[str, Any]

_MARK = re.compile(r"zzrenamed\d+zz")
_REFERENCE = re.compile(r"\b((?:var|aws_\w+)\.)([A-Za-z_][\w-]*)")
_META = frozenset({"lifecycle", "depends_on", "provider", "count", "for_each"})


@dataclass(frozen=True, slots=True)
class Pair:
    """The former and the new address of something in a module, such as `aws_route.a`. They may be equal."""

    former: str
    new: str


@dataclass(frozen=True)
class Naming:
    """An estate under three kinds of names: the new ones, the former ones, and marks.

    `names` gives the former and the new name of each mark.
    """

    estate: Estate
    former: Estate
    marked: Estate
    names: Mapping[str, tuple[str, str]]

    @cached_property
    def former_tables(self) -> HubTables:
        """The hub route tables under the former names."""
        return HubTables(self.former)

    @cached_property
    def marked_tables(self) -> HubTables:
        """The hub route tables under marks."""
        return HubTables(self.marked)

    def former_call(self, call: ModuleCall) -> ModuleCall:
        """A module call under the former names."""
        return self._calls.get(call, (call, call))[0]

    def marked_call(self, call: ModuleCall) -> ModuleCall:
        """A module call under marks."""
        return self._calls.get(call, (call, call))[1]

    @cached_property
    def _calls(self) -> Mapping[ModuleCall, tuple[ModuleCall, ModuleCall]]:
        marked = [call for environment in self.marked.environments for call in module_calls(self.marked, environment)]
        return {self._call(call, 1): (self._call(call, 0), call) for call in marked}

    def _call(self, marked: ModuleCall, which: int) -> ModuleCall:
        name = self._identifiers(marked.name, which)
        spoke = self.names.get(marked.spoke or "")
        return replace(marked, name=name, spoke=spoke[which] if spoke else marked.spoke)

    def pair(self, marked: str) -> Pair:
        """An address under marks."""
        return Pair(self._identifiers(marked, 0), self._identifiers(marked, 1))

    def _identifiers(self, marked: str, which: int) -> str:
        return _MARK.sub(lambda found: identifier(self.names[found[0]][which]), marked)

    def renamed(self, marked: Document) -> tuple[Pair, ...]:
        """The addresses of all resources and variables of a module."""
        addresses = [f"{kind}.{name}" for kind, named in marked.get("resource", {}).items() for name in named]
        addresses += [f"var.{name}" for name in marked.get("variable", {})]
        return tuple(self.pair(address) for address in sorted(addresses))


def naming_of(estate: Estate) -> Naming | None:
    """The names of an estate that states former names, else None."""
    stated = renames(estate)
    if not stated:
        return None
    marks: dict[type, dict[str, str]] = {}
    names: dict[str, tuple[str, str]] = {}
    for number, rename in enumerate(stated):
        mark = f"zzrenamed{number}zz"
        marks.setdefault(rename.kind, {})[rename.name] = mark
        names[mark] = (rename.former, rename.name)
    return Naming(estate, former(estate), under_names(estate, marks), names)


def call_moves(naming: Naming, environment: Environment) -> list[dict[str, str]]:
    """The `moved` blocks for the module calls of a root module."""
    calls = module_calls(naming.estate, environment)
    pairs = [Pair(f"module.{naming.former_call(call).name}", f"module.{call.name}") for call in calls]
    return moves_between(tuple(pairs))


def moves_between(pairs: tuple[Pair, ...]) -> list[dict[str, str]]:
    """The `moved` blocks for addresses that differ."""
    return [
        {"from": pair.former, "to": pair.new}
        for pair in sorted(pairs, key=lambda pair: pair.former)
        if pair.former != pair.new and not pair.new.startswith("var.")
    ]


def with_kept_arguments(document: Document, former_document: Document, pairs: tuple[Pair, ...]) -> Document:
    """A module whose arguments have their former value, if another value would replace their resource."""
    addresses = {pair.former: pair.new for pair in pairs}
    resources: dict[str, dict[str, Any]] = {kind: dict(named) for kind, named in document.get("resource", {}).items()}
    for pair in pairs:
        kind, _, name = pair.new.partition(".")
        if kind != "var":
            before = former_document["resource"][kind][pair.former.partition(".")[2]]
            body = {**resources[kind][name], **dict(_kept(kind, before, resources[kind][name], addresses))}
            resources[kind][name] = {argument: value for argument, value in body.items() if value is not None}
    return {**document, "resource": resources} if resources else document


def _kept(kind: str, before: Document, after: Document, addresses: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    from isthmus.changes.replacing import forces_replacement  # it loads the reader, which few estates need

    for argument in sorted({*before, *after} - _META):
        value = _moved(before.get(argument), addresses)
        if value != after.get(argument) and forces_replacement(kind, argument) is not False:
            yield argument, value


def _moved(value: Any, addresses: Mapping[str, str]) -> Any:
    """A value with the new addresses of what it refers to."""
    if isinstance(value, str) and "${" in value:
        return _REFERENCE.sub(lambda found: addresses.get(found[0], found[0]), value)
    if isinstance(value, dict):
        return {key: _moved(inner, addresses) for key, inner in value.items()}
    return [_moved(inner, addresses) for inner in value] if isinstance(value, list) else value
