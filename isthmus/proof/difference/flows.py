"""Which flows change from one network to another, and which resource's change is the cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import Any

from isthmus.network.answers import InSubnet, Outcome, Path, RoundTrip, UnknownAddress
from isthmus.network.client_ports import Denied, added, described
from isthmus.network.model import Network
from isthmus.network.name_lookup import Lookup
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets
from isthmus.proof.analysis import Analysis
from isthmus.proof.checks.causes import Naming
from isthmus.proof.difference.firewall_changes import firewall_changes
from isthmus.proof.difference.names import NameChange, name_changes
from isthmus.proof.pairs.pair import Pair, SampleFlow, best, outcome_rank, worst
from isthmus.proof.result.findings import Flow, UnknownResult


class ChangeKind(StrEnum):
    """How a flow changes. What is unknown on one side is neither gained nor lost: it is unclear whether it changes."""

    GAINED = "gained"
    LOST = "lost"
    REROUTED = "re-routed"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Change:
    """One flow that changes. `causes` are addresses of differing resources on its way, the likeliest first.

    `packets`: which packets fare otherwise, "" where all do: `udp, icmp and all of tcp but tcp/443`.
    `why`: of a flow that is unclear, why it is unknown on one side.
    """

    kind: ChangeKind
    source: str
    destination: str
    before: Flow | None
    after: Flow | None
    causes: tuple[str, ...] = ()
    packets: str = ""
    why: str = ""

    @property
    def was(self) -> str:
        """The flow before, in a line."""
        return _said(self.before)

    @property
    def is_(self) -> str:
        """The flow after, in a line; of packets that alone fare otherwise, which."""
        if self.kind is ChangeKind.REROUTED and self.was == _said(self.after):
            return "the same, by another path"
        return _said(self.after) + (f"; {self.kind} for {self.packets}" if self.packets else "")

    def __str__(self) -> str:
        for_ = f" for {self.packets}" if self.packets else ""
        because = f", because of {', '.join(self.causes)}" if self.causes else ""
        return f"{self.kind}: {self.source} -> {self.destination}{for_}{because}"


@dataclass(frozen=True)
class Difference:
    """Every flow that changes: what is gained first, then what is lost, each in the order of places.

    added_locations, removed_locations   places that only the later network has, and that it lacks
    unevaluated  what firewalls do that no flow shows, and did not before, or do no more
    unanswered   what could be hiding more changes
    names        names that are answered otherwise
    """

    changes: tuple[Change, ...]
    unknown_results: tuple[UnknownResult, ...] = ()
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    added_locations: tuple[str, ...] = ()
    removed_locations: tuple[str, ...] = ()
    firewall_changes: tuple[str, ...] = ()
    names: tuple[NameChange, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether what hosts may send and receive, and who answers names, stays as it is, as far as it is known."""
        return not self.changes and not self.firewall_changes and not self.names

    @cached_property
    def counts(self) -> Mapping[ChangeKind, int]:
        """How many flows change in each way."""
        counted = Counter(change.kind for change in self.changes)
        return {kind: counted[kind] for kind in ChangeKind}


def compare(before: Analysis, after: Analysis) -> Difference:
    """Every ordered pair of places that either network has.

    A flow that works both ways in one only is gained or lost; one that works in both, by another path, is re-routed.
    One that is reachable or blocked in one, and unknown in the other, is unclear: unknown is rounded to neither.
    Where hosts of a place fare differently, a flow may be gained for some and lost for others.
    A place that one of them does not have has no flows there.
    """
    return _Comparison(before, after).made()


