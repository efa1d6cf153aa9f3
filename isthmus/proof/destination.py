"""A destination as people write it, a place and the packets that are asked about: `prod:22`, `dc1/servers:udp/53`."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple

from isthmus.network.packets import LAST_PORT, PROTOCOLS, Packets, parsed
from isthmus.proof.errors import ProofError

_TOWARD = re.compile(rf"(?P<place>.+):(?P<what>\d{{1,5}}|(?:{'|'.join(PROTOCOLS)})(?:/[\d/-]+)?|protocols? [\d-]+)")


class Destination(NamedTuple):
    """A destination: a place, and the packets that are asked about; None: any."""

    place: str
    packets: Packets | None = None

    def __str__(self) -> str:
        return f"{self.place}:{self.packets}" if self.packets else self.place


def toward(given: str) -> Destination:
    """`place`, `place:443`, `place:udp/53`, `place:icmp/8`, `place:tcp/8000-8080` or `place:protocol 47`.

    Raises `ProofError` for a port that is none.
    """
    found = _TOWARD.fullmatch(given)
    if found is None or _is_address(given):
        return Destination(given)
    what = f"tcp/{found['what']}" if found["what"].isdigit() else found["what"]
    packets = parsed(what)
    if packets is None:
        kind = "an ICMP type and code from 0 to 255" if what.startswith("icmp") else f"a port from 0 to {LAST_PORT}"
        if what.startswith("protocol"):
            kind = f"the number of a protocol other than {', '.join(PROTOCOLS)}"
        raise ProofError(f"expected {kind}, got {found['what'].partition('/')[2] or found['what']} in {given!r}")
    return Destination(found["place"], packets)


def _is_address(given: str) -> bool:
    try:
        ip_address(given)
    except ValueError:
        return False
    return True
