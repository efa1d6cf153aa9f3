"""What a pull request says may be planned next to credentials only if it cannot start a program or read a secret."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.pipelines.plannable import Refused, checked, programs, with_role
from tests.proof.estates import output, write

SCRIPT = Path(__file__).parents[2] / "examples/pipelines/plannable.py"
PROVIDER: dict[str, Any] = {"aws": {"source": "hashicorp/aws", "version": ">= 5.100"}}

STARTS_A_PROGRAM: dict[str, Any] = {
    "external data": {"data": {"external": {"x": {"program": ["sh", "-c", "env"]}}}},
    "external data in a list": {"data": [{"aws_vpc": {}}, {"external": {"x": {"program": ["env"]}}}]},
    "external data of a check": {"check": {"x": {"data": {"external": {"x": {"program": ["env"]}}}}}},
    "ephemeral resource": {"ephemeral": {"external": {"x": {}}}},
    "action": {"action": {"local_command": {"x": {"config": {"command": "env"}}}}},
    "provisioner": {"resource": {"aws_vpc": {"x": {"provisioner": {"local-exec": {"command": "env"}}}}}},
    "provisioner of what is removed": {"removed": [{"from": "aws_vpc.x", "provisioner": [{"local-exec": {}}]}]},
    "resource of another provider": {"resource": {"null_resource": {"x": {}}}},
    "provider of another source": {"terraform": {"required_providers": {"aws": {"source": "evil/aws"}}}},
    "second provider": {"terraform": [{"required_providers": [PROVIDER, {"evil": {"source": "evil/evil"}}]}]},
    "provider block": {"provider": {"evil": {}}},
    "credential process": {"provider": {"aws": {"shared_config_files": ["config"], "profile": "evil"}}},
    "credential process of a state": {"terraform": {"backend": {"s3": {"profile": "evil"}}}},
    "module from elsewhere": {"module": {"x": {"source": "github.com/evil/evil"}}},
    "module of the folder above": {"module": {"x": {"source": "./modules/../../evil"}}},
    "module by an expression": {"module": {"x": [{"source": "${var.evil}"}]}},
}
READS_A_SECRET: dict[str, Any] = {
    "environment": {"output": {"x": {"value": '${file("/proc/self/environ")}'}}},
    "environment in a directive": {"locals": {"x": '%{ if filebase64("/proc/self/environ") != "" }%{ endif }'}},
    "environment in a key": {"locals": {"x": {'${file ("/proc/self/environ")}': 1}}},
    "namespaced": {"locals": {"x": '${core::file("/proc/self/environ")}'}},
    "commented": {"locals": {"x": '${file/**/("/proc/self/environ")}'}},
    "template of text": {"locals": {"x": "${templatestring(local.y, {})}"}},
    "template file": {"locals": {"x": '${templatefile("/proc/self/environ", {})}'}},
    "state sent elsewhere": {
        "data": {
            "terraform_remote_state": {
                "x": {"backend": "http", "config": {"address": "https://example.com/${local.key}"}}
            }
        }
    },
    "requests sent elsewhere": {"provider": [{"aws": [{"region": "us-east-1", "endpoints": {"sts": "https://x"}}]}]},
    "state at an endpoint": {"terraform": {"backend": {"s3": {"endpoints": {"s3": "https://x"}}}}},
}


@pytest.mark.parametrize(
    "document", [*STARTS_A_PROGRAM.values(), *READS_A_SECRET.values()], ids=[*STARTS_A_PROGRAM, *READS_A_SECRET]
)
def test_it_is_refused(document: Any) -> None:
    assert [*programs(document)]


@pytest.mark.parametrize(
    "document",
    [
        {"//": {"metadata": {"version": "file"}}, "terraform": {"required_providers": PROVIDER}},
        {"output": {"x": {"description": "The file of the profile.", "value": "${module.x.id}"}}},
        {
            "module": {"x": {"source": "./modules/spoke_dev"}},
            "provider": {"aws": [{"region": "us-east-1", "alias": "x"}]},
        },
        {"terraform": {"cloud": {"organization": "example", "workspaces": {"name": "net-dev"}}}},
        {"data": {"terraform_remote_state": {"x": {"backend": "remote", "config": {"organization": "x"}}}}},
    ],
)
def test_it_is_planned(document: Any) -> None:
    assert not [*programs(document)]


@given(
    st.sampled_from([*STARTS_A_PROGRAM.values()]),
    st.recursive(st.none() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)),
)
def test_nothing_next_to_it_hides_it(document: Any, nearby: Any) -> None:
    assert [*programs({"locals": {"x": nearby}, **document})]
    assert [*programs([{"locals": {"x": nearby}}, document])]


def test_a_repeated_key_is_refused(tmp_path: Path) -> None:
    """Terraform reads both blocks, a JSON library the last one."""
    file = tmp_path / "main.tf.json"
    file.write_text('{"data": {"external": {"x": {"program": ["env"]}}}, "data": {"aws_vpc": {}}}')
    with pytest.raises(Refused, match="a key occurs twice"):
        checked(file, Path("main.tf.json"))


def test_each_assumed_role_becomes_the_given_one_of_the_same_account() -> None:
    deploy, join = "arn:aws:iam::111122223333:role/isthmus-deploy", "arn:aws-cn:iam::444455556666:role/path/join"
    document = {
        "provider": {"aws": [{"assume_role": [{"role_arn": deploy}, {"role_arn": join}]}]},
        "terraform": {"backend": {"s3": {"assume_role": {"role_arn": deploy, "external_id": "x"}}}},
        "module": {"x": {"deployer": deploy}},
    }
    assert with_role(document, "plan") == {
        "provider": {"aws": [{"assume_role": [{"role_arn": "arn:aws-cn:iam::444455556666:role/plan"}]}]},
        "terraform": {"backend": {"s3": {"assume_role": {"role_arn": "arn:aws:iam::111122223333:role/plan"}}}},
        "module": {"x": {"deployer": deploy}},
    }


def run(output: Path, into: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, str(SCRIPT), str(output), "--into", str(into), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write(output("stage_5_resilient_vpn"), tmp_path / "out")


def test_a_real_output_is_copied_as_it_is_but_for_what_is_no_configuration(out: Path, tmp_path: Path) -> None:
    for name in (".terraform/providers/evil/terraform-provider-aws", "terraform.d/plugins/evil"):
        file = out / "stacks/network" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("evil")
    assert run(out, tmp_path / "copy") == (0, "")
    copied = {path.relative_to(tmp_path / "copy") for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    assert copied == {path.relative_to(out) for path in out.rglob("*.tf.json")} | {Path("manifest.json")}
    for path in copied - {Path("manifest.json")}:
        assert json.loads((tmp_path / "copy" / path).read_text()) == json.loads((out / path).read_text())


LOCK = """# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.terraform.io/hashicorp/aws" {
  version     = "6.69.0"
  constraints = ">= 5.100.0, ~> 6.69, < 7.0.0"
  hashes = [
    "h1:Aaa/bbb+ccc=",
    "zh:0123456789abcdef",
  ]
}
"""


def test_the_lock_file_of_the_aws_provider_is_copied(out: Path, tmp_path: Path) -> None:
    (out / "stacks/network/.terraform.lock.hcl").write_text(LOCK)
    assert run(out, tmp_path / "copy") == (0, "")
    assert (tmp_path / "copy/stacks/network/.terraform.lock.hcl").read_text() == LOCK


@pytest.mark.parametrize(
    "text",
    [
        "evil",
        LOCK.replace("hashicorp/aws", "evil/aws"),
        LOCK + LOCK.replace("hashicorp/aws", "evil/other"),
        LOCK.replace('"6.69.0"', '"${file("/etc/passwd")}"'),
        LOCK.replace("h1:", "x1:"),
    ],
)
def test_another_lock_file_is_refused(text: str, out: Path, tmp_path: Path) -> None:
    (out / "stacks/network/.terraform.lock.hcl").write_text(text)
    code, error = run(out, tmp_path / "copy")
    assert code == 2
    assert "is no lock file of the provider hashicorp/aws alone" in error
    assert not (tmp_path / "copy").exists()


def linked(out: Path) -> None:
    (out / "stacks/network/more.tf.json").symlink_to("/etc/passwd")


def linked_root(out: Path) -> None:
    (out / "stacks/more").symlink_to(out / "stacks/network")


def hcl(out: Path) -> None:
    (out / "stacks/network/more.tf").write_text('data "external" "x" {}')


def external(out: Path) -> None:
    (out / "stacks/network/modules/hub/more.tf.json").write_text('{"data": {"external": {}}}')


def name(out: Path) -> None:
    (out / "stacks/network").rename(out / "stacks/x\n::add-mask::y")


def two_documents(out: Path) -> None:
    (out / "stacks/network/more.tf.json").write_text('{"data": {"external": {}}} {}')


def deep(out: Path) -> None:
    (out / "stacks/network/more.tf.json").write_text("[" * 100_000 + "]" * 100_000)


def no_manifest(out: Path) -> None:
    (out / "manifest.json").write_text("[]")


@pytest.mark.parametrize("spoil", [linked, linked_root, hcl, external, name, two_documents, deep, no_manifest])
def test_a_spoilt_output_is_refused_in_one_line_and_nothing_is_copied(
    out: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(out)
    code, printed = run(out, tmp_path / "copy")
    assert code == 2
    assert printed.startswith("::error::")
    assert printed.count("\n") == 1
    assert not (tmp_path / "copy").exists()
