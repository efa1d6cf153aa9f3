"""A destination as users write it, a location and optional packets: `prod:22`, `dc1/servers:udp/53`."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple

from isthmus.network.packets import LAST_PORT, PROTOCOLS, Packets, parsed
from isthmus.proof.errors import ProofError

_PATTERN = re.compile(rf"(?P<name>.+):(?P<what>\d{{1,5}}|(?:{'|'.join(PROTOCOLS)})(?:/[\d/-]+)?|protocols? [\d-]+)")


class Destination(NamedTuple):
    """A location, and the packets to evaluate; None: all packets."""

    location: str
    packets: Packets | None = None

    def __str__(self) -> str:
        return f"{self.location}:{self.packets}" if self.packets else self.location


def parse_destination(given: str) -> Destination:
    """Parse a destination with or without packets. Raises `ProofError` for an invalid port.

    The formats are `prod`, `prod:443`, `prod:udp/53`, `prod:icmp/8`, `prod:tcp/8000-8080` and `prod:protocol 47`.
    """
    found = _PATTERN.fullmatch(given)
    if found is None or _is_address(given):
        return Destination(given)
    what = f"tcp/{found['what']}" if found["what"].isdigit() else found["what"]
    packets = parsed(what)
    if packets is None:
        kind = "an ICMP type and code from 0 to 255" if what.startswith("icmp") else f"a port from 0 to {LAST_PORT}"
        if what.startswith("protocol"):
            kind = f"a protocol number other than those of {', '.join(PROTOCOLS)}"
        raise ProofError(f"expected {kind}, got {found['what'].partition('/')[2] or found['what']} in {given!r}")
    return Destination(found["name"], packets)


def _is_address(given: str) -> bool:
    try:
        ip_address(given)
    except ValueError:
        return False
    return True
