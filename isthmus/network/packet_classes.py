"""Equivalence classes of packets between two locations: all packets, divided at the boundaries of their filters.

A path depends on addresses only. So one packet shows the filters of all packets, in both directions. Between two
boundaries of its rules a filter has one verdict: one packet represents all others exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.network.answers import Packet, Position, RoundTrip, Trace
from isthmus.network.forwarding import Forwarding
from isthmus.network.packets import ALL_PACKETS, ECHO, WITH_PORTS, WITH_TYPES, Packets, block, partition, place, split
from isthmus.network.service_addresses import of_all

USUAL = place(6, 443)
# The preferred representatives of a class.
_WELL_KNOWN = (USUAL, place(17, 53), place(1, ECHO[1]), place(58, ECHO[58]), place(6, 80), place(17, 443))


@dataclass(frozen=True, slots=True)
class PacketClass:
    """Packets with the same result, and the flow of one of them."""

    packets: Packets
    trip: RoundTrip


def representative(packets: Packets) -> int:
    """One packet of a set, a well-known one if there is any."""
    return next((at for at in _WELL_KNOWN if at in packets), packets.first)


def of_one(packet: Packet) -> Packets:
    """The set of one packet. A protocol without ports or messages is one packet."""
    protocol, _ = split(packet.place)
    whole = protocol not in (*WITH_PORTS, *WITH_TYPES)
    return Packets.of(block(protocol) if whole else (packet.place, packet.place))


def packet_classes(
    engine: Forwarding, source: Position, destination: Position, wanted: Packets = ALL_PACKETS
) -> tuple[PacketClass, ...]:
    """All packets from one location to another, or those `wanted`, by their result. Raises as `forward` does.

    The classes are disjoint and together hold every packet wanted.
    """

    def one_of(packets: Packets) -> Packet:
        return Packet.at(representative(packets), source, destination, engine.client_ports)

    if not wanted:
        return ()
    trips = engine.trips(one_of(wanted))
    first = of_all(one_of(wanted), trips)
    cuts = {cut for trip in trips for cut in engine.boundaries.of(trip)}
    if not cuts:
        return (PacketClass(wanted, first),)
    found: dict[object, list[PacketClass]] = {}
    known = representative(wanted)
    for part in partition(cuts):
        if packets := part & wanted:
            trip = first if known in packets else engine.both_ways(one_of(packets))
            found.setdefault(_result(trip), []).append(PacketClass(packets, trip))
    return tuple(map(_joined, found.values()))


def _joined(classes: Sequence[PacketClass]) -> PacketClass:
    packets = Packets.of(*(span for each in classes for span in each.packets.spans))
    shown = representative(packets)
    return PacketClass(packets, next(each.trip for each in classes if shown in each.packets))


def _result(trip: RoundTrip) -> object:
    """Equal for equivalent packets: the outcome and the blocks of each path."""
    return tuple(_ending(trace) for trace in (trip.forward, trip.reply)), trip.asymmetric


def _ending(trace: Trace) -> object:
    return trace.outcome, tuple(
        (path.outcome, tuple((b.rule, b.address) for b in path.blocks), path.unknown, path.denied)
        for path in trace.paths
    )
