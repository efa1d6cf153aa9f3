"""Findings as annotations of GitHub Actions, which shows them at their lines in a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from isthmus.report.sarif import Level, SarifResult
from isthmus.text.printable import printable

__all__ = ["annotation_lines"]

_COMMANDS: Mapping[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}
# GitHub shows at most ten annotations of each level for a step, and ignores the rest.
MOST = 10
_LONGEST = 2_000  # characters of a message


def annotation_lines(results: Iterable[SarifResult]) -> Iterator[str]:
    """A line for each result, by level. The last one of a level says how many there are no lines for."""
    listed = [result for result in results if result.suppressed is None]
    for level in _COMMANDS:
        ours = [result for result in listed if result.level == level]
        shown, rest = ours[:MOST], len(ours) - MOST
        if rest > 0:
            shown[-1] = replace(shown[-1], message=f"{shown[-1].message} (and {rest} more: see the report)")
        yield from map(_line, shown)


def _line(result: SarifResult) -> str:
    first, last = result.place.lines
    properties = {
        "file": result.place.uri,
        "line": str(first),
        **({"endLine": str(last)} if last > first else {}),
        "title": result.rule,
    }
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[result.level]} {written}::{_data(_lines(result.message))}\n"


def _lines(text: str) -> str:
    return "\n".join(printable(line, _LONGEST) for line in text.split("\n"))


def _data(text: str) -> str:
    """The message of a command. A line break would end it, so that the next line could be another command.

    https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
