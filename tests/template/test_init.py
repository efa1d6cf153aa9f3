"""`isthmus init` writes a repository that works at once, and overwrites nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from isthmus.cli import main
from isthmus.errors import CannotAnswer
from isthmus.template.content import STAGES, Choice, content
from isthmus.template.creation import create
from isthmus.template.template_record import read_base, read_record

from .wheel import PROJECT, built, packed

VERSION = version("isthmus")
STARTS = ("one", "several", *map(str, STAGES))


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    installed = tmp_path / "installed" / "isthmus" / "shipped"
    installed.mkdir(parents=True)
    (installed / "main.py").touch()
    return packed(tmp_path / "dist", tmp_path / "installed", VERSION)


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def init(*words: str | Path) -> int:
    return main(["init", *map(str, words)])


def test_a_repository_holds_the_template_and_its_record(tmp_path: Path, wheel: Path) -> None:
    repository = tmp_path / "northwind"
    assert init(repository, "--wheel", wheel) == 0
    found = files_in(repository)
    for name in ("main.py", "cdktf.json", "modules/hub.py", "policies/waivers.toml"):
        assert found[name] == (PROJECT / name).read_bytes()
    assert found[f"wheels/{wheel.name}"] == wheel.read_bytes()
    assert f'isthmus = {{ path = "wheels/{wheel.name}" }}' in found["pyproject.toml"].decode()
    assert not [name for name in found if "__pycache__" in name or name.startswith(("isthmus/", "tests/intent"))]
    record = read_record(repository)
    assert (record.version, record.choice) == (VERSION, Choice("northwind", "one"))
    written = {name for name in found if not name.startswith(".isthmus/")}
    own = {name for name in written if name.startswith(("environments/", "tests/"))} | {"README.md", "waivers.toml"}
    assert set(record.files) == written - own
    base = read_base(repository, record)
    assert set(base) == {name for name in record.files if not name.startswith("wheels/")}
    assert all(found[name] == data for name, data in base.items())
    assert not [name for name, data in found.items() if b"{{name}}" in data or b"{{version}}" in data]


@pytest.mark.parametrize("start", STARTS)
def test_every_start_is_an_estate_with_the_name_of_the_folder(tmp_path: Path, start: str) -> None:
    create(tmp_path / "northwind", content(Choice("northwind", start), VERSION, None).own)
    script = "from isthmus.intent.loading import load_estate; print(load_estate().name)"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, '.'); {script}"],
        cwd=tmp_path / "northwind",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("northwind\n", "")


def test_the_tests_of_a_new_repository_pass(tmp_path: Path) -> None:
    """They synthesize with its own modules, and prove the output."""
    repository = tmp_path / "northwind"
    made = content(Choice("northwind", "one"), VERSION, None)
    create(repository, {**made.own, **made.template})
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", f"isthmus_app={sys.executable} main.py"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ISTHMUS_ESTATE"))},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout


@pytest.mark.parametrize("taken", ["main.py", "modules", "environments/estate.py", ".github"])
def test_what_exists_is_refused_and_stays(
    tmp_path: Path, wheel: Path, taken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = tmp_path / "northwind"
    (repository / taken).parent.mkdir(parents=True)
    (repository / taken).write_text("mine")
    assert init(repository, "--wheel", wheel) == 2
    assert f"has {taken} already" in capsys.readouterr().err
    assert files_in(repository) == {taken: b"mine"}


@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_a_file_or_a_link_is_no_folder(tmp_path: Path, wheel: Path, kind: str) -> None:
    repository, other = tmp_path / "northwind", tmp_path / "other"
    if kind == "file":
        repository.write_text("mine")
    else:
        repository.symlink_to(other)
        if kind == "link":
            other.mkdir()
    assert init(repository, "--wheel", wheel) == 2
    assert repository.is_symlink() == (kind != "file")
    assert not other.exists() or not list(other.iterdir())


def test_a_linked_folder_inside_is_not_written_to(tmp_path: Path, wheel: Path) -> None:
    repository, other = tmp_path / "northwind", tmp_path / "other"
    repository.mkdir()
    other.mkdir()
    (repository / "policies").symlink_to(other)
    assert init(repository, "--wheel", wheel) == 2
    assert not list(other.iterdir())
    assert [path.name for path in repository.iterdir()] == ["policies"]


def test_an_existing_folder_is_filled(tmp_path: Path, wheel: Path) -> None:
    repository = tmp_path / "northwind"
    (repository / ".git").mkdir(parents=True)
    (repository / "NOTES.md").write_text("mine")
    assert init(repository, "--wheel", wheel) == 0
    assert (repository / "NOTES.md").read_text() == "mine"
    assert (repository / "main.py").exists()


@pytest.mark.parametrize("existing", [True, False])
def test_all_files_are_written_or_none(tmp_path: Path, existing: bool) -> None:
    """The last file cannot be written: its name is too long for a file system."""
    repository = tmp_path / "northwind"
    if existing:
        repository.mkdir()
        (repository / "mine").write_text("mine")
    with pytest.raises(CannotAnswer, match="Nothing was written"):
        create(repository, {"a/b/c.py": b"1", "d.py": b"2", "n" * 300: b"3"})
    assert [path.name for path in tmp_path.iterdir()] == (["northwind"] if existing else [])
    assert not existing or [path.name for path in repository.iterdir()] == ["mine"]


@pytest.mark.parametrize("name", ["1st", "my network", "nétwork"])
def test_a_name_that_no_estate_can_have_is_refused(
    tmp_path: Path, wheel: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path / name, "--wheel", wheel) == 2
    assert "write: a letter, then letters, digits" in capsys.readouterr().err
    assert not (tmp_path / name).exists()


def test_a_wheel_of_another_version_is_refused(tmp_path: Path, wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = packed(tmp_path / "dist", tmp_path / "installed", "9.9.9")
    assert init(tmp_path / "northwind", "--wheel", other) == 2
    assert f"it is the wheel of Isthmus 9.9.9, and this is {VERSION}" in capsys.readouterr().err
    broken = wheel.with_name("isthmus-broken.whl")
    broken.write_bytes(b"PK")
    assert init(tmp_path / "northwind", "--wheel", broken) == 2
    assert init(tmp_path / "northwind", "--wheel", tmp_path / "none.whl") == 2
    assert not (tmp_path / "northwind").exists()


def test_an_isthmus_without_a_wheel_asks_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tests run in an editable installation."""
    assert init(tmp_path / "northwind") == 2
    assert "write: --wheel FILE" in capsys.readouterr().err


