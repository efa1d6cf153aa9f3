"""What stops a packet: a route, a filter or a firewall rule, with its address."""

from __future__ import annotations

from typing import NamedTuple


class Block(NamedTuple):
    """A setting that stops the packet. `rule` is a stable kebab-case id, `address` the resource to look at."""

    rule: str
    address: str
    why: str

    def __str__(self) -> str:
        return f"{self.address}: {self.why} ({self.rule})"
