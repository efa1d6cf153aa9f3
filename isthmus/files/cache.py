"""A private directory of things that are built once. Its contents are trusted, so only its user may write to it."""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_MANIFEST = "manifest.json"
_LOCK = ".lock"
_UNUSED_FOR_S = 30 * 24 * 3600


class CacheUnusableError(Exception):
    """The cache, or one entry of it, cannot be used; the message names the place, the cause and the remedy."""


def cache_directory() -> Path:
    """The directory of the cache: `ISTHMUS_CACHE_DIR`, else `isthmus` below `XDG_CACHE_HOME` or `~/.cache`."""
    if chosen := os.environ.get("ISTHMUS_CACHE_DIR"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "isthmus"


def cached(root: Path, key: str, build: Callable[[Path], None]) -> Path:
    """The directory `key` below `root`. If it does not exist, `build` fills it first.

    Safe with several processes at once: each builds its own, and the first to finish is kept.
    Raises `CacheUnusableError` when `root` is not private to this user, cannot be written although something must be
    built, or the entry is not what was once built.
    """
    entry = root / key
    try:
        _make_private(root)
        if not entry.is_dir():
            _build(entry, build)
        _check(entry)
    except OSError as error:
        raise CacheUnusableError(f"{error.filename or root}: {error.strerror or error}") from error
    with contextlib.suppress(OSError):  # marks the entry as in use, for `_remove_unused`
        os.utime(entry)
    return entry


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Make other processes that build the same wait until the block ends, so that only one of them builds.

    If the system or the file system has no such locks, they do not wait, and `cached` is still safe.
    Raises `CacheUnusableError` as `cached` does.
    """
    try:
        _make_private(root)
        lock = (root / _LOCK).open("w")
    except OSError as error:
        raise CacheUnusableError(f"{error.filename or root}: {error.strerror or error}") from error
    with lock:
        if sys.platform != "win32":
            import fcntl

            with contextlib.suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX)  # released when the file is closed or the process ends
        yield


def _make_private(root: Path) -> None:
    if not root.exists():
        root.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # another process was quicker
            root.mkdir(mode=0o700)
    status = root.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise CacheUnusableError(f"{root} is not a directory")
    if sys.platform == "win32":  # a user's profile is private there, and modes mean nothing
        return
    if status.st_uid != os.getuid():
        raise CacheUnusableError(f"{root} belongs to user {status.st_uid}, and this is user {os.getuid()}")
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        raise CacheUnusableError(f"{root} is open to other users (mode {mode:04o}): run chmod 700 {root}")


def _build(entry: Path, build: Callable[[Path], None]) -> None:
    _remove_unused(entry.parent)
    with tempfile.TemporaryDirectory(dir=entry.parent, prefix=".building-", ignore_cleanup_errors=True) as temporary:
        unfinished = Path(temporary) / entry.name
        unfinished.mkdir()
        build(unfinished)
        (unfinished / _MANIFEST).write_text(json.dumps(_digests(unfinished), indent=1, sort_keys=True))
        try:
            unfinished.rename(entry)
        except OSError:
            if not entry.is_dir():  # else another process has built the same
                raise


def _check(entry: Path) -> None:
    try:
        expected = json.loads((entry / _MANIFEST).read_bytes())
    except (ValueError, FileNotFoundError):
        expected = None
    if expected != _digests(entry):
        raise CacheUnusableError(f"{entry} is damaged: remove it, and it is built again")


def _digests(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.rglob("*")
        if path.is_file() and path != directory / _MANIFEST
    }


def _remove_unused(root: Path) -> None:
    for entry in root.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process has finished building it
            if time.time() - entry.stat().st_mtime > _UNUSED_FOR_S:
                shutil.rmtree(entry, ignore_errors=True)
