"""The address space as one number line, cut into atoms.

IPv4 addresses are 0 .. 2^32-1 and IPv6 addresses follow, so one piece of code serves both families: prefixes of the
two never meet. An *atom* is a range of addresses that no prefix at hand divides.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from operator import itemgetter
from typing import Generic, TypeVar

Address = IPv4Address | IPv6Address
Cidr = IPv4Network | IPv6Network

T = TypeVar("T")
U = TypeVar("U")

_V6 = 1 << 32
LAST = _V6 + (1 << 128) - 1
ALL = (0, LAST)


def number(address: Address) -> int:
    """The place of an address on the line."""
    return int(address) if address.version == 4 else _V6 + int(address)


def address_at(place: int) -> Address:
    """The address at a place on the line."""
    return IPv4Address(place) if place < _V6 else IPv6Address(place - _V6)


def span(cidr: Cidr) -> tuple[int, int]:
    """First and last place of a prefix, both included. It is not kept: the hash of a prefix takes longer."""
    first = int(cidr.network_address)
    low = first if cidr.version == 4 else _V6 + first
    return low, low + (1 << (cidr.max_prefixlen - cidr.prefixlen)) - 1


def show_range(low: int, high: int) -> str:
    """A range as people write it: one address, a prefix, or `first-last`."""
    size = high - low + 1
    if size == 1:
        return str(address_at(low))
    first, last = address_at(low), address_at(high)
    if first.version == last.version and size & (size - 1) == 0 and int(first) % size == 0:
        return f"{first}/{first.max_prefixlen - size.bit_length() + 1}"
    return f"{first}-{last}"


class RangeMap(Generic[T]):
    """A value for every place on the line: constant on ranges, found by bisection. Equal neighbours merge."""

    __slots__ = ("_starts", "_values")

    def __init__(self, pieces: Iterable[tuple[int, int, T]], default: T) -> None:
        """Take disjoint pieces in ascending order; what they leave open gets `default`."""
        starts: list[int] = []
        values: list[T] = []

        def add(start: int, value: T) -> None:
            if not values or (values[-1] is not value and values[-1] != value):
                starts.append(start)
                values.append(value)

        place = 0
        for low, high, value in pieces:
            if low < place:
                raise ValueError(f"expected disjoint ranges in order, got {show_range(low, high)} out of order")
            if low > place:
                add(place, default)
            add(low, value)
            place = high + 1
        if place <= LAST:
            add(place, default)
        self._starts = starts
        self._values = values

    def __call__(self, place: int) -> T:
        """The value at a place."""
        return self._values[bisect_right(self._starts, place) - 1]

    def __len__(self) -> int:
        return len(self._starts)

    def within(self, low: int, high: int) -> Iterator[tuple[int, int, T]]:
        """The pieces that meet a range, clipped to it."""
        starts, values = self._starts, self._values
        index = bisect_right(starts, low) - 1
        last = len(starts) - 1
        while low <= high:
            end = starts[index + 1] - 1 if index < last else LAST
            yield low, min(end, high), values[index]
            low = end + 1
            index += 1

    def __iter__(self) -> Iterator[tuple[int, int, T]]:
        return self.within(*ALL)


class Cover:
    """Prefixes, which may be many thousands, to ask whether one of them covers all of another prefix."""

    __slots__ = ("_by_length",)

    def __init__(self, cidrs: Iterable[Cidr]) -> None:
        self._by_length: dict[tuple[int, int], set[int]] = {}
        for cidr in cidrs:
            shift = cidr.max_prefixlen - cidr.prefixlen
            self._by_length.setdefault((cidr.version, cidr.prefixlen), set()).add(int(cidr.network_address) >> shift)

    def of(self, cidr: Cidr, longest: int | None = None) -> bool:
        """Whether one of them, of no more bits than `longest` (default: the prefix's own), covers all of a prefix."""
        most = cidr.prefixlen if longest is None else longest
        first, bits = int(cidr.network_address), cidr.max_prefixlen
        return any(
            version == cidr.version and length <= most and first >> (bits - length) in known
            for (version, length), known in self._by_length.items()
        )


def atoms(cidrs: Iterable[Cidr], low: int = 0, high: int = LAST) -> list[tuple[int, int]]:
    """Cut a range at every end of every prefix: the atoms, in order. Each lies inside or outside each prefix."""
    cuts = {low}
    for cidr in cidrs:
        first, last = span(cidr)
        cuts.update(cut for cut in (first, last + 1) if low <= cut <= high)
    ordered = sorted(cuts)
    return [(start, (ordered[i + 1] if i + 1 < len(ordered) else high + 1) - 1) for i, start in enumerate(ordered)]


Nest = Sequence[tuple[Cidr, Sequence[T]]]


def compile_prefixes(entries: Iterable[tuple[Cidr, T]], choose: Callable[[Nest[T]], U], default: U) -> RangeMap[U]:
    """Make the map that a route table is.

    Prefixes nest or are disjoint, so one sweep with a stack finds, for every atom, the prefixes around it. `choose` is
    given those, the longest first, each with its entries in the order of arrival, and says what happens there.
    """
    by_span: dict[tuple[int, int], tuple[Cidr, list[T]]] = {}
    for cidr, entry in entries:
        low, high = span(cidr)
        # Negative, so that of two prefixes with one start the shorter comes first.
        by_span.setdefault((low, -high), (cidr, []))[1].append(entry)
    pieces: list[tuple[int, int, U]] = []
    stack: list[tuple[int, tuple[Cidr, list[T]]]] = []  # each with its last place
    place = 0

    def close(until: int) -> None:
        nonlocal place
        if stack and place <= until:
            pieces.append((place, until, choose([group for _, group in reversed(stack)])))
        place = max(place, until + 1)

    for (low, last), group in sorted(by_span.items(), key=itemgetter(0)):
        while stack and stack[-1][0] < low:
            close(stack[-1][0])
            stack.pop()
        close(low - 1)
        stack.append((-last, group))
    while stack:
        close(stack[-1][0])
        stack.pop()
    return RangeMap(pieces, default)


def merge(maps: Sequence[list[tuple[int, int, tuple[T, ...]]]]) -> list[tuple[int, int, tuple[T, ...]]]:
    """Lay lists of pieces of one range over each other: cut wherever one is cut, and join what they hold."""
    if len(maps) == 1:
        return maps[0]
    starts = sorted({low for pieces in maps for low, _, _ in pieces})
    end = max(high for _, high, _ in maps[0])
    keys = [[low for low, _, _ in pieces] for pieces in maps]
    return [
        (
            low,
            (starts[i + 1] - 1 if i + 1 < len(starts) else end),
            tuple(x for k, pieces in zip(keys, maps, strict=True) for x in pieces[bisect_right(k, low) - 1][2]),
        )
        for i, low in enumerate(starts)
    ]


# What no router on the internet carries (IANA special-purpose address registries, RFC 6890), IPv6 outside 2000::/3 too.
_SPECIAL = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3"
)
_NOT_PUBLIC = [IPv4Network(c) for c in _SPECIAL.split()]
_GLOBAL_V6 = span(IPv6Network("2000::/3"))

# True where an address can be one on the internet.
PUBLIC: RangeMap[bool] = RangeMap(
    [*((*span(c), False) for c in _NOT_PUBLIC), (_V6, _GLOBAL_V6[0] - 1, False), (_GLOBAL_V6[1] + 1, LAST, False)],
    default=True,
)


def subtract(ranges: Iterable[tuple[int, int]], holes: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of ranges when the holes are taken out, in order."""
    cuts: list[tuple[int, int]] = []
    for low, high in sorted(holes):
        if cuts and low <= cuts[-1][1] + 1:
            cuts[-1] = (cuts[-1][0], max(cuts[-1][1], high))
        else:
            cuts.append((low, high))
    left: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        place = low
        for first, last in cuts[bisect_left(cuts, low, key=lambda cut: cut[1]) :]:
            if first > high:
                break
            if first > place:
                left.append((place, first - 1))
            place = last + 1
        if place <= high:
            left.append((place, high))
    return left
