"""How one pair of locations changes: gained, lost, re-routed or unclear, for each class of packets."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from isthmus.network.answers import InSubnet, Outcome, Path, RoundTrip, UnknownAddress
from isthmus.network.client_ports import Denied, added, described
from isthmus.network.packets import Packets
from isthmus.proof.difference.change import ChangeKind
from isthmus.proof.pairs.pair import Pair, SampleFlow, best, outcome_rank, worst

__all__ = ["hows", "outcomes", "unknown_reason", "views"]


def views(was: Pair | None, now: Pair | None) -> Iterator[tuple[Packets, Pair | None, Pair | None]]:
    """A pair before and after, for each class of packets that either network distinguishes."""
    if was is None or now is None:
        yield from ((packets, view, None) for packets, view in (was.by_packets() if was is not None else ()))
        yield from ((packets, None, view) for packets, view in (now.by_packets() if now is not None else ()))
        return
    for packets, earlier in was.by_packets():
        yield from ((both, earlier, later) for both, later in now.by_packets(packets))


def hows(was: Pair | None, now: Pair | None) -> Iterator[tuple[ChangeKind, str]]:
    """How the packets of one class change, with the client ports if only some change."""
    kinds = list(_kinds_of_change(was, now))
    yield from ((kind, "") for kind in kinds)
    if kinds in ([], [ChangeKind.REROUTED]):
        before, after = _denied(was), _denied(now)
        if lost := added(after, before):
            yield ChangeKind.LOST, f", from {described(lost)}"
        if gained := added(before, after):
            yield ChangeKind.GAINED, f", from {described(gained)}"


def _denied(pair: Pair | None) -> Sequence[Denied]:
    """The client ports that replies between workload subnets do not reach."""
    return [one for sample in pair.workload_samples for one in sample.trip.denied] if pair is not None else []


def _kinds_of_change(was: Pair | None, now: Pair | None) -> Iterator[ChangeKind]:
    """How a pair changes, if it does.

    It compares the worst and the best outcome of the pair, of each zone and tier that exists before and after, and of
    each pair of hosts. So an egress path that moves is re-routed although its old public subnets are gone, and no
    subnet represents another.
    """
    before, after = outcomes(was), outcomes(now)
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
    elif was is not None and now is not None and Outcome.REACHABLE in before[_WHOLE] and _paths(was) != _paths(now):
        yield ChangeKind.REROUTED


_WHOLE = ("", "", 0)


def outcomes(pair: Pair | None) -> dict[Hashable, tuple[Outcome, ...]]:
    """The worst and best outcome of packets, and of packets with replies: of the whole pair, of each zone, tier and IP
    version, and of each pair of hosts, whose key has two elements. A pair that does not exist is blocked."""
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
    """The addresses of a sample flow, if an end is in a subnet. They are the same in both networks."""
    ends = (sample.source, sample.destination)
    if not any(isinstance(end, InSubnet) for end in ends) or any(isinstance(end, UnknownAddress) for end in ends):
        return None
    return tuple(getattr(end, "ip", None) for end in ends)


def _arrives(outcome: tuple[Outcome, Outcome]) -> tuple[Outcome, Outcome]:
    return outcome[0], min(outcome, key=outcome_rank)


def unknown_reason(*pairs: Pair | None) -> str:
    """Why a result is unknown, in the later network or else in the earlier one."""
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


def _paths(pair: Pair) -> frozenset[object]:
    """The paths between workload subnets, without their ends."""
    return frozenset(
        (t.zone, _hops_of(t.trip)) for t in pair.workload_samples if t.trip.forward.outcome is Outcome.REACHABLE
    )


def _hops_of(trip: RoundTrip) -> tuple[object, ...]:
    return tuple(tuple(_hops(path) for path in paths) for paths in (trip.forward.paths, trip.reply.paths))


def _hops(path: Path) -> tuple[tuple[str, str, str], ...]:
    return tuple((hop.kind, hop.address, hop.zone) for hop in path.hops if hop.kind != "subnet")
