"""Errors on standard error: fitted to a terminal where it is one, line for line where something else reads them."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap

# Indentation, and a label that what follows stays to the right of: "    why:   ".
_HEAD = re.compile(r" *(?:(?:write|why): +)?")


def complain(text: str) -> None:
    """Print an error."""
    print(fitted(text, shutil.get_terminal_size().columns) if sys.stderr.isatty() else text, file=sys.stderr)


def fitted(text: str, width: int) -> str:
    """The text with lines that are too long broken between words, indented as they begin. No word is broken."""
    return "\n".join(_broken(line, width) for line in text.splitlines())


def _broken(line: str, width: int) -> str:
    head = _HEAD.match(line)
    indent = " " * (len(head[0]) if head else 0)
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
