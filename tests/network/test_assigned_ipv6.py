"""IPv6 blocks that AWS chooses: known answers where no block would change them, and unknown ones elsewhere."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from isthmus.network.answers import Outcome
from isthmus.network.from_terraform import network_of
from isthmus.proof.analysis import Analysis
from isthmus.terraform.graph import Graph, Unknown
from isthmus.terraform.reading import read
from tests.network.worlds import DARK, graph_of


def dual_stack(*, vpc: dict[str, Any] | None = None, subnet: dict[str, Any] | None = None, **more: Any) -> Graph:
    """A VPC whose subnet leaves for the internet over IPv6 alone, by an egress-only gateway."""
    made: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    made["aws_vpc"]["a"] = {
        "cidr_block": "10.1.0.0/16",
        **({"assign_generated_ipv6_cidr_block": True} if vpc is None else vpc),
    }
    block = {"ipv6_cidr_block": DARK, "assign_ipv6_address_on_creation": True} if subnet is None else subnet
    made["aws_subnet"]["a"] = {"vpc_id": "${aws_vpc.a.id}", "cidr_block": "10.1.0.0/24", **block}
    made["aws_egress_only_internet_gateway"]["e"] = {"vpc_id": "${aws_vpc.a.id}"}
    made["aws_route"]["six"] = {
        "route_table_id": "${aws_vpc.a.main_route_table_id}",
        "destination_ipv6_cidr_block": "::/0",
        "egress_only_gateway_id": "${aws_egress_only_internet_gateway.e.id}",
    }
    for kind, named in more.items():
        made[kind].update(named)
    return graph_of(made)


def out(graph: Graph) -> Outcome:
    return Analysis(network_of(graph), graph=graph).prove().flows["aws_vpc.a", "internet"].forward


def test_any_block_that_aws_assigns_leaves_by_the_default_route() -> None:
    assert out(dual_stack()) is Outcome.REACHABLE
    network = network_of(dual_stack())
    assert any("stands for them" in note for note in network.notes)
    assert [c for c in network.subnets["aws_subnet.a"].cidrs if not isinstance(c, Unknown)][1].version == 6


def test_without_the_route_nothing_leaves() -> None:
    graph = dual_stack()
    resources = {address: r for address, r in graph.resources.items() if address != "aws_route.six"}
    assert out(Graph(resources)) is Outcome.BLOCKED


@pytest.mark.parametrize(
    "graph",
    [
        dual_stack(vpc={"ipv6_ipam_pool_id": "ipam-pool-1"}),  # the pool may be a private one
        dual_stack(subnet={"ipv6_cidr_block": DARK}),  # it may be null
        dual_stack(vpc={"assign_generated_ipv6_cidr_block": DARK}),
        dual_stack(aws_ec2_managed_prefix_list={"x": {"entry": [{"cidr": "2600:1f00::/24"}]}}),  # AWS's own range
    ],
)
def test_where_the_block_may_matter_the_answer_is_unknown(graph: Graph) -> None:
    assert out(graph) is Outcome.UNKNOWN


@pytest.mark.parametrize("prefix", ["::/0", "2000::/3", "fd00::/8", "64:ff9b::/96"])
def test_prefixes_that_hold_every_block_or_none_decide_nothing(prefix: str) -> None:
    assert out(dual_stack(aws_ec2_managed_prefix_list={"x": {"entry": [{"cidr": prefix}]}})) is Outcome.REACHABLE


def test_each_subnet_has_a_block_of_its_own() -> None:
    second = {
        "vpc_id": "${aws_vpc.a.id}",
        "cidr_block": "10.1.1.0/24",
        "ipv6_cidr_block": DARK,
        "assign_ipv6_address_on_creation": True,
    }
    network = network_of(dual_stack(aws_subnet={"b": second}))
    assert network.findings == ()
    assert len({c for s in network.subnets.values() for c in s.cidrs}) == 4


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("${cidrsubnet(aws_vpc.a.ipv6_cidr_block, 8, 1)}", Outcome.REACHABLE),
        ("${try(cidrsubnet(aws_vpc.a.ipv6_cidr_block, 8, 1), null)}", Outcome.UNKNOWN),
        ("${var.six ? cidrsubnet(aws_vpc.a.ipv6_cidr_block, 8, 1) : null}", Outcome.UNKNOWN),
        ("${lookup({}, cidrsubnet(aws_vpc.a.ipv6_cidr_block, 8, 1), null)}", Outcome.UNKNOWN),
        ('${cidrsubnet(aws_vpc.a.ipv6_cidr_block, 8, 1) == "" ? null : null}', Outcome.UNKNOWN),
        ("${aws_vpc.a.ipv6_cidr_block}", Outcome.UNKNOWN),
    ],
)
def test_a_subnet_whose_block_is_computed_has_one(tmp_path: Path, written: str, expected: Outcome) -> None:
    """Only a function that never gives null counts: any other may leave the subnet without a block."""
    document = {
        "variable": {"six": {"type": "bool"}},
        "resource": {
            "aws_vpc": {"a": {"cidr_block": "10.1.0.0/16", "assign_generated_ipv6_cidr_block": True}},
            "aws_subnet": {"a": {"vpc_id": "${aws_vpc.a.id}", "cidr_block": "10.1.0.0/24", "ipv6_cidr_block": written}},
            "aws_egress_only_internet_gateway": {"e": {"vpc_id": "${aws_vpc.a.id}"}},
            "aws_route": {
                "six": {
                    "route_table_id": "${aws_vpc.a.main_route_table_id}",
                    "destination_ipv6_cidr_block": "::/0",
                    "egress_only_gateway_id": "${aws_egress_only_internet_gateway.e.id}",
                }
            },
        },
    }
    (tmp_path / "main.tf.json").write_text(json.dumps(document))
    graph = read(tmp_path)
    assert out(graph) is expected
    subnet = network_of(graph).subnets["aws_subnet.a"]
    assert str(subnet.cidrs[0]) == "10.1.0.0/24"
