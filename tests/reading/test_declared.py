"""References to what nothing declares are found, and nothing else is taken for one."""

from pathlib import Path
from typing import Any

import pytest

from isthmus.terraform import read
from isthmus.terraform.graph import Undeclared
from tests.reading.builders import root, write

VPC: dict[str, Any] = {"aws_vpc": {"v": {}}}


def missing(folder: Path, value: Any, argument: str = "a", **blocks: Any) -> list[str]:
    resources = {**VPC, "t_thing": {"it": {argument: value}}}
    return [found.missing for found in root(folder, resource=resources, **blocks).undeclared]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("${aws_vpc.gone.id}", ["aws_vpc.gone"]),
        ("${aws_subnet.s.id}", ["aws_subnet.s"]),
        ("${aws_vpc.v.id}", []),
        ("arn:${aws_vpc.gone.id}:${aws_vpc.v.id}", ["aws_vpc.gone"]),
        ('${aws_vpc.gone["a"].id}', ["aws_vpc.gone"]),
        ("${aws_vpc.gone[*].id}", ["aws_vpc.gone"]),
        ("${[for x in aws_vpc.gone : x.id]}", ["aws_vpc.gone"]),
        ("${[for x in [1] : x]}", []),
        ("${{for k, v in {a = 1} : k => v}}", []),
        ("${[for aws_vpc in [{gone = 1}] : aws_vpc.gone]}", []),
        ("${aws_vpc.v[aws_vpc.gone.id].id}", ["aws_vpc.gone"]),
        ("${true ? aws_vpc.gone.id : 1}", ["aws_vpc.gone"]),
        ("${length(aws_vpc.gone)}", ["aws_vpc.gone"]),
        ("${var.x}", ["var.x"]),
        ("${local.x}", ["local.x"]),
        ('${local["x"]}', ["local.x"]),
        ("${data.aws_vpc.x.id}", ["data.aws_vpc.x"]),
        ("${module.m.id}", ["module.m"]),
        ("${each.value.x}${count.index}${path.module}${terraform.workspace}${self.id}", []),
        ({"b": [{"c": "${aws_vpc.gone.id}"}]}, ["aws_vpc.gone"]),
        ({"${aws_vpc.gone.id}": 1}, ["aws_vpc.gone"]),
        ("$${aws_vpc.gone.id}", []),
        ("aws_vpc.gone.id", []),
        ("${aws_vpc.}", []),
    ],
)
def test_a_reference_to_nothing_is_found(tmp_path: Path, value: Any, what: list[str]) -> None:
    assert missing(tmp_path, value) == what


def test_dependencies_are_references_and_settings_of_terraform_are_not(tmp_path: Path) -> None:
    assert missing(tmp_path, ["aws_vpc.v", "aws_vpc.gone"], "depends_on") == ["aws_vpc.gone"]
    assert missing(tmp_path, {"ignore_changes": ["${aws_vpc.gone}"]}, "lifecycle") == []
    assert missing(tmp_path, "aws.hub", "provider") == []


def test_what_a_dynamic_block_binds_is_declared(tmp_path: Path) -> None:
    block = {"for_each": "${[1]}", "content": {"a": "${route.value}", "b": "${aws_vpc.gone.id}"}}
    named = {"for_each": "${[1]}", "iterator": "each_one", "content": {"a": "${each_one.value}"}}
    assert missing(tmp_path, {"route": block, "other": named}, "dynamic") == ["aws_vpc.gone"]


def test_locals_and_outputs_refer_too(tmp_path: Path) -> None:
    graph = root(tmp_path, locals={"x": "${aws_vpc.gone.id}"}, output={"y": {"value": "${local.z}"}})
    assert graph.undeclared == (
        Undeclared("local.x", "value", "aws_vpc.gone"),
        Undeclared("output.y", "value", "local.z"),
    )


def test_a_module_gives_what_it_has_outputs_for(tmp_path: Path) -> None:
    thing = {"t_thing": {"it": {"a": "${module.m.id}", "b": "${module.m.gone}"}}}
    write(
        tmp_path,
        {
            "main.tf.json": {"resource": thing, "module": {"m": {"source": "./m", "x": "${var.gone}"}}},
            "m/main.tf.json": {
                "resource": {"aws_subnet": {"s": {"vpc_id": "${aws_vpc.gone.id}"}}},
                "output": {"id": {"value": "${aws_subnet.s.id}"}},
                "variable": {"x": {}},
            },
        },
    )
    assert read(tmp_path).undeclared == (
        Undeclared("t_thing.it", "b", "module.m.output.gone"),
        Undeclared("module.m", "x", "var.gone"),
        Undeclared("module.m.aws_subnet.s", "vpc_id", "module.m.aws_vpc.gone"),
    )


def test_a_root_gives_what_it_has_outputs_for(tmp_path: Path) -> None:
    state = {"terraform_remote_state": {"n": {"backend": "local", "config": {"path": "../network/terraform.tfstate"}}}}
    outputs = "${data.terraform_remote_state.n.outputs."
    write(
        tmp_path,
        {
            "stacks/network/main.tf.json": {"resource": VPC, "output": {"id": {"value": "${aws_vpc.v.id}"}}},
            "stacks/dev/main.tf.json": {
                "data": state,
                "resource": {"t_thing": {"it": {"a": outputs + "id}", "b": outputs + "gone}"}}},
            },
        },
    )
    assert read(tmp_path).undeclared == (Undeclared("dev/t_thing.it", "b", "network/output.gone"),)
    alone = read(tmp_path / "stacks" / "dev")
    assert alone.undeclared == (), "the root that is read from is not in this input: its outputs are unknown"
