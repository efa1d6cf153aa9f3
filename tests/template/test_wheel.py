"""The wheel contains what `isthmus scan` and `isthmus init` need, from the one source of each."""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

import pytest

from isthmus.commands.arguments import policies_folder
from isthmus.files import shipped as module
from isthmus.files.shipped import shipped

from .wheel import PROJECT, built, isthmus, listed, unpacked


def test_what_is_shipped_exists() -> None:
    assert [name for name in listed() if not (PROJECT / name).exists()] == []


def test_the_repository_ships_its_own_files() -> None:
    assert shipped("policies") == PROJECT / "policies"


def test_the_wheel_ships_its_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_IN_WHEEL", tmp_path)
    assert shipped("policies") == tmp_path / "policies"


def test_own_policies_come_before_those_of_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert policies_folder(argparse.Namespace(policies=None)) == PROJECT / "policies"
    (tmp_path / "policies").mkdir()
    assert policies_folder(argparse.Namespace(policies=None)) == Path("policies")
    assert policies_folder(argparse.Namespace(policies="other")) == Path("other")


OPEN_GATEWAY = '{"resource": {"aws_ec2_transit_gateway": {"g": {"auto_accept_shared_attachments": "enable"}}}}'


@pytest.mark.nightly
def test_the_wheel_scans_with_its_policies(tmp_path: Path) -> None:
    """In a folder without policies: a finding of Isthmus itself, CKV_ISTHMUS, comes from the wheel."""
    wheel = built(tmp_path / "dist")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    same = {path.relative_to(tmp_path / "installed") for path in (tmp_path / "installed" / "isthmus").rglob("*")}
    copy = unpacked(tmp_path / "copy")
    assert {path.relative_to(copy) for path in (copy / "isthmus").rglob("*")} == same
    network = tmp_path / "network" / "stacks" / "one"
    network.mkdir(parents=True)
    (network / "main.tf.json").write_text(OPEN_GATEWAY)
    ran = isthmus(tmp_path / "installed", "scan", tmp_path / "network", folder=tmp_path)
    assert ran.returncode == 1, ran.stderr
    assert "CKV_ISTHMUS_" in ran.stdout
