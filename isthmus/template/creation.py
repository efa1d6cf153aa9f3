"""Writes a new repository: all files or none, and never over an existing one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from isthmus.errors import CannotAnswer
from isthmus.text.listing import some

__all__ = ["create"]


def create(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made if there is none. Raises `CannotAnswer`, and then nothing is written."""
    taken = _taken(folder, files)
    if taken:
        raise CannotAnswer(
            f"{folder} has {some(taken)} already\n"
            "  write: the name of a folder that does not exist\n"
            "  why:   no existing file is overwritten"
        )
    try:
        if folder.is_dir():
            _write_new(folder, files)
        else:
            _write_folder(folder, files)
    except OSError as error:
        raise CannotAnswer(
            f"{folder}: it cannot be written ({error.strerror}). Nothing was written. "
            "Check the path and its permissions."
        ) from error


def _taken(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """What exists where a file or one of its folders must be written. A link counts: it may lead elsewhere."""
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
        return ["a file or a link of this name"]
    found = set()
    for path in files:
        parents = [folder / parent for parent in Path(path).parents if parent != Path()]
        blocked = [each for each in parents if os.path.lexists(each) and (each.is_symlink() or not each.is_dir())]
        found |= {str(each.relative_to(folder)) for each in blocked}
        if not blocked and os.path.lexists(folder / path):
            found.add(path)
    return sorted(found)


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder next to its place, then put it there."""
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        complete = draft / folder.name
        complete.mkdir()
        _write_new(complete, files)
        complete.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_new(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files that do not exist. If one cannot be written, remove those that were."""
    written: list[Path] = []
    made: list[Path] = []
    try:
        for path, data in files.items():
            target = folder / path
            for parent in reversed([folder / each for each in Path(path).parents if each != Path()]):
                if not parent.exists():
                    parent.mkdir()
                    made.append(parent)
            with target.open("xb") as out:
                written.append(target)
                out.write(data)
    except BaseException:
        for target in written:
            target.unlink()
        for parent in reversed(made):
            with suppress(OSError):  # another program put a file there
                parent.rmdir()
        raise
