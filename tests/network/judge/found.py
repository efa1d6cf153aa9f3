"""Routes that cover a destination, and which of them wins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.network.model import Target, Unknown


@dataclass(frozen=True)
class Found:
    """A route that covers the destination. `rank` orders routes of equal length: lower wins."""

    length: int
    rank: tuple[int, ...]
    target: Target | str | Unknown | None  # of a VPC table a target, of a transit gateway table an attachment
    why: str
    gone: str = ""


def best(candidates: Iterable[Found]) -> list[Found]:
    """The longest prefix, then the lowest rank; all of them where several tie."""
    found = list(candidates)
    longest = [one for one in found if one.length == max(other.length for other in found)]
    return [one for one in longest if one.rank == min(other.rank for other in longest)]
