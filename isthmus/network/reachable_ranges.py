"""Everything that a source reaches, as ranges of destinations, shared between equivalent sources.

The walk after a transit gateway route table depends on the table and the zone of origin only (`TgwPlace`). It is done
once for each such place, over every address, and all sources share it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from isthmus.network.address_space import ALL, RangeMap, span
from isthmus.network.answers import Hop, InSubnet, Path
from isthmus.network.model import Network
from isthmus.network.route_tables import vpc_cidrs
from isthmus.network.walk import Pieces, Seen, TgwPlace, Walk

_ONWARD = "onward"  # the last hop of a path that goes on in a shared tail
_NOWHERE: tuple[Path, ...] = ()

Tail = RangeMap[tuple[Path, ...]]


class Heads(Walk):
    """A walk that halts at the first transit gateway table, where a shared tail takes over."""

    def in_tgw(self, place: TgwPlace, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Halt, leaving a mark."""
        return [(low, high, (path._replace(hops=(*path.hops, Hop(_ONWARD, place.table, "", place.zone))),))]


class Tails:
    """The shared tails, each made on first use."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._made: dict[TgwPlace, Tail] = {}

    def __call__(self, place: TgwPlace) -> Tail:
        """Where packets go from a place in a transit gateway, whatever their destination."""
        if place not in self._made:
            self._made[place] = RangeMap(self._walk.in_tgw(place, *ALL, Path(), ()), _NOWHERE)
        return self._made[place]


def onward(head: Path) -> TgwPlace | None:
    """The place where a head ends, or None if it is a whole path."""
    last = head.hops[-1] if head.hops else None
    return TgwPlace(last.address, last.zone) if last is not None and last.kind == _ONWARD else None


def join(head: Path, tail: Path) -> Path:
    """One path of a head (without its mark) and a tail. Behind a NAT gateway its address is the source."""
    before = len(head.hops) - 1
    crossings = tuple(crossing.after(before) for crossing in tail.crossings)
    if head.nats:
        crossings = tuple(c if c.nat else c._replace(nat=head.nats[-1]) for c in crossings)
    return Path(
        head.hops[:-1] + tail.hops,
        tail.end,
        tail.exit,
        head.blocks + tail.blocks,
        head.unknown or tail.unknown,
        head.crossings + crossings,
        head.nats + tail.nats,
        head.boxes + tail.boxes,
        head.pinned + tail.pinned,
        head.hairpin + tail.hairpin,
        stops=head.stops + tuple(before + stop for stop in tail.stops),
    )


@dataclass(frozen=True)
class Reach:
    """Destinations by range, each with the paths that packets there may take, before network ACLs are asked."""

    heads: RangeMap[tuple[Path, ...]]
    tails: Callable[[TgwPlace], Tail]

    def at(self, place: int) -> tuple[Path, ...]:
        """The alternatives for one destination."""
        paths: list[Path] = []
        for head in self.heads(place):
            table = onward(head)
            if table is None:
                paths.append(head)
            else:
                paths += [join(head, tail) for tail in self.tails(table)(place)]
        return tuple(paths)


@dataclass(frozen=True)
class SourceClass:
    """Subnets with equivalent results for every destination outside their own VPC.

    Equivalent means the same outcome, rules, network ACL contents and transit gateway tables. Hops before the transit
    gateway, and a NAT or internet gateway of their own, are those of `members[0]`. `reach` is meaningful for a member
    outside that member's VPC only: ask `Forwarding.reach(member)` about the inside.
    """

    members: tuple[str, ...]
    reach: Reach = field(repr=False)


Signature = tuple[object, ...]


def source_classes(
    network: Network, subnets: Iterable[str], reach: Callable[[InSubnet], Reach]
) -> tuple[SourceClass, ...]:
    """Subnets in classes: all of a class have equivalent results for destinations outside their own VPC."""
    contents = _acl_contents(network)

    def acl_content(address: str) -> int:
        return contents.get(address, -1)

    classes: dict[object, list[str]] = defaultdict(list)
    reaches: dict[object, Reach] = {}
    for subnet in subnets:
        found = reach(InSubnet(subnet))
        own = [span(c) for c in vpc_cidrs(network, network.subnets[subnet].vpc)]
        pieces = without(list(found.heads), own, lambda paths: signature(paths, acl_content))
        key = tuple((low, high, signature(paths, acl_content)) for low, high, paths in pieces)
        classes[key].append(subnet)
        reaches.setdefault(key, Reach(RangeMap(pieces, ()), found.tails))
    return tuple(SourceClass(tuple(members), reaches[key]) for key, members in classes.items())


def _acl_contents(network: Network) -> dict[str, int]:
    """A number for each network ACL: equal for network ACLs with equal rules."""
    seen: dict[object, int] = {}
    contents: dict[str, int] = {}
    for address, acl in network.nacls.items():
        rules = tuple(
            tuple((r.number, r.allow, r.protocol, r.cidr, r.ports) for r in direction)
            for direction in (acl.inbound, acl.outbound)
        )
        key = (rules, acl.unresolved, address if acl.unresolved else "")
        contents[address] = seen.setdefault(key, len(seen))
    return contents


def signature(paths: tuple[Path, ...], acl_content: Callable[[str], int]) -> Signature:
    """The part of a result that is equal for equivalent sources, for a range of destinations."""
    return tuple(
        (
            onward(path),
            path.end if path.end == "internet" or not path.exit else "",
            tuple(block.rule for block in path.blocks),
            path.unknown,
            tuple((acl_content(c.nacl), c.inbound, bool(c.nat)) for c in path.crossings),
            len(path.nats),
            path.boxes,
            path.pinned,
            path.hairpin,
        )
        for path in paths
    )


def without(pieces: Pieces, holes: list[tuple[int, int]], key: Callable[[tuple[Path, ...]], Signature]) -> Pieces:
    """Fill holes (a VPC's own CIDRs) with what is left of them, so that tables that differ only there are equivalent.

    Neighbours with equal keys merge.
    """
    filled: list[tuple[int, int, tuple[Path, ...], Signature]] = []
    for low, high, paths in pieces:
        if any(first <= low and high <= last for first, last in holes):
            if filled:
                start, _, before, mark = filled[-1]
                filled[-1] = (start, high, before, mark)
            continue
        mark = key(paths)
        if filled and filled[-1][3] == mark and filled[-1][1] == low - 1:
            start, _, before, _ = filled[-1]
            filled[-1] = (start, high, before, mark)
        else:
            filled.append((low, high, paths, mark))
    return [(low, high, paths) for low, high, paths, _ in filled]
