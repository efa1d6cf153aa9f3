"""The manifest of an output folder: which files synthesis wrote, and what has changed since.

`isthmus-manifest.json` is `{"schema": 1, "files": {"<path>": "<SHA-256>"}}`. Only synthesis writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCHEMA = 1
MANIFEST = "isthmus-manifest.json"
STAGING = ".isthmus-staging"
JOURNAL = "journal.json"
_CONFIGURATION = ("*.tf.json", "*.tf", "*.tofu", "*.tofu.json", "*.tfvars", "*.tfvars.json")


def digest(data: bytes) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def manifest_of(out: Path) -> Mapping[str, str] | None:
    """Path (relative, with slashes) to digest, as the last synthesis recorded it. None: missing or damaged."""
    try:
        document = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
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
        """A line for each file."""
        kinds = (("changed", self.changed), ("missing", self.missing), ("added", self.added))
        return tuple(f"{kind}: {name}" for kind, names in kinds for name in names)

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.added)


def drift_of(out: Path) -> Drift | None:
    """What differs from the manifest of an output folder; None if it has none that can be read."""
    recorded = manifest_of(out)
    if recorded is None:
        return None
    changed, missing = [], []
    for name, value in sorted(recorded.items()):
        path = out / name
        try:
            if digest(path.read_bytes()) != value:
                changed.append(name)
        except OSError:
            missing.append(name)
    stacks = out / "stacks"
    found = [p for pattern in _CONFIGURATION for p in stacks.rglob(pattern)] if stacks.is_dir() else []
    names = {p.relative_to(out).as_posix() for p in found if ".terraform" not in p.parts}
    return Drift(tuple(changed), tuple(missing), tuple(sorted(names - recorded.keys())))


def is_half_written(out: Path) -> bool:
    """Whether a synthesis was stopped while it put files in place. The next synthesis completes it."""
    return (out / STAGING / JOURNAL).is_file()


def output_of(path: Path) -> Path | None:
    """The output folder that a path is, or is a part of (`stacks`, a root below it); None where it is of none."""
    around = path.resolve()
    for folder in (around, *around.parents[:2]):
        if (folder / MANIFEST).is_file() or (folder / STAGING).is_dir():
            return folder
    return None
