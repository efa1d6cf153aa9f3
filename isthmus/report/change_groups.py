"""A difference in a few lines, each for many flows: `gained dev-data, dev-web <-> data, prod`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isthmus.proof.difference.flows import Change, Difference
from isthmus.text.listing import some

__all__ = ["Block", "blocks", "summary"]


@dataclass(frozen=True, slots=True)
class Block:
    """Flows from each source to each destination. `mutual`: also from each destination to each source."""

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    mutual: bool = False

    def __str__(self) -> str:
        return f"{some(self.sources)} {'<->' if self.mutual else '->'} {some(self.destinations)}"


def blocks(flows: Iterable[tuple[str, str]]) -> Iterator[Block]:
    """The flows in blocks: mutual flows first, the largest block first. Each flow is in exactly one block."""
    left = dict.fromkeys(flows)
    for mutual in (True, False):
        while destinations_of := _destinations(left, mutual):
            together: dict[tuple[str, ...], list[str]] = {}
            for source, destinations in destinations_of.items():
                together.setdefault(destinations, []).append(source)
            destinations = max(together, key=lambda to: len(to) * len(together[to]))
            block = Block(tuple(together[destinations]), destinations, mutual)
            yield block
            for a in block.sources:
                for b in block.destinations:
                    del left[a, b]
                    if mutual:
                        del left[b, a]


def _destinations(flows: dict[tuple[str, str], None], mutual: bool) -> dict[str, tuple[str, ...]]:
    """The destinations of each source: of mutual flows only, or of all flows."""
    found: dict[str, tuple[str, ...]] = {}
    for a, b in flows:
        if not mutual or (b, a) in flows:
            found[a] = (*found.get(a, ()), b)
    return found


def summary(difference: Difference) -> Iterator[tuple[str, str]]:
    """What changes in a word, and for what: locations that are added or removed, and flows.

    Flows from the internet are listed on their own.
    """
    if difference.added_locations:
        yield "added", some(difference.added_locations)
    if difference.removed_locations:
        yield "removed", some(difference.removed_locations)
    grouped: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for change in difference.other_flows:
        grouped.setdefault((change.kind, _how(change)), []).append((change.source, change.destination))
    for (kind, how), flows in grouped.items():
        yield from ((kind, f"{block}{how}") for block in blocks(flows))


def _how(change: Change) -> str:
    """What the flows of a block have in common besides the kind of change: the packets, or the egress path."""
    if change.packets:
        return f", for {change.packets}"
    was, now = (flow.exit if flow is not None else "" for flow in (change.before, change.after))
    if was and now and was != now:
        return f", egress by {now}, before by {was}"
    return f", egress by {now or was}" if was or now else ""
