"""`isthmus upgrade` replaces what you did not edit, merges or lists what you did, and touches nothing of yours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.cli import main
from isthmus.errors import CannotAnswer
from isthmus.files.manifest import digest
from isthmus.template.content import Choice, Content, content
from isthmus.template.creation import create
from isthmus.template.merging import merged
from isthmus.template.template_record import BASE, RECORD, read_base, read_record, record_files
from isthmus.template.upgrading import FileUpgrade, write_upgrade

from .test_init import files_in, installed, ran
from .wheel import PROJECT, built, packed

VERSION = version("isthmus")
CHOICE = Choice("northwind", "one")
HUB, VPN = "modules/hub.py", "modules/vpn.py"
PERSON = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, env=os.environ | PERSON, check=True, capture_output=True)


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    installed = tmp_path / "installed" / "isthmus" / "shipped"
    installed.mkdir(parents=True)
    (installed / "main.py").touch()
    return packed(tmp_path / "dist", tmp_path / "installed", VERSION)


def older(changes: Mapping[str, bytes | None]) -> Content:
    """The template of an older version: the present one with changes. None takes a file away."""
    now = content(CHOICE, VERSION, None)
    files = {path: data for path, data in {**now.template, **changes}.items() if data is not None}
    return Content(now.own, files)


def present(path: str) -> bytes:
    return content(CHOICE, VERSION, None).template[path]


def repository(folder: Path, old: Content) -> Path:
    """A committed repository from an older version."""
    target = folder / "northwind"
    create(target, {**old.own, **old.template, **record_files(old, CHOICE, "0.0.9")})
    git(target, "init", "--quiet")
    git(target, "add", "--all", "--force")
    git(target, "commit", "--quiet", "--message=start")
    return target


def upgrade(target: Path, wheel: Path) -> int:
    return main(["upgrade", str(target), "--wheel", str(wheel)])


OLD_HUB = b"# the older hub\n" + present(HUB)


def test_unedited_files_become_those_of_this_version(
    tmp_path: Path, wheel: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = older({HUB: OLD_HUB, "modules/old.py": b"1\n", "wheels/isthmus-0.0.9-py3-none-any.whl": b"PK", VPN: None})
    target = repository(tmp_path, old)
    (target / "environments" / "estate.py").write_text("mine")
    (target / "tests" / "test_network.py").write_text("mine")
    (target / "waivers.toml").unlink()
    before = files_in(target)
    assert upgrade(target, wheel) == 0
    out = capsys.readouterr().out
    assert f"Isthmus 0.0.9 -> {VERSION}" in out
    assert f"Replaced\n  {HUB}\n" in out
    assert "Removed\n  modules/old.py\n  wheels/isthmus-0.0.9-py3-none-any.whl\n" in out
    after = files_in(target)
    assert after[HUB] == present(HUB)
    assert after[VPN] == present(VPN)
    assert after[f"wheels/{wheel.name}"] == wheel.read_bytes()
    assert f'path = "wheels/{wheel.name}"'.encode() in after["pyproject.toml"]
    assert not {"modules/old.py", "wheels/isthmus-0.0.9-py3-none-any.whl", "waivers.toml"} & after.keys()
    own = [path for path in before if path.startswith((".git/", "environments/", "tests/", "README"))]
    assert {path: after[path] for path in own} == {path: before[path] for path in own}
    assert read_record(target).version == VERSION
    assert upgrade(target, wheel) == 0
    assert "no template file changed" in capsys.readouterr().out
    assert files_in(target) == after


def test_an_edit_is_merged_with_the_change(tmp_path: Path, wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = repository(tmp_path, older({HUB: OLD_HUB}))
    (target / HUB).write_bytes(OLD_HUB + b"\n\nMINE = 1\n")
    (target / VPN).write_bytes(present(VPN) + b"\n\nMINE = 2\n")  # the template did not change here
    git(target, "commit", "--quiet", "--all", "--message=edit")
    assert upgrade(target, wheel) == 0
    assert f"Merged with your edits\n  {HUB}\n" in capsys.readouterr().out
    assert (target / HUB).read_bytes() == present(HUB) + b"\n\nMINE = 1\n"
    assert (target / VPN).read_bytes() == present(VPN) + b"\n\nMINE = 2\n"


@pytest.mark.parametrize(
    "why", ["your edit meets a change", "git does not have your version", "does not have its base"]
)
def test_what_cannot_be_merged_stays_next_to_the_new_file(
    tmp_path: Path, wheel: Path, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = repository(tmp_path, older({HUB: OLD_HUB}))
    edited = b"# edited\n" + present(HUB) if why.startswith("your") else OLD_HUB + b"\n\nMINE = 1\n"
    (target / HUB).write_bytes(edited)
    if why != "git does not have your version":
        git(target, "commit", "--quiet", "--all", "--message=edit")
    if why == "does not have its base":
        (target / BASE).write_bytes(b"no zip file")
    assert upgrade(target, wheel) == 1
    out = capsys.readouterr().out
    assert f"{HUB} ({HUB}.new): " in out
    assert why in out
    assert (target / HUB).read_bytes() == edited
    assert (target / f"{HUB}.new").read_bytes() == present(HUB)


def test_a_new_file_of_an_earlier_upgrade_is_not_overwritten(
    tmp_path: Path, wheel: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = repository(tmp_path, older({HUB: OLD_HUB}))
    (target / HUB).write_bytes(b"# edited\n")
    (target / f"{HUB}.new").write_bytes(b"waits\n")
    before = files_in(target)
    assert upgrade(target, wheel) == 2
    assert "of an earlier upgrade is still there" in capsys.readouterr().err
    assert files_in(target) == before


@pytest.mark.parametrize("case", ["removed", "linked", "own file of this name", "edited and gone from the template"])
def test_what_is_left_to_you_is_listed(
    tmp_path: Path, wheel: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old = {HUB: OLD_HUB} | ({"modules/old.py": b"1\n"} if case.startswith("edited") else {})
    target = repository(tmp_path, older(old | ({VPN: None} if case.startswith("own") else {})))
    outside = tmp_path / "outside.py"
    outside.write_text("outside")
    if case == "removed":
        (target / HUB).unlink()
    elif case == "linked":
        (target / HUB).unlink()
        (target / HUB).symlink_to(outside)
    elif case.startswith("own"):
        (target / VPN).write_text("mine")
    else:
        (target / "modules/old.py").write_text("mine")
    assert upgrade(target, wheel) == 1
    assert "Left as they are" in capsys.readouterr().out
    assert outside.read_text() == "outside"
    assert (target / HUB).is_symlink() == (case == "linked")
    assert (target / HUB).exists() == (case != "removed")
    if case.startswith("own"):
        assert ((target / VPN).read_text(), (target / f"{VPN}.new").read_bytes()) == ("mine", present(VPN))
    if case.startswith("edited"):
        assert (target / "modules/old.py").read_text() == "mine"


def test_a_failure_restores_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last of three writes fails."""
    for name in ("a", "b"):
        (tmp_path / name).write_text("old")
    replace, written = Path.replace, []

    def fail_at_last(self: Path, target: Path) -> Path:
        written.append(target.name)
        if target.name == "record":
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail_at_last)
    steps = [FileUpgrade("a", "replaced", b"new"), FileUpgrade("c", "added", b"new"), FileUpgrade("b", "removed")]
    with pytest.raises(CannotAnswer, match="Nothing was changed"):
        write_upgrade(tmp_path, steps, {"record": b"new"})
    assert written == ["a", "c", "record"]
    assert files_in(tmp_path) == {"a": b"old", "b": b"old"}


