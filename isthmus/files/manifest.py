"""The manifest of an output folder: which files synthesis wrote, and what has changed since.

`isthmus-manifest.json` is `{"schema": 1, "files": {"<path>": "<SHA-256>"}}`. Only synthesis writes it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from isthmus.files.regular_files import NotRegularError, bytes_of

SCHEMA = 1
MANIFEST = "isthmus-manifest.json"
INTENT = "intent.json"
STAGING = ".isthmus-staging"
JOURNAL = "journal.json"
_CONFIGURATION = ("*.tf.json", "*.tf", "*.tofu", "*.tofu.json", "*.tfvars", "*.tfvars.json")
LARGEST_MANIFEST = 16 * 1024 * 1024  # bytes
LARGEST_WRITTEN = 64 * 1024 * 1024  # bytes of one file that synthesis wrote, as of an intent
MOST_ENTRIES = 100_000  # files and folders below `stacks` that are compared with the manifest


def digest(data: bytes) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def manifest_of(out: Path) -> Mapping[str, str] | None:
    """Path (relative, with slashes) to digest, as the last synthesis recorded it. None: missing or damaged."""
    try:
        document = json.loads(bytes_of(out / MANIFEST, LARGEST_MANIFEST))
        if document["schema"] != SCHEMA:
            return None
        files = document["files"]
        sound = isinstance(files, dict) and all(isinstance(k, str) and isinstance(v, str) for k, v in files.items())
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return files if sound else None


@dataclass(frozen=True)
class Drift:
    """How an output folder differs from what synthesis wrote: relative paths, sorted.

    `added` are files of Terraform or OpenTofu below `stacks` that synthesis did not write.
    """

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each file. Without a sound manifest there is nothing to compare with, and the line says so."""
        kinds = (("changed", self.changed), ("missing", self.missing), ("added", self.added))
        nothing = ", so no file was compared"
        return tuple(f"{kind}: {name}{nothing if name == MANIFEST else ''}" for kind, names in kinds for name in names)

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.added)


def drift_of(out: Path) -> Drift | None:
    """What differs from the manifest of an output folder; None for a folder that is none.

    A damaged manifest differs itself. A missing one is missing: an intent in the folder says that it is an output.
    No symbolic link is followed: synthesis writes none, so a file behind one is not what it wrote.
    """
    if not os.path.lexists(out / MANIFEST):
        return Drift(missing=(MANIFEST,)) if os.path.lexists(out / INTENT) else None
    recorded = manifest_of(out)
    if recorded is None or len(recorded) > MOST_ENTRIES or not all(map(_within, recorded)):
        return Drift(changed=(MANIFEST,))
    changed: list[str] = []
    missing: list[str] = []
    for name, value in sorted(recorded.items()):
        state = _compared(out, name, value)
        if state != "same":
            (changed if state == "changed" else missing).append(name)
    added = sorted(_configuration(out) - recorded.keys())
    return Drift(tuple(changed), tuple(missing), tuple(added))


def _within(name: str) -> bool:
    """Whether a recorded path is one below the output, in the one way that synthesis writes it."""
    path = PurePosixPath(name)
    inside = bool(path.parts) and not path.is_absolute() and ".." not in path.parts
    return inside and str(path) == name and "\0" not in name and "\\" not in name


def _compared(out: Path, name: str, value: str) -> str:
    path = out
    for part in PurePosixPath(name).parts:
        path = path / part
        if path.is_symlink():
            return "changed"
    try:
        return "same" if digest(bytes_of(path, LARGEST_WRITTEN, follow=False)) == value else "changed"
    except NotRegularError:
        return "changed"
    except OSError:
        return "missing"


def _configuration(out: Path) -> set[str]:
    """Files that Terraform or OpenTofu read below `stacks`, and symbolic links, which lead to more of them."""
    found: set[str] = set()
    for number, (path, link) in enumerate(_entries(out / "stacks")):
        if number == MOST_ENTRIES:
            return found | {f"stacks (more than {MOST_ENTRIES:,} files: the rest is not compared)"}
        if link or any(fnmatch(path.name, pattern) for pattern in _CONFIGURATION):
            found.add(path.relative_to(out).as_posix())
    return found


def _entries(stacks: Path) -> Iterator[tuple[Path, bool]]:
    """Every entry below a folder except the data of Terraform, and whether it is a symbolic link."""
    waiting = [stacks]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name == ".terraform":
                        continue
                    yield Path(entry.path), entry.is_symlink()
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
        except OSError:
            continue  # it was removed or cannot be listed: reading its Terraform reports it


def is_half_written(out: Path) -> bool:
    """Whether a synthesis was stopped while it put files in place. The next synthesis completes it."""
    return (out / STAGING / JOURNAL).is_file()


def output_of(path: Path) -> Path | None:
    """The output folder that a path is, or is a part of (`stacks`, a root below it, its intent), or None."""
    try:
        around = path.resolve()
    except (OSError, RuntimeError):  # circular links: reading the path reports them
        return None
    folders = (around, *around.parents[:2])
    for folder in folders:
        if os.path.lexists(folder / MANIFEST) or (folder / STAGING).is_dir():
            return folder
    # Its manifest is missing.
    return next((folder for folder in folders if (folder / INTENT).is_file() and (folder / "stacks").is_dir()), None)
