"""What two configurations say of creating, updating, replacing and destroying."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isthmus.changes import ResourceAction, ResourceChange, resource_changes
from isthmus.changes.summary import consequences, counts
from isthmus.terraform import Graph, read

BASE: dict[str, Any] = {
    "aws_vpc": {"main": {"cidr_block": "10.1.0.0/16", "tags": {"Name": "main"}}},
    "aws_subnet": {
        "a": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.1.0.0/24", "availability_zone_id": "use1-az1"},
    },
    "aws_route_table": {"a": {"vpc_id": "${aws_vpc.main.id}"}},
    "aws_route": {
        "out": {
            "route_table_id": "${aws_route_table.a.id}",
            "destination_cidr_block": "0.0.0.0/0",
            "transit_gateway_id": "tgw-0123456789abcdef0",
        }
    },
}


def graph(folder: Path, resources: Mapping[str, Any], **more: Any) -> Graph:
    folder.mkdir(parents=True)
    (folder / "main.tf.json").write_text(json.dumps({"resource": resources, **more}))
    return read(folder)


def changed(path: str, value: Any, base: Mapping[str, Any] = BASE) -> dict[str, Any]:
    made = json.loads(json.dumps(base))
    *above, last = path.split("/")
    place = made
    for step in above:
        place = place.setdefault(step, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return dict(made)


def actions(tmp_path: Path, after: Mapping[str, Any], before: Mapping[str, Any] = BASE) -> dict[str, ResourceAction]:
    return {change.address: change.action for change in found(tmp_path, after, before)}


def found(tmp_path: Path, after: Mapping[str, Any], before: Mapping[str, Any] = BASE) -> tuple[ResourceChange, ...]:
    return resource_changes(graph(tmp_path / "before", before), graph(tmp_path / "after", after))


def test_the_same_configuration_changes_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, BASE) == ()


def test_a_tag_is_updated_in_place(tmp_path: Path) -> None:
    (change,) = found(tmp_path, changed("aws_vpc/main/tags", {"Name": "other"}))
    assert (change.address, change.action) == ("aws_vpc.main", ResourceAction.UPDATE)
    assert str(change.causes[0]) == "tags.Name: main -> other"


def test_a_vpc_with_another_range_is_replaced_with_everything_in_it(tmp_path: Path) -> None:
    changes = found(tmp_path, changed("aws_vpc/main/cidr_block", "10.2.0.0/16"))
    assert {change.address: change.action for change in changes} == {
        "aws_vpc.main": ResourceAction.REPLACE,
        "aws_subnet.a": ResourceAction.REPLACE,
        "aws_route_table.a": ResourceAction.REPLACE,
        "aws_route.out": ResourceAction.REPLACE,
    }
    (one,) = consequences(changes)
    assert (one.leading.address, len(one.others)) == ("aws_vpc.main", 3)
    assert one.impact == "everything in it is destroyed"
    assert counts(changes)[ResourceAction.REPLACE] == 4


def test_a_route_with_another_target_is_updated_and_interrupts(tmp_path: Path) -> None:
    after = changed("aws_route/out/transit_gateway_id", None)
    after["aws_route"]["out"]["nat_gateway_id"] = "nat-0123456789abcdef0"
    (one,) = consequences(found(tmp_path, after))
    assert (one.leading.action, one.impact) == (ResourceAction.UPDATE, "connections that use it break")


def test_an_address_that_goes_is_destroyed_and_one_that_comes_is_created(tmp_path: Path) -> None:
    after = changed("aws_route/out", None)
    after["aws_route"]["other"] = BASE["aws_route"]["out"]
    assert actions(tmp_path, after) == {
        "aws_route.out": ResourceAction.DESTROY,
        "aws_route.other": ResourceAction.CREATE,
    }


def test_a_removed_block_leaves_the_resource_in_aws(tmp_path: Path) -> None:
    before = graph(tmp_path / "before", BASE)
    removed = {"removed": [{"from": "aws_route.out", "lifecycle": {"destroy": False}}]}
    after = graph(tmp_path / "after", changed("aws_route/out", None), **removed)
    assert [change.action for change in resource_changes(before, after)] == [ResourceAction.LEAVE]


def test_ignored_arguments_change_nothing(tmp_path: Path) -> None:
    after = changed("aws_vpc/main/tags", {"Name": "other"})
    after["aws_vpc"]["main"]["lifecycle"] = {"ignore_changes": ["tags"]}
    assert found(tmp_path, after) == ()


def test_a_type_that_the_table_lacks_may_be_replaced(tmp_path: Path) -> None:
    before = {"aws_made_up": {"x": {"size": 1}}}
    assert actions(tmp_path, {"aws_made_up": {"x": {"size": 2}}}, before) == {
        "aws_made_up.x": ResourceAction.MAY_REPLACE
    }


def test_an_unknown_value_that_could_force_replacement_is_not_called_an_update(tmp_path: Path) -> None:
    after = changed("aws_vpc/main/cidr_block", "${data.external.range.result}")
    assert actions(tmp_path, after)["aws_vpc.main"] is ResourceAction.MAY_REPLACE
    assert actions(tmp_path / "2", after)["aws_subnet.a"] is ResourceAction.MAY_REPLACE


def test_a_vpc_that_moves_to_another_account_is_left_behind(tmp_path: Path) -> None:
    def provider(account: str) -> dict[str, Any]:
        return {"provider": {"aws": [{"region": "us-east-1", "allowed_account_ids": [account]}]}}

    before = graph(tmp_path / "before", BASE, **provider("111111111111"))
    after = graph(tmp_path / "after", BASE, **provider("222222222222"))
    changes = resource_changes(before, after)
    assert {change.action for change in changes} == {ResourceAction.LEAVE}
    assert "its account changes from 111111111111 to 222222222222" in changes[0].reason


def test_a_root_module_that_goes_leaves_its_resources_behind(tmp_path: Path) -> None:
    for side, roots in (("before", ("dev", "prod")), ("after", ("prod",))):
        for root in roots:
            folder = tmp_path / side / "stacks" / root
            folder.mkdir(parents=True)
            (folder / "cdk.tf.json").write_text(json.dumps({"resource": BASE}))
    changes = resource_changes(read(tmp_path / "before"), read(tmp_path / "after"))
    assert {(change.address.split("/")[0], change.action) for change in changes} == {("dev", ResourceAction.LEAVE)}
    (one,) = consequences(changes)
    assert len(one.others) == 3
    assert "destroy it before you remove it" in one.leading.reason


def test_a_moved_block_moves_a_resource_and_those_that_refer_to_it_stay(tmp_path: Path) -> None:
    after = json.loads(json.dumps(BASE).replace("aws_vpc.main", "aws_vpc.core"))
    after["aws_vpc"]["core"] = after["aws_vpc"].pop("main")
    moved = {"moved": [{"from": "aws_vpc.main", "to": "aws_vpc.core"}]}
    (change,) = resource_changes(graph(tmp_path / "before", BASE), graph(tmp_path / "after", after, **moved))
    assert (change.address, change.action, change.moved_to) == ("aws_vpc.main", ResourceAction.MOVE, "aws_vpc.core")
    without = resource_changes(graph(tmp_path / "1", BASE), graph(tmp_path / "2", after))
    assert {c.address: c.action for c in without}["aws_vpc.main"] is ResourceAction.DESTROY


def test_a_moved_block_of_a_module_moves_everything_in_it(tmp_path: Path) -> None:
    for side, name in (("before", "old"), ("after", "new")):
        graph(tmp_path / side / "inner", BASE)
        moved = {"moved": [{"from": "module.old", "to": "module.new"}]} if side == "after" else {}
        document = {"module": {name: {"source": "./inner"}}, **moved}
        (tmp_path / side / "main.tf.json").write_text(json.dumps(document))
    changes = resource_changes(read(tmp_path / "before"), read(tmp_path / "after"))
    assert {change.action for change in changes} == {ResourceAction.MOVE}
    assert len(changes) == 4


def test_an_import_block_is_not_called_a_creation(tmp_path: Path) -> None:
    after = changed("aws_vpc/other", {"cidr_block": "10.9.0.0/16"})
    taken = {"import": [{"to": "aws_vpc.other", "id": "vpc-0123456789abcdef0"}]}
    (change,) = resource_changes(graph(tmp_path / "before", BASE), graph(tmp_path / "after", after, **taken))
    assert change.action is ResourceAction.MAY_REPLACE
    assert "import block" in change.reason


def test_replace_triggered_by_may_replace(tmp_path: Path) -> None:
    base = changed("aws_route_table/a/lifecycle", {"replace_triggered_by": ["aws_subnet.a.map_public_ip_on_launch"]})
    after = changed("aws_subnet/a/map_public_ip_on_launch", True, base)
    changes = {change.address: change.action for change in found(tmp_path, after, base)}
    assert changes["aws_subnet.a"] is ResourceAction.UPDATE
    assert changes["aws_route_table.a"] is ResourceAction.MAY_REPLACE
    assert changes["aws_route.out"] is ResourceAction.MAY_REPLACE


def test_an_unknown_count_on_one_side_is_unknown(tmp_path: Path) -> None:
    after = changed("aws_subnet/a/count", "${length(data.aws_availability_zones.all.names)}")
    after = changed("aws_subnet/a/count", "${var.missing}", after)
    variable = {"variable": {"missing": {"type": "number"}}}
    changes = resource_changes(graph(tmp_path / "before", BASE), graph(tmp_path / "after", after, **variable))
    subnets = [change for change in changes if change.type == "aws_subnet"]
    assert subnets
    assert {change.action for change in subnets} == {ResourceAction.MAY_REPLACE}


def test_moved_blocks_form_chains(tmp_path: Path) -> None:
    """One block moves the module, another one a resource inside of it, and a third one that again."""
    route = {"aws_route": {"x": {"route_table_id": "rtb-1", "destination_cidr_block": "10.0.0.0/8"}}}
    for name, call, resources, moved in (
        ("before", "old", {"aws_route": {"a": route["aws_route"]["x"]}}, []),
        ("after", "new", {"aws_route": {"c": route["aws_route"]["x"]}}, [("a", "b"), ("b", "c")]),
    ):
        module = tmp_path / name / "m"
        module.mkdir(parents=True)
        blocks = [{"from": f"aws_route.{old}", "to": f"aws_route.{new}"} for old, new in moved]
        (module / "main.tf.json").write_text(json.dumps({"resource": resources, "moved": blocks}))
        root: dict[str, Any] = {"module": {call: {"source": "./m"}}}
        if moved:
            root["moved"] = [{"from": "module.old", "to": "module.new"}]
        (tmp_path / name / "main.tf.json").write_text(json.dumps(root))
    (change,) = resource_changes(read(tmp_path / "before"), read(tmp_path / "after"))
    assert (change.address, change.moved_to) == ("module.old.aws_route.a", "module.new.aws_route.c")


def options(*servers: str) -> dict[str, Any]:
    return {"aws_vpc_dhcp_options": {"a": {"domain_name_servers": list(servers)}}}


def test_the_order_of_a_list_is_a_change(tmp_path: Path) -> None:
    """The hosts ask the first DNS server first. The provider's documentation: a change forces a new resource."""
    before, after = options("10.1.0.4", "10.1.0.5"), options("10.1.0.5", "10.1.0.4")
    assert actions(tmp_path, after, before) == {"aws_vpc_dhcp_options.a": ResourceAction.REPLACE}


