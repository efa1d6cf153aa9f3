"""States: real ids become references, of the right kind, across roots, and nothing that only looks like one."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.terraform import Graph, Resource, UnreadableTerraform, read, read_state
from isthmus.terraform.id_references import joined
from tests.reading.builders import FIXTURES, ref, state, stored, write

TGW, ATTACHMENT, RTB = "tgw-0123456789abcdef0", "tgw-attach-0123456789abcdef0", "rtb-0123456789abcdef0"


def graph_of(folder: Path, *resources: dict[str, object]) -> Graph:
    return read(write(folder, {"state.json": state(*resources)}) / "state.json")


def test_both_forms_of_a_state_give_the_same_graph() -> None:
    shown = read_state(FIXTURES / "change" / "state.json")
    stored_ = read_state(FIXTURES / "change" / "terraform.tfstate")
    assert shown.resources == stored_.resources
    assert shown.resources["aws_ec2_transit_gateway_route_table.workloads"].get("transit_gateway_id") == ref(
        "aws_ec2_transit_gateway.this"
    )


def test_the_argument_chooses_among_resources_of_one_id(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        stored(
            "aws_ec2_transit_gateway_vpc_attachment_accepter",
            "a",
            id=ATTACHMENT,
            transit_gateway_attachment_id=ATTACHMENT,
        ),
        stored("aws_ec2_transit_gateway_vpc_attachment", "b", id=ATTACHMENT),
        stored("aws_ec2_transit_gateway_route", "r", transit_gateway_attachment_id=ATTACHMENT),
        stored("aws_vpc", "v", id="vpc-0123456789abcdef0", main_route_table_id=RTB, default_route_table_id=RTB),
        stored("aws_default_route_table", "d", id=RTB, default_route_table_id=RTB),
        stored("aws_route", "x", route_table_id=RTB, gateway_id=""),
        stored("aws_eip", "e", tags={"behind": ATTACHMENT}),
        stored("aws_vpn_connection", "n", transit_gateway_attachment_id="tgw-attach-0000000000000000f"),
        stored("aws_ec2_transit_gateway_route", "n", transit_gateway_attachment_id="tgw-attach-0000000000000000f"),
    )
    values = {address: resource.values for address, resource in graph.resources.items()}
    attachment = ref("aws_ec2_transit_gateway_vpc_attachment.b")
    assert values["aws_ec2_transit_gateway_route.r"] == {"transit_gateway_attachment_id": attachment}
    assert values["aws_ec2_transit_gateway_vpc_attachment_accepter.a"] == {
        "id": ATTACHMENT,
        "transit_gateway_attachment_id": attachment,
    }
    assert values["aws_eip.e"] == {"tags": {"behind": ATTACHMENT}}  # text that people write
    assert values["aws_route.x"] == {"route_table_id": ref("aws_vpc.v", "main_route_table_id")}
    assert values["aws_vpc.v"]["main_route_table_id"] == RTB
    assert values["aws_default_route_table.d"]["default_route_table_id"] == ref("aws_vpc.v", "default_route_table_id")
    assert values["aws_ec2_transit_gateway_route.n"] == {
        "transit_gateway_attachment_id": ref("aws_vpn_connection.n", "transit_gateway_attachment_id")
    }


def test_the_endpoints_of_a_firewall_are_known_by_zone(tmp_path: Path) -> None:
    states = [
        {"availability_zone": f"us-east-1{z}", "attachment": [{"endpoint_id": f"vpce-{z}123456789abcdef0"}]}
        for z in "ab"
    ]
    graph = graph_of(
        tmp_path,
        stored("aws_networkfirewall_firewall", "f", firewall_status=[{"sync_states": states}]),
        stored("aws_route", "r", vpc_endpoint_id="vpce-b123456789abcdef0"),
    )
    assert graph.resources["aws_route.r"].get("vpc_endpoint_id") == ref(
        "aws_networkfirewall_firewall.f", 'firewall_status[0].sync_states["us-east-1b"].attachment[0].endpoint_id'
    )


def test_states_of_several_roots_join(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "network.json": state(
                stored("aws_ec2_transit_gateway", "t", id=TGW, arn=f"arn:aws:ec2:eu-west-1:123456789012:x/{TGW}")
            ),
            "dev/terraform.tfstate": {
                "version": 4,
                "resources": [
                    {
                        "module": 'module.a["k"]',
                        "mode": "managed",
                        "type": "aws_route",
                        "name": "r",
                        "instances": [
                            {"index_key": 0, "attributes": {"transit_gateway_id": TGW}},
                            {"index_key": 0, "deposed": "x", "attributes": {}},
                        ],
                    },
                    {"mode": "data", "type": "aws_vpc", "name": "d", "instances": [{"attributes": {}}]},
                ],
                "outputs": {"gateway": {"value": TGW}},
            },
        },
    )
    graph = read(tmp_path / "network.json", tmp_path / "dev" / "terraform.tfstate")
    gateway = graph.resources["network/aws_ec2_transit_gateway.t"]
    assert (gateway.account, gateway.region) == ("123456789012", "eu-west-1")
    assert list(graph.resources) == ['dev/module.a["k"].aws_route.r[0]', "network/aws_ec2_transit_gateway.t"]
    assert graph.resources['dev/module.a["k"].aws_route.r[0]'].values == {"transit_gateway_id": ref(gateway.address)}
    assert graph.outputs == {"dev/gateway": ref(gateway.address)}


def test_an_empty_state_is_no_error(tmp_path: Path) -> None:
    path = write(tmp_path, {"state.json": {"format_version": "1.0"}}) / "state.json"
    assert read_state(path).notes == ("the state: no resources",)


@given(st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=20))
def test_words_are_never_taken_for_ids(name: str) -> None:
    """A log group's id is its name, and names recur in tags and elsewhere."""
    group = Resource("aws_cloudwatch_log_group.g", "aws_cloudwatch_log_group", {"id": name, "name": name})
    other = Resource("aws_flow_log.f", "aws_flow_log", {"log": name, "tags": {"Name": name}})
    graph = joined(Graph({"g": group, "f": other}))
    assert graph.resources["f"].values["tags"] == {"Name": name}
    if "-" not in name:
        assert graph.resources["f"].values["log"] == name


