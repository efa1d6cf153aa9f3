"""The traffic file: the flows that you expect in a month.

[[flow]]
from = "dev"            # locations, as in `isthmus trace`
to = "dc1/users"
gb = 500                # a month, from `from` to `to`
back = 500              # the replies; 0 by default
protocol = "tcp"        # of the traced packet; tcp by default
port = 443              # 443 by default
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from isthmus.cost.errors import UnusableTraffic
from isthmus.terraform.toml_files import is_amount, parsed, toml_text

_PROTOCOLS = ("tcp", "udp", "icmp", "icmpv6")
_REQUIRED = ("from", "to", "gb")
_KNOWN = (*_REQUIRED, "back", "protocol", "port")


@dataclass(frozen=True, slots=True)
class TrafficFlow:
    """GB per month from one location to another, and `back` for the replies."""

    source: str
    destination: str
    gb: Fraction | int
    back: Fraction | int = 0
    protocol: str = "tcp"
    port: int = 443

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}"


def read_traffic(path: Path) -> tuple[TrafficFlow, ...]:
    """The flows of a file. Raises `UnusableTraffic`, which names every fault in it, and `OSError`."""
    try:
        document = parsed(toml_text(path), parse_float=Decimal)
    except ValueError as error:
        raise UnusableTraffic(f"{path}: not TOML: {error}") from None
    faults = [f"{key}: expected [[flow]]" for key in document if key != "flow"]
    entries = document.get("flow", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UnusableTraffic(f"{path}: expected [[flow]] tables")
    if not entries:
        faults.append("it has no flow; expected a [[flow]] with from, to and gb")
    for number, entry in enumerate(entries, 1):
        faults.extend(f"flow {number}: {fault}" for fault in _faults(entry))
    if faults:
        raise UnusableTraffic("\n".join(f"{path}: {fault}" for fault in faults))
    return tuple(_flow(entry) for entry in entries)


def _flow(entry: Mapping[str, Any]) -> TrafficFlow:
    return TrafficFlow(
        entry["from"],
        entry["to"],
        Fraction(entry["gb"]),
        Fraction(entry.get("back", 0)),
        entry.get("protocol", "tcp"),
        entry.get("port", 443),
    )


def _faults(entry: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{key} is missing" for key in _REQUIRED if key not in entry)
    for key, given in entry.items():
        if key not in _KNOWN:
            yield f"{key} is not a field of a flow; it has {', '.join(_KNOWN)}"
        elif key in ("from", "to") and (not isinstance(given, str) or not given.strip()):
            yield f"{key} is {given!r}; expected the name of a location"
        elif key in ("gb", "back") and not is_amount(given):
            yield f"{key} is {given!r}; expected GB a month, such as 500"
        elif key == "protocol" and given not in _PROTOCOLS:
            yield f"protocol is {given!r}; expected one of {', '.join(_PROTOCOLS)}"
        elif key == "port" and (not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= 65535):
            yield f"port is {given!r}; expected a port from 0 to 65535"
