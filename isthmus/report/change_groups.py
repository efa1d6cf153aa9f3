"""A difference in a few lines, each of many flows: `gained dev-data, dev-web <-> data, prod`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isthmus.proof.difference.flows import Change, ChangeKind, Difference
from isthmus.text.listing import some


@dataclass(frozen=True, slots=True)
class Block:
    """Flows from each of some places to each of others, `mutual`: and back."""

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    mutual: bool = False

    def __str__(self) -> str:
        return f"{some(self.sources)} {'<->' if self.mutual else '->'} {some(self.destinations)}"


def blocks(flows: Iterable[tuple[str, str]]) -> Iterator[Block]:
    """The flows in blocks, each flow in one; mutual ones first, as large as they come."""
    left = dict.fromkeys(flows)
    for mutual in (True, False):
        while toward := _toward(left, mutual):
            together: dict[tuple[str, ...], list[str]] = {}
            for source, destinations in toward.items():
                together.setdefault(destinations, []).append(source)
            destinations = max(together, key=lambda to: len(to) * len(together[to]))
            block = Block(tuple(together[destinations]), destinations, mutual)
            yield block
            for a in block.sources:
                for b in block.destinations:
                    del left[a, b]
                    if mutual:
                        del left[b, a]


def _toward(flows: dict[tuple[str, str], None], mutual: bool) -> dict[str, tuple[str, ...]]:
    """For each source its destinations, of flows that go both ways, or of all."""
    found: dict[str, tuple[str, ...]] = {}
    for a, b in flows:
        if not mutual or (b, a) in flows:
            found[a] = (*found.get(a, ()), b)
    return found


def gist(difference: Difference) -> Iterator[tuple[str, str]]:
    """What changes, in a word, and what of: places that come and go, and flows."""
    if difference.added_locations:
        yield "new", some(difference.added_locations)
    if difference.removed_locations:
        yield "gone", some(difference.removed_locations)
    alike: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for change in difference.changes:
        alike.setdefault((change.kind, _how(change)), []).append((change.source, change.destination))
    for (kind, how), flows in alike.items():
        yield from ((kind, f"{block}{how}") for block in blocks(flows))


def _how(change: Change) -> str:
    """What flows of a block have in common beside their kind: the packets, or the way out."""
    if change.packets:
        return f", for {change.packets}"
    was, now = (flow.exit if flow is not None else "" for flow in (change.before, change.after))
    if was and now and was != now:
        return f", out by {now} and no more by {was}"
    return f", out by {now or was}" if was or now else ""


def headline(difference: Difference) -> tuple[str, str]:
    """The verdict of a difference, and what is to be said of it in the same sentence: `Flows change`, `: 12 gained.`"""
    if difference.changes:
        unclear = all(change.kind is ChangeKind.UNCLEAR for change in difference.changes)
        return (
            "Flows may change" if unclear else "Flows change",
            f": {', '.join(f'{count} {kind}' for kind, count in difference.counts.items() if count)}.",
        )
    if difference.firewall_changes:
        return "No flow changes", ", but firewall rules do."
    if difference.names:
        return "No flow changes", ", but names are answered otherwise."
    return "No flow changes", ", of those that can be answered." if difference.unknown_results else "."
