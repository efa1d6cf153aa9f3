"""Positions: the file and line of the program that created each object of an estate.

An `intent.json` holds them next to the estate, under `positions`. They are no part of the estate: a line that moves
changes no Terraform and no flow. Paths are relative to the project folder, so that they are the same on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TypeVar

from isthmus.intent.model import place_of
from isthmus.text.printable import printable

T = TypeVar("T")

_FORM = re.compile(r"(.+):([1-9][0-9]{0,8})", re.DOTALL)


class SourcePosition(NamedTuple):
    """A line of a file. `file` is relative to the project folder, with `/` between its parts."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def objects(thing: object, path: str = "estate") -> Iterator[tuple[str, object]]:
    """Every intent object below an object, with its path: `estate.environments[0].spokes[1]`. An owner comes first."""
    if is_dataclass(thing) and not isinstance(thing, type):
        yield path, thing
        for field in fields(thing):
            yield from objects(getattr(thing, field.name), f"{path}.{field.name}")
    elif isinstance(thing, tuple):
        for index, part in enumerate(thing):
            yield from objects(part, f"{path}[{index}]")


def positions(estate: object, folders: Sequence[Path]) -> dict[str, str]:
    """The position of every object, by path. An object that its owner's line created has no entry of its own.

    folders  project folders, the first that contains a file is the one that its path is relative to

    Files outside of all folders have no position: a path of one machine means nothing on another.
    """
    roots = [folder.resolve() for folder in folders]
    found: dict[str, str] = {}
    for path, thing in objects(estate):
        position = _relative(place_of(thing), roots)
        if position is not None and str(position) != found.get(_owner(path, found), ""):
            found[path] = str(position)
    return found


def parsed_positions(given: object) -> Mapping[str, SourcePosition]:
    """The positions of a document. Raises `ValueError` with what is wrong."""
    if not isinstance(given, Mapping):
        raise ValueError(f"expected an object with a position for each path, got {printable(repr(given))}")
    found = {}
    for path, text in given.items():
        form = _FORM.fullmatch(text) if isinstance(text, str) else None
        file = PurePosixPath(form[1]) if form else PurePosixPath()
        if form is None or file.is_absolute() or ".." in file.parts or "\\" in form[1] or "\0" in form[1]:
            raise ValueError(f"{printable(path)}: expected a relative file and a line, got {printable(repr(text))}")
        found[path] = SourcePosition(form[1], int(form[2]))
    return found


def with_positions(estate: T, known: Mapping[str, SourcePosition]) -> T:
    """The same estate; `position_of` then gives the position of each of its objects, or that of the nearest owner."""
    for path, thing in objects(estate):
        position = known.get(_owner(path, known))
        if position is not None:
            object.__setattr__(thing, "_position", position)
    return estate


def position_of(thing: object) -> SourcePosition | None:
    """The line that created an object that was read from a document; None if the document does not say."""
    return getattr(thing, "_position", None)


def _owner(path: str, known: Mapping[str, object]) -> str:
    """The longest start of a path that is known: the path itself, else the nearest owner."""
    while path not in known and path:
        path = path.rpartition("[")[0] if path.endswith("]") else path.rpartition(".")[0]
    return path


def _relative(place: str, roots: Sequence[Path]) -> SourcePosition | None:
    file, _, line = place.rpartition(":")
    path = Path(file).absolute()
    if not line.isdigit() or not path.is_file():
        return None  # code of an interactive session has no file
    real = path.resolve()
    root = next((root for root in roots if real.is_relative_to(root)), None)
    return None if root is None else SourcePosition(real.relative_to(root).as_posix(), int(line))
