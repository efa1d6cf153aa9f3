"""The network ACL rules for allowed connections, on the workload subnets of spokes.

A network ACL is stateless: it must also allow the replies to client ports.
https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isthmus.intent.estate import Estate
from isthmus.intent.reachability import networks_reached
from isthmus.intent.segment import Segment

# The client ports that AWS recommends for clients of every kind.
CLIENT_PORTS = (1_024, 65_535)
_PORTS = re.compile(r"(tcp|udp)/(\d{1,5})(?:-(\d{1,5}))?")
_PING, _PONG = 8, 0


@dataclass(frozen=True, slots=True, order=True)
class Ports:
    """A protocol (`tcp`, `udp` or `icmp`) and a range of destination ports; for ICMP, a range of message types.

    `code` is the code of an ICMP message type; None means all codes.
    """

    protocol: str
    first: int
    last: int
    code: int | None = None

    @property
    def replies(self) -> Ports:
        """The ports that replies are sent to."""
        return Ports("icmp", _PONG, _PONG) if self.protocol == "icmp" else Ports(self.protocol, *CLIENT_PORTS)

    def __str__(self) -> str:
        if self.protocol == "icmp":
            return self.protocol
        return f"{self.protocol}/{self.first}" + (f"-{self.last}" if self.last > self.first else "")


# "Fragmentation needed": a router reports it if a packet is too large for the next hop. Without it, a connection over a
# tunnel hangs when it sends large packets. https://www.rfc-editor.org/rfc/rfc1191#section-4
PATH_MTU = Ports("icmp", 3, 3, code=4)


def ports(text: str) -> Ports | None:
    """The ports in a text such as `tcp/443`; None if it is not valid."""
    if text == "icmp":
        return Ports("icmp", _PING, _PING)
    if not (match := _PORTS.fullmatch(text)):
        return None
    first, last = int(match[2]), int(match[3] or match[2])
    return Ports(match[1], first, last) if first <= last <= CLIENT_PORTS[1] else None


def allowed_ports(estate: Estate, source: str, to: str) -> tuple[Ports, ...] | None:
    """The ports that a source may connect to at a destination. None: all, since no allowed connection names the pair.

    Both are names of segments or site networks.
    """
    entries = [entry for entry in estate.allowed_connections if {entry.source, entry.to} == {source, to}]
    if not entries:
        return None
    found = {ports(text) for entry in entries if (entry.source, entry.to) == (source, to) for text in entry.ports}
    return tuple(sorted(each for each in found if each is not None))


def limited_locations(estate: Estate, segment: Segment) -> Mapping[str, tuple[str, ...]]:
    """The locations that an allowed connection names together with a segment: name to CIDRs, in name order."""
    names = {
        entry.to if entry.source == segment.name else entry.source
        for entry in estate.allowed_connections
        if segment.name in (entry.source, entry.to)
    }
    cidrs: dict[str, tuple[str, ...]] = {name: (cidr,) for name, cidr in networks_reached(estate, segment).items()}
    cidrs |= {other.name: tuple(sorted(other.blocks)) for other in estate.segments}
    return {str(name): cidrs[str(name)] for name in sorted(map(str, names)) if name in cidrs}


@dataclass(frozen=True, slots=True)
class AclRule:
    """A rule of a network ACL: the end of its name, the CIDR of the other location, the allowed ports; None: deny."""

    name: str
    cidr: str
    passes: Ports | None


def acl_rules(estate: Estate, segment: Segment, *, inbound: bool) -> Iterator[AclRule]:
    """The network ACL rules of a segment's spokes for its limited locations, in one direction.

    For each CIDR, allow rules come before the deny rule. Path MTU discovery is allowed in both directions.
    """
    for other, cidrs in limited_locations(estate, segment).items():
        source, to = (other, segment.name) if inbound else (segment.name, other)
        forward, reverse = allowed_ports(estate, source, to) or (), allowed_ports(estate, to, source) or ()
        passing = {str(each).replace("/", "_"): each for each in forward}
        passing |= {f"{each.protocol}_replies": each.replies for each in reverse}
        passing["path_mtu"] = PATH_MTU
        for cidr in cidrs:
            name = other if "/" in other else f"{other}_{cidr}"
            yield from (AclRule(f"{name}_{what}", cidr, each) for what, each in sorted(passing.items()))
            yield AclRule(name, cidr, None)
