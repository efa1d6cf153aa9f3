"""Lists of locations in a few words: `the 40 spokes of segment workloads and dc1/users`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from isthmus.text.listing import some

__all__ = ["by_segment"]

_FEWEST = 4  # spokes of a segment that are not listed by name
_MOST_MISSING = 2  # spokes of a segment that a list names as missing


def by_segment(segments: Mapping[str, Sequence[str]]) -> Callable[[Sequence[str]], str]:
    """How to list locations: the spokes of a segment in a few words, if a list has all of them, or nearly all."""

    def named(names: Sequence[str]) -> str:
        given = set(names)
        parts: list[str] = []
        listed: set[str] = set()
        for segment, spokes in segments.items():
            found = [spoke for spoke in spokes if spoke in given]
            missing = [spoke for spoke in spokes if spoke not in given]
            if len(found) >= _FEWEST and len(missing) <= _MOST_MISSING:
                but = f" (all but {', '.join(missing)})" if missing else ""
                parts.append(f"{'' if missing else 'the '}{len(found)} spokes of segment {segment}{but}")
                listed.update(found)
        rest = [name for name in names if name not in listed]
        return ", ".join(chain(parts, [some(rest)] if rest else ()))

    return named
