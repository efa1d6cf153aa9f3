"""IPv4 packets as bytes: a first packet, and the reply to one that arrived."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

ICMP, TCP, UDP = 1, 6, 17
_MARK = b"ISTH"
_PAYLOAD = struct.Struct("!4sBI")
_SYN, _SYN_ACK, _ACK = 0x02, 0x12, 0x10
_ECHO, _ECHO_REPLY = 8, 0


class Arrived(NamedTuple):
    """A packet of the lab: `number` is the question's, `step` its place in the exchange, from 0."""

    number: int
    step: int
    source: str
    destination: str
    protocol: int
    source_port: int
    port: int
    sequence: int


def first(source: str, destination: str, protocol: int, source_port: int, port: int, number: int) -> bytes:
    """A TCP SYN, a UDP datagram or an ICMP echo request. For ICMP, the source port is the identifier."""
    payload = _PAYLOAD.pack(_MARK, 0, number)
    if protocol == ICMP:
        return _ip(source, destination, protocol, _icmp(_ECHO, source_port, payload))
    return _ip(
        source, destination, protocol, _segment(source, destination, protocol, source_port, port, payload, _SYN, 0)
    )


def reply(to: Arrived) -> bytes:
    """The answer to a packet, from what it looked like when it arrived: SYN-ACK, ACK, datagram or echo reply."""
    payload = _PAYLOAD.pack(_MARK, to.step + 1, to.number)
    if to.protocol == ICMP:
        return _ip(to.destination, to.source, ICMP, _icmp(_ECHO_REPLY, to.source_port, payload))
    ends = to.destination, to.source, to.protocol, to.port, to.source_port
    flags = _ACK if to.step else _SYN_ACK
    return _ip(to.destination, to.source, to.protocol, _segment(*ends, payload, flags, to.sequence + 1))


def parse(packet: bytes) -> Arrived | None:
    """What arrived, unless it is no packet of the lab."""
    if len(packet) < 20:
        return None
    header = (packet[0] & 15) * 4
    protocol = packet[9]
    segment = packet[header:]
    payload = segment[{ICMP: 8, UDP: 8, TCP: 20}.get(protocol, len(segment)) :]
    if len(payload) < _PAYLOAD.size or not payload.startswith(_MARK):
        return None
    _, step, number = _PAYLOAD.unpack_from(payload)
    source, destination = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
    if protocol == ICMP:
        ports, sequence = (struct.unpack_from("!H", segment, 4)[0], 0), 0
    else:
        ports = struct.unpack_from("!HH", segment)
        sequence = struct.unpack_from("!I", segment, 4)[0] if protocol == TCP else 0
    return Arrived(number, step, source, destination, protocol, *ports, sequence)


def _icmp(kind: int, identifier: int, payload: bytes) -> bytes:
    header = struct.pack("!BBHHH", kind, 0, 0, identifier, 1)
    return header[:2] + struct.pack("!H", _checksum(header + payload)) + header[4:] + payload


def _segment(
    source: str, destination: str, protocol: int, source_port: int, port: int, payload: bytes, flags: int, ack: int
) -> bytes:
    if protocol == UDP:
        # A checksum of zero says that there is none (RFC 768); NAT leaves it alone.
        return struct.pack("!HHHH", source_port, port, 8 + len(payload), 0) + payload
    sequence = 1_000 if flags & _SYN else 1_001
    header = struct.pack("!HHIIBBHHH", source_port, port, sequence, ack & 0xFFFFFFFF, 5 << 4, flags, 64000, 0, 0)
    pseudo = socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack("!BBH", 0, TCP, 20 + len(payload))
    return header[:16] + struct.pack("!H", _checksum(pseudo + header + payload)) + header[18:] + payload


def _ip(source: str, destination: str, protocol: int, segment: bytes) -> bytes:
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 1, 0, 64, protocol, 0) + addresses
    return header[:10] + struct.pack("!H", _checksum(header)) + header[12:] + segment


def _checksum(data: bytes) -> int:
    """RFC 1071."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
