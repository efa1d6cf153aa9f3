"""The questions to the engine and its answers: frozen records that print as sentences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from isthmus.network.address_space import Address
from isthmus.network.block import Block
from isthmus.network.client_ports import EPHEMERAL, Denied, closed, described, mostly_closed
from isthmus.network.packets import (
    ECHO,
    LAST_PORT,
    OTHER_PROTOCOLS,
    PROTOCOLS,
    WITH_PORTS,
    WITH_TYPES,
    Packets,
    block,
    message,
    place,
    split,
)

# --- locations -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InSubnet:
    """A host in a subnet. Without `ip`, the first usable address of the subnet represents every host.

    `public`: the host has its own public IPv4 address (an Elastic IP, or one assigned at launch).
    `groups` are its security groups. With None, no security group applies.
    `balancer` is the load balancer that has this address: it accepts connections to its listeners, for its targets.
    """

    address: str
    ip: Address | None = None
    public: bool = False
    groups: tuple[str, ...] | None = None
    balancer: str = ""

    def __str__(self) -> str:
        return f"{self.ip} in {self.address}" if self.ip else self.address


@dataclass(frozen=True, slots=True)
class AtSite:
    """A host at an on-premises site. Without `ip`, one in the site's first network."""

    name: str
    ip: Address | None = None

    def __str__(self) -> str:
        return f"{self.ip} at {self.name}" if self.ip else self.name


@dataclass(frozen=True, slots=True)
class Internet:
    """A host on the internet."""

    ip: Address | None = None

    def __str__(self) -> str:
        return f"{self.ip} on the internet" if self.ip else "internet"


@dataclass(frozen=True, slots=True)
class AtEndpoint:
    """The network interface of an interface endpoint: in each of its subnets, or in `subnet` only."""

    address: str
    subnet: str | None = None

    def __str__(self) -> str:
        return self.address


@dataclass(frozen=True, slots=True)
class Service:
    """An AWS service by the last part of its endpoint name (`s3`, `dynamodb`): all its public addresses, or `ip`."""

    name: str
    ip: Address | None = None

    def __str__(self) -> str:
        return f"service {self.name}"


@dataclass(frozen=True, slots=True)
class UnknownAddress:
    """Hosts of a VPC whose addresses of one IP version are unknown, and why. `subnet` is their subnet, if known."""

    vpc: str
    why: str
    subnet: str = ""
    version: int = 4

    def __str__(self) -> str:
        return f"an unknown address in {self.vpc}"


@dataclass(frozen=True, slots=True)
class UnassignedAddress:
    """An address that no location has, and why: in a VPC but not in a subnet, or in no known range."""

    ip: Address
    why: str

    def __str__(self) -> str:
        return str(self.ip)


Position = InSubnet | AtSite | Internet | AtEndpoint | Service | UnknownAddress | UnassignedAddress

# --- packets -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a flow. `port` is the destination port. `ephemeral` is the range of client ports.

    `protocol` is `tcp`, `udp`, `icmp`, `icmpv6` or the IANA number of another, as text: `47`. Only TCP and UDP have a
    port. `icmp` is the type and code of an ICMP message, None for an echo request.
    """

    source: Position
    destination: Position
    protocol: str = "tcp"
    port: int = 443
    ephemeral: tuple[int, int] = EPHEMERAL
    icmp: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        number = self.protocol
        if number not in PROTOCOLS and not (number.isascii() and number.isdigit() and int(number) in OTHER_PROTOCOLS):
            raise ValueError(
                f"expected protocol one of {', '.join(PROTOCOLS)} or the number of another, "
                f"got protocol={self.protocol!r}"
            )
        if not 0 <= self.port <= LAST_PORT:
            raise ValueError(f"expected port from 0 to {LAST_PORT}, got port={self.port!r}")

    @staticmethod
    def at(place: int, source: Position, destination: Position, ephemeral: tuple[int, int] = EPHEMERAL) -> Packet:
        """The packet with a number (see `isthmus.network.packets`), from one location to another."""
        number, value = split(place)
        protocol = next((name for name, known in PROTOCOLS.items() if known == number), str(number))
        if number in WITH_PORTS:
            return Packet(source, destination, protocol, value, ephemeral)
        return Packet(source, destination, protocol, 0, ephemeral, divmod(value, 256) if number in WITH_TYPES else None)

    @property
    def place(self) -> int:
        """The number of the packet (see `isthmus.network.packets`)."""
        number = PROTOCOLS.get(self.protocol) or int(self.protocol)
        if number in WITH_TYPES:
            return place(number, ECHO[number] if self.icmp is None else message(*self.icmp))
        return place(number, self.port)

    @property
    def what(self) -> str:
        """The packet without source and destination: `tcp/443`, `icmp/8/0`, `protocol 47`."""
        number, _ = split(self.place)
        return str(Packets.of(block(number) if number in OTHER_PROTOCOLS else (self.place, self.place)))

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination} {self.what}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is down: addresses of tunnels (`aws_vpn_connection.a#1`), VPN connections, customer gateways, NAT gateways,
    attachments and firewall endpoints, and labels of zones."""

    down: frozenset[str] = frozenset()
    name: str = ""

    def __str__(self) -> str:
        return self.name or (f"{', '.join(sorted(self.down))} down" if self.down else "all up")


