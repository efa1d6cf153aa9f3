"""Terraform's functions of strings. See `functions` for what a function here gives."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from isthmus.terraform.collection_functions import concat
from isthmus.terraform.conversions import as_bool, as_number, as_string, whole_number
from isthmus.terraform.graph import Value

_LONGEST = 200_000  # characters of a result; a longer result is not evaluated
_MOST_SPACES = 100
_VERB = re.compile(r"%(?:%|(0?)(\d{0,3})([sdvq])|.?)", re.DOTALL)


def _format(template: Value, *values: Value) -> Any:
    left = list(values)
    supported = True

    def fill(match: re.Match[str]) -> str:
        nonlocal supported
        if match.group() == "%%":
            return "%"
        zero, width, verb = match.groups()
        if verb is None:
            supported = False
            return ""
        value = left.pop(0)
        text = str(whole_number(value)) if verb == "d" else as_string(value)
        if verb == "q":
            text = json.dumps(text, ensure_ascii=False)
        return text.zfill(int(width)) if width and zero else text.rjust(int(width or 0))

    result = _VERB.sub(fill, as_string(template))
    if left:
        raise ValueError("too many arguments")
    return result if supported else NotImplemented


def _formatlist(template: Value, *values: Value) -> Any:
    lengths = {len(value) for value in values if isinstance(value, tuple)}
    if len(lengths) > 1:
        raise ValueError("lists of several lengths")
    rows = []
    for at in range(next(iter(lengths), 1)):
        row = _format(template, *(v[at] if isinstance(v, tuple) else v for v in values))
        if row is NotImplemented:
            return row
        rows.append(row)
    return tuple(rows)


def _join(separator: Value, *lists: Value) -> Any:
    parts = [*map(as_string, concat(*lists))]
    return as_string(separator).join(parts) if len(parts) * len(as_string(separator)) <= _LONGEST else NotImplemented


def _substr(text: Value, offset: Value, length: Value) -> str:
    whole, first, size = as_string(text), whole_number(offset), whole_number(length)
    start = first if first >= 0 else max(0, len(whole) + first)
    # With an offset from the end, a length of 0 means all characters to the end.
    return whole[start:] if size < 0 or (first < 0 and size == 0) else whole[start : start + size]


def _title(text: Value) -> str:
    return re.sub(r"(?<![^\W])\w", lambda letter: letter[0].upper(), as_string(text))


def _split(separator: Value, text: Value) -> tuple[str, ...]:
    if not as_string(separator):
        return tuple(as_string(text))
    return tuple(as_string(text).split(as_string(separator)))


def _indent(spaces: Value, text: Value) -> str:
    """Put spaces in front of every line but the first."""
    return as_string(text).replace("\n", "\n" + " " * _bounded(as_number(spaces)))


def _bounded(spaces: Any) -> int:
    if not isinstance(spaces, int) or not 0 <= spaces <= _MOST_SPACES:
        raise ValueError(f"not a number of spaces from 0 to {_MOST_SPACES}")
    return spaces


def _dirname(path: Value) -> str:
    """As in Go: without a slash it is the current directory."""
    head, slash, _ = as_string(path).rpartition("/")
    return posixpath.normpath(head or "/") if slash else "."


def _basename(path: Value) -> str:
    text = as_string(path).rstrip("/")
    return text.rpartition("/")[2] or ("/" if as_string(path) else ".")


TEXT_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "basename": _basename,
    "chomp": lambda text: as_string(text).rstrip("\r\n"),
    "dirname": _dirname,
    "endswith": lambda text, end: as_string(text).endswith(as_string(end)),
    "format": _format,
    "formatlist": _formatlist,
    "indent": _indent,
    "join": _join,
    "lower": lambda text: as_string(text).lower(),
    "split": _split,
    "startswith": lambda text, start: as_string(text).startswith(as_string(start)),
    "strcontains": lambda text, part: as_string(part) in as_string(text),
    "strrev": lambda text: as_string(text)[::-1] if as_string(text).isascii() else NotImplemented,
    "substr": _substr,
    "title": _title,
    "tobool": as_bool,
    "trim": lambda text, cut: as_string(text).strip(as_string(cut)),
    "trimprefix": lambda text, prefix: as_string(text).removeprefix(as_string(prefix)),
    "trimspace": lambda text: as_string(text).strip(),
    "trimsuffix": lambda text, suffix: as_string(text).removesuffix(as_string(suffix)),
    "upper": lambda text: as_string(text).upper(),
}
