"""A transit gateway that exists already: it is read, checked and proved, and neither created nor changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus.changes.between import resource_changes
from isthmus.intent import Estate, Inspection, check
from isthmus.proof import Proof, Verdict
from isthmus.proof import read as proof_of
from isthmus.terraform import read
from modules.existing_hub import facts
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.egress_estates import estate as egress_estate
from tests.modules.synthesized import estate_of, files_of

EXAMPLE = "examples.existing_hub"
HUB = "tgw-0123456789abcdef0"
MAIN = "stacks/network/modules/hub/main.tf.json"
Body = dict[str, Any]


def written(folder: Path, edit: Callable[[Body], None] | None = None) -> Path:
    """The output of the example, with an edit of the data source."""
    files = dict(files_of(EXAMPLE))
    if edit is not None:
        document = json.loads(files[MAIN])
        edit(document["data"]["aws_ec2_transit_gateway"]["this"])
        files[MAIN] = json.dumps(document)
    write_output(folder, files)
    return folder


def proved(folder: Path) -> Proof:
    return proof_of(folder).prove(scenarios=False)


def test_the_example_is_proved_and_says_what_it_does_not_know(tmp_path: Path) -> None:
    proof = proved(written(tmp_path / "out"))
    assert proof.verdict is Verdict.PROVED
    assert [text for text in proof.assumptions if HUB in text and "exists already" in text]


def test_terraform_creates_nothing_of_the_gateway(tmp_path: Path) -> None:
    document = json.loads(files_of(EXAMPLE)[MAIN])
    assert set(document["resource"]) == {"aws_ec2_transit_gateway_route_table"}
    graph = read(written(tmp_path / "out"))
    assert graph.resources[HUB].existing
    assert graph.resources[HUB].account == "111122223333"
    every = [change.address for change in resource_changes(read(written(tmp_path / "out")), replace(graph))]
    assert every == []
    created = {change.type for change in resource_changes(replace(graph, resources={}), graph)}
    assert "aws_ec2_transit_gateway_route_table" in created
    assert "aws_ec2_transit_gateway" not in created


def without(attribute: str) -> Callable[[Body], None]:
    """The data source without the postcondition about an attribute."""

    def edit(body: Body) -> None:
        rules = body["lifecycle"]["postcondition"]
        body["lifecycle"]["postcondition"] = [r for r in rules if f"self.{attribute} " not in r["condition"]]

    return edit


@pytest.mark.parametrize(
    "attribute",
    [
        "amazon_side_asn",
        "default_route_table_association",
        "default_route_table_propagation",
        "vpn_ecmp_support",
    ],
)
def test_what_terraform_does_not_check_is_unknown(attribute: str, tmp_path: Path) -> None:
    assert proved(written(tmp_path / "out", without(attribute))).verdict is Verdict.UNKNOWN


def asn_is(condition: str) -> Callable[[Body], None]:
    def edit(body: Body) -> None:
        body["lifecycle"]["postcondition"][1]["condition"] = condition

    return edit


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ("${64600 == self.amazon_side_asn}", Verdict.PROVED),
        ('${self.amazon_side_asn == 64600 && self.dns_support == "enable"}', Verdict.PROVED),
        ("${self.amazon_side_asn == 64600 || true}", Verdict.UNKNOWN),
        ("${self.amazon_side_asn >= 64600}", Verdict.UNKNOWN),
        ("${!(self.amazon_side_asn == 64600)}", Verdict.UNKNOWN),
        ("${other.amazon_side_asn == 64600}", Verdict.UNKNOWN),
        ("${self.amazon_side_asn == 64601}", Verdict.VIOLATED),
        ("${", Verdict.UNKNOWN),
    ],
)
def test_a_condition_is_knowledge_only_if_it_demands_one_value(
    condition: str, verdict: Verdict, tmp_path: Path
) -> None:
    assert proved(written(tmp_path / "out", asn_is(condition))).verdict is verdict


def test_routes_to_sites_for_others_are_a_violation(tmp_path: Path) -> None:
    def edit(body: Body) -> None:
        body["lifecycle"]["postcondition"][3]["condition"] = '${self.default_route_table_propagation == "enable"}'

    [found] = proved(written(tmp_path / "out", edit)).violations
    assert found.rule == "hub-differs"
    assert "get routes to the sites" in found.why


@pytest.mark.parametrize("condition", ["${true}", f'${{self.id == "{HUB}"}}'])
def test_another_gateway_than_stated_is_a_violation(condition: str, tmp_path: Path) -> None:
    """What a condition demands of its id does not make it another one."""

    def edit(body: Body) -> None:
        body["id"] = "tgw-0123456789abcdef1"
        body["lifecycle"]["postcondition"].append({"condition": condition, "error_message": "another one"})

    proof = proved(written(tmp_path / "out", edit))
    assert proof.verdict is Verdict.VIOLATED
    assert {"hub-differs"} == {found.rule for found in proof.violations}


def test_another_owner_than_stated_is_a_violation(tmp_path: Path) -> None:
    def edit(body: Body) -> None:
        body["lifecycle"]["postcondition"][0]["condition"] = '${self.owner_id == "222233334444"}'

    assert "account-differs" in {found.rule for found in proved(written(tmp_path / "out", edit)).violations}


def test_a_table_of_the_gateway_that_is_not_here_is_unknown(tmp_path: Path) -> None:
    """What is associated with the default route table meets routes that this Terraform does not hold."""
    out = written(tmp_path / "out")
    module = out / "stacks/network/modules/spoke_app/main.tf.json"
    document = json.loads(module.read_text())
    [attachment] = document["resource"]["aws_ec2_transit_gateway_vpc_attachment"].values()
    attachment["transit_gateway_default_route_table_association"] = True
    del document["resource"]["aws_ec2_transit_gateway_route_table_association"]
    module.write_text(json.dumps(document))
    main = json.loads((out / MAIN).read_text())
    rules = main["data"]["aws_ec2_transit_gateway"]["this"]["lifecycle"]["postcondition"]
    rules[2]["condition"] = rules[2]["condition"].replace("disable", "enable")
    (out / MAIN).write_text(json.dumps(main))
    proof = proved(out)
    assert proof.verdict is not Verdict.PROVED
    assert [unknown for unknown in proof.unknown_results if "default route table" in unknown.why]


def stated(estate: Estate) -> dict[str, object]:
    """The attributes that the postconditions of an estate check."""
    return {fact.attribute: fact.value for fact in facts(estate, estate.hub_environment)}


def existing(estate: Estate) -> Estate:
    """The estate, with a hub that exists already."""
    environments = [
        replace(e, hub=replace(e.hub, existing=HUB)) if e.hub is not None else e for e in estate.environments
    ]
    return check(replace(estate, environments=environments))


def test_only_what_the_estate_relies_on_is_checked() -> None:
    estate = estate_of(EXAMPLE)
    [network] = estate.environments
    assert "auto_accept_shared_attachments" not in stated(estate)
    alone = check(replace(estate, sites=[], environments=[replace(network, vpn_connections=[])]))
    assert set(stated(alone)) == {"owner_id", "amazon_side_asn"}


def test_accounts_that_attach_need_a_gateway_that_asks(tmp_path: Path) -> None:
    """Stage 4 has five accounts and a firewall on the gateway: it is proved with a gateway that exists already too."""
    estate = existing(estate_of("examples.stage_4_central_egress"))
    assert stated(estate)["auto_accept_shared_attachments"] == "disable"
    write_output(tmp_path / "out", synthesize(estate))
    assert proved(tmp_path / "out").verdict is Verdict.PROVED


def test_a_firewall_on_the_gateway_joins_no_default_table() -> None:
    estate = existing(egress_estate(Inspection.GATEWAY))
    assert stated(estate)["default_route_table_association"] == "disable"


def read_by_state(tmp_path: Path, *, managed: bool) -> Path:
    """A state that has read the gateway, and one whose resource it may be."""
    values = {"id": HUB, "owner_id": "111122223333", "amazon_side_asn": 64600, "vpn_ecmp_support": "enable"}
    data = {
        "address": "data.aws_ec2_transit_gateway.this",
        "mode": "data",
        "type": "aws_ec2_transit_gateway",
        "name": "x",
    }
    mode = {"address": "aws_ec2_transit_gateway.hub", "mode": "managed", "type": "aws_ec2_transit_gateway", "name": "x"}
    table = {
        "address": "aws_ec2_transit_gateway_route_table.a",
        "mode": "managed",
        "type": "aws_ec2_transit_gateway_route_table",
        "name": "a",
        "values": {"id": "tgw-rtb-0123456789abcdef0", "transit_gateway_id": HUB},
    }
    resources = [{**data, "values": values}, table, *([{**mode, "values": values}] if managed else [])]
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": resources}}}))
    return path


def test_a_state_holds_what_terraform_has_read(tmp_path: Path) -> None:
    graph = read(read_by_state(tmp_path, managed=False))
    assert graph.resources[HUB].get("amazon_side_asn") == 64600
    assert graph.resources["aws_ec2_transit_gateway_route_table.a"].get("transit_gateway_id").address == HUB


def test_what_is_read_and_managed_is_managed(tmp_path: Path) -> None:
    graph = read(read_by_state(tmp_path, managed=True))
    assert HUB not in graph.resources
    table = graph.resources["aws_ec2_transit_gateway_route_table.a"]
    assert table.get("transit_gateway_id").address == "aws_ec2_transit_gateway.hub"
