"""AWS services by their public addresses: of which nobody knows from Terraform which they are.

A service has many public ranges, and AWS changes them: https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html
So one public address never speaks for a service: where routes, rules or sites tell public addresses apart, a packet to
one of each part is followed, and where these fare differently the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from ipaddress import IPv4Address

from isthmus.network.address_space import PUBLIC, RangeMap, address_at, compile_prefixes
from isthmus.network.answers import Outcome, Packet, Path, RoundTrip, Service, Trace
from isthmus.network.index import NetworkIndex
from isthmus.network.positions import V4_LAST
from isthmus.network.prefix_classes import Key, prefix_classes

_MOST_PARTS = 200


def service_parts(index: NetworkIndex) -> tuple[IPv4Address, ...] | str:
    """A public address for each part that routes, rules and sites tell apart; why, if there are too many to ask."""
    parts: list[IPv4Address] = []
    for address in _parts(index):
        if len(parts) == _MOST_PARTS:
            return f"rules and routes tell more than {_MOST_PARTS} parts of the public addresses apart"
        parts.append(address)
    return tuple(parts) or "everything public has a name here"


def _parts(index: NetworkIndex) -> Iterator[IPv4Address]:
    keys = prefix_classes(index.network, index.sites)
    around: RangeMap[tuple[Key, ...]] = compile_prefixes(
        keys.items(), lambda nest: tuple(key for _, keys in nest for key in keys), ()
    )
    seen: set[object] = set()
    for low, high, public in PUBLIC.within(0, V4_LAST):
        for first, last, key in around.within(low, high) if public else ():
            if key not in seen and not index.vpc_owners(first):
                seen.add(key)
                address = address_at(min(first + 1, last))
                assert isinstance(address, IPv4Address)
                yield address


def of_all(packet: Packet, trips: Sequence[RoundTrip]) -> RoundTrip:
    """What becomes of a packet, from the trips to all that it has to be followed to.

    To a service these are an address of each part: unknown if they differ. To anything else there is one.
    """
    first = trips[0]
    if not isinstance(packet.destination, Service):
        return first
    shown = next((trip for trip in trips if trip.outcome is Outcome.UNKNOWN and _speaks_for(trip, trips)), None)
    if shown is None:
        other = next((trip for trip in trips if _fate(trip) != _fate(first)), None)
        shown = first if other is None else differing(packet, other, _what_differs(packet, other))
        if all(trip.forward.outcome is Outcome.BLOCKED for trip in trips):
            shown = replace(shown, forward=first.forward)  # the flow fails, whatever would become of a reply
    back = replace(shown.reply.packet, source=packet.destination)
    return replace(shown, forward=replace(shown.forward, packet=packet), reply=replace(shown.reply, packet=back))


def differing(packet: Packet, trip: RoundTrip, why: str) -> RoundTrip:
    """A trip of which it is known where it starts, and not what becomes of it."""
    hops = trip.forward.paths[0].hops[:1] if trip.forward.paths else ()
    unknown = Path(unknown=why)
    return RoundTrip(Trace(packet, (unknown._replace(hops=hops),)), Trace(trip.reply.packet, (unknown,)))


def _what_differs(packet: Packet, trip: RoundTrip) -> str:
    end = trip.forward.packet.destination
    assert isinstance(end, Service)
    return f"which public addresses {packet.destination} has: {end.ip} fares differently from others"


def _speaks_for(one: RoundTrip, trips: Sequence[RoundTrip]) -> bool:
    """Whether what a trip says of either direction is unknown, or so for all."""
    return one.forward.outcome in (Outcome.UNKNOWN, *_only(trip.forward for trip in trips)) and one.reply.outcome in (
        Outcome.UNKNOWN,
        *_only(trip.reply for trip in trips),
    )


def _only(traces: Iterable[Trace]) -> set[Outcome]:
    """The outcome of all of these, if it is one."""
    found = {trace.outcome for trace in traces}
    return found if len(found) == 1 else set()


def _fate(trip: RoundTrip) -> object:
    denied = tuple(sorted(one.ports for one in trip.denied))
    return trip.forward.outcome, trip.reply.outcome, trip.outcome, denied
