"""What a slow command is doing, on standard error: only on a terminal, and gone when it is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from isthmus.text.printable import shown

__all__ = ["Step", "progress"]

Step = Callable[[str], None]

# Return to the start of the line, and erase it. https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
_ERASE = "\r\x1b[2K"


@contextmanager
def progress() -> Iterator[Step]:
    """A function that shows the present step in place of the one before. It shows nothing without a terminal."""
    out = sys.stderr
    if out is None or not out.isatty():
        yield lambda text: None
        return

    def show(text: str) -> None:
        out.write(f"{_ERASE}isthmus: {shown(text)} ...")
        out.flush()

    try:
        yield show
    finally:
        out.write(_ERASE)
        out.flush()
