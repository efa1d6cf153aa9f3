"""Writing the output: complete or not at all, and only files that the manifest lists."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from isthmus.files.manifest import JOURNAL, MANIFEST, STAGING, drift_of, is_half_written
from modules import output_folder as writing
from modules.output_folder import OutputRefusedError, write_output

ROOT = "stacks/dev/cdk.tf.json"
MODULE = "stacks/dev/modules/spoke_dev/main.tf.json"
OLD = "stacks/old/cdk.tf.json"


def names(folder: Path) -> set[str]:
    """Every path below a folder that is no folder, links included, without the manifest."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {str(path.relative_to(folder)) for path in found} - {MANIFEST}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder outside the output, with everything in it that a careless run could hit."""
    folder = tmp_path / "victim"
    for name in ("a.json", "sub/p.txt", "modules/spoke_dev/main.tf.json", "data/db.bin", "cdk.tf.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")
    return folder


def test_writes_everything_and_leaves_no_temporary_file(tmp_path):
    write_output(tmp_path, {ROOT: "{}\n", MODULE: "{}\n"})
    assert names(tmp_path) == {ROOT, MODULE}
    assert not (tmp_path / STAGING).exists()
    assert json.loads((tmp_path / MANIFEST).read_text())["files"].keys() == {ROOT, MODULE}


def test_files_are_made_with_the_umask_of_the_user(tmp_path):
    before = os.umask(0o077)
    try:
        write_output(tmp_path, {ROOT: "{}\n"})
    finally:
        os.umask(before)
    assert (tmp_path / ROOT).stat().st_mode & 0o777 == 0o600


def test_an_unchanged_file_is_not_touched(tmp_path):
    write_output(tmp_path, {ROOT: "{}\n"})
    for name in (ROOT, MANIFEST):
        os.utime(tmp_path / name, (1, 1))
    write_output(tmp_path, {ROOT: "{}\n"})
    assert [(tmp_path / name).stat().st_mtime for name in (ROOT, MANIFEST)] == [1, 1]


def test_stale_modules_and_roots_go_and_every_other_file_stays(tmp_path):
    write_output(tmp_path, {ROOT: "{}\n", MODULE: "{}\n", OLD: "{}\n", "stacks/gone/cdk.tf.json": "{}\n"})
    kept = {
        "stacks/dev/.terraform.lock.hcl",
        "stacks/dev/.terraform/providers/x",
        "stacks/dev/terraform.tfvars",
        "stacks/dev/my.auto.tfvars.json",
        "stacks/dev/extra/notes.json",
        "stacks/old/.terraform.lock.hcl",
        "stacks/mysql/data/db.bin",
        "stacks/app/config.json",
    }
    for name in kept:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    done = write_output(tmp_path, {ROOT: '{"a": 1}\n'})
    assert names(tmp_path) == {ROOT, *kept}
    assert done.removed == [MODULE, "stacks/gone/cdk.tf.json", OLD]
    assert not (tmp_path / "stacks/gone").exists()
    assert not (tmp_path / "stacks/dev/modules").exists()


def test_a_stale_file_that_was_edited_stays_and_is_named(tmp_path):
    write_output(tmp_path, {ROOT: "{}\n", OLD: "{}\n"})
    (tmp_path / OLD).write_text("edited")
    done = write_output(tmp_path, {ROOT: "{}\n"})
    assert (done.removed, done.kept) == ([], [OLD])
    assert (tmp_path / OLD).read_text() == "edited"


# --- what is foreign


@pytest.mark.parametrize("where", ["stacks/dev", "stacks/dev/modules", "stacks/dev/modules/spoke_dev", "stacks"])
def test_a_symbolic_link_in_the_output_is_refused(tmp_path, victim, where):
    out = tmp_path / "out"
    write_output(out, {"intent.json": "{}\n"})
    (out / where).parent.mkdir(parents=True, exist_ok=True)
    (out / where).symlink_to(victim)
    before = contents(victim), contents(out)
    with pytest.raises(OutputRefusedError, match="symbolic link"):
        write_output(out, {ROOT: "{}\n", MODULE: "{}\n"})
    assert (contents(victim), contents(out)) == before


def test_a_symbolic_link_that_took_the_place_of_a_module_is_never_followed(tmp_path, victim):
    """Not even to remove a file that the manifest lists."""
    out = tmp_path / "out"
    write_output(out, {ROOT: "{}\n", MODULE: "{}\n"})
    (out / MODULE).unlink()
    (out / MODULE).parent.rmdir()
    (out / MODULE).parent.symlink_to(victim / "modules" / "spoke_dev")
    (victim / "modules" / "spoke_dev" / "main.tf.json").write_text("{}\n")  # the same bytes as ours
    before = contents(victim)
    write_output(out, {ROOT: "{}\n"})
    assert contents(victim) == before
    assert (out / MODULE).parent.is_symlink()


