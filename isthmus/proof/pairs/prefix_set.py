"""Whether a prefix lies inside one of many others, in the time of one look-up."""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.network.address_space import compile_prefixes, span
from isthmus.network.model import Cidr


class PrefixSet:
    """A set of prefixes, to ask which others they cover. A prefix covers itself."""

    def __init__(self, cidrs: Iterable[Cidr]) -> None:
        # Prefixes nest or are disjoint: around an address the widest one ends last.
        self._widest = compile_prefixes(((cidr, cidr) for cidr in cidrs), lambda nest: span(nest[-1][0])[1], -1)

    def __contains__(self, cidr: Cidr) -> bool:
        low, high = span(cidr)
        return self._widest(low) >= high
