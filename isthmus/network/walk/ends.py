"""How a walk for one packet starts and ends, and the walks that are kept."""

from __future__ import annotations

from collections.abc import Callable

from isthmus.network.answers import InSubnet, Outcome, Path
from isthmus.network.block import Block
from isthmus.network.walk.pieces import PacketSource, Pieces

_MOST_WALKS = 4_096  # enough for all packets between two locations that the filters distinguish


class WalkCache:
    """The last walks. A walk depends on addresses only, so that all protocols and ports share it."""

    def __init__(self) -> None:
        self._walked: dict[tuple[object, ...], Pieces] = {}

    def of(self, key: tuple[object, ...], walked: Callable[[], Pieces]) -> Pieces:
        """The walk of a key. It is walked again only if many other walks came in between."""
        if key not in self._walked:
            if len(self._walked) >= _MOST_WALKS:
                self._walked.clear()
            self._walked[key] = walked()
        return self._walked[key]


def source_of(location: InSubnet) -> PacketSource:
    """The kind of source address of a host."""
    return PacketSource.PUBLIC_HOST if location.public else PacketSource.HOST


def ending(path: Path, expected: str) -> Path:
    """The path, blocked if it ends at another place than expected."""
    if not path.end or path.end == expected or path.outcome is Outcome.BLOCKED:
        return path
    why = f"the packet ends at {path.end}, " + (f"not at {expected}" if expected else "and no location has its address")
    block = Block("misrouted", path.hops[-1].address, why)
    return path.blocked(block)