def test_joining_twice_changes_nothing() -> None:
    graph = read_state(FIXTURES / "change" / "state.json")
    assert joined(graph) == graph


def test_an_address_is_of_one_resource(tmp_path: Path) -> None:
    """As in a plan: the second of two would hide the first."""
    vpc = stored("aws_vpc", "v", cidr_block="10.0.0.0/16")
    with pytest.raises(UnreadableTerraform, match=r"aws_vpc\.v is in it twice"):
        graph_of(tmp_path, vpc, stored("aws_vpc", "v", cidr_block="10.1.0.0/16"))
    block = {"mode": "managed", "type": "aws_vpc", "name": "v"}
    for twice in (
        [{**block, "instances": [{"attributes": {}}, {"attributes": {}}]}],
        [{**block, "instances": [{"index_key": 0, "attributes": {}}]}] * 2,
    ):
        path = write(tmp_path, {"x.tfstate": {"version": 4, "lineage": "", "resources": twice}}) / "x.tfstate"
        with pytest.raises(UnreadableTerraform, match="is in it twice"):
            read(path)
    plan = {"format_version": "1.2", "planned_values": {}, "resource_changes": [], "prior_state": state(vpc, vpc)}
    path = write(tmp_path, {"plan.json": plan}) / "plan.json"
    for when in ("before", "after"):
        with pytest.raises(UnreadableTerraform, match="is in it twice"):
            read(path, when=when)


def test_what_was_replaced_and_is_yet_to_be_destroyed_is_not_what_replaced_it(tmp_path: Path) -> None:
    vpc = stored("aws_vpc", "v", cidr_block="10.0.0.0/16")
    old = {**stored("aws_vpc", "v", cidr_block="10.1.0.0/16"), "deposed_key": "00000001"}
    for resources in ((vpc, old), (old, vpc)):
        assert graph_of(tmp_path, *resources).resources["aws_vpc.v"].get("cidr_block") == "10.0.0.0/16"
