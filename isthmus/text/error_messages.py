"""Errors on standard error: fitted to a terminal where it is one, line for line where something else reads them."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
import traceback

from isthmus.text.printable import shown, uncommanded

# Indentation, and a label that what follows stays to the right of: "    why:   ".
_HEAD = re.compile(r" *(?:(?:write|why): +)?")


def complain(text: str) -> None:
    """Print an error. Without a standard error there is nowhere to print it: the exit code has to do."""
    if sys.stderr is None:
        return
    text = shown(text)
    fit = uncommanded(fitted(text, shutil.get_terminal_size().columns)) if sys.stderr.isatty() else text
    print(fit, file=sys.stderr)


TRACEBACK = "ISTHMUS_TRACEBACK"


def complain_of_a_bug(error: BaseException) -> None:
    """Print an error that Isthmus did not expect, in one line; with `ISTHMUS_TRACEBACK=1` the traceback before it."""
    if os.environ.get(TRACEBACK):
        complain("".join(traceback.format_exception(error)))
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" at {os.path.basename(frame.filename)}:{frame.lineno}" for frame in last)
    said = " ".join(str(error).split())[:300]
    complain(
        f"isthmus: this is a bug in Isthmus, not an answer: {type(error).__name__}{where}{': ' if said else ''}{said}. "
        f"Please report it with your input and the output of {TRACEBACK}=1."
    )


def fitted(text: str, width: int) -> str:
    """The text with lines that are too long broken between words, indented as they begin. No word is broken."""
    return "\n".join(_broken(line, width) for line in text.splitlines())


def _broken(line: str, width: int) -> str:
    head = _HEAD.match(line)
    indent = " " * (len(head[0]) if head else 0)
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
