"""Tests whether a prefix is inside one of many others, with one look-up."""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.network.address_space import compile_prefixes, span
from isthmus.network.model import Cidr


class PrefixSet:
    """A set of prefixes. `prefix in prefixes` is true if one of them contains the prefix or is equal to it."""

    def __init__(self, cidrs: Iterable[Cidr]) -> None:
        # Prefixes are nested or disjoint, so that the widest prefix around an address ends last.
        self._widest = compile_prefixes(((cidr, cidr) for cidr in cidrs), lambda nest: span(nest[-1][0])[1], -1)

    def __contains__(self, cidr: Cidr) -> bool:
        low, high = span(cidr)
        return self._widest(low) >= high
