"""What is said of opening connections, and the network ACL rules that it comes to on a spoke's workload subnets.

A network ACL keeps no state: whoever may open connections must get the replies, on any of the ports that clients use.
https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isthmus.intent.estate import Estate
from isthmus.intent.reachability import networks_reached
from isthmus.intent.segment import Segment

# From where clients open connections: AWS's advice where there are clients of every kind.
CLIENT_PORTS = (1_024, 65_535)
_PORTS = re.compile(r"(tcp|udp)/(\d{1,5})(?:-(\d{1,5}))?")
_PING, _PONG = 8, 0


@dataclass(frozen=True, slots=True, order=True)
class Ports:
    """A protocol (`tcp`, `udp` or `icmp`) and a range of destination ports; of ICMP, of message types.

    `code` narrows one type of ICMP to messages of one code; None is all.
    """

    protocol: str
    first: int
    last: int
    code: int | None = None

    @property
    def replies(self) -> Ports:
        """What the answers are sent to."""
        return Ports("icmp", _PONG, _PONG) if self.protocol == "icmp" else Ports(self.protocol, *CLIENT_PORTS)

    def __str__(self) -> str:
        if self.protocol == "icmp":
            return self.protocol
        return f"{self.protocol}/{self.first}" + (f"-{self.last}" if self.last > self.first else "")


# What a router reports to a sender whose packet is too large for the way on: "fragmentation needed". Without it a
# connection over a tunnel hangs as soon as it sends large packets. https://www.rfc-editor.org/rfc/rfc1191#section-4
PATH_MTU = Ports("icmp", 3, 3, code=4)


def ports(text: str) -> Ports | None:
    """What a text such as `tcp/443` means, None where it means nothing."""
    if text == "icmp":
        return Ports("icmp", _PING, _PING)
    if not (match := _PORTS.fullmatch(text)):
        return None
    first, last = int(match[2]), int(match[3] or match[2])
    return Ports(match[1], first, last) if first <= last <= CLIENT_PORTS[1] else None


def allowed_ports(estate: Estate, source: str, to: str) -> tuple[Ports, ...] | None:
    """What one side may open to another, segments and site networks by name; None: anything, nobody limits the two."""
    said = [
        allowed_connections
        for allowed_connections in estate.allowed_connections
        if {allowed_connections.source, allowed_connections.to} == {source, to}
    ]
    if not said:
        return None
    found = {
        ports(text)
        for allowed_connections in said
        if (allowed_connections.source, allowed_connections.to) == (source, to)
        for text in allowed_connections.ports
    }
    return tuple(sorted(each for each in found if each is not None))


def limited_locations(estate: Estate, segment: Segment) -> Mapping[str, tuple[str, ...]]:
    """The sides of which something is said together with a segment: name to CIDRs, in name order."""
    names = {
        o.to if o.source == segment.name else o.source
        for o in estate.allowed_connections
        if segment.name in (o.source, o.to)
    }
    cidrs: dict[str, tuple[str, ...]] = {name: (cidr,) for name, cidr in networks_reached(estate, segment).items()}
    cidrs |= {other.name: tuple(sorted(other.blocks)) for other in estate.segments}
    return {str(name): cidrs[str(name)] for name in sorted(map(str, names)) if name in cidrs}


@dataclass(frozen=True, slots=True)
class AclRule:
    """A rule of a network ACL: the rest of its name, the far side's CIDR, what passes; None: nothing of it does."""

    name: str
    cidr: str
    passes: Ports | None


def acl_rules(estate: Estate, segment: Segment, *, inbound: bool) -> Iterator[AclRule]:
    """What network ACLs of a segment's spokes say of the far sides that it is limited with, in one direction.

    Of one CIDR, what passes comes before the rule that stops the rest. Both sides need path MTU discovery, whichever
    opens connections.
    """
    for other, cidrs in limited_locations(estate, segment).items():
        source, to = (other, segment.name) if inbound else (segment.name, other)
        opened, answered = allowed_ports(estate, source, to) or (), allowed_ports(estate, to, source) or ()
        passing = {str(each).replace("/", "_"): each for each in opened}
        passing |= {f"{each.protocol}_replies": each.replies for each in answered}
        passing["path_mtu"] = PATH_MTU
        for cidr in cidrs:
            name = other if "/" in other else f"{other}_{cidr}"
            yield from (AclRule(f"{name}_{what}", cidr, each) for what, each in sorted(passing.items()))
            yield AclRule(name, cidr, None)
