"""The result of one ordered pair of locations: sample flows, and their outcomes by zone, tier and subnet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from isthmus.network.answers import InSubnet, Outcome, Path, Position, RoundTrip, Trace, UnknownAddress
from isthmus.network.client_ports import described
from isthmus.network.packet_classes import USUAL, PacketClass
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets
from isthmus.proof.result.findings import PacketOutcome

FILTERS = ("network-acl-denies", "firewall-drops")


@dataclass(frozen=True, slots=True)
class SampleFlow:
    """All packets from one sample address to another, in classes of the same outcome.

    - `zone`: the Availability Zone of the source.
    - `tier`: of the source's subnet, or of the destination's subnet if the source is in no subnet.
    - `is_workload`: whether it is between workload subnets. An intended flow has to work between these.
    - `trip`: the packet and the reply that decide the result of the pair, see `AllPairs`.
    - `unknown_reason`: why it is unknown whether these are workload subnets, or "". `is_workload` is then a guess.
    - `version`: the IP version. Dual-stack hosts use the version that works.
    - `classes`: all packets; each packet is in exactly one class.
    """

    source: Position
    destination: Position
    zone: str
    tier: str
    is_workload: bool
    trip: RoundTrip
    unknown_reason: str = ""
    version: int = 4
    classes: tuple[PacketClass, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Every sample flow from one location to another.

    An intended flow has to work between all workload subnets. An unintended flow must not work between any subnets.
    """

    samples: tuple[SampleFlow, ...]

    @cached_property
    def workload_samples(self) -> tuple[SampleFlow, ...]:
        """The sample flows between workload subnets."""
        return tuple(sample for sample in self.samples if sample.is_workload)

    def by_packets(self, within: Packets = ALL_PACKETS) -> Iterator[tuple[Packets, Pair]]:
        """The result for each class of packets that have the same outcome in every sample flow. `trip` is of the
        class."""
        cells = [within] if within else []
        for classes in dict.fromkeys(tuple(each.packets for each in sample.classes) for sample in self.samples):
            if len(classes) > 1:
                cells = [part for cell in cells for packets in classes if (part := cell & packets)]
        for cell in cells:
            yield cell, self if cell == ALL_PACKETS else Pair(tuple(_of_packets(each, cell) for each in self.samples))

    def without(self, packets: Packets) -> Pair:
        """The result for all other packets, class by class."""
        return Pair(tuple(sample for _, view in self.by_packets(ALL_PACKETS - packets) for sample in view.samples))

    def outcome(self, intended: bool | None) -> tuple[Outcome, Outcome]:
        """Forward and reply: the best outcome of an unintended flow, the worst of an intended or unspecified one."""
        if intended is False:
            return best(self.samples)
        return worst(self.workload_samples)

    def few_client_ports(self, intended: bool | None) -> bool:
        """Whether the flow works for fewer than half of the client ports. `outcome` does not show this."""
        if intended is False:
            samples: Sequence[SampleFlow] = [s for s in self.samples if s.trip.outcome is Outcome.REACHABLE]
        else:
            samples = self.workload_samples
        few = [sample.trip.mostly_denied for sample in samples]
        return bool(few) and (all(few) if intended is False else any(few))

    def packet_outcomes(self, intended: bool | None) -> tuple[PacketOutcome, ...]:
        """All packets, grouped by outcome: the best of an unintended flow, the worst of an intended or unspecified
        one."""
        found: dict[tuple[Outcome, Outcome, str], Packets] = {}
        for packets, view in self.by_packets():
            forward, reply = best(view.samples) if intended is False else worst(view.workload_samples)
            denied = []
            if reply is Outcome.REACHABLE:
                denied = [one for sample in view.workload_samples for one in sample.trip.denied]
            key = (forward, reply, described(denied))
            found[key] = found.get(key, NO_PACKETS) | packets
        return tuple(PacketOutcome(packets, *key) for key, packets in found.items())

    def by_zone(self) -> Mapping[str, tuple[Outcome, Outcome]]:
        """Outcomes by Availability Zone of the source; empty if all zones have the same outcome."""
        return _by(self.workload_samples, lambda sample: sample.zone)

    @cached_property
    def by_subnet(self) -> Mapping[tuple[str, str], tuple[Outcome, Outcome]]:
        """Outcomes by subnet of the source and of the destination; empty if all subnets have the same outcome.

        The name of a subnet is "" for an end that is in no subnet.
        """
        groups: dict[tuple[str, str], list[SampleFlow]] = defaultdict(list)
        for sample in self.workload_samples:
            groups[subnet_of(sample.source), subnet_of(sample.destination)].append(sample)
        outcomes = {key: worst(group) for key, group in groups.items()}
        return outcomes if len(set(outcomes.values())) > 1 else {}

    @property
    def unknown(self) -> bool:
        """Whether the outcome of any subnet is unknown."""
        every = [*self.by_subnet.values(), worst(self.workload_samples)]
        return any(Outcome.UNKNOWN in outcome for outcome in every)

    @property
    def exits(self) -> Mapping[str, tuple[str, ...]]:
        """The exits to the internet that packets and replies use, each with the subnets that use it.

        If the path goes through a NAT gateway, the name of the exit includes it.
        """
        found: dict[str, dict[str, None]] = {}
        for sample in self.workload_samples:
            if sample.trip.outcome is Outcome.REACHABLE:
                for path in sample.trip.forward.paths:
                    name = path.exit + (f" by {path.nats[0]}" if path.nats else "")
                    found.setdefault(name, {})[subnet_of(sample.source)] = None
        return {name: tuple(subnets) for name, subnets in found.items()}

    def by_tier(self) -> Mapping[str, tuple[Outcome, Outcome]]:
        """Outcomes by tier; empty if all tiers have the same outcome."""
        return _by(self.samples, lambda sample: sample.tier)

    def example(self, intended: bool | None) -> int:
        """The index of the sample flow that shows the outcome best, or -1 if there is none."""
        if not self.samples:
            return -1
        if intended is False:
            return max(range(len(self.samples)), key=lambda index: trip_rank(self.samples[index].trip))
        version = next((sample.version for sample in _best_version(self.workload_samples)), 4)

        def order(index: int) -> tuple[bool, bool, tuple[int, int]]:
            sample = self.samples[index]
            return not sample.is_workload, sample.version != version, trip_rank(sample.trip)

        return min(range(len(self.samples)), key=order)


