"""What the parts of the walk share: the places a packet can be at, how a walk ends, and the doors between the parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import Enum
from typing import NamedTuple

from isthmus.network.answers import Hop, Path
from isthmus.network.block import Block
from isthmus.network.index import NetworkIndex
from isthmus.network.model import Attachment, Site
from isthmus.network.route_tables import Route

Pieces = list[tuple[int, int, tuple[Path, ...]]]


class PacketSource(Enum):
    """Whose address the packet carries while it is in a VPC. Routing looks at nothing else of the source."""

    HOST = "a host of this VPC"
    PUBLIC_HOST = "a host of this VPC with a public address"
    PUBLIC_NAT = "a public NAT gateway of this VPC"
    PRIVATE_NAT = "a private NAT gateway of this VPC"
    OUTSIDE = "a host outside this VPC"


class VpcPlace(NamedTuple):
    """In a VPC, where `table` decides ("": nothing but local routes), coming out of `subnet` ("": out of a gateway)."""

    vpc: str
    table: str
    subnet: str
    zone: str
    source: PacketSource


class TgwPlace(NamedTuple):
    """In a transit gateway, where `table` decides, come from an attachment in `zone` ("": none, or any)."""

    table: str
    zone: str


class SitePlace(NamedTuple):
    """At a site's router."""

    site: str


Place = VpcPlace | TgwPlace | SitePlace
Seen = tuple[Place, ...]


def unknown(low: int, high: int, path: Path, why: str) -> Pieces:
    """The end of a walk that nobody can tell the rest of."""
    return [(low, high, (path._replace(unknown=path.unknown or why),))]


def after(path: Path, hop: Hop) -> Path:
    """The path with one more hop."""
    return path._replace(hops=(*path.hops, hop))


def led(kind: str, address: str, place: VpcPlace, route: Route | None, zone: str = "") -> Hop:
    """A hop to which a route of the place's table led; none did where the walk goes on past a block."""
    if route is None:
        return Hop(kind, address, "", zone)
    return Hop(kind, address, f"{route} of {place.table}", zone, (route.address, place.table))


class Steps(ABC):
    """Steps over `index`. Every method takes the range, the path so far and the places seen, and returns pieces."""

    def __init__(self, index: NetworkIndex, past_blocks: bool = False) -> None:
        self.index = index
        self.network = index.network
        self.past_blocks = past_blocks

    def stopped(
        self, low: int, high: int, path: Path, block: Block, onward: Callable[[Path], Pieces] | None = None
    ) -> Pieces:
        """The packet is stopped here; `onward` is the best candidate for what would be next."""
        path = path._replace(blocks=(*path.blocks, block))
        if self.past_blocks and onward is not None:
            return onward(path)
        return [(low, high, (path,))]

    # --- the doors between the parts

    @abstractmethod
    def in_subnet(self, subnet: str, source: PacketSource, low: int, high: int, path: Path, seen: Seen = ()) -> Pieces:
        """Out of a subnet, by the table it is associated with."""

    @abstractmethod
    def out_of_gateway(self, gateway: str, low: int, high: int, path: Path, seen: Seen = ()) -> Pieces:
        """Out of an internet or virtual private gateway into its VPC: its gateway route table decides, if any."""

    @abstractmethod
    def into_tgw(self, attachment: Attachment, zone: str, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Into a transit gateway: the table that the attachment is associated with decides, and no other."""

    @abstractmethod
    def owners(self, gateway: str, place: int) -> list[Attachment]:
        """The attachments of a transit gateway behind which an address is, whatever any table says."""

    @abstractmethod
    def to_site(self, connection: str, route: Route | None, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Over a VPN connection or Direct Connect gateway to the site's router, and what that does next."""

    @abstractmethod
    def from_site_over(self, site: Site, ways: Sequence[str], low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """From a site's router into AWS over attachments (or, at a virtual private gateway, over connections)."""