def test_the_order_of_a_set_is_no_change(tmp_path: Path) -> None:
    def endpoint(*subnets: str) -> dict[str, Any]:
        return {"aws_vpc_endpoint": {"a": {"vpc_id": "vpc-1", "service_name": "s", "subnet_ids": list(subnets)}}}

    assert actions(tmp_path, endpoint("subnet-1", "subnet-2"), endpoint("subnet-2", "subnet-1")) == {}


def test_the_order_of_the_blocks_of_a_list_is_a_change(tmp_path: Path) -> None:
    """Stateful rules with a strict order are evaluated in the order of their blocks."""

    def group(*actions: str) -> dict[str, Any]:
        rules = [{"action": action, "rule_option": [{"keyword": "sid:1"}]} for action in actions]
        body = {"name": "g", "capacity": 9, "type": "STATEFUL"}
        return {
            "aws_networkfirewall_rule_group": {"g": body | {"rule_group": {"rules_source": {"stateful_rule": rules}}}}
        }

    assert len(actions(tmp_path, group("PASS", "DROP"), group("DROP", "PASS"))) == 1


def test_the_order_counts_for_a_type_that_the_provider_table_lacks(tmp_path: Path) -> None:
    before, after = ({"other_thing": {"a": {"names": names}}} for names in (["a", "b"], ["b", "a"]))
    assert actions(tmp_path, after, before) == {"other_thing.a": ResourceAction.MAY_REPLACE}
