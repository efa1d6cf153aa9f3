"""How much work the evaluation of a configuration may be: an end to every loop that a configuration can write.

A configuration may ask for more than any machine has, in a few lines. A step is one expression evaluated, or eight
members of a collection looked at. About a million steps take a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

MOST_STEPS = 1_000_000  # of one expression, those that it refers to not counted
MOST_STEPS_OF_ALL = 20_000_000  # of everything that is read together
MEMBERS_PER_STEP = 8


class TooMuchWork(Exception):
    """An expression takes more steps than one may. Its value stays unknown."""


class TooMuchWorkOfAll(Exception):
    """All expressions together take more steps than they may. `expression` is the one that was evaluated last."""

    expression = ""


@dataclass(slots=True)
class Meter:
    """The steps taken in the expression at hand, and in all. Between expressions, only all of them have an end."""

    expression: float = -math.inf
    everything: int = 0

    def spend(self, steps: int) -> None:
        """Count steps. Raises `TooMuchWork` and `TooMuchWorkOfAll`."""
        self.expression += steps
        self.everything += steps
        if self.expression > MOST_STEPS:
            raise TooMuchWork
        if self.everything > MOST_STEPS_OF_ALL:
            raise TooMuchWorkOfAll


_METER: ContextVar[Meter] = ContextVar("_METER")


def meter() -> Meter:
    """The meter of what is being read; outside of `metered`, a new one."""
    return _METER.get(None) or Meter()


def spend(steps: int) -> None:
    """Count steps of what is being read. Raises `TooMuchWork` and `TooMuchWorkOfAll`."""
    if found := _METER.get(None):
        found.spend(steps)


@contextmanager
def metered(at: Meter | None = None) -> Iterator[Meter]:
    """Count everything inside together, by a new meter or the one given."""
    used = at or Meter()
    token = _METER.set(used)
    try:
        yield used
    finally:
        _METER.reset(token)