@pytest.mark.parametrize("linked", [".isthmus", "wheels"])
def test_nothing_is_written_through_a_link(
    tmp_path: Path, wheel: Path, linked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = repository(tmp_path, older({HUB: OLD_HUB}))
    outside = tmp_path / "outside"
    if (target / linked).exists():
        (target / linked).rename(outside)
    else:
        outside.mkdir()
    (target / linked).symlink_to(outside, target_is_directory=True)
    before = files_in(outside)
    assert upgrade(target, wheel) == (2 if linked == ".isthmus" else 1)
    assert "symbolic link" in "".join(capsys.readouterr())
    assert files_in(outside) == before
    assert (target / HUB).read_bytes() == (OLD_HUB if linked == ".isthmus" else present(HUB))


def test_a_file_that_only_an_edited_record_has_is_kept(tmp_path: Path, wheel: Path) -> None:
    target = repository(tmp_path, older({HUB: OLD_HUB}))
    (target / "docs.md").write_text("mine")
    document = json.loads((target / RECORD).read_text())
    document["files"]["docs.md"] = digest(b"mine")
    (target / RECORD).write_text(json.dumps(document))
    assert upgrade(target, wheel) == 1
    assert (target / "docs.md").read_text() == "mine"


def test_permissions_stay(tmp_path: Path, wheel: Path) -> None:
    target = repository(tmp_path, older({HUB: OLD_HUB}))
    (target / HUB).chmod(0o555)
    assert upgrade(target, wheel) == 0
    assert (target / HUB).read_bytes() == present(HUB)
    assert (target / HUB).stat().st_mode & 0o777 == 0o555
    assert not [path for path in files_in(target) if path.endswith(".before")]


def test_an_edit_that_git_ignores_is_not_taken_for_committed(tmp_path: Path, wheel: Path) -> None:
    target = repository(tmp_path, older({HUB: OLD_HUB}))
    git(target, "update-index", "--skip-worktree", HUB)
    (target / HUB).write_bytes(OLD_HUB + b"MINE = 1\n")
    assert upgrade(target, wheel) == 1
    assert (target / HUB).read_bytes() == OLD_HUB + b"MINE = 1\n"


def test_a_damaged_base_is_no_base(tmp_path: Path, wheel: Path) -> None:
    target = repository(tmp_path, older({HUB: OLD_HUB}))
    record, whole = read_record(target), (target / BASE).read_bytes()
    for place in range(0, len(whole), len(whole) // 40):
        (target / BASE).write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        assert all(digest(data) == record.files[path] for path, data in read_base(target, record).items())


def test_a_run_that_the_user_stops_restores_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old")
    replace = Path.replace

    def stopped(self: Path, target: Path) -> Path:
        if target.name == "record":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_upgrade(tmp_path, [FileUpgrade("a", "replaced", b"new")], {"record": b"new"})
    assert files_in(tmp_path) == {"a": b"old"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schema": 2}, "its schema is 2"),
        ({"start": "6"}, "start is '6'"),
        ({"files": {"../x": "0" * 64}}, "is no path of a template file"),
        ({"files": {"environments/x": "0" * 64}}, "is no path of a template file"),
        ({"files": {"/x": "0" * 64}}, "is no path of a template file"),
        ({"files": {"modules/../../x": "0" * 64}}, "is no path of a template file"),
        ({"files": {".": "0" * 64}}, "is no path of a template file"),
        ({"files": {".GIT/config": "0" * 64}}, "is no path of a template file"),
        ({"files": {RECORD: "0" * 64}}, "is no path of a template file"),
        ({"files": {"README.md": "0" * 64}}, "is no path of a template file"),
        ({"files": {"x": "hash"}}, "a hash is not valid"),
        ({"files": ["x"]}, "a value has the wrong type"),
    ],
)
def test_a_record_that_is_not_valid_is_refused(
    tmp_path: Path, wheel: Path, change: dict[str, object], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = {"schema": 1, "isthmus": "0.0.9", "name": "n", "start": "one", "files": {}} | change
    (tmp_path / RECORD).parent.mkdir()
    (tmp_path / RECORD).write_text(json.dumps(document))
    assert upgrade(tmp_path, wheel) == 2
    assert problem in capsys.readouterr().err


def test_a_folder_without_a_record_is_refused(tmp_path: Path, wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert upgrade(tmp_path, wheel) == 2
    assert "isthmus upgrade in a repository that isthmus init wrote" in capsys.readouterr().err


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n"]), max_size=5).map(b"".join)


@given(LINES, LINES)
def test_a_merge_with_no_change_on_one_side_is_the_other(base: bytes, changed: bytes) -> None:
    assert merged(changed, base, base) == changed
    assert merged(base, base, changed) == changed


@pytest.mark.nightly
def test_from_the_wheel_of_one_version_to_that_of_the_next(tmp_path: Path) -> None:
    """The next version has another comment in a module, and a new module. The user has edited another module."""
    following = tmp_path / "following"
    left_out = shutil.ignore_patterns(".git", ".venv", ".uv", "cdktf.out", "dist", "site", "__pycache__", ".*_cache")
    shutil.copytree(PROJECT, following, ignore=left_out)
    metadata = following / "pyproject.toml"
    metadata.write_text(metadata.read_text().replace(f'version = "{VERSION}"', 'version = "9.9.9"', 1))
    (following / HUB).write_text("# The next version.\n" + (following / HUB).read_text())
    (following / "modules" / "added.py").write_text('"""A new module."""\n')
    now = installed(tmp_path / "now", built(tmp_path / "dist"))
    later = installed(tmp_path / "later", built(tmp_path / "later-dist", following))
    ran(now / "isthmus", "init", "northwind", folder=tmp_path)
    target = tmp_path / "northwind"
    assert "1 passed" in ran("make", "test", folder=target)
    (target / VPN).write_text((target / VPN).read_text() + "\n\n# Mine.\n")
    git(target, "init", "--quiet")
    git(target, "add", "--all")
    git(target, "commit", "--quiet", "--message=start")
    own = {path: data for path, data in files_in(target).items() if path.startswith(("environments/", "tests/"))}
    printed = ran(later / "isthmus", "upgrade", folder=target)
    assert f"Isthmus {VERSION} -> 9.9.9" in printed
    assert "Added\n  modules/added.py\n  wheels/isthmus-9.9.9-py3-none-any.whl\n" in printed
    assert (target / HUB).read_text().startswith("# The next version.\n")
    assert (target / VPN).read_text().endswith("# Mine.\n")
    assert {path: data for path, data in files_in(target).items() if path in own} == own
    assert "1 passed" in ran("make", "test", folder=target)
    assert "9.9.9" in ran(target / ".venv" / "bin" / "isthmus", "--version", folder=target)
