"""The real bindings, cut: the same Terraform as stock, clear errors, and no Node but the packaged one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    """The cut bindings exist, so that what is said while building them is out of the way."""
    result = run("-c", "import modules.aws")
    assert result.returncode == 0, result.stderr


def test_cut_and_stock_bindings_make_the_same_terraform() -> None:
    cut = run("-m", "tests.modules.every_class")
    stock = run("-m", "tests.modules.every_class", "stock")
    assert (cut.returncode, cut.stderr) == (0, "")
    assert (stock.returncode, stock.stderr) == (0, "")
    assert cut.stdout == stock.stdout
    assert cut.stdout.count('"example": {') > 40


def test_a_wrong_type_is_a_clear_error_without_the_python_checks() -> None:
    result = run(
        "-c",
        "from modules.aws import Subnet\n"
        "from modules.cdk import ModuleStack\n"
        "ModuleStack('spoke', providers={}).add(Subnet, 'private', vpc_id=5)",
    )
    assert result.returncode == 1
    assert "new @cdktf/provider-aws.subnet.Subnet" in result.stderr
    assert "Key 'vpcId': Unable to deserialize value as string" in result.stderr


def test_an_unlisted_class_names_its_line() -> None:
    result = run("-c", "from modules.aws import SqsQueue")
    assert result.stderr.splitlines()[-1] == (
        "ImportError: SqsQueue is not one of the AWS bindings that this project declares. To use it, add to "
        f"{ROOT / 'modules/aws.py'}: from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue"
    )


def test_the_whole_program_needs_no_node_on_path_and_says_nothing(tmp_path: Path) -> None:
    result = run("main.py", PATH="/nonexistent", CDKTF_OUTDIR=str(tmp_path))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "manifest.json").exists()


def test_a_node_that_the_user_names_is_used() -> None:
    result = run("-c", "import modules.cdk", JSII_NODE="/nonexistent/node")
    assert result.returncode == 1
    assert "/nonexistent/node" in result.stderr
