"""Terraform's date and time functions that depend on their arguments only. `functions` describes their results."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from isthmus.terraform.conversions import as_string
from isthmus.terraform.graph import Value

_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|([+-])(\d\d):(\d\d))", re.ASCII)
_PART = re.compile(r"(\d{0,15})(?:\.(\d{0,15}))?(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_SECOND = 10**9  # nanoseconds
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_MOST_NANOSECONDS = 2**62  # Go's durations have 64 bits
_MOST_HOURS = 14  # offset of a time zone
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_WORD = re.compile(r"'((?:[^']|'')*)'|(([A-Za-z])\3*)|[^A-Za-z']")


class _Moment(NamedTuple):
    at: datetime
    nanoseconds: int


def _moment(stamp: Value) -> _Moment | None:
    """An RFC 3339 timestamp, parsed as Go does. None if Python cannot represent it. Raises `ValueError`."""
    found = _STAMP.fullmatch(as_string(stamp))
    if found is None:
        raise ValueError("no timestamp of RFC 3339")
    text, fraction, zone, sign, hours, minutes = found.groups()
    offset = 0 if zone == "Z" else (int(hours) * 60 + int(minutes)) * (-1 if sign == "-" else 1)
    if text.startswith("0000") or abs(offset) > _MOST_HOURS * 60 or (minutes is not None and int(minutes) > 59):
        return None
    at = datetime.fromisoformat(text).replace(tzinfo=timezone(timedelta(minutes=offset)))
    return _Moment(at, int((fraction or "").ljust(9, "0")))


def timeadd(stamp: Value, duration: Value) -> Any:
    """https://developer.hashicorp.com/terraform/language/functions/timeadd"""
    moment, more = _moment(stamp), _duration(as_string(duration))
    if moment is None or more is None:
        return NotImplemented
    seconds = (moment.nanoseconds + more) // _SECOND
    try:
        at = moment.at + timedelta(seconds=seconds)
    except OverflowError:
        return NotImplemented
    return at.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + _zone(at, ":", "Z")


def _duration(text: str) -> int | None:
    """A duration in nanoseconds. None if it is out of range for Go. https://pkg.go.dev/time#ParseDuration"""
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    total, at = 0, 0
    while at < len(rest):
        found = _PART.match(rest, at)
        if found is None or not (found[1] or found[2]):
            raise ValueError("no duration")
        unit = _UNITS[found[3]]
        fraction = found[2] or ""
        total += int(found[1] or 0) * unit + int(fraction or 0) * unit // 10 ** len(fraction)
        at = found.end()
    if not rest:
        raise ValueError("no duration")
    return sign * total if total <= _MOST_NANOSECONDS else None


def timecmp(one: Value, other: Value) -> Any:
    """https://developer.hashicorp.com/terraform/language/functions/timecmp"""
    first, second = _moment(one), _moment(other)
    if first is None or second is None:
        return NotImplemented
    return (first > second) - (first < second)


def formatdate(form: Value, stamp: Value) -> Any:
    """https://developer.hashicorp.com/terraform/language/functions/formatdate"""
    text, moment = as_string(form), _moment(stamp)
    if moment is None or not text.isascii():
        return NotImplemented
    written, at = [], 0
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None:
            raise ValueError("a quote that does not end")
        at = found.end()
        if found[1] is not None:
            written.append(found[1].replace("''", "'"))
        elif found[2] is not None:
            written.append(_VERBS[found[2]](moment.at))  # LookupError for an unknown verb: Terraform refuses it
        else:
            written.append(found[0])
    return "".join(written)


def _zone(at: datetime, colon: str, utc: str) -> str:
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    if not minutes and utc:
        return utc
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{colon}{rest:02}"


_VERBS: dict[str, Callable[[datetime], str]] = {
    "YYYY": lambda at: f"{at.year:04}",
    "YY": lambda at: f"{at.year % 100:02}",
    "MMMM": lambda at: _MONTHS[at.month - 1],
    "MMM": lambda at: _MONTHS[at.month - 1][:3],
    "MM": lambda at: f"{at.month:02}",
    "M": lambda at: f"{at.month}",
    "DD": lambda at: f"{at.day:02}",
    "D": lambda at: f"{at.day}",
    "EEEE": lambda at: _DAYS[at.weekday()],
    "EEE": lambda at: _DAYS[at.weekday()][:3],
    "hh": lambda at: f"{at.hour:02}",
    "h": lambda at: f"{at.hour}",
    "HH": lambda at: f"{at.hour % 12 or 12:02}",
    "H": lambda at: f"{at.hour % 12 or 12}",
    "AA": lambda at: "AM" if at.hour < 12 else "PM",
    "aa": lambda at: "am" if at.hour < 12 else "pm",
    "mm": lambda at: f"{at.minute:02}",
    "m": lambda at: f"{at.minute}",
    "ss": lambda at: f"{at.second:02}",
    "s": lambda at: f"{at.second}",
    "ZZZZZ": lambda at: _zone(at, ":", ""),
    "ZZZZ": lambda at: _zone(at, "", ""),
    "ZZZ": lambda at: _zone(at, "", "UTC"),
    "Z": lambda at: _zone(at, ":", "Z"),
}
TIME_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "formatdate": formatdate,
    "timeadd": timeadd,
    "timecmp": timecmp,
}
