"""Terraform's functions of JSON, CSV, Base64, digests and UUIDs. See `functions` for what a function here gives."""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
import itertools
import json
import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

from isthmus.terraform.conversions import as_string
from isthmus.terraform.graph import Value

_MOST_ROWS = 10_000
_ENCODINGS = ("UTF-8", "UTF-16LE", "UTF-16BE", "ISO-8859-1")
_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _jsonencode(value: Value) -> str:
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    for character in "<>&\u2028\u2029":  # as Go's encoder does
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _jsondecode(text: Value) -> Value:
    def frozen(value: Any) -> Value:
        if isinstance(value, list):
            return tuple(frozen(item) for item in value)
        return {key: frozen(item) for key, item in value.items()} if isinstance(value, dict) else value

    def refused(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    return frozen(json.loads(as_string(text), parse_constant=refused))


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


def _encoded_digest(name: str) -> Callable[[Value], str]:
    return lambda text: base64.b64encode(
        hashlib.new(name, as_string(text).encode(), usedforsecurity=False).digest()
    ).decode()


def _digest(name: str) -> Callable[[Value], str]:
    return lambda text: hashlib.new(name, as_string(text).encode(), usedforsecurity=False).hexdigest()


def _textencodebase64(text: Value, encoding: Value) -> Any:
    if as_string(encoding) not in _ENCODINGS:
        return NotImplemented
    return base64.b64encode(as_string(text).encode(as_string(encoding))).decode()


def _textdecodebase64(text: Value, encoding: Value) -> Any:
    """Bytes that are not of the encoding, and a byte order mark, are not evaluated."""
    if as_string(encoding) not in _ENCODINGS:
        return NotImplemented
    try:
        found = base64.b64decode(as_string(text), validate=True).decode(as_string(encoding))
    except (binascii.Error, UnicodeDecodeError):
        return NotImplemented
    return NotImplemented if "\ufeff" in found else unicodedata.normalize("NFC", found)


def _uuidv5(namespace: Value, name: Value) -> Any:
    named = as_string(namespace)
    if named not in _NAMESPACES and not _UUID.fullmatch(named):
        return NotImplemented
    return str(uuid.uuid5(_NAMESPACES.get(named) or uuid.UUID(named), as_string(name)))


ENCODING_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "base64decode": _base64decode,
    "base64encode": lambda text: base64.b64encode(as_string(text).encode()).decode(),
    "base64sha256": _encoded_digest("sha256"),
    "base64sha512": _encoded_digest("sha512"),
    "csvdecode": _csvdecode,
    "jsondecode": _jsondecode,
    "jsonencode": _jsonencode,
    "md5": _digest("md5"),
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "sha512": _digest("sha512"),
    "textdecodebase64": _textdecodebase64,
    "textencodebase64": _textencodebase64,
    "urlencode": lambda text: quote_plus(as_string(text), safe="-_.~"),
    "uuidv5": _uuidv5,
}
