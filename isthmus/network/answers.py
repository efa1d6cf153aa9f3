"""What the engine is asked, and what it answers: frozen records that print as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from isthmus.network.address_space import Address
from isthmus.network.block import Block
from isthmus.network.client_ports import EPHEMERAL, Denied, closed, described, mostly_closed
from isthmus.network.model import Cidr
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

# --- where ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InSubnet:
    """A host in a subnet. Without `ip` any host: the subnet's first usable address stands for all.

    `public` says that the host has a public IPv4 address of its own (an Elastic IP, or one assigned at launch).
    `groups` are its security groups; None asks about no particular host, so that none restricts it.
    """

    address: str
    ip: Address | None = None
    public: bool = False
    groups: tuple[str, ...] | None = None

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
    """An AWS service by the last part of its endpoint name (`s3`, `dynamodb`): by all its public addresses, or `ip`."""

    name: str
    ip: Address | None = None

    def __str__(self) -> str:
        return f"service {self.name}"


@dataclass(frozen=True, slots=True)
class UnknownAddress:
    """Hosts of a VPC whose addresses of a version of IP are not known, and why. `subnet`: theirs, if that is known."""

    vpc: str
    why: str
    subnet: str = ""
    version: int = 4

    def __str__(self) -> str:
        return f"somewhere in {self.vpc}"


@dataclass(frozen=True, slots=True)
class UnassignedAddress:
    """An address that no place has, and why: in a VPC and none of its subnets, or in no range that is known."""

    ip: Address
    why: str

    def __str__(self) -> str:
        return str(self.ip)


Position = InSubnet | AtSite | Internet | AtEndpoint | Service | UnknownAddress | UnassignedAddress

# --- what -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a flow. `port` is the destination's; replies come back to one of the `ephemeral` ports.

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
        """The packet at a place of the line of `isthmus.network.packets`, from one location to another."""
        number, value = split(place)
        protocol = next((name for name, known in PROTOCOLS.items() if known == number), str(number))
        if number in WITH_PORTS:
            return Packet(source, destination, protocol, value, ephemeral)
        return Packet(source, destination, protocol, 0, ephemeral, divmod(value, 256) if number in WITH_TYPES else None)

    @property
    def place(self) -> int:
        """Where the packet is on the line of `isthmus.network.packets`."""
        number = PROTOCOLS.get(self.protocol) or int(self.protocol)
        if number in WITH_TYPES:
            return place(number, ECHO[number] if self.icmp is None else message(*self.icmp))
        return place(number, self.port)

    @property
    def what(self) -> str:
        """Which packet it is, without its ends: `tcp/443`, `icmp/8/0`, `protocol 47`."""
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
    """One step: what kind of thing, its Terraform address, why it goes there, its zone.

    `routed_by` are the addresses of the route that led there and of the table it stands in.
    """

    kind: str
    address: str
    why: str = ""
    zone: str = ""
    routed_by: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f" [{self.zone}]" if self.zone else ""
        return f"{self.kind} {self.address}{where}" + (f": {self.why}" if self.why else "")


class Crossing(NamedTuple):
    """A network ACL that the packet meets. `nat` is the NAT gateway whose address is its source by then."""

    nacl: str
    subnet: str
    inbound: bool
    nat: str = ""


# How a box is named of which only the firewall, and the route to it, are known.
SOME_ENDPOINT = "one of the endpoints of "


class Path(NamedTuple):
    """One alternative from end to end.

    - `end`: address of the subnet, name of the site, or "internet"; "" when it does not arrive.
    - `exit`: for the internet, the gateway or VPN connection by which the packet leaves; else "".
    - `blocks`: what stops it, in order. `unknown`: why nobody can say.
    - `undecided`: all that is unknown is whether firewalls pass it. The way is known, whichever they do.
    - `nats`, `boxes`: NAT gateways and firewall endpoints met, in order. `pinned`: zone by appliance-mode attachment.
    - `hairpin`: the sites it was sent to and comes back from.
    - `denied`: of a reply, the client ports that it does not get back to; some are left.
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

    @property
    def path_known(self) -> bool:
        """Whether it is known where it goes, if nothing stops it."""
        return not self.unknown or self.undecided

    @property
    def outcome(self) -> Outcome:
        """A block outweighs what is unknown: the packet is stopped either way."""
        if self.blocks:
            return Outcome.BLOCKED
        return Outcome.UNKNOWN if self.unknown else Outcome.REACHABLE

    def __str__(self) -> str:
        lines = [f"  {hop}" for hop in self.hops]
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
    """Every path that a packet may take, and what comes of it."""

    packet: Packet
    paths: tuple[Path, ...]

    @property
    def outcome(self) -> Outcome:
        """Reachable only if every alternative is; of a reply, for one client port at least."""
        return Outcome.BLOCKED if self._closed else combine(self.paths)

    @property
    def denied(self) -> tuple[Denied, ...]:
        """The client ports that a reply does not get back to, on some alternative."""
        return tuple(dict.fromkeys(one for path in self.paths for one in path.denied))

    @property
    def _closed(self) -> bool:
        return closed(self.denied, self.packet.ephemeral)

    @property
    def followed(self) -> bool:
        """Whether there is anything to tell: no reply is followed to a packet that ends nowhere."""
        return bool(self.paths)

    @property
    def said(self) -> str:
        """The outcome in a word. What was not followed is neither reachable nor blocked."""
        return str(self.outcome) if self.followed else "not followed"

    @property
    def leaks(self) -> bool:
        """Whether some packet may get through: what isolation has to exclude. Unknown counts."""
        return any(path.outcome is not Outcome.BLOCKED for path in self.paths)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every setting that stops it on some alternative, once each."""
        found = [block for path in self.paths for block in path.blocks]
        found += [one.block for one in self.denied] if self._closed else []
        return tuple(dict.fromkeys(found))

    def __str__(self) -> str:
        return "\n".join([f"{self.packet}: {self.said}", *(str(path) for path in self.paths)])


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A flow: the packet there, and the reply to it along each path there."""

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
        """The client ports that the flow does not work for, where it works for others."""
        return self.reply.denied if self.outcome is not Outcome.BLOCKED else ()

    @property
    def mostly_denied(self) -> bool:
        """Whether the flow works for fewer than half of the client ports."""
        return mostly_closed(self.denied, self.reply.packet.ephemeral)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every setting that stops the flow, there or back."""
        return tuple(dict.fromkeys((*self.forward.blocks, *self.reply.blocks, *self.asymmetric)))

    def __str__(self) -> str:
        return "\n".join([f"{self.outcome} both ways", str(self.forward), str(self.reply), *map(str, self.asymmetric)])


@dataclass(frozen=True, slots=True)
class AdvertisedPrefixes:
    """What AWS advertises to the far end of an attachment, each prefix with where it comes from.

    `unknown` says why the list may be longer. `static`: there is no BGP, so that nothing is advertised. `blackholes`
    are prefixes of blackhole routes: AWS does not document whether it advertises those, and packets to them are dropped
    either way. `doubted` are those of `prefixes` that the far end may not take, each with the reason.
    """

    attachment: str
    prefixes: Mapping[Cidr, str] = field(default_factory=dict)
    blackholes: tuple[Cidr, ...] = ()
    unknown: str = ""
    static: bool = False
    may_be_refused: Mapping[Cidr, str] = field(default_factory=dict)

    @property
    def listed(self) -> tuple[str, ...]:
        """The prefixes in order, and what else is to be said: that there are none, or why they are not known."""
        if self.static:
            return ("routing is static: nothing is advertised",)
        prefixes = tuple(map(str, sorted(self.prefixes, key=lambda prefix: (prefix.version, prefix))))
        if self.unknown:
            return (*prefixes, f"unknown: {self.unknown}")
        return prefixes or ("nothing",)
