"""What an intermediate network loses and lets through, compared with BASE and with HEAD.

A flow is lost if it works in BASE and in HEAD, and not in between. It leaks if it works in between, and in neither of
the two. What only one of the two has is the purpose of the change.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from isthmus.network.answers import Outcome
from isthmus.network.model import Cidr
from isthmus.network.name_lookup import Answered, Lookup
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets
from isthmus.network.prefix_classes import Advertised, Key, combined_keys, prefix_classes
from isthmus.proof import Analysis
from isthmus.proof.difference.kinds_of_change import outcomes, unknown_reason
from isthmus.proof.difference.names import answers_in_between
from isthmus.proof.pairs.locations import INTERNET
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.pairs.pair import Pair
from isthmus.proof.pairs.translated import vpcs_with_cidr

_HOSTS = 2  # the elements of the key of a pair of hosts, see `outcomes`


class Effect(StrEnum):
    """What an intermediate network does to a flow. UNCLEAR: it may lose it or let it through; that is unknown."""

    LEAKS = "leaks"
    LOSES = "loses"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Interim:
    """A flow that an intermediate network loses, lets through, or may lose or let through.

    - `packets`: which packets; "" for all. `why`: the reason of an unclear one.
    """

    effect: Effect
    source: str
    destination: str
    packets: str = ""
    why: str = ""

    @property
    def flow(self) -> tuple[Effect, str, str]:
        """What identifies it in the networks of several steps. The packets may differ."""
        return self.effect, self.source, self.destination

    @property
    def inbound(self) -> bool:
        """Whether it comes from the internet."""
        return self.source == INTERNET

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}{f' for {self.packets}' if self.packets else ''}"


class Comparison:
    """BASE and HEAD, and any number of networks between them.

    All three are evaluated with the same addresses. Most networks between BASE and HEAD distinguish no further ones, so
    that the results of the two are used again.
    """

    def __init__(self, base: Analysis, head: Analysis) -> None:
        self.base = _Side(base)
        self.head = _Side(head)

    def with_network(self, between: Analysis) -> tuple[Interim, ...]:
        """The flows that a network loses or lets through: leaks from the internet first, then other ones."""
        sides = (self.base, _Side(between), self.head)
        cut = []
        for own, side in enumerate(sides):
            first, second = (other.keys for number, other in enumerate(sides) if number != own)
            cut.append(side.cut_into(_of_both(first, second)))
        order = list(Effect)
        found = (*_Three(cut).found(), *self._names(between), *_same_cidr(between))
        return tuple(sorted(found, key=lambda one: (order.index(one.effect), not one.inbound)))

    def _names(self, between: Analysis) -> Iterator[Interim]:
        """DNS names that spokes resolve to something that neither BASE nor HEAD gives them."""
        asked = ((Lookup(one.network), one.locations) for one in (self.base.network, between, self.head.network))
        for name in answers_in_between(*asked):
            effect = Effect.UNCLEAR if Answered.UNKNOWN.value in name.after else Effect.LOSES
            for spoke in name.spokes:
                yield Interim(effect, spoke, f"DNS name {name.name}", why=f"{name.after}; before: {name.before}")


def _same_cidr(between: Analysis) -> Iterator[Interim]:
    """Spokes whose CIDR several VPCs have: one of them is about to replace the other. A flow may reach either.

    The evaluation follows the first one only, so that nothing about the spoke is certain.
    """
    spokes = between.estate.spokes if between.estate is not None else ()
    for _, spoke in spokes:
        assert between.estate is not None
        found = sorted(vpcs_with_cidr(between.estate, between.network, spoke))
        if len(found) > 1:
            why = f"{', '.join(found)} have the CIDR {spoke.cidr}: it is unknown which one packets reach"
            yield Interim(Effect.UNCLEAR, spoke.name, "every location", why=why)


class _Side:
    """One network, with its pairs by the addresses that are distinguished."""

    def __init__(self, network: Analysis) -> None:
        self.network = network
        self.pairs = network.pairs
        self.keys = prefix_classes(self.pairs.engine.network, self.pairs.engine.sites)
        self._cut: dict[frozenset[tuple[Cidr, Key]], _Results] = {}

    def cut_into(self, cuts: Mapping[Cidr, Key]) -> _Results:
        every = frozenset(combined_keys(self.keys, cuts).items())
        if every not in self._cut:
            self._cut[every] = _Results(self.pairs.cut_into(cuts))
        return self._cut[every]


class _Results:
    """The results of all pairs of a network, each evaluated once."""

    def __init__(self, pairs: AllPairs) -> None:
        self.pairs = pairs
        self._exact: dict[tuple[str, str], Pair] = {}

    def of(self, a: str, b: str) -> Pair | None:
        """The result between two locations; None if it is not part of the proof."""
        if not self.pairs.in_scope(a, b):
            return None
        if (a, b) not in self._exact:
            self._exact[a, b] = self.pairs.exact(a, b)
        return self._exact[a, b]


class _Three:
    """BASE, a network between and HEAD, evaluated with the same addresses."""

    def __init__(self, results: Sequence[_Results]) -> None:
        self.results = results
        self.sides = [each.pairs for each in results]

    def found(self) -> Iterator[Interim]:
        """The flows of all pairs. Equivalent pairs behave alike: one of them is evaluated first."""
        names = tuple(dict.fromkeys(name for pairs in self.sides for name in pairs.names()))
        equivalent: dict[Hashable, list[str]] = {}
        for name in names:
            groups = tuple(pairs.group_of(name) if name in pairs.locations.by_name else None for pairs in self.sides)
            equivalent.setdefault((groups, self._remaining(name)), []).append(name)
        for sources, destinations in product(equivalent.values(), repeat=2):
            pairs = ((a, b) for a, b in product(sources, destinations) if a != b)
            first = next(pairs, None)
            if first is not None and (found := list(self._of(*first))):
                yield from found
                for a, b in pairs:
                    yield from self._of(a, b)

    def _remaining(self, name: str) -> Hashable:
        """The CIDRs of a location's subnets that exist in several networks, by their number in each."""
        ranges = [pairs.ranges(name) for pairs in self.sides]
        every = dict.fromkeys(cidr for of in ranges for cidr in of)
        return tuple(
            numbers
            for cidr in every
            if len(numbers := tuple((side, of[cidr]) for side, of in enumerate(ranges) if cidr in of)) > 1
        )

    def _of(self, a: str, b: str) -> Iterator[Interim]:
        pairs = [each.of(a, b) for each in self.results]
        found: dict[tuple[Effect, str], Packets] = {}
        for packets, views in _views(pairs):
            for how in _effects(*views):
                found[how] = found.get(how, NO_PACKETS) | packets
        for (effect, why), packets in found.items():
            yield Interim(effect, a, b, "" if packets == ALL_PACKETS else f"{packets}", why)


