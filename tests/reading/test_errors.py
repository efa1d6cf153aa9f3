"""Bad input: one exception, which says what is wrong with which path and what would be right."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from isthmus.terraform import UnreadableTerraform, read, read_folder, read_plan, read_state
from isthmus.text.printable import printable
from tests.reading.builders import FIXTURES, root, state, stored, write

VPC = {"aws_vpc": {"this": {"cidr_block": "10.0.0.0/16"}}}
PLAN = {"format_version": "1.2", "planned_values": {}, "configuration": {}}


@pytest.mark.parametrize(
    ("content", "problem", "remedy"),
    [
        ("", "it is empty", "terraform show -json"),
        ('{"format_version": "1.2", "planned', "ends too early", "Write it again"),
        ('{"format_version": "1.2",', "ends too early", "Write it again"),
        ('{"a": 1}\n{"b": 2}', "it is not JSON (line 2, column 1)", "Write it again"),
        ("{'a': 1}", "it is not JSON", "Write it again"),
        ("resource {", "it is not JSON", "Write it again"),
        ('{"a": NaN}', "it is not JSON", "Write it again"),
        ('{"a": ' + "9" * 5000 + "}", "it is not JSON", "Write it again"),
        (b"\xff\xfe\x00", "it is not JSON", "Write it again"),
        (b"PK\x03\x04rest", "Terraform's own binary format", "terraform show -json PLAN > plan.json"),
        ('{"@level":"info"}\n{"@level":"info"}', "the log of `terraform plan -json`", "terraform show -json PLAN"),
        ("[" * 100_000, "nested too deeply", ""),
        ('{"a":' * 100_000, "nested too deeply", ""),
        ("[]", "neither a plan nor a state", "terraform show -json"),
        ("{}", "neither a plan nor a state", "terraform show -json"),
        ("3", "neither a plan nor a state", "terraform show -json"),
        ({"resource": VPC}, "neither a plan nor a state", "terraform show -json"),
        ({"format_version": "1.0", "provider_schemas": {}}, "another Terraform command", "terraform show -json"),
        (PLAN | {"format_version": "2.0"}, "its format_version is 2.0; 1.x is read here", "Terraform 1.1 or later"),
        (PLAN | {"format_version": "0.2"}, "its format_version is 0.2", "Terraform 1.1 or later"),
        (PLAN | {"format_version": 1}, "its format_version is 1;", ""),
        (PLAN | {"format_version": "10.0"}, "its format_version is 10.0", ""),
        (state() | {"format_version": "2.0"}, "its format_version is 2.0", ""),
        ({"version": 3, "modules": [], "resources": []}, "a state file of version 3", "terraform show -json"),
        (PLAN | {"errored": True}, "Terraform failed", "plan again"),
    ],
    ids=lambda given: str(given)[:30],
)
def test_files(tmp_path: Path, content: Any, problem: str, remedy: str) -> None:
    path = write(tmp_path, {"input.json": content}) / "input.json"
    with pytest.raises(UnreadableTerraform) as error:
        read(path)
    assert problem in error.value.problem
    assert remedy in error.value.remedy
    assert str(error.value) == f"{path}: {error.value.problem}. {error.value.remedy}."


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "there is no Terraform in this folder"),
        ({"README.md": ""}, "there is no Terraform in this folder"),
        ({"stacks/dev/README.md": ""}, "there is no Terraform in this folder"),
        ({"main.tf": 'resource "aws_vpc" "v" {}'}, "it holds HCL (main.tf)"),
        ({"main.tf.json": {"resource": VPC}, "x.tf": "locals {\n}"}, "it holds HCL (x.tf)"),
        ({"main.tf.json": {"resource": VPC}, "x.tfvars": "a = 1"}, "it holds HCL (x.tfvars)"),
        ({"main.tf.json": {"resource": VPC}, "x.tofu": 'resource "aws_vpc" "v" {}'}, "it holds HCL (x.tofu)"),
        ({"main.tf.json": {"resource": VPC}, "main.tofu.json": {}}, "it holds main.tofu.json, which OpenTofu reads"),
        ({"main.tofu.json": {"resource": VPC}}, "it holds main.tofu.json"),
        ({"main.tf.json": {"resource": VPC}, "x.tf": '/* c */ resource "aws_vpc" "v" {}'}, "it holds HCL (x.tf)"),
        ({"main.tf.json": {"resource": VPC}, "x.tf": '\ufeffresource "aws_vpc" "v" {}'}, "it holds HCL (x.tf)"),
        ({"main.tf.json": {"resource": VPC}, "x.tf": "terraform {\n}\nlocals {\n}"}, "it holds HCL (x.tf)"),
        ({"main.tf.json": {"resource": VPC}, "x.tf": "terraform {"}, "it holds HCL (x.tf)"),
        ({"main.tf.json": {"resource": VPC}, "x.tf": 'a = "# no comment'}, "it holds HCL (x.tf)"),
        ({"main.tf.json": {"resource": VPC}, "x.tf": b"\xff\xfe"}, "it holds HCL (x.tf)"),
        ({"stacks/a/main.tf.json": {"resource": VPC}, "stacks/b/x.tf": "locals {}"}, "it holds HCL (x.tf)"),
        ({"stacks/a/main.tf.json": {"resource": VPC}, "x.tf.json": {"resource": VPC}}, "it holds Terraform itself"),
        ({"main.tf.json": {"resource": VPC, "ephemeral": {}}}, "'ephemeral' is no kind of block"),
        ({"main.tf.json": {"resources": VPC}}, "'resources' is no kind of block"),
        ({"a.tf.json": {"resource": VPC}, "b.tf.json": {"resource": VPC}}, "aws_vpc.this is declared twice"),
        ({"main.tf.json": '{"resource": {"aws_vpc": {"v": {}, "v": {}}}}'}, "the key 'v' twice"),
        ({"a.tf.json": {"locals": {"x": 1}}, "b.tf.json": {"locals": {"x": 1}}}, "local.x is declared twice"),
        ({"main.tf.json": {"provider": {"aws": [{}, {}]}}}, "provider aws is declared twice"),
        (
            {"main.tf.json": {"resource": {"aws_vpc": {"a\nb": {}}}}},
            r"'a\nb' in 'resource.aws_vpc' is no Terraform name",
        ),
        ({"main.tf.json": {"resource": 3}}, "resource is no JSON object"),
        ({"main.tf.json": 3}, "the document is no JSON object"),
        ({"main.tf.json": "{"}, "ends too early"),
        ({"main.tf.json": {"module": {"m": {"source": "./gone"}}}}, "it cannot be read"),
        ({"main.tf.json": {"module": {"m": {}}}}, "module 'm' comes from None"),
        (
            {
                "main.tf.json": {
                    "module": {"m": {"source": "./m", "count": 10000}},
                    "resource": {"a": {"b": {"count": 10000}}},
                },
                "m/x.tf.json": {"resource": {"a": {"b": {"count": 10000}}}},
            },
            "it expands to more than",
        ),
    ],
    ids=lambda given: str(given)[:40],
)
def test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, Any], problem: str) -> None:
    monkeypatch.setattr("isthmus.terraform.module_files._MOST_INSTANCES", 20_000)
    with pytest.raises(UnreadableTerraform) as error:
        read(write(tmp_path, files))
    assert problem in error.value.problem
    assert error.value.remedy


def test_a_damaged_file_of_an_output_is_synthesized_again(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTerraform) as error:
        read(write(tmp_path, {"main.tf.json": "{"}))
    assert error.value.remedy == "It is damaged: synthesize again"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n// here\n/* at\nall */\n",
        "\ufeff# nothing\n",
        'terraform {\n  required_version = ">= 1"  # {\n}\n',
        'terraform {\n  backend "s3" {\n    key = "}"\n  }\n}\nterraform {}\n',
    ],
)
def test_other_files_may_be_there(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"main.tf.json": {"resource": VPC}, "x.tf": text, "y.tofu": text})
    assert list(read(tmp_path).resources) == ["aws_vpc.this"]


def test_hidden_files_and_folders_are_no_configuration(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf.json": {"resource": VPC}, ".x.tf": "locals {}", "y.tf/README": "", "z.tfvars/README": ""})
    assert list(read(tmp_path).resources) == ["aws_vpc.this"]


def test_terraform_settings_alone_may_be_hcl(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf.json": {"resource": VPC}, "versions.tf": 'terraform {\n  required_version = ">= 1"\n}\n'})
    assert list(read(tmp_path).resources) == ["aws_vpc.this"]


def test_paths_that_do_not_exist_or_go_in_circles(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    write(tmp_path, {"main.tf.json": {"module": {"m": {"source": "./loop"}}}})
    for path in (tmp_path / "gone", tmp_path / "loop", tmp_path):
        with pytest.raises(UnreadableTerraform, match=r"cannot be read|loop of symbolic links"):
            read(path)
    with pytest.raises(UnreadableTerraform, match="nothing was given to read"):
        read()


def test_a_link_to_the_folder_itself_is_followed_once(tmp_path: Path) -> None:
    write(tmp_path, {"stacks/dev/main.tf.json": {"resource": VPC}})
    (tmp_path / "stacks" / "dev" / "modules").symlink_to(tmp_path)
    assert list(read(tmp_path).resources) == ["dev/aws_vpc.this"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_files_without_permission(tmp_path: Path) -> None:
    path = write(tmp_path, {"plan.json": PLAN}) / "plan.json"
    path.chmod(0)
    with pytest.raises(UnreadableTerraform, match=r"cannot be read \(Permission denied\)"):
        read(path)


def test_the_explicit_readers_refuse_other_documents() -> None:
    plan, stored_state, folder = FIXTURES / "hcl" / "plan.json", FIXTURES / "change" / "state.json", FIXTURES / "json"
    for reader, path in ((read_state, plan), (read_plan, stored_state), (read_folder, plan), (read_plan, folder)):
        with pytest.raises(UnreadableTerraform, match=r"it is a (plan|state|folder), not a"):
            reader(path)


def test_one_input_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, {"plan.json": PLAN}) / "plan.json"
    with pytest.raises(UnreadableTerraform, match="it is given twice"):
        read(path, path)


def test_the_states_of_the_local_backend_are_read_together(tmp_path: Path) -> None:
    """`LocalBackend` writes them next to each other: `terraform.<estate>-<region>-<environment>.tfstate`."""
    document = state(stored("aws_vpc", "v"))
    names = ("terraform.guide-us-east-1-dev.tfstate", "terraform.network.tfstate", "terraform.prod.tfstate.backup")
    write(tmp_path, dict.fromkeys(names, document))
    graph = read(*(tmp_path / name for name in names))
    assert {resource.root for resource in graph.resources.values()} == {"guide-us-east-1-dev", "network", "prod"}


def test_a_file_without_a_name_of_its_own_has_that_of_its_folder(tmp_path: Path) -> None:
    document = state(stored("aws_vpc", "v"))
    write(tmp_path, {"a/terraform.tfstate.json": document, "b/state.json": document, "c/plan.out.json": document})
    graph = read(*(tmp_path / name for name in ("a/terraform.tfstate.json", "b/state.json", "c/plan.out.json")))
    assert {resource.root for resource in graph.resources.values()} == {"a", "b", "c"}


def test_roots_of_one_name_get_as_much_of_the_path_as_it_takes(tmp_path: Path) -> None:
    document = state(stored("aws_vpc", "v"))
    write(tmp_path, {"a/dev/state.json": document, "b/dev/state.json": document, "prod.json": document})
    graph = read(tmp_path / "a/dev/state.json", tmp_path / "b/dev/state.json", tmp_path / "prod.json")
    assert list(graph.resources) == ["a/dev/aws_vpc.v", "b/dev/aws_vpc.v", "prod/aws_vpc.v"]


def test_utf_16_as_powershell_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(json.dumps(PLAN).encode("utf-16"))
    assert not read(path).resources


def test_hostile_names_are_spelt_out(tmp_path: Path) -> None:
    evil = "a\n\x1b[31m\u202eb"
    graph = root(tmp_path, resource={"aws_eip": {"e": {"for_each": {evil: 1}}, "x": {"v": f"${{local.{evil}}}"}}})
    plan = PLAN | {
        "planned_values": {
            "outputs": {evil: {"value": 1}},
            "root_module": {"resources": [{"address": f"aws_eip.{evil}", "type": evil, "name": evil, "values": {}}]},
        }
    }
    planned = read(write(tmp_path, {f"{evil}.json": plan, "p.json": plan}) / f"{evil}.json", tmp_path / "p.json")
    with pytest.raises(UnreadableTerraform) as error:
        read(tmp_path / evil)
    for text in (*graph.resources, *planned.resources, *planned.outputs, *planned.notes, str(error.value)):
        assert text.isprintable()
    assert all(r.type.isprintable() for r in planned.resources.values())
    assert printable("plain ☃ text") == "plain ☃ text"
    assert len(printable("x" * 1000)) == 300