class _Comparison:
    def __init__(self, before: Analysis, after: Analysis) -> None:
        self.sides = (before, after)
        # Both sides are tried with the same packets, whatever routes either of them tells apart.
        self.pairs = (before.pairs.cut_by(after.pairs), after.pairs.cut_by(before.pairs))
        self.flows = (before.flows, after.flows)
        changed = dict.fromkeys(_changed(before.network, after.network))
        self.changed = {address: rank for rank, address in enumerate(changed)}
        self.names = (Naming(before.network), Naming(after.network))

    def made(self) -> Difference:
        from isthmus.proof.result.assumptions import assumptions

        said = [tuple(assumptions(pairs.engine, pairs.locations)) for pairs in self.pairs]
        before, after = (pairs.names() for pairs in self.pairs)
        kinds = list(ChangeKind)
        return Difference(
            tuple(sorted(self._changes(), key=lambda change: kinds.index(change.kind))),
            tuple(dict.fromkeys((*self.sides[0].unknown_results, *self.sides[1].unknown_results))),
            tuple(dict.fromkeys((*said[0], *said[1]))),
            tuple(dict.fromkeys((*self.sides[0].notes, *self.sides[1].notes))),
            tuple(name for name in after if name not in before),
            tuple(name for name in before if name not in after),
            tuple(firewall_changes(*(side.network for side in self.sides))),
            tuple(name_changes(*((Lookup(side.network), side.locations) for side in self.sides))),
        )

    def _changes(self) -> Iterator[Change]:
        """Pairs alike in both networks fare alike: one of them is followed, the others only where it changes."""
        names = tuple(dict.fromkeys((*self.pairs[1].names(), *self.pairs[0].names())))
        alike: dict[Hashable, list[str]] = {}
        for name in names:
            groups = tuple(pairs.group_of(name) if name in pairs.locations.by_name else None for pairs in self.pairs)
            alike.setdefault((groups, self._kept(name)), []).append(name)
        change: list[tuple[str, str]] = []
        for here, there in product(alike.values(), repeat=2):
            pair = next(((a, b) for a in here for b in there if a != b), None)
            if pair is not None and next(self._changed(*pair), None) is not None:
                change += ((a, b) for a, b in product(here, there) if a != b)
        order = {name: index for index, name in enumerate(names)}
        for a, b in sorted(change, key=lambda pair: (order[pair[0]], order[pair[1]])):
            yield from self._changed(a, b)

    def _kept(self, name: str) -> Hashable:
        """Which ranges of a place's subnets are there before and after, by their number on each side.

        Spokes that are alike before, and alike after, may have kept other subnets, and hosts are compared one by one.
        """
        before, after = (pairs.ranges(name) for pairs in self.pairs)
        return tuple(after.get(cidr) for cidr in before)

    def _changed(self, a: str, b: str) -> Iterator[Change]:
        """How a flow changes: one change for each way in which some of its packets do."""
        there = tuple(pairs.in_scope(a, b) for pairs in self.pairs)
        was, now = (pairs.exact(a, b) if yes else None for pairs, yes in zip(self.pairs, there, strict=True))
        found: dict[tuple[ChangeKind, str], tuple[Packets, Pair | None, Pair | None]] = {}
        for packets, earlier, later in _views(was, now):
            for how in _hows(earlier, later):
                so_far, first, second = found.get(how, (NO_PACKETS, earlier, later))
                found[how] = (so_far | packets, first, second)
        for (kind, ports), (packets, earlier, later) in found.items():
            before = self.flows[0][a, b] if there[0] else None
            after = self.flows[1][a, b] if there[1] else None
            of = "" if packets == ALL_PACKETS and not ports else f"{packets}{ports}"
            why = _why(earlier, later) if kind is ChangeKind.UNCLEAR else ""
            yield Change(kind, a, b, before, after, tuple(self._causes(earlier, later)), of, why)

    def _causes(self, was: Pair | None, now: Pair | None) -> Iterator[str]:
        """Resources that differ and that the flow meets, on either side: on its way, or where it is stopped."""
        met = dict.fromkeys((*self._met(0, was), *self._met(1, now)))
        on_the_way = sorted((address for address in met if address in self.changed), key=self.changed.__getitem__)
        if on_the_way:
            return iter(on_the_way)
        # A route that is not there any more, or not yet, shows in no path: whatever belongs to what the flow meets.
        return (address for address in self.changed if any(_belongs(self.sides, address, location) for location in met))

    def _met(self, side: int, pair: Pair | None) -> Iterator[str]:
        for sample in pair.samples if pair is not None else ():
            yield from self.names[side].of_trip(sample.trip)


