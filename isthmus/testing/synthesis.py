"""The Terraform of an estate, synthesized by the project's program and cached.

The cache key covers the intent, the sources of the program and of Isthmus, and the installed packages. A changed intent
or a changed line in `modules/` synthesizes again.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import isthmus
from isthmus.files.cache import CacheUnusableError, alone, cache_directory, cached
from isthmus.intent import Estate
from isthmus.intent.intent_file import POSITIONS, to_document

__all__ = ["OUTPUT", "CannotSynthesize", "Program", "program", "synthesized"]

OUTPUT = "cdktf.out"


class CannotSynthesize(Exception):
    """The program did not write the Terraform of the estate. The message has the command and its output."""


@dataclass(frozen=True)
class Program:
    """The program that writes the Terraform: a command, and the project folder in which it runs."""

    folder: Path
    command: tuple[str, ...]

    def __str__(self) -> str:
        return shlex.join(self.command)


def program(folder: Path, command: str = "") -> Program:
    """The given command, or the `app` of the project's `cdktf.json`. Raises `CannotSynthesize` if there is none."""
    if not command:
        manifest = folder / "cdktf.json"
        try:
            document = json.loads(manifest.read_bytes())
        except (OSError, ValueError) as error:
            raise CannotSynthesize(
                f"{manifest} cannot be read: {error}. Its `app` is the command that writes the Terraform; or set "
                "`isthmus_app`"
            ) from None
        command = str(document.get("app", "")) if isinstance(document, dict) else ""
    words = tuple(shlex.split(command))
    if not words:
        raise CannotSynthesize(f'{folder / "cdktf.json"} has no "app": the command that writes the Terraform')
    return Program(folder, words)


def synthesized(program: Program, estate: Estate, name: str, this_run: Path) -> Path:
    """A folder with the Terraform of an estate in the module `name`.

    It is cached between runs, in a private directory of the user. If that is not possible, or if the program's sources
    are not known, it is cached in `this_run`, a folder that the processes of one run share.
    Raises `CannotSynthesize`.
    """
    build = partial(_run, program, estate, name)
    key = _key(program, estate)
    if key:
        try:
            return _kept(cache_directory(), key, build)
        except CacheUnusableError:
            key = ""  # the cache is not usable
    try:
        return _kept(this_run, "estate", build)
    except CacheUnusableError as error:
        raise CannotSynthesize(str(error)) from error


def _kept(root: Path, key: str, build: partial[None]) -> Path:
    with alone(root):
        return cached(root, key, build) / OUTPUT


def _run(program: Program, estate: Estate, name: str, folder: Path) -> None:
    """Run the program, and check that it wrote this estate."""
    out = folder / OUTPUT
    settings = {"CDKTF_OUTDIR": str(out), "ISTHMUS_ESTATE": name}
    try:
        ran = subprocess.run(  # noqa: S603  the user's own program, named in the user's own settings
            program.command,
            cwd=program.folder,
            env=os.environ | settings | {"PATH": _path()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise CannotSynthesize(
            f"`{program}` does not run in {program.folder}: {error}. It is the `app` of cdktf.json; "
            'set another command with isthmus_app = "python main.py"'
        ) from None
    if ran.returncode:
        raise CannotSynthesize(f"`{program}` ended with {ran.returncode}:\n{(ran.stderr or ran.stdout).strip()}")
    try:
        written = json.loads((out / "intent.json").read_bytes())
    except (OSError, ValueError) as error:
        raise CannotSynthesize(f"`{program}` wrote no intent.json into CDKTF_OUTDIR: {error}") from None
    # Positions of lines differ between two programs with the same estate.
    if not isinstance(written, dict) or written | {POSITIONS: None} != to_document(estate) | {POSITIONS: None}:
        raise CannotSynthesize(
            f"`{program}` wrote another estate than the one in {name}: it must build the estate in ISTHMUS_ESTATE"
        )


def _key(program: Program, estate: Estate) -> str:
    """The cache key: a hash of all inputs of the output, or "" if they are not known."""
    script = next((word for word in program.command if word.endswith(".py")), "")
    if not (program.folder / script).is_file():
        return ""
    digest = hashlib.sha256(json.dumps([to_document(estate), program.command, _installed(program)]).encode())
    for path in sorted({*_sources(program.folder, program.folder / script), *_files(Path(isthmus.__file__).parent)}):
        digest.update(f"\0{path}\0".encode() + path.read_bytes())
    return f"estate-{digest.hexdigest()[:32]}"


def _path() -> str:
    """PATH with the folder of this interpreter first, so that `python` has the packages of pytest."""
    return os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])


def _installed(program: Program) -> list[tuple[str, int]]:
    """The package folders of the program's interpreter, with their modification times."""
    interpreter = shutil.which(program.command[0], path=_path()) or program.command[0]
    packages = (program.folder / interpreter).absolute().parent.parent.glob("lib/python*/site-packages")
    return sorted((str(path), path.stat().st_mtime_ns) for path in packages)


def _sources(folder: Path, script: Path) -> Iterator[Path]:
    """The script, and every file of each package and module of the project that it imports, or that those import."""
    yield script
    waiting, known = [script], {"isthmus"}
    while waiting:
        for name in _imported(waiting.pop()) - known:
            known.add(name)
            found = [folder / f"{name}.py"] if (folder / f"{name}.py").is_file() else list(_files(folder / name))
            waiting += (path for path in found if path.suffix == ".py")
            yield from found


def _imported(path: Path) -> set[str]:
    """The top-level names of the modules that a file imports; empty if it is not valid Python."""
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
