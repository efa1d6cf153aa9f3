"""Terraform's functions of sets, patterns and encodings. See `functions` for what a function here gives.

Regular expressions are those of RE2 (https://github.com/google/re2/wiki/Syntax), of which the part is evaluated that
Python reads alike and that takes no more than a bounded number of steps.
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
import itertools
import math
import posixpath
import re
import unicodedata
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from isthmus.terraform.functions import FUNCTIONS, as_number, as_string
from isthmus.terraform.functions import STRUCTURAL as OF_MEMBERS
from isthmus.terraform.graph import Value
from isthmus.terraform.time_functions import formatdate, timeadd, timecmp
from isthmus.terraform.yaml_functions import yamldecode, yamlencode

_MOST_TRIALS = 10_000_000  # matches that a pattern may try on a text
_LONGEST_PATTERN = 300
_MOST_ROWS = 10_000
_MOST_SPACES = 100


def _sequence(value: Value) -> tuple[Value, ...]:
    if not isinstance(value, tuple):
        raise TypeError("not a list")
    return value


def _toset(values: Value) -> Any:
    return OF_MEMBERS["toset"](values)


# Sets


def _member(value: Value) -> Any:
    return (type(value) is bool, value) if isinstance(value, str | bool | int | float) else repr(value)


def _setunion(*sets: Value) -> Any:
    return _toset(tuple(itertools.chain.from_iterable(map(_sequence, sets))))


def _alike(*sets: Value) -> bool:
    """Whether the members of sets are of one type, so that Terraform converts none of them."""
    kinds = {float if type(v) is int else type(v) for found in sets for v in _sequence(found)}
    return len(kinds) <= 1 and kinds <= {str, float, bool}


def _setintersection(first: Value, *others: Value) -> Any:
    if not _alike(first, *others):
        return NotImplemented
    wanted = [{_member(value) for value in _sequence(other)} for other in others]
    return _toset(tuple(v for v in _sequence(first) if all(_member(v) in members for members in wanted)))


def _setsubtract(first: Value, other: Value) -> Any:
    if not _alike(first, other):
        return NotImplemented
    unwanted = {_member(value) for value in _sequence(other)}
    return _toset(tuple(v for v in _sequence(first) if _member(v) not in unwanted))


def _matchkeys(values: Value, keys: Value, wanted: Value) -> Any:
    if not all(isinstance(key, str | bool | int | float) for key in (*_sequence(keys), *_sequence(wanted))):
        return NotImplemented
    members = {_member(key) for key in _sequence(wanted)}
    pairs = zip(_sequence(values), _sequence(keys), strict=True)
    return tuple(value for value, key in pairs if _member(key) in members)


def _transpose(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise TypeError("not a map")
    found: dict[str, list[str]] = {}
    for key in sorted(value):
        for item in _sequence(value[key]):
            found.setdefault(as_string(item), []).append(key)
    return {key: tuple(found[key]) for key in sorted(found)}


def _truth(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise TypeError("not true or false")


def _formatlist(template: Value, *values: Value) -> Any:
    lengths = {len(value) for value in values if isinstance(value, tuple)}
    if len(lengths) > 1:
        raise ValueError("lists of several lengths")
    rows = []
    for at in range(next(iter(lengths), 1)):
        row = FUNCTIONS["format"](template, *(v[at] if isinstance(v, tuple) else v for v in values))
        if row is NotImplemented:
            return row
        rows.append(row)
    return tuple(rows)


# Numbers


def _parseint(text: Value, base: Value) -> int:
    number = int(as_number(base))
    if not 2 <= number <= 36 or not re.fullmatch(r"[+-]?[0-9A-Za-z]{1,40}", as_string(text)):
        raise ValueError("no whole number")
    return int(as_string(text), number)


def logarithm(value: Value, base: Value) -> float | None:
    """A logarithm as this machine has it: its last digits may be others where Terraform runs. None where it is none."""
    number, of = as_number(value), as_number(base)
    if number <= 0 or of <= 0 or of == 1:
        return None
    found = math.log(number) / math.log(of)
    exact = of == 2 and found.is_integer() and number == 2 ** int(found)
    # What is all but a whole number may be on either side of it, unless it counts the bits of a power of two.
    return found if exact or abs(found - round(found)) > 1e-9 else None


def _log(value: Value, base: Value) -> Any:
    found = logarithm(value, base)
    return int(found) if found is not None and found.is_integer() else NotImplemented


def _pow(base: Value, exponent: Value) -> Any:
    left, right = as_number(base), as_number(exponent)
    if abs(left) > 1e6 or abs(right) > 64:
        return NotImplemented
    result = left**right
    if isinstance(result, complex):
        raise ValueError("no real number")
    return int(result) if isinstance(result, float) and result.is_integer() and abs(result) < 1e15 else result


# Patterns

_ESCAPE = re.compile(r"\\[dDwWsSbBtn\\.\-/+*?()\[\]{}|^$_:@#,;=&%!\"' ]")
_GROUP = re.compile(r"\((\?:|\?P<[A-Za-z_]\w*>|(?!\?))")
_COUNT = re.compile(r"\{\d{1,3}(,\d{0,3})?\}")


def _pattern(text: str) -> tuple[re.Pattern[str], int, int] | None:
    """A pattern, and how many repetitions and how many optional parts it has; None for one that is not evaluated."""
    if len(text) > _LONGEST_PATTERN:
        return None
    made, endless, optional, at = "", 0, 0, 0
    groups: list[int] = []  # for each open group, the repetitions and choices before it
    closed: int | None = None  # of the group that was just closed, what was inside
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
        raise ValueError("no regular expression") from error


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
    if compiled is None or compiled.match("") is not None:  # of empty matches the two languages differ
        return NotImplemented
    return tuple(_captured(match) for match in compiled.finditer(as_string(text)))


_REPLACEMENT = re.compile(r"\$\$|\$(\d)(?!\w)|\$\{(\d)\}|\$|[^$]+")


def _replace(text: Value, old: Value, new: Value) -> Any:
    """`replace`, with a pattern where what is sought is between slashes."""
    sought = as_string(old)
    if len(sought) < 2 or sought[0] != "/" or sought[-1] != "/":
        return FUNCTIONS["replace"](text, old, new)
    compiled = _ready(sought[1:-1], text)
    parts = [*_REPLACEMENT.finditer(as_string(new))]
    if compiled is None or compiled.match("") is not None or any(part.group() == "$" for part in parts):
        return NotImplemented

    def made(match: re.Match[str]) -> str:
        said = ""
        for part in parts:
            number = part[1] or part[2]
            if number is None:
                said += "$" if part.group() == "$$" else part.group()
            elif int(number) <= match.re.groups:
                said += match[int(number)] or ""
        return said

    return compiled.sub(made, as_string(text))


# Encodings


def _base64decode(text: Value) -> str:
    try:
        return base64.b64decode(as_string(text), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("no text in Base64") from error


def _csvdecode(text: Value) -> Any:
    rows = [*itertools.islice(csv.reader(io.StringIO(as_string(text)), strict=True), _MOST_ROWS)]
    if len(rows) == _MOST_ROWS:
        return NotImplemented
    names, lines = (rows[0], rows[1:]) if rows else ([], [])
    if len(set(names)) < len(names) or any(len(line) != len(names) for line in lines if line):
        raise ValueError("rows of several lengths, or two columns of one name")
    return tuple(dict(zip(names, line, strict=True)) for line in lines if line)


def _indent(spaces: Value, text: Value) -> str:
    """Every line but the first, further in."""
    return as_string(text).replace("\n", "\n" + " " * _bounded(as_number(spaces)))


def _bounded(spaces: Any) -> int:
    if not isinstance(spaces, int) or not 0 <= spaces <= _MOST_SPACES:
        raise ValueError("not a number of spaces that anybody wants")
    return spaces


def _dirname(path: Value) -> str:
    """As Go has it: without a slash it is the directory that one is in."""
    head, slash, _ = as_string(path).rpartition("/")
    return posixpath.normpath(head or "/") if slash else "."


def _basename(path: Value) -> str:
    text = as_string(path).rstrip("/")
    return text.rpartition("/")[2] or ("/" if as_string(path) else ".")


def _encoded_digest(name: str) -> Callable[[Value], str]:
    return lambda text: base64.b64encode(
        hashlib.new(name, as_string(text).encode(), usedforsecurity=False).digest()
    ).decode()


def _digest(name: str) -> Callable[[Value], str]:
    return lambda text: hashlib.new(name, as_string(text).encode(), usedforsecurity=False).hexdigest()


_ENCODINGS = ("UTF-8", "UTF-16LE", "UTF-16BE", "ISO-8859-1")


def _textencodebase64(text: Value, encoding: Value) -> Any:
    if as_string(encoding) not in _ENCODINGS:
        return NotImplemented
    return base64.b64encode(as_string(text).encode(as_string(encoding))).decode()


def _textdecodebase64(text: Value, encoding: Value) -> Any:
    """Of bytes that are not of the encoding, and of a byte order mark, Terraform makes what this does not try."""
    if as_string(encoding) not in _ENCODINGS:
        return NotImplemented
    try:
        found = base64.b64decode(as_string(text), validate=True).decode(as_string(encoding))
    except (binascii.Error, UnicodeDecodeError):
        return NotImplemented
    return NotImplemented if "\ufeff" in found else unicodedata.normalize("NFC", found)


_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _uuidv5(namespace: Value, name: Value) -> Any:
    named = as_string(namespace)
    if named not in _NAMESPACES and not _UUID.fullmatch(named):
        return NotImplemented
    return str(uuid.uuid5(_NAMESPACES.get(named) or uuid.UUID(named), as_string(name)))


# Every argument must be known.
MORE: dict[str, Callable[..., Any]] = {
    "alltrue": lambda values: all(_truth(value) for value in _sequence(values)),
    "anytrue": lambda values: any(_truth(value) for value in _sequence(values)),
    "base64decode": _base64decode,
    "base64sha256": _encoded_digest("sha256"),
    "base64sha512": _encoded_digest("sha512"),
    "basename": _basename,
    "dirname": _dirname,
    "formatdate": formatdate,
    "indent": _indent,
    "sha512": _digest("sha512"),
    "urlencode": lambda text: quote_plus(as_string(text), safe="-_.~"),
    "base64encode": lambda text: base64.b64encode(as_string(text).encode()).decode(),
    "chomp": lambda text: as_string(text).rstrip("\r\n"),
    "csvdecode": _csvdecode,
    "formatlist": _formatlist,
    "log": _log,
    "md5": _digest("md5"),
    "parseint": _parseint,
    "pow": _pow,
    "regex": _regex,
    "regexall": _regexall,
    "replace": _replace,
    "setintersection": _setintersection,
    "setsubtract": _setsubtract,
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "signum": lambda value: (as_number(value) > 0) - (as_number(value) < 0),
    "strrev": lambda text: as_string(text)[::-1] if as_string(text).isascii() else NotImplemented,
    "textdecodebase64": _textdecodebase64,
    "textencodebase64": _textencodebase64,
    "timeadd": timeadd,
    "timecmp": timecmp,
    "transpose": _transpose,
    "uuidv5": _uuidv5,
    "yamldecode": yamldecode,
    "yamlencode": yamlencode,
}

# The elements of collections may be references or unknown.
MORE_STRUCTURAL: dict[str, Callable[..., Any]] = {
    "matchkeys": _matchkeys,
    "setunion": _setunion,
}
