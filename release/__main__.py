"""`python -m release VERSION`: check, set the version, build, and tag. It can be repeated, and uploads nothing."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from isthmus.errors import CannotAnswer
from release.building import build
from release.checks import check
from release.repository import Repository
from release.version import set_version

PROJECT = Path(__file__).parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Make a release of the repository. Returns 0, or 2 with a message if it cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    parser.add_argument("version", metavar="VERSION", help="such as 1.2.0 or 1.2.0rc1")
    parser.add_argument("--repository", type=Path, default=PROJECT, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        release(Repository(given.repository.resolve()), given.version, os.environ.get("UV", "uv"))
    except CannotAnswer as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def release(repository: Repository, version: str, uv: str) -> None:
    """Check, set the version, build, and tag. Raises `CannotAnswer`."""
    tag = f"v{version}"
    check(repository, version, tag, date.today())
    if set_version(repository, version, uv):
        repository.commit(f"Release {version}", "pyproject.toml", "uv.lock")
        print(f"committed: Release {version}")
    folder = build(repository, version, uv)
    print(f"built: {folder}, with " + ", ".join(sorted(path.name for path in folder.iterdir())))
    if repository.tag_commit(tag) is None:
        repository.tag(tag, f"Isthmus {version}")
        print(f"tagged: {tag}")
    print(f"to publish it: git push origin HEAD {tag}")


if __name__ == "__main__":
    sys.exit(main())
