"""Standard output that may be closed early by its reader: `isthmus prove ... | head`.

Later output is dropped. The command runs to its end, so that its exit code is the answer.
"""

from __future__ import annotations

import io
import os
import sys


class _Droppable(io.RawIOBase):
    """A file descriptor that accepts writes after its reader has closed it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._closed_by_reader = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        if not self._closed_by_reader:
            try:
                return os.write(self._descriptor, view)
            except BrokenPipeError:
                self._closed_by_reader = True
            except OSError:
                self._closed_by_reader = True  # reported once, by this write, and not again when the interpreter ends
                raise
        return len(view)


def ignore_broken_pipe() -> None:
    """Replace `sys.stdout` by a stream that ignores a closed pipe."""
    if sys.stdout is None:
        return
    sys.stdout.flush()
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Droppable(sys.stdout.fileno())),
        encoding=sys.stdout.encoding,
        errors=sys.stdout.errors,
        line_buffering=sys.stdout.isatty(),
    )
