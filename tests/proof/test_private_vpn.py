"""VPN connections over Direct Connect, as generated and edited: stage 11."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from examples import stage_11_encrypted_direct_connect as stage
from isthmus import proof
from isthmus.intent.checks import problems
from isthmus.intent.estate import Estate
from isthmus.proof import Verdict
from isthmus.proof.result.failures import FailureKind
from modules.synthesis import synthesize
from tests.modules.synthesized import files_of
from tests.proof.estates import write

STAGE = "examples.stage_11_encrypted_direct_connect"
DIRECT = "stacks/network/modules/direct_connect/main.tf.json"
VPN = "stacks/network/modules/vpn/main.tf.json"
DX = "network/module.direct_connect.aws_dx_gateway.infra_dc1"
Document = dict[str, Any]


def proved(files: dict[str, str], folder: Path, *, scenarios: bool = False) -> proof.Proof:
    return proof.read(write(files, folder)).prove(scenarios=scenarios)


def edited(module: str, edit: Callable[[Document], object]) -> dict[str, str]:
    """Stage 11, with an edit of a module."""
    files = dict(files_of(STAGE))
    document = json.loads(files[module])
    edit(document)
    return {**files, module: json.dumps(document)}


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> proof.Proof:
    return proved(dict(files_of(STAGE)), tmp_path_factory.mktemp("stage"), scenarios=True)


def test_it_is_proved_and_only_the_gateway_is_a_single_point_of_failure(answer: proof.Proof) -> None:
    assert answer.verdict is Verdict.PROVED
    assert {r.failure.kind for r in answer.scenarios if r.lost} == {FailureKind.DX_GATEWAY, FailureKind.ZONE}


def test_aws_advertises_spokes_through_the_tunnels_and_the_hub_over_direct_connect(answer: proof.Proof) -> None:
    found = {name: {str(prefix) for prefix in p.prefixes} for name, p in answer.advertised_prefixes.items()}
    assert found.pop(DX) == {"10.255.0.0/24"}
    assert list(found.values()) == [{"10.1.0.0/20", "10.1.48.0/20"}] * 2


@pytest.mark.parametrize("kind", [FailureKind.VIRTUAL_INTERFACE, FailureKind.LOCATION])
def test_a_virtual_interface_takes_the_connection_of_its_device_down(answer: proof.Proof, kind: FailureKind) -> None:
    """The other virtual interface leads to another device, and does not carry its tunnels."""
    down = [r.failure.scenario.down for r in answer.scenarios if r.failure.kind is kind]
    connections = {address for one in down for address in one if ".aws_vpn_connection." in address}
    assert len(connections) == len(down) == 2
    assert all(len(one) == 2 for one in down)


def one_router() -> Estate:
    """One device, one VPN connection and one virtual interface."""
    interfaces = stage.direct_connect.virtual_interfaces[:1]
    network = replace(
        stage.network,
        vpn_connections=stage.network.vpn_connections[:1],
        direct_connect=[replace(stage.direct_connect, virtual_interfaces=interfaces)],
    )
    site = replace(stage.data_center, customer_gateways=stage.data_center.customer_gateways[:1])
    return replace(stage.estate, sites=[site], environments=[network, *stage.estate.environments[1:]])


def test_with_one_router_each_part_of_direct_connect_loses_flows(tmp_path: Path) -> None:
    found = proved(dict(synthesize(one_router())), tmp_path, scenarios=True)
    assert found.verdict is Verdict.PROVED
    direct = {FailureKind.VIRTUAL_INTERFACE, FailureKind.LOCATION, FailureKind.DX_GATEWAY}
    assert {r.failure.kind for r in found.scenarios if r.lost} >= direct


def _propagated(document: Document) -> None:
    made = document["resource"]
    document.setdefault("variable", {})["route_table_id_workloads"] = {"type": "string"}
    made["aws_ec2_transit_gateway_route_table_propagation"] = {
        "bypass": {
            "transit_gateway_attachment_id": "${aws_dx_gateway_association.infra_dc1.transit_gateway_attachment_id}",
            "transit_gateway_route_table_id": "${var.route_table_id_workloads}",
        }
    }


def _associated(document: Document) -> None:
    _propagated(document)
    made = document["resource"]
    made["aws_ec2_transit_gateway_route_table_association"] = made.pop(
        "aws_ec2_transit_gateway_route_table_propagation"
    )


@pytest.mark.parametrize("edit", [_propagated, _associated])
def test_a_route_table_on_direct_connect_itself_is_an_unencrypted_path(
    edit: Callable[[Document], object], tmp_path: Path
) -> None:
    files = edited(DIRECT, edit)
    root = json.loads(files["stacks/network/cdk.tf.json"])
    root["module"]["direct_connect"]["route_table_id_workloads"] = "${module.hub.route_table_id_workloads}"
    found = proved({**files, "stacks/network/cdk.tf.json": json.dumps(root)}, tmp_path)
    assert "unencrypted-path" in {violation.rule for violation in found.violations}
    assert found.verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("prefix", "part"), [("10.254.0.0/24", "lack 10.255.0.0/24"), ("10.1.0.0/20", "no CIDR block")]
)
def test_allowed_prefixes_are_the_blocks_of_the_hub(prefix: str, part: str, tmp_path: Path) -> None:
    def edit(document: Document) -> None:
        document["resource"]["aws_dx_gateway_association"]["infra_dc1"]["allowed_prefixes"] = [prefix]

    found = proved(edited(DIRECT, edit), tmp_path)
    assert any(v.rule == "connection-differs" and part in v.why for v in found.violations)


def _public(document: Document) -> None:
    for vpn in document["resource"]["aws_vpn_connection"].values():
        vpn["outside_ip_address_type"] = "PublicIpv4"


def test_a_public_outside_address_differs_from_the_intent(tmp_path: Path) -> None:
    found = proved(edited(VPN, _public), tmp_path)
    assert found.verdict is Verdict.VIOLATED
    assert any("it runs over the internet" in violation.why for violation in found.violations)


def test_tunnels_over_an_unknown_attachment_are_unknown(tmp_path: Path) -> None:
    def edit(document: Document) -> None:
        for vpn in document["resource"]["aws_vpn_connection"].values():
            vpn["transport_transit_gateway_attachment_id"] = "${one(var.transit_gateway_id)}"

    found = proved(edited(VPN, edit), tmp_path)
    assert found.verdict is Verdict.UNKNOWN
    assert any("what carries the tunnels" in result.what for result in found.unknown_results)


def test_a_hub_without_the_block_lacks_the_addresses_of_the_tunnels(tmp_path: Path) -> None:
    def edit(document: Document) -> None:
        del document["resource"]["aws_ec2_transit_gateway"]["this"]["transit_gateway_cidr_blocks"]

    found = proved(edited("stacks/network/modules/hub/main.tf.json", edit), tmp_path)
    assert found.verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"existing": "tgw-0123456789abcdef0", "cidr_blocks": ()}, "private-vpn-without-hub-cidr"),
        ({"cidr_blocks": ()}, "private-vpn-without-hub-cidr"),
    ],
)
def test_the_hub_must_have_a_block(changes: dict[str, Any], rule: str) -> None:
    hub = replace(stage.estate.hub, **changes)
    network = replace(stage.network, hub=hub)
    estate = replace(stage.estate, environments=[network, *stage.estate.environments[1:]])
    assert {problem.rule for problem in problems(estate)} == {rule}


@pytest.mark.parametrize("address", [None, "203.0.113.10", "10.1.0.9", "10.255.0.9", "169.254.1.1", "x"])
def test_the_device_needs_a_private_address_of_its_own(address: str | None) -> None:
    gateways = [replace(stage.data_center.customer_gateways[0], ip_address=address)]
    site = replace(stage.data_center, customer_gateways=[*gateways, stage.data_center.customer_gateways[1]])
    rules = {problem.rule for problem in problems(replace(stage.estate, sites=[site]))}
    assert rules == {"invalid-private-vpn-address"}


def test_a_site_with_it_has_no_connection_over_the_internet() -> None:
    first, second = stage.network.vpn_connections
    network = replace(stage.network, vpn_connections=[first, replace(second, over=None)])
    estate = replace(stage.estate, environments=[network, *stage.estate.environments[1:]])
    assert "mixed-private-vpn" in {problem.rule for problem in problems(estate)}
