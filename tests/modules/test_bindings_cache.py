"""The private cache: who may use it, what happens when it is damaged, and several builders at once."""

import errno
import os
import stat
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from isthmus.files.cache import CacheUnusableError, cache_directory, cached

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and owners")


def build(destination: Path) -> None:
    (destination / "folder").mkdir()
    (destination / "folder/file").write_text("content")


def never(destination: Path) -> None:
    raise AssertionError(f"built again: {destination}")


def test_what_is_built_once_is_found_again(tmp_path: Path) -> None:
    entry = cached(tmp_path / "cache", "key", build)
    assert (entry / "folder/file").read_text() == "content"
    assert cached(tmp_path / "cache", "key", never) == entry
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["key"]


def test_each_key_has_its_own_entry(tmp_path: Path) -> None:
    first = cached(tmp_path / "cache", "one version", build)
    second = cached(tmp_path / "cache", "another", lambda directory: (directory / "file").touch())
    assert first != second
    assert (first / "folder/file").exists()
    assert (second / "file").exists()


@posix_only
def test_the_directory_is_made_private_whatever_the_umask(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        cached(tmp_path / "below/cache", "key", build)
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "below/cache").stat().st_mode) == 0o700


@posix_only
@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701, 0o720])
def test_a_directory_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    cached(tmp_path, "key", build)
    tmp_path.chmod(mode)
    with pytest.raises(CacheUnusableError, match=rf"open to other users \(mode {mode:04o}\): run chmod 700"):
        cached(tmp_path, "key", never)


@posix_only
def test_a_directory_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached(tmp_path, "key", build)
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(CacheUnusableError, match="belongs to user"):
        cached(tmp_path, "key", never)


@posix_only
def test_a_link_to_a_private_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(CacheUnusableError, match="is not a directory"):
        cached(tmp_path / "link", "key", never)


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    with pytest.raises(CacheUnusableError, match="is not a directory"):
        cached(tmp_path / "cache", "key", never)


def test_a_place_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CacheUnusableError, match="file"):
        cached(tmp_path / "file/cache", "key", never)


def test_a_read_only_cache_serves_what_it_holds_and_refuses_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = cached(tmp_path, "key", build)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(tmp_path))

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    monkeypatch.setattr(os, "utime", refuse)
    assert cached(tmp_path, "key", never) == entry
    with pytest.raises(CacheUnusableError, match="Read-only file system"):
        cached(tmp_path, "other", never)


@pytest.mark.parametrize("damage", ["changed", "removed", "added", "manifest removed", "manifest cut short"])
def test_a_damaged_entry_is_refused(tmp_path: Path, damage: str) -> None:
    entry = cached(tmp_path, "key", build)
    match damage:
        case "changed":
            (entry / "folder/file").write_text("contenT")
        case "removed":
            (entry / "folder/file").unlink()
        case "added":
            (entry / "folder/other").touch()
        case "manifest removed":
            (entry / "manifest.json").unlink()
        case "manifest cut short":
            (entry / "manifest.json").write_text((entry / "manifest.json").read_text()[:-5])
    with pytest.raises(CacheUnusableError, match="is damaged: remove it, and it is built again"):
        cached(tmp_path, "key", never)


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(destination: Path) -> None:
        build(destination)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(destination))

    with pytest.raises(CacheUnusableError, match="No space left"):
        cached(tmp_path / "cache", "key", fail)
    assert list((tmp_path / "cache").iterdir()) == []


def test_builders_at_once_all_get_the_same_entry(tmp_path: Path) -> None:
    everyone_builds = threading.Barrier(4, timeout=30)
    entries: list[Path] = []

    def slow_build(destination: Path) -> None:
        build(destination)
        everyone_builds.wait()

    def work() -> None:
        entries.append(cached(tmp_path / "cache", "key", slow_build))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert entries == [tmp_path / "cache/key"] * 4
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["key"]
    cached(tmp_path / "cache", "key", never)


def test_building_removes_entries_unused_for_a_month(tmp_path: Path) -> None:
    old, recent = cached(tmp_path, "old", build), cached(tmp_path, "recent", build)
    for entry, days in ((old, 31), (recent, 29)):
        then = entry.stat().st_mtime - days * 24 * 3600
        os.utime(entry, (then, then))
    cached(tmp_path, "new", build)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "recent"]


def test_using_an_entry_keeps_it(tmp_path: Path) -> None:
    entry = cached(tmp_path, "old", build)
    os.utime(entry, (0, 0))
    cached(tmp_path, "old", never)
    cached(tmp_path, "new", build)
    assert entry.exists()


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ISTHMUS_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert cache_directory() == tmp_path / ".cache/isthmus"
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_directory() == Path("/xdg/isthmus")
    monkeypatch.setenv("ISTHMUS_CACHE_DIR", "/chosen")
    assert cache_directory() == Path("/chosen")
