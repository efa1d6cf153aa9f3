"""Text that others wrote, made safe to show: a tag may hold anything, and a terminal and a CI log obey some of it.

`printable` is for one name or sentence, where it enters. `shown` is for whole texts, where they leave: nothing is
printed or written but through it, see `isthmus.text.console` and `isthmus.text.output_files`.
"""

from __future__ import annotations

import re

_LONGEST = 300
# Beside what Python calls unprintable (controls, escapes, marks of direction, unassigned and private characters, all
# spaces but one): characters that take no room, or look like one.
# https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt (Default_Ignorable_Code_Point)
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# A line that GitHub's runner takes as a command, leading spaces left out, and what it and others look for in any place.
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
# https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
_COMMAND = re.compile(r"^((?:[ \t]|\x1b\[[\d;]*m)*)::(?=[A-Za-z][^\n]*::)", re.MULTILINE)
_ANYWHERE = re.compile(r"##(?=[\w.-]*\[)")
# The zero-width space that `isthmus.report.markdown` breaks mentions and links with.
BREAK = "\u200b"


def printable(text: str, longest: int = _LONGEST) -> str:
    """A name or an expression as it may be shown: control, escape, bidirectional and invisible characters are spelt
    out, and the end of an overlong text is cut. Ordinary text comes back unchanged.
    """
    spelt = _spelt(text[: longest + 1])  # an end that is cut off anyway need not be spelt out
    return spelt if len(spelt) <= longest else spelt[: longest - 3] + "..."


def shown(text: str, *, breaks: bool = False) -> str:
    """A text of many lines as it may be shown: every line is printable, and none is a command to a CI server.

    `breaks`: zero-width spaces stay; Markdown has them where `isthmus.report.markdown` put them.
    """
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = "\n".join(_line(line, breaks) for line in text.split("\n"))
    return uncommanded(text)


def uncommanded(text: str) -> str:
    """The text with what a CI server would take as a command spelt out."""
    if "::" in text:
        text = _COMMAND.sub(r"\1\\x3a\\x3a", text)
    return _ANYWHERE.sub(r"\\x23#", text) if "##" in text else text


def shown_json(text: str) -> str:
    """JSON text as it may be shown. It stays JSON of the same values: what is spelt out stands inside of strings."""
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = "".join(_json(character) for character in text)
    return _ANYWHERE.sub(r"\\u0023#", text) if "##" in text else text


def _line(line: str, breaks: bool) -> str:
    return BREAK.join(map(_spelt, line.split(BREAK))) if breaks else _spelt(line)


def _spelt(text: str) -> str:
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
