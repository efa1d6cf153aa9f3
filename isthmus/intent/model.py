"""The common ground of all intent types: frozen, validated on construction, knowing the line that built them."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import Field, field, fields
from enum import EnumMeta
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast, dataclass_transform

import pydantic
from pydantic import AfterValidator, BeforeValidator, ConfigDict, PlainSerializer, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from isthmus.intent.errors import InvalidArgument
from isthmus.intent.written import written

T = TypeVar("T")
Element = TypeVar("Element")

# A sequence in the signature, a tuple in the value: users write lists, nobody can change them afterwards.
Many = Annotated[Sequence[Element], AfterValidator(tuple)]
# A set in the signature, a frozenset in the value, a sorted list in documents.
Several = Annotated[
    Set[Element],
    BeforeValidator(lambda given: frozenset(given) if isinstance(given, set | list) else given),
    PlainSerializer(sorted),
]
# Text by text, in the order of the keys wherever it is written.
Texts = Annotated[Mapping[str, str], AfterValidator(dict), PlainSerializer(lambda texts: dict(sorted(texts.items())))]
# The same for numbers.
Numbers = Annotated[Mapping[str, int], AfterValidator(dict), PlainSerializer(lambda given: dict(sorted(given.items())))]

_CONFIG = ConfigDict(extra="forbid", strict=True)
# Files that no user wrote: this package, pydantic, and what dataclasses generate or call.
_PASSED_OVER = (
    os.path.dirname(__file__) + os.sep,
    os.path.dirname(pydantic.__file__) + os.sep,
    dataclasses.__file__,
    "<string>",
)
_SECRETS = ("preshared_key", "pre_shared_key", "psk", "tunnel1_preshared_key", "tunnel2_preshared_key")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def intent(cls: type[T]) -> type[T]:
    """Make a class an intent type: a frozen pydantic dataclass, keyword-only but for fields marked `kw_only=False`.

    Only names are. Instances carry `place_of(...)`, the `file:line` that built them. Constructors refuse unknown and
    missing fields and values of another type with `InvalidArgument`; they check no values: `Estate.check()` does.
    They print as they would be written, without what has its default.
    """
    made: Any = dataclass(frozen=True, kw_only=True, config=_CONFIG)(cls)
    build: Callable[..., None] = made.__init__

    @functools.wraps(build)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        place = _caller()
        try:
            build(self, *args, **kwargs)
        except ValidationError as error:
            name = args[0] if args and isinstance(args[0], str) else kwargs.get("name")
            raise InvalidArgument(_explain(made, name, place, error)) from None
        placed(self, place)

    def pretty(self: Any, printer: Any, cycle: bool) -> None:
        """How Hypothesis and IPython show it: over several lines where one would be too long."""
        for number, line in enumerate(written(self, width=100).splitlines()):
            if number:
                printer.break_()
            printer.text(line)

    made.__init__ = init
    made.__repr__ = written
    made._repr_pretty_ = pretty
    return cast("type[T]", made)


def place_of(thing: object) -> str:
    """The `file:line` that built an intent object, relative to the working directory where it lies below it."""
    place: str = getattr(thing, "_place", "(built by a document)")
    return place


def placed(thing: T, place: str) -> T:
    """The same intent object, said to be built at `place`."""
    object.__setattr__(thing, "_place", place)
    return thing


def name_of(thing: Any) -> Any:
    """The name of a named intent object; anything else as it is."""
    return thing if isinstance(thing, str) else getattr(thing, "name", thing)


# Put behind a union `Thing | str`: the reference is kept as the name, so that documents hold names and no cycles.
by_name = BeforeValidator(name_of)


def line_at(file: str, line: int) -> str:
    """`file:line`, relative to the working directory where it lies below it."""
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return f"{path}:{line}"


def _caller() -> str:
    frame = sys._getframe(2)
    while frame.f_back and frame.f_code.co_filename.startswith(_PASSED_OVER):
        frame = frame.f_back
    return line_at(frame.f_code.co_filename, frame.f_lineno)


def _explain(cls: type, name: object, place: str, error: ValidationError) -> str:
    subject = f'{cls.__name__} "{name}"' if isinstance(name, str) else cls.__name__
    known: dict[str, Field[Any]] = {f.name: f for f in fields(cls)}
    details = error.errors(include_url=False)
    return "\n".join([f"{subject}, {place}:", *(f"  {_explain_one(cls, known, detail)}" for detail in details)])


def _explain_one(cls: type, known: Mapping[str, Field[Any]], detail: ErrorDetails) -> str:
    where = ".".join(str(step) for step in detail["loc"]) or "arguments"
    kind = detail["type"]
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        if where.lower() in _SECRETS:
            return (
                f"{where}: a pre-shared key is never written down: it would stand in every state and plan. "
                "Leave it out: AWS makes the keys and keeps them in Secrets Manager; `isthmus handover` says where."
            )
        close = difflib.get_close_matches(where, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"{cls.__name__} takes {', '.join(known)}"
        return f"{where}: unknown field; {hint}"
    if kind in ("missing_argument", "missing", "missing_keyword_only_argument"):
        return f"{where}: missing; {cls.__name__} needs it"
    if kind in ("unexpected_positional_argument", "missing_positional_only_argument"):
        return "only the name may be given without a keyword: write field=value for the others"
    return f"{where}: {detail['msg'][0].lower()}{detail['msg'][1:]}, got {detail['input']!r}{_instead(detail)}"


def _instead(detail: ErrorDetails) -> str:
    """What would be right in the place of a value of another type, where it can be told."""
    given, kind = detail["input"], detail["type"]
    expected = str(detail.get("ctx", {}).get("class", ""))
    choices = getattr(sys.modules["isthmus.intent"], expected, None)
    if isinstance(choices, EnumMeta):
        meant = [name for name in choices.__members__ if str(given).lower().replace("-", "_") == name.lower()]
        return f"; write {' or '.join(f'{expected}.{name}' for name in meant or choices.__members__)}"
    match kind:
        case "string_type" if isinstance(given, int):
            return f'; write it in quotes: "{given}"'
        case "int_type" if isinstance(given, str) and given.isdecimal():
            return f"; write it without quotes: {int(given)}"
        case "bool_type":
            return "; write True or False"
        case "frozen_set_type" | "set_type":
            return f"; write a set: {{{written(given)}}}"
        case "sequence_str":
            return f"; write a list: [{written(given)}]"
        case "is_instance_of" if expected == "Sequence":
            return "; write a list: [...]"
    return ""
