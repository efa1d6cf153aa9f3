"""Doing what a problem's remedy says, where it names a value: `field=value`, `"text" among its field`, or another text.

A remedy is prose. What is understood of it is the value: where it goes is what the problem is about.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from isthmus import intent
from isthmus.intent import Estate
from isthmus.intent.checks.rule import Fault

_ASSIGNED = re.compile(r"\b([a-z][a-z_0-9]*)=")
_AMONG = re.compile(r'"([^"]+)" among (?:its|the) (\w+)')
_TEXT = re.compile(r'"([^"]*[^\W_][^"]*)"')
_CIDR = re.compile(r"((?:\d+\.){3}\d+/\d+)")
_EXAMPLE = re.compile(r"e\.g\. ([\w./-]+\w)")
_NAMES: Mapping[str, Any] = vars(intent)


def followed(estate: Estate, found: Fault) -> Iterator[tuple[str, Estate]]:
    """The estate as each value in the remedy has it, with what was written."""
    about: Any = found.about
    for field, value in assigned(found.remedy):
        whole = estate if field == "quotas" else about
        if field not in _fields(whole):
            continue
        if isinstance(value, dict):
            value = {**getattr(whole, field), **value}
        yield f"{field}={value!r}", put(estate, whole, dataclasses.replace(whole, **{field: value}))
    for text, field in _AMONG.findall(found.remedy):
        if field in _fields(about):
            grown = [*getattr(about, field), text]
            yield f"{field}={grown}", put(estate, about, dataclasses.replace(about, **{field: grown}))
    new = _EXAMPLE.search(found.remedy) or _TEXT.search(found.remedy)
    was = (_CIDR if new and _CIDR.fullmatch(new[1]) else _TEXT).search(found.given)
    if was and new and not _ASSIGNED.search(found.remedy[: new.start()]) and not _AMONG.search(found.remedy):
        if "block" in found.remedy[: new.start()]:
            blocks = [new[1], *(block for block in estate.blocks if block != was[1])]
            yield f"blocks={blocks}", dataclasses.replace(estate, blocks=blocks)
        elif (changed := instead(about, was[1], new[1])) != about:
            yield f'"{new[1]}" for "{was[1]}"', put(estate, about, changed)
    number = re.search(r"number (?:is )?(\d+)", found.given)
    if number and new and new[1].isdigit():
        changed = dataclasses.replace(about, number=int(new[1]))
        yield f"number={new[1]}", put(estate, about, changed)


def assigned(remedy: str) -> Iterator[tuple[str, Any]]:
    """Every `field=value` whose value is written in full."""
    for match in _ASSIGNED.finditer(remedy):
        if (text := _expression(remedy[match.end() :])) and "..." not in text and "<" not in text:
            yield match[1], eval(text, {"__builtins__": {}}, dict(_NAMES))


def _expression(text: str) -> str:
    """The Python expression that a text starts with, or "" if it starts with none."""
    for end in range(len(text), 0, -1):
        try:
            parsed = ast.parse(text[:end].strip(), mode="eval").body
        except SyntaxError:
            continue
        named = {node.id for node in ast.walk(parsed) if isinstance(node, ast.Name)}
        if named <= set(_NAMES) and (text.startswith("(") or not isinstance(parsed, ast.Tuple)):
            return text[:end].strip()
    return ""


def put(whole: Any, old: object, new: object) -> Any:
    """An intent object with one thing in it, known by its identity, replaced."""
    return new if whole is old else _mapped(whole, lambda part: put(part, old, new))


def instead(whole: Any, old: str, new: str) -> Any:
    """An intent object with one text in it, wherever it stands, replaced."""
    return new if whole == old else _mapped(whole, lambda part: instead(part, old, new))


def _mapped(whole: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(whole, tuple | frozenset):
        parts = [change(part) for part in whole]
        return whole if all(a is b for a, b in zip(whole, parts, strict=True)) else type(whole)(parts)
    if isinstance(whole, dict):
        values = {key: change(value) for key, value in whole.items()}
        return whole if all(values[key] is whole[key] for key in whole) else values
    if not dataclasses.is_dataclass(whole) or isinstance(whole, type):
        return whole
    fields = {name: change(getattr(whole, name)) for name in _fields(whole)}
    fields = {name: value for name, value in fields.items() if value is not getattr(whole, name)}
    return dataclasses.replace(whole, **fields) if fields else whole


def _fields(thing: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(thing) if field.init] if dataclasses.is_dataclass(thing) else []
