"""What the proof says when it cannot answer at all.

ProofError
├── NoSuchName     a name or address that stands for nothing in this network: another thing than "no route"
│   └── NoSuchPlace of what can be at an end of a flow
└── UnusableInput   nothing to prove anything about: no network in it, no intent where one was asked for, ...
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from isthmus.text.listing import some


class ProofError(Exception):
    """The root of every error of the proof. Its text is written for the person who asked."""


class NoSuchName(ProofError):
    """Nothing in this network has that name or address. `kind` says what was looked for."""

    kind = "thing"

    def __init__(self, given: str, known: Iterable[str], kind: str = "") -> None:
        self.given = given
        self.known = tuple(known)
        close = difflib.get_close_matches(given, self.known, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else f"known: {some(self.known, 12) or 'none'}"
        super().__init__(f"no such {kind or self.kind}: {given!r}; {hint}")


class NoSuchLocation(NoSuchName):
    """No place has that name or address."""

    kind = "place"


class UnusableInput(ProofError):
    """The input was read, but there is nothing in it to answer from."""
