"""What Terraform does not manage to the end: `removed` blocks and `ignore_changes`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from isthmus import proof
from isthmus.network.coverage.not_evaluated import not_evaluated_in
from isthmus.network.from_terraform import network_of
from isthmus.proof import Verdict
from tests.reading.builders import root, write

ROUTE = "aws_ec2_transit_gateway_route.old"
VPC = {"aws_vpc": {"v": {"cidr_block": "10.1.0.0/16"}}}


def removed(what: str, **lifecycle: Any) -> dict[str, Any]:
    return {"from": what, "lifecycle": lifecycle}


def not_evaluated(folder: Path, **blocks: Any) -> dict[str, str]:
    graph = root(folder, **blocks)
    return {
        unknown_reason.address: unknown_reason.why for unknown_reason in not_evaluated_in(graph, network_of(graph).vpcs)
    }


@pytest.mark.parametrize(
    ("block", "left"),
    [
        (removed(ROUTE, destroy=False), [ROUTE]),
        (removed("${" + ROUTE + "}", destroy="${false}"), [ROUTE]),
        ({"from": ROUTE, "lifecycle": [{"destroy": False}]}, [ROUTE]),
        (removed("module.old", destroy=False), ["module.old"]),
        (removed("awscc_ec2_vpc.old", destroy=False), ["awscc_ec2_vpc.old"]),
        ([removed(ROUTE, destroy=True), removed("aws_vpc.old", destroy=False)], ["aws_vpc.old"]),
        (removed(ROUTE, destroy=True), []),
        ({"from": ROUTE}, []),
        (removed("aws_sns_topic.old", destroy=False), []),
    ],
)
def test_what_is_removed_and_not_destroyed_stays_in_aws(tmp_path: Path, block: Any, left: list[str]) -> None:
    found = not_evaluated(tmp_path, resource=VPC, removed=block)
    assert [*found] == left
    assert all("Terraform forgets it" in why for why in found.values())


def test_what_a_module_removes_is_named_with_the_module(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "main.tf.json": {"module": {"m": {"source": "./m"}}},
            "m/main.tf.json": {"resource": VPC, "removed": [removed(ROUTE, destroy=False)]},
        },
    )
    found = proof.read(folder).prove()
    assert found.verdict is Verdict.UNKNOWN
    assert f"module.m.{ROUTE}: Terraform forgets it" in " ".join(map(str, found.unknown_results))


@pytest.mark.parametrize(
    ("ignored", "why"),
    [
        (["cidr_block"], "Terraform ignores changes of cidr_block: AWS may have another than is written"),
        (["${cidr_block}"], "Terraform ignores changes of cidr_block"),
        (["tags", "tags_all"], ""),
        (['tags["Owner"]'], ""),
        (["enable_network_address_usage_metrics"], ""),
        ("all", "Terraform ignores changes of all its arguments"),
        ([], ""),
    ],
)
def test_what_terraform_ignores_may_be_otherwise(tmp_path: Path, ignored: Any, why: str) -> None:
    resources = {"aws_vpc": {"v": {"cidr_block": "10.1.0.0/16", "lifecycle": {"ignore_changes": ignored}}}}
    found = not_evaluated(tmp_path, resource=resources)
    assert found["aws_vpc.v"].startswith(why) if why else not found


def test_what_other_resources_add_to_is_ignored_on_purpose(tmp_path: Path) -> None:
    zone = {"name": "aws.example", "vpc": {"vpc_id": "${aws_vpc.v.id}"}, "lifecycle": {"ignore_changes": ["vpc"]}}
    assert not not_evaluated(tmp_path, resource=VPC | {"aws_route53_zone": {"z": zone}})
    named = zone | {"lifecycle": {"ignore_changes": ["vpc", "name"]}}
    assert [*not_evaluated(tmp_path, resource=VPC | {"aws_route53_zone": {"z": named}})] == ["aws_route53_zone.z"]
