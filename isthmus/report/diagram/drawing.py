"""A picture before it is text: boxes, the frames that they stand in, and lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from isthmus.network.model import Cidr
from isthmus.text.listing import cut

_MOST_CHARACTERS = 80
_MOST_LINES = 8


class BoxKind(StrEnum):
    """What a box is, in the order in which boxes are written."""

    SITE = "site"
    CUSTOMER_GATEWAY = "customer gateway"
    VPN = "VPN connection"
    DX_GATEWAY = "Direct Connect gateway"
    VPN_GATEWAY = "virtual private gateway"
    TABLE = "route table"
    TRANSIT_GATEWAY = "transit gateway"
    ATTACHMENT = "attachment"
    FIREWALL = "Network Firewall"
    VPC = "VPC"
    PEERING = "VPC peering connection"
    INTERNET = "internet"


class Link(StrEnum):
    """What a line says."""

    CONNECTS = "connects"  # nothing about routes: these two are joined
    PEERING = "peering"
    TUNNELS = "tunnels"
    ASSOCIATED = "associated"  # from an attachment to the table that its packets are looked up in
    PROPAGATES = "propagates"  # from an attachment to a table that learns its routes
    ROUTED = "routed"  # from an attachment to a table with static routes to it


def shortened(name: str) -> str:
    """A name on one line, without its middle where it is long: the end of an address tells most."""
    flat = " ".join(name.split())
    half = _MOST_CHARACTERS // 2
    return flat if len(flat) <= _MOST_CHARACTERS else f"{flat[: half - 3]}...{flat[-half:]}"


def some_lines(lines: Sequence[str]) -> list[str]:
    """The first of many lines, and how many more there are."""
    first, more = cut(lines, _MOST_LINES)
    return [*first, *([more] if more else [])]


class Mark(StrEnum):
    """What became of a box or line from one network to another."""

    SAME = ""
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Box:
    """A thing, or several that are alike.

    - `key`: its Terraform address, or what else tells it from others.
    - `says`: what there is to know of it, a line each, beside its addresses.
    - `frame`: the key of the frame it stands in; "": none.
    - `unlike`: never put together with others.
    - `stands_for`: the keys of all it is drawn for; empty: itself alone.
    """

    key: str
    kind: BoxKind
    name: str = ""
    cidrs: tuple[Cidr, ...] = ()
    says: tuple[str, ...] = ()
    frame: str = ""
    unlike: bool = False
    stands_for: tuple[str, ...] = ()
    mark: Mark = Mark.SAME

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all that this box is drawn for."""
        return self.stands_for or (self.key,)

    @property
    def title(self) -> str:
        """Its name, and how many others there are."""
        others = len(self.keys) - 1
        return f"{self.name} and {others} like it" if others else self.name

    def saying(self, *lines: str) -> Box:
        """The box with more to say."""
        return replace(self, says=(*self.says, *lines))


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands together. `each`: what there is one frame each of, such as accounts; "": nothing of the kind."""

    key: str
    title: str
    each: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Connector:
    """From one box to another, by their keys: to a route table, if one of them is one.

    `label`: of a static route its destination, else what is written at the line.
    """

    a: str
    b: str
    link: Link
    label: str = ""
    mark: Mark = Mark.SAME


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture. Both ends of every line are boxes, and the frame of every box is there."""

    frames: tuple[Frame, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Connector, ...]
