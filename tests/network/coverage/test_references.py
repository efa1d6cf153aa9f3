"""References that AWS or Terraform refuses are violations, before any packet is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus import proof
from isthmus.network.answers import Outcome
from isthmus.network.from_terraform import network_of
from isthmus.proof import Verdict
from isthmus.proof.checks.regions import region_violations
from isthmus.terraform.graph import Graph, Unknown
from tests.network.coverage.test_with_unknowns import BASE, OPEN, graph, made, ref
from tests.proof.estates import estate

HUB = "aws_ec2_transit_gateway.hub"
SOUND: dict[str, dict[str, dict[str, Any]]] = {
    "aws_vpc": {"v": {"cidr_block": "10.1.0.0/16"}},
    "aws_subnet": {"s": {"vpc_id": "${aws_vpc.v.id}", "cidr_block": "10.1.0.0/24", "availability_zone": "us-east-1a"}},
    "aws_security_group": {"g": {"vpc_id": "${aws_vpc.v.id}"}},
    "aws_eip": {"e": {}},
    "aws_internet_gateway": {"i": {"vpc_id": "${aws_vpc.v.id}"}},
    "aws_nat_gateway": {"n": {"subnet_id": "${aws_subnet.s.id}", "allocation_id": "${aws_eip.e.id}"}},
    "aws_ec2_transit_gateway": {"t": {}},
    "aws_customer_gateway": {"c": {"type": "ipsec.1", "bgp_asn": "65000", "ip_address": "203.0.113.1"}},
    "aws_vpn_connection": {
        "w": {
            "type": "ipsec.1",
            "customer_gateway_id": "${aws_customer_gateway.c.id}",
            "transit_gateway_id": "${aws_ec2_transit_gateway.t.id}",
        }
    },
    "aws_vpc_endpoint": {
        "p": {
            "vpc_id": "${aws_vpc.v.id}",
            "service_name": "com.amazonaws.us-east-1.ssm",
            "vpc_endpoint_type": "Interface",
            "subnet_ids": ["${aws_subnet.s.id}"],
            "security_group_ids": ["${aws_security_group.g.id}"],
        }
    },
    "aws_ram_resource_share": {"r": {"name": "r"}},
    "aws_ram_resource_association": {
        "a": {
            "resource_arn": "${aws_ec2_transit_gateway.t.arn}",
            "resource_share_arn": "${aws_ram_resource_share.r.arn}",
        }
    },
}


def prove(folder: Path, resources: Any) -> proof.Proof:
    (folder / "main.tf.json").write_text(json.dumps({"resource": resources}))
    return proof.read(folder).prove()


def test_what_is_declared_is_no_finding(tmp_path: Path) -> None:
    assert not prove(tmp_path, SOUND).violations


@pytest.mark.parametrize(
    "gone",
    [
        "aws_customer_gateway",
        "aws_subnet",
        "aws_eip",
        "aws_security_group",
        "aws_ram_resource_share",
        "aws_ec2_transit_gateway",
    ],
)
def test_what_is_referred_to_and_gone_is_named(tmp_path: Path, gone: str) -> None:
    found = prove(tmp_path, {kind: named for kind, named in SOUND.items() if kind != gone})
    assert found.verdict is Verdict.VIOLATED
    (name,) = SOUND[gone]
    named = [violation for violation in found.violations if violation.rule == "undeclared-reference"]
    assert {violation.resources[1] for violation in named} == {f"{gone}.{name}"}


def test_an_id_in_plain_text_may_exist(tmp_path: Path) -> None:
    """It is unknown, not undeclared."""
    resources = SOUND | {"aws_subnet": {"s": SOUND["aws_subnet"]["s"] | {"vpc_id": "vpc-0123456789abcdef0"}}}
    found = prove(tmp_path, resources)
    assert not [violation for violation in found.violations if violation.rule == "undeclared-reference"]
    assert found.verdict is Verdict.UNKNOWN


def moved(whole: Graph, address: str, region: str) -> Graph:
    return Graph({**whole.resources, address: replace(whole.resources[address], region=region)})


@pytest.mark.parametrize("address", ["aws_vpc.a", HUB, "aws_ec2_transit_gateway_vpc_attachment.a", "aws_subnet.a"])
def test_what_refers_to_another_region_is_named(address: str) -> None:
    findings = [f for f in network_of(moved(graph(*BASE), address, "eu-west-1")).findings if f.rule == "region-differs"]
    assert findings
    assert all(address in finding.resources for finding in findings)


@pytest.mark.parametrize(
    ("service", "more", "differs"),
    [
        ("com.amazonaws.us-east-1.s3", {}, False),
        ("com.amazonaws.us-west-2.s3", {}, True),
        ("cn.com.amazonaws.cn-north-1.ecr.dkr", {"vpc_endpoint_type": "Interface"}, True),
        ("com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0", {"vpc_endpoint_type": "Interface"}, True),
        ("com.amazonaws.us-west-2.kms", {"vpc_endpoint_type": "Interface", "service_region": "us-west-2"}, False),
        ("com.amazonaws.s3-global.accesspoint", {"vpc_endpoint_type": "Interface"}, False),
        (Unknown("a service"), {}, False),
    ],
)
def test_an_endpoint_is_for_a_service_of_its_region(service: Any, more: dict[str, str], differs: bool) -> None:
    endpoint = made("aws_vpc_endpoint.e", vpc_id=ref("aws_vpc.a"), service_name=service, **more)
    found = [f.resources for f in network_of(graph(*BASE, endpoint)).findings if f.rule == "region-differs"]
    assert found == ([("aws_vpc_endpoint.e",)] if differs else [])


def test_peering_joins_regions() -> None:
    peering = made(
        "aws_vpc_peering_connection.p", vpc_id=ref("aws_vpc.b"), peer_vpc_id=ref("aws_vpc.c"), auto_accept=True
    )
    route = made(
        "aws_route.p",
        route_table_id=ref("aws_vpc.c", "main_route_table_id"),
        destination_cidr_block="10.2.0.0/16",
        vpc_peering_connection_id=ref(peering.address),
    )
    whole = moved(graph(*OPEN[:0], *BASE, peering, route), peering.address, "eu-west-1")
    assert not [f for f in network_of(whole).findings if f.rule == "region-differs"]


def test_a_region_that_is_not_stated_differs_from_none() -> None:
    nowhere = replace(made("aws_vpc.d", cidr_block="10.4.0.0/16"), region=None)
    assert not network_of(graph(*BASE, nowhere)).findings


def test_the_region_of_the_intent_is_compared() -> None:
    meant = estate("stage_1_dev_only")
    here = replace(made("aws_vpc.a", cidr_block="10.1.0.0/16"), region=meant.region)
    there = replace(here, region="eu-west-1")
    assert not list(region_violations(meant, graph(here)))
    (found,) = region_violations(meant, graph(there))
    assert (found.rule, found.resources) == ("region-differs", ("aws_vpc.a",))


def test_trace_does_not_contradict_a_reference_to_nothing(tmp_path: Path) -> None:
    prove(tmp_path, {kind: named for kind, named in SOUND.items() if kind != "aws_security_group"})
    assert proof.read(tmp_path).trace("aws_vpc.v", "ssm").outcome is Outcome.UNKNOWN
