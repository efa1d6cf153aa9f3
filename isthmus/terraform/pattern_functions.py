"""Terraform's functions of regular expressions, and `replace`. See `functions` for what a function here gives.

Terraform uses RE2 (https://github.com/google/re2/wiki/Syntax). A pattern is evaluated if Python reads it the same way
and if it takes no more than a bounded number of steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from isthmus.terraform.conversions import as_string
from isthmus.terraform.graph import Value

_LONGEST = 200_000  # characters of a result; a longer result is not evaluated
_MOST_TRIALS = 10_000_000  # matches that a pattern may try on a text
_LONGEST_PATTERN = 300
_ESCAPE = re.compile(r"\\[dDwWsSbBtn\\.\-/+*?()\[\]{}|^$_:@#,;=&%!\"' ]")
_GROUP = re.compile(r"\((\?:|\?P<[A-Za-z_]\w*>|(?!\?))")
_COUNT = re.compile(r"\{\d{1,3}(,\d{0,3})?\}")
_REPLACEMENT = re.compile(r"\$\$|\$(\d)(?!\w)|\$\{(\d)\}|\$|[^$]+")


def _pattern(text: str) -> tuple[re.Pattern[str], int, int] | None:
    """A pattern with its number of repetitions and of optional parts. None for one that is not evaluated."""
    if len(text) > _LONGEST_PATTERN:
        return None
    made, endless, optional, at = "", 0, 0, 0
    groups: list[int] = []  # for each open group, the repetitions and choices before it
    closed: int | None = None  # the repetitions and choices inside the group that was just closed
    inside = 0
    while at < len(text):
        character = text[at]
        ending, closed = closed, None
        if character == "\\":
            found = _ESCAPE.match(text, at)
        elif character == "(":
            found = _GROUP.match(text, at)
            groups.append(inside)
        elif character == "[":
            found = re.compile(r"\[\^?(?:[^\]\[\\&~|-]|-|\\[dwstn\\.\-/\]\[])+\]").match(text, at)
        elif character == "{":
            found = _COUNT.match(text, at)
        else:
            found = re.compile(r".", re.DOTALL).match(text, at)
        if found is None:
            return None
        if character in "*+{":
            if ending:
                return None  # a repetition of repetitions or choices
            inside += 1
            endless += 1
        elif character == "|":
            inside += 1
        elif character == ")":
            if not groups:
                return None
            closed = inside - groups.pop()
        elif character == "?":
            if ending:
                return None
            inside += 1
            optional += 1
        made += r"\Z" if character == "$" else found.group()
        at = found.end()
    try:
        return re.compile(made, re.ASCII), endless, optional
    except re.error as error:
        raise ValueError("not a regular expression") from error


def _ready(pattern: Value, text: Value) -> re.Pattern[str] | None:
    found, subject = _pattern(as_string(pattern)), as_string(text)
    if found is None or not subject.isascii() or set(subject) & set("\n\v\r\f"):
        return None
    compiled, endless, optional = found
    return compiled if (len(subject) + 2) ** (endless + 1) * 2**optional <= _MOST_TRIALS else None


def _captured(match: re.Match[str]) -> Value:
    if match.re.groupindex:
        return dict(match.groupdict()) if len(match.re.groupindex) == match.re.groups else NotImplemented
    return match.groups() if match.re.groups else match.group()


def _regex(pattern: Value, text: Value) -> Any:
    compiled = _ready(pattern, text)
    if compiled is None:
        return NotImplemented
    match = compiled.search(as_string(text))
    if match is None:
        raise ValueError("no match")
    return _captured(match)


def _regexall(pattern: Value, text: Value) -> Any:
    compiled = _ready(pattern, text)
    if compiled is None or compiled.match("") is not None:  # the two languages treat empty matches differently
        return NotImplemented
    return tuple(_captured(match) for match in compiled.finditer(as_string(text)))


def _replace(text: Value, old: Value, new: Value) -> Any:
    """`replace`. `old` is a pattern where it is between slashes."""
    sought = as_string(old)
    if len(sought) < 2 or sought[0] != "/" or sought[-1] != "/":
        if (as_string(text).count(sought) + 1) * len(as_string(new)) > _LONGEST:
            return NotImplemented
        return as_string(text).replace(sought, as_string(new))
    compiled = _ready(sought[1:-1], text)
    parts = [*_REPLACEMENT.finditer(as_string(new))]
    if compiled is None or compiled.match("") is not None or any(part.group() == "$" for part in parts):
        return NotImplemented

    def made(match: re.Match[str]) -> str:
        result = ""
        for part in parts:
            number = part[1] or part[2]
            if number is None:
                result += "$" if part.group() == "$$" else part.group()
            elif int(number) <= match.re.groups:
                result += match[int(number)] or ""
        return result

    return compiled.sub(made, as_string(text))


PATTERN_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "regex": _regex,
    "regexall": _regexall,
    "replace": _replace,
}
