"""What a command reads and when, on standard error: for `--verbose`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from isthmus.text.printable import shown

__all__ = ["Log"]


class Log:
    """Lines with the time since the start of the command."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def note(self, text: str) -> None:
        """Write a line."""
        if sys.stderr is not None:
            print(f"isthmus: {time.perf_counter() - self._start:7.3f} s  {shown(text)}", file=sys.stderr, flush=True)

    def read(self, path: Path) -> None:
        """Write that a file was read."""
        self.note(f"read {path}")
