"""Follows exchanges through a lab: every interface where one of their packets is seen, in order of time."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from isthmus.lab import packet_bytes
from isthmus.lab.exchange import open_socket

__all__ = ["Seen", "followed"]

# linux/if_packet.h and asm-generic/socket.h: the kernel's time of each packet, with nanoseconds.
_SO_TIMESTAMPNS = 35
_ETH_P_ALL = 3
_TIME = struct.Struct("@ll")
_QUIET = 0.5
"""Seconds without a packet anywhere after which none moves."""


class Seen(NamedTuple):
    """A packet at an interface of a namespace.

    - `time`: nanoseconds. `step`: 0 for the first packet of an exchange, 1 for the reply, 2 for the third of TCP.
    - `out`: the namespace sends it; else it receives it.
    - `number`: that of the exchange.
    """

    time: int
    step: int
    namespace: str
    interface: str
    out: bool
    source: str
    destination: str
    number: int


def followed(namespaces: Sequence[str], send: Callable[[], object]) -> list[Seen]:
    """Every place that the packets pass that `send` sends. It returns when no packet moves.

    Each namespace needs a socket, and the kernel takes long to close one (it waits for an RCU grace period). So `send`
    sends all exchanges that are of interest.
    """
    ears = [(name, open_socket(name, _ETH_P_ALL)) for name in namespaces]
    try:
        for _, ear in ears:
            ear.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        send()
        return sorted(_until_quiet(ears))
    finally:
        for _, ear in ears:
            ear.close()


def _until_quiet(ears: Sequence[tuple[str, socket.socket]]) -> list[Seen]:
    """What passed, and what passes until no packet moves: a machine under load moves the last ones late."""
    found: list[Seen] = []
    last = time.monotonic()
    while time.monotonic() - last < _QUIET:
        time.sleep(_QUIET / 10)
        new = [seen for name, ear in ears for seen in _received(name, ear)]
        if new:
            found += new
            last = time.monotonic()
    return found


def _received(name: str, ear: socket.socket) -> Iterator[Seen]:
    while True:
        try:
            frame, extra, _, (interface, _, kind, *_) = ear.recvmsg(2048, 256)
        except BlockingIOError:
            return
        # A TUN interface has no Ethernet header.
        packet = packet_bytes.parse(frame[14:]) or packet_bytes.parse(frame)
        if packet is not None:
            seconds, nanoseconds = _TIME.unpack(extra[0][2][: _TIME.size])
            at = seconds * 1_000_000_000 + nanoseconds
            out = kind == socket.PACKET_OUTGOING
            yield Seen(at, packet.step, name, interface, out, packet.source, packet.destination, packet.number)
