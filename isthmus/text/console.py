"""Standard output for people: a console that shows nothing that a terminal or a CI log would obey."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from isthmus.text.printable import shown, uncommanded

WIDTH = 80
_HARMLESS = re.compile(r"[ -~]*")


class Screen(Console):
    """A console whose colours are the only thing in its output that is not text: what it is given is spelt out."""

    def __init__(self, *, file: IO[str] | None = None, **settings: Any) -> None:
        super().__init__(file=file, highlight=False, markup=False, emoji=False, **settings)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Segments of text and style; the text of each, wherever it is from, as it may be shown."""
        for segment in super().render(renderable, options):
            if segment.control or _HARMLESS.fullmatch(segment.text):
                yield segment
            else:
                yield Segment(shown(segment.text), segment.style)

    @property
    def file(self) -> IO[str]:
        """Where the console writes to; what is written there is no command of a CI server."""
        return _Uncommanded(super().file)  # type: ignore[return-value]

    @file.setter
    def file(self, new: IO[str]) -> None:
        self._file = new


class _Uncommanded:
    """A file to which whole lines are written, none of them a command to a CI server."""

    def __init__(self, file: IO[str]) -> None:
        self._to = file

    def write(self, text: str) -> int:
        return self._to.write(uncommanded(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._to, name)


def console(width: int = WIDTH) -> Screen:
    """Standard output, 80 columns wide where it is not a wider terminal; no colour when piped."""
    out = Screen()
    return out if out.is_terminal and out.width >= width else Screen(width=width)
