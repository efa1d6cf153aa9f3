"""Appliances behind Gateway Load Balancers: what Terraform shows of them, and what is assumed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus import proof
from isthmus.proof import Outcome, ProofError, Verdict
from isthmus.proof.reading import subject as made_from
from tests.proof.test_firewall_endpoints import configuration

NAME = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"
GROUP = "${aws_lb_target_group.g.arn}"
Resources = dict[str, dict[str, Any]]
Edit = Callable[[Resources], object]


def inspected() -> dict[str, Any]:
    """Two spokes, and an inspection VPC with Gateway Load Balancer endpoints in two zones, of a service elsewhere."""
    document = configuration("aws_vpc_endpoint.gw{n}.id")
    resources = document["resource"]
    for kind in [kind for kind in resources if "networkfirewall" in kind]:
        del resources[kind]
    resources["aws_vpc_endpoint"] = {
        f"gw{number}": {
            "vpc_id": "${aws_vpc.inspection.id}",
            "service_name": NAME,
            "vpc_endpoint_type": "GatewayLoadBalancer",
            "subnet_ids": [f"${{aws_subnet.fw{number}.id}}"],
        }
        for number in (0, 1)
    }
    del document["locals"]
    return document


def shown(*edits: Edit) -> dict[str, Any]:
    """The same, with the endpoint service, its load balancer, and an appliance in each zone."""
    document = inspected()
    made: Resources = document["resource"]
    for endpoint in made["aws_vpc_endpoint"].values():
        endpoint["service_name"] = "${aws_vpc_endpoint_service.s.service_name}"
    made["aws_vpc"]["firewalls"] = {"cidr_block": "10.200.0.0/16"}
    for number, zone in enumerate("ab"):
        made["aws_subnet"][f"appliances{number}"] = {
            "vpc_id": "${aws_vpc.firewalls.id}",
            "cidr_block": f"10.200.{number}.0/24",
            "availability_zone": f"us-east-1{zone}",
        }
    subnets = [f"${{aws_subnet.appliances{number}.id}}" for number in (0, 1)]
    made["aws_instance"] = {f"i{n}": {"ami": "ami-1", "subnet_id": subnet} for n, subnet in enumerate(subnets)}
    made["aws_lb"] = {"b": {"load_balancer_type": "gateway", "subnets": subnets}}
    made["aws_lb_target_group"] = {
        "g": {"protocol": "GENEVE", "port": 6081, "vpc_id": "${aws_vpc.firewalls.id}", "target_type": "instance"}
    }
    made["aws_lb_target_group_attachment"] = {
        f"t{number}": {"target_group_arn": GROUP, "target_id": f"${{aws_instance.i{number}.id}}"} for number in (0, 1)
    }
    made["aws_lb_listener"] = {
        "l": {
            "load_balancer_arn": "${aws_lb.b.arn}",
            "default_action": [{"type": "forward", "target_group_arn": GROUP}],
        }
    }
    made["aws_vpc_endpoint_service"] = {
        "s": {"acceptance_required": False, "gateway_load_balancer_arns": ["${aws_lb.b.arn}"]}
    }
    for edit in edits:
        edit(made)
    return document


def read(document: dict[str, Any], folder: Path, **given: Any) -> proof.Analysis:
    (folder / "main.tf.json").write_text(json.dumps(document))
    return proof.read(folder, **given)


def reported(shown_: str) -> str:
    ends = "aws_vpc_endpoint.gw0, aws_vpc_endpoint.gw1"
    return f"appliances behind {ends} forward every packet, unchanged (set with --appliances): {shown_}"


def test_appliances_elsewhere_are_assumed_to_forward(tmp_path: Path) -> None:
    subject = read(inspected(), tmp_path)
    traced = subject.trace("left", "right")
    assert traced.outcome is Outcome.REACHABLE
    expected = reported(f"their endpoint service {NAME} is not in this input")
    assert expected in subject.prove().assumptions
    assert expected in traced.assumptions
    inside = subject.trace("10.9.0.5", "10.9.1.5")
    assert not any("forward every packet" in each for each in inside.assumptions)  # its path meets none


def test_what_appliances_do_can_be_unknown(tmp_path: Path) -> None:
    subject = read(inspected(), tmp_path, appliances="unknown")
    traced = subject.trace("left", "right")
    assert traced.outcome is Outcome.UNKNOWN
    assert "whether the appliances behind aws_vpc_endpoint.gw0 forward the packet" in str(traced)
    answer = subject.prove()
    assert answer.verdict is Verdict.UNKNOWN
    assert not any("forward every packet" in each for each in answer.assumptions)
    with pytest.raises(ProofError, match="expected appliances forward or unknown, got 'maybe'"):
        read(inspected(), tmp_path, appliances="maybe")


def test_appliances_here_are_shown(tmp_path: Path) -> None:
    subject = read(shown(), tmp_path)
    assert subject.trace("left", "right").outcome is Outcome.REACHABLE
    shows = "aws_lb.b forwards to the targets of aws_lb_target_group.g in us-east-1a, us-east-1b"
    assert reported(shows) in subject.prove().assumptions


def drop(kind: str, *names: str) -> Edit:
    return lambda made: [made[kind].pop(name) for name in names] and (made[kind] or made.pop(kind))


def put(kind: str, name: str, **values: Any) -> Edit:
    return lambda made: made.setdefault(kind, {}).setdefault(name, {}).update(values)


ACROSS = put("aws_lb", "b", enable_cross_zone_load_balancing=True)
NO_TARGETS = drop("aws_lb_target_group_attachment", "t0", "t1")
ONE_ZONE = drop("aws_lb_target_group_attachment", "t1")
MUST_ACCEPT = put("aws_vpc_endpoint_service", "s", acceptance_required=True)


def scaling(least: int) -> Edit:
    subnets = [f"${{aws_subnet.appliances{number}.id}}" for number in (0, 1)]
    return put("aws_autoscaling_group", "a", min_size=least, target_group_arns=[GROUP], vpc_zone_identifier=subnets)


NIGHT = put("aws_autoscaling_schedule", "s", autoscaling_group_name="${aws_autoscaling_group.a.name}", min_size=0)


def accepting(made: Resources) -> None:
    for number in (0, 1):
        put(
            "aws_vpc_endpoint_connection_accepter",
            f"a{number}",
            vpc_endpoint_service_id="${aws_vpc_endpoint_service.s.id}",
            vpc_endpoint_id=f"${{aws_vpc_endpoint.gw{number}.id}}",
        )(made)


def addresses(*ips: str) -> Edit:
    def edit(made: Resources) -> None:
        for number, ip in enumerate(ips):
            made["aws_lb_target_group_attachment"][f"t{number}"]["target_id"] = ip

    return edit


FORWARD = {
    "one zone, balanced across zones": [ONE_ZONE, ACROSS],
    "an unknown zone, balanced across zones": [ONE_ZONE, ACROSS, addresses("192.0.2.1")],
    "targets by address": [addresses("10.200.0.9", "10.200.1.9")],
    "an Auto Scaling group with an instance for each zone": [NO_TARGETS, scaling(2)],
    "an Auto Scaling group that replaces nothing, next to another one with a schedule": [
        NO_TARGETS,
        scaling(2),
        put("aws_autoscaling_group", "a", suspended_processes=["ReplaceUnhealthy"]),
        put("aws_autoscaling_group", "other", min_size=0),
        put("aws_autoscaling_schedule", "s", autoscaling_group_name="${aws_autoscaling_group.other.name}", min_size=0),
    ],
    "acceptance, which is there": [MUST_ACCEPT, accepting],
    "acceptance by the endpoints": [
        MUST_ACCEPT,
        put("aws_vpc_endpoint", "gw0", auto_accept=True),
        put("aws_vpc_endpoint", "gw1", auto_accept=True),
    ],
    "a service whose load balancer is elsewhere": [
        put("aws_vpc_endpoint_service", "s", gateway_load_balancer_arns=["arn:aws:elasticloadbalancing:elsewhere"]),
        drop("aws_lb_listener", "l"),
    ],
}
BLOCKED = {
    "no listener": ([drop("aws_lb_listener", "l")], "aws_lb.b has no listener in this input"),
    "no targets": ([NO_TARGETS], "aws_lb_target_group.g has no target in this input"),
    "no targets in the zone of one endpoint": (
        [ONE_ZONE],
        "aws_lb_target_group.g has no target in zone us-east-1b, and aws_lb.b does not balance across zones",
    ),
    "a load balancer in one zone": (
        [put("aws_lb", "b", subnets=["${aws_subnet.appliances0.id}"]), ACROSS],
        "aws_lb.b has no subnet in zone us-east-1b",
    ),
}
UNKNOWN = {
    "acceptance, which is not there": (
        [MUST_ACCEPT],
        "aws_vpc_endpoint_service.s requires acceptance, and nothing in this input accepts aws_vpc_endpoint.gw",
    ),
    "an Auto Scaling group that may be empty": ([NO_TARGETS, scaling(0)], "how many instances aws_autoscaling_group.a"),
    "an Auto Scaling group that registers nothing": (
        [NO_TARGETS, scaling(2), put("aws_autoscaling_group", "a", suspended_processes=["AddToLoadBalancer"])],
        "how many instances aws_autoscaling_group.a",
    ),
    "an Auto Scaling group that is empty at night": ([NO_TARGETS, scaling(2), NIGHT], "how many instances aws_autosc"),
    "fewer instances than zones": ([NO_TARGETS, scaling(1)], "how many instances aws_autoscaling_group.a"),
    "an unknown zone": ([ONE_ZONE, addresses("192.0.2.1")], "the zone of aws_lb_target_group_attachment.t0 is unknown"),
    "targets by another resource": (
        [NO_TARGETS, put("aws_ecs_service", "e", load_balancer=[{"target_group_arn": GROUP}])],
        "aws_ecs_service.e may register targets",
    ),
    "a load balancer of another type": (
        [put("aws_lb", "b", load_balancer_type="network")],
        "aws_lb.b is no Gateway Load Balancer: load_balancer_type is network",
    ),
    "a target group of another protocol": (
        [put("aws_lb_target_group", "g", protocol="TCP", port=443)],
        "aws_lb_target_group.g has protocol TCP and port 443, not GENEVE and 6081",
    ),
    "another stickiness": (
        [put("aws_lb_target_group", "g", stickiness=[{"enabled": True, "type": "source_ip_dest_ip"}])],
        "aws_lb_target_group.g has stickiness source_ip_dest_ip",
    ),
    "a service of a Network Load Balancer": (
        [
            lambda made: made["aws_vpc_endpoint_service"]["s"].pop("gateway_load_balancer_arns"),
            put("aws_vpc_endpoint_service", "s", network_load_balancer_arns=["${aws_lb.b.arn}"]),
        ],
        "aws_vpc_endpoint_service.s has no Gateway Load Balancer",
    ),
    "endpoints of another type": (
        [
            put("aws_vpc_endpoint", "gw0", vpc_endpoint_type="Interface"),
            put("aws_vpc_endpoint", "gw1", vpc_endpoint_type="Interface"),
        ],
        "aws_vpc_endpoint.gw0, no Gateway Load Balancer endpoint",
    ),
    "listeners of unknown number": (
        [put("aws_lb_listener", "l", count="${var.number}")],
        "aws_lb_listener.l",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FORWARD)
def test_targets_that_receive_the_packets_are_found(case: str, tmp_path: Path) -> None:
    subject = read(shown(*FORWARD[case]), tmp_path)
    assert subject.trace("left", "right").outcome is Outcome.REACHABLE
    assert any("forward every packet" in each for each in subject.prove().assumptions)


@pytest.mark.parametrize("case", BLOCKED)
def test_packets_that_no_appliance_receives_are_dropped(case: str, tmp_path: Path) -> None:
    edits, why = BLOCKED[case]
    traced = read(shown(*edits), tmp_path).trace("left", "right")
    assert traced.outcome is Outcome.BLOCKED
    assert why in str(traced)
    assert "appliances-missing" in str(traced)


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_not_clear_is_unknown(case: str, tmp_path: Path) -> None:
    edits, why = UNKNOWN[case]
    document = shown(*edits)
    document["variable"] = {"number": {"type": "number"}}
    traced = read(document, tmp_path).trace("left", "right")
    assert traced.outcome is Outcome.UNKNOWN
    assert why in str(traced)


@pytest.mark.parametrize(
    ("state", "edits", "outcome"),
    [
        ("rejected", [], Outcome.BLOCKED),
        ("pendingAcceptance", [MUST_ACCEPT], Outcome.BLOCKED),
        ("pendingAcceptance", [MUST_ACCEPT, accepting], Outcome.REACHABLE),
        ("available", [MUST_ACCEPT], Outcome.REACHABLE),
    ],
)
def test_a_state_shows_whether_an_endpoint_is_available(
    state: str, edits: list[Edit], outcome: Outcome, tmp_path: Path
) -> None:
    graph = read(shown(*edits), tmp_path).graph
    resources = {
        address: replace(resource, values={**resource.values, "state": state})
        if resource.type == "aws_vpc_endpoint"
        else resource
        for address, resource in graph.resources.items()
    }
    # A state has no list of what is written.
    as_state = {address: replace(resource, written=None) for address, resource in resources.items()}
    traced = made_from(replace(graph, resources=as_state)).trace("left", "right")
    assert traced.outcome is outcome
