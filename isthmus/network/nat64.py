"""NAT64: IPv6 addresses that stand for IPv4 addresses, and that a NAT gateway translates.

The last 32 bits of an address in 64:ff9b::/96 are an IPv4 address (RFC 6052). A NAT gateway takes no other
IPv6 packets. Replies return through it. It does so for destinations in VPCs, on-premises and on the internet.
https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
"""

from __future__ import annotations

from ipaddress import IPv6Network

from isthmus.network.address_space import LAST, RangeMap, span

Span = tuple[int, int]
PREFIX = IPv6Network("64:ff9b::/96")
_LOW, _HIGH = span(PREFIX)
_V6 = 1 << 32

# For every address: whether it stands for an IPv4 address; None if it is an IPv4 address.
STANDS_FOR_IPV4: RangeMap[bool | None] = RangeMap(
    [(_V6, _LOW - 1, False), (_LOW, _HIGH, True), (_HIGH + 1, LAST, False)], None
)


def is_inside(place: int) -> bool:
    """Whether an address stands for an IPv4 one."""
    return _LOW <= place <= _HIGH


def translated(place: int) -> int:
    """The address behind a NAT gateway: the IPv4 one that an address stands for, or itself."""
    return place - _LOW if is_inside(place) else place


def as_seen(place: int) -> int:
    """The address in 64:ff9b::/96 that stands for an IPv4 one."""
    return place + _LOW