def _views(was: Pair | None, now: Pair | None) -> Iterator[tuple[Packets, Pair | None, Pair | None]]:
    """A pair before and after, for each class of packets that either network divides them into."""
    if was is None or now is None:
        yield from ((packets, view, None) for packets, view in (was.by_packets() if was is not None else ()))
        yield from ((packets, None, view) for packets, view in (now.by_packets() if now is not None else ()))
        return
    for packets, earlier in was.by_packets():
        yield from ((both, earlier, later) for both, later in now.by_packets(packets))


def _hows(was: Pair | None, now: Pair | None) -> Iterator[tuple[ChangeKind, str]]:
    """How packets of one class change, and for which client ports, where only for some."""
    kinds = list(_kinds_of_change(was, now))
    yield from ((kind, "") for kind in kinds)
    if kinds in ([], [ChangeKind.REROUTED]):
        before, after = _denied(was), _denied(now)
        if lost := added(after, before):
            yield ChangeKind.LOST, f", from {described(lost)}"
        if gained := added(before, after):
            yield ChangeKind.GAINED, f", from {described(gained)}"


def _denied(pair: Pair | None) -> Sequence[Denied]:
    """The client ports that replies between workload subnets do not get back to."""
    return [one for sample in pair.workload_samples for one in sample.trip.denied] if pair is not None else []


def _kinds_of_change(was: Pair | None, now: Pair | None) -> Iterator[ChangeKind]:
    """How a pair changes, if it does.

    Compared are what always works between workload subnets, what works at all, both for each zone and tier that is
    there before and after, and every two hosts: so a way out that moves is re-routed though the public subnets of the
    old one are gone, and no subnet speaks for another.
    """
    before, after = _works(was), _works(now)
    steps = {step for part in before if part in after for step in zip(before[part], after[part], strict=True)}
    lost = (Outcome.REACHABLE, Outcome.BLOCKED) in steps
    gained = (Outcome.BLOCKED, Outcome.REACHABLE) in steps
    if lost:
        yield ChangeKind.LOST
    if gained:
        yield ChangeKind.GAINED
    may_lose = any(outcome_rank(w) > outcome_rank(n) for w, n in steps)
    may_gain = any(outcome_rank(w) < outcome_rank(n) for w, n in steps)
    if (may_lose and not lost) or (may_gain and not gained):
        yield ChangeKind.UNCLEAR
    elif lost or gained:
        return
    elif _unknown(was) != _unknown(now):
        yield ChangeKind.UNCLEAR
    elif was is not None and now is not None and Outcome.REACHABLE in before[_WHOLE] and _ways(was) != _ways(now):
        yield ChangeKind.REROUTED


_WHOLE = ("", "", 0)


def _works(pair: Pair | None) -> dict[Hashable, tuple[Outcome, ...]]:
    """Whether packets get there, and there and back, always or ever: for the whole pair, for each zone, tier and
    version of IP, and from each host to each other."""
    if pair is None:
        return {_WHOLE: (Outcome.BLOCKED,) * 4}
    parts: dict[tuple[str, str, int], list[SampleFlow]] = {}
    found: dict[Hashable, tuple[Outcome, ...]] = {}
    for sample in pair.samples:
        parts.setdefault((sample.zone, sample.tier, sample.version), []).append(sample)
        if (hosts := _hosts(sample)) is not None:
            found[hosts] = (*_arrives(worst((sample,))), *_arrives(best((sample,))))
    found.update((part, (*_arrives(worst(t)), *_arrives(best(t)))) for part, t in parts.items())
    return {**found, _WHOLE: (*_arrives(worst(pair.workload_samples)), *_arrives(best(pair.samples)))}


def _hosts(sample: SampleFlow) -> Hashable | None:
    """The addresses that were tried, of two hosts in subnets or of one. Both networks are tried with the same ones."""
    ends = (sample.source, sample.destination)
    if not any(isinstance(end, InSubnet) for end in ends) or any(isinstance(end, UnknownAddress) for end in ends):
        return None
    return tuple(getattr(end, "ip", None) for end in ends)


