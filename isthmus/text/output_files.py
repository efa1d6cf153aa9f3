"""Writes documents to a file or to standard output: never over an input, and without commands for a CI server."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TextIO

from isthmus.errors import CannotAnswer
from isthmus.text.printable import shown, shown_json

Form = Literal["json", "markdown", "text", "commands"]
STDOUT = "-"

_SHOWN: Mapping[Form, Callable[[str], str]] = {
    "json": shown_json,
    "markdown": lambda text: shown(text, breaks=True),
    "text": shown,
    "commands": str,  # commands for a CI server, whose values are escaped: `isthmus.report.annotations`
}
# Files that are read from a folder: Terraform, and the files of synthesis next to it.
_READ = re.compile(r".*\.(tf|tofu|tfvars)(\.json)?|(intent|manifest|isthmus-manifest)\.json")


def publish(where: str, form: Form, pieces: Iterable[str]) -> None:
    """Write a document to a file, or to standard output for `-`. Each piece is whole lines. Raises `CannotAnswer`."""
    with rewritten(where) as out:
        for piece in pieces:
            out.write(_SHOWN[form](piece))


def publish_bytes(where: str, data: bytes) -> None:
    """Write a file of bytes, or to standard output for `-`. Raises `CannotAnswer`."""
    if where == STDOUT:
        sys.stdout.buffer.write(data)
        return
    with _complete(where, "wb") as out:
        out.write(data)


@contextmanager
def rewritten(where: str) -> Iterator[TextIO]:
    """A text file to write, or standard output for `-`. The file appears only when it is complete."""
    if where == STDOUT:
        yield sys.stdout
        return
    with _complete(where, "w") as out:
        yield out


@contextmanager
def _complete(where: str, mode: Literal["w", "wb"]) -> Iterator[Any]:
    path = Path(where)
    encoding = "utf-8" if mode == "w" else None
    try:
        if path.exists() and not path.is_file():  # a pipe or a device is written to directly
            with path.open(mode, encoding=encoding) as out:
                yield out
            return
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with draft.open(mode, encoding=encoding) as out:
                yield out
            draft.replace(path)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotAnswer(
            f"{where}: it cannot be written ({error.strerror}). Check the path and its permissions."
        ) from error


def check_outputs(outputs: Iterable[str | None], inputs: Iterable[str | os.PathLike[str] | None]) -> None:
    """Refuse to write over an input, over another output, or over a symbolic link.

    `outputs` and `inputs` are paths as given; None and `-` are no files. Raises `CannotAnswer`: call it first.
    """
    given = [Path(path) for path in inputs if path is not None]
    taken: dict[Path, str] = {}
    for output in outputs:
        if output is None or output == STDOUT:
            continue
        path = Path(output)
        if path.exists() and not path.is_file():
            continue  # a device or a pipe can be both; a folder cannot be written
        if path.is_symlink():
            raise CannotAnswer(
                f"{output} is a symbolic link to {os.readlink(path)}. Name the file itself: a link is not replaced."
            )
        real = path.resolve()
        for read in given:
            if real == read.resolve() or (read.is_dir() and _is_read(real, read.resolve())):
                raise CannotAnswer(f"{output} is an input ({read}). Name another file: an input is not overwritten.")
        if real in taken:
            raise CannotAnswer(f"{output} is named for two outputs ({taken[real]}). Name a file for each.")
        taken[real] = output


def _is_read(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder) and _READ.fullmatch(path.name) is not None
