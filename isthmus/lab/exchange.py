"""Exchanges packets between the hosts of a lab: sends first packets, and a reply to each that arrives."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from isthmus.lab import packet_bytes
from isthmus.lab.namespaces import in_namespace
from isthmus.lab.packet_bytes import Arrived

__all__ = ["Exchange", "open_socket"]

_ETH_P_IP = 0x0800
_SO_RCVBUFFORCE = 33
_BUFFER = 128 << 20
_PART = 4_000
"""Exchanges at one time, so that no buffer overflows."""

_QUIET = 0.1
"""Seconds without a packet after which no packet is expected."""

_NUMBERS = 1 << 31
"""Numbers of exchanges. A packet holds a number of 32 bits."""

Sent = tuple[int, bytes]
"""The number of the host that sends, and the packet."""


def open_socket(namespace: str, protocol: int = _ETH_P_IP) -> socket.socket:
    """A socket that receives the IPv4 packets that arrive at any interface of a namespace. It does not block.

    With the protocol `ETH_P_ALL` it also receives what the namespace sends (packet(7)).
    """
    with in_namespace(namespace):
        found = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    found.setblocking(False)
    for option in (socket.SO_RCVBUF, _SO_RCVBUFFORCE):
        try:
            found.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
        except PermissionError:  # without the right to more, the limit of the system applies
            continue
    return found


class Exchange:
    """The hosts of a lab, which are all in one namespace. A host has an address, an interface, and its router's MAC."""

    def __init__(self, namespace: str, hosts: Sequence[Mapping[str, Any]]) -> None:
        self._hosts = hosts
        self._socket = open_socket(namespace)
        self._by_interface = {host["interface"]: number for number, host in enumerate(hosts)}
        self.next_number = 0
        """The number of the next exchange. No two have the same: a packet that comes late counts for no other one."""

    def ask(self, questions: Sequence[Sequence[int]]) -> list[int]:
        """How many packets of each exchange arrive: the first, the reply to it, and of TCP the third of the handshake.

        A question is the numbers of the source and destination hosts, the protocol, the source port and the port.
        """
        arrived = [0] * len(questions)
        first_number = self.next_number
        self.next_number = (first_number + len(questions)) % _NUMBERS
        for start in range(0, len(questions), _PART):
            part = range(start, min(start + _PART, len(questions)))
            sent: Iterable[Sent] = (self._first(first_number + index, *questions[index]) for index in part)
            for step in range(3):
                came = [(host, packet) for host, packet in self._exchange(sent) if packet.step == step]
                sent = []
                for host, packet in came:
                    index = packet.number - first_number
                    if not 0 <= index < len(questions):
                        continue
                    a, b, protocol = questions[index][:3]
                    if self._is_due(host, packet, a, b):
                        arrived[index] = step + 1
                        if step == 0 or protocol == packet_bytes.TCP:
                            sent.append((host, packet_bytes.reply(packet)))
        return arrived

    def _is_due(self, host: int, packet: Arrived, a: int, b: int) -> bool:
        """Whether a packet is where it should be. The client knows replies by the address that it sent to.

        No other host sees the address of a client whose site translates it.
        """
        client, server = self._hosts[a], self._hosts[b]
        if packet.step == 1:
            return host == a and (packet.source, packet.destination) == (server["known_as"], client["ip"])
        return host == b and (client["ip"] == client["known_as"] or packet.source != client["ip"])

    def _first(self, number: int, a: int, b: int, protocol: int, client: int, port: int) -> Sent:
        ends = self._hosts[a]["ip"], self._hosts[b]["known_as"]
        return a, packet_bytes.first(*ends, protocol, client, port, number)

    def _exchange(self, sent: Iterable[Sent]) -> list[tuple[int, Arrived]]:
        """Send from hosts. Returns which packets came to which host in the meantime, and until none moves."""
        came: list[tuple[int, Arrived]] = []
        for count, (host, packet) in enumerate(sent):
            router = bytes.fromhex(self._hosts[host]["router"].replace(":", ""))
            frame = router + b"\x02\x00\x09\x00\x00\x01\x08\x00" + packet
            self._socket.sendto(frame, (self._hosts[host]["interface"], _ETH_P_IP))
            if count % 50 == 49:
                self._drain(came)
        quiet = time.monotonic()
        while time.monotonic() - quiet < _QUIET:
            before = len(came)
            time.sleep(_QUIET / 10)
            self._drain(came)
            if len(came) > before:
                quiet = time.monotonic()
        return came

    def _drain(self, came: list[tuple[int, Arrived]]) -> None:
        while True:
            try:
                frame, (interface, _, kind, *_) = self._socket.recvfrom(2048)
            except BlockingIOError:
                return
            packet = packet_bytes.parse(frame[14:]) if kind != socket.PACKET_OUTGOING else None
            if packet is not None and interface in self._by_interface:
                came.append((self._by_interface[interface], packet))
