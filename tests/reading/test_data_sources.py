"""Data sources whose answer is in the configuration, and those whose answer is not."""

from pathlib import Path
from typing import Any

import pytest

from isthmus.network.from_terraform import network_of
from isthmus.terraform import Ref, Unknown, read
from tests.reading.builders import root, value, write

ZONES = {"aws_availability_zones": {"here": {"state": "available"}}}
PROVIDER = {"aws": {"region": "eu-west-1", "allowed_account_ids": ["111111111111"]}}


def subnets(zone: Any, **more: Any) -> dict[str, Any]:
    body = {"vpc_id": "${aws_vpc.a.id}", "cidr_block": "10.1.0.0/24", "availability_zone": zone, **more}
    return {"aws_vpc": {"a": {"cidr_block": "10.1.0.0/16"}}, "aws_subnet": {"a": body}}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("${data.aws_region.r.name}", "eu-west-1"),
        ("${data.aws_partition.p.partition}", "aws"),
        ("${data.aws_caller_identity.c.account_id}", "111111111111"),
        ("${terraform.workspace}", "default"),
        ("${path.module}", "."),
        ("${data.aws_availability_zones.here.names[1]}", "eu-west-1b"),
        ("${slice(data.aws_availability_zones.here.names, 0, 2)}", ("eu-west-1a", "eu-west-1b")),
        ("${element(sort(data.aws_availability_zones.here.names), 0)}", "eu-west-1a"),
    ],
)
def test_what_the_configuration_says(tmp_path: Path, expression: str, expected: Any) -> None:
    data = {**ZONES, "aws_region": {"r": {}}, "aws_partition": {"p": {}}, "aws_caller_identity": {"c": {}}}
    assert value(tmp_path, expression, data=data, provider=PROVIDER) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "${length(data.aws_availability_zones.here.names)}",
        "${data.aws_availability_zones.here.names}",
        "${data.aws_availability_zones.here.names[*]}",
        "${[for z in data.aws_availability_zones.here.names : z]}",
        "${toset(data.aws_availability_zones.here.names)}",
        "${slice(data.aws_availability_zones.here.names, 0, 4)}",
        "${data.aws_availability_zones.here.names[3]}",
        "${data.aws_availability_zones.here.group_names}",
        "${data.aws_ami.a.id}",
        "${path.cwd}",
    ],
)
def test_what_only_terraform_reads(tmp_path: Path, expression: str) -> None:
    data = {**ZONES, "aws_ami": {"a": {"owners": ["self"]}}}
    assert isinstance(value(tmp_path, expression, data=data, provider=PROVIDER), Unknown)


def test_a_module_knows_its_folder(tmp_path: Path) -> None:
    files = {
        "main.tf.json": {"module": {"m": {"source": "./modules/m"}}},
        "modules/m/main.tf.json": {"resource": {"test_thing": {"it": {"at": "${path.module}/x"}}}},
    }
    assert read(write(tmp_path, files)).resources["module.m.test_thing.it"].get("at") == "modules/m/x"


def test_stand_ins_for_zones_are_reported_and_distinguished(tmp_path: Path) -> None:
    resource = subnets("${each.key}", for_each="${toset(slice(data.aws_availability_zones.here.names, 0, 2))}")
    graph = root(tmp_path, resource=resource, data=ZONES, provider=PROVIDER)
    network = network_of(graph)
    assert {s.zone for s in network.subnets.values()} == {"eu-west-1a", "eu-west-1b"}
    assert any("data.aws_availability_zones.here" in note for note in network.notes)


@pytest.mark.parametrize(
    ("zone", "data"),
    [
        ("eu-west-1a", ZONES),  # it may be the first of the list, or not
        (
            "${data.aws_availability_zones.some.names[0]}",
            {"aws_availability_zones": {**ZONES["aws_availability_zones"], "some": {"exclude_names": ["x"]}}},
        ),
    ],
)
def test_a_zone_that_may_have_two_names_is_unknown(tmp_path: Path, zone: str, data: dict[str, Any]) -> None:
    resource = subnets("${data.aws_availability_zones.here.names[0]}")
    resource["aws_subnet"]["b"] = {
        **resource["aws_subnet"]["a"],
        "cidr_block": "10.1.1.0/24",
        "availability_zone": zone,
    }
    graph = root(tmp_path, resource=resource, data=data, provider=PROVIDER)
    assert isinstance(graph.resources["aws_subnet.a"].get("availability_zone"), Unknown)