ALL_UP = Scenario()

# --- answers --------------------------------------------------------------------------------------------------------


class Outcome(Enum):
    """Reachable, blocked or unknown. Unknown is never rounded to either."""

    REACHABLE = "reachable"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return self.value


class Hop(NamedTuple):
    """One hop: its kind, its Terraform address, why the packet goes there, and its zone.

    `routed_by` are the addresses of the route whose next hop this is, and of its route table.
    """

    kind: str
    address: str
    why: str = ""
    zone: str = ""
    routed_by: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f" [{self.zone}]" if self.zone else ""
        named = self.kind if self.address == self.kind else f"{self.kind} {self.address}"
        return f"{named}{where}" + (f": {self.why}" if self.why else "")


class Crossing(NamedTuple):
    """A network ACL on a path, behind the first `behind` hops.

    `nat` is the NAT gateway whose address is the source address there.
    """

    nacl: str
    subnet: str
    inbound: bool
    nat: str = ""
    behind: int = 0

    def after(self, hops: int) -> Crossing:
        """The same network ACL on a path with more hops before it."""
        return self._replace(behind=self.behind + hops)


# The name of a firewall endpoint if only the firewall and the route to it are known.
SOME_ENDPOINT = "one of the endpoints of "


class Path(NamedTuple):
    """One alternative from end to end.

    - `end`: address of the subnet, name of the site, or "internet"; "" when it does not arrive.
    - `exit`: for the internet, the gateway or VPN connection through which the packet leaves; else "".
    - `blocks`: what stops it, in order. `unknown`: why the outcome is unknown.
    - `stops`: for each block, the number of hops before it. The hops go on behind a block, to find every block.
    - `undecided`: the path is known, and only the verdicts of firewalls are unknown.
    - `nats`, `boxes`: NAT gateways and firewall endpoints met, in order. `pinned`: zone by appliance-mode attachment.
    - `hairpin`: the sites it was sent to and comes back from.
    - `denied`: for a reply, the client ports that do not receive it. Others do.
    """

    hops: tuple[Hop, ...] = ()
    end: str = ""
    exit: str = ""
    blocks: tuple[Block, ...] = ()
    unknown: str = ""
    crossings: tuple[Crossing, ...] = ()
    nats: tuple[str, ...] = ()
    boxes: tuple[str, ...] = ()
    pinned: tuple[tuple[str, str], ...] = ()
    hairpin: tuple[str, ...] = ()
    denied: tuple[Denied, ...] = ()
    undecided: bool = False
    stops: tuple[int, ...] = ()

    def blocked(self, *blocks: Block, behind: int | None = None) -> Path:
        """The path with more blocks, behind the first `behind` hops. None: behind all hops so far."""
        if not blocks:
            return self
        here = len(self.hops) if behind is None else min(behind, len(self.hops))
        return self._replace(blocks=(*self.blocks, *blocks), stops=(*self.stops, *(here for _ in blocks)))

    def behind(self, address: str) -> int:
        """The number of hops up to the first at an address; all hops if none is."""
        return next((place for place, hop in enumerate(self.hops, 1) if hop.address == address), len(self.hops))

    @property
    def reached(self) -> tuple[Hop, ...]:
        """The hops that a packet reaches: those before the first block."""
        return self.hops[: min(self.stops, default=None)]

    @property
    def first_blocks(self) -> tuple[Block, ...]:
        """The blocks where the packet is stopped first. The others are further on."""
        first = min(self.stops, default=0)
        return tuple(block for block, stop in zip(self.blocks, self.stops, strict=True) if stop == first)

    @property
    def path_known(self) -> bool:
        """Whether the hops are known."""
        return not self.unknown or self.undecided

    @property
    def outcome(self) -> Outcome:
        """Blocked if there is a block, known or not in other respects; else unknown if anything is."""
        if self.blocks:
            return Outcome.BLOCKED
        return Outcome.UNKNOWN if self.unknown else Outcome.REACHABLE

    def __str__(self) -> str:
        lines = [f"  {hop}" for hop in self.reached]
        lines += [f"  blocked by {block}" for block in self.blocks]
        if self.unknown:
            lines.append(f"  unknown: {self.unknown}")
        lines += [f"  not for {described([one])}: {one.block}" for one in self.denied]
        return "\n".join([str(self.outcome), *lines])


