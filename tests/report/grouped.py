"""The flows of all pairs of locations in the document of `isthmus prove --json`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any


def flows_in(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The example that states the result of each pair: as a reader of the document finds it."""
    members = {group["name"]: group["members"] for group in document["groups"]}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for flows in document["flows"]:
        pairs = [(a, b) for a in members[flows["from"]] for b in members[flows["to"]] if a != b]
        assert len(pairs) == flows["count"]
        assert found.keys().isdisjoint(pairs)
        found |= dict.fromkeys(pairs, flows["example"])
    return found


def lost_in(document: dict[str, Any], failure: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every flow that is lost in a failure scenario of the document, each once."""
    members = {group["name"]: group["members"] for group in document["groups"]}
    for lost in failure["lost_flows"]:
        ends = [
            names if lost["only_named"] else [member for name in names for member in members[name]]
            for names in (lost["sources"], lost["destinations"])
        ]
        pairs = [(a, b) for a, b in product(*ends) if a != b]
        assert len(pairs) == lost["count"]
        yield from pairs
