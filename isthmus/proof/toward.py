"""A destination as people write it, a place and the packets that are asked about: `prod:22`, `dc1/servers:udp/53`."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple

from isthmus.proof.errors import ProofError
from isthmus.proof.probes import Probe

_TOWARD = re.compile(r"(?P<place>.+):(?:(?P<protocol>tcp|udp)/)?(?P<port>\d{1,5})")


class Toward(NamedTuple):
    """A destination: a place, and the packets that are asked about; None: any."""

    place: str
    probe: Probe | None = None

    def __str__(self) -> str:
        return f"{self.place}:{self.probe}" if self.probe else self.place


def toward(given: str) -> Toward:
    """`place`, `place:443` or `place:udp/53`. Raises `ProofError` for a port that is none."""
    found = _TOWARD.fullmatch(given)
    if found is None or _is_address(given):
        return Toward(given)
    port = int(found["port"])
    if port > 65_535:
        raise ProofError(f"expected a port from 0 to 65535, got {port} in {given!r}")
    return Toward(found["place"], Probe(found["protocol"] or "tcp", port))


def _is_address(given: str) -> bool:
    try:
        ip_address(given)
    except ValueError:
        return False
    return True
