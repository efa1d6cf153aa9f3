"""Many changed flows in a few groups: `the 40 spokes of segment workloads now reach each other`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from isthmus.proof.difference.change import Change, ChangeKind
from isthmus.proof.pairs.locations import INTERNET
from isthmus.proof.result.findings import Flow, Outcome
from isthmus.text.listing import some

__all__ = ["Block", "ChangeGroup", "blocks", "change_groups", "short_address"]

_INDEX = re.compile(r'\[(\d+|"([^"\\]|\\.)*")\]$')


@dataclass(frozen=True, slots=True)
class Block:
    """Flows from each source to each destination. `mutual`: also from each destination to each source.

    Sources that are the destinations too are a clique: each of them to each other one.
    """

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    mutual: bool = False

    @property
    def is_clique(self) -> bool:
        """Whether the flows are between each two of the same locations."""
        return self.sources == self.destinations

    @property
    def flows(self) -> Iterator[tuple[str, str]]:
        """Every flow, once."""
        for a in self.sources:
            for b in self.destinations:
                if a != b:
                    yield a, b
                    if self.mutual and not self.is_clique:
                        yield b, a

    def text(self, named: Callable[[Sequence[str]], str] = some) -> str:
        """The flows in a line. `named` writes a list of locations."""
        if self.is_clique:
            return f"{named(self.sources)} <-> each other"
        return f"{named(self.sources)} {'<->' if self.mutual else '->'} {named(self.destinations)}"


def blocks(flows: Iterable[tuple[str, str]]) -> Iterator[Block]:
    """The flows in blocks: mutual flows first, the largest block first. Each flow is in exactly one block."""
    rows = _Rows(flows)
    for mutual in (True, False):
        while (block := rows.largest(mutual)) is not None:
            yield rows.without(block)


class _Rows:
    """The flows that are in no block yet: for each location the set of its destinations, as the bits of a number."""

    def __init__(self, flows: Iterable[tuple[str, str]]) -> None:
        listed = list(dict.fromkeys(flows))
        self.names = tuple(dict.fromkeys(name for flow in listed for name in flow))
        self.index = {name: number for number, name in enumerate(self.names)}
        self.to = [0] * len(self.names)
        self.back = [0] * len(self.names)
        for a, b in listed:
            self.to[self.index[a]] |= 1 << self.index[b]
            self.back[self.index[b]] |= 1 << self.index[a]

    def largest(self, mutual: bool) -> Block | None:
        """The block with the most flows. Its sources have all of their destinations in common.

        Mutual: locations that reach each other, and the same others, are a clique.
        """
        equal: dict[tuple[bool, int], list[int]] = defaultdict(list)
        for number, bits in enumerate(self.to):
            destinations = bits & self.back[number] if mutual else bits
            if destinations:
                equal[False, destinations].append(number)
                if mutual:
                    equal[True, destinations | 1 << number].append(number)

        def size(key: tuple[bool, int]) -> int:
            sources = len(equal[key])
            return sources * (sources - 1) if key[0] else sources * key[1].bit_count() * (2 if mutual else 1)

        best = max(equal, key=size, default=None)
        if best is None:
            return None
        sources = self._named(sum(1 << number for number in equal[best]))
        return Block(sources, sources if best[0] else self._named(best[1]), mutual)

    def without(self, block: Block) -> Block:
        """Take the flows of a block out."""
        for a, b in block.flows:
            self.to[self.index[a]] &= ~(1 << self.index[b])
            self.back[self.index[b]] &= ~(1 << self.index[a])
        return block

    def _named(self, bits: int) -> tuple[str, ...]:
        return tuple(name for number, name in enumerate(self.names) if bits >> number & 1)


@dataclass(frozen=True)
class ChangeGroup:
    """Changes of the same kind, for the same packets and by the same kind of exit, whose flows are one block."""

    block: Block
    changes: tuple[Change, ...]
    exits: str = ""

    @property
    def kind(self) -> ChangeKind:
        """How the flows change."""
        return self.changes[0].kind

    def text(self, named: Callable[[Sequence[str]], str] = some) -> str:
        """The group in a line, without its kind."""
        count = f" ({len(self.changes):,} flows)" if len(self.changes) > 1 else ""
        packets = self.changes[0].packets
        return self._flows(named) + (f", for {packets}" if packets else "") + self.exits + count

    def _flows(self, named: Callable[[Sequence[str]], str]) -> str:
        if not self.block.is_clique:
            return self.block.text(named)
        who = named(self.block.sources)
        if self.kind is ChangeKind.GAINED and all(_reaches(change.after) for change in self.changes):
            return f"{who} now reach each other"
        if self.kind is ChangeKind.LOST and all(_reaches(change.before) for change in self.changes):
            return f"{who} no longer reach each other"
        return self.block.text(named)


def _reaches(flow: Flow | None) -> bool:
    return flow is not None and flow.forward is flow.reply is Outcome.REACHABLE


def change_groups(changes: Iterable[Change]) -> Iterator[ChangeGroup]:
    """The groups, in the order of the first change of each kind. Each change is in exactly one group."""
    equal: dict[tuple[str, str, str, int], dict[tuple[str, str], Change]] = {}
    seen: Counter[tuple[object, ...]] = Counter()
    for change in changes:
        key = (change.kind, change.packets, _exits(change, short_address))
        flow = (change.source, change.destination)
        equal.setdefault((*key, seen[key, flow]), {})[flow] = change
        seen[key, flow] += 1
    for found in equal.values():
        for block in blocks(found):
            together = tuple(found[flow] for flow in block.flows)
            exits = {_exits(change, str) for change in together}
            one = exits.pop() if len(exits) == 1 else _exits(together[0], short_address)
            yield ChangeGroup(block, together, one)


def _exits(change: Change, named: Callable[[str], str]) -> str:
    """The egress path of a flow to the internet, and the one before if it is another."""
    if change.destination != INTERNET:
        return ""
    was, now = (named(flow.exit) if flow is not None else "" for flow in (change.before, change.after))
    if was and now and was != now:
        return f", egress by {now}, before by {was}"
    return f", egress by {now or was}" if was or now else ""


def short_address(address: str) -> str:
    """The type and the name of a resource, without its root module, module and index: equal for equal spokes."""
    return ".".join(_INDEX.sub("", address).rpartition("/")[2].split(".")[-2:])
