"""Where the AWS provider is found, and what it adds to the double."""

import platform
import stat
import zipfile
from pathlib import Path

import pytest

from .engine import Engine, Missing, TerraformFailed
from .engine.real import VARIABLE, RealProvider, find_provider
from .two_roots import SPOKE, SPOKE_MODULE, two_roots, write

ADDRESS = Path("registry.terraform.io", "hashicorp", "aws")
MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine().lower())
PLATFORM = f"{platform.system().lower()}_{MACHINE}"


def _unpacked(mirror: Path, version: str, target: str = PLATFORM) -> Path:
    package = mirror / ADDRESS / version / target
    package.mkdir(parents=True)
    return package


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty mirror, named by the variable."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mirror"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "mirror" / ADDRESS).mkdir(parents=True)
    return tmp_path / "mirror"


def test_the_newest_version_that_roots_accept_is_used(mirror: Path) -> None:
    for version in ("5.99.1", "5.100.0", "6.9.0", "6.10.0", "7.0.0"):
        _unpacked(mirror, version)
    assert find_provider() == RealProvider(mirror / ADDRESS / "6.10.0" / PLATFORM, "6.10.0")


@pytest.mark.parametrize(("version", "target"), [("5.99.1", PLATFORM), ("7.0.0", PLATFORM), ("6.0.0", "plan9_mips")])
def test_without_a_usable_version_the_message_says_how_to_get_one(mirror: Path, version: str, target: str) -> None:
    _unpacked(mirror, version, target)
    with pytest.raises(Missing, match=r"no hashicorp/aws 5\.100\.0 or later .*terraform providers mirror"):
        find_provider()


def test_a_packed_provider_is_unpacked_once(mirror: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(mirror / ADDRESS / f"terraform-provider-aws_6.1.0_{PLATFORM}.zip", "w") as package:
        package.writestr("terraform-provider-aws_v6.1.0_x5", "a program")
    provider = find_provider()
    for copy in (tmp_path / "a", tmp_path / "b"):
        provider.install(copy)
        (program,) = copy.glob(f".terraform/providers/{ADDRESS}/6.1.0/{PLATFORM}/terraform-provider-aws*")
        assert program.read_text() == "a program"
        assert program.stat().st_mode & stat.S_IXUSR
    assert len(list((tmp_path / "cache").rglob("terraform-provider-aws_v*"))) == 1


def test_terraforms_own_directories_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    package = _unpacked(tmp_path / "terraform" / "plugins", "6.99.0")
    assert find_provider() == RealProvider(package, "6.99.0")


def test_system_directories_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_DATA_HOME", "XDG_DATA_DIRS"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setattr("tests.terraform.engine.real._PREFIXES", (str(tmp_path / "absent"), str(tmp_path / "opt")))
    package = _unpacked(tmp_path / "opt" / "tools" / "plugins", "6.99.0")
    assert find_provider() == RealProvider(package, "6.99.0")


def test_wrong_values_are_caught_where_the_double_lets_them_pass(
    double_engine: Engine, real_engine: Engine, tmp_path: Path
) -> None:
    documents = two_roots()
    documents[SPOKE]["provider"]["aws"][1]["assume_role"][0]["role_arn"] = "network-prod"
    documents[SPOKE_MODULE]["resource"]["aws_vpc"]["dev"]["cidr_block"] = "10.1.0.0/33"
    root = write(documents, tmp_path) / "stacks" / "dev"
    assert double_engine.validate(root) == []
    with pytest.raises(TerraformFailed, match="network-prod") as failed:
        real_engine.validate(root)
    assert "10.1.0.0/33" in str(failed.value)
