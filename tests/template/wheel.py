"""The files of the wheel: a cheap copy, and the wheel itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def listed() -> list[str]:
    """What pyproject.toml lists as shipped."""
    document = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    shipped: list[str] = document["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]["shipped"]
    return shipped


def unpacked(folder: Path) -> Path:
    """What an unpacked wheel holds, without a build: a folder for PYTHONPATH."""
    clean = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "isthmus", folder / "isthmus", ignore=clean)
    for name in listed():
        source, target = PROJECT / name, folder / "isthmus" / "shipped" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(source, target, ignore=clean) if source.is_dir() else shutil.copy2(source, target)
    return folder


def built(folder: Path, project: Path = PROJECT) -> Path:
    """The wheel of a project, built as a release is. It needs the build backend from PyPI."""
    uv = shutil.which("uv") or str(PROJECT / ".uv" / "bin" / "uv")
    subprocess.run(
        [uv, "build", "--quiet", "--wheel", "--python", sys.executable, "--out-dir", folder], cwd=project, check=True
    )
    [wheel] = folder.glob("*.whl")
    return wheel


def isthmus(installed: Path, *words: str | Path, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A command of the package in `installed`, run in a folder."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("ISTHMUS", "CDKTF", "COV"))}
    return subprocess.run(
        [sys.executable, "-m", "isthmus", *map(str, words)],
        cwd=folder,
        env=settings | {"PYTHONPATH": str(installed), "NO_COLOR": "1"} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def packed(folder: Path, installed: Path, version: str) -> Path:
    """A wheel file with the unpacked files, as far as `isthmus init` looks into one: not for an installation."""
    folder.mkdir(exist_ok=True)
    wheel = folder / f"isthmus-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(installed / "isthmus" / "shipped" / "main.py", "isthmus/shipped/main.py")
        archive.writestr(
            f"isthmus-{version}.dist-info/METADATA", f"Metadata-Version: 2.4\nName: isthmus\nVersion: {version}\n"
        )
    return wheel
