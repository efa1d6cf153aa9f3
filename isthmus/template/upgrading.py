"""An upgrade of a repository: what becomes of each template file, computed first, then written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from isthmus.errors import CannotAnswer
from isthmus.files.manifest import digest
from isthmus.files.regular_files import NotRegularError, bytes_of
from isthmus.template.merging import committed, merged
from isthmus.template.template_record import TemplateRecord
from isthmus.text.listing import some

__all__ = ["NEW", "FileUpgrade", "upgrade_steps", "write_upgrade"]

NEW = ".new"
_LARGEST = 32 * 1024 * 1024  # bytes of a file
Action = Literal["replaced", "added", "removed", "merged", "listed", "kept"]


@dataclass(frozen=True)
class FileUpgrade:
    """What becomes of one file.

    - `data`: what is written; None if nothing is.
    - `why`: the reason why it is left to you, for `listed` (the new file is `<path>.new`) and `kept`.
    """

    path: str
    action: Action
    data: bytes | None = None
    why: str = ""


def upgrade_steps(
    repository: Path, record: TemplateRecord, base: Mapping[str, bytes], new: Mapping[str, bytes]
) -> list[FileUpgrade]:
    """The steps for the template files of the record and of the new version. Unchanged files have none."""
    steps = [
        _step(repository, path, record.files.get(path), base.get(path), new.get(path))
        for path in sorted(record.files.keys() | new.keys())
    ]
    return [step for step in steps if step is not None]


def _step(
    repository: Path, path: str, recorded: str | None, base: bytes | None, new: bytes | None
) -> FileUpgrade | None:
    try:
        present = _present(repository, path)
    except (OSError, NotRegularError):
        return FileUpgrade(path, "kept", why="it is no regular file, or behind a symbolic link")
    edited = present is not None and digest(present) != recorded
    if present == new or (new is not None and digest(new) == recorded):
        return None  # it is there already, or the template did not change
    if new is None:
        if edited:
            return FileUpgrade(path, "kept", why="you edited it, and the template no longer has it")
        # The record alone may be edited by hand. A wheel has no base: it is installed and never edited.
        if base is None and not path.startswith("wheels/"):
            return FileUpgrade(path, "kept", why="the template no longer has it, and .isthmus/template.zip neither")
        return FileUpgrade(path, "removed")
    if present is None:
        return FileUpgrade(path, "added", new) if recorded is None else FileUpgrade(path, "kept", why="you removed it")
    if not edited:
        return FileUpgrade(path, "replaced", new)
    if recorded is None:
        return FileUpgrade(path, "listed", new, "you have a file of this name")
    if base is None:
        return FileUpgrade(path, "listed", new, "you edited it, and .isthmus/template.zip does not have its base")
    if not committed(repository, path):
        return FileUpgrade(path, "listed", new, "you edited it, and git does not have your version")
    both = merged(present, base, new)
    return (
        FileUpgrade(path, "merged", both)
        if both is not None
        else FileUpgrade(path, "listed", new, "your edit meets a change")
    )


def _present(repository: Path, path: str) -> bytes | None:
    """The content of a file; None if there is none. Raises `OSError` for a symbolic link on the way."""
    target = repository
    for part in Path(path).parts:
        target /= part
        if target.is_symlink():
            raise OSError(f"{target} is a symbolic link")
    return bytes_of(target, _LARGEST, follow=False) if os.path.lexists(target) else None


def write_upgrade(repository: Path, steps: list[FileUpgrade], records: Mapping[str, bytes]) -> None:
    """Write all steps and the new record, or nothing. Raises `CannotAnswer`."""
    writes = {
        step.path + (NEW if step.action == "listed" else ""): step.data for step in steps if step.data is not None
    }
    waiting = sorted(path for path in writes if path.endswith(NEW) and os.path.lexists(repository / path))
    if waiting:
        raise CannotAnswer(
            f"{some(waiting)} of an earlier upgrade is still there\n"
            "  write: your changes into the file without .new, then remove it\n"
            "  why:   no existing file is overwritten"
        )
    _refuse_links(repository, {**writes, **records})
    removals = [step.path for step in steps if step.action == "removed"]
    with _undone_on_failure() as change:
        for path, data in writes.items():
            change.write(repository / path, data)
        for path in removals:
            change.remove(repository / path)
        # Last: after an interruption, the next upgrade still compares with the old record.
        for path, data in records.items():
            change.write(repository / path, data)
    for path in removals:
        with suppress(OSError):  # the folder has other files
            (repository / path).parent.rmdir()


def _refuse_links(repository: Path, paths: Iterable[str]) -> None:
    """Raise `CannotAnswer` for a symbolic link on the way to a file: it may lead out of the repository."""
    for path in paths:
        for each in (Path(path), *Path(path).parents):
            if each != Path() and (repository / each).is_symlink():
                raise CannotAnswer(
                    f"{each} is a symbolic link\n"
                    "  write: a folder or a file of this name in the repository\n"
                    "  why:   it may lead out of the folder, where Isthmus writes nothing"
                )


@dataclass(frozen=True)
class _Changes:
    """Changes of files. What was there stays next to each file until all are made."""

    kept: list[tuple[Path, Path]] = field(default_factory=list)
    added: list[Path] = field(default_factory=list)

    def write(self, target: Path, data: bytes) -> None:
        """Put a complete file in its place, with the permissions of the one before."""
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        with draft.open("xb") as out:  # no existing file, and no link
            try:
                out.write(data)
                out.close()
                if os.path.lexists(target):
                    shutil.copymode(target, draft)
                    self._keep(target)
                else:
                    self.added.append(target)
                draft.replace(target)
            finally:
                draft.unlink(missing_ok=True)

    def remove(self, target: Path) -> None:
        """Take a file away."""
        self._keep(target)
        target.unlink()

    def _keep(self, target: Path) -> None:
        copy = target.with_name(f".{target.name}.{os.getpid()}.before")
        os.link(target, copy)  # needs no space, so that a full disk loses nothing
        self.kept.append((target, copy))

    def undo(self) -> None:
        """Restore what was there."""
        for target, copy in self.kept:
            os.replace(copy, target)
        for target in self.added:
            target.unlink(missing_ok=True)

    def finish(self) -> None:
        """Take away what was there before."""
        for _, copy in self.kept:
            copy.unlink()


@contextmanager
def _undone_on_failure() -> Iterator[_Changes]:
    """Changes that are undone if one fails, or if the user stops the program. Raises `CannotAnswer`."""
    changes = _Changes()
    try:
        yield changes
    except OSError as error:
        changes.undo()
        raise CannotAnswer(
            f"{error.filename}: it cannot be written ({error.strerror}). Nothing was changed. "
            "Check the path and its permissions."
        ) from error
    except BaseException:
        changes.undo()
        raise
    changes.finish()
