"""The version of Isthmus. Its place is pyproject.toml, and uv.lock repeats it."""

from __future__ import annotations

import re
import subprocess
import tomllib

from isthmus.errors import CannotAnswer
from release.repository import Repository

_LINE = re.compile(r'(?<=^version = ")[^"]*(?="$)', re.MULTILINE)


def version_of(repository: Repository) -> str:
    """The version in pyproject.toml."""
    document = tomllib.loads((repository.folder / "pyproject.toml").read_text(encoding="utf-8"))
    return str(document["project"]["version"])


def set_version(repository: Repository, version: str, uv: str) -> bool:
    """Write the version, if it is another one, and update uv.lock. Returns whether anything was written.

    The packages in uv.lock stay as they are. Raises `CannotAnswer`, and changes nothing then.
    """
    if version_of(repository) == version:
        return False
    paths = [repository.folder / name for name in ("pyproject.toml", "uv.lock")]
    before = [path.read_bytes() for path in paths]
    text, found = _LINE.subn(version, before[0].decode("utf-8"))
    if found != 1:
        raise CannotAnswer(f"pyproject.toml has {found} lines 'version = ...': a release sets exactly one")
    paths[0].write_text(text, encoding="utf-8")
    ran = subprocess.run(  # noqa: S603
        (uv, "lock", "--quiet", "--project", str(repository.folder)), capture_output=True, text=True, check=False
    )
    others = _packages(before[1]) != _packages(paths[1].read_bytes())
    if ran.returncode or others:
        for path, data in zip(paths, before, strict=True):
            path.write_bytes(data)
        why = ran.stderr.strip() or "uv.lock would change other packages: run `uv lock`, and commit it first"
        raise CannotAnswer(f"the version cannot be set: {why}")
    return True


def _packages(lock: bytes) -> list[object]:
    """The packages of a lock file, without Isthmus itself."""
    return [one for one in tomllib.loads(lock.decode("utf-8"))["package"] if one["name"] != "isthmus"]
