"""What all parts of the walk share: the places of a packet, the record of a step, and the connecting methods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import Enum
from typing import NamedTuple

from isthmus.network.answers import Hop, Path
from isthmus.network.bgp import Bgp
from isthmus.network.block import Block
from isthmus.network.index import NetworkIndex
from isthmus.network.model import Attachment, Site
from isthmus.network.route_tables import Route

Pieces = list[tuple[int, int, tuple[Path, ...]]]


class PacketSource(Enum):
    """The kind of source address of a packet in a VPC. Routing depends on nothing else of the source."""

    HOST = "a host of this VPC"
    PUBLIC_HOST = "a host of this VPC with a public address"
    PUBLIC_NAT = "a public NAT gateway of this VPC"
    PRIVATE_NAT = "a private NAT gateway of this VPC"
    OUTSIDE = "a host outside this VPC"


class VpcPlace(NamedTuple):
    """In a VPC: `table` routes the packet ("": local routes only). It comes from `subnet` ("": from a gateway)."""

    vpc: str
    table: str
    subnet: str
    zone: str
    source: PacketSource


class TgwPlace(NamedTuple):
    """In a transit gateway: `table` routes the packet. It comes from an attachment in `zone` ("": none, or any)."""

    table: str
    zone: str


class SitePlace(NamedTuple):
    """At the router of a site."""

    site: str


Place = VpcPlace | TgwPlace | SitePlace
Seen = tuple[Place, ...]


class Step(NamedTuple):
    """One step of a walk in a VPC: packets to the destinations from `low` to `high` are at `place`.

    `path` is the path so far, and `seen` are the places on it. `route` is the matching route of the table. It is None
    where the walk goes on past a block.
    """

    place: VpcPlace
    low: int
    high: int
    path: Path
    seen: Seen
    route: Route | None = None

    @property
    def route_name(self) -> str:
        """The address of the route, or ""."""
        return self.route.address if self.route is not None else ""

    def to(self, low: int, high: int) -> Step:
        """The same step for a part of the destinations."""
        return self._replace(low=low, high=high)

    def along(self, path: Path) -> Step:
        """The same step with another path so far."""
        return self._replace(path=path)

    def hop(self, kind: str, address: str, zone: str = "") -> Step:
        """The same step with one more hop, the next hop of the route."""
        if self.route is None:
            found = Hop(kind, address, "", zone)
        else:
            table = self.place.table
            found = Hop(kind, address, f"{self.route} of {table}", zone, (self.route.address, table))
        return self.along(after(self.path, found))

    def blocked(self, block: Block) -> Step:
        """The same step with one more block on its path."""
        return self.along(self.path.blocked(block))

    def unknown(self, why: str) -> Pieces:
        """The end of the walk: the rest is unknown."""
        return unknown(self.low, self.high, self.path, why)


def unknown(low: int, high: int, path: Path, why: str) -> Pieces:
    """The end of a walk: the rest is unknown."""
    return [(low, high, (path._replace(unknown=path.unknown or why),))]


def after(path: Path, hop: Hop) -> Path:
    """The path with one more hop."""
    return path._replace(hops=(*path.hops, hop))


class Steps(ABC):
    """The steps of a walk. A step takes a range, the path so far and the places on it, and returns pieces."""

    def __init__(self, index: NetworkIndex, bgp: Bgp, past_blocks: bool = False) -> None:
        self.index = index
        self.bgp = bgp
        self.network = index.network
        self.past_blocks = past_blocks

    def stopped(
        self, low: int, high: int, path: Path, block: Block, onward: Callable[[Path], Pieces] | None = None
    ) -> Pieces:
        """The packet is stopped here. `onward` continues at the most likely next step, for a walk past blocks."""
        path = path.blocked(block)
        if self.past_blocks and onward is not None:
            return onward(path)
        return [(low, high, (path,))]

    # --- the methods that connect the parts

    @abstractmethod
    def in_subnet(self, subnet: str, source: PacketSource, low: int, high: int, path: Path, seen: Seen = ()) -> Pieces:
        """Out of a subnet, by its associated route table."""

    @abstractmethod
    def out_of_gateway(self, gateway: str, low: int, high: int, path: Path, seen: Seen = ()) -> Pieces:
        """Out of an internet or virtual private gateway into its VPC, by its gateway route table, if it has one."""

    @abstractmethod
    def into_tgw(self, attachment: Attachment, zone: str, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Into a transit gateway, by the route table associated with the attachment."""

    @abstractmethod
    def owners(self, gateway: str, place: int) -> list[Attachment]:
        """The attachments of a transit gateway whose VPC or site has an address, independent of routes."""

    @abstractmethod
    def to_site(self, connection: str, route: Route | None, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Over a VPN connection or Direct Connect gateway to the router of the site, and its decision."""

    @abstractmethod
    def from_site_over(
        self, site: Site, attachments: Sequence[str], low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        """From the router of a site into AWS over attachments, in the meaning of `isthmus.network.bgp`."""
