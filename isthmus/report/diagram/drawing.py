"""A diagram before it is text: boxes, the frames around them, and lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from isthmus.network.model import Cidr
from isthmus.text.listing import cut

_MOST_CHARACTERS = 80
_MOST_LINES = 8


class BoxKind(StrEnum):
    """Kinds of boxes, in the order in which boxes are written."""

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
    """Kinds of lines."""

    CONNECTS = "connects"  # the two are joined; no statement about routes
    PEERING = "peering"
    TUNNELS = "tunnels"
    ASSOCIATED = "associated"  # from an attachment to the table that routes its packets
    PROPAGATES = "propagates"  # from an attachment to a table with its propagated routes
    ROUTED = "routed"  # from an attachment to a table with static routes to it


def shortened(name: str) -> str:
    """A name on one line. The middle of a long name is cut: the end of an address is the most specific."""
    flat = " ".join(name.split())
    half = _MOST_CHARACTERS // 2
    return flat if len(flat) <= _MOST_CHARACTERS else f"{flat[: half - 3]}...{flat[-half:]}"


def some_lines(lines: Sequence[str]) -> list[str]:
    """The first of many lines, and how many more there are."""
    first, more = cut(lines, _MOST_LINES)
    return [*first, *([more] if more else [])]


class Mark(StrEnum):
    """How a box or line differs between two networks."""

    SAME = ""
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Box:
    """A thing, or several that are equivalent.

    - `key`: its Terraform address, or another unique text.
    - `says`: lines of text below its addresses.
    - `frame`: the key of the frame around it; "": none.
    - `unlike`: never merged with others.
    - `stands_for`: the keys of all boxes merged into it; empty: itself only.
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
        """The keys of all boxes merged into it."""
        return self.stands_for or (self.key,)

    @property
    def title(self) -> str:
        """Its name, and how many others are merged into it."""
        others = len(self.keys) - 1
        return f"{self.name} and {others} like it" if others else self.name

    def saying(self, *lines: str) -> Box:
        """The box with more lines of text."""
        return replace(self, says=(*self.says, *lines))


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame around boxes. `each`: what each frame of this kind is, such as accounts; "": no kind."""

    key: str
    title: str
    each: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Connector:
    """A line from one box to another, by their keys. If one of them is a route table, it is `b`.

    `label`: the destination of a static route, else the text at the line.
    """

    a: str
    b: str
    link: Link
    label: str = ""
    mark: Mark = Mark.SAME


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole diagram. Both ends of every line are boxes of it, and the frame of every box is one of its frames."""

    frames: tuple[Frame, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Connector, ...]
