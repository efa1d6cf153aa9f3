"""Writes the output folder completely or not at all, and only files that Isthmus owns.

`isthmus-manifest.json` in the output lists every file that synthesis wrote, with a digest. A run

1. checks every path that it will write: inside the output, behind no symbolic link, and free or on the manifest;
2. writes all new files into `.isthmus-staging`, where a full disk does no harm;
3. writes a journal of the remaining steps, and then only renames and removes files.

A run that stops before step 3 has changed nothing. If a run stops during step 3, the next run completes it from the
journal. Files that are not on the manifest stay: Terraform's working files, locks, and your own files.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from json.encoder import encode_basestring as quoted
from pathlib import Path, PurePosixPath
from typing import Any

from isthmus.files.manifest import JOURNAL, MANIFEST, SCHEMA, STAGING, digest, manifest_of

# The cdktf command line sets it for the app: https://github.com/hashicorp/terraform-cdk (cli-core, synth-stack.ts).
CALLED_BY_CDKTF = "CDKTF_CONTEXT_JSON"


class OutputRefusedError(Exception):
    """The output folder holds a file that synthesis must not change. The text is for the user."""


@dataclass
class WriteResult:
    """Changes of a run.

    removed  paths that it removed
    kept     paths that are no longer part of the output, and stay because they were edited
    """

    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def canonical_json(document: Mapping[str, Any]) -> str:
    """A JSON document as every file of the output is written: sorted keys, two spaces, a final newline.

    It equals `json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)` with a newline, in 60 % of its time.
    """
    return _json(document, "\n") + "\n"


def _json(value: Any, start: str) -> str:
    """The JSON of a value. `start` starts each of its lines: a newline and the spaces before it."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict) and value:
        inner = start + "  "
        return f"{{{','.join([f'{inner}{quoted(key)}: {_json(value[key], inner)}' for key in sorted(value)])}{start}}}"
    if isinstance(value, (list, tuple)) and value:
        inner = start + "  "
        return f"[{','.join([inner + _json(element, inner) for element in value])}{start}]"
    return _CONSTANTS[value] if value is None or isinstance(value, bool) else json.dumps(value)


_CONSTANTS = {None: "null", True: "true", False: "false"}


def write_output(out: Path, files: Mapping[str, str]) -> WriteResult:
    """Make `out` hold these files (relative path to text), and record them in its manifest.

    Unchanged files are not written again. Files of the previous manifest that are no longer part of the output are
    removed, unless they were edited. All other files in the folder stay.

    Raises `OutputRefusedError`, before any change, if a file that Isthmus did not write is at a path of the output.
    Raises `OSError`.
    """
    wanted = {name: text.encode() for name, text in files.items()}
    for name in wanted:
        if not _inside(name):
            raise ValueError(f"expected a relative path below the output, got {name!r}")
    created = _make_folders(out)
    try:
        with _locked(out):
            _finish_interrupted_run(out)
            previous = _previous(out)
            _refuse_foreign(out, wanted, previous)
            _remove_staging(out)
            return _commit(out, wanted, previous)
    except BaseException:
        for folder in reversed(created):
            with suppress(OSError):  # not empty: another process uses it
                folder.rmdir()
        raise


# --- which paths may be written


def _inside(name: str) -> bool:
    """Whether a relative path stays inside the output, regardless of the folder's content."""
    path = PurePosixPath(name)
    parts = path.parts
    plain = bool(parts) and not path.is_absolute() and ".." not in parts and "\\" not in name and "\0" not in name
    return plain and (parts[0] == "stacks" or len(parts) == 1)


