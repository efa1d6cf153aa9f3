"""Paths as code scanning and annotations name them: relative to the repository."""

from __future__ import annotations

from pathlib import Path

_GIT = ".git"  # a folder, or a file in a worktree


def repository_path(path: Path) -> str:
    """The path relative to the Git repository that holds it, else to the working directory, else as it is."""
    absolute = path.absolute()
    repository = next((folder for folder in absolute.parents if (folder / _GIT).exists()), Path.cwd())
    return (absolute.relative_to(repository) if absolute.is_relative_to(repository) else path).as_posix()


def project_file(name: str, near: Path) -> str:
    """A file of the project folder, relative to the repository.

    The project folder is the first folder above `near` that has the file, else the working directory. If neither has
    it, the name is returned as it is: a job may have the output without the sources.
    """
    folders = [*near.absolute().parents, Path.cwd()]
    found = next((folder / name for folder in folders if (folder / name).is_file()), None)
    return name if found is None else repository_path(found)
