"""`yamldecode` and `yamlencode`, for documents that PyYAML and Terraform read in the same way.

Terraform's YAML library (https://github.com/zclconf/go-cty-yaml) has its own rules for the types of plain scalars. If
a scalar, a tag or a layout may differ between the two, the result is unknown. A document that PyYAML cannot parse may
be valid for Terraform, so it is unknown as well, not an error.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import yaml  # type: ignore[import-untyped]

from isthmus.terraform.conversions import as_string
from isthmus.terraform.graph import Value
from isthmus.terraform.work_limit import spend

LONGEST = 32_768  # characters of a document: PyYAML needs about one second
_DEEPEST = 40
_MOST = 20_000  # values; each alias counts its values again
_WORDS: dict[str, Value] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,8})\.[0-9]{1,6}")
# Text that starts with a letter is no number and no date. Addresses and port ranges start with a digit and are text.
_TEXT = re.compile(r"[A-Za-z_/*$][^\n]*|[0-9]+(\.[0-9]+){2,}(/[0-9]+)?|[0-9]+-[0-9]+|[0-9a-fA-F]*:[0-9a-fA-F:]*:[^\n]*")
_TAG = re.compile(r"(^|[\s,\[{:?-])!")
_LONGEST_LINE = 78  # characters; Terraform may break a longer string at a space


class _Unlike(Exception):
    """Terraform may read the document differently, or refuse it."""


def yamldecode(text: Value) -> Any:
    """The value of a YAML document. https://developer.hashicorp.com/terraform/language/functions/yamldecode"""
    given = as_string(text)
    if len(given) > LONGEST or _TAG.search(given) or "\\/" in given:
        return NotImplemented
    spend(len(given) // 4)
    try:
        node = yaml.compose(given, Loader=yaml.SafeLoader)
        return NotImplemented if node is None else _Values().of(node, _DEEPEST)
    except (yaml.YAMLError, _Unlike, RecursionError):
        return NotImplemented


class _Values:
    """The values of nodes, at most `_MOST` in total. An alias counts all its values again."""

    def __init__(self) -> None:
        self.left = _MOST

    def of(self, node: Any, depth: int) -> Value:
        self.left -= 1
        if not self.left or not depth:
            raise _Unlike
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.of(item, depth - 1) for item in node.value)
        found: dict[str, Value] = {}
        for key, item in node.value:
            value = self.of(item, depth - 1)
            if isinstance(key, yaml.ScalarNode) and key.value == "<<":
                if not isinstance(value, dict) or key.style is not None:
                    raise _Unlike
                found |= value  # the merged keys replace earlier keys
                continue
            name = _scalar(key) if isinstance(key, yaml.ScalarNode) else None
            if not isinstance(name, str | bool | int):
                raise _Unlike
            found[as_string(name)] = value
        return found


def _scalar(node: Any) -> Value:
    text = str(node.value)
    if node.style is not None:
        if node.style in "|>" and not text:
            raise _Unlike  # Terraform reads it as null
        return unicodedata.normalize("NFC", text)
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    if _TEXT.fullmatch(text):
        return unicodedata.normalize("NFC", text)
    raise _Unlike


def yamlencode(value: Value) -> Any:
    """A YAML document. https://developer.hashicorp.com/terraform/language/functions/yamlencode"""
    try:
        lines = _lines(value)
    except _Unlike:
        return NotImplemented
    if any(len(line) > _LONGEST_LINE for line in lines):
        return NotImplemented  # Terraform breaks the line
    plain = not isinstance(value, str | tuple | dict)
    return "\n".join([*lines, "..."] if plain else lines) + "\n"


def _lines(value: Value) -> list[str]:
    if isinstance(value, dict) and value:
        found = []
        for key, item in sorted(value.items()):
            below = _lines(item)
            nested = isinstance(item, dict | tuple) and bool(item)
            indent = "  " if isinstance(item, dict) else ""
            found += (
                [f"{_quoted(key)}:", *(indent + line for line in below)] if nested else [f"{_quoted(key)}: {below[0]}"]
            )
        return found
    if isinstance(value, tuple) and value:
        found = []
        for item in value:
            first, *others = _lines(item)
            found += [f"- {first}", *(f"  {line}" for line in others)]
        return found
    match value:
        case dict():
            return ["{}"]
        case tuple():
            return ["[]"]
        case None:
            return ["null"]
        case str():
            return [_quoted(value)]
        case bool() | int():
            return [as_string(value)]
    raise _Unlike


def _quoted(text: str) -> str:
    """A string in double quotes. Raises `_Unlike` unless YAML writes its characters as JSON does."""
    if not text.isascii() or not text.isprintable():
        raise _Unlike
    return json.dumps(text)


YAML_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "yamldecode": yamldecode,
    "yamlencode": yamlencode,
}
