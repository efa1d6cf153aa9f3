"""AWS services by their public addresses, which are not in Terraform.

A service has many public ranges, and AWS changes them: https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html
So one public address does not represent a service. Routes, rules and sites divide the public addresses into parts. A
packet to one address of each part is followed. If the results differ, the answer is unknown.
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
    """A public address for each part that routes, rules and sites distinguish; a reason if there are too many."""
    parts: list[IPv4Address] = []
    for address in _parts(index):
        if len(parts) == _MOST_PARTS:
            return f"rules and routes divide the public addresses into more than {_MOST_PARTS} parts"
        parts.append(address)
    return tuple(parts) or "VPCs, sites and routes have every public address"


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
    """The flow of a packet, from the flows to each address.

    A service has one address for each part; the result is unknown if they differ. Other destinations have one.
    """
    first = trips[0]
    if not isinstance(packet.destination, Service):
        return first
    shown = next((trip for trip in trips if trip.outcome is Outcome.UNKNOWN and _speaks_for(trip, trips)), None)
    if shown is None:
        other = next((trip for trip in trips if _result(trip) != _result(first)), None)
        shown = first if other is None else differing(packet, other, _what_differs(packet, other))
        if all(trip.forward.outcome is Outcome.BLOCKED for trip in trips):
            shown = replace(shown, forward=first.forward)  # the flow fails, whatever would become of a reply
    back = replace(shown.reply.packet, source=packet.destination)
    return replace(shown, forward=replace(shown.forward, packet=packet), reply=replace(shown.reply, packet=back))


def differing(packet: Packet, trip: RoundTrip, why: str) -> RoundTrip:
    """A flow with a known start and an unknown result."""
    hops = trip.forward.paths[0].hops[:1] if trip.forward.paths else ()
    unknown = Path(unknown=why)
    return RoundTrip(Trace(packet, (unknown._replace(hops=hops),)), Trace(trip.reply.packet, (unknown,)))


def _what_differs(packet: Packet, trip: RoundTrip) -> str:
    end = trip.forward.packet.destination
    assert isinstance(end, Service)
    return f"which public addresses {packet.destination} has: {end.ip} has another result than the others"


def _speaks_for(one: RoundTrip, trips: Sequence[RoundTrip]) -> bool:
    """Whether each direction of a flow is unknown, or has the same outcome in all flows."""
    return one.forward.outcome in (Outcome.UNKNOWN, *_only(trip.forward for trip in trips)) and one.reply.outcome in (
        Outcome.UNKNOWN,
        *_only(trip.reply for trip in trips),
    )


def _only(traces: Iterable[Trace]) -> set[Outcome]:
    """The outcome that all have in common, if there is one."""
    found = {trace.outcome for trace in traces}
    return found if len(found) == 1 else set()


def _result(trip: RoundTrip) -> object:
    denied = tuple(sorted(one.ports for one in trip.denied))
    return trip.forward.outcome, trip.reply.outcome, trip.outcome, denied
