"""Resources that `moved` blocks give a new address, and a graph under its new addresses.

https://developer.hashicorp.com/terraform/language/modules/develop/refactoring
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from isthmus.terraform.graph import Graph, Ref, Resource


def moves_between(before: Graph, after: Graph) -> Mapping[str, str]:
    """The resources of the earlier graph that the later one has under another address: old address to new address."""
    old, new = ({**graph.resources, **graph.unexpanded} for graph in (before, after))
    return dict(_moves(old, new, after.moved))


def under_moves(graph: Graph, moves: Mapping[str, str]) -> Graph:
    """The same graph with the new addresses of its resources, also in every reference."""
    attachments = {
        attachment: (moves.get(attached, attached), moves.get(gateway, gateway))
        for attachment, (attached, gateway) in graph.attachments.items()
    }
    return replace(
        graph,
        resources=dict(moved_resource(resource, moves) for resource in graph.resources.values()),
        unexpanded=dict(moved_resource(resource, moves) for resource in graph.unexpanded.values()),
        outputs={name: _referring(value, moves) for name, value in graph.outputs.items()},
        attachments=attachments,
    )


def _moves(
    old: Mapping[str, Resource], new: Mapping[str, Resource], moved: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The resources that `moved` blocks give a new address. A block may name a resource, an instance or a module.

    Blocks form chains: one moves a module, another one a resource inside of it. Terraform moves nothing to an address
    that has a resource already: it destroys what it cannot move.
    """
    occupied = {place for resource in old.values() for place in _places(resource)}
    taken: set[str] = set()
    for address, resource in sorted(old.items()):
        if address in new:
            continue
        found = [*_destinations(resource.address, resource.type, moved, occupied), *_of_count(address, moved)]
        for target in found:
            if target in new and new[target].type == resource.type and target not in old and target not in taken:
                taken.add(target)
                yield address, target
                break


def _of_count(address: str, moved: Mapping[str, str]) -> Iterator[str]:
    """Terraform moves a resource to its instance zero if it gets `count`, and back. A `moved` block decides otherwise.

    https://developer.hashicorp.com/terraform/language/modules/develop/refactoring
    """
    other = address.removesuffix("[0]") if address.endswith("[0]") else f"{address}[0]"
    stated = {*moved, *moved.values()}
    if not stated & {address, other, without_index(address)}:
        yield other


def _places(resource: Resource) -> Iterator[str]:
    """The addresses that a resource occupies for a move: its own, its block's, and that of its module."""
    yield resource.address
    yield without_index(resource.address)
    yield _module(resource.address, resource.type)


def without_index(address: str) -> str:
    """The address of a block, from that of an instance."""
    return address.rpartition("[")[0] if address.endswith("]") else address


def _module(address: str, type_: str) -> str:
    return address.rpartition(f"{type_}.")[0]


def _destinations(
    address: str, type_: str, moved: Mapping[str, str], occupied: Collection[str], used: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Where chains of `moved` blocks lead, the longest chain first."""
    for source in sorted(moved.keys() - used, key=len, reverse=True):
        rest = address.removeprefix(source)
        if rest != address and (not rest or rest[0] in ".["):
            after = f"{moved[source]}{rest}"
            # A block moves a module, all instances of a resource, or one of them.
            is_module = len(source) < len(_module(address, type_))
            place = _module(after, type_) if is_module else moved[source]
            if place not in occupied:
                yield from _destinations(after, type_, moved, occupied, used | {source})
                yield after


def moved_resource(resource: Resource, moves: Mapping[str, str]) -> tuple[str, Resource]:
    """A resource under its new address, with the new addresses of what it refers to."""
    address = moves.get(resource.address, resource.address)
    if not moves:
        return address, resource
    values = {name: _referring(value, moves) for name, value in resource.values.items()}
    return address, replace(resource, address=address, values=values)


def _referring(value: Any, moves: Mapping[str, str]) -> Any:
    if isinstance(value, Ref):
        return Ref(moves.get(value.address, value.address), value.attribute)
    if isinstance(value, Mapping):
        return {key: _referring(inner, moves) for key, inner in value.items()}
    return tuple(_referring(inner, moves) for inner in value) if isinstance(value, tuple) else value
