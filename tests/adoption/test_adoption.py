"""An existing network and an output: what is taken over, what is left, and what the first apply changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isthmus import cli
from isthmus.adoption.adoption import Adoption, adoption, import_blocks
from isthmus.adoption.identities import KEYS
from isthmus.adoption.provider_defaults import stays
from isthmus.changes.moves import moved_resource
from isthmus.terraform import Graph, Unknown, read
from isthmus.terraform.graph import Resource
from modules.output_folder import write_output
from tests.modules.inventory import EXAMPLES
from tests.modules.synthesized import files_of
from tests.reading.builders import state, stored

ESTATE = "examples.one_account"
T = "aws_ec2_transit_gateway"


@cache
def output(example: str) -> Graph:
    """The graph of an example's output."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        write_output(Path(folder) / "out", files_of(example))
        return read(Path(folder) / "out")


def applied(graph: Graph, edit: Callable[[Resource], Resource] = lambda resource: resource) -> Graph:
    """What an output looks like once it exists: elsewhere, with ids, and with an edit of each resource."""
    managed = [resource for resource in graph.resources.values() if not resource.existing]
    moves = {resource.address: f"old.{number}" for number, resource in enumerate(managed)}
    made = {resource.address: resource for resource in graph.resources.values() if resource.existing}
    for number, resource in enumerate(managed):
        _, moved = moved_resource(resource, moves)
        made[moved.address] = edit(replace(moved, values={**moved.values, "id": f"id-{number:08x}"}, written=None))
    return Graph(made)


def taken(found: Adoption) -> set[str]:
    return {f"{one.root}/{one.to}" for one in found.imports}


_SAME_CIDR = "examples.stage_8_overlapping_ranges"  # two VPCs have one CIDR
_EVERY_TIME = (ESTATE, "examples.existing_hub", "environments.estate")


@pytest.mark.parametrize(
    "example",
    [
        one if one in _EVERY_TIME else pytest.param(one, marks=pytest.mark.nightly)
        for one in EXAMPLES
        if one != _SAME_CIDR
    ],
)
def test_a_network_that_is_the_output_is_taken_over_as_it_is(example: str) -> None:
    graph = output(example)
    found = adoption(applied(graph), graph)
    # Attachments of Direct Connect gateways are not taken over, and neither is what belongs to them.
    known = {
        one.address
        for one in graph.resources.values()
        if one.type in KEYS and not one.existing and "module.direct_connect" not in one.address
    }
    assert taken(found) == known != set()
    # Log groups and VPC route tables are of no type that is taken over, so they are other ones.
    named = {change.argument for one in found.imports for change in one.changes}
    assert {name for name in named if not name.endswith((".log_group_arn", "route_table_id"))} == {"tags"}
    assert {graph_type.split()[0] for graph_type in (one.reason for one in found.left)}.isdisjoint(KEYS)
    assert {*found.created} == graph.resources.keys() - known - {
        one.address for one in graph.resources.values() if one.existing
    }


@pytest.mark.nightly
def test_vpcs_with_one_cidr_are_left() -> None:
    graph = output(_SAME_CIDR)
    found = adoption(applied(graph), graph)
    left = [one for one in found.left if "cannot be distinguished" in one.reason]
    assert len([one for one in graph.of_type("aws_vpc") if one.get("cidr_block") == "10.1.0.0/20"]) == 2
    assert len(left) >= 2
    assert not [one for one in found.imports if "spoke_erp" in one.to or "spoke_dev." in one.to]


def edited(kind: str, **values: Any) -> Callable[[Resource], Resource]:
    """The resources of a type with other values; None removes one."""

    def edit(resource: Resource) -> Resource:
        if resource.type != kind:
            return resource
        changed = {k: v for k, v in {**resource.values, **values}.items() if v is not None}
        return replace(resource, values=changed)

    return edit


def of(found: Adoption, kind: str) -> list[Mapping[str, str]]:
    """The changes of the resources of a type, by argument, apart from tags."""
    return [
        {change.argument: f"{change.before} -> {change.after}" for change in one.changes if change.argument != "tags"}
        for one in found.imports
        if one.type == kind
    ]


