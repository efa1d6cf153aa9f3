"""A spoke with a routable CIDR: what it opens works, nothing connects to its hosts, no route has its range."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from isthmus.network.answers import Outcome
from isthmus.network.forwarding import Forwarding
from isthmus.proof import Analysis, Verdict, read
from isthmus.proof.result.failures import FailureKind
from tests.proof.estates import output, write

STAGE = "stage_8_overlapping_ranges"
ERP, DEV = "stacks/acquired/modules/spoke_erp/main.tf.json", "stacks/dev/modules/spoke_dev/main.tf.json"
Resources = dict[str, dict[str, dict[str, Any]]]
Edit = Callable[[Resources], object]


def analysis(folder: Path, edits: Mapping[str, Edit] | None = None) -> Analysis:
    """The stage, with changed modules."""
    files: dict[str, Any] = dict(output(STAGE))
    for path, edit in (edits or {}).items():
        document = json.loads(files[path])
        edit(document["resource"])
        files[path] = document
    return read(write(files, folder))


def rules(found: Analysis) -> set[str]:
    return {violation.rule for violation in found.prove(scenarios=False).violations}


def test_what_it_opens_works_and_nothing_else_connects_to_it(tmp_path: Path) -> None:
    found = analysis(tmp_path)
    assert found.prove().verdict is Verdict.PROVED
    works = {(flow.source, flow.destination) for flow in found.flows if flow.works}
    reached = {"dc1/servers", "dc1/users", "rest of dc1", "shared-services", "internet"}
    assert {b for a, b in works if a == "erp"} == reached
    # Except to its published service, see test_published_services.py.
    to_erp = {flow.source: flow for flow in found.flows if flow.destination == "erp"}
    assert {a for a, flow in to_erp.items() if flow.forward is not Outcome.BLOCKED} == {
        "dc1/servers",
        "dc1/users",
        "shared-services",
    }


def test_sites_and_spokes_see_the_address_of_the_nat_gateway(tmp_path: Path) -> None:
    found = analysis(tmp_path)
    assert {str(nat.private_ip) for nat in found.network.nats.values()} == {"10.1.240.4", "10.1.240.20", "10.1.240.52"}
    advertised = found.prove(scenarios=False).advertised_prefixes
    (prefixes,) = (one.prefixes for one in advertised.values())
    assert sorted(map(str, prefixes)) == ["10.1.0.0/20", "10.1.240.0/24", "10.1.48.0/20"]
    # The range that both spokes have is advertised for `dev` alone.
    assert [source for prefix, source in prefixes.items() if str(prefix) == "10.1.0.0/20"] == [
        "dev/module.spoke_dev.aws_ec2_transit_gateway_route.network_services_10_1_0_0_20"
    ]


LOST_BY_NAT = {("erp", "dc1/servers"), ("erp", "dc1/users"), ("erp", "shared-services"), ("erp", "internet")}


def lost_by_nat(found: Analysis) -> dict[str, set[tuple[str, str]]]:
    """The flows that are lost if a NAT gateway fails, by the last part of its name."""
    results = [one for one in found.prove().scenarios if one.failure.kind is FailureKind.NAT_GATEWAY]
    return {
        one.failure.what.rpartition("_")[2]: {pair for flows in one.lost for pair in flows.flows} for one in results
    }


def test_a_private_nat_gateway_that_fails_takes_the_flows_to_sites_and_spokes_with_it(tmp_path: Path) -> None:
    assert lost_by_nat(analysis(tmp_path)) == dict.fromkeys(("az1", "az2", "az4"), LOST_BY_NAT)


def _one_nat_gateway(resources: Resources) -> None:
    for route in resources["aws_route"].values():
        if "nat_gateway_id" in route:
            route["nat_gateway_id"] = "${aws_nat_gateway.routable_az1.id}"


def test_each_zone_needs_its_own_private_nat_gateway(tmp_path: Path) -> None:
    found = analysis(tmp_path, {ERP: _one_nat_gateway}).prove()
    missing = [one for one in found.violations if one.rule == "redundancy-missing" and "NAT gateway" in one.why]
    assert {("erp", one.destination) for one in missing} == LOST_BY_NAT


def _propagates(resources: Resources) -> None:
    route = next(iter(resources["aws_ec2_transit_gateway_route"].values()))
    wanted = {name: value for name, value in route.items() if name != "destination_cidr_block"}
    resources["aws_ec2_transit_gateway_route_table_propagation"] = {"extra": wanted}


def _static_route_to_the_own_range(resources: Resources) -> None:
    routes = resources["aws_ec2_transit_gateway_route"]
    routes["extra"] = {**next(iter(routes.values())), "destination_cidr_block": "10.1.0.0/22"}


def _prefix_list_with_the_own_range(resources: Resources) -> None:
    route = next(iter(resources["aws_ec2_transit_gateway_route"].values()))
    wanted = {name: value for name, value in route.items() if name != "destination_cidr_block"}
    reference = {**wanted, "prefix_list_id": "${aws_ec2_managed_prefix_list.extra.id}"}
    entry = {"cidr": "10.1.0.0/22"}
    listed = {"name": "extra", "address_family": "IPv4", "max_entries": 1, "entry": [entry]}
    resources["aws_ec2_managed_prefix_list"] = {"extra": listed}
    resources["aws_ec2_transit_gateway_prefix_list_reference"] = {"extra": reference}


def _one_more_range(resources: Resources) -> None:
    added = {"vpc_id": "${aws_vpc.this.id}", "cidr_block": "10.1.128.0/24"}
    resources["aws_vpc_ipv4_cidr_block_association"] = {"extra": added}


def _without_static_routes(resources: Resources) -> None:
    del resources["aws_ec2_transit_gateway_route"]


def _public(resources: Resources) -> None:
    for nat in resources["aws_nat_gateway"].values():
        nat |= {"connectivity_type": "public", "allocation_id": "eipalloc-0123456789abcdef0"}


def _past_the_nat_gateway(resources: Resources) -> None:
    through = next(r for r in resources["aws_route"].values() if "transit_gateway_id" in r)["transit_gateway_id"]
    for name, route in resources["aws_route"].items():
        if name.startswith("private_") and route.pop("nat_gateway_id", None):
            route["transit_gateway_id"] = through


@pytest.mark.parametrize(
    ("edits", "rule"),
    [
        ({ERP: _propagates}, "non-routable-range-routed"),
        ({ERP: _propagates}, "overlapping-vpcs"),
        ({ERP: _static_route_to_the_own_range}, "non-routable-range-routed"),
        ({ERP: _prefix_list_with_the_own_range}, "non-routable-range-routed"),
        ({ERP: _without_static_routes}, "intended-flow-one-way"),
        ({ERP: _public}, "hairpin"),
        ({ERP: _past_the_nat_gateway}, "intended-flow-one-way"),
        ({DEV: _without_static_routes}, "overlapping-vpcs"),
        # AWS may propagate no CIDR of a VPC that overlaps another, so the hub needs a static route for each.
        ({DEV: _one_more_range}, "overlapping-vpcs"),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(edit.__name__ for edit in value.values()),
)
def test_mistakes_are_violations(tmp_path: Path, edits: Mapping[str, Edit], rule: str) -> None:
    assert rule in rules(analysis(tmp_path, edits))


def _of_unknown_type(resources: Resources) -> None:
    for nat in resources["aws_nat_gateway"].values():
        nat["connectivity_type"] = "${var.unknown}"


def test_a_nat_gateway_of_unknown_type_is_unknown(tmp_path: Path) -> None:
    found = analysis(tmp_path, {ERP: _of_unknown_type})
    proof = found.prove(scenarios=False)
    assert proof.verdict is not Verdict.PROVED
    reasons = [unknown.why for unknown in proof.unknown_results]
    assert any("the subnet or the type of NAT gateway" in why for why in reasons)


@pytest.mark.parametrize(
    "more", [{"secondary_private_ip_address_count": 2}, {"secondary_private_ip_addresses": ["10.1.240.9"]}]
)
def test_a_nat_gateway_with_more_addresses_has_no_single_source_address(tmp_path: Path, more: dict[str, Any]) -> None:
    """A filter for its first address then decides some of its packets only."""

    def sources(found: Analysis) -> set[int]:
        positions = Forwarding(found.network).positions
        return {1 + last - first for first, last in map(positions.nat_span, found.network.nats)}

    def extended(resources: Resources) -> None:
        for gateway in resources["aws_nat_gateway"].values():
            gateway.update(more)

    assert sources(analysis(tmp_path / "one")) == {1}
    assert sources(analysis(tmp_path / "more", {ERP: extended})) == {16}