def _arrives(outcome: tuple[Outcome, Outcome]) -> tuple[Outcome, Outcome]:
    return outcome[0], min(outcome, key=outcome_rank)


def _why(*pairs: Pair | None) -> str:
    """Why something is unknown, in the later network or else in the earlier one."""
    for pair in reversed(pairs):
        for sample in pair.samples if pair is not None else ():
            for path in (*sample.trip.forward.paths, *sample.trip.reply.paths):
                if path.outcome is Outcome.UNKNOWN:
                    return path.unknown
            if sample.unknown_reason:
                return sample.unknown_reason
    return ""


def _unknown(pair: Pair | None) -> bool:
    trips = [sample.trip for sample in pair.samples] if pair is not None else []
    return any(Outcome.UNKNOWN in (trip.forward.outcome, trip.reply.outcome) for trip in trips)


def _ways(pair: Pair) -> frozenset[object]:
    """The ways between workload subnets, apart from the ends."""
    return frozenset(
        (t.zone, _way(t.trip)) for t in pair.workload_samples if t.trip.forward.outcome is Outcome.REACHABLE
    )


def _way(trip: RoundTrip) -> tuple[object, ...]:
    return tuple(tuple(_hops(path) for path in paths) for paths in (trip.forward.paths, trip.reply.paths))


def _hops(path: Path) -> tuple[tuple[str, str, str], ...]:
    return tuple((hop.kind, hop.address, hop.zone) for hop in path.hops if hop.kind != "subnet")


def _changed(before: Network, after: Network) -> Iterator[str]:
    """Addresses of everything that differs, the smaller things (routes, associations, propagations) first."""
    larger: list[str] = []
    for old, new in zip(_kinds(before), _kinds(after), strict=True):
        for address in sorted({*old, *new}):
            if old.get(address) != new.get(address):
                larger.append(address)
                yield from _smaller(old.get(address), new.get(address))
    yield from larger


def _kinds(thing: Any) -> Iterator[Mapping[str, Any]]:
    """Everything by address, one mapping for each kind of thing, also where a part of the network groups several."""
    for part in fields(thing):
        value = getattr(thing, part.name)
        if isinstance(value, Mapping):
            yield value
        elif is_dataclass(value):
            yield from _kinds(value)


def _smaller(old: object, new: object) -> Iterator[str]:
    """The rules, routes and propagations inside a table or an ACL that differ."""
    for name in ("routes", "inbound", "outbound"):
        mine = {item.address: item for item in _listed(old, name)}
        theirs = {item.address: item for item in _listed(new, name)}
        yield from sorted(a for a in {*mine, *theirs} if mine.get(a) != theirs.get(a))
    mine_, theirs_ = getattr(old, "sources", {}), getattr(new, "sources", {})
    yield from sorted({address for _, address in {*mine_.items()} ^ {*theirs_.items()}})


def _listed(thing: object, name: str) -> tuple[Any, ...]:
    """The parts of a table or an ACL; other things have fields of these names that are no lists."""
    found = getattr(thing, name, ())
    return found if isinstance(found, tuple) else ()


def _belongs(sides: tuple[Analysis, Analysis], address: str, location: str) -> bool:
    """Whether a resource is part of a table or ACL."""
    for side in sides:
        network = side.network
        for holder in (network.tables.get(location), network.tgw_tables.get(location), network.nacls.get(location)):
            parts = [i.address for n in ("routes", "inbound", "outbound") for i in getattr(holder, n, ())]
            if address in parts or address in getattr(holder, "sources", {}).values():
                return True
    return False


def _said(flow: Flow | None) -> str:
    if flow is None:
        return "not there"
    text = f"{flow.forward}, back {flow.returned}"
    parts = "; ".join(f"{tier} subnets: {there}, back {back}" for tier, (there, back) in flow.tiers.items())
    return text + (f" ({parts})" if parts else "") + (f", out by {flow.exit}" if flow.exit else "")
