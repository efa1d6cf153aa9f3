"""The Git repository that a release is made of."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from isthmus.errors import CannotAnswer


class Repository:
    """Commands of Git in a folder. All methods raise `CannotAnswer` with the message of Git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def changes(self) -> list[str]:
        """The files that are not as in the last commit, or not in it at all."""
        return [line[3:] for line in self._git("status", "--porcelain").decode().splitlines()]

    def commit(self, subject: str, *paths: str) -> None:
        """Commit these files only."""
        self._git("commit", "--quiet", "--message", subject, "--", *paths)

    def head(self) -> str:
        """The last commit."""
        return self._git("rev-parse", "HEAD").decode().strip()

    def commit_time(self) -> int:
        """When the last commit was made, in seconds since 1970 (UTC)."""
        return int(self._git("show", "--no-patch", "--format=%ct", "HEAD"))

    def tag_commit(self, tag: str) -> str | None:
        """The commit of a tag; None without one."""
        if not self._git("tag", "--list", tag):
            return None
        return self._git("rev-parse", f"refs/tags/{tag}^{{commit}}").decode().strip()

    def tag(self, tag: str, message: str) -> None:
        """Tag the last commit."""
        self._git("tag", "--annotate", "--message", message, tag)

    def unpack(self, into: Path) -> None:
        """Write the files of the last commit into a folder: nothing else can get into a build."""
        with tarfile.open(fileobj=io.BytesIO(self._git("archive", "--format=tar", "HEAD"))) as archive:
            archive.extractall(into, filter="data")

    def _git(self, *words: str) -> bytes:
        try:
            ran = subprocess.run(("git", *words), cwd=self.folder, capture_output=True, check=False)  # noqa: S603, S607
        except FileNotFoundError:
            raise CannotAnswer(
                "git is not installed, or there is no such folder: a release is made of a commit"
            ) from None
        if ran.returncode:
            raise CannotAnswer(f"git {' '.join(words)}: {ran.stderr.decode(errors='replace').strip()}")
        return ran.stdout
