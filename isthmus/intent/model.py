"""The common ground of all intent types: frozen, validated on construction, knowing the line that built them."""

from __future__ import annotations

import dataclasses
import functools
import os
import sys
from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from dataclasses import field
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, TypeVar, cast, dataclass_transform

import pydantic
from pydantic import AfterValidator, BeforeValidator, ConfigDict, PlainSerializer, ValidationError
from pydantic.dataclasses import dataclass

from isthmus.intent.argument_errors import explain
from isthmus.intent.created_objects import record
from isthmus.intent.errors import InvalidArgument
from isthmus.intent.python_source import written

T = TypeVar("T")
Element = TypeVar("Element")


def _frozen(given: Any) -> Any:
    """A set of what is given as a set or list. What no set can hold is left for the type to complain of."""
    if isinstance(given, set | list) and all(isinstance(one, Hashable) for one in given):
        return frozenset(given)
    return given


# A sequence in the signature, a tuple in the value: users write lists, nobody can change them afterwards.
Many = Annotated[Sequence[Element], AfterValidator(tuple)]
# A set in the signature, a frozenset in the value, a sorted list in documents.
Several = Annotated[
    Set[Element],
    BeforeValidator(_frozen),
    PlainSerializer(sorted),
]
# Text by text, in the order of the keys wherever it is written.
Texts = Annotated[Mapping[str, str], AfterValidator(dict), PlainSerializer(lambda texts: dict(sorted(texts.items())))]
# The same for numbers.
Numbers = Annotated[Mapping[str, int], AfterValidator(dict), PlainSerializer(lambda given: dict(sorted(given.items())))]

_CONFIG = ConfigDict(extra="forbid", strict=True)
# Files that no user wrote: this package, pydantic, and what dataclasses generate or call.
_LANGUAGE = os.path.dirname(__file__) + os.sep
_GENERATED = (os.path.dirname(pydantic.__file__) + os.sep, "<string>")
_COPYING = (dataclasses.__file__,)
_PASSED_OVER = (_LANGUAGE, *_GENERATED, *_COPYING)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def intent(cls: type[T]) -> type[T]:
    """Make a class an intent type: a frozen pydantic dataclass, keyword-only but for fields marked `kw_only=False`.

    Only names are. Instances carry `place_of(...)`, the `file:line` that built them. Constructors refuse unknown and
    missing fields and values of another type with `InvalidArgument`; they check no values: `isthmus.intent.check` does.
    They print as they would be written, without what has its default.
    """
    made: Any = dataclass(frozen=True, kw_only=True, config=_CONFIG)(cls)
    build: Callable[..., None] = made.__init__

    @functools.wraps(build)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        built_by, statement = _callers()
        place = line_at(statement.f_code.co_filename, statement.f_lineno)
        try:
            build(self, *args, **kwargs)
        except ValidationError as error:
            name = args[0] if args and isinstance(args[0], str) else kwargs.get("name")
            raise InvalidArgument(explain(made, name, place, error)) from None
        with_place(self, place)
        # What the language builds itself, a default or a part of a check, belongs to what it is built for.
        if not _passing(built_by, _COPYING).f_code.co_filename.startswith(_LANGUAGE):
            record(self, built_by, statement)

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


def with_place(thing: T, place: str) -> T:
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


def _callers() -> tuple[FrameType, FrameType]:
    """The frame that called a constructor, without what pydantic generates, and the one of the user's own code."""
    built_by = _passing(sys._getframe(2), _GENERATED)
    return built_by, _passing(built_by, _PASSED_OVER)


def _passing(frame: FrameType, files: tuple[str, ...]) -> FrameType:
    """The first frame, from one outwards, whose file does not begin with any of `files`."""
    while frame.f_back and frame.f_code.co_filename.startswith(files):
        frame = frame.f_back
    return frame
