"""The largest packets that fit through a tunnel.

https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-best-practice.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class PacketSize(NamedTuple):
    """The MTU of a tunnel interface, and the largest TCP segment (MSS) for it, both in bytes."""

    mtu: int
    mss: int


class TunnelSizes(NamedTuple):
    """The sizes without NAT traversal, and with it."""

    plain: PacketSize
    nat_traversal: PacketSize


class UnknownIntegrity(ValueError):
    """AWS documents no packet size for an integrity algorithm. `args[0]` is its name."""


_GCM = TunnelSizes(PacketSize(1446, 1406), PacketSize(1438, 1398))
_CBC = {
    "SHA1": TunnelSizes(PacketSize(1438, 1398), PacketSize(1422, 1382)),
    "SHA2-256": TunnelSizes(PacketSize(1438, 1398), PacketSize(1422, 1382)),
    "SHA2-384": TunnelSizes(PacketSize(1422, 1382), PacketSize(1422, 1382)),
    "SHA2-512": TunnelSizes(PacketSize(1422, 1382), PacketSize(1406, 1366)),
}


def packet_sizes(encryption: Sequence[str], integrity: Iterable[str]) -> TunnelSizes:
    """The sizes that fit every combination of the given phase 2 algorithms.

    AES-GCM has its own integrity check, so that only AES-CBC uses the integrity algorithms. Raises `UnknownIntegrity`.
    """
    found = [_GCM for name in encryption if "GCM" in name]
    if any("GCM" not in name for name in encryption):
        for name in integrity:
            if name not in _CBC:
                raise UnknownIntegrity(name)
            found.append(_CBC[name])
    return TunnelSizes(min(sizes.plain for sizes in found), min(sizes.nat_traversal for sizes in found))
