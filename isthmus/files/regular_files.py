"""Regular files of a limited size: how all input is read that others may have written."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_listeners: list[Callable[[Path], None]] = []


@contextmanager
def reported_to(listener: Callable[[Path], None]) -> Iterator[None]:
    """Call a listener with the path of each file that is read in the meantime."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


_KINDS = {
    stat.S_ISFIFO: "a named pipe",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
    stat.S_ISSOCK: "a socket",
    stat.S_ISDIR: "a folder",
}


class NotRegularError(ValueError):
    """It is not a regular file, or it is too large. `problem` says what it is, `remedy` what to give."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def bytes_of(path: Path, largest: int, *, follow: bool = True) -> bytes:
    """The contents of a regular file. Raises `NotRegularError` for anything else and for more than `largest` bytes.

    A pipe or a device may never end, so it is not read. Without `follow`, a symbolic link is an `OSError`.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags if follow else flags | getattr(os, "O_NOFOLLOW", 0))
    status = os.fstat(descriptor)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(status.st_mode):
            kind = next((what for test, what in _KINDS.items() if test(status.st_mode)), "no regular file")
            raise NotRegularError(f"it is {kind}", "Give a regular file")
        found = file.read(largest + 1)
    for listener in _listeners:
        listener(path)
    if len(found) > largest:
        raise NotRegularError(f"it is larger than {largest:,} bytes", "Give a smaller file")
    return found
