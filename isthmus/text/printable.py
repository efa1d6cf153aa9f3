"""Text of the input, made safe to show: a tag may hold anything, and a terminal or a CI server obeys some of it.

`printable` is for one name or sentence, when it is read. `shown` is for whole texts, when they are written. All output
passes through it, see `isthmus.text.console` and `isthmus.text.output_files`.
"""

from __future__ import annotations

import re

_LONGEST = 300
# Characters that are invisible or look like a space. Python itself calls controls, escapes, marks of direction,
# unassigned and private characters, and all spaces but one unprintable.
# https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt (Default_Ignorable_Code_Point)
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Commands of CI servers: a line that begins with `::`, after spaces, and `##[` or `##vso[` anywhere.
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
# https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
_COMMAND = re.compile(r"^((?:[ \t]|\x1b\[[\d;]*m)*)::(?=[A-Za-z][^\n]*::)", re.MULTILINE)
_ANYWHERE = re.compile(r"##(?=[\w.-]*\[)")
# The zero-width space, with which `isthmus.report.markdown` breaks mentions and links.
BREAK = "\u200b"


def printable(text: str, longest: int = _LONGEST) -> str:
    """A name or an expression, safe to show: control, escape, bidirectional and invisible characters are escaped, and
    the end of an overlong text is cut. Ordinary text is unchanged.
    """
    escaped = _escaped(text[: longest + 1])  # the end that is cut need not be escaped
    return escaped if len(escaped) <= longest else escaped[: longest - 3] + "..."


def shown(text: str, *, breaks: bool = False) -> str:
    """A text of several lines, safe to show: every line is printable, and none is a command for a CI server.

    `breaks`: keep zero-width spaces, which `isthmus.report.markdown` writes.
    """
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = "\n".join(_line(line, breaks) for line in text.split("\n"))
    return uncommanded(text)


def uncommanded(text: str) -> str:
    """The text with the commands of CI servers escaped."""
    if "::" in text:
        text = _COMMAND.sub(r"\1\\x3a\\x3a", text)
    return _ANYWHERE.sub(r"\\x23#", text) if "##" in text else text


def shown_json(text: str) -> str:
    """JSON text, safe to show. Its values stay the same: only characters inside strings are escaped."""
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = "".join(_json(character) for character in text)
    return _ANYWHERE.sub(r"\\u0023#", text) if "##" in text else text


def _line(line: str, breaks: bool) -> str:
    return BREAK.join(map(_escaped, line.split(BREAK))) if breaks else _escaped(line)


def _escaped(text: str) -> str:
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _escape(c) for c in text)
    return text if text.isascii() else _INVISIBLE.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _json(character: str) -> str:
    if character == "\n" or (character.isprintable() and not _INVISIBLE.match(character)):
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
