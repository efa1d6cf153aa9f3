"""The order of some parts that costs least, by the networks between them.

The cost of an order is the sum of the costs of the networks between its parts. This is the shortest path from no part
to all parts; the search goes on at the cheapest network, at the one with the most parts first.
https://en.wikipedia.org/wiki/Dijkstra%27s_algorithm
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Generic, TypeVar

Part = TypeVar("Part", bound=Hashable)
Cost = tuple[int, ...]


@dataclass(frozen=True)
class BestOrder(Generic[Part]):
    """The best order that was found, with its cost.

    `certain`: no order costs less. Otherwise the limit of networks was reached before all were compared.
    """

    order: tuple[Part, ...]
    cost: Cost
    certain: bool


def best_order(
    parts: Sequence[Part],
    before: Mapping[Part, frozenset[Part]],
    cost: Callable[[frozenset[Part]], Cost],
    most: int,
    zero: Cost,
    *,
    free: bool = False,
) -> BestOrder[Part] | None:
    """The order with the least cost; of equal ones, one close to the given order. None if `before` forms a circle.

    - `before`: the parts that must come before a part.
    - `cost`: of the network after some of the parts, neither none nor all. `most`: how many networks to evaluate; one
      order is always evaluated to its end. `zero`: no cost.
    - `free`: look for an order without cost only. None if there is none, or if the limit is reached.
    """
    if (first := _in_order(parts, before)) is None:
        return None
    known: dict[frozenset[Part], Cost] = {}
    everything = frozenset(parts)

    def cost_of(done: frozenset[Part]) -> Cost:
        if done not in known:
            known[done] = cost(done)
        return known[done]

    # The total cost, the parts as positions in `first`, and whether the last network is part of the total.
    waiting: list[tuple[Cost, int, tuple[int, ...], bool]] = [(zero, 0, (), True)]
    seen: set[frozenset[Part]] = set()
    while waiting:
        so_far, _, path, complete = heappop(waiting)
        done = frozenset(first[number] for number in path)
        if free and so_far != zero:
            return None
        if done in seen:
            continue
        if not complete:
            if done not in known and len(known) >= most:
                return None if free else _completed(first, cost_of, path, so_far)
            # Networks are evaluated as late as possible: most orders are never looked at.
            heappush(waiting, (_sum(so_far, cost_of(done)), -len(done), path, True))
            continue
        seen.add(done)
        if done == everything:
            return BestOrder(tuple(first[number] for number in path), so_far, True)
        for number, part in enumerate(first):
            if part not in done and before.get(part, frozenset()) <= done and done | {part} not in seen:
                last = len(done) + 1 == len(everything)
                heappush(waiting, (so_far, -len(done) - 1, (*path, number), last))
    raise AssertionError("an order exists, so the search reaches all parts")


def _sum(one: Cost, other: Cost) -> Cost:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _completed(
    first: Sequence[Part], cost_of: Callable[[frozenset[Part]], Cost], path: tuple[int, ...], so_far: Cost
) -> BestOrder[Part]:
    """The order that was reached so far, with the remaining parts as given. The last network is not in `so_far`."""
    order = [first[number] for number in path]
    order += [part for part in first if part not in order]
    total = so_far
    for length in range(len(path), len(order)):
        total = _sum(total, cost_of(frozenset(order[:length])))
    return BestOrder(tuple(order), total, False)


def _in_order(parts: Sequence[Part], before: Mapping[Part, frozenset[Part]]) -> list[Part] | None:
    """The parts in the given order, as far as the constraints allow."""
    order: list[Part] = []
    left = list(parts)
    while left:
        ready = next((part for part in left if before.get(part, frozenset()) <= {*order}), None)
        if ready is None:
            return None
        left.remove(ready)
        order.append(ready)
    return order
