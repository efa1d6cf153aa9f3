"""Published services: locations connect to the load balancer, it connects to the targets, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from isthmus.network.answers import Outcome
from isthmus.proof import Analysis, Verdict, read
from isthmus.proof.result.failures import FailureKind
from tests.proof.estates import output, write

STAGE = "stage_8_overlapping_ranges"
ERP = "stacks/acquired/modules/spoke_erp/main.tf.json"
Resources = dict[str, dict[str, dict[str, Any]]]
Edit = Callable[[Resources], object]


def analysis(folder: Path, *edits: Edit) -> Analysis:
    """The stage, with a changed module of the spoke that publishes."""
    files: dict[str, Any] = dict(output(STAGE))
    document = json.loads(files[ERP])
    document["variable"]["unknown"] = {}
    for edit in edits:
        edit(document["resource"])
    files[ERP] = document
    return read(write(files, folder))


def rules(found: Analysis) -> set[str]:
    return {violation.rule for violation in found.prove(scenarios=False).violations}


def test_exactly_the_listeners_are_reachable_for_exactly_the_clients(tmp_path: Path) -> None:
    found = analysis(tmp_path)
    assert found.prove(scenarios=False).verdict is Verdict.PROVED
    to_erp = {flow.source: flow for flow in found.flows if flow.destination == "erp"}
    clients = {"dc1/servers", "dc1/users", "shared-services"}
    assert {source for source, flow in to_erp.items() if flow.works} == clients
    assert {str(to_erp[source].packets) for source in clients} == {"tcp/443"}
    assert {str(flow.packets) for source, flow in to_erp.items() if source not in clients} == {"no packets"}


def test_a_trace_goes_on_from_the_load_balancer_to_a_target(tmp_path: Path) -> None:
    found = analysis(tmp_path)
    for destination in ("erp", "10.1.240.21"):
        (path, *_) = found.trace("dc1/servers", destination, port=443).trips[0].forward.paths
        assert [hop.kind for hop in path.hops][-2:] == ["load balancer", "target"]
        assert path.hops[-1].why.startswith("10.1.0.10 tcp/8443 of ")
    assert not found.trace("dc1/servers", "erp", port=8443).works


def test_the_assumptions_say_what_is_evaluated_of_a_load_balancer(tmp_path: Path) -> None:
    found = analysis(tmp_path)
    healthy = "targets of load balancers are healthy and accept their connections"
    (given,) = [one for one in found.prove(scenarios=False).assumptions if one.startswith("security groups")]
    evaluated = "security groups of hosts and host firewalls are not evaluated, those of load balancers are"
    assert given == f"{evaluated}; {healthy}"
    assert healthy in found.trace("dc1/servers", "erp", port=443).assumptions
    assert healthy not in found.trace("dc1/servers", "dev", port=443).assumptions


def _set(kind: str, **values: Any) -> Edit:
    def edit(resources: Resources) -> None:
        for body in resources[kind].values():
            body.update(values)

    edit.__name__ = f"{kind}: {values}"
    return edit


def _without(kind: str) -> Edit:
    def edit(resources: Resources) -> None:
        resources[kind].popitem()

    edit.__name__ = f"no {kind}"
    return edit


def _one_more(kind: str, **values: Any) -> Edit:
    def edit(resources: Resources) -> None:
        body = deepcopy(next(iter(resources[kind].values())))
        resources[kind]["extra"] = {**body, **values}

    edit.__name__ = f"one more {kind}: {values}"
    return edit


def _in_private_subnets(resources: Resources) -> None:
    for mapping in resources["aws_lb"]["published"]["subnet_mapping"]:
        mapping["subnet_id"] = mapping["subnet_id"].replace("routable", "private")


def _other_addresses(resources: Resources) -> None:
    for mapping in resources["aws_lb"]["published"]["subnet_mapping"]:
        mapping["private_ipv4_address"] = str(IPv4Address(mapping["private_ipv4_address"]) + 1)


def _second_load_balancer(resources: Resources) -> None:
    subnets = ["${aws_subnet.routable_az1.id}", "${aws_subnet.routable_az2.id}"]
    resources["aws_lb"]["second"] = {"name": "second", "internal": True, "subnets": subnets}


def _classic_load_balancer(resources: Resources) -> None:
    resources["aws_elb"] = {"second": {"subnets": ["${aws_subnet.routable_az1.id}"]}}


def _network_acl_between(resources: Resources) -> None:
    resources["aws_network_acl"] = {"extra": {"vpc_id": "${aws_vpc.this.id}"}}
    subnet = {"subnet_id": "${aws_subnet.private_az1.id}", "network_acl_id": "${aws_network_acl.extra.id}"}
    resources["aws_network_acl_association"] = {"extra": subnet}


def _weight_0(resources: Resources) -> None:
    (listener,) = resources["aws_lb_listener"].values()
    (action,) = listener["default_action"]
    action["forward"] = [{"target_group": [{"arn": action.pop("target_group_arn"), "weight": 0}]}]


def _partly_elsewhere(resources: Resources) -> None:
    subnets = ["${aws_subnet.private_az1.id}", "${var.unknown}"]
    resources["aws_lb"]["second"] = {"load_balancer_type": "network", "internal": True, "subnets": subnets}


DIFFERS, MISSING, UNREACHABLE = "published-service-differs", "published-service-missing", "published-target-unreachable"
BLOCKED, UNINTENDED = "intended-flow-blocked", "unintended-load-balancer"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (_without("aws_lb_listener"), {BLOCKED, DIFFERS}),
        (_set("aws_lb_listener", port=8443), {BLOCKED, DIFFERS}),
        (_set("aws_lb_listener", protocol="UDP"), {BLOCKED, DIFFERS}),
        (_set("aws_lb_listener", protocol="TLS"), {DIFFERS}),
        pytest.param(_set("aws_lb_listener", count=2), {DIFFERS}, marks=pytest.mark.nightly),
        (_one_more("aws_lb_listener"), {DIFFERS}),
        pytest.param(_set("aws_lb", ip_address_type="dualstack"), {DIFFERS}, marks=pytest.mark.nightly),
        pytest.param(_set("aws_lb_target_group", proxy_protocol_v2=True), {DIFFERS}, marks=pytest.mark.nightly),
        (_set("aws_lb_target_group_attachment", port=443), {BLOCKED, DIFFERS, UNREACHABLE}),
        (_without("aws_lb_target_group_attachment"), {DIFFERS}),
        (_one_more("aws_lb_target_group_attachment", target_id="10.1.0.11"), {DIFFERS, UNREACHABLE}),
        (_one_more("aws_lb_target_group_attachment", target_id="10.1.48.10"), {DIFFERS}),
        (_one_more("aws_vpc_security_group_ingress_rule", cidr_ipv4="0.0.0.0/0"), {DIFFERS}),
        (_without("aws_vpc_security_group_ingress_rule"), {BLOCKED}),
        (_without("aws_vpc_security_group_egress_rule"), {UNREACHABLE}),
        (_set("aws_lb", security_groups=[]), {DIFFERS}),
        (_set("aws_lb", internal=False), {DIFFERS}),
        (_set("aws_lb", load_balancer_type="application"), {DIFFERS}),
        (_set("aws_lb", enable_cross_zone_load_balancing=False), {BLOCKED}),
        (_set("aws_lb_target_group", preserve_client_ip="true"), {DIFFERS}),
        (_in_private_subnets, {MISSING}),
        (_other_addresses, {MISSING, UNINTENDED}),
        (_without("aws_lb"), {MISSING}),
        (_second_load_balancer, {UNINTENDED}),
        (_classic_load_balancer, {UNINTENDED}),
        (_network_acl_between, {UNREACHABLE}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_mistakes_are_violations(tmp_path: Path, edit: Edit, expected: set[str]) -> None:
    found = rules(analysis(tmp_path, edit))
    assert expected <= found


def _ecs_service(resources: Resources) -> None:
    """ECS registers its tasks as targets."""
    [group] = resources["aws_lb_target_group"]
    given = {"target_group_arn": f"${{aws_lb_target_group.{group}.arn}}", "container_name": "x", "container_port": 8443}
    resources["aws_ecs_service"] = {"x": {"name": "x", "load_balancer": [given]}}


def _auto_scaling_group(resources: Resources) -> None:
    [group] = resources["aws_lb_target_group"]
    given = {"autoscaling_group_name": "x", "lb_target_group_arn": f"${{aws_lb_target_group.{group}.arn}}"}
    resources["aws_autoscaling_attachment"] = {"x": given}


def _endpoint_service(resources: Resources) -> None:
    """Endpoints in other VPCs are clients of the load balancer."""
    [balancer] = resources["aws_lb"]
    arns = [f"${{aws_lb.{balancer}.arn}}"]
    resources["aws_vpc_endpoint_service"] = {"x": {"acceptance_required": False, "network_load_balancer_arns": arns}}


UNKNOWN = (
    _ecs_service,
    _auto_scaling_group,
    _endpoint_service,
    _set("aws_lb", internal="${var.unknown}"),
    _set("aws_lb", load_balancer_type="${var.unknown}"),
    _set("aws_lb", enable_cross_zone_load_balancing="${var.unknown}"),
    _set("aws_lb", security_groups="${var.unknown}"),
    _set("aws_lb", subnet_mapping="${var.unknown}"),
    _set("aws_lb", count="${var.unknown}"),
    _set("aws_lb_listener", port="${var.unknown}"),
    _set("aws_lb_listener", protocol="${var.unknown}"),
    _set("aws_lb_listener", load_balancer_arn="${var.unknown}"),
    _set("aws_lb_listener", default_action="${var.unknown}"),
    _set("aws_lb_listener", count="${var.unknown}"),
    _set("aws_lb_target_group", preserve_client_ip="${var.unknown}"),
    _set("aws_lb_target_group", target_type="${var.unknown}"),
    _set("aws_lb_target_group", load_balancing_cross_zone_enabled="${var.unknown}"),
    _set("aws_lb_target_group_attachment", target_id="${var.unknown}"),
    _set("aws_lb_target_group_attachment", port="${var.unknown}"),
    _set("aws_lb_target_group_attachment", target_group_arn="${var.unknown}"),
    _set("aws_lb_target_group_attachment", count="${var.unknown}"),
    _set("aws_vpc_security_group_egress_rule", cidr_ipv4="${var.unknown}"),
    _set("aws_vpc_security_group_ingress_rule", cidr_ipv4="${var.unknown}"),
    _one_more("aws_lb", subnet_mapping="${var.unknown}"),
    _one_more("aws_lb", count="${var.unknown}"),
    _weight_0,
    _partly_elsewhere,
    _set("aws_lb", ip_address_type="${var.unknown}"),
    _set("aws_lb_target_group", ip_address_type="ipv6"),
    _set("aws_lb_target_group", vpc_id="vpc-0123456789abcdef0"),
    _set("aws_lb_target_group", proxy_protocol_v2="${var.unknown}"),
)


# Half of the edits in every run, and all of them nightly.
@pytest.mark.parametrize(
    "edit",
    [pytest.param(e, marks=pytest.mark.nightly if n % 2 else (), id=e.__name__) for n, e in enumerate(UNKNOWN)],
)
def test_what_is_not_known_is_unknown(tmp_path: Path, edit: Edit) -> None:
    proof = analysis(tmp_path, edit).prove(scenarios=False)
    assert proof.unknown_results
    assert proof.verdict is Verdict.UNKNOWN, proof.violations


def test_a_zone_takes_its_address_of_the_load_balancer_with_it(tmp_path: Path) -> None:
    results = [one for one in analysis(tmp_path).prove().scenarios if one.failure.kind is FailureKind.ZONE]
    lost = {one.failure.what: {(f.source, f.destination): f.meant_to_survive for f in one.lost} for one in results}
    assert {zone: found[("dc1/servers", "erp")] for zone, found in lost.items()} == dict.fromkeys(lost, False)


def test_targets_in_one_zone_only_are_no_redundancy(tmp_path: Path) -> None:
    """The load balancer in another zone still has an address, and no target."""
    found = analysis(tmp_path, _without("aws_lb_target_group_attachment"), _without("aws_lb_target_group_attachment"))
    proof = found.prove(scenarios=False)
    assert Outcome.REACHABLE not in {flow.forward for flow in proof.flows if flow.destination == "erp"}