def _views(pairs: list[Pair | None]) -> Iterator[tuple[Packets, list[Pair | None]]]:
    """The pair in each network, for each class of packets that one of them distinguishes."""
    cells: list[tuple[Packets, list[Pair | None]]] = [(ALL_PACKETS, [])]
    for pair in pairs:
        cells = [
            (part, [*views, view])
            for packets, views in cells
            for part, view in (pair.by_packets(packets) if pair is not None else ((packets, None),))
        ]
    return iter(cells)


def _of_both(first: Mapping[Cidr, Key], second: Mapping[Cidr, Key]) -> dict[Cidr, Key]:
    """The keys of two networks as those of one: prefixes that are equivalent in both have the same key."""
    both = combined_keys(first, second)
    return {prefix: prefix if key == prefix else Advertised(key, None) for prefix, key in both.items()}


def _effects(base: Pair | None, between: Pair | None, head: Pair | None) -> Iterator[tuple[Effect, str]]:
    sides = [outcomes(pair) for pair in (base, between, head)]
    found: dict[Effect, None] = {}
    for part, now in sides[1].items():
        was, then = sides[0].get(part), sides[2].get(part)
        # Hosts that BASE or HEAD does not have reach nothing there.
        nothing = (Outcome.BLOCKED,) * len(now) if isinstance(part, tuple) and len(part) == _HOSTS else None
        if (was and then) or nothing:
            for three in zip(was or nothing or (), now, then or nothing or (), strict=True):
                found |= dict.fromkeys(_effect(*three))
    for effect in found:
        yield effect, unknown_reason(head, base, between) if effect is Effect.UNCLEAR else ""


def _effect(base: Outcome, between: Outcome, head: Outcome) -> Iterator[Effect]:
    ends = {base, head}
    if ends == {Outcome.REACHABLE} and between is Outcome.BLOCKED:
        yield Effect.LOSES
    elif ends == {Outcome.BLOCKED} and between is Outcome.REACHABLE:
        yield Effect.LEAKS
    elif (Outcome.BLOCKED not in ends and between is not Outcome.REACHABLE) or (
        Outcome.REACHABLE not in ends and between is not Outcome.BLOCKED
    ):
        yield Effect.UNCLEAR
