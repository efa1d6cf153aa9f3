"""Loading a cut package in place of the whole one, and every problem that can prevent it, with a fake provider."""

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from modules.bindings import load
from modules.bindings.load import use_declared_bindings
from tests.modules import fake_provider

PROVIDER = "fake_whole_provider"
DECLARATION = "fake_declaration"

Declare = Callable[[str], ModuleType]


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A whole package on the path, a cache of its own, and an import system that is as before afterwards."""
    fake_provider.write(tmp_path / "site" / PROVIDER)
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr(load, "PROVIDER", PROVIDER)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setenv("ISTHMUS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ISTHMUS_BINDINGS", "cut")
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] in (PROVIDER, DECLARATION)]:
        del sys.modules[name]


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    """Write a declaring module, and let it use its bindings."""

    def write_and_use(text: str) -> ModuleType:
        module = ModuleType(DECLARATION)
        module.__file__ = str(tmp_path / "aws.py")
        Path(module.__file__).write_text(text)
        sys.modules[DECLARATION] = module
        use_declared_bindings(DECLARATION)
        return module

    return write_and_use


def test_declared_submodules_come_from_the_cache(
    declare: Declare, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    declare(f"from {PROVIDER}.vpc import Vpc")
    vpc = importlib.import_module(f"{PROVIDER}.vpc")
    assert Path(str(vpc.__file__)).is_relative_to(tmp_path / "cache")
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("isthmus: building bindings for the 1 AWS resource types in use")
    assert err.count("\n") == 1


def test_the_second_load_prints_nothing(declare: Declare, capfd: pytest.CaptureFixture[str]) -> None:
    declare(f"from {PROVIDER}.vpc import Vpc")
    capfd.readouterr()
    del sys.modules[PROVIDER]
    declare(f"from {PROVIDER}.vpc import Vpc")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "change",
    [
        lambda package, monkeypatch: os.utime(package / "_jsii" / fake_provider.TARBALL, (0, 0)),
        lambda package, monkeypatch: monkeypatch.setattr(importlib.util, "MAGIC_NUMBER", b"other"),
    ],
    ids=["another version of the package", "another Python"],
)
def test_what_was_built_from_something_else_is_not_used(
    declare: Declare,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path, pytest.MonkeyPatch], None],
) -> None:
    declare(f"from {PROVIDER}.vpc import Vpc")
    del sys.modules[PROVIDER]
    change(tmp_path / "site" / PROVIDER, monkeypatch)
    declare(f"from {PROVIDER}.vpc import Vpc")
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_another_declaration_is_another_entry(declare: Declare, tmp_path: Path) -> None:
    declare(f"from {PROVIDER}.vpc import Vpc")
    del sys.modules[PROVIDER]
    declare(f"from {PROVIDER}.vpc import Vpc\nfrom {PROVIDER}.attachment import Attachment")
    assert len(list((tmp_path / "cache").iterdir())) == 2
    importlib.import_module(f"{PROVIDER}.attachment")


def test_an_undeclared_submodule_names_the_line_to_add(declare: Declare, tmp_path: Path) -> None:
    declare(f"from {PROVIDER}.vpc import Vpc")
    with pytest.raises(ModuleNotFoundError) as raised:
        importlib.import_module(f"{PROVIDER}.transit_gateway")
    assert str(raised.value) == (
        "TransitGateway is not one of the AWS bindings that this project declares. "
        f"To use it, add to {tmp_path / 'aws.py'}: from {PROVIDER}.transit_gateway import TransitGateway"
    )


@pytest.mark.parametrize("setting", ["cut", "stock"])
@pytest.mark.parametrize("name", ["TransitGateway", "TransitGatewayOptions"])
def test_an_undeclared_class_names_the_line_to_add(
    declare: Declare, name: str, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISTHMUS_BINDINGS", setting)
    module = declare(f"from {PROVIDER}.vpc import Vpc")
    with pytest.raises(ImportError, match=rf"aws.py: from {PROVIDER}\.transit_gateway import {name}$"):
        getattr(module, name)


def test_what_exists_nowhere_is_an_ordinary_error(declare: Declare) -> None:
    module = declare(f"from {PROVIDER}.vpc import Vpc")
    with pytest.raises(AttributeError, match="'Nonsense'"):
        _ = module.Nonsense
    with pytest.raises(ModuleNotFoundError, match=f"No module named '{PROVIDER}.nonsense'"):
        importlib.import_module(f"{PROVIDER}.nonsense")


def is_whole() -> bool:
    """Whether importing the provider would run the whole package's `__init__`."""
    try:
        importlib.import_module(PROVIDER)
    except AssertionError as error:
        return str(error) == "the whole package was imported"
    return False


