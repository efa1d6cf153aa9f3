"""Writing the output: merged file by file, atomically, leaving what is not ours."""

import os
from pathlib import Path

import pytest

from modules.files import merge

ROOT = "stacks/dev/cdk.tf.json"
MODULE = "stacks/dev/modules/spoke_dev/main.tf.json"


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_writes_everything_and_leaves_no_temporary_file(tmp_path):
    merge(tmp_path, {ROOT: "{}\n", MODULE: "{}\n"})
    assert names(tmp_path) == {ROOT, MODULE}
    assert (tmp_path / ROOT).stat().st_mode & 0o777 == 0o644


def test_an_unchanged_file_is_not_touched(tmp_path):
    merge(tmp_path, {ROOT: "{}\n"})
    os.utime(tmp_path / ROOT, (1, 1))
    merge(tmp_path, {ROOT: "{}\n"})
    assert (tmp_path / ROOT).stat().st_mtime == 1


def test_stale_modules_and_roots_go_and_terraforms_own_files_stay(tmp_path):
    merge(tmp_path, {ROOT: "{}\n", MODULE: "{}\n", "stacks/old/cdk.tf.json": "{}\n", "stacks/gone/cdk.tf.json": "{}\n"})
    for kept in ("stacks/dev/.terraform.lock.hcl", "stacks/dev/.terraform/providers/x", "stacks/dev/terraform.tfvars"):
        (tmp_path / kept).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / kept).write_text("mine")
    (tmp_path / "stacks/old/.terraform.lock.hcl").write_text("mine")
    merge(tmp_path, {ROOT: '{"a": 1}\n'})
    assert names(tmp_path) == {
        ROOT,
        "stacks/dev/.terraform.lock.hcl",
        "stacks/dev/.terraform/providers/x",
        "stacks/dev/terraform.tfvars",
        "stacks/old/.terraform.lock.hcl",
    }
    assert not (tmp_path / "stacks/gone").exists()


def test_a_failed_replacement_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    merge(tmp_path, {ROOT: "old\n"})
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        merge(tmp_path, {ROOT: "new\n"})
    assert names(tmp_path) == {ROOT}
    assert (tmp_path / ROOT).read_text() == "old\n"
