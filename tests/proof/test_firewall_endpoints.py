"""Expressions for the firewall endpoint of a route: by zone or subnet, from a map, a list or a local."""

import json
from pathlib import Path
from typing import Any

import pytest

from isthmus import proof
from isthmus.proof import Outcome, Verdict

STATES = "aws_networkfirewall_firewall.f.firewall_status[0].sync_states"
ENDPOINT = "ss.attachment[0].endpoint_id"
SUBNET = "ss.attachment[0].subnet_id"
# {n} is the number of the zone, {z} its letter.
NAMED = {
    "by subnet": f"element([for ss in tolist({STATES}) : {ENDPOINT} if {SUBNET} == aws_subnet.fw{{n}}.id], 0)",
    "by subnet, the first": f"[for ss in {STATES} : {ENDPOINT} if aws_subnet.fw{{n}}.id == {SUBNET}][0]",
    "by zone": f'one([for ss in {STATES} : {ENDPOINT} if ss.availability_zone == "us-east-1{{z}}"])',
    "a map by zone": f'{{{{ for ss in {STATES} : ss.availability_zone => {ENDPOINT} }}}}["us-east-1{{z}}"]',
    "a map by subnet": f"{{{{ for ss in {STATES} : {SUBNET} => {ENDPOINT} }}}}[aws_subnet.fw{{n}}.id]",
    "a local": 'local.endpoints["us-east-1{z}"]',
}
SOME = {
    "the first": f"tolist({STATES})[0].attachment[0].endpoint_id",
    "by place": f"tolist({STATES})[{{n}}].attachment[0].endpoint_id",
    "a list": f"[for ss in {STATES} : {ENDPOINT}][0]",
    "a splat": f"element({STATES}[*].attachment[0].endpoint_id, {{n}})",
}


def configuration(idiom: str, way_back: bool = True) -> dict[str, Any]:
    """Two spokes, and an inspection VPC with a firewall in two zones that all between them goes through."""
    made: dict[str, dict[str, Any]] = {}

    def add(kind: str, name: str, /, **values: Any) -> None:
        made.setdefault(f"aws_{kind}", {})[name] = values

    def vpc(name: str, number: int) -> None:
        add("vpc", name, cidr_block=f"10.{number}.0.0/16", tags={"Name": name})

    def subnet(name: str, vpc: str, cidr: str, zone: str, **target: str) -> None:
        add("subnet", name, vpc_id=f"${{aws_vpc.{vpc}.id}}", cidr_block=cidr, availability_zone=f"us-east-1{zone}")
        route = [{"cidr_block": "10.0.0.0/8", **target}] if target else []
        add("route_table", name, vpc_id=f"${{aws_vpc.{vpc}.id}}", route=route)
        add("route_table_association", name, subnet_id=f"${{aws_subnet.{name}.id}}",
            route_table_id=f"${{aws_route_table.{name}.id}}")  # fmt: skip

    def attached(name: str, *subnets: str, **more: str) -> None:
        add("ec2_transit_gateway_vpc_attachment", name, vpc_id=f"${{aws_vpc.{name}.id}}",
            transit_gateway_id="${aws_ec2_transit_gateway.t.id}",
            subnet_ids=[f"${{aws_subnet.{each}.id}}" for each in subnets], **more)  # fmt: skip
        attachment = f"${{aws_ec2_transit_gateway_vpc_attachment.{name}.id}}"
        table = "inspected" if name == "inspection" else "spokes"
        add("ec2_transit_gateway_route_table_association", name, transit_gateway_attachment_id=attachment,
            transit_gateway_route_table_id=f"${{aws_ec2_transit_gateway_route_table.{table}.id}}")  # fmt: skip
        if name == "inspection":
            add("ec2_transit_gateway_route", "all", destination_cidr_block="0.0.0.0/0",
                transit_gateway_attachment_id=attachment,
                transit_gateway_route_table_id="${aws_ec2_transit_gateway_route_table.spokes.id}")  # fmt: skip
        else:
            add("ec2_transit_gateway_route_table_propagation", name, transit_gateway_attachment_id=attachment,
                transit_gateway_route_table_id="${aws_ec2_transit_gateway_route_table.inspected.id}")  # fmt: skip

    gateway = {"transit_gateway_id": "${aws_ec2_transit_gateway.t.id}"}
    off = ("default_route_table_association", "default_route_table_propagation")
    add("ec2_transit_gateway", "t", **dict.fromkeys(off, "disable"))
    for table in ("spokes", "inspected"):
        add("ec2_transit_gateway_route_table", table, **gateway)
    vpc("inspection", 9)
    action = ["aws:pass"]
    policy = {"stateless_default_actions": action, "stateless_fragment_default_actions": action}
    add("networkfirewall_firewall_policy", "p", name="p", firewall_policy=policy)
    add("networkfirewall_firewall", "f", name="f", vpc_id="${aws_vpc.inspection.id}",
        firewall_policy_arn="${aws_networkfirewall_firewall_policy.p.arn}",
        subnet_mapping=[{"subnet_id": f"${{aws_subnet.fw{number}.id}}"} for number in (0, 1)])  # fmt: skip
    for number, zone in enumerate("ab"):
        chosen = idiom.format(n=number, z=zone)
        subnet(f"in{number}", "inspection", f"10.9.{number}.0/24", zone, vpc_endpoint_id=f"${{{chosen}}}")
        onward = gateway if way_back or number else {}
        subnet(f"fw{number}", "inspection", f"10.9.1{number}.0/24", zone, **onward)
    attached("inspection", "in0", "in1", appliance_mode_support="enable")
    for number, name in enumerate(("left", "right"), 1):
        vpc(name, number)
        subnet(name, name, f"10.{number}.1.0/24", "a", **gateway)
        attached(name, name)
    by_zone = f"{{ for ss in tolist({STATES}) : ss.availability_zone => {ENDPOINT} }}"
    return {
        "provider": {"aws": {"region": "us-east-1"}},
        "locals": {"endpoints": f"${{{by_zone}}}"},
        "resource": made,
    }


