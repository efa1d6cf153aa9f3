"""Builds the files of a release from the last commit: wheel, sdist, list of components, checksums.

The same commit gives the same bytes: the build backend is pinned (`build-constraints.txt`), every time in the files is
that of the commit (https://reproducible-builds.org/specs/source-date-epoch/), and nothing else of the working tree is
in the build. There is no provenance here: only the machine that publishes can state it, as the workflow `release.yml`
does.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from isthmus.errors import CannotAnswer
from release.components import components_text
from release.repository import Repository
from release.version import version_of

CONSTRAINTS = Path(__file__).with_name("build-constraints.txt")
SUMS = "SHA256SUMS"


def build(repository: Repository, version: str, uv: str) -> Path:
    """Build everything into `dist/isthmus-<version>`, completely or not at all. Raises `CannotAnswer`.

    If that folder exists, its files must be the same: the same commit gives the same bytes.
    """
    target = repository.folder / "dist" / f"isthmus-{version}"
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".release-") as temporary:
        source, files = Path(temporary, "source"), Path(temporary, "files")
        for folder in (source, files):
            folder.mkdir()
        repository.unpack(source)
        if version_of(Repository(source)) != version:
            raise CannotAnswer(f"the last commit is version {version_of(Repository(source))}, and not {version}")
        _build_packages(source, files, repository.commit_time(), uv)
        text = components_text(source, version, repository.commit_time(), uv)
        (files / f"isthmus-{version}.cdx.json").write_text(text, encoding="utf-8")
        (files / SUMS).write_text(sums(files), encoding="utf-8")
        if not target.exists():
            files.rename(target)
        elif contents(files) != contents(target):
            raise CannotAnswer(
                f"{target} exists, and its files are different. Move it away: it is another build of {version}"
            )
    return target


def _build_packages(source: Path, files: Path, time: int, uv: str) -> None:
    """The sdist, and the wheel from the sdist."""
    command = (uv, "build", "--quiet", "--no-sources", "--python", sys.executable, "--out-dir", str(files))
    pinned = ("--build-constraints", str(source / "release" / CONSTRAINTS.name), "--require-hashes")
    ran = subprocess.run(  # noqa: S603
        (*command, *pinned, str(source)),
        env=os.environ | {"SOURCE_DATE_EPOCH": str(time)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise CannotAnswer(f"the build failed:\n{ran.stderr.strip()}")
    (files / ".gitignore").unlink(missing_ok=True)  # uv writes it into folders that it makes


def sums(files: Path) -> str:
    """The checksums of a folder, as `sha256sum --check` reads them."""
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in contents(files).items())


def contents(files: Path) -> dict[str, bytes]:
    """The files of a folder by name, in order."""
    return {path.name: path.read_bytes() for path in sorted(files.iterdir())}