def _kind(path: Path) -> str:
    """The kind of object at a path: "" for nothing, else "file", "folder", "link" or "other". Follows no link."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return ""
    except NotADirectoryError:
        return ""
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "other"


_KIND_NAMES = {
    "file": "a file",
    "folder": "a folder",
    "link": "a symbolic link",
    "other": "neither a file nor a folder",
}


def _obstacle(out: Path, name: str) -> str:
    """The reason why a path below the output cannot be a file of Isthmus, or ""."""
    parts = PurePosixPath(name).parts
    for length in range(1, len(parts)):
        folder = out.joinpath(*parts[:length])
        if (kind := _kind(folder)) not in ("", "folder"):
            return f"{folder} is {_KIND_NAMES[kind]}, but must be a folder"
    if (kind := _kind(out / name)) not in ("", "file"):
        return f"{out / name} is {_KIND_NAMES[kind]}, but must be a file"
    return ""


def _refuse_foreign(out: Path, wanted: Mapping[str, bytes], previous: Mapping[str, str]) -> None:
    """Stop, before any change, if a path of the output holds a file, folder or link that Isthmus did not write."""
    problems = []
    if not (out / MANIFEST).is_file() and _kind(out / "stacks"):
        problems.append(
            f"{out / 'stacks'} exists, but {out} has no {MANIFEST}: this release of Isthmus did not write it"
        )
    for name in sorted({*wanted, MANIFEST}):
        obstacle = _obstacle(out, name)
        if obstacle:
            problems.append(obstacle)
        elif name not in previous and name != MANIFEST and _foreign(out / name, wanted[name]):
            problems.append(f"{out / name} exists, but {MANIFEST} does not list it")
    if problems:
        shown = [f"  {problem}" for problem in dict.fromkeys(problems[:20])]
        if len(problems) > 20:
            shown.append(f"  and {len(problems) - 20} more")
        raise OutputRefusedError(
            "\n".join(
                [
                    f"cannot write {out}: it holds files that Isthmus did not write. Nothing was changed.",
                    *shown,
                    "  write: choose another folder with CDKTF_OUTDIR=..., or move these files away",
                    f"  why:   Isthmus replaces and removes only files that {MANIFEST} lists, and follows no links",
                ]
            )
        )


def _foreign(path: Path, data: bytes) -> bool:
    return _kind(path) == "file" and path.read_bytes() != data


def _previous(out: Path) -> dict[str, str]:
    """Path to digest of each file that the last run wrote. A manifest that cannot be read is refused."""
    if not _kind(out / MANIFEST):
        return {}
    if _kind(out / MANIFEST) != "file":
        return {}  # `_refuse_foreign` refuses it
    found = manifest_of(out)
    if found is None:
        raise OutputRefusedError(
            f"cannot write {out}: {out / MANIFEST} is damaged, so it is unknown which files Isthmus wrote. Nothing was "
            f"changed.\n  write: restore it, or remove {out} and synthesize again\n"
            "  why:   Isthmus replaces and removes only files that its manifest lists"
        )
    return {name: value for name, value in found.items() if _inside(name)}


# --- writing


def _commit(out: Path, wanted: Mapping[str, bytes], previous: Mapping[str, str]) -> WriteResult:
    result = WriteResult()
    changed = {name: data for name, data in wanted.items() if not _holds(out / name, data)}
    for name in sorted(previous.keys() - wanted.keys()):
        path = out / name
        if _obstacle(out, name) or _kind(path) != "file":
            continue
        if digest(path.read_bytes()) == previous[name]:
            result.removed.append(name)
        else:
            result.kept.append(name)  # edited by hand: not removed
    manifest = canonical_json(
        {"schema": SCHEMA, "files": {name: digest(data) for name, data in wanted.items()}}
    ).encode()
    if not _holds(out / MANIFEST, manifest):
        changed[MANIFEST] = manifest
    if changed or result.removed:
        made: list[Path] = []
        try:
            _stage(out, changed, result.removed, made)
        except BaseException:
            _remove_staging(out)
            for folder in reversed(made):
                with suppress(OSError):
                    folder.rmdir()
            raise
        with _signals_blocked():
            _finish_interrupted_run(out)
    return result


def _holds(path: Path, data: bytes) -> bool:
    try:
        return _kind(path) == "file" and path.read_bytes() == data
    except OSError:
        return False  # unreadable: the run replaces it, or reports that it cannot


def _stage(out: Path, changed: Mapping[str, bytes], removed: list[str], made: list[Path]) -> None:
    """Do all steps that can fail: make folders, write new files, and last the journal, which makes the change final."""
    staging = out / STAGING
    staging.mkdir(mode=0o755)
    renames: dict[str, str] = {}
    # The manifest comes last: until it is in place, the journal says that the output is not complete.
    for number, name in enumerate(sorted(changed, key=lambda name: (name == MANIFEST, name))):
        made += _make_folders((out / name).parent)
        staged = f"{number}.new"
        (staging / staged).write_bytes(changed[name])
        renames[staged] = name
    for folder in {(out / name).parent for name in (*changed, *removed)}:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    draft = staging / "journal.draft"
    draft.write_text(json.dumps({"schema": SCHEMA, "renames": renames, "removed": removed}), encoding="utf-8")
    os.replace(draft, staging / JOURNAL)


def _finish_interrupted_run(out: Path) -> None:
    """Carry out the remaining steps of a journal."""
    staging = out / STAGING
    if _kind(staging) == "" or _kind(staging / JOURNAL) == "":
        return
    if _kind(staging) != "folder" or _kind(staging / JOURNAL) != "file":
        raise OutputRefusedError(f"cannot write {out}: {staging} is not a folder that Isthmus made. Move it away.")
    try:
        journal = json.loads((staging / JOURNAL).read_text(encoding="utf-8"))
        renames, removed = dict(journal["renames"]), list(journal["removed"])
        sound = journal["schema"] == SCHEMA and all(
            isinstance(text, str) for text in (*renames, *renames.values(), *removed)
        )
        sound = sound and all(_inside(name) and not _obstacle(out, name) for name in (*renames.values(), *removed))
        sound = sound and all(_is_staged_name(staged) for staged in renames)
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise OutputRefusedError(
            f"cannot write {out}: {staging / JOURNAL} is damaged. Remove {staging} and synthesize again."
        )
    for staged, name in renames.items():
        if _kind(staging / staged) == "file":
            os.replace(staging / staged, out / name)
    for name in removed:
        (out / name).unlink(missing_ok=True)
    for folder in sorted({parent for name in removed for parent in PurePosixPath(name).parents}, reverse=True):
        if folder.parts and not _left_to_cdktf(folder):
            with suppress(OSError):  # not empty, or gone
                (out / folder).rmdir()
    _remove_staging(out)


def _left_to_cdktf(folder: PurePosixPath) -> bool:
    """Whether the cdktf command line, which runs this synthesis, removes a folder itself.

    It lists the folders of the stacks, runs the app, and then removes those that the manifest lacks. A folder that is
    gone already is an error there: https://github.com/hashicorp/terraform-cdk (cli-core, synth-stack.ts).
    """
    return CALLED_BY_CDKTF in os.environ and len(folder.parts) == 2 and folder.parts[0] == "stacks"


def _is_staged_name(name: str) -> bool:
    return name.endswith(".new") and name.removesuffix(".new").isdigit()


def _remove_staging(out: Path) -> None:
    """Remove the staging folder.

    The journal goes first, so that an interrupted removal leaves no incomplete journal.
    """
    staging = out / STAGING
    if _kind(staging) == "":
        return
    if _kind(staging) != "folder":
        raise OutputRefusedError(f"cannot write {out}: {staging} is not a folder that Isthmus made. Move it away.")
    for path in sorted(staging.iterdir(), key=lambda path: (path.name != JOURNAL, path.name)):
        if _kind(path) == "file" and (path.name in (JOURNAL, "journal.draft") or _is_staged_name(path.name)):
            path.unlink()
    staging.rmdir()


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Block SIGINT and SIGTERM while files are put in place."""
    if not hasattr(signal, "pthread_sigmask"):  # not on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and its missing parents. Returns the new folders, outermost first."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        if folder.parent == folder:
            break
        folder = folder.parent
    made = []
    for path in reversed(missing):
        with suppress(FileExistsError):  # another run made it in the meantime
            path.mkdir()
            made.append(path)
    return made


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Lock the folder. A second run waits until the first is complete."""
    try:
        import fcntl
    except ImportError:  # not on Windows: two runs at once are not serialized there
        yield
        return
    handle = os.open(out, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
