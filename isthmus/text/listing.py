"""Long lists, cut after the first items: `a, b and 3 more`."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["cut", "some"]


def cut(items: Sequence[str], most: int) -> tuple[Sequence[str], str]:
    """The first `most` items, and `and 3 more` for the rest; "" where there is no rest."""
    rest = len(items) - most
    return items[:most], f"and {rest} more" if rest > 0 else ""


def some(names: Sequence[str], most: int = 6) -> str:
    """The first names in one line, and how many more there are."""
    first, more = cut(names, most)
    return ", ".join(first) + (f" {more}" if more else "")
