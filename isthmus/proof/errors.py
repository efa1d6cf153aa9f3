"""The errors of the proof. Each message says what is wrong and what to write.

ProofError
├── NoSuchName         a name or address that the network does not have; this differs from "no route"
│   └── NoSuchLocation  a name or address that no location has
└── UnusableInput      an input without a network, a diff of something that is not a plan, or too many locations
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from isthmus.text.listing import some

__all__ = ["NoSuchLocation", "NoSuchName", "ProofError", "UnusableInput"]


class ProofError(Exception):
    """The base class of all errors of the proof. The message is for users."""


class NoSuchName(ProofError):
    """The network has nothing with that name or address. `kind` is what was looked for."""

    kind = "thing"

    def __init__(self, given: str, known: Iterable[str], kind: str = "") -> None:
        self.given = given
        self.known = tuple(known)
        close = difflib.get_close_matches(given, self.known, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else f"known: {some(self.known, 12) or 'none'}"
        super().__init__(f"no such {kind or self.kind}: {given!r}; {hint}")


class NoSuchLocation(NoSuchName):
    """No location has that name or address."""

    kind = "location"


class UnusableInput(ProofError):
    """The input can be read, but it does not hold what is needed."""
