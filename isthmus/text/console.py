"""Standard output for people: a console that prints no control sequences and no CI commands from the input."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from isthmus.text.printable import shown, uncommanded

WIDTH = 80
_HARMLESS = re.compile(r"[ -~]*")


class Screen(Console):
    """A console that prints its own colours and plain text. Unprintable characters of the text are escaped."""

    def __init__(self, *, file: IO[str] | None = None, **settings: Any) -> None:
        super().__init__(file=file, highlight=False, markup=False, emoji=False, **settings)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Segments of text and style, with safe text."""
        for segment in super().render(renderable, options):
            if segment.control or _HARMLESS.fullmatch(segment.text):
                yield segment
            else:
                yield Segment(shown(segment.text), segment.style)

    @property
    def file(self) -> IO[str]:
        """The file of the console. A line written there is never a command for a CI server."""
        return _Uncommanded(super().file)  # type: ignore[return-value]

    @file.setter
    def file(self, new: IO[str]) -> None:
        self._file = new


class _Uncommanded:
    """A file for whole lines. It escapes lines that a CI server would obey."""

    def __init__(self, file: IO[str]) -> None:
        self._to = file

    def write(self, text: str) -> int:
        return self._to.write(uncommanded(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._to, name)


def console(width: int = WIDTH) -> Screen:
    """Standard output, 80 columns wide unless the terminal or `COLUMNS` is wider; no colour when piped."""
    out = Screen()
    known = out.is_terminal or "COLUMNS" in os.environ
    return out if known and out.width >= width else Screen(width=width)
