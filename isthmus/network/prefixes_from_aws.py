"""The prefixes that AWS advertises to a site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from isthmus.network.model import Cidr

__all__ = ["AdvertisedPrefixes"]


@dataclass(frozen=True, slots=True)
class AdvertisedPrefixes:
    """The prefixes that AWS advertises over an attachment, each with its origin.

    - `unknown`: why there may be more prefixes.
    - `static`: the connection has static routing, and AWS advertises nothing.
    - `blackholes`: the prefixes of blackhole routes. AWS does not document whether it advertises them.
    - `may_be_refused`: prefixes that the router at the other end may refuse, each with the reason.
    """

    attachment: str
    prefixes: Mapping[Cidr, str] = field(default_factory=dict)
    blackholes: tuple[Cidr, ...] = ()
    unknown: str = ""
    static: bool = False
    may_be_refused: Mapping[Cidr, str] = field(default_factory=dict)

    @property
    def listed(self) -> tuple[str, ...]:
        """The prefixes in order; or that there are none, or why they are unknown."""
        if self.static:
            return ("routing is static: nothing is advertised",)
        prefixes = tuple(map(str, sorted(self.prefixes, key=lambda prefix: (prefix.version, prefix))))
        if self.unknown:
            return (*prefixes, f"unknown: {self.unknown}")
        return prefixes or ("nothing",)