def test_an_unrelated_link_is_not_changed(tmp_path, victim):
    out = tmp_path / "out"
    write_output(out, {ROOT: "{}\n", OLD: "{}\n"})
    (out / "stacks" / "link").symlink_to(victim)
    before = contents(victim)
    write_output(out, {ROOT: "{}\n"})
    assert contents(victim) == before
    assert (out / "stacks" / "link").is_symlink()


def test_a_folder_with_foreign_stacks_is_refused(tmp_path):
    (tmp_path / "stacks/mysql/data").mkdir(parents=True)
    (tmp_path / "stacks/mysql/data/db.bin").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(OutputRefusedError, match="did not write it"):
        write_output(tmp_path, {ROOT: "{}\n"})
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["intent.json", "manifest.json"])
def test_a_foreign_file_in_the_place_of_ours_is_refused(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputRefusedError, match=f"{name} exists"):
        write_output(tmp_path, {ROOT: "{}\n", name: "{}\n"})
    assert contents(tmp_path) == {name: b"mine"}


def test_a_file_where_a_folder_belongs_and_a_folder_where_a_file_belongs(tmp_path):
    write_output(tmp_path, {"intent.json": "{}\n"})
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks/dev").write_text("mine")
    with pytest.raises(OutputRefusedError, match="is a file, but must be a folder"):
        write_output(tmp_path, {ROOT: "{}\n"})
    (tmp_path / "stacks/dev").unlink()
    (tmp_path / ROOT).mkdir(parents=True)
    with pytest.raises(OutputRefusedError, match="is a folder, but must be a file"):
        write_output(tmp_path, {ROOT: "{}\n"})
    assert (tmp_path / ROOT).is_dir()


def test_the_output_is_a_file(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(NotADirectoryError):
        write_output(tmp_path / "out", {ROOT: "{}\n"})
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("text", ["", "null", "[]", '{"schema": 2, "files": {}}', '{"schema": 1, "files": {"a": 1}}'])
def test_a_damaged_manifest_is_refused(tmp_path, text):
    write_output(tmp_path, {ROOT: "{}\n"})
    (tmp_path / MANIFEST).write_text(text)
    before = contents(tmp_path)
    with pytest.raises(OutputRefusedError, match="damaged"):
        write_output(tmp_path, {ROOT: "new\n"})
    assert contents(tmp_path) == before


def test_a_manifest_cannot_name_files_outside_the_output(tmp_path, victim):
    out = tmp_path / "out"
    write_output(out, {ROOT: "{}\n"})
    document = json.loads((out / MANIFEST).read_text())
    for name in ("../victim/a.json", str(victim / "a.json"), "stacks/../../victim/a.json", "stacks/dev/own.bin"):
        document["files"][name] = "0" * 64
    (out / "stacks/dev/own.bin").write_text("mine")
    (out / MANIFEST).write_text(json.dumps(document))
    before = contents(victim)
    write_output(out, {ROOT: "new\n"})
    assert contents(victim) == before
    assert (out / "stacks/dev/own.bin").read_text() == "mine", "its digest is not the one that the manifest records"


def test_a_journal_cannot_name_files_outside_the_output(tmp_path, victim):
    out = tmp_path / "out"
    write_output(out, {ROOT: "{}\n"})
    (out / STAGING).mkdir()
    journal = {"schema": 1, "renames": {}, "removed": ["../victim/a.json"]}
    (out / STAGING / JOURNAL).write_text(json.dumps(journal))
    before = contents(victim)
    with pytest.raises(OutputRefusedError, match="damaged"):
        write_output(out, {ROOT: "new\n"})
    assert contents(victim) == before


# --- whole or not at all


def test_a_run_stopped_at_any_call_leaves_the_old_output_or_is_completed_by_the_next(tmp_path, monkeypatch):
    """Every call that changes the file system is the last one once."""
    old = {ROOT: "old\n", MODULE: "old\n", OLD: "{}\n"}
    new = {ROOT: "new\n", "stacks/dev/modules/more/main.tf.json": "{}\n"}
    stops = 0
    for stop in range(1000):
        out = tmp_path / str(stop)
        write_output(out, old)
        before = contents(out)
        with monkeypatch.context() as patched:
            stopped = _stop_after(patched, stop)
            try:
                write_output(out, new)
            except KeyboardInterrupt:
                assert stopped
        if not stopped:
            break
        stops += 1
        if is_half_written(out):
            write_output(out, old)  # whatever is asked for next, what was begun is completed first
            write_output(out, new)
        else:
            whole = {name: data for name, data in contents(out).items() if not name.startswith(STAGING)}
            assert whole == before or names(out) == set(new), stop
        write_output(out, new)
        assert names(out) == set(new), stop
        assert not drift_of(out)
    assert stops > 10


def _stop_after(patched: pytest.MonkeyPatch, calls: int) -> list[str]:
    left, stopped = [calls], []

    def counted(name, function):
        def call(*arguments, **keywords):
            if left[0] == 0:
                stopped.append(name)
                raise KeyboardInterrupt
            left[0] -= 1
            return function(*arguments, **keywords)

        return call

    for module, name in ((os, "replace"), (Path, "unlink"), (Path, "mkdir"), (Path, "rmdir"), (Path, "write_bytes")):
        patched.setattr(module, name, counted(name, getattr(module, name)))
    patched.setattr(Path, "write_text", counted("write_text", Path.write_text))
    return stopped


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")])
def test_a_full_or_read_only_disk_leaves_the_old_output(tmp_path, monkeypatch, error):
    write_output(tmp_path, {ROOT: "old\n", OLD: "{}\n"})
    before = contents(tmp_path)

    def fails(*_: object) -> int:
        raise error

    monkeypatch.setattr(Path, "write_bytes", fails)
    with pytest.raises(type(error), match=r"No space|denied"):
        write_output(tmp_path, {ROOT: "new\n", MODULE: "{}\n"})
    assert contents(tmp_path) == before
    assert not (tmp_path / "stacks/dev/modules").exists(), "folders that were made for it are gone too"


def test_a_failed_first_run_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_output(tmp_path / "a" / "b", {ROOT: "new\n"})
    assert not (tmp_path / "a").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_folder_is_found_before_anything_is_changed(tmp_path):
    write_output(tmp_path, {ROOT: "old\n", MODULE: "old\n"})
    before = contents(tmp_path)
    (tmp_path / MODULE).parent.chmod(0o555)
    try:
        with pytest.raises(PermissionError):
            write_output(tmp_path, {ROOT: "new\n", MODULE: "new\n"})
    finally:
        (tmp_path / MODULE).parent.chmod(0o755)
    assert contents(tmp_path) == before


WRITER = """
import sys
from collections.abc import Callable
from pathlib import Path
from modules.output_folder import write_output

for _ in range(50):
    write_output(Path(sys.argv[1]), {f"stacks/dev/{n}.tf.json": sys.argv[2] for n in range(8)})
"""


def test_two_runs_at_once_never_mix(tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path / "out")]
    runs = [subprocess.Popen([*command, letter], cwd=Path(writing.__file__).parent.parent) for letter in "ab"]
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    written = {data for name, data in contents(tmp_path / "out").items() if name != MANIFEST}
    assert written in ({b"a"}, {b"b"})
    assert not drift_of(tmp_path / "out")


