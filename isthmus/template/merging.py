"""Three-way merges by git: https://git-scm.com/docs/git-merge-file"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

__all__ = ["committed", "merged"]


def committed(repository: Path, path: str) -> bool:
    """Whether git has the present content of a file. Without git or a repository, it has not."""
    tracked = _git("ls-files", "--error-unmatch", "--", path, folder=repository)
    changed = _git("status", "--porcelain", "--", path, folder=repository)
    return tracked is not None and tracked.returncode == 0 and changed is not None and changed.stdout == b""


def merged(yours: bytes, base: bytes, new: bytes) -> bytes | None:
    """Your version with the change from `base` to `new`; None if the two meet in a line, or if git cannot merge it."""
    with tempfile.TemporaryDirectory() as folder:
        names = ("yours", "base", "new")
        for name, data in zip(names, (yours, base, new), strict=True):
            Path(folder, name).write_bytes(data)
        done = _git("merge-file", "--stdout", "--quiet", *names, folder=Path(folder))
    # The exit code is the number of conflicts, or an error.
    return done.stdout if done is not None and done.returncode == 0 else None


def _git(*words: str, folder: Path) -> subprocess.CompletedProcess[bytes] | None:
    """A command of git; None if there is no git."""
    try:
        return subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return None
