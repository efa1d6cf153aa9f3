"""Errors on standard error: wrapped to the width of a terminal, unchanged for other readers."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
import traceback

from isthmus.text.printable import shown, uncommanded

# Indentation and label: continuation lines are indented by their length, as for "    why:   ".
_HEAD = re.compile(r" *(?:(?:write|why): +)?")


def print_error(text: str) -> None:
    """Print an error. If standard error is closed, nothing is printed and the exit code remains."""
    if sys.stderr is None:
        return
    text = shown(text)
    fit = uncommanded(fitted(text, shutil.get_terminal_size().columns)) if sys.stderr.isatty() else text
    print(fit, file=sys.stderr)


TRACEBACK = "ISTHMUS_TRACEBACK"


def report_bug(error: BaseException) -> None:
    """Print an unexpected error in one line. `ISTHMUS_TRACEBACK=1` prints the traceback before it."""
    if os.environ.get(TRACEBACK):
        print_error("".join(traceback.format_exception(error)))
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" at {os.path.basename(frame.filename)}:{frame.lineno}" for frame in last)
    text = " ".join(str(error).split())[:300]
    print_error(
        f"isthmus: this is a bug in Isthmus, not an answer: {type(error).__name__}{where}{': ' if text else ''}{text}. "
        f"Please report it with your input and the output of {TRACEBACK}=1."
    )


def fitted(text: str, width: int) -> str:
    """The text, its long lines wrapped between words and indented as they begin. No word is broken."""
    return "\n".join(_broken(line, width) for line in text.splitlines())


def _broken(line: str, width: int) -> str:
    head = _HEAD.match(line)
    indent = " " * (len(head[0]) if head else 0)
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
