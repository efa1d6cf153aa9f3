"""Records the intent objects that are created during the import of an estate's modules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import FrameType
from typing import Any


@dataclass(frozen=True, slots=True)
class Creation:
    """An intent object, and the statement that created it.

    thing    the object; recording it keeps local objects of functions alive until the load ends
    file     the file of the statement
    line     the line of the statement
    modules  the module of the statement, and the module whose import executed it
    origin   the original of a copy by `dataclasses.replace`; None for other objects
    """

    thing: Any
    file: str
    line: int
    modules: frozenset[str]
    origin: Any


# One list for each load. A nested load has its own list; objects of other threads are not recorded.
_recorded: ContextVar[list[Creation] | None] = ContextVar("isthmus_recorded", default=None)


@contextmanager
def recording() -> Iterator[list[Creation]]:
    """A list of all objects that are created inside the `with` block, in the order of creation."""
    creations: list[Creation] = []
    token = _recorded.set(creations)
    try:
        yield creations
    finally:
        _recorded.reset(token)


def record(thing: object, built_by: FrameType, statement: FrameType) -> None:
    """Add an object to the list of the current load, if there is one.

    `built_by` is the frame that called the constructor, `statement` the frame of the user's code.
    """
    creations = _recorded.get()
    if creations is None:
        return
    origin = None
    if built_by.f_code.co_filename == dataclasses.__file__:
        # `replace(obj, /, **changes)`, and since Python 3.13 `_replace(self, /, **changes)`.
        origin = built_by.f_locals.get("obj", built_by.f_locals.get("self"))
    importing = statement
    while importing.f_code.co_name != "<module>" and importing.f_back:
        importing = importing.f_back
    modules = frozenset(str(frame.f_globals.get("__name__")) for frame in (statement, importing))
    creations.append(Creation(thing, statement.f_code.co_filename, statement.f_lineno, modules, origin))