T = "aws_ec2_transit_gateway"
ENDS: dict[str, Any] = {
    T: {"t": {}},
    "aws_vpc": {"a": {"cidr_block": "10.1.0.0/16"}},
    "aws_dx_gateway": {"d": {"name": "d", "amazon_side_asn": "64512"}},
    "aws_dx_gateway_association": {
        "d": {"dx_gateway_id": "${aws_dx_gateway.d.id}", "associated_gateway_id": f"${{{T}.t.id}}"}
    },
    f"{T}_vpc_attachment": {
        "a": {"vpc_id": "${aws_vpc.a.id}", "transit_gateway_id": f"${{{T}.t.id}}", "subnet_ids": []}
    },
    "aws_customer_gateway": {"c": {"bgp_asn": 65000, "ip_address": "203.0.113.1", "type": "ipsec.1"}},
    "aws_vpn_connection": {
        "v": {
            "customer_gateway_id": "${aws_customer_gateway.c.id}",
            "transit_gateway_id": f"${{{T}.t.id}}",
            "type": "x",
        }
    },
    f"{T}_route_table": {"r": {"transit_gateway_id": f"${{{T}.t.id}}"}},
}
FILTERS = [
    {"name": "vpc-id", "values": ["${aws_vpc.a.id}"]},
    {"name": "transit-gateway-id", "values": [f"${{{T}.t.id}}"]},
]


@pytest.mark.parametrize(
    ("kind", "arguments", "address"),
    [
        ("vpn", {"vpn_connection_id": "${aws_vpn_connection.v.id}"}, "aws_vpn_connection.v"),
        ("dx_gateway", {"dx_gateway_id": "${aws_dx_gateway.d.id}"}, "aws_dx_gateway_association.d"),
        ("vpc", {"filter": FILTERS}, f"{T}_vpc_attachment.a"),
        ("vpc", {"id": f"${{{T}_vpc_attachment.a.id}}"}, f"{T}_vpc_attachment.a"),
        ("vpc", {"filter": FILTERS[:1]}, ""),
        ("vpc", {"filter": [*FILTERS, {"name": "tag:x", "values": ["y"]}]}, ""),
        ("dx_gateway", {"tags": {"a": "b"}}, ""),
    ],
)
def test_an_attachment_is_found_by_what_it_attaches(
    tmp_path: Path, kind: str, arguments: dict[str, Any], address: str
) -> None:
    where = {"transit_gateway_id": f"${{{T}.t.id}}"} if kind != "vpc" else {}
    data = {f"{T}_{kind}_attachment": {"x": {**arguments, **where}}}
    propagation = {
        "transit_gateway_attachment_id": f"${{data.{T}_{kind}_attachment.x.id}}",
        "transit_gateway_route_table_id": f"${{{T}_route_table.r.id}}",
    }
    resource = {**ENDS, f"{T}_route_table_propagation": {"p": propagation}}
    network = network_of(root(tmp_path, resource=resource, data=data))
    (learned,) = network.tgw_tables[f"{T}_route_table.r"].propagations
    assert isinstance(learned, Unknown) if not address else learned == address


def test_an_attachment_of_which_there_are_two_is_not_chosen(tmp_path: Path) -> None:
    resource = {**ENDS, f"{T}_vpc_attachment": {**ENDS[f"{T}_vpc_attachment"], "b": ENDS[f"{T}_vpc_attachment"]["a"]}}
    data = {f"{T}_vpc_attachment": {"x": {"filter": FILTERS}}}
    route = {
        "destination_cidr_block": "10.9.0.0/16",
        "transit_gateway_attachment_id": f"${{data.{T}_vpc_attachment.x.id}}",
        "transit_gateway_route_table_id": f"${{{T}_route_table.r.id}}",
    }
    network = network_of(root(tmp_path, resource={**resource, f"{T}_route": {"r": route}}, data=data))
    assert isinstance(network.tgw_tables[f"{T}_route_table.r"].routes[0].attachment, Unknown)


def test_a_data_source_by_the_id_of_a_resource_is_that_resource(tmp_path: Path) -> None:
    data = {"aws_vpc": {"x": {"id": "${aws_vpc.a.id}"}, "y": {"id": "vpc-0123"}}}
    resource = {"aws_vpc": {"a": {"cidr_block": "10.1.0.0/16"}}}
    assert value(tmp_path, "${data.aws_vpc.x.id}", data=data, resource=resource) == Ref("aws_vpc.a", "id")
    assert isinstance(value(tmp_path, "${data.aws_vpc.y.id}", data=data, resource=resource), Unknown)


def test_a_static_route_before_direct_connect_is_worth_a_note(tmp_path: Path) -> None:
    table = {"transit_gateway_route_table_id": f"${{{T}_route_table.r.id}}"}
    vpn = "${aws_vpn_connection.v.transit_gateway_attachment_id}"
    resource = {
        **ENDS,
        f"{T}_route": {"b": {"destination_cidr_block": "172.16.0.0/16", "transit_gateway_attachment_id": vpn, **table}},
        f"{T}_route_table_propagation": {
            "d": {
                "transit_gateway_attachment_id": "${aws_dx_gateway_association.d.transit_gateway_attachment_id}",
                **table,
            }
        },
    }
    notes = network_of(root(tmp_path, resource=resource)).notes
    assert [note for note in notes if "wins over what aws_dx_gateway.d advertises" in note]
    without = {key: value for key, value in resource.items() if key != f"{T}_route_table_propagation"}
    assert not [n for n in network_of(root(tmp_path, resource=without)).notes if "wins over" in n]
