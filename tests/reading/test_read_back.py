"""What a route table, network ACL or endpoint shows of what separate resources put into it is theirs alone."""

from pathlib import Path
from typing import Any

import pytest

from isthmus.terraform import Graph, read, read_plan, read_state

from .builders import state, stored, write

IDS = {
    "aws_route_table": "rtb-0a1b2c3d4e5f60718",
    "aws_network_acl": "acl-0a1b2c3d4e5f60718",
    "aws_ec2_managed_prefix_list": "pl-0a1b2c3d4e5f60718",
    "aws_vpc_endpoint": "vpce-0a1b2c3d4e5f60718",
    "aws_security_group": "sg-0a1b2c3d4e5f60718",
}
GATEWAY, SUBNET = "vgw-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60718"

# Owner, argument, what it shows of its own and of the other's, the other: type and values.
CASES: list[tuple[str, str, Any, Any, str, dict[str, Any]]] = [
    (
        "aws_route_table",
        "route",
        {"cidr_block": "10.0.0.0/8", "ipv6_cidr_block": "", "gateway_id": "igw-1"},
        {"cidr_block": "0.0.0.0/0", "ipv6_cidr_block": "", "gateway_id": "igw-1"},
        "aws_route",
        {"route_table_id": IDS["aws_route_table"], "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"},
    ),
    (
        "aws_route_table",
        "route",
        {"cidr_block": "10.0.0.0/8", "ipv6_cidr_block": ""},
        {"cidr_block": "", "ipv6_cidr_block": "::/0"},
        "aws_route",
        {"route_table_id": IDS["aws_route_table"], "destination_cidr_block": "", "destination_ipv6_cidr_block": "::/0"},
    ),
    (
        "aws_route_table",
        "propagating_vgws",
        "vgw-0ffffffffffffffff",
        GATEWAY,
        "aws_vpn_gateway_route_propagation",
        {"route_table_id": IDS["aws_route_table"], "vpn_gateway_id": GATEWAY},
    ),
    (
        "aws_network_acl",
        "egress",
        {"rule_no": 100, "action": "allow"},
        {"rule_no": 200, "action": "allow"},
        "aws_network_acl_rule",
        {"network_acl_id": IDS["aws_network_acl"], "egress": True, "rule_number": 200},
    ),
    (
        "aws_network_acl",
        "subnet_ids",
        "subnet-0ffffffffffffffff",
        SUBNET,
        "aws_network_acl_association",
        {"network_acl_id": IDS["aws_network_acl"], "subnet_id": SUBNET},
    ),
    (
        "aws_ec2_managed_prefix_list",
        "entry",
        {"cidr": "10.0.0.0/8"},
        {"cidr": "172.16.0.0/12"},
        "aws_ec2_managed_prefix_list_entry",
        {"prefix_list_id": IDS["aws_ec2_managed_prefix_list"], "cidr": "172.16.0.0/12"},
    ),
    (
        "aws_vpc_endpoint",
        "route_table_ids",
        "rtb-0ffffffffffffffff",
        IDS["aws_route_table"],
        "aws_vpc_endpoint_route_table_association",
        {"vpc_endpoint_id": IDS["aws_vpc_endpoint"], "route_table_id": IDS["aws_route_table"]},
    ),
]


def owner(type_: str, argument: str, *items: Any) -> dict[str, Any]:
    return stored(type_, "owner", id=IDS[type_], **{argument: list(items)})


def plan(folder: Path, before: list[dict[str, Any]], after: list[dict[str, Any]], *written: str) -> Path:
    """A plan from one state to another, of a configuration that writes some arguments of the owner."""
    (type_,) = {r["type"] for r in before if r["name"] == "owner"}
    expressions: dict[str, Any] = {name: [{}] for name in written}
    address = f"{type_}.owner"
    configured = {"address": address, "mode": "managed", "type": type_, "name": "owner", "expressions": expressions}
    kept = {resource["address"] for resource in after}
    gone = [r["address"] for r in before if r["address"] not in kept]
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": after}},
        "resource_changes": [{"address": address, "change": {"actions": ["delete"]}} for address in gone],
        "prior_state": state(*before),
        "configuration": {"root_module": {"resources": [configured]}},
    }
    return write(folder, {"plan.json": document}) / "plan.json"


def shown(graph: Graph, argument: str) -> int:
    (found,) = (r for r in graph.resources.values() if r.address.endswith(".owner"))
    return len(found.get(argument, ()))


@pytest.mark.parametrize(("type_", "argument", "own", "others", "other", "values"), CASES, ids=lambda v: str(v)[:24])
class TestTheOthers:
    def test_parts_of_others_in_a_state(
        self, tmp_path: Path, type_: str, argument: str, own: Any, others: Any, other: str, values: dict[str, Any]
    ) -> None:
        document = state(owner(type_, argument, own, others), stored(other, "separate", **values))
        assert shown(read_state(write(tmp_path, {"state.json": document}) / "state.json"), argument) == 1

    def test_are_gone_with_them_in_a_plan(
        self, tmp_path: Path, type_: str, argument: str, own: Any, others: Any, other: str, values: dict[str, Any]
    ) -> None:
        there = owner(type_, argument, own, others)
        path = plan(tmp_path, [there, stored(other, "separate", **values)], [there])
        assert shown(read_plan(path), argument) == 1
        assert shown(read_plan(path, when="before"), argument) == 1

    def test_stay_where_the_configuration_writes_them(
        self, tmp_path: Path, type_: str, argument: str, own: Any, others: Any, other: str, values: dict[str, Any]
    ) -> None:
        there = owner(type_, argument, own, others)
        path = plan(tmp_path, [there, stored(other, "separate", **values)], [there], argument)
        assert shown(read_plan(path), argument) == 2

    def test_parts_of_others_in_another_root(
        self, tmp_path: Path, type_: str, argument: str, own: Any, others: Any, other: str, values: dict[str, Any]
    ) -> None:
        """The plan of one root removes what the state of the other still shows."""
        write(tmp_path, {"owning.json": state(owner(type_, argument, own, others))})
        stored_resources = [owner("aws_vpc_endpoint", "route_table_ids"), stored(other, "separate", **values)]
        graph = read(tmp_path / "owning.json", plan(tmp_path, stored_resources, []))
        assert shown(graph, argument) == 1


def test_rules_of_groups_are_merged_so_a_plan_leaves_all_to_the_separate_ones(tmp_path: Path) -> None:
    there = owner("aws_security_group", "ingress", {"from_port": 22}, {"from_port": 443})
    rule = stored("aws_security_group_rule", "r", security_group_id=IDS["aws_security_group"], type="ingress")
    assert shown(read_plan(plan(tmp_path, [there, rule], [there])), "ingress") == 0
    assert shown(read_plan(plan(tmp_path, [there, rule], [there], "ingress")), "ingress") == 2
    # A state does not say who wrote what, and the same rule twice allows no more.
    assert shown(read_state(write(tmp_path, {"s.json": state(there, rule)}) / "s.json"), "ingress") == 2
