"""AWS services by their public addresses: of which nobody knows from Terraform which they are.

A service has many public ranges, and AWS changes them: https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html
So one public address never speaks for a service: where routes or sites tell public addresses apart, a packet to one of
each part is followed, and where these fare differently the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from isthmus.network.answers import Internet, Location, Outcome, Packet, Path, RoundTrip, Service, Trace
from isthmus.network.forwarding import Forwarding
from isthmus.network.packet_classes import PacketClass, packet_classes
from isthmus.network.packets import ALL_PACKETS, Packets
from isthmus.network.places import V4_LAST
from isthmus.network.space import PUBLIC, RangeMap, address_at, compile_prefixes
from isthmus.proof.told_apart import Key, told_apart

_MOST_PARTS = 200


def classes_to(
    engine: Forwarding, source: Location, destination: Location, wanted: Packets = ALL_PACKETS
) -> tuple[PacketClass, ...]:
    """All packets from one location to another by what becomes of them; to a service by all its public addresses."""
    classes = packet_classes(engine, source, destination, wanted)
    if not isinstance(destination, Service) or not classes:
        return classes
    if any(path.end == str(destination) for one in classes for path in one.trip.forward.paths):
        return classes  # by a gateway endpoint: its route has the service's own prefix list
    if any(one.trip.outcome is Outcome.UNKNOWN for one in classes):
        return classes
    why = _differing(engine, source, destination, classes)
    return (PacketClass(wanted, _unknown(classes[0].trip, why)),) if why else classes


def _differing(engine: Forwarding, source: Location, service: Service, classes: tuple[PacketClass, ...]) -> str:
    """Why one public address does not speak for the service, or ""."""
    said = {(one.packets, *_outcomes(one.trip)) for one in classes}
    for number, address in enumerate(_parts(engine)):
        if number == _MOST_PARTS:
            return f"which public addresses {service} has: routes tell more than {_MOST_PARTS} parts of them apart"
        wanted = Packets.of(*(span for one in classes for span in one.packets.spans))
        found = packet_classes(engine, source, Internet(address), wanted)
        if {(one.packets, *_outcomes(one.trip)) for one in found} != said:
            return f"which public addresses {service} has: {address} fares differently from others"
    return ""


def _outcomes(trip: RoundTrip) -> tuple[Outcome, Outcome, Outcome]:
    return trip.forward.outcome, trip.back.outcome, trip.outcome


def _parts(engine: Forwarding) -> Iterator[IPv4Address]:
    """A public address for each part that routes, rules and sites tell apart."""
    keys = told_apart(engine.network, engine.sites)
    around: RangeMap[tuple[Key, ...]] = compile_prefixes(
        keys.items(), lambda nest: tuple(key for _, keys in nest for key in keys), ()
    )
    seen: set[object] = set()
    for low, high, public in PUBLIC.within(0, V4_LAST):
        for first, last, key in around.within(low, high) if public else ():
            if key not in seen and not engine.facts.vpc_owners(first):
                seen.add(key)
                address = address_at(min(first + 1, last))
                assert isinstance(address, IPv4Address)
                yield address


def _unknown(trip: RoundTrip, why: str) -> RoundTrip:
    """A trip of which it is known where it starts."""
    hops = trip.forward.paths[0].hops[:1] if trip.forward.paths else ()
    back: Packet = trip.back.packet
    return RoundTrip(Trace(trip.forward.packet, (Path(hops, unknown=why),)), Trace(back, (Path(unknown=why),)))
