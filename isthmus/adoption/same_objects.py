"""Objects that an existing network has twice, because two states hold them, and objects that are elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from isthmus.changes.moves import moved_resource, under_moves
from isthmus.terraform.graph import Graph, Resource

# An id that AWS gives once. Names are ids too, but each Region may have one of that name.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
_GIVEN_ONCE = re.compile(r"[a-z-]+-[0-9a-f]{8,17}(_.+)?")


def without_copies(existing: Graph) -> tuple[Graph, dict[str, str]]:
    """The existing network with each object once, and the address of what stands for each copy.

    Copies that differ stay: which of them is right is not known.
    """
    together: dict[tuple[str, str], list[Resource]] = defaultdict(list)
    for resource in existing.resources.values():
        named = resource.get("id")
        if not resource.existing and isinstance(named, str) and _GIVEN_ONCE.fullmatch(named):
            together[resource.type, named].append(resource)
    copies = {copy.address: kept for kept, *others in together.values() for copy in others}
    moves = {address: kept.address for address, kept in copies.items()}
    equal = {
        address: kept.address
        for address, kept in copies.items()
        if moved_resource(existing.resources[address], moves)[1].values == moved_resource(kept, moves)[1].values
    }
    rest = {address: one for address, one in existing.resources.items() if address not in equal}
    return under_moves(replace(existing, resources=rest), equal), equal


def elsewhere(existing: Graph, output: Graph) -> dict[str, str]:
    """The existing resources in a Region or account in which the output has nothing, each with the reason."""
    found: dict[str, str] = {}
    for part, place in (("region", "Region"), ("account", "account")):
        there = {getattr(one, part) for one in output.resources.values() if not one.existing}
        if None in there:
            continue
        for one in existing.resources.values():
            if not one.existing and getattr(one, part) not in (None, *there):
                found[one.address] = f"it is in {place} {getattr(one, part)}, where the output has nothing"
    return found


def in_another_place(old: Resource, new: Resource) -> str:
    """Why an existing resource is not the one of the output, by Region and account, or ""."""
    return next(_differences(old, new), "")


def _differences(old: Resource, new: Resource) -> Iterator[str]:
    for part, place in (("region", "Region"), ("account", "account")):
        before, after = getattr(old, part), getattr(new, part)
        if before is not None and after is not None and before != after:
            yield f"it is in {place} {before}, and {new.address} in {after}"