def test_one_setting_keeps_the_whole_package(
    declare: Declare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ISTHMUS_BINDINGS", "stock")
    declare(f"from {PROVIDER}.vpc import Vpc")
    assert is_whole()
    assert not (tmp_path / "cache").exists()
    assert capfd.readouterr() == ("", "")


def test_any_other_value_of_the_setting_is_refused(declare: Declare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISTHMUS_BINDINGS", "sotck")
    with pytest.raises(SystemExit, match="ISTHMUS_BINDINGS is 'sotck'; write 'cut'"):
        declare(f"from {PROVIDER}.vpc import Vpc")


def open_to_others(root: Path) -> None:
    (root / "cache").mkdir(mode=0o755)


def not_a_directory(root: Path) -> None:
    (root / "cache").touch()


def unknown_layout(root: Path) -> None:
    (root / "site" / PROVIDER / "_jsii" / fake_provider.TARBALL).write_bytes(b"not a tarball")


def no_sources(root: Path) -> None:
    (root / "site" / PROVIDER / "vpc/__init__.py").unlink()


@pytest.mark.parametrize("obstacle", [open_to_others, not_a_directory, unknown_layout, no_sources])
def test_an_obstacle_means_one_warning_and_the_whole_package(
    declare: Declare,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    obstacle: Callable[[Path], None],
) -> None:
    obstacle(tmp_path)
    declare(f"from {PROVIDER}.vpc import Vpc")
    warnings = [line for line in capfd.readouterr().err.splitlines() if "building" not in line]
    assert len(warnings) == 1
    assert warnings[0].startswith("isthmus: cannot cut the AWS bindings down to the classes in use: ")
    assert warnings[0].endswith("(ISTHMUS_BINDINGS=stock does so without this warning)")
    assert is_whole()
    # Processes started from this one load the whole package without saying it again.
    declare(f"from {PROVIDER}.vpc import Vpc")
    assert capfd.readouterr().err == ""


def test_a_damaged_entry_means_one_warning_and_the_whole_package(
    declare: Declare, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    declare(f"from {PROVIDER}.vpc import Vpc")
    capfd.readouterr()
    del sys.modules[PROVIDER]
    next((tmp_path / "cache").rglob("*.tgz")).write_bytes(b"")
    declare(f"from {PROVIDER}.vpc import Vpc")
    assert "is damaged: remove it, and it is built again" in capfd.readouterr().err
    assert is_whole()


def test_a_provider_imported_before_stays(declare: Declare) -> None:
    before = sys.modules[PROVIDER] = ModuleType(PROVIDER)
    before.__spec__ = ModuleSpec(PROVIDER, None, is_package=True)
    declare(f"from {PROVIDER}.vpc import Vpc")
    assert sys.modules[PROVIDER] is before


def test_a_provider_that_is_not_installed_is_left_to_the_import(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "PROVIDER", "not_installed_at_all")
    declare("from not_installed_at_all.vpc import Vpc")
    with pytest.raises(ModuleNotFoundError, match="No module named 'not_installed_at_all'"):
        importlib.import_module("not_installed_at_all.vpc")