def ran(*words: str | Path, folder: Path) -> str:
    """The output of a command of a user, who has no virtual environment active and no settings of ours."""
    ours = ("ISTHMUS", "CDKTF", "COV", "PYTEST", "VIRTUAL_ENV", "HYPOTHESIS")
    settings = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(words, cwd=folder, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def installed(folder: Path, wheel: Path) -> Path:
    """The commands of a virtual environment with a wheel."""
    uv = shutil.which("uv") or str(PROJECT / ".uv" / "bin" / "uv")
    ran(uv, "venv", "--quiet", "--python", sys.executable, folder, folder=wheel.parent)
    ran(uv, "pip", "install", "--quiet", "--python", folder / "bin" / "python", wheel, folder=wheel.parent)
    return folder / "bin"


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("accounts", "module", "old", "new"),
    [("one", "estate.py", "10.0.16.0/20", "10.0.32.0/20"), ("several", "dev.py", "10.1.0.0/20", "10.1.64.0/20")],
)
def test_a_new_user_starts_from_the_wheel_alone(tmp_path: Path, accounts: str, module: str, old: str, new: str) -> None:
    """init, make, make test, an edit of the environments, make test."""
    isthmus = installed(tmp_path / "first", built(tmp_path / "dist")) / "isthmus"
    ran(isthmus, "init", "northwind", "--accounts", accounts, folder=tmp_path)
    repository = tmp_path / "northwind"
    assert "PROVED" in (output := ran("make", folder=repository))
    assert "0 findings" in output
    assert "1 passed" in ran("make", "test", folder=repository)
    for package in ("mypy", "moto", "flask"):
        assert not list((repository / ".venv" / "lib").glob(f"python*/site-packages/{package}"))
    edited = repository / "environments" / module
    edited.write_text(edited.read_text().replace(old, new))
    assert "1 passed" in ran("make", "test", folder=repository)
    ran("make", "synth", folder=repository)
    assert new in (repository / "cdktf.out" / "intent.json").read_text()


def test_the_documented_output_is_what_it_prints(
    tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert init("my-network", "--wheel", wheel) == 0
    page = (PROJECT / "docs" / "getting-started" / "your-own-repository.md").read_text()
    assert f"$ isthmus init my-network\n{capsys.readouterr().out}```\n" in page
    assert page.count("isthmus-VERSION-py3-none-any.whl") == 2
