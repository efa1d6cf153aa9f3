"""Facts that are not known, and things that stop a packet."""

from __future__ import annotations

from isthmus.network.model import Cidr, Unknown
from tests.network.judge.carried import Ip


class Unclear(Exception):
    """A fact that the walk needs is `Unknown`."""


class Stopped(Exception):
    """A filter or a broken thing stops the packet."""


def known(value: object) -> str:
    """The value, unless it is unknown."""
    if isinstance(value, Unknown):
        raise Unclear(value.reason)
    assert isinstance(value, str)
    return value


def contains(cidr: Cidr | str | Unknown, ip: Ip) -> bool:
    """Whether an address lies in a prefix; an unknown prefix makes everything unclear."""
    known_cidr = prefix_of(cidr)
    return known_cidr.version == ip.version and int(known_cidr[0]) <= int(ip) <= int(known_cidr[-1])


def length(cidr: Cidr | str | Unknown) -> int:
    return prefix_of(cidr).prefixlen


def prefix_of(cidr: Cidr | str | Unknown) -> Cidr:
    if isinstance(cidr, Unknown):
        raise Unclear(cidr.reason)
    assert not isinstance(cidr, str)
    return cidr


def truth(value: object) -> bool:
    """A switch, unless it is unknown."""
    if isinstance(value, Unknown):
        raise Unclear(value.reason)
    return bool(value)
