"""The changes of all pairs of two groups of equivalent locations, from the changes of a few of these pairs.

Equivalent pairs change alike: the same packets are gained, lost or re-routed. Their causes differ in the resources of
their own source and of their own destination. So the pairs of each location with one other location are enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from isthmus.proof.difference.change import ChangeKind

__all__ = ["PairChange", "all_changes"]

_FEWEST = 3  # locations of each group: a location, another one to compare it with, and the other end


@dataclass(frozen=True, slots=True)
class PairChange:
    """One change of one flow: its kind, its packets in words, the causes, and the reason why it is unclear."""

    kind: ChangeKind
    packets: str
    causes: frozenset[str]
    why: str = ""


Changes = tuple[PairChange, ...]
Evaluate = Callable[[str, str], Changes]
# The causes of each change that only one location has, by name of the location.
Own = Mapping[str, Sequence[frozenset[str]]]


def all_changes(
    sources: Sequence[str], destinations: Sequence[str], exact: Evaluate
) -> Iterator[tuple[str, str, Changes]]:
    """Each pair of two groups with its changes; nothing if the first pair does not change. `exact` evaluates one pair.

    The groups are equal or share no location. It evaluates every pair if the pairs that it tries do not change alike,
    or if a change is unclear: a reason may name resources of both locations.
    """
    pairs = [(a, b) for a in sources for b in destinations if a != b]
    if not pairs or not (first := exact(*pairs[0])):
        return
    evaluated = {pairs[0]: first}

    def once(a: str, b: str) -> Changes:
        if (a, b) not in evaluated:
            evaluated[a, b] = exact(a, b)
        return evaluated[a, b]

    many = min(len(sources), len(destinations)) >= _FEWEST
    combined = _combined(sources, destinations, once) if many else None
    yield from ((a, b, (combined or once)(a, b)) for a, b in pairs)


def _combined(sources: Sequence[str], destinations: Sequence[str], at: Evaluate) -> Evaluate | None:
    """The changes of a pair from those of its source and its destination. None if pairs do not change alike.

    The causes of a pair are those of its source, those of its destination, and those that all pairs have.
    """
    a, b = sources[0], _other(destinations, sources[0])
    first = at(a, b)
    if any(change.kind is ChangeKind.UNCLEAR for change in first):
        return None
    of_sources = _own(sources, (b, *destinations), at, first)
    of_destinations = _own(destinations, (a, *sources), lambda one, other: at(other, one), first)
    if of_sources is None or of_destinations is None:
        return None
    own = zip(of_sources[a], of_destinations[b], strict=True)
    common = [change.causes - of_a - of_b for change, (of_a, of_b) in zip(first, own, strict=True)]

    def combined(a: str, b: str) -> Changes:
        parts = zip(first, common, of_sources[a], of_destinations[b], strict=True)
        return tuple(replace(change, causes=every | of_a | of_b) for change, every, of_a, of_b in parts)

    last = sources[-1], _other(destinations[::-1], sources[-1])
    return combined if at(*last) == combined(*last) else None


def _own(group: Sequence[str], others: Sequence[str], at: Evaluate, first: Changes) -> Own | None:
    """The causes that each location of a group has, and another location of the group has not.

    None if a location does not change as the first pair does. `others`: the other ends, the preferred one first.
    """
    found: dict[str, list[frozenset[str]]] = {}
    for name in group:
        end = _other(others, name)
        own, compared = at(name, end), at(_other(group, name, end), end)
        if not _what(own) == _what(compared) == _what(first):
            return None
        found[name] = [one.causes - other.causes for one, other in zip(own, compared, strict=True)]
    return found


def _what(changes: Changes) -> list[tuple[ChangeKind, str, str]]:
    """What equivalent pairs have in common."""
    return [(change.kind, change.packets, change.why) for change in changes]


def _other(names: Sequence[str], *given: str) -> str:
    """The first name that is not given."""
    return next(name for name in names if name not in given)
