"""The ports that clients open connections from, and those that replies do not get back to.

A network ACL keeps no state: it sees a reply as a packet to the client's port. Which port that is depends on the
client: https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from isthmus.network.address_space import subtract
from isthmus.network.block import Block
from isthmus.network.packets import LAST_PORT, Span

# AWS's advice where there are clients of every kind; and what a NAT gateway uses, whatever its clients use:
# https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
EPHEMERAL: Span = (1024, LAST_PORT)
NAT_PORTS: Span = (1024, LAST_PORT)


class Denied(NamedTuple):
    """Ports that replies do not get back to, and what stops them. `nat` is the NAT gateway whose ports they are, "" if
    they are the client's own."""

    ports: Span
    block: Block
    nat: str = ""


def closed(denied: Iterable[Denied], clients: Span) -> bool:
    """Whether no port is left: of the client, or of one of the NAT gateways."""
    return any(not subtract([whole], lost) for whole, lost in _by_owner(denied, clients))


def mostly_closed(denied: Iterable[Denied], clients: Span) -> bool:
    """Whether replies get back to fewer than half of the ports of the client, or of one of the NAT gateways."""
    return any(2 * _count(subtract([whole], lost)) < _count([whole]) for whole, lost in _by_owner(denied, clients))


def added(some: Iterable[Denied], others: Iterable[Denied]) -> list[Denied]:
    """What some lose and others do not, whichever rule does it."""
    known = list(others)
    return [
        one._replace(ports=ports)
        for one in some
        for ports in subtract([one.ports], [other.ports for other in known if other.nat == one.nat])
    ]


def described(denied: Sequence[Denied]) -> str:
    """Which ports they are: `client ports 3389`, or "" where there are none."""
    parts = []
    for nat in dict.fromkeys(one.nat for one in denied):
        lost = subtract([(0, LAST_PORT)], subtract([(0, LAST_PORT)], [one.ports for one in denied if one.nat == nat]))
        ranges = " and ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in lost)
        parts.append(f"ports {ranges} of {nat}" if nat else f"client ports {ranges}")
    return ", ".join(parts)


def _by_owner(denied: Iterable[Denied], clients: Span) -> Iterable[tuple[Span, list[Span]]]:
    owners: dict[str, list[Span]] = {}
    for one in denied:
        owners.setdefault(one.nat, []).append(one.ports)
    return [(NAT_PORTS if nat else clients, lost) for nat, lost in owners.items()]


def _count(spans: Iterable[Span]) -> int:
    return sum(high - low + 1 for low, high in spans)