def test_a_difference_is_named() -> None:
    graph = output(ESTATE)
    found = adoption(applied(graph, edited(T, vpn_ecmp_support="disable", description="by hand")), graph)
    assert of(found, T) == [{"vpn_ecmp_support": "disable -> enable", "description": "by hand -> Hub of one-account"}]


def test_another_asn_is_refused_by_aws() -> None:
    graph = output(ESTATE)
    found = adoption(applied(graph, edited(T, amazon_side_asn=65_000)), graph)
    [hub] = [one for one in found.imports if one.type == T]
    assert hub.impact.startswith("AWS refuses another ASN while a VPN connection")


def test_a_setting_that_the_output_does_not_write_is_named_unless_it_is_kept() -> None:
    graph = output(ESTATE)
    kept = adoption(applied(graph, edited(T, arn="arn:x", multicast_support="disable")), graph)
    assert of(kept, T) == [{}]
    removed = adoption(applied(graph, edited(T, security_group_referencing_support="enable")), graph)
    assert of(removed, T) == [{"security_group_referencing_support": "enable -> not set"}]


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        (
            "aws_customer_gateway",
            {"certificate_arn": "arn:aws:acm:x"},
            "certificate_arn is arn:aws:acm:x and becomes not",
        ),
        ("aws_vpn_connection", {"tunnel1_inside_cidr": "169.254.99.0/30"}, "tunnel1_inside_cidr is 169.254.99.0/30"),
        ("aws_vpn_connection", {"static_routes_only": False}, "static_routes_only is false and becomes true"),
        (T, {"multicast_support": "enable"}, "multicast_support is enable and becomes not set"),
        (T, {"id": None}, "its id is not in this input"),
    ],
)
def test_what_would_be_replaced_is_left(kind: str, values: dict[str, Any], words: str) -> None:
    graph = output(ESTATE)
    found = adoption(applied(graph, edited(kind, **values)), graph)
    assert not [one for one in found.imports if one.type == kind]
    assert [left for left in found.left if words in left.reason]


def test_what_is_in_something_that_is_left_is_left_too() -> None:
    """A subnet is not imported into a VPC that is created."""
    graph = output(ESTATE)
    found = adoption(applied(graph, edited("aws_vpc", instance_tenancy="dedicated")), graph)
    types = {one.type for one in found.imports}
    assert types.isdisjoint({"aws_vpc", "aws_subnet", "aws_internet_gateway", f"{T}_vpc_attachment"})
    assert {T, "aws_vpn_connection"} <= types


def test_an_unknown_value_is_no_equal_value() -> None:
    graph = output(ESTATE)
    found = adoption(applied(graph, edited("aws_subnet", availability_zone_id=Unknown("var.zone"))), graph)
    assert not [one for one in found.imports if one.type == "aws_subnet"]
    assert [left for left in found.left if "may replace it: availability_zone_id" in left.reason]


def test_two_of_one_identity_are_left() -> None:
    graph = output(ESTATE)
    twice = applied(graph)
    [gateway] = twice.of_type("aws_customer_gateway")
    twin = replace(gateway, address="old.twin", values={**gateway.values, "id": "id-ffffffff"})
    found = adoption(Graph({**twice.resources, "old.twin": twin}), graph)
    assert not [one for one in found.imports if one.type in ("aws_customer_gateway", "aws_vpn_connection")]
    assert [
        left for left in found.left if left.existing == "old.twin" and "cannot be distinguished from" in left.reason
    ]


def test_a_connection_on_the_default_route_table_blocks_its_new_association() -> None:
    graph = output(ESTATE)
    on = {"default_route_table_association": "enable"}

    def console(resource: Resource) -> Resource:
        return edited(T, **on)(resource)

    existing = applied(graph, console)
    without = {a: r for a, r in existing.resources.items() if r.type != f"{T}_route_table_association"}
    found = adoption(Graph(without), graph)
    [blocked] = [one for one in found.blocked if "vpn" in one.existing]
    assert "AWS refuses a second association" in blocked.reason
    off = adoption(Graph({a: r for a, r in applied(graph).resources.items() if a in without}), graph)
    assert off.blocked == ()


