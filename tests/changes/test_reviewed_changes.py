"""Changes that a reviewer must see although no flow is gained or lost: `isthmus diff` shows each, and exits with 1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli, proof
from isthmus.intent import CustomerGateway, Segment, Site, Spoke, VpnConnection, check
from isthmus.proof.difference.change import ChangeKind
from isthmus.proof.difference.flows import _Comparison
from isthmus.proof.difference.objects import ObjectChangeKind
from isthmus.report.difference_lines import object_lines, on_premises_lines
from isthmus.report.verdicts import difference_verdict
from modules.synthesis import synthesize
from tests.changes.reviewed_estate import OTHER, reviewed_estate
from tests.intent.renaming import renamed
from tests.proof.estates import write
from tests.proof.test_difference import found


@cache
def files(**change: Any) -> Mapping[str, str]:
    return synthesize(reviewed_estate(**change))


def outputs(folder: Path, change: Mapping[str, Any]) -> tuple[Path, Path]:
    return write(files(), folder / "base"), write(files(**change), folder / "head")


RENAMED = {"test": "uat"}
SPLIT = {"split": True}
# Each change with what is reported of it; the line wraps do not count.
REVIEWED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a site network grows": (
        {"payments": "172.18.0.0/16"},
        ("site network fra/payments is 172.18.0.0/16, was 172.18.4.0/24",),
    ),
    "a branch is renumbered": (
        {"office": "192.168.50.0/24"},
        ("site network ham/office is 192.168.50.0/24, was 192.168.40.0/24",),
    ),
    "a spoke is renumbered": (
        {"data": "10.1.64.0/22"},
        (
            "VPC prod-data is 10.1.64.0/22, was 10.1.32.0/22",
            "VPC prod/module.spoke_prod_data.aws_vpc.this is replaced",
            "everything in it is destroyed",
            "fra over fra-1: AWS also advertises 10.1.64.0/22: the prefix filter has to accept it first",
            "fra over fra-1: AWS no longer advertises 10.1.32.0/22",
            "ham over ham-1: add static routes to 10.1.64.0/22 to the device",
            "ham over ham-1: remove the static routes to 10.1.32.0/22 from the device",
        ),
    ),
    "an environment moves to another account": (
        {"test_account": OTHER},
        (
            "VPC test: account 100000000003, was 100000000002",
            "VPC test/module.spoke_test.aws_vpc.this is left behind in AWS",
            "state of root module test is to be migrated to another state",
            "flows through resources that are left behind: they stay in AWS",
        ),
    ),
    "a customer gateway is renamed": (
        {"customer_gateway": "fra-asr-1"},
        (
            "1 customer gateway is gone: fra-gw-1 (203.0.113.1)",
            "1 customer gateway is new: fra-asr-1 (203.0.113.1)",
            "fra over fra-1: customer gateway fra-asr-1, was fra-gw-1",
            "both tunnels are down while AWS modifies the connection",
            "1 aws_customer_gateway is destroyed",
        ),
    ),
    "a VPN connection is renamed": (
        {"connection": "fra-vpn-1"},
        (
            "VPN connection network/module.vpn.aws_vpn_connection.fra_1 is destroyed",
            "the site loses this connection; a new one has new keys and outside addresses",
            "fra over fra-1: the VPN connection is removed: take its tunnels",
            "fra over fra-vpn-1: the VPN connection is new: configure its device by the hand-over sheet",
        ),
    ),
    "an environment is renamed": (
        RENAMED,
        (
            "VPC test/module.spoke_test.aws_vpc.this is left behind in AWS",
            "the new output has no such root module: destroy it before you remove it",
            "flows through resources that are left behind: they stay in AWS",
            "re-routed",
        ),
    ),
    "an environment is split over two accounts": (
        SPLIT,
        (
            "VPC dev-data: account 100000000003, was 100000000002",
            "VPC dev/module.spoke_dev_data.aws_vpc.this is destroyed",
            "everything in it is destroyed",
            "re-routed",
        ),
    ),
}


@pytest.mark.parametrize("change", REVIEWED)
def test_diff_shows_the_change(change: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parameters, shown = REVIEWED[change]
    base, head = outputs(tmp_path, parameters)
    assert cli.main(["diff", str(base), str(head)]) == 1
    printed = " ".join(capsys.readouterr().out.split())
    for words in shown:
        assert words in printed, f"{words!r} is not in:\n{printed}"


def test_diff_of_the_same_estate_shows_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, head = outputs(tmp_path, {})
    assert cli.main(["diff", str(base), str(head)]) == 0
    assert capsys.readouterr().out.startswith("NO FLOW CHANGES\n")


@pytest.mark.parametrize(
    ("kind", "old", "named"),
    [
        (Spoke, "test", ""),
        (Segment, "workloads", ""),
        (Site, "fra", ""),
        (VpnConnection, "fra-1", "fra over renamed: name renamed, was fra-1"),
        (CustomerGateway, "fra-gw-1", "customer gateway renamed: name renamed, was fra-gw-1"),
    ],
)
def test_a_renamed_object_is_compared_with_itself(kind: type[Any], old: str, named: str, tmp_path: Path) -> None:
    base = proof.read(write(files(), tmp_path / "base"))
    after = check(renamed(reviewed_estate(), kind, old, "renamed"))
    difference = proof.compare(base, proof.read(write(synthesize(after), tmp_path / "head")))
    assert (difference.changes, difference.added_locations, difference.removed_locations) == ((), (), ())
    objects = (*difference.addresses, *difference.on_premises, *difference.dns_and_endpoints)
    assert {one.change for one in objects} <= {ObjectChangeKind.CHANGED}
    assert {setting.setting for one in objects for setting in one.settings} <= {"name", "customer gateway"}
    lines = [*object_lines(difference.addresses), *on_premises_lines(difference.on_premises)]
    assert [line for line in lines if line.endswith(f"was {old}")] == lines
    assert not named or named in lines
    assert named or f"{kind.__name__.lower()} {old} has the new name renamed" in difference.notes


def with_unknown_cidr(folder: Path) -> Path:
    """The output with a VPC whose CIDR comes from elsewhere."""
    path = folder / "stacks/prod/modules/spoke_prod_data/main.tf.json"
    document = json.loads(path.read_text())
    document["resource"]["aws_vpc"]["this"]["cidr_block"] = "${data.external.pool.result.cidr}"
    path.write_text(json.dumps(document))
    return folder


@pytest.mark.parametrize("unknown_is", ["before", "after"])
def test_a_spoke_with_an_unknown_range_is_neither_gained_nor_lost(unknown_is: str, tmp_path: Path) -> None:
    base, head = outputs(tmp_path, {})
    with_unknown_cidr(base if unknown_is == "before" else head)
    difference = proof.compare(proof.read(base), proof.read(head))
    ours = [one for one in difference.changes if "prod-data" in (one.source, one.destination)]
    assert {one.kind for one in ours} == {ChangeKind.UNCLEAR}
    assert all(f"whether prod-data exists {unknown_is}: it may exist: a CIDR of" in one.why for one in ours)
    assert (difference.added_locations, difference.removed_locations) == ((), ())
    objects = (*difference.addresses, *difference.on_premises, *difference.dns_and_endpoints)
    assert {(one.kind, one.name) for one in objects} >= {("VPN connection", "fra-1"), ("VPN connection", "ham-1")}
    assert {one.change for one in objects} == {ObjectChangeKind.UNCLEAR}
    assert [setting.added or setting.removed for one in objects for setting in one.settings if setting.added] == []
    lines = [*object_lines(difference.addresses), *on_premises_lines(difference.on_premises)]
    assert all("data.external.pool" in line for line in lines)
    verdict, _ = difference_verdict(difference)
    assert verdict == "Flows may change"


def test_resources_that_change_alone_are_the_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, head = outputs(tmp_path, {})
    path = head / "stacks/prod/modules/spoke_prod_data/main.tf.json"
    document = json.loads(path.read_text())
    document["resource"]["aws_vpc"]["this"]["instance_tenancy"] = "dedicated"
    path.write_text(json.dumps(document))
    assert cli.main(["diff", str(base), str(head)]) == 1
    assert capsys.readouterr().out.startswith("RESOURCES CHANGE: no flow changes\n")


@pytest.mark.parametrize(("change", "spoke"), [(RENAMED, "test"), (SPLIT, "dev-data")])
def test_flows_by_other_resources_are_rerouted(change: dict[str, Any], spoke: str, tmp_path: Path) -> None:
    """Also of a spoke that is equivalent, before and after, to spokes whose resources stay."""
    before, after = map(proof.read, outputs(tmp_path, change))
    made = _Comparison(before, after).made(scenarios=True)
    rerouted = {(one.source, one.destination) for one in made.changes if one.kind is ChangeKind.REROUTED}
    assert {("fra/users", spoke), (spoke, "fra/users")} <= rerouted
    every = _Comparison(replace(before, separately=True), replace(after, separately=True))
    assert found(_Comparison(before, after)) == found(every)
