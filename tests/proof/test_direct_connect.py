"""Direct Connect with VPN connections as the backup, as generated and edited: stage 7."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from examples import stage_7_direct_connect as stage
from isthmus import proof
from isthmus.intent import DirectConnectGateway, Estate
from isthmus.network.model import Unknown
from isthmus.proof import Verdict
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.result.failures import FailureKind
from modules.synthesis import synthesize
from tests.modules.synthesized import files_of
from tests.proof.estates import write

MODULE = "stacks/network/modules/direct_connect/main.tf.json"
Edit = Callable[[dict[str, Any]], object]


def read(files: dict[str, str], folder: Path) -> proof.Analysis:
    return proof.read(write(files, folder))


def edited(edit: Edit) -> dict[str, str]:
    """Stage 7, with an edit of the resources of module `direct_connect`."""
    files = dict(files_of("examples.stage_7_direct_connect"))
    document = json.loads(files[MODULE])
    edit(document["resource"])
    return {**files, MODULE: json.dumps(document)}


def without_vpn(gateway: DirectConnectGateway) -> Estate:
    network = replace(stage.network, vpn_connections=[], observability=None, direct_connect=[gateway])
    return replace(stage.estate, environments=[network, *stage.estate.environments[1:]])


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> proof.Analysis:
    return read(dict(files_of("examples.stage_7_direct_connect")), tmp_path_factory.mktemp("stage"))


def test_it_is_proved_and_every_failure_of_a_connection_is_survived(subject: proof.Analysis) -> None:
    answer = subject.prove()
    assert answer.verdict is Verdict.PROVED
    kinds = {result.failure.kind for result in answer.scenarios}
    assert kinds >= {FailureKind.VIRTUAL_INTERFACE, FailureKind.LOCATION, FailureKind.DX_GATEWAY}
    assert not [str(r) for r in answer.scenarios if r.lost and r.failure.kind is not FailureKind.ZONE]
    assert {r.failure.what for r in answer.scenarios if r.failure.kind is FailureKind.LOCATION} == {"EqDC2", "CSVA1"}


def test_the_hub_prefers_direct_connect_and_falls_back_to_the_vpn(subject: proof.Analysis) -> None:
    (gateway,) = (r.failure for r in subject.prove().scenarios if r.failure.kind is FailureKind.DX_GATEWAY)
    during = subject.pairs.during(subject.pairs.engine.in_scenario(gateway.scenario))
    direct = "network/module.direct_connect.aws_dx_gateway.infra_dc1"
    assert _over(subject.pairs, "prod", "dc1/users") == {direct}
    assert _over(during, "prod", "dc1/users") == {
        f"network/module.vpn.aws_vpn_connection.infra_dc1_0{number}" for number in (1, 2)
    }


def _over(pairs: AllPairs, source: str, destination: str) -> set[str]:
    """The connections on the paths of a flow."""
    paths = (path for sample in pairs.between(source, destination).samples for path in sample.trip.forward.paths)
    kinds = ("VPN connection", "Direct Connect gateway")
    return {hop.address for path in paths for hop in path.hops if hop.kind in kinds}


def test_a_customer_gateway_takes_its_virtual_interface_down(subject: proof.Analysis) -> None:
    failures = {r.failure.what: r.failure for r in subject.prove().scenarios}
    failure = failures["network/module.vpn.aws_customer_gateway.infra_dc1_01"]
    interface = "network/module.direct_connect.aws_dx_transit_virtual_interface.infra_dc1_eqdc2"
    assert failure.scenario.down == {failure.what, interface}


def test_without_a_backup_the_gateway_is_a_single_point_of_failure(tmp_path: Path) -> None:
    """Not a violation: the intent has no other connection. One location is survived, since there are two."""
    answer = read(synthesize(without_vpn(stage.direct_connect)), tmp_path).prove()
    assert answer.verdict is Verdict.PROVED
    lost = {r.failure.kind for r in answer.scenarios if r.lost}
    assert lost == {FailureKind.DX_GATEWAY, FailureKind.ZONE}
    assert all(str(prefix) == "10.1.0.0/16" for p in answer.advertised_prefixes.values() for prefix in p.prefixes)


def test_one_virtual_interface_is_a_single_point_of_failure(tmp_path: Path) -> None:
    alone = replace(stage.direct_connect, virtual_interfaces=stage.direct_connect.virtual_interfaces[:1])
    answer = read(synthesize(without_vpn(alone)), tmp_path).prove()
    lost = {r.failure.kind for r in answer.scenarios if r.lost}
    assert lost >= {FailureKind.VIRTUAL_INTERFACE, FailureKind.LOCATION, FailureKind.DX_GATEWAY}


ONE = "aws_dx_gateway_association"
INTERFACES = "aws_dx_transit_virtual_interface"


def at_one_location(resources: dict[str, Any]) -> None:
    """Both connections are in the Terraform, at one location."""
    made = {"bandwidth": "1Gbps", "location": "EqDC2"}
    resources["aws_dx_connection"] = {name: {**made, "name": name} for name in resources[INTERFACES]}
    for name, interface in resources[INTERFACES].items():
        interface["connection_id"] = f"${{aws_dx_connection.{name}.id}}"


@pytest.mark.parametrize(
    ("edit", "rules"),
    [
        pytest.param(
            lambda r: r[ONE]["infra_dc1"].update(allowed_prefixes=["10.1.0.0/16"]),
            {"longer-prefix-over-vpn"},
            id="a summary over Direct Connect",
        ),
        pytest.param(
            lambda r: r[ONE]["infra_dc1"]["allowed_prefixes"].append("10.9.0.0/16"),
            {"over-advertised"},
            id="a prefix of no spoke",
        ),
        pytest.param(lambda r: r[INTERFACES].pop("infra_dc1_csva1"), {"connection-missing"}, id="no virtual interface"),
        pytest.param(lambda r: r.pop(ONE), {"connection-missing", "undeclared-reference"}, id="no association"),
        pytest.param(
            lambda r: r[INTERFACES]["infra_dc1_csva1"].update(bgp_asn=65_099), {"connection-differs"}, id="another ASN"
        ),
        pytest.param(
            lambda r: r[INTERFACES]["infra_dc1_csva1"].update(connection_id="dxcon-fexample1"),
            {"connection-differs"},
            id="both virtual interfaces on one connection",
        ),
        pytest.param(lambda r: at_one_location(r), {"connection-differs"}, id="both connections at one location"),
        pytest.param(
            lambda r: r[ONE]["infra_dc1"].pop("allowed_prefixes"), {"connection-differs"}, id="no allowed prefixes"
        ),
        pytest.param(
            lambda r: r[ONE]["infra_dc1"].update(allowed_prefixes=["10.1.48.0/24"]),
            {"connection-differs"},
            id="an allowed prefix that lies inside a spoke",
        ),
        pytest.param(
            lambda r: r["aws_dx_gateway"]["infra_dc1"].update(amazon_side_asn="64999"),
            {"connection-differs"},
            id="another ASN of the gateway",
        ),
        pytest.param(
            lambda r: r["aws_dx_gateway"]["infra_dc1"].update(name="other"),
            {"connection-missing", "unintended-attachment"},
            id="another gateway",
        ),
    ],
)
def test_a_difference_is_a_violation(edit: Edit, rules: set[str], tmp_path: Path) -> None:
    answer = read(edited(edit), tmp_path).prove(scenarios=False)
    assert {violation.rule for violation in answer.violations} >= rules
    assert answer.verdict is Verdict.VIOLATED


def test_virtual_interfaces_of_unknown_number_are_unknown(tmp_path: Path) -> None:
    def edit(resources: dict[str, Any]) -> None:
        resources[INTERFACES]["infra_dc1_csva1"]["count"] = "${length(var.transit_gateway_id)}"

    subject = read(edited(edit), tmp_path)
    (dx,) = subject.network.dx_gateways.values()
    assert isinstance(dx.interfaces, Unknown)
    answer = subject.prove()
    assert answer.verdict is Verdict.UNKNOWN
    assert FailureKind.LOCATION not in {r.failure.kind for r in answer.scenarios}


def test_a_location_of_terraform_counts_and_not_that_of_the_intent(tmp_path: Path) -> None:
    """Its loss takes both virtual interfaces down."""
    answer = read(edited(at_one_location), tmp_path).prove()
    (location,) = (r.failure for r in answer.scenarios if r.failure.kind is FailureKind.LOCATION)
    assert location.what == "EqDC2"
    assert len(location.parts) == 2


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda i: i.update(connection_id="${one(var.transit_gateway_id)}"), id="an unknown connection"),
        pytest.param(lambda i: i.update(address_family="ipv6"), id="a session of IPv6"),
    ],
)
def test_a_virtual_interface_that_is_not_understood_is_unknown(edit: Edit, tmp_path: Path) -> None:
    answer = read(edited(lambda r: edit(r[INTERFACES]["infra_dc1_csva1"])), tmp_path).prove(scenarios=False)
    assert answer.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda a: a.update(count="${length(var.transit_gateway_id)}"), id="of unknown number"),
        pytest.param(lambda a: (a.pop("associated_gateway_id"), a.update(proposal_id="proposal")), id="of a proposal"),
        pytest.param(lambda a: a.update(dx_gateway_id="${one(var.transit_gateway_id)}"), id="of an unknown gateway"),
    ],
)
def test_an_association_that_may_exist_is_unknown_and_not_missing(edit: Edit, tmp_path: Path) -> None:
    answer = read(edited(lambda r: edit(r[ONE]["infra_dc1"])), tmp_path).prove(scenarios=False)
    assert not [str(v) for v in answer.violations if v.rule == "connection-missing"]
    assert answer.verdict is Verdict.UNKNOWN


def test_a_connection_of_unknown_location_is_unknown(tmp_path: Path) -> None:
    def edit(resources: dict[str, Any]) -> None:
        at_one_location(resources)
        for connection in resources["aws_dx_connection"].values():
            connection["location"] = "${var.transit_gateway_id}"

    answer = read(edited(edit), tmp_path).prove(scenarios=False)
    assert answer.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("known", [True, False])
def test_a_vpn_over_direct_connect_is_down_with_it(tmp_path: Path, known: bool) -> None:
    """It is no backup, also if it is not known over which Direct Connect gateway it runs."""
    folder = "stacks/network/modules/vpn/main.tf.json"
    files = dict(files_of("examples.stage_7_direct_connect"))
    document = json.loads(files[folder])
    for vpn in document["resource"]["aws_vpn_connection"].values():
        vpn["outside_ip_address_type"] = "PrivateIpv4"
        vpn["transport_transit_gateway_attachment_id"] = "${var.transport}"
    document["variable"]["transport"] = {"type": "string"}
    module, root = json.loads(files[MODULE]), json.loads(files["stacks/network/cdk.tf.json"])
    module.setdefault("output", {})["transport"] = {
        "value": "${aws_dx_gateway_association.infra_dc1.transit_gateway_attachment_id}"
    }
    if known:
        root["module"]["vpn"]["transport"] = "${module.direct_connect.transport}"
    edits = {folder: document, MODULE: module, "stacks/network/cdk.tf.json": root}
    subject = read({**files, **{path: json.dumps(text) for path, text in edits.items()}}, tmp_path)
    answer = subject.prove()
    assert {violation.why for violation in answer.violations} >= {
        "it runs over Direct Connect; the intent states the internet"
    }
    assert FailureKind.DX_GATEWAY in {r.failure.kind for r in answer.scenarios if r.lost}
    assert {isinstance(vpn.transport, str) for vpn in subject.network.vpns.values()} == {known}


def test_without_an_intent_a_longer_prefix_is_a_note(tmp_path: Path) -> None:
    def edit(resources: dict[str, Any]) -> None:
        resources[ONE]["infra_dc1"]["allowed_prefixes"] = ["10.1.0.0/16"]

    files = edited(edit)
    del files["intent.json"]
    folder = write(files, tmp_path)
    names = ("infra-dc1", "infra-dc1-01", "infra-dc1-02")
    subject = proof.read(folder, advertises=[f"{name}=172.20.0.0/15" for name in names])
    answer = subject.prove()
    assert not [v for v in answer.violations if v.rule == "longer-prefix-over-vpn"]
    assert any("only a shorter prefix over" in note for note in answer.notes)


def test_virtual_interfaces_are_assumed_to_be_up(subject: proof.Analysis) -> None:
    assumed = " ".join(subject.prove(scenarios=False).assumptions)
    assert "every tunnel and virtual interface is up" in assumed