def test_an_association_of_a_subnet_is_imported_by_both_ends() -> None:
    """It moves to the route table of the output in one step, so that the subnet always has one."""
    graph = output(ESTATE)
    existing = applied(graph)
    found = adoption(existing, graph)
    associations = [one for one in found.imports if one.type == "aws_route_table_association"]
    ids = {str(resource.get("id")): resource.type for resource in existing.resources.values()}
    assert [[ids[end] for end in one.id.split("/")] for one in associations] == [
        ["aws_subnet", "aws_route_table"] for _ in graph.of_type("aws_route_table_association")
    ]
    assert {change.argument for one in associations for change in one.changes} == {"route_table_id"}


def test_what_is_on_a_hub_that_the_output_only_reads_is_taken_over() -> None:
    """The old configuration keeps the transit gateway, and gives away its route tables and attachments."""
    graph = output("examples.existing_hub")
    [hub] = [one for one in graph.resources.values() if one.existing]
    other = replace(hub, address="other.hub", values={**hub.values, "id": hub.address}, existing=False)
    made = (moved_resource(one, {hub.address: "other.hub"}) for one in applied(graph).resources.values())
    existing = Graph({**{address: one for address, one in made if not one.existing}, "other.hub": other})
    found = adoption(existing, graph)
    assert {f"{T}_route_table", f"{T}_vpc_attachment", "aws_vpn_connection"} <= {one.type for one in found.imports}
    assert [one.reason for one in found.left if one.existing == "other.hub"] == ["the output only reads it"]


def test_arguments_that_are_not_written_get_the_default_of_the_provider() -> None:
    """Also those whose default is no empty value, and those of a later provider, which no table has."""
    assert not stays("aws_vpc", "enable_dns_support", False)
    assert not stays(f"{T}_vpc_attachment_accepter", "transit_gateway_default_route_table_association", False)
    assert stays(T, "amazon_side_asn", "64512")
    assert stays("aws_subnet", "map_public_ip_on_launch", False)
    assert stays("aws_vpc", "region", "us-east-1")


def test_an_argument_of_a_later_provider_may_replace() -> None:
    graph = output(ESTATE)
    found = adoption(applied(graph, edited("aws_vpn_connection", vpn_concentrator_id="vcn-1")), graph)
    assert not [one for one in found.imports if one.type == "aws_vpn_connection"]
    assert [left for left in found.left if "may replace it: vpn_concentrator_id is vcn-1" in left.reason]


@pytest.mark.parametrize(("place", "value"), [("region", "eu-central-1"), ("account", "999999999999")])
def test_what_is_elsewhere_is_another_network(place: str, value: str) -> None:
    """Its ids cannot be imported, and it hides nothing of the network that is meant."""
    graph = output(ESTATE)
    here = applied(graph)
    moved = {address: f"far.{address}" for address in here.resources}
    far = (moved_resource(one, moved)[1] for one in here.resources.values())
    there: dict[str, Any] = {place: value}
    others = {one.address: replace(one, values={**one.values, "id": f"far-{one.get('id')}"}, **there) for one in far}
    alone = adoption(Graph(others), graph)
    assert alone.imports == ()
    assert [one for one in alone.left if f"{value}, where the output has nothing" in one.reason]
    assert adoption(Graph({**here.resources, **others}), graph).imports == adoption(here, graph).imports


def test_a_resource_of_another_account_is_not_the_one_of_the_output() -> None:
    graph = output("environments.estate")
    accounts = sorted({one.account for one in graph.of_type("aws_vpc") if one.account})
    turned = dict(zip(accounts, [*accounts[1:], accounts[0]], strict=True))

    def edit(resource: Resource) -> Resource:
        return replace(resource, account=turned[str(resource.account)]) if resource.type == "aws_vpc" else resource

    found = adoption(applied(graph, edit), graph)
    assert {one.type for one in found.imports}.isdisjoint({"aws_vpc", "aws_subnet", f"{T}_vpc_attachment"})
    assert [one for one in found.left if f"it is in account {accounts[0]}, and " in one.reason]


