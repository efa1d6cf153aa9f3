"""Error messages for invalid constructor arguments: the expected type, the value, and what to write."""

from __future__ import annotations

import difflib
import ipaddress
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from enum import EnumMeta
from types import ModuleType
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from isthmus.intent.python_source import written

_SECRETS = ("preshared_key", "pre_shared_key", "psk", "tunnel1_preshared_key", "tunnel2_preshared_key")
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "True or False",
    "dict_type": "a dict",
    "set_type": "a set",
    "frozen_set_type": "a set",
    "sequence_str": "a list",
    "tuple_type": "a tuple",
    "model_attributes_type": "a backend",
    "union_tag_not_found": "a backend",
}
_BACKENDS = "LocalBackend(), S3Backend(...) or HcpTerraform(...)"
_SHOWN = 70


def explain(cls: type, name: object, place: str, error: ValidationError) -> str:
    """One line for each argument that the constructor of `cls` rejects, after the object and its place."""
    subject = f'{cls.__name__} "{name}"' if isinstance(name, str) else cls.__name__
    known: dict[str, Field[Any]] = {f.name: f for f in fields(cls)}
    return "\n".join([f"{subject}, {place}:", *(f"  {_message(cls, known, detail)}" for detail in _merged(error))])


def path(steps: Iterable[int | str]) -> str:
    """A path inside a value: `environments[2].name`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _merged(error: ValidationError) -> Iterator[ErrorDetails]:
    """The error details, with one for each reference: pydantic reports the object and its name separately."""
    details = error.errors(include_url=False)
    references = {detail["loc"][:-1] for detail in details if detail["loc"][-1:] == ("str",)}
    for detail in details:
        if detail["loc"][-1:] == ("str",):
            continue
        if detail["loc"][:-1] in references:
            detail["loc"] = detail["loc"][:-1]
            detail["type"] = "reference"
        yield detail


def _message(cls: type, known: Mapping[str, Field[Any]], detail: ErrorDetails) -> str:
    # Only the name is positional.
    where = "name" if detail["loc"] == (0,) else path(detail["loc"]) or "arguments"
    kind = detail["type"]
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        if where.lower() in _SECRETS:
            return (
                f"{where}: do not write a pre-shared key: it would be in every state and plan. "
                "Leave it out: AWS creates the keys in Secrets Manager, and `isthmus handover` shows where."
            )
        close = difflib.get_close_matches(where, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"{cls.__name__} takes {', '.join(known)}"
        return f"{where}: unknown field; {hint}"
    if kind in ("missing_argument", "missing", "missing_keyword_only_argument"):
        return f"{where}: missing; {cls.__name__} needs it"
    if kind in ("unexpected_positional_argument", "missing_positional_only_argument"):
        return "only the name may be positional: write field=value for the others"
    remedy = _instead(detail)
    return f"{where}: {_wanted(detail)}, got {_shown(detail['input'])}{remedy and f'; write {remedy}'}"


def _wanted(detail: ErrorDetails) -> str:
    kind, expected = detail["type"], _expected(detail)
    if kind == "is_instance_of" and expected == "Sequence":
        return "must be a list"
    if expected:
        article = "an" if expected[0] in "AEIOU" else "a"
        return f"must be {article} {expected}{' or its name' if kind == 'reference' else ''}"
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}"
    return f"{detail['msg'][0].lower()}{detail['msg'][1:]}"


def _expected(detail: ErrorDetails) -> str:
    """The expected class; "" if there is no single one."""
    context = detail.get("ctx", {})
    return str(context.get("class") or context.get("class_name") or "")


def _instead(detail: ErrorDetails) -> str:
    """The value to write instead; "" if it is not known."""
    given, kind, expected = detail["input"], detail["type"], _expected(detail)
    choices = getattr(sys.modules["isthmus.intent"], expected, None)
    if isinstance(choices, EnumMeta):
        similar = [name for name in choices.__members__ if str(given).lower().replace("-", "_") == name.lower()]
        return " or ".join(f"{expected}.{name}" for name in similar or choices.__members__)
    if isinstance(choices, type):
        return _thing_instead(given, choices, detail)
    match kind:
        case "string_type" if isinstance(given, ipaddress.IPv4Network | ipaddress.IPv4Address):
            return f'it as text: "{given}"'
        case "string_type" if isinstance(given, int) and detail["loc"][0] == "ports":
            return f'the protocol too: "tcp/{given}"'
        case "string_type" if isinstance(given, int):
            return f'it in quotes: "{given}"'
        case "int_type" if isinstance(given, str) and given.isdecimal():
            return f"it without quotes: {int(given)}"
        case "frozen_set_type" | "set_type":
            return f"a set: {{{written(given)}}}"
        case "sequence_str":
            return f"a list: [{written(given)}]"
        case "tuple_type" if isinstance(given, list):
            return "(...) instead of [...]"
        case "is_instance_of" if isinstance(given, set | frozenset):
            return "[...] instead of {...}"
        case "is_instance_of":
            return "the value in brackets: [...]"
        case "dict_type" if isinstance(given, list | tuple) and given:
            return f"a dict with names: {{...: {_shown(given[0])}}}"
        case "dict_type":
            return "{...: ...}"
        case "model_attributes_type" | "union_tag_not_found":
            return _BACKENDS
    return ""


def _thing_instead(given: object, wanted: type, detail: ErrorDetails) -> str:
    """The value to write instead if an intent object is expected."""
    inside_list = isinstance(detail["loc"][-1], int)
    match given:
        case ModuleType():
            module = given.__name__.rpartition(".")[2]
            held = [name for name, value in vars(given).items() if isinstance(value, wanted)]
            return " or ".join(f"{module}.{name}" for name in held)
        case (one,) if isinstance(given, tuple) and isinstance(one, wanted):
            return "no trailing comma after the object: it makes a tuple"
        case [first, *_] if isinstance(first, wanted) and inside_list:
            return "its elements one by one, or a star before the list: *[...]"
        case [first, *others] if isinstance(first, wanted):
            expected = f"this field takes one {wanted.__name__}"
            return f"one of them: {expected}" if others else f"the element without brackets: {expected}"
        case str() if detail["type"] != "reference":
            return f"{wanted.__name__}(...)"
    return ""


def _shown(value: object) -> str:
    """A value for a message: objects by their names, other values as shortened Python source."""
    if is_dataclass(value) and not isinstance(value, type):
        name = getattr(value, "name", None)
        return f'{type(value).__name__} "{name}"' if name else f"{type(value).__name__}(...)"
    if isinstance(value, ModuleType):
        return f"the module {value.__name__}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, list | tuple | set | frozenset) and any(is_dataclass(part) for part in value):
        return f"a {type(value).__name__} of {_shown(next(iter(value)))}{' and others' if len(value) > 1 else ''}"
    text = written(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 4]} ..."
