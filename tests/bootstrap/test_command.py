"""`isthmus bootstrap` on the command line: what it writes, what it refuses, and that it never writes half."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.cli import main
from isthmus.intent import S3Backend
from tests.bootstrap.prepared import ONE_ACCOUNT, REFERENCE, STATES, WORKSPACES, output_of

FILES = {"cloudformation.json", "isthmus-bootstrap.json", "terraform/main.tf.json", "terraform/versions.tf.json"}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder of the estate with one account, which is small."""
    return output_of(tmp_path_factory.mktemp("one") / "cdktf.out", ONE_ACCOUNT).folder


def written(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def bootstrap(out: Path, into: Path, *options: str) -> int:
    return main(["bootstrap", str(out), "-o", str(into), *(options or ("--github", "example/network"))])


def test_it_writes_all_files_and_says_what_to_set(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap(out, tmp_path / "new") == 0
    assert written(tmp_path / "new").keys() == FILES
    printed = capsys.readouterr().out
    assert "APPLY_ROLE_ARN arn:aws:iam::111122223333:role/isthmus-deploy\n" in printed
    assert "PLAN_ROLE_ARN  arn:aws:iam::111122223333:role/isthmus-deploy-plan\n" in printed


def test_the_same_output_gives_the_same_bytes_and_another_run_keeps_files_of_terraform(
    out: Path, tmp_path: Path
) -> None:
    assert bootstrap(out, tmp_path / "a") == 0
    first = written(tmp_path / "a")
    (tmp_path / "a/terraform/terraform.tfstate").write_text("{}")
    assert bootstrap(out, tmp_path / "a") == 0
    assert written(tmp_path / "a") == {**first, "terraform/terraform.tfstate": b"{}"}
    assert bootstrap(out, tmp_path / "a", "--github", "example/other") == 0
    assert written(tmp_path / "a") != first


def test_an_edited_file_is_not_written_over(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap(out, tmp_path) == 0
    (tmp_path / "cloudformation.json").write_text("mine")
    before = written(tmp_path)
    assert bootstrap(out, tmp_path, "--github", "example/other") == 2
    assert "cloudformation.json was edited" in capsys.readouterr().err
    assert written(tmp_path) == before


def test_a_file_of_yours_is_not_written_over(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "terraform").mkdir()
    (tmp_path / "terraform/main.tf.json").write_text("mine")
    assert bootstrap(out, tmp_path) == 2
    assert "terraform/main.tf.json already" in capsys.readouterr().err
    assert written(tmp_path) == {"terraform/main.tf.json": b"mine"}


def test_a_damaged_manifest_allows_nothing(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("{", "[]", '{"schema": 1, "files": {"../x": "a"}}', '{"schema": 2, "files": {}}'):
        (tmp_path / "isthmus-bootstrap.json").write_text(text)
        assert bootstrap(out, tmp_path) == 2
        assert "is damaged" in capsys.readouterr().err
        assert written(tmp_path) == {"isthmus-bootstrap.json": text.encode()}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "no principal is named that runs Terraform"),
        (("--github", "example"), "this names no repository"),
        (("--github", "example/*"), "this names no repository"),
        (("--github", "example@1/network"), "this names no repository"),
        (("--github", "a/b", "--hcp"), "not allowed with"),
        (("--hcp",), "are not in HCP Terraform"),
        (("--principal", "*"), "is not the ARN of one role or user"),
        (("--principal", "arn:aws:iam::111122223333:role/*"), "is not the ARN of one role or user"),
        (("--principal", "arn:aws-cn:iam::111122223333:role/x"), "is not the ARN of one role or user"),
        (("--principal", "arn:aws:iam::111122223333:root"), "is not the ARN of one role or user"),
        (
            ("--principal", "arn:aws:iam::111122223333:role/x", "--existing-oidc-provider"),
            "--existing-oidc-provider is for --github and --hcp",
        ),
    ],
)
def test_a_name_that_is_not_exact_is_refused(
    options: tuple[str, ...], message: str, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["bootstrap", str(out), "-o", str(tmp_path / "new"), *options])
    except SystemExit as stop:
        code = int(str(stop.code))
    assert code == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_principal_may_plan_and_apply_without_a_pipeline(out: Path, tmp_path: Path) -> None:
    arn = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Network_1"
    assert bootstrap(out, tmp_path / "new", "--principal", arn) == 0
    resources = json.loads((tmp_path / "new/terraform/main.tf.json").read_text())["resource"]
    trusts = [json.loads(role["assume_role_policy"])["Statement"] for role in resources["aws_iam_role"].values()]
    assert [statement["Condition"] for (statement,) in trusts] == [{"ArnEquals": {"aws:PrincipalArn": [arn]}}] * 2


def test_an_identity_provider_that_exists_is_used(out: Path, tmp_path: Path) -> None:
    assert bootstrap(out, tmp_path / "new", "--github", "example/network", "--existing-oidc-provider") == 0
    resources = json.loads((tmp_path / "new/terraform/main.tf.json").read_text())["resource"]
    assert "aws_iam_openid_connect_provider" not in resources
    assert "oidc-provider/token.actions.githubusercontent.com" in json.dumps(resources)


Edit = Callable[[Path], None]


def edit(file: str, old: str, new: str) -> Edit:
    """An edit of one file of an output."""

    def edited(folder: Path) -> None:
        path = folder / "stacks" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return edited


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (edit("network/modules/hub/main.tf.json", '"aws_flow_log"', '"aws_lambda_function"'), "which IAM actions"),
        (edit("network/modules/hub/main.tf.json", '"aws_flow_log"', '"random_id"'), "is no resource of the AWS"),
        (edit("network/modules/logs/main.tf.json", '"name": "infra-', '"name": "other-'), "does not start with infra-"),
        (edit("network/cdk.tf.json", '"111122223333"', '"999988887777"'), "is in 999988887777"),
        (edit("network/cdk.tf.json", '"us-east-1"', '"${var.region}"'), "Region not known"),
    ],
)
def test_terraform_whose_needs_are_not_known_is_refused(
    change: Edit, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = output_of(tmp_path / "cdktf.out", ONE_ACCOUNT).folder
    change(folder)
    assert bootstrap(folder, tmp_path / "new") == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_plans_that_could_not_read_states_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backend = S3Backend(bucket="example-states", account="infra-shared-prod")
    folder = output_of(tmp_path / "cdktf.out", REFERENCE, backend).folder
    assert bootstrap(folder, tmp_path / "new") == 2
    assert "bootstrap=True" in capsys.readouterr().err


def test_workspaces_plan_with_the_role_that_applies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = output_of(tmp_path / "cdktf.out", REFERENCE, WORKSPACES).folder
    assert bootstrap(folder, tmp_path / "new", "--hcp") == 0
    printed = capsys.readouterr().out
    assert "Plans and applies use the same role" in printed
    assert "TFC_AWS_RUN_ROLE_ARN   arn:aws:iam::111122223333:role/isthmus-deploy-sign-in" in printed


def test_a_bucket_of_the_bootstrap_has_no_root_module(tmp_path: Path) -> None:
    folder = output_of(tmp_path / "cdktf.out", REFERENCE, STATES).folder
    assert not (folder / "stacks/state").exists()
    assert "state" not in json.loads((folder / "manifest.json").read_text())["stacks"]


def test_a_host_with_a_port_cannot_be_an_identity_provider(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = output_of(tmp_path / "cdktf.out", ONE_ACCOUNT, replace(WORKSPACES, hostname="tfe.example.com:8443")).folder
    assert bootstrap(folder, tmp_path / "new", "--hcp") == 2
    assert "has a port" in capsys.readouterr().err


def test_an_output_is_not_written_over(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = written(out)
    assert bootstrap(out, out) == 2
    assert "is an input" in capsys.readouterr().err
    assert written(out) == before