def test_an_object_in_two_states_is_taken_over_once() -> None:
    graph = output(ESTATE)
    once = applied(graph)
    copies = {address: f"second/{address}" for address in once.resources}
    second = dict(moved_resource(one, copies) for one in once.resources.values())
    found = adoption(Graph({**once.resources, **second}), graph)
    assert found.imports == adoption(once, graph).imports
    reasons = {one.existing: one.reason for one in found.left}
    for one in found.imports:
        assert f"it is {one.existing}, which another state has too" in reasons[f"second/{one.existing}"]
    [gateway] = once.of_type(T)
    stale = replace(second[copies[gateway.address]], values={**gateway.values, "description": "old"})
    differing = adoption(Graph({**once.resources, **second, stale.address: stale}), graph)
    assert not [one for one in differing.imports if one.type == T]
    assert [one for one in differing.left if "is the same object with other values" in one.reason]


def test_an_id_is_no_expression() -> None:
    graph = output(ESTATE)
    found = adoption(applied(graph, edited(T, id='tgw-${file("key")}%{if true}')), graph)
    ids = {block["to"]: block["id"] for block in import_blocks(found)["network"]["import"]}
    assert ids["module.hub.aws_ec2_transit_gateway.this"] == 'tgw-$${file("key")}%%{if true}'


def test_import_blocks_are_terraform() -> None:
    graph = output(ESTATE)
    [(root, document)] = import_blocks(adoption(applied(graph), graph)).items()
    assert root == "network"
    assert {"id", "to"} == {key for block in document["import"] for key in block}
    assert "module.hub.aws_ec2_transit_gateway.this" in [block["to"] for block in document["import"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An output, and a state with one transit gateway that has a hostile description."""
    write_output(tmp_path / "out", files_of(ESTATE))
    gateway = stored(T, "other", id="tgw-0123456789abcdef0", amazon_side_asn=64_512, description="\u001b[31m")
    log = stored("aws_cloudwatch_log_group", "flow", id="flow")
    (tmp_path / "state.json").write_text(json.dumps(state(gateway, log)))
    (tmp_path / "empty.json").write_text(json.dumps(state()))
    return tmp_path


def test_the_command_writes_and_lists(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    into = folder / "imports"
    assert cli.main(["adopt", str(folder / "state.json"), "--output", str(folder / "out"), "-o", str(into)]) == 1
    printed = capsys.readouterr().out
    assert "becomes network/module.hub.aws_ec2_transit_gateway.this" in printed
    assert "aws_cloudwatch_log_group.flow: aws_cloudwatch_log_group is not adopted" in printed
    assert "\u001b[31m" not in printed
    [block] = json.loads((into / "network.imports.tf.json").read_text())["import"]
    assert block == {"id": "tgw-0123456789abcdef0", "to": "module.hub.aws_ec2_transit_gateway.this"}


def test_without_a_folder_nothing_is_written(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert cli.main(["adopt", str(folder / "state.json"), "--output", str(folder / "out")]) == 1
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("state_path", "out", "words"),
    [
        ("empty.json", "out", "has no resources, so nothing can be taken over"),
        ("out", "out", "is a folder, which holds no ids"),
        ("state.json", "missing", "holds no intent.json"),
        ("missing.json", "out", "missing.json"),
    ],
)
def test_an_unreadable_input_is_a_message(
    folder: Path, capsys: pytest.CaptureFixture[str], state_path: str, out: str, words: str
) -> None:
    assert cli.main(["adopt", str(folder / state_path), "--output", str(folder / out)]) == 2
    assert words in capsys.readouterr().err


def test_import_blocks_are_not_written_into_the_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    into = folder / "out" / "stacks"
    assert cli.main(["adopt", str(folder / "state.json"), "--output", str(folder / "out"), "-o", str(into)]) == 2
    assert "is an input" in capsys.readouterr().err
