"""The root module of `isthmus bootstrap`: valid, without a finding, and applied to several accounts on moto."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isthmus.bootstrap.files import ROOT, files_of, write_files
from isthmus.bootstrap.prepared_accounts import Bootstrap
from isthmus.cli import main
from tests.bootstrap.prepared import ONE_ACCOUNT, REFERENCE, STATES, output_of, prepared

from .engine import Engine, changes
from .engine.core import TerraformFailed
from .engine.engine import Workspace
from .engine.workspace import lift_protection
from .moto.server import served


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Bootstrap:
    """A bootstrap of four accounts, with the states in one of them."""
    return prepared(output_of(tmp_path_factory.mktemp("reference"), REFERENCE, STATES))


def root_of(bootstrap: Bootstrap, folder: Path) -> Path:
    write_files(folder, files_of(bootstrap))
    return folder / ROOT


def test_it_is_valid(double_engine: Engine, bootstrap: Bootstrap, tmp_path: Path) -> None:
    root = root_of(bootstrap, tmp_path / "bootstrap")
    with double_engine.workspace(root) as workspace:
        assert workspace.run("validate") == []
        main_file = root / "main.tf.json"
        main_file.write_text(main_file.read_text().replace('"assume_role_policy"', '"trust_policy"'))
        with pytest.raises(TerraformFailed, match="trust_policy"):
            workspace.run("validate")


@pytest.mark.nightly
def test_no_policy_finds_anything(bootstrap: Bootstrap, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = root_of(bootstrap, tmp_path / "bootstrap")
    assert main(["scan", str(root)]) == 0, capsys.readouterr().out
    main_file = root / "main.tf.json"
    main_file.write_text(main_file.read_text().replace('"enable_key_rotation": true', '"enable_key_rotation": false'))
    assert main(["scan", str(root)]) == 1


def on_moto(workspace: Workspace, address: str) -> Workspace:
    keys = {"AWS_ACCESS_KEY_ID": "mock", "AWS_SECRET_ACCESS_KEY": "mock", "AWS_ENDPOINT_URL": address}
    virtual = {"AWS_S3_USE_PATH_STYLE": "true", "AWS_ENDPOINT_URL_S3": address}
    return Workspace(workspace.directory, workspace.core, workspace.environment | keys | virtual)


@pytest.mark.nightly
@pytest.mark.parametrize("example", [REFERENCE, ONE_ACCOUNT])
def test_it_comes_stays_and_goes(example: str, real_engine: Engine, bootstrap: Bootstrap, tmp_path: Path) -> None:
    """Terraform assumes the administrator's role in each account: moto keeps accounts apart."""
    found = bootstrap if example == REFERENCE else prepared(output_of(tmp_path / "cdktf.out", ONE_ACCOUNT))
    root = root_of(found, tmp_path / "bootstrap")
    document = json.loads((root / "main.tf.json").read_text())
    if example == REFERENCE:
        for provider in document["provider"]["aws"]:
            provider["s3_use_path_style"] = True  # moto has one host name
        # moto leaves out a part of each rule, for which the provider waits.
        del document["resource"]["aws_s3_bucket_lifecycle_configuration"]
    text = json.dumps(document)
    # The account of moto's own credentials.
    (root / "main.tf.json").write_text(text.replace("111122223333", "123456789012") if example == ONE_ACCOUNT else text)
    with served() as address, real_engine.workspace(root) as made:
        workspace = on_moto(made, address)
        workspace.run("apply", "-auto-approve")
        assert changes(workspace.plan()) == []
        expected = sum(1 + 2 * len(role.policies) for one in found.accounts for role in one.roles) + 1
        state = json.loads((root / "terraform.tfstate").read_text())["resources"]
        assert len(state) == expected + (8 if example == REFERENCE else 0)
        lift_protection(root)
        workspace.run("destroy", "-auto-approve")
        assert json.loads((root / "terraform.tfstate").read_text())["resources"] == []
