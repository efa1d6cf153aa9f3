"""Renames in `isthmus diff`: a location with `was` is the same location, and without it the question is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli, proof
from isthmus.changes import ResourceAction, resource_changes
from isthmus.intent import (
    CustomerGateway,
    DirectConnectGateway,
    Estate,
    Segment,
    Site,
    Spoke,
    TransitVirtualInterface,
    VpnConnection,
    check,
)
from isthmus.intent.former_names import KINDS, Renamable, renamable
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.possible_renames import possible_renames
from isthmus.proof.difference.renamed import under_later_names
from isthmus.terraform import read
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.intent.network import DEV, SERVICES, SITE, VPN, WORKLOADS, estate
from tests.intent.renaming import renamed
from tests.modules.synthesized import estate_of, files_of

REFERENCE = "environments.estate"
CASES: list[tuple[type[Renamable], str]] = [
    (Spoke, "prod"),
    (Segment, "workloads"),
    (VpnConnection, "infra-dc1-01"),
    (CustomerGateway, "infra-dc1-01"),
    (Site, "dc1"),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("renames") / "base"
    write_output(folder, files_of(REFERENCE))
    return folder


def output(estate: Estate, folder: Path) -> Path:
    write_output(folder, synthesize(check(estate)))
    return folder


@pytest.mark.parametrize(("kind", "name"), CASES, ids=[kind.__name__ for kind, _ in CASES])
def test_a_stated_rename_changes_no_flow_and_no_location(
    base: Path, tmp_path: Path, kind: type[Renamable], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    head = output(renamed(estate_of(REFERENCE), kind, name, "other"), tmp_path / "head")
    difference = proof.compare(proof.read(base), proof.read(head))
    assert difference.changes == ()
    assert difference.added_locations == difference.removed_locations == ()
    assert difference.possible_renames == ()
    assert cli.main(["diff", str(base), str(head), "--json", "-"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["refused"] == []
    assert {one["action"] for one in document["resource_changes"]} <= {"move", "update in place"}
    assert cli.main(["diff", str(base), str(head)]) == 1
    assert "moved; nothing is destroyed" in capsys.readouterr().out


@pytest.mark.parametrize(("kind", "name"), CASES, ids=[kind.__name__ for kind, _ in CASES])
def test_a_rename_that_is_not_stated_is_asked_about(
    base: Path, tmp_path: Path, kind: type[Renamable], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    head = output(renamed(estate_of(REFERENCE), kind, name, "other", was=None), tmp_path / "head")
    assert cli.main(["diff", str(base), str(head)]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert f'Renamed? Write: was="{name}"' in shown
    assert "nothing is destroyed" not in shown
    assert ("REFUSED" in shown) == (kind in (VpnConnection, CustomerGateway))


DIRECT_CONNECT = "examples.stage_7_direct_connect"
DIRECT_CONNECT_NAMES: list[tuple[type[Renamable], str]] = [
    (DirectConnectGateway, "infra-dc1"),
    (TransitVirtualInterface, "infra-dc1-eqdc2"),
    (TransitVirtualInterface, "infra-dc1-csva1"),
]


def with_other_names(*, stated: bool) -> Estate:
    """Stage 7 with another name for its Direct Connect gateway, and for each virtual interface."""
    estate = estate_of(DIRECT_CONNECT)
    for number, (kind, name) in enumerate(DIRECT_CONNECT_NAMES):
        estate = renamed(estate, kind, name, f"other-{number}", was="" if stated else None)
    return estate


def test_renamed_direct_connect_is_moved_and_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Gateway and virtual interfaces at once. The failure scenarios have the new names."""
    write_output(tmp_path / "before", files_of(DIRECT_CONNECT))
    head = output(with_other_names(stated=True), tmp_path / "head")
    assert cli.main(["diff", str(tmp_path / "before"), str(head), "--json", "-"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["refused"] == document["changes"] == document["failure_scenario_changes"] == []
    assert {one["action"] for one in document["resource_changes"]} == {"move", "update in place"}
    assert cli.main(["prove", str(head), "--all"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(name in shown for name in ("other_1", "other_2", "EqDC2", "CSVA1"))
    # The name of a virtual interface in AWS, and of its alarm, is the former one, until `was` goes.
    removed = output(with_other_names(stated=False), tmp_path / "removed")
    again = [one for one in resource_changes(read(head), read(removed)) if one.action is not ResourceAction.UPDATE]
    assert {one.action for one in again} == {ResourceAction.REPLACE}
    assert {one.type for one in again} == {"aws_dx_transit_virtual_interface", "aws_cloudwatch_metric_alarm"}
    assert cli.main(["diff", str(tmp_path / "before"), str(removed), "--all"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "REFUSED" in shown
    assert all(f'Renamed? Write: was="{name}"' in shown for _, name in DIRECT_CONNECT_NAMES)


def test_a_rename_hides_no_other_change(base: Path, tmp_path: Path) -> None:
    """The blackhole route between two spokes is gone, and one of the two has another name."""
    whole = renamed(estate_of(REFERENCE), Spoke, "prod", "other")
    open_ = replace(whole, segments=[replace(segment, isolated=False) for segment in whole.segments])
    difference = proof.compare(proof.read(base), proof.read(output(open_, tmp_path / "head")))
    gained = {(change.source, change.destination) for change in difference.changes if change.kind == "gained"}
    assert ("dev", "other") in gained
    assert difference.added_locations == difference.removed_locations == ()


def test_an_applied_rename_is_not_applied_twice(base: Path, tmp_path: Path) -> None:
    """HEAD still states `was`, and BASE has the new name already."""
    head = output(renamed(estate_of(REFERENCE), Spoke, "prod", "other"), tmp_path / "head")
    network = proof.read(head)
    assert under_later_names(network, network) is network
    assert proof.compare(network, network).changes_nothing
    bare = proof.read(base)
    assert under_later_names(bare, bare) is bare


def test_prefixes_and_moves_without_an_intent(tmp_path: Path) -> None:
    """Terraform of other people: `moved` blocks alone, and prefixes by the address of the connection."""
    vpc = {"cidr_block": "10.1.0.0/16", "tags": {"Name": "apps"}}
    network = {"aws_vpc": {"old": vpc}, "aws_ec2_transit_gateway": {"hub": {}}}
    head: dict[str, Any] = {"resource": {**network, "aws_vpc": {"new": vpc}}}
    head["moved"] = [{"from": "aws_vpc.old", "to": "aws_vpc.new"}]
    sides: list[Analysis] = []
    for name, document in (("base", {"resource": network}), ("head", head)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf.json").write_text(json.dumps(document))
        sides.append(proof.read(tmp_path / name))
    before = under_later_names(*sides)
    assert set(before.network.vpcs) == {"aws_vpc.new"}
    assert proof.compare(*sides).changes_nothing


def asked(before: Estate, after: Estate) -> list[tuple[str, str, str]]:
    return [(one.kind, one.before, one.after) for one in possible_renames(before, after)]


def test_the_question_is_asked_for_each_kind_alone() -> None:
    every = [(whole, thing) for whole in (estate(), estate_of(DIRECT_CONNECT)) for thing in renamable(whole)]
    for whole, thing in every:
        after = renamed(whole, type(thing), thing.name, "other-name", was=None)
        assert [(before, name) for _, before, name in asked(whole, after)] == [(thing.name, "other-name")], thing
    assert {type(thing) for _, thing in every} == set(KINDS)


def test_a_stated_rename_and_a_new_object_ask_nothing() -> None:
    assert asked(estate(), renamed(estate(), Spoke, "dev", "other")) == []
    assert asked(estate(), estate(spoke=replace(DEV, name="labs", cidr="10.1.64.0/20"))) == []
    assert asked(estate(), estate()) == []
    assert list(possible_renames(None, estate())) == []


def test_two_candidates_give_no_answer() -> None:
    """Two segments without blocks and spokes have close names."""
    empty = [Segment("labs-a", isolated=True), Segment("labs-b", isolated=True)]
    before = estate(segments=[SERVICES, WORKLOADS, Segment("labs", isolated=True)])
    assert asked(before, estate(segments=[SERVICES, WORKLOADS, *empty])) == []
    assert asked(before, estate(segments=[SERVICES, WORKLOADS, empty[0]])) == [("segment", "labs", "labs-a")]


def test_a_new_gateway_for_a_connection_is_no_rename_of_it() -> None:
    """The number alone does not identify a connection."""
    gateway = CustomerGateway("dc1-02", ip_address="203.0.113.2", bgp_asn=65_010)
    site = replace(SITE, customer_gateways=[*SITE.customer_gateways, gateway])
    after = estate(site=site, vpn=replace(VPN, name="dc1-02", customer_gateway="dc1-02"))
    assert asked(estate(), after) == []
