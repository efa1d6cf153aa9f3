"""Subnets that differ: none speaks for another, and public ones get one answer, on one condition."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from isthmus import proof
from isthmus.network.answers import Outcome
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.change import ChangeKind
from isthmus.proof.difference.flows import compare
from isthmus.proof.result.findings import Verdict
from isthmus.report.matrix_classes import cell
from isthmus.report.proof_json import proof_json
from isthmus.report.proof_markdown import proof_markdown
from isthmus.report.proof_terminal import print_proof
from isthmus.terraform.graph import Resource, Unknown
from isthmus.testing.network import NetworkUnderTest
from tests.proof.estates import output, write
from tests.proof.small_networks import HUB, hub, made, network, ref, spoke, subnet, table, vpc
from tests.report.grouped import flows_in

IGW, NAT = "aws_internet_gateway.g", "aws_nat_gateway.n"


def named(resource: Resource) -> Resource:
    """A subnet with a `Name`."""
    values = {**resource.values, "tags": {"Name": resource.address.rpartition("_")[2]}}
    return Resource(resource.address, resource.type, values)


def tiers(*, assigns: bool = False, app: tuple[str, ...] = ("nat", "hub"), more: tuple[Resource, ...] = ()) -> Analysis:
    """A VPC of three tiers, one of which has no route out of it, and another VPC at the hub."""
    routes = {"nat": ("0.0.0.0/0", "nat_gateway_id", NAT), "hub": ("10.2.0.0/16", "transit_gateway_id", HUB)}
    return network(
        *hub(),
        *spoke("two", 2, "10.1.0.0/16"),
        vpc("one", "10.1.0.0/16"),
        named(subnet("one", "app", "10.1.1.0/24")),
        named(subnet("one", "vault", "10.1.2.0/24")),
        named(subnet("one", "edge", "10.1.3.0/24", map_public_ip_on_launch=assigns)),
        named(subnet("one", "hub", "10.1.255.0/28")),
        made("aws_internet_gateway.g", vpc_id=ref("aws_vpc.one")),
        made(NAT, subnet_id=ref("aws_subnet.one_edge"), private_ip="10.1.3.200"),
        *table("one", "app", ["app"], **{name: routes[name] for name in app}),
        *table("one", "edge", ["edge"], out=("0.0.0.0/0", "gateway_id", IGW)),
        *(r for r in spoke("one", 1) if "attachment" in r.address or "association.one" in r.address),
        *(r for r in spoke("one", 1) if "propagation.one" in r.address),
        *more,
    )


def printed(found: Analysis) -> str:
    out = io.StringIO()
    print_proof(found.prove(), Console(file=out, width=300, highlight=False, markup=False))
    return out.getvalue()


def test_no_subnet_represents_another() -> None:
    found = tiers()
    flow = found.flows["one", "two"]
    assert {name: forward for name, (forward, _) in flow.parts.items()} == {
        "app": Outcome.REACHABLE,
        "vault": Outcome.BLOCKED,
        "edge": Outcome.BLOCKED,
    }
    assert flow.partly
    assert cell(flow) == "partly"
    out = found.flows["one", "internet"]
    assert out.detail == "app yes, vault no, edge yes"
    assert "one -> internet: app yes, vault no, edge yes" in printed(found)
    assert "partly (app yes, vault no, edge yes)" in proof_markdown(found.prove())


def test_every_exit_is_listed_with_its_subnets() -> None:
    text = printed(tiers())
    assert f"- one: {IGW} by {NAT} (app), {IGW} (edge)" in text
    assert "- two: none" in text


def test_json_has_each_subnet() -> None:
    document = json.loads("".join(proof_json(tiers().prove())))
    flow = flows_in(document)["one", "internet"]
    assert set(flow["subnets"]) == {"app", "vault", "edge"}
    assert flow["egress"] == [
        {"address": f"{IGW} by {NAT}", "subnets": ["app"]},
        {"address": IGW, "subnets": ["edge"]},
    ]
    assert "if the host has a public IPv4 address" in flow["condition"]


@pytest.mark.parametrize(("left", "destination"), [("hub", "internet"), ("nat", "two")])
def test_a_change_of_one_subnet_is_a_change(left: str, destination: str) -> None:
    changes = compare(tiers(), tiers(app=(left,))).changes
    assert (ChangeKind.LOST, "one", destination) in {(c.kind, c.source, c.destination) for c in changes}


def test_an_unknown_subnet_is_not_masked_by_a_blocked_one() -> None:
    found = tiers(
        more=(
            made(
                "aws_route.vague",
                route_table_id=ref("aws_route_table.one_app"),
                destination_cidr_block="10.2.0.0/15",
                nat_gateway_id=Unknown("var.x"),
            ),
        )
    )
    assert found.prove().verdict is not Verdict.NO_VIOLATIONS


def test_a_question_mark_in_the_matrix_is_explained() -> None:
    dark = Unknown("var.x")
    route = made("aws_route.vague", route_table_id=dark, destination_cidr_block="0.0.0.0/0", gateway_id=dark)
    assert "? = unknown: see the reasons above" in printed(tiers(more=(route,)))
    assert "? = unknown" not in printed(tiers())


@pytest.mark.parametrize("assigns", [True, False])
def test_a_public_subnet_has_one_result_under_every_name(assigns: bool) -> None:
    found = tiers(assigns=assigns)
    flow = found.flows["one", "internet"]
    for name in ("aws_subnet.one_edge", "10.1.3.10"):
        for pair in ((name, "internet"), ("internet", name)):
            traced = found.trace(*pair)
            assert traced.works
            how = "assigns one at launch" if assigns else "assigns none at launch"
            assert traced.condition == f"if the host has a public IPv4 address (aws_subnet.one_edge {how})"
            assert traced.condition in flow.condition
            assert any(traced.condition in text for text in found.prove().assumptions)
    assert found.trace("one", "internet").parts == flow.detail


@pytest.mark.parametrize(
    ("host", "works"),
    [
        ({"associate_public_ip_address": True}, True),
        ({"associate_public_ip_address": False}, False),
        ({}, False),
    ],
)
def test_the_address_of_a_known_host_is_known(host: dict[str, bool], works: bool) -> None:
    instance = made("aws_instance.web", subnet_id=ref("aws_subnet.one_edge"), private_ip="10.1.3.9", **host)
    found = tiers(more=(instance,))
    for name in ("10.1.3.9", "aws_instance.web"):
        traced = found.trace("internet", name)
        assert (traced.works, traced.condition) == (works, "")
    elastic = made("aws_eip.web", instance=ref("aws_instance.web"), domain="vpc")
    assert tiers(more=(instance, elastic)).trace("internet", "10.1.3.9").works
    unknown = made("aws_eip.web", instance=Unknown("var.instance"), domain="vpc")
    traced = tiers(more=(instance, unknown)).trace("internet", "10.1.3.9")
    assert works or traced.condition


def test_a_nat_gateway_accepts_no_connections() -> None:
    traced = tiers().trace("aws_subnet.one_app", "10.1.3.200")
    assert traced.outcome is Outcome.BLOCKED
    assert [b.rule for b in traced.trips[0].forward.blocks] == ["nat-gateway"]
    assert tiers().trace("aws_subnet.one_app", "10.1.3.201").works


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("100.64.0.1", "private-to-internet"),
        ("169.254.9.9", "private-to-internet"),
        ("198.18.0.1", "private-to-internet"),
        ("10.1.200.1", "no-subnet"),
        ("10.200.0.1", "private-to-internet"),
    ],
)
def test_a_packet_for_an_unassigned_address_is_followed(address: str, rule: str) -> None:
    traced = tiers().trace("aws_subnet.one_app", address)
    assert traced.outcome is Outcome.BLOCKED
    assert rule in {block.rule for block in traced.trips[0].forward.blocks}
    back = tiers().trace(address, "aws_subnet.one_app")
    assert back.outcome is Outcome.UNKNOWN
    assert "no packet has this source" in back.trips[0].forward.paths[0].unknown


def test_a_nat_gateway_carries_no_other_protocols() -> None:
    assert tiers().trace("aws_subnet.one_app", "internet", protocol="udp").works
    traced = tiers().trace("aws_subnet.one_app", "internet", protocol="47")
    assert [b.rule for b in traced.trips[0].forward.blocks] == ["nat-protocol"]
    assert tiers().trace("aws_subnet.one_app", "two", protocol="47").works


@pytest.mark.parametrize(("given", "asked"), [("tcp", "tcp"), ("6", "tcp"), ("17", "udp"), ("047", "47"), ("0", "0")])
def test_a_protocol_may_be_a_number(given: str, asked: str) -> None:
    from isthmus.commands.trace import _protocol

    assert _protocol(given) == asked


@pytest.mark.parametrize("given", ["256", "-1", "gre", ""])
def test_an_invalid_protocol_is_an_error(given: str) -> None:
    from argparse import ArgumentTypeError

    from isthmus.commands.trace import _protocol

    with pytest.raises(ArgumentTypeError):
        _protocol(given)


def test_no_subnet_represents_another_with_an_intent(tmp_path: Path) -> None:
    """One subnet of a spoke loses its routes: the intent is violated, and the others reach what they reached."""
    folder = write(output("stage_2_on_premises_egress"), tmp_path)
    for path in folder.glob("stacks/dev/modules/*/main.tf.json"):
        document = json.loads(path.read_text())
        routes = document["resource"].get("aws_route", {})
        document["resource"]["aws_route"] = {name: r for name, r in routes.items() if "private_az2" not in name}
        path.write_text(json.dumps(document))
    found = proof.read(folder)
    answer = found.prove(scenarios=False)
    reported = "infra-dev-private-az1 yes, infra-dev-private-az2 no, infra-dev-private-az4 yes"
    assert found.flows["dev", "dc1/users"].detail == reported
    assert f"dev -> dc1/users: {reported}" in printed(found)
    assert f"**partly ({reported})**" in proof_markdown(answer)
    assert found.trace("dev", "dc1/users").parts == reported
    subnets = flows_in(json.loads("".join(proof_json(answer))))["dev", "dc1/users"]["subnets"]
    assert [subnets[f"infra-dev-private-az{zone}"]["forward"] for zone in (1, 2, 4)] == [
        "reachable",
        "blocked",
        "reachable",
    ]
    assert "intended-flow-blocked" in {violation.rule for violation in answer.violations}
    with pytest.raises(AssertionError, match="private_az2"):
        NetworkUnderTest(found).assert_reaches("dev", "dc1/users")