def combine(paths: tuple[Path, ...]) -> Outcome:
    """The outcome of alternatives, any of which a packet may take: blocked if one is, then unknown if one is."""
    outcomes = {path.outcome for path in paths}
    if not outcomes or Outcome.BLOCKED in outcomes:
        return Outcome.BLOCKED
    return Outcome.UNKNOWN if Outcome.UNKNOWN in outcomes else Outcome.REACHABLE


@dataclass(frozen=True, slots=True)
class Trace:
    """Every path that a packet may take, and the outcome."""

    packet: Packet
    paths: tuple[Path, ...]

    @property
    def outcome(self) -> Outcome:
        """Reachable only if every alternative is. A reply needs at least one client port."""
        return Outcome.BLOCKED if self._closed else combine(self.paths)

    @property
    def denied(self) -> tuple[Denied, ...]:
        """The client ports that do not receive a reply, on some alternative."""
        return tuple(dict.fromkeys(one for path in self.paths for one in path.denied))

    @property
    def _closed(self) -> bool:
        return closed(self.denied, self.packet.ephemeral)

    @property
    def followed(self) -> bool:
        """Whether there is a path. There is no reply to a packet that does not arrive."""
        return bool(self.paths)

    @property
    def outcome_text(self) -> str:
        """The outcome as text: `not followed` if there is no path."""
        return str(self.outcome) if self.followed else "not followed"

    @property
    def leaks(self) -> bool:
        """Whether some packet may arrive, which isolation has to exclude. An unknown outcome counts."""
        return any(path.outcome is not Outcome.BLOCKED for path in self.paths)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every setting that blocks some alternative, once each."""
        found = [block for path in self.paths for block in path.blocks]
        found += [one.block for one in self.denied] if self._closed else []
        return tuple(dict.fromkeys(found))

    def __str__(self) -> str:
        return "\n".join([f"{self.packet}: {self.outcome_text}", *(str(path) for path in self.paths)])


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A flow: the trace of the packet, and the trace of the replies to it."""

    forward: Trace
    reply: Trace
    asymmetric: tuple[Block, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Reachable if both directions are, through the same firewalls."""
        if Outcome.BLOCKED in (self.forward.outcome, self.reply.outcome) or self.asymmetric:
            return Outcome.BLOCKED
        both_known = Outcome.UNKNOWN not in (self.forward.outcome, self.reply.outcome)
        return Outcome.REACHABLE if both_known else Outcome.UNKNOWN

    @property
    def denied(self) -> tuple[Denied, ...]:
        """The client ports for which the flow is blocked, if it is reachable for others."""
        return self.reply.denied if self.outcome is not Outcome.BLOCKED else ()

    @property
    def mostly_denied(self) -> bool:
        """Whether the flow is reachable for fewer than half of the client ports."""
        return mostly_closed(self.denied, self.reply.packet.ephemeral)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every setting that blocks the flow, on the forward path or the return path."""
        return tuple(dict.fromkeys((*self.forward.blocks, *self.reply.blocks, *self.asymmetric)))

    def __str__(self) -> str:
        return "\n".join([f"{self.outcome} both ways", str(self.forward), str(self.reply), *map(str, self.asymmetric)])
