"""The base of all intent types: frozen, validated on construction, with the line that created them."""

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
    """A frozenset from a set or list. Other values are unchanged, so that the type reports them."""
    if isinstance(given, set | list) and all(isinstance(element, Hashable) for element in given):
        return frozenset(given)
    return given


# A sequence in the signature, a tuple in the value: users write lists, which cannot change afterwards.
Many = Annotated[Sequence[Element], AfterValidator(tuple)]
# A set in the signature, a frozenset in the value, a sorted list in documents.
Several = Annotated[
    Set[Element],
    BeforeValidator(_frozen),
    PlainSerializer(sorted),
]
# Text to text, sorted by key in documents.
Texts = Annotated[Mapping[str, str], AfterValidator(dict), PlainSerializer(lambda texts: dict(sorted(texts.items())))]
# Text to number, sorted by key in documents.
Numbers = Annotated[Mapping[str, int], AfterValidator(dict), PlainSerializer(lambda given: dict(sorted(given.items())))]

_CONFIG = ConfigDict(extra="forbid", strict=True)
# Files that users did not write: this package, pydantic, and generated code of dataclasses.
_LANGUAGE = os.path.dirname(__file__) + os.sep
_GENERATED = (os.path.dirname(pydantic.__file__) + os.sep, "<string>")
_COPYING = (dataclasses.__file__,)
_PASSED_OVER = (_LANGUAGE, *_GENERATED, *_COPYING)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def intent(cls: type[T]) -> type[T]:
    """Make a class an intent type: a frozen pydantic dataclass with keyword-only fields.

    Only names are positional (`kw_only=False`). `place_of` returns the `file:line` that created an instance.
    Constructors raise `InvalidArgument` for unknown and missing fields and for values of another type.
    `isthmus.intent.check` checks the values. The repr is the Python source of the object, without default values.
    """
    decorated: Any = dataclass(frozen=True, kw_only=True, config=_CONFIG)(cls)
    build: Callable[..., None] = decorated.__init__

    @functools.wraps(build)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        built_by, statement = _callers()
        place = line_at(statement.f_code.co_filename, statement.f_lineno)
        try:
            build(self, *args, **kwargs)
        except ValidationError as error:
            name = args[0] if args and isinstance(args[0], str) else kwargs.get("name")
            raise InvalidArgument(explain(decorated, name, place, error)) from None
        with_place(self, place)
        # Do not record objects that the language creates itself: default values, and objects in checks.
        if not _passing(built_by, _COPYING).f_code.co_filename.startswith(_LANGUAGE):
            record(self, built_by, statement)

    def pretty(self: Any, printer: Any, cycle: bool) -> None:
        """The representation in Hypothesis and IPython, over several lines if it is long."""
        for number, line in enumerate(written(self, width=100).splitlines()):
            if number:
                printer.break_()
            printer.text(line)

    decorated.__init__ = init
    decorated.__repr__ = written
    decorated._repr_pretty_ = pretty
    return cast("type[T]", decorated)


def place_of(thing: object) -> str:
    """The `file:line` that created an intent object, relative to the working directory if it is below it."""
    place: str = getattr(thing, "_place", "(read from a document)")
    return place


def with_place(thing: T, place: str) -> T:
    """The same intent object, with `place` as the place that created it."""
    object.__setattr__(thing, "_place", place)
    return thing


def name_of(thing: Any) -> Any:
    """The name of a named intent object; any other value unchanged."""
    return thing if isinstance(thing, str) else getattr(thing, "name", thing)


# For a union `Thing | str`: the value is the name, so that documents contain names instead of nested objects.
by_name = BeforeValidator(name_of)


def line_at(file: str, line: int) -> str:
    """`file:line`, relative to the working directory if the file is below it."""
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return f"{path}:{line}"


def _callers() -> tuple[FrameType, FrameType]:
    """The frame that called a constructor, without generated frames, and the frame of the user's code."""
    built_by = _passing(sys._getframe(2), _GENERATED)
    return built_by, _passing(built_by, _PASSED_OVER)


def _passing(frame: FrameType, files: tuple[str, ...]) -> FrameType:
    """The first frame, starting at `frame` and going outwards, whose file does not start with one of `files`."""
    while frame.f_back and frame.f_code.co_filename.startswith(files):
        frame = frame.f_back
    return frame