def read(idiom: str, folder: Path, way_back: bool = True) -> proof.Analysis:
    (folder / "main.tf.json").write_text(json.dumps(configuration(idiom, way_back)))
    return proof.read(folder)


@pytest.mark.parametrize("idiom", NAMED)
def test_the_endpoint_of_a_zone_is_known(idiom: str, tmp_path: Path) -> None:
    subject = read(NAMED[idiom], tmp_path)
    traced = subject.trace("left", "right")
    assert traced.outcome is Outcome.REACHABLE
    for trip in traced.trips:
        for path in (*trip.forward.paths, *trip.reply.paths):
            (box,) = path.boxes
            entry = next(hop.zone for hop in path.hops if "inspection" in hop.address and hop.kind == "attachment")
            assert box == f"aws_networkfirewall_firewall.f[aws_subnet.fw{'ab'.index(entry[-1])}]"
    assert subject.prove().verdict is not Verdict.VIOLATED


@pytest.mark.parametrize("idiom", SOME)
def test_equivalent_endpoints_need_not_be_known(idiom: str, tmp_path: Path) -> None:
    subject = read(SOME[idiom], tmp_path)
    traced = subject.trace("left", "right")
    assert traced.outcome is Outcome.REACHABLE
    boxes = {box for trip in traced.trips for path in trip.forward.paths for box in path.boxes}
    assert all(box.startswith("one of the endpoints of aws_networkfirewall_firewall.f by ") for box in boxes)
    assert subject.prove().verdict is not Verdict.VIOLATED


def test_different_endpoints_have_to_be_known(tmp_path: Path) -> None:
    """The subnet of one of them has no way on."""
    traced = read(SOME["the first"], tmp_path, way_back=False).trace("left", "right")
    assert traced.outcome is Outcome.UNKNOWN
    assert "which endpoint of aws_networkfirewall_firewall.f" in str(traced)
    named = read(NAMED["by zone"], tmp_path, way_back=False).trace("left", "right")
    assert named.outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    "idiom",
    [
        f"[for ss in {STATES} : {ENDPOINT} if ss.availability_zone != \"us-east-1{{z}}\"][0]",
        f"[for ss in {STATES} : ss.attachment[0].status][0]",
        f"{{{{ for ss in {STATES} : ss.attachment[0].status => {ENDPOINT} }}}}[\"READY\"]",
    ],
)  # fmt: skip
def test_expressions_that_are_not_understood_are_unknown(idiom: str, tmp_path: Path) -> None:
    outcome = read(idiom, tmp_path).trace("left", "right").outcome
    assert outcome is Outcome.UNKNOWN