def subnet_of(position: Position) -> str:
    """The subnet that a position is in, or ""."""
    if isinstance(position, UnknownAddress):
        return position.subnet
    return position.address if isinstance(position, InSubnet) else ""


def _of_packets(sample: SampleFlow, packets: Packets) -> SampleFlow:
    """A sample flow for the packets of one of its classes."""
    trip = next(each.trip for each in sample.classes if packets.first in each.packets)
    return replace(sample, trip=trip, classes=(PacketClass(packets, trip),))


# --- the outcome of several sample flows


def worst(samples: Sequence[SampleFlow]) -> tuple[Outcome, Outcome]:
    """The worst outcome in the IP version that works best: BLOCKED if any is, else UNKNOWN if any is.

    A sample flow with an `unknown_reason` may not be between workload subnets, see `at_worst`.
    """
    samples = _best_version(samples)
    certain = [not sample.unknown_reason for sample in samples]
    return (
        at_worst([sample.trip.forward.outcome for sample in samples], certain),
        at_worst([reply_outcome(sample.trip) for sample in samples], certain),
    )


def at_worst(outcomes: Sequence[Outcome], certain: Sequence[bool]) -> Outcome:
    """BLOCKED if a certain outcome is blocked, or if all are. Else UNKNOWN if an uncertain outcome is blocked or any
    outcome is unknown. Else REACHABLE."""
    blocked = [sure for outcome, sure in zip(outcomes, certain, strict=True) if outcome is Outcome.BLOCKED]
    if any(blocked) or len(blocked) == len(outcomes):
        return Outcome.BLOCKED
    return Outcome.UNKNOWN if blocked or Outcome.UNKNOWN in outcomes else Outcome.REACHABLE


