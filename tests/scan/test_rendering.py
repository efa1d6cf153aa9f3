"""Variables are rendered where there is a value to find, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from isthmus.scan import engine, scan
from isthmus.scan.rendering import something_to_render
from isthmus.scan.terraform_json import Document, read_documents
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.synthesized import estate_of
from tests.policies.fixtures import r, tf, write

POLICIES = Path(__file__).parents[2] / "policies"
VPC = {"resource": {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}}}}


def _group(ports: str) -> dict[str, Any]:
    rule = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": [ports]}
    return {"resource": {"aws_security_group": {"open": {"description": "ssh", "ingress": [rule]}}}}


def _module(**arguments: Any) -> dict[str, Any]:
    return {"module": {"child": {"source": "./modules/child", "providers": {"aws": "aws"}, **arguments}}}


NOTHING = {
    "values": VPC,
    "what only the apply knows": {
        "resource": {**VPC["resource"], "aws_subnet": {"a": {"vpc_id": "${aws_vpc.main.id}"}}},
    },
    "an element of that": {
        "resource": {
            "aws_vpc_endpoint": {"e": {"service_name": "s"}},
            "aws_route53_record": {"r": {"name": "${aws_vpc_endpoint.e.dns_entry[0].dns_name}"}},
        },
    },
    "a variable with an external value": {"variable": {"cidr": {"type": "string"}}, **_group("${var.cidr}")},
    "an output of a module": _module(id="${module.hub.id}"),
    "state of another root": {
        "data": {"terraform_remote_state": {"hub": {"backend": "s3"}}},
        **_module(id="${data.terraform_remote_state.hub.outputs.id}"),
    },
    "a literal output": {"output": {"cidr": {"value": "10.0.0.0/8"}}},
}
SOMETHING = {
    "a default": {"variable": {"cidr": {"default": "0.0.0.0/0"}}, **_group("${var.cidr}")},
    "a local value": {"locals": {"cidr": "0.0.0.0/0"}, **_group("${local.cidr}")},
    "an argument of a module": _module(cidr="0.0.0.0/0"),
    "a number": _module(count_of_zones=3),
    "an expression as an argument": _module(cidr='${cidrsubnet("10.0.0.0/8", 8, 1)}'),
    "an argument of another resource": {
        "resource": {**VPC["resource"], **_group("${aws_vpc.main.cidr_block}")["resource"]},
    },
    "an argument of a data source": {
        "data": {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/8"}}},
        **_group("${data.aws_vpc.main.cidr_block}"),
    },
    "a function": _group('${cidrsubnet("10.0.0.0/8", 8, 1)}'),
    "a template": _group("%{ if true }0.0.0.0/0%{ endif }"),
    "an instance": _group("${each.value}"),
    "a resource in another file": _group("${aws_vpc.elsewhere.cidr_block}"),
}


def _documents(folder: Path, *contents: dict[str, Any]) -> list[Document]:
    for number, content in enumerate(contents):
        write({"main.tf.json": content, "modules/child/main.tf.json": {}}, folder / f"stacks/{number}")
    return read_documents(folder)


@pytest.mark.parametrize("content", NOTHING.values(), ids=NOTHING)
def test_nothing(content: dict[str, Any], tmp_path: Path) -> None:
    assert not something_to_render(_documents(tmp_path, content))


@pytest.mark.parametrize("content", SOMETHING.values(), ids=SOMETHING)
def test_something(content: dict[str, Any], tmp_path: Path) -> None:
    assert something_to_render(_documents(tmp_path, content))


def test_a_literal_output_that_is_referred_to(tmp_path: Path) -> None:
    hub = {"output": {"cidr": {"value": "0.0.0.0/0"}}}
    assert something_to_render(_documents(tmp_path, _module(cidr="${module.hub.cidr}"), hub))
    assert not something_to_render(_documents(tmp_path, _module(cidr="${module.hub.other}"), hub))


def _verdicts(folder: Path, render: bool, monkeypatch: pytest.MonkeyPatch) -> set[engine.CheckOutcome]:
    monkeypatch.setattr(engine, "something_to_render", lambda _: render)
    return set(engine.judge_documents(read_documents(folder)).verdicts)


def test_a_whole_estate_has_the_same_findings_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_output(tmp_path / "out", synthesize(estate_of("environments.estate")))
    assert not something_to_render(read_documents(tmp_path / "out"))
    without = _verdicts(tmp_path / "out", False, monkeypatch)
    assert without == _verdicts(tmp_path / "out", True, monkeypatch)
    assert len(without) > 400


def test_a_value_that_stands_elsewhere_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By checks of the graph, and by those of one block, which stock Checkov does not show it."""
    route = r("aws_route", destination_cidr_block="${var.to}", vpc_peering_connection_id="pcx-1")
    default = {"variable": {"to": {"default": "0.0.0.0/0"}, "cidr": {"default": "0.0.0.0/0"}}}
    write(tf(default, route, _group("${var.cidr}")), tmp_path / "out/stacks/dev")
    failed = {finding.check for finding in scan(tmp_path / "out", policies=POLICIES).findings}
    assert {"CKV2_AWS_44", "CKV_AWS_24"} <= failed
    unrendered = {verdict.check for verdict in _verdicts(tmp_path / "out", False, monkeypatch) if not verdict.passed}
    assert not {"CKV2_AWS_44", "CKV_AWS_24"} & unrendered
