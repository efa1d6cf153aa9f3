"""The transit gateway is as the intent states it, and keeps what is sent to addresses that nothing has."""

from dataclasses import replace

import pytest

from isthmus.network.forwarding import Forwarding
from isthmus.network.from_terraform import network_of
from isthmus.network.model import Network, TransitGateway, Unknown
from isthmus.proof.checks.hub import hub_violations
from isthmus.proof.checks.inventory import bind
from isthmus.proof.checks.unassigned_addresses import unassigned_address_violations
from isthmus.proof.result.findings import Violation
from isthmus.terraform.graph import Graph
from tests.proof.argument_mutants import bench, without
from tests.proof.estates import estate

MEANT = estate("stage_1_dev_only")
RIGHT = TransitGateway("aws_ec2_transit_gateway.hub", asn=MEANT.hub.asn)


@pytest.mark.parametrize(
    ("gateway", "differs"),
    [
        (RIGHT, False),
        (replace(RIGHT, asn=Unknown("var.asn")), False),
        (replace(RIGHT, asn=MEANT.hub.asn + 1), True),
        (replace(RIGHT, vpn_ecmp=False), True),
        (replace(RIGHT, vpn_ecmp=Unknown("var.ecmp")), False),
    ],
)
def test_the_hub_is_as_stated(gateway: TransitGateway, differs: bool) -> None:
    network = Network(transit_gateways={gateway.address: gateway})
    assert bool(list(hub_violations(MEANT, network, Graph({})))) is differs


def forwarded(graph: Graph) -> list[Violation]:
    network = network_of(graph)
    sites = bind(MEANT, network, ("network", "dev")).locations.sites
    return list(unassigned_address_violations(MEANT, Forwarding(network, sites=sites)))


def guards(graph: Graph) -> list[tuple[str, ...]]:
    return [found.resources for found in forwarded(graph)]


def test_a_blackhole_route_drops_packets_for_a_missing_spoke() -> None:
    """The site advertises a default route: without the blackhole its packets come back to it."""
    graph = bench("stage_1_dev_only").graph
    assert not guards(graph)
    (hole,) = [r.address for r in graph.of_type("aws_ec2_transit_gateway_route") if "network_services" in r.address]
    ((route, table),) = guards(without(graph, hole))
    assert "infra_dc1_01" in route
    assert table.endswith("aws_ec2_transit_gateway_route_table.network_services")
    (found,) = forwarded(without(graph, hole))
    assert f"{table}, packets for unassigned addresses of 10.1.0.0/16 match the 0.0.0.0/0 propagated route" in found.why
    assert found.why.endswith(": add a blackhole route for 10.1.0.0/16")
