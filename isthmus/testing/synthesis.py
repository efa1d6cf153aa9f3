"""The Terraform of an estate: what the project's own program writes, run once for each content and kept.

What is kept is found by everything that decides it: the intent, the program's sources, Isthmus's own, and what is
installed beside the interpreter. Another intent, or another line in `modules/`, is another content.
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
from isthmus.intent.intent_file import to_document

OUTPUT = "cdktf.out"


class CannotSynthesize(Exception):
    """The program did not give the Terraform of the estate. The text says what it was and what it said."""


@dataclass(frozen=True)
class Program:
    """What writes the Terraform: a command, and the folder of the project that it is run in."""

    folder: Path
    command: tuple[str, ...]

    def __str__(self) -> str:
        return shlex.join(self.command)


def program(folder: Path, command: str = "") -> Program:
    """The given command, or the `app` of the project's `cdktf.json`. Raises `CannotSynthesize` where there is none."""
    if not command:
        manifest = folder / "cdktf.json"
        try:
            told = json.loads(manifest.read_bytes())
        except (OSError, ValueError) as error:
            raise CannotSynthesize(
                f"{manifest} cannot be read: {error}. It says what writes the Terraform; or say it with `isthmus_app`"
            ) from None
        command = str(told.get("app", "")) if isinstance(told, dict) else ""
    words = tuple(shlex.split(command))
    if not words:
        raise CannotSynthesize(f'{folder / "cdktf.json"} has no "app": the command that writes the Terraform')
    return Program(folder, words)


def synthesized(program: Program, estate: Estate, name: str, this_run: Path) -> Path:
    """A folder with the Terraform of an estate, `name` being its module.

    It is kept from run to run, in a directory of this user's own. Where that is not possible, or the program is none
    whose sources can be found, it is kept in `this_run`, a folder that processes of one run share.
    Raises `CannotSynthesize`.
    """
    build = partial(_run, program, estate, name)
    key = _key(program, estate)
    if key:
        try:
            return _kept(cache_directory(), key, build)
        except CacheUnusableError:
            key = ""  # nothing can be kept there: as if the sources were not known
    try:
        return _kept(this_run, "estate", build)
    except CacheUnusableError as error:
        raise CannotSynthesize(str(error)) from error


def _kept(root: Path, key: str, build: partial[None]) -> Path:
    with alone(root):
        return cached(root, key, build) / OUTPUT


def _run(program: Program, estate: Estate, name: str, folder: Path) -> None:
    """Run the program, and look whether it has written what it was asked for."""
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
            'another one may be named in the settings: isthmus_app = "python main.py"'
        ) from None
    if ran.returncode:
        raise CannotSynthesize(f"`{program}` ended with {ran.returncode}:\n{(ran.stderr or ran.stdout).strip()}")
    try:
        written = json.loads((out / "intent.json").read_bytes())
    except (OSError, ValueError) as error:
        raise CannotSynthesize(f"`{program}` wrote no intent.json into CDKTF_OUTDIR: {error}") from None
    if written != to_document(estate):
        raise CannotSynthesize(
            f"`{program}` wrote another estate than {name} holds: it has to build the one that ISTHMUS_ESTATE names"
        )


def _key(program: Program, estate: Estate) -> str:
    """Names all that decides the output, or "" where that is not known."""
    script = next((word for word in program.command if word.endswith(".py")), "")
    if not (program.folder / script).is_file():
        return ""
    digest = hashlib.sha256(json.dumps([to_document(estate), program.command, _installed(program)]).encode())
    for path in sorted({*_sources(program.folder, program.folder / script), *_files(Path(isthmus.__file__).parent)}):
        digest.update(f"\0{path}\0".encode() + path.read_bytes())
    return f"estate-{digest.hexdigest()[:32]}"


def _path() -> str:
    """Where commands are found: beside this interpreter first, so that `python` has what pytest has."""
    return os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])


def _installed(program: Program) -> list[tuple[str, int]]:
    """Where packages of the program's interpreter lie, and when one came or went."""
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
    """The first part of the name of every module that a file imports. None where it is no Python."""
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
