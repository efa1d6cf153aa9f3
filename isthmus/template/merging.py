"""Three-way merges by git: https://git-scm.com/docs/git-merge-file"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

__all__ = ["committed", "merged"]


def committed(repository: Path, path: str) -> bool:
    """Whether the last commit has the present content of a file. Without git or a commit, it has not.

    `git status` is not asked: it says nothing of a file whose changes git was made to ignore (`--skip-worktree`).
    """
    stored = _git("cat-file", "blob", f"HEAD:./{path}", folder=repository)
    return stored is not None and stored.returncode == 0 and stored.stdout == (repository / path).read_bytes()


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
