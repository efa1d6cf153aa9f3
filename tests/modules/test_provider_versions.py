"""The version of the AWS provider in root modules: the constraint of the estate, and the committed lock file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.errors import CannotAnswer
from isthmus.intent import Estate, S3Backend, check
from modules.lock_file import LOCK_FILE, with_lock_file
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.synthesized import estate_of, files_of

REFERENCE = "environments.estate"
LOCK = """# This file is maintained automatically by "terraform init".

provider "registry.terraform.io/hashicorp/aws" {
  version     = "6.69.0"
  constraints = ">= 5.100.0, < 7.0.0"
  hashes = [
    "h1:Aaa=",
  ]
}
"""


def test_the_constraint_of_the_estate_is_in_every_root_module() -> None:
    backend = S3Backend(bucket="example-states", account="network-prod")
    files = synthesize(check(replace(estate_of(REFERENCE), aws_provider="~> 6.69", backend=backend)))
    roots = {name: json.loads(text) for name, text in files.items() if name.endswith("/cdk.tf.json")}
    assert "stacks/state/cdk.tf.json" in roots
    for document in roots.values():
        assert document["terraform"]["required_providers"]["aws"]["version"] == "~> 6.69"
    # The modules keep what their resources need: Terraform combines both.
    without = dict(files_of(REFERENCE))
    of_modules = {name for name in without if "/modules/" in name and name.endswith("main.tf.json")}
    assert {name for name in of_modules if files[name] != without[name]} == set()


def locked(folder: Path, text: str, estate: Estate | None = None) -> dict[str, str]:
    (folder / LOCK_FILE).write_text(text)
    return with_lock_file(files_of(REFERENCE), estate or estate_of(REFERENCE), folder)


def test_the_lock_file_is_in_every_root_module(tmp_path: Path) -> None:
    files = locked(tmp_path, LOCK)
    roots = json.loads(files["manifest.json"])["stacks"]
    assert {name: files[name] for name in files.keys() - files_of(REFERENCE).keys()} == {
        f"stacks/{root}/.terraform.lock.hcl": LOCK for root in roots
    }
    write_output(tmp_path / "out", files)
    # Another version, as after `terraform providers lock`: the copies follow.
    write_output(tmp_path / "out", locked(tmp_path, LOCK.replace("6.69.0", "6.70.0")))
    assert '"6.70.0"' in (tmp_path / "out/stacks/dev/.terraform.lock.hcl").read_text()


def test_without_a_lock_file_nothing_is_copied(tmp_path: Path) -> None:
    assert with_lock_file(files_of(REFERENCE), estate_of(REFERENCE), tmp_path) == dict(files_of(REFERENCE))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("\udcff", "cannot be read"),
        (LOCK.replace("hashicorp/aws", "hashicorp/random"), "does not lock registry.terraform.io/hashicorp/aws"),
        (LOCK.replace("6.69.0", "latest"), "expected a version such as 6.69.0"),
        (LOCK.replace('  version     = "6.69.0"\n', ""), "expected a version such as 6.69.0"),
        (LOCK.replace("6.69.0", "5.99.1"), "locks version 5.99.1 .* needs >= 5.100, < 7"),
        (LOCK.replace("6.69.0", "7.0.0"), "locks version 7.0.0 .* needs >= 5.100, < 7"),
    ],
)
def test_a_lock_file_that_terraform_would_refuse_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(CannotAnswer, match=message):
        with_lock_file(files_of(REFERENCE), estate_of(REFERENCE), tmp_path)


def test_a_lock_file_outside_the_constraint_of_the_estate_is_refused(tmp_path: Path) -> None:
    estate = replace(estate_of(REFERENCE), aws_provider="~> 6.70")
    with pytest.raises(CannotAnswer, match=r"needs >= 5\.100, < 7, ~> 6\.70"):
        locked(tmp_path, LOCK, estate)
