"""The output folder: written completely or not at all, and never more than what a manifest says is ours.

`isthmus-manifest.json` in the output lists every file that synthesis wrote, with a digest. A run

1. checks that every path it would touch lies inside the output, behind no symbolic link, and is free or ours;
2. writes all new files into `.isthmus-staging`, where a full disk does no harm;
3. writes a journal of what is left to do, and then only renames and removes files.

A run that is stopped before step 3 has changed nothing. One that is stopped during step 3 is completed from the
journal by the next run. Files that are not on the manifest stay: Terraform's working files, locks, and yours.
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
from pathlib import Path, PurePosixPath
from typing import Any

from isthmus.files.manifest import JOURNAL, MANIFEST, SCHEMA, STAGING, digest, manifest_of


class OutputRefusedError(Exception):
    """The output folder holds something that synthesis must not touch. The text is for the user."""


@dataclass
class WriteResult:
    """What a run did: the paths that it removed, and those that it left although they are no longer wanted."""

    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def canonical_json(document: Mapping[str, Any]) -> str:
    """A Terraform JSON document as it is written everywhere: keys sorted, two spaces, a final newline."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write_output(out: Path, files: Mapping[str, str]) -> WriteResult:
    """Make `out` hold these files (relative path to text), and record them in its manifest.

    Files that have not changed are not touched. Files of the previous manifest that are no longer wanted are removed,
    unless they were edited. Everything else in the folder stays. Raises `OutputRefusedError` before it touches a byte
    of a folder that holds foreign files where ours belong, and `OSError`.
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
            with suppress(OSError):  # not empty: not ours to remove
                folder.rmdir()
        raise


# --- what may be touched


def _inside(name: str) -> bool:
    """Whether a relative path stays inside the output, whatever the folder holds."""
    path = PurePosixPath(name)
    parts = path.parts
    plain = bool(parts) and not path.is_absolute() and ".." not in parts and "\\" not in name and "\0" not in name
    return plain and (parts[0] == "stacks" or len(parts) == 1)


def _kind(path: Path) -> str:
    """What is at a path, without following a link: "" for nothing, else "file", "folder", "link" or "other"."""
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


_SAID = {"file": "a file", "folder": "a folder", "link": "a symbolic link", "other": "neither a file nor a folder"}


def _obstacle(out: Path, name: str) -> str:
    """Why a path below the output cannot be one of our files, or ""."""
    parts = PurePosixPath(name).parts
    for length in range(1, len(parts)):
        folder = out.joinpath(*parts[:length])
        if (kind := _kind(folder)) not in ("", "folder"):
            return f"{folder} is {_SAID[kind]}, and a folder belongs there"
    if (kind := _kind(out / name)) not in ("", "file"):
        return f"{out / name} is {_SAID[kind]}, and a file belongs there"
    return ""


def _refuse_foreign(out: Path, wanted: Mapping[str, bytes], previous: Mapping[str, str]) -> None:
    """Stop before anything is written if what is wanted would replace, or pass through, something that is not ours."""
    problems = []
    if not (out / MANIFEST).is_file() and _kind(out / "stacks"):
        problems.append(
            f"{out / 'stacks'} is there, and {out} has no {MANIFEST}: this release of Isthmus did not write it"
        )
    for name in sorted({*wanted, MANIFEST}):
        obstacle = _obstacle(out, name)
        if obstacle:
            problems.append(obstacle)
        elif name not in previous and name != MANIFEST and _foreign(out / name, wanted[name]):
            problems.append(f"{out / name} is there, and {MANIFEST} does not list it")
    if problems:
        shown = [f"  {problem}" for problem in dict.fromkeys(problems[:20])]
        if len(problems) > 20:
            shown.append(f"  and {len(problems) - 20} more")
        raise OutputRefusedError(
            "\n".join(
                [
                    f"cannot write {out}: it holds what Isthmus did not write. Nothing was changed.",
                    *shown,
                    "  write: name another folder with CDKTF_OUTDIR=..., or move these away",
                    f"  why:   Isthmus replaces and removes only files that {MANIFEST} lists, and follows no link",
                ]
            )
        )


def _foreign(path: Path, data: bytes) -> bool:
    return _kind(path) == "file" and path.read_bytes() != data


def _previous(out: Path) -> dict[str, str]:
    """Path to digest of what the last run wrote. A manifest that cannot be read lists nothing, and is refused."""
    if not _kind(out / MANIFEST):
        return {}
    if _kind(out / MANIFEST) != "file":
        return {}  # refused below, as an obstacle
    found = manifest_of(out)
    if found is None:
        raise OutputRefusedError(
            f"cannot write {out}: {out / MANIFEST} is damaged, so nothing says which files Isthmus wrote. Nothing was "
            f"changed.\n  write: restore it, or remove {out} and synthesize again\n"
            "  why:   Isthmus replaces and removes only files that its manifest lists"
        )
    return {name: value for name, value in found.items() if _inside(name)}


# --- writing


def _commit(out: Path, wanted: Mapping[str, bytes], previous: Mapping[str, str]) -> WriteResult:
    done = WriteResult()
    changed = {name: data for name, data in wanted.items() if not _holds(out / name, data)}
    for name in sorted(previous.keys() - wanted.keys()):
        path = out / name
        if _obstacle(out, name) or _kind(path) != "file":
            continue
        if digest(path.read_bytes()) == previous[name]:
            done.removed.append(name)
        else:
            done.left.append(name)  # edited since: what somebody wrote by hand is not ours to remove
    manifest = canonical_json(
        {"schema": SCHEMA, "files": {name: digest(data) for name, data in wanted.items()}}
    ).encode()
    if not _holds(out / MANIFEST, manifest):
        changed[MANIFEST] = manifest
    if changed or done.removed:
        made: list[Path] = []
        try:
            _stage(out, changed, done.removed, made)
        except BaseException:
            _remove_staging(out)
            for folder in reversed(made):
                with suppress(OSError):
                    folder.rmdir()
            raise
        with _undisturbed():
            _finish_interrupted_run(out)
    return done


def _holds(path: Path, data: bytes) -> bool:
    try:
        return _kind(path) == "file" and path.read_bytes() == data
    except OSError:
        return False  # unreadable: replaced, which says so if it cannot be


def _stage(out: Path, changed: Mapping[str, bytes], removed: list[str], made: list[Path]) -> None:
    """Everything that can fail: folders, new files, and last the journal that makes the change final."""
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
    """Carry out what a journal says, from wherever it was left off."""
    staging = out / STAGING
    if _kind(staging) == "" or _kind(staging / JOURNAL) == "":
        return
    if _kind(staging) != "folder" or _kind(staging / JOURNAL) != "file":
        raise OutputRefusedError(f"cannot write {out}: {staging} is not a folder of Isthmus. Move it away.")
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
        if folder.parts:
            with suppress(OSError):  # not empty, or gone
                (out / folder).rmdir()
    _remove_staging(out)


def _is_staged_name(name: str) -> bool:
    return name.endswith(".new") and name.removesuffix(".new").isdigit()


def _remove_staging(out: Path) -> None:
    """Remove our own staging folder: the journal first, so that a removal that is stopped leaves no half of one."""
    staging = out / STAGING
    if _kind(staging) == "":
        return
    if _kind(staging) != "folder":
        raise OutputRefusedError(f"cannot write {out}: {staging} is not a folder of Isthmus. Move it away.")
    for path in sorted(staging.iterdir(), key=lambda path: (path.name != JOURNAL, path.name)):
        if _kind(path) == "file" and (path.name in (JOURNAL, "journal.draft") or _is_staged_name(path.name)):
            path.unlink()
    staging.rmdir()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and requests to end for the moment in which files are put in place."""
    if not hasattr(signal, "pthread_sigmask"):  # not on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and what is missing above it; returns what was made, outermost first."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        if folder.parent == folder:
            break
        folder = folder.parent
    made = []
    for path in reversed(missing):
        with suppress(FileExistsError):  # another run made it meanwhile
            path.mkdir()
            made.append(path)
    return made


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the folder against other runs: the second waits until the first is complete."""
    try:
        import fcntl
    except ImportError:  # not on Windows: there two runs at once are not kept apart
        yield
        return
    handle = os.open(out, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
