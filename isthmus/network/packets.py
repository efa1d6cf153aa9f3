"""Sets of packets by protocol, and port or ICMP message: what filters match in addition to addresses.

All packets lie on one number line: the IANA protocol number, then 16 bits of the destination port (TCP, UDP) or of the
ICMP type and code. Filters look at nothing in the headers of other protocols, so each of these is one block.
https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html

A set has a readable form, which `parsed` reads back: `all packets`, `all but tcp/443`, `udp and icmp`,
`tcp/443 and tcp/1024-65535`, `icmp/3/4` (type 3, code 4), `protocol 47`, `every other protocol` (none of the named).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from isthmus.network.address_space import subtract

Span = tuple[int, int]

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
WITH_PORTS = (6, 17)
WITH_TYPES = (1, 58)
LAST_PORT = 65_535
_NAMES = {number: name for name, number in PROTOCOLS.items()}
_ORDER = (6, 17, 1, 58)  # in which a readable form names them
_WIDTH = 1 << 16
_LAST_PROTOCOL = 255
OTHER_PROTOCOLS = frozenset(range(_LAST_PROTOCOL + 1)) - {*PROTOCOLS.values()}
_LINE: Span = (0, (_LAST_PROTOCOL + 1) * _WIDTH - 1)
_OTHER = "every other protocol"

# Which message answers which: echo, timestamp, information and address mask (RFC 792, RFC 950), and echo of ICMPv6
# (RFC 4443). Types are the upper eight bits.
_ANSWERS = {1: {8: 0, 13: 14, 15: 16, 17: 18}, 58: {128: 129}}
ASKING: dict[int, tuple[Span, ...]] = {
    protocol: tuple((protocol * _WIDTH + (kind << 8), protocol * _WIDTH + (kind << 8) + 255) for kind in kinds)
    for protocol, kinds in _ANSWERS.items()
}
ECHO = {1: 8 << 8, 58: 128 << 8}


def block(protocol: int) -> Span:
    """All packets of a protocol."""
    return protocol * _WIDTH, protocol * _WIDTH + LAST_PORT


def place(protocol: int, value: int = 0) -> int:
    """The place of one packet: a protocol, and its port, or its ICMP type and code (see `message`)."""
    return protocol * _WIDTH + (value if protocol in (*WITH_PORTS, *WITH_TYPES) else 0)


def message(type_: int, code: int = 0) -> int:
    """An ICMP message as a number of 16 bits."""
    return (type_ << 8) | code


def messages(first: int, last: int | None = None) -> Span:
    """All ICMP messages of a type, or of a range of types."""
    return message(first), message(first if last is None else last, 255)


def split(at: int) -> tuple[int, int]:
    """The protocol of a place, and its port or ICMP message."""
    return divmod(at, _WIDTH)


def answer(at: int) -> int:
    """The answer to an ICMP message; the same packet for other messages and other protocols.

    The answer to TCP and UDP goes to a client port, which is not part of the first packet.
    """
    protocol, value = split(at)
    reply = _ANSWERS.get(protocol, {}).get(value >> 8)
    return at if reply is None else place(protocol, message(reply))


class Traffic(NamedTuple):
    """Packets of one protocol, as a filter rule names them: `ports` are destination ports, or ICMP messages, None all.

    Protocol -1 is every protocol.
    """

    protocol: int
    ports: Span | None = None

    @property
    def span(self) -> Span:
        """The slice on the line."""
        if self.protocol == -1:
            return _LINE
        low, high = block(self.protocol)
        if self.ports is None or self.protocol not in (*WITH_PORTS, *WITH_TYPES):
            return low, high
        return low + self.ports[0], low + self.ports[1]

    def __str__(self) -> str:
        return str(Packets.of(self.span))


@dataclass(frozen=True)
class Packets:
    """A set of packets. `spans` are sorted, disjoint and never touch; make one with `of`."""

    spans: tuple[Span, ...] = ()

    @staticmethod
    def of(*spans: Span) -> Packets:
        """The packets in any of some spans of the line."""
        merged: list[Span] = []
        for low, high in sorted(spans):
            if low > high:
                continue
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return Packets(tuple(merged))

    def __or__(self, other: Packets) -> Packets:
        return Packets.of(*self.spans, *other.spans)

    def __sub__(self, other: Packets) -> Packets:
        return Packets.of(*subtract(self.spans, other.spans))

    def __and__(self, other: Packets) -> Packets:
        return self - (ALL_PACKETS - other)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __le__(self, other: Packets) -> bool:
        return not self - other

    def __contains__(self, at: int) -> bool:
        index = bisect_right(self.spans, (at, _LINE[1])) - 1
        return index >= 0 and self.spans[index][1] >= at

    def __len__(self) -> int:
        return sum(high - low + 1 for low, high in self.spans)

    @property
    def first(self) -> int:
        """One of the packets. Raises `IndexError` if there is none."""
        return self.spans[0][0]

    @cached_property
    def _terms(self) -> tuple[list[str], int]:
        """The readable form as a list, and its length in terms: what is there, each protocol by itself."""
        plain: list[str] = []
        clauses: list[str] = []
        length = 0
        for protocol in _ORDER:
            part = self & Packets.of(block(protocol))
            if not part:
                continue
            found, missing = _named(protocol, part), _named(protocol, Packets.of(block(protocol)) - part)
            if 0 < len(missing) < len(found):
                clauses.append(f"all of {_NAMES[protocol]} but {' and '.join(missing)}")
                length += 1 + len(missing)
            else:
                plain += found
                length += len(found)
        others = self & OTHERS
        if others == OTHERS:
            plain.append(_OTHER)
            length += 1
        elif others:
            found, missing = _numbered(others), _numbered(OTHERS - others)
            if 0 < len(missing) < len(found):
                clauses.append(f"{_OTHER} but {' and '.join(missing)}")
                length += 1 + len(missing)
            else:
                plain += found
                length += len(found)
        return [*plain, *clauses], length

    def __str__(self) -> str:
        if not self:
            return "no packets"
        if self == ALL_PACKETS:
            return "all packets"
        terms, length = self._terms
        if self & OTHERS:
            # Mostly everything: shorter by what is missing, unless that takes a "but" of its own.
            missing, fewer = (ALL_PACKETS - self)._terms
            if fewer < length and not any(" but " in term for term in missing):
                return f"all but {_listed(missing)}"
        return _listed(terms)


def _listed(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else f"{', '.join(terms[:-1])} and {terms[-1]}"


def _named(protocol: int, part: Packets) -> list[str]:
    """The terms of a part of a named protocol."""
    name, start = _NAMES[protocol], block(protocol)[0]
    found: list[str] = []
    for low, high in part.spans:
        first, last = low - start, high - start
        if (first, last) == (0, LAST_PORT):
            found.append(name)
        elif protocol in WITH_PORTS:
            found.append(f"{name}/{_range(first, last)}")
        else:
            found += [f"{name}/{text}" for text in _messages(first, last)]
    return found


def _messages(first: int, last: int) -> Iterator[str]:
    """A range of ICMP messages: whole types, and before and after them codes of one type."""
    while first <= last:
        type_, code = first >> 8, first & 255
        if code or last < message(type_, 255):
            end = min(last, message(type_, 255))
            yield f"{type_}/{_range(code, end & 255)}"
        else:
            whole = (last + 1 >> 8) - 1  # the last type that is there with all its codes
            end = message(whole, 255)
            yield _range(type_, whole)
        first = end + 1


def _numbered(others: Packets) -> list[str]:
    """The terms of protocols that have no name here."""
    found = []
    for low, high in others.spans:
        first, last = low // _WIDTH, high // _WIDTH
        found.append(f"protocol {first}" if first == last else f"protocols {first}-{last}")
    return found


def _range(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}-{last}"


_NAMED = re.compile(r"(tcp|udp|icmp|icmpv6)(?:/(\d{1,5})(?:-(\d{1,5}))?(?:/(\d{1,3})(?:-(\d{1,3}))?)?)?")
_NUMBERED = re.compile(r"protocols? (\d{1,3})(?:-(\d{1,3}))?")
_BUT = re.compile(r"(?:all of (tcp|udp|icmp|icmpv6)|(every other protocol)) but (.+)")


def parsed(text: str) -> Packets | None:
    """The packets that a readable form stands for; None where it stands for none."""
    if text in ("all packets", "no packets"):
        return ALL_PACKETS if text == "all packets" else NO_PACKETS
    negative = text.startswith("all but ")
    found = _union(re.split(r", | and ", text.removeprefix("all but ")))
    if found is None:
        return None
    return ALL_PACKETS - found if negative else found


def _union(terms: Iterable[str]) -> Packets | None:
    found = NO_PACKETS
    within, missing = NO_PACKETS, NO_PACKETS  # what "all of ... but" is about, and what it leaves out
    for given in terms:
        term = given
        if clause := _BUT.fullmatch(given):
            found |= within - missing
            within = Packets.of(block(PROTOCOLS[clause[1]])) if clause[1] else OTHERS
            missing, term = NO_PACKETS, clause[3]
        packets = _term(term)
        if packets is None:
            return None
        if within and packets <= within:
            missing |= packets
        else:
            found |= packets
    return found | (within - missing)


def _term(text: str) -> Packets | None:
    if text == _OTHER:
        return OTHERS
    if numbered := _NUMBERED.fullmatch(text):
        first, last = int(numbered[1]), int(numbered[2] or numbered[1])
        found = Packets.of((block(first)[0], block(last)[1])) if first <= last <= _LAST_PROTOCOL else NO_PACKETS
        return found if found and found <= OTHERS else None
    named = _NAMED.fullmatch(text)
    if named is None:
        return None
    protocol = PROTOCOLS[named[1]]
    values = _values(protocol, *named.groups()[1:])
    return None if values is None else Packets.of(Traffic(protocol, values).span)


def _values(protocol: int, first: str | None, last: str | None, code: str | None, last_code: str | None) -> Span | None:
    if first is None:
        return 0, LAST_PORT
    low, high = int(first), int(last or first)
    if protocol in WITH_PORTS:
        return (low, high) if code is None and low <= high <= LAST_PORT else None
    if not low <= high <= 255:
        return None
    if code is None:
        return messages(low, high)
    lowest, highest = int(code), int(last_code or code)
    return (message(low, lowest), message(low, highest)) if low == high and lowest <= highest <= 255 else None


ALL_PACKETS = Packets((_LINE,))
NO_PACKETS = Packets()
NAMED = Packets.of(*(block(protocol) for protocol in _ORDER))
OTHERS = ALL_PACKETS - NAMED


def partition(cuts: Iterable[int]) -> list[Packets]:
    """The line cut at some places, in order: each part is one whose packets no cut divides."""
    starts = sorted({0, *(cut for cut in cuts if 0 < cut <= _LINE[1])})
    ends = [*(start - 1 for start in starts[1:]), _LINE[1]]
    return [Packets(((low, high),)) for low, high in zip(starts, ends, strict=True)]
