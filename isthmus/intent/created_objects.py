"""What is created while the modules of an estate are imported, for as long as that takes and no longer."""

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

    thing    the object. It is kept alive until the load ends: a local variable of a function is forgotten too
    file     the file of the statement, and its line
    modules  the module of the statement, and the module whose import ran it
    origin   what `dataclasses.replace` copied, None where the object is no copy
    """

    thing: Any
    file: str
    line: int
    modules: frozenset[str]
    origin: Any


# One list per load: a load inside a load has its own, and a thread that a load does not know of adds to none.
_recorded: ContextVar[list[Creation] | None] = ContextVar("isthmus_recorded", default=None)


@contextmanager
def recording() -> Iterator[list[Creation]]:
    """The list of everything that is created inside the `with` block, in the order of creation."""
    creations: list[Creation] = []
    token = _recorded.set(creations)
    try:
        yield creations
    finally:
        _recorded.reset(token)


def record(thing: object, built_by: FrameType, statement: FrameType) -> None:
    """Add an object to the list of the load, if there is one.

    `built_by` is the frame that called the constructor, `statement` that of the user's own code.
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
