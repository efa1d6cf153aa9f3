"""Standard output whose reader may leave early: `isthmus prove ... | head`.

What is written after that is dropped. The command goes on to its end, so that its exit code is the answer.
"""

from __future__ import annotations

import io
import os
import sys


class _Droppable(io.RawIOBase):
    """A file descriptor that takes everything, also when nobody reads it any more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._left = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        if not self._left:
            try:
                return os.write(self._descriptor, view)
            except BrokenPipeError:
                self._left = True
            except OSError:
                self._left = True  # said once, by who wrote; not again when the interpreter ends
                raise
        return len(view)


def let_the_reader_leave() -> None:
    """Replace `sys.stdout` by one that a closed pipe does not stop."""
    if sys.stdout is None:
        return
    sys.stdout.flush()
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Droppable(sys.stdout.fileno())),
        encoding=sys.stdout.encoding,
        errors=sys.stdout.errors,
        line_buffering=sys.stdout.isatty(),
    )