def best(samples: Sequence[SampleFlow]) -> tuple[Outcome, Outcome]:
    """REACHABLE if any path is reachable, else UNKNOWN if any path is unknown, else BLOCKED. No sample: BLOCKED."""
    return (
        _at_best(path for sample in samples for path in sample.trip.forward.paths),
        _at_best(path for sample in samples for path in sample.trip.reply.paths),
    )


def _at_best(paths: Iterator[Path]) -> Outcome:
    outcomes = {path.outcome for path in paths}
    if Outcome.REACHABLE in outcomes:
        return Outcome.REACHABLE
    return Outcome.UNKNOWN if Outcome.UNKNOWN in outcomes else Outcome.BLOCKED


def _best_version(samples: Sequence[SampleFlow]) -> Sequence[SampleFlow]:
    """The sample flows in the IP version that works best: dual-stack hosts need only one that works."""
    versions = {sample.version: [s for s in samples if s.version == sample.version] for sample in samples}

    def order(version: int) -> tuple[int, ...]:
        forward, reply = (outcome_rank(outcome) for outcome in worst(versions[version]))
        return min(forward, reply), forward, reply, -version

    return versions[max(versions, key=order)] if len(versions) > 1 else samples


def reply_outcome(trip: RoundTrip) -> Outcome:
    """The outcome of the reply. It is blocked if a firewall sees only one direction of the flow."""
    return Outcome.BLOCKED if trip.asymmetric else trip.reply.outcome


_RANK = {Outcome.BLOCKED: 0, Outcome.UNKNOWN: 1, Outcome.REACHABLE: 2}


def outcome_rank(outcome: Outcome) -> int:
    """The order of outcomes: blocked, unknown, reachable."""
    return _RANK[outcome]


def trip_rank(trip: RoundTrip) -> tuple[int, int]:
    """The order of round trips: by the outcome of the packet, then by that of the reply."""
    return _RANK[trip.forward.outcome], _RANK[reply_outcome(trip)]


def _by(samples: Sequence[SampleFlow], key: Callable[[SampleFlow], str]) -> dict[str, tuple[Outcome, Outcome]]:
    groups: dict[str, list[SampleFlow]] = defaultdict(list)
    for sample in samples:
        groups[key(sample)].append(sample)
    outcomes = {name: worst(group) for name, group in groups.items() if name}
    return dict(sorted(outcomes.items())) if len(set(outcomes.values())) > 1 else {}


# --- the packet that decides the result


def with_deciding_trips(samples: Sequence[SampleFlow], decisive: Packets | None) -> Sequence[SampleFlow]:
    """The sample flows, each with the round trip that decides its result: see `AllPairs`."""
    if decisive is None:
        return _same_packets(samples)
    return [replace(sample, trip=_deciding_trip(sample, decisive)) for sample in samples]


def _deciding_trip(sample: SampleFlow, decisive: Packets) -> RoundTrip:
    """The worst round trip of the decisive packets; without decisive packets, the best round trip of all packets."""
    if not decisive:
        return max(sample.classes, key=lambda one: (trip_rank(one.trip), USUAL in one.packets)).trip
    candidates = (one for one in sample.classes if one.packets & decisive)
    return min(candidates, key=lambda one: (trip_rank(one.trip), USUAL not in one.packets)).trip


def _same_packets(samples: Sequence[SampleFlow]) -> Sequence[SampleFlow]:
    """The sample flows for the class of packets with the best result of all; the usual packets win a tie."""
    if all(len(sample.classes) == 1 for sample in samples):
        return samples

    def order(view: tuple[Packets, Pair]) -> tuple[int, int, bool]:
        packets, pair = view
        forward, reply = (outcome_rank(outcome) for outcome in worst(pair.workload_samples or pair.samples))
        return forward, reply, USUAL in packets

    _, chosen = max(Pair(tuple(samples)).by_packets(), key=order)
    return [replace(sample, trip=seen.trip) for sample, seen in zip(samples, chosen.samples, strict=True)]


def stopped_by_filters(trace: Trace) -> bool:
    """Whether only network ACLs and firewall rules stop a packet."""
    return bool(trace.blocks) and all(block.rule in FILTERS for block in trace.blocks)
