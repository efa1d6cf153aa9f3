"""Cutting a provider package: what stays, what goes, and what it refuses to cut."""

import importlib.util
import json
import os
import subprocess
import tarfile
import traceback
from pathlib import Path
from typing import Any

import pytest

from modules.bindings import use_packaged_node
from modules.bindings.cut import UnexpectedLayoutError, cut
from tests.modules import fake_provider


@pytest.fixture
def package(tmp_path: Path) -> Path:
    fake_provider.write(tmp_path / "provider")
    return tmp_path / "provider"


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    (tmp_path / "destination").mkdir()
    return tmp_path / "destination"


def files_of(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}


def tarball_of(directory: Path) -> dict[str, bytes]:
    with tarfile.open(directory / "_jsii" / fake_provider.TARBALL) as archive:
        return {name: archive.extractfile(name).read() for name in archive.getnames()}  # type: ignore[union-attr]


def test_a_submodule_that_refers_to_none_stays_alone(package: Path, destination: Path) -> None:
    cut(package, {"vpc"}, destination)
    assert files_of(destination) == {"_jsii/__init__.pyc", f"_jsii/{fake_provider.TARBALL}", "vpc/__init__.pyc"}
    assert set(tarball_of(destination)) == {
        "package/package.json",
        "package/LICENSE",
        "package/.jsii",
        "package/lib/index.js",
        "package/lib/vpc/index.js",
    }


def test_what_a_type_refers_to_stays_with_it(package: Path, destination: Path) -> None:
    cut(package, {"attachment"}, destination)
    assembly = json.loads(tarball_of(destination)["package/.jsii"])
    assert {fqn.split(".")[1] for fqn in assembly["types"]} == {"attachment", "transitGateway"}
    assert set(assembly["submodules"]) == {f"{fake_provider.NAME}.attachment", f"{fake_provider.NAME}.transitGateway"}
    assert "package/lib/transit-gateway/index.js" in tarball_of(destination)
    assert "transit_gateway/__init__.pyc" in files_of(destination)


def test_identity_stays_and_prose_goes(package: Path, destination: Path) -> None:
    cut(package, {"attachment"}, destination)
    text = tarball_of(destination)["package/.jsii"].decode()
    assembly = json.loads(text)
    assert (assembly["name"], assembly["version"]) == (fake_provider.NAME, "1.0.0")
    assert "prose" not in text
    assert "locationInModule" not in text
    # A property that happens to be named like a kind of prose is no prose.
    assert assembly["types"][f"{fake_provider.NAME}.attachment.Attachment"]["properties"][0]["name"] == "docs"


def test_javascript_is_loaded_when_first_used(package: Path, destination: Path, tmp_path: Path) -> None:
    cut(package, {"vpc", "attachment"}, destination)
    with tarfile.open(destination / "_jsii" / fake_provider.TARBALL) as archive:
        archive.extractall(tmp_path, filter="data")
    program = """
        globalThis.loaded = [];
        const provider = require("./package/lib/index.js");
        const before = [...loaded];
        const made = new provider.vpc.Vpc().constructor.name;
        provider.vpc;
        console.log(JSON.stringify([before, made, loaded, Object.keys(provider).sort()]));
    """
    use_packaged_node()
    output = subprocess.run([os.environ["JSII_NODE"], "-e", program], cwd=tmp_path, capture_output=True, check=True)
    assert json.loads(output.stdout) == [[], "Vpc", ["vpc"], ["attachment", "transitGateway", "vpc"]]


def test_python_comes_compiled_without_checks_and_names_its_source(package: Path, destination: Path) -> None:
    cut(package, {"vpc"}, destination)
    spec = importlib.util.spec_from_file_location("cut_vpc", destination / "vpc/__init__.pyc")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.__doc__ is None
    # Text, for `typing` is not even imported.
    assert module.Vpc.__init__.__annotations__ == {"value": "typing.Optional[str]"}
    assert not {name for name in vars(module) if "check" in name or name.isupper()}
    vpc = module.Vpc(7)  # the assertion is gone: jsii's kernel checks the types
    with pytest.raises(RuntimeError, match="on purpose") as raised:
        vpc.fail()
    frame = traceback.extract_tb(raised.value.__traceback__)[-1]
    assert frame.filename == str(package / "vpc/__init__.py")
    assert frame.line == 'raise RuntimeError("on purpose")'


def test_a_name_the_package_does_not_have_is_passed_over(package: Path, destination: Path) -> None:
    cut(package, {"vpc", "no_such_thing"}, destination)
    assert "vpc/__init__.pyc" in files_of(destination)


def test_the_same_input_gives_the_same_bytes(package: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        cut(package, {"vpc", "attachment"}, tmp_path / name)
    assert tarball_of(tmp_path / "first") == tarball_of(tmp_path / "second")
    tarballs = [(tmp_path / name / "_jsii" / fake_provider.TARBALL).read_bytes() for name in ("first", "second")]
    assert tarballs[0] == tarballs[1]
    assert tarballs[0][4:8] == bytes(4)  # gzip's time stamp


@pytest.mark.parametrize(
    ("layout", "complaint"),
    [
        ({"jsii": fake_provider.assembly() | {"schema": "jsii/9.9.9"}}, "its schema is 'jsii/9.9.9'"),
        ({"jsii": {"schema": "jsii/0.10.0", "name": "x"}}, "KeyError: 'types'"),
        ({"index": "module.exports = {}"}, r"its index.js does not export attachment, vpc"),
    ],
)
def test_an_unknown_layout_is_refused(tmp_path: Path, destination: Path, layout: Any, complaint: str) -> None:
    fake_provider.write(tmp_path / "other", **layout)
    with pytest.raises(UnexpectedLayoutError, match=complaint):
        cut(tmp_path / "other", {"vpc", "attachment"}, destination)


def test_a_damaged_tarball_is_refused(package: Path, destination: Path) -> None:
    tarball = package / "_jsii" / fake_provider.TARBALL
    tarball.write_bytes(tarball.read_bytes()[:200])
    with pytest.raises(UnexpectedLayoutError, match="cannot be cut"):
        cut(package, {"vpc"}, destination)


def test_a_package_without_its_tarball_is_refused(package: Path, destination: Path) -> None:
    (package / "_jsii" / fake_provider.TARBALL).unlink()
    with pytest.raises(UnexpectedLayoutError, match="holds 0 jsii assemblies"):
        cut(package, {"vpc"}, destination)


def test_compiled_for_this_python(package: Path, destination: Path) -> None:
    cut(package, {"vpc"}, destination)
    assert (destination / "vpc/__init__.pyc").read_bytes().startswith(importlib.util.MAGIC_NUMBER)