# --- drift


def test_drift_names_what_was_changed_removed_and_added(tmp_path):
    write_output(tmp_path, {ROOT: "{}\n", MODULE: "{}\n", OLD: "{}\n"})
    assert not drift_of(tmp_path)
    (tmp_path / ROOT).write_text("edited")
    (tmp_path / OLD).unlink()
    (tmp_path / "stacks/dev/extra.tf.json").write_text("{}")
    drift = drift_of(tmp_path)
    assert drift is not None
    assert (drift.changed, drift.missing, drift.added) == ((ROOT,), (OLD,), ("stacks/dev/extra.tf.json",))


def test_a_folder_without_a_manifest_has_no_drift(tmp_path):
    assert drift_of(tmp_path) is None


def _as_cdktf(out: Path, synthesize: Callable[[], object]) -> None:
    """What `cdktf synth` does: list the folders, run the app, remove the folders that the manifest lacks."""
    before = sorted(out.glob("stacks/*"))
    synthesize()
    stacks = json.loads((out / "manifest.json").read_text())["stacks"]
    for folder in before:
        if folder.name not in stacks:
            assert folder.lstat(), "cdktf asks for the folder before it removes it"
            shutil.rmtree(folder)


def test_cdktf_finds_the_folder_of_a_removed_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def files(*names: str) -> dict[str, str]:
        roots = {f"stacks/{name}/modules/spoke/main.tf.json": "{}\n" for name in names}
        return {"manifest.json": json.dumps({"stacks": dict.fromkeys(names)}), **roots}

    out = tmp_path / "out"
    write_output(out, files("dev", "prod"))
    monkeypatch.setenv("CDKTF_CONTEXT_JSON", "{}")
    _as_cdktf(out, lambda: write_output(out, files("dev")))
    assert sorted(path.name for path in out.glob("stacks/*")) == ["dev"]
    write_output(out, files("dev", "prod"))
    write_output(out, files("dev"))
    assert list(out.glob("stacks/prod/**/*")) == []
    monkeypatch.delenv("CDKTF_CONTEXT_JSON")
    write_output(out, files("dev", "test"))
    with pytest.raises(FileNotFoundError):
        _as_cdktf(out, lambda: write_output(out, files("dev")))
