"""Plans that Terraform 1.11 with AWS provider 5.100 made of the configurations in `fixtures`, offline.

Made there by `terraform plan -out=p && terraform show -json p` (`change` with `-refresh=false`), less the timestamp.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isthmus.terraform import Graph, Ref, Unknown, UnreadableTerraform, Value, blocks, read, read_plan, sources
from tests.reading.builders import FIXTURES, ref, write

DEV = 'module.spoke["dev"]'
TABLE = "aws_ec2_transit_gateway_route_table"
TABLE_ID = "transit_gateway_route_table_id"


@pytest.fixture(scope="module")
def hcl() -> Graph:
    return read_plan(FIXTURES / "hcl" / "plan.json")


@pytest.mark.parametrize(
    ("address", "argument", "target"),
    [
        # a literal index, and a key in quotes
        (f'{TABLE}.segment["workloads"]', "transit_gateway_id", ref("aws_ec2_transit_gateway.this[0]")),
        ("aws_ec2_transit_gateway_route.blackhole[1]", TABLE_ID, ref(f'{TABLE}.segment["workloads"]')),
        # the only hint that a route points at a VPN
        (
            "aws_ec2_transit_gateway_route.default",
            "transit_gateway_attachment_id",
            ref('aws_vpn_connection.site["denver"]', "transit_gateway_attachment_id"),
        ),
        # a local: it can hold the id of one gateway only
        ('aws_vpn_connection.site["denver"]', "transit_gateway_id", ref("aws_ec2_transit_gateway.this[0]")),
        # for_each over resources
        ('aws_vpn_connection.site["boston"]', "customer_gateway_id", ref('aws_customer_gateway.site["boston"]')),
        # by each.key
        (
            f'{TABLE}_association.site["boston"]',
            "transit_gateway_attachment_id",
            ref('aws_vpn_connection.site["boston"]', "transit_gateway_attachment_id"),
        ),
        # into a module and out of a nested one
        (
            f"{DEV}.aws_ec2_transit_gateway_vpc_attachment.this",
            "transit_gateway_id",
            ref("aws_ec2_transit_gateway.this[0]"),
        ),
        ("aws_route.to_boston", "route_table_id", ref(f"{DEV}.module.tables.aws_route_table.this[0]")),
        (f"{DEV}.aws_route.hub[1]", "route_table_id", ref(f"{DEV}.module.tables.aws_route_table.this[1]")),
        (f"{DEV}.module.tables.aws_route_table_association.this[1]", "subnet_id", ref(f"{DEV}.aws_subnet.private[1]")),
        # a map made of resources, passed as a variable and gone over by for_each
        (
            f'{DEV}.{TABLE}_propagation.this["network-services"]',
            TABLE_ID,
            ref(f'{TABLE}.segment["network-services"]'),
        ),
        # a splat and a for
        (
            f"{DEV}.aws_ec2_transit_gateway_vpc_attachment.this",
            "subnet_ids",
            (ref(f"{DEV}.aws_subnet.private[0]"), ref(f"{DEV}.aws_subnet.private[1]")),
        ),
        (
            f"{DEV}.aws_network_acl.this",
            "subnet_ids",
            (ref(f"{DEV}.aws_subnet.private[0]"), ref(f"{DEV}.aws_subnet.private[1]")),
        ),
        # what the plan evaluated
        (f"{DEV}.aws_subnet.private[1]", "cidr_block", "10.1.1.0/24"),
        ('aws_vpn_connection.site["boston"]', "tunnel1_inside_cidr", "169.254.21.0/30"),
    ],
)
def test_edges_are_recovered_from_hcl(hcl: Graph, address: str, argument: str, target: Value) -> None:
    assert hcl.resources[address].get(argument) == target


def test_every_reference_leads_to_a_resource(hcl: Graph) -> None:
    targets = {value.address for r in hcl.resources.values() for value in r.values.values() if isinstance(value, Ref)}
    assert targets <= set(hcl.resources)
    assert len(targets) > 10


def test_two_candidates_are_unknown(hcl: Graph) -> None:
    found = hcl.resources['aws_route.each_spoke["dev"]'].get("route_table_id")
    assert found == Unknown("module.spoke, each.key: known after apply")


def test_what_is_taken_by_its_key_has_a_note(hcl: Graph) -> None:
    gateways = [note for note in hcl.notes if "customer_gateway_id" in note]
    assert gateways == [
        "aws_vpn_connection.site[*].customer_gateway_id: taken to be aws_customer_gateway.site[*].id, by its key; "
        "the plan does not say"
    ]
    assert not any("aws_ec2_transit_gateway_route.default" in note for note in hcl.notes)


def test_inline_blocks_get_their_own_references() -> None:
    graph = read_plan(FIXTURES / "inline" / "plan.json")
    assert blocks(graph.resources["aws_route_table.t"], "route") == (
        {"cidr_block": "0.0.0.0/0", "gateway_id": ref("aws_internet_gateway.i")},
        {"cidr_block": "10.0.0.0/8", "transit_gateway_id": ref("aws_ec2_transit_gateway.t")},
    )
    firewall = graph.resources["aws_networkfirewall_firewall.f"]  # a dynamic block: its expressions are not in the plan
    assert [
        isinstance(b["subnet_id"], Unknown) for b in blocks(firewall, "subnet_mapping") if not isinstance(b, Unknown)
    ]


def test_a_null_where_a_constant_was_written_contradicts_nothing(tmp_path: Path) -> None:
    document = json.loads((FIXTURES / "inline" / "plan.json").read_text())
    (planned,) = (c["change"]["after"] for c in document["resource_changes"] if c["address"] == "aws_security_group.h")
    (rule,) = planned["egress"]
    rule["from_port"] = None
    (read_,) = blocks(
        read_plan(write(tmp_path, {"plan.json": document}) / "plan.json").resources["aws_security_group.h"], "egress"
    )
    assert not isinstance(read_, Unknown)
    assert read_["to_port"] == rule["to_port"]


def test_a_resource_may_be_marked_as_sensitive_whole(tmp_path: Path) -> None:
    document = json.loads((FIXTURES / "json" / "plan.json").read_text())
    resource = document["planned_values"]["root_module"]["resources"][1]
    resource["sensitive_values"] = True
    values = read_plan(write(tmp_path, {"plan.json": document}) / "plan.json").resources[resource["address"]].values
    given = [values[name] for name, value in resource["values"].items() if name in values and value is not None]
    assert given
    assert all(isinstance(value, Unknown | Ref) for value in given)


# The same configuration, read from itself and from a real plan of it.


def _within(small: Value, large: Value) -> bool:
    """Whether all that the configuration says is in the plan: which adds defaults, and converts types."""
    if isinstance(small, dict) and isinstance(large, dict):
        return all(name in large and _within(item, large[name]) for name, item in small.items())
    if isinstance(small, dict) and isinstance(large, tuple) and len(large) == 1:
        return _within(small, large[0])
    if isinstance(small, tuple) and isinstance(large, tuple) and len(small) == len(large):
        return all(map(_within, small, large))
    return bool(small == large or str(small) == str(large))


def test_the_plan_of_a_json_configuration_gives_the_same_graph(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "json" / "main.tf.json", tmp_path)
    folder, plan = read(tmp_path), read_plan(FIXTURES / "json" / "plan.json")
    assert list(folder.resources) == list(plan.resources)
    differing = [
        (address, name, value, plan.resources[address].get(name))
        for address, resource in folder.resources.items()
        for name, value in resource.values.items()
        if not _within(value, plan.resources[address].get(name))
    ]
    # A dynamic block: its expressions are not in the plan.
    assert [(address, name) for address, name, *_ in differing] == [("aws_security_group.h", "ingress")]
    assert {r.region for r in folder.resources.values()} == {r.region for r in plan.resources.values()} == {"us-east-1"}


def test_raw_text_with_references_is_no_constant() -> None:
    graph = read_plan(FIXTURES / "json" / "plan.json")
    assert "${" not in repr(graph).replace("'Name': '${x}'", "")


# What is and what will be.


def test_a_plan_says_what_is_and_what_will_be() -> None:
    path = FIXTURES / "change" / "plan.json"
    before, after = read_plan(path, "before"), read_plan(path)
    gone, new = "aws_ec2_transit_gateway_route.blackhole", "aws_ec2_transit_gateway_route.new"
    assert gone in before.resources
    assert gone not in after.resources
    assert new in after.resources
    assert new not in before.resources
    # Known ids and unknown ones lead to the same resource.
    table = ref(f"{TABLE}.workloads")
    assert before.resources[gone].get(TABLE_ID) == table
    assert after.resources[new].get(TABLE_ID) == table
    assert after.resources[new].get("transit_gateway_attachment_id") == ref(
        "aws_ec2_transit_gateway_vpc_attachment.new"
    )
    assert before.resources[f"{TABLE}.workloads"].account == "111111111111"
    assert [source.has_before for source in sources(path)] == [True]


def test_several_plans_join_by_the_ids_they_know(tmp_path: Path) -> None:
    document = json.loads((FIXTURES / "change" / "plan.json").read_text())
    other = json.loads(json.dumps(document).replace("tgw-rtb-0a1b2c3d4e5f60718", "tgw-rtb-0ffffffffffffffff"))
    write(tmp_path, {"network/plan.json": document, "dev/plan.json": other})
    graph = read(tmp_path / "network" / "plan.json", tmp_path / "dev" / "plan.json")
    assert {r.root for r in graph.resources.values()} == {"network", "dev"}
    assert graph.resources[f"network/{TABLE}.workloads"].get("transit_gateway_id") == ref(
        "network/aws_ec2_transit_gateway.this"
    )


def changed(tmp_path: Path, name: str, change: Callable[[dict[str, Any]], None]) -> Path:
    document = json.loads((FIXTURES / name / "plan.json").read_text())
    change(document)
    return write(tmp_path, {"plan.json": document}) / "plan.json"


def test_the_account_is_that_of_the_provider(tmp_path: Path) -> None:
    def allow(document: dict[str, Any]) -> None:
        providers = document["configuration"]["provider_config"]
        providers["aws"]["expressions"]["allowed_account_ids"] = {"constant_value": ["111111111111"]}
        providers["aws.workloads"]["expressions"]["assume_role"] = [
            {"role_arn": {"constant_value": "arn:aws:iam::222222222222:role/x"}}
        ]

    graph = read(changed(tmp_path, "hcl", allow))
    assert graph.resources["aws_ec2_transit_gateway.this[0]"].account == "111111111111"
    assert graph.resources[f"{DEV}.aws_vpc.this"].account == "222222222222"
    assert graph.resources[f"{DEV}.{TABLE}_association.this"].account == "111111111111"


def _references(*names: str) -> dict[str, Any]:
    return {"references": [part for name in names for part in (f"{name}.id", name)]}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (_references("aws_subnet.new"), ref("aws_subnet.new")),  # the wrong kind: a finding, so it is shown
        (_references("aws_vpc.new", "aws_subnet.new"), ref("aws_vpc.new")),
        ({"references": ["data.aws_vpc.x.id", "data.aws_vpc.x"]}, Unknown),
        ({"references": ["aws_vpc.new.id", "aws_vpc.new", "data.aws_vpc.x.id", "data.aws_vpc.x"]}, Unknown),
        ({"references": ["local.vpc"]}, ref("aws_vpc.new")),
        ({"references": ["aws_subnet.new.vpc_id", "aws_subnet.new"]}, ref("aws_vpc.new")),
        ({"references": ["?!", 3]}, Unknown),
        ({"constant_value": "${aws_vpc.new.id}", "references": ["aws_vpc.new.id", "aws_vpc.new"]}, ref("aws_vpc.new")),
        ({"constant_value": "${local.x}", "references": ["local.x"]}, ref("aws_vpc.new")),
    ],
)
def test_what_a_reference_can_mean(tmp_path: Path, expression: dict[str, Any], expected: Any) -> None:
    def refer(document: dict[str, Any]) -> None:
        for resource in document["configuration"]["root_module"]["resources"]:
            if resource["type"] == "aws_ec2_transit_gateway_vpc_attachment":
                resource["expressions"]["vpc_id"] = expression

    graph = read(changed(tmp_path, "change", refer))
    found = graph.resources["aws_ec2_transit_gateway_vpc_attachment.new"].get("vpc_id")
    assert isinstance(found, Unknown) if expected is Unknown else found == expected


def test_an_identifier_in_a_longer_list_is_unknown(tmp_path: Path) -> None:
    def choose(document: dict[str, Any]) -> None:
        for resource in document["configuration"]["root_module"]["resources"]:
            if resource["type"] == "aws_ec2_transit_gateway_vpc_attachment":
                resource["expressions"]["subnet_ids"]["references"].append("var.more")

    graph = read(changed(tmp_path, "change", choose))
    assert isinstance(graph.resources["aws_ec2_transit_gateway_vpc_attachment.new"].get("subnet_ids"), Unknown)


def _known_subnet(document: dict[str, Any], index: int) -> None:
    """Make one private subnet of dev an existing one, of which the plan knows the id."""
    address, id_ = f"{DEV}.aws_subnet.private[{index}]", "subnet-0123456789abcdef0"
    for change in document["resource_changes"]:
        if change["address"] == address:
            change["change"]["after"]["id"] = id_
            change["change"]["after_unknown"].pop("id")


@pytest.mark.parametrize("index", [0, 1])
def test_existing_instances_stay_in_a_set_and_out_of_the_candidates(tmp_path: Path, index: int) -> None:
    def change(document: dict[str, Any]) -> None:
        _known_subnet(document, index)
        spoke = document["configuration"]["root_module"]["module_calls"]["spoke"]["module"]
        for resource in spoke["module_calls"]["tables"]["module"]["resources"]:
            if resource["type"] == "aws_route_table_association":
                resource["expressions"]["subnet_id"]["references"].remove("count.index")

    graph = read(changed(tmp_path, "hcl", change))
    private = (ref(f"{DEV}.aws_subnet.private[0]"), ref(f"{DEV}.aws_subnet.private[1]"))
    assert graph.resources[f"{DEV}.aws_ec2_transit_gateway_vpc_attachment.this"].get("subnet_ids") == private
    association = graph.resources[f"{DEV}.module.tables.aws_route_table_association.this[0]"]
    assert association.get("subnet_id") == private[1 - index]  # what is unknown is not the one that is known


def test_a_failed_plan_is_refused_and_a_partial_one_noted(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTerraform, match="Terraform failed while it made this plan"):
        read(changed(tmp_path, "change", lambda document: document.update(errored=True)))
    graph = read(changed(tmp_path, "change", lambda document: document.update(complete=False)))
    assert any(note.startswith("the plan is partial") for note in graph.notes)


STAYING = "aws_ec2_transit_gateway.this"


@pytest.mark.parametrize("how", ["not targeted", "forgotten"])
def test_what_a_plan_says_nothing_of_stays_as_it_is(tmp_path: Path, how: str) -> None:
    def leave(document: dict[str, Any]) -> None:
        module = document["planned_values"]["root_module"]
        changes = document["resource_changes"]
        if how == "not targeted":
            module["resources"] = [r for r in module["resources"] if r["address"] != STAYING]
            document["resource_changes"] = [c for c in changes if c["address"] != STAYING]
            return
        (planned,) = (r for r in module["resources"] if r["address"] == STAYING)
        (change,) = (c for c in changes if c["address"] == STAYING)
        planned["values"] = {}
        change["change"] = {"actions": ["forget"], "after": None, "after_unknown": {}, "before": {}}

    whole, left = read(FIXTURES / "change" / "plan.json"), read(changed(tmp_path, "change", leave))
    assert left.resources.keys() == whole.resources.keys()
    assert left.resources[STAYING].get("id") == whole.resources[STAYING].get("id")


def test_what_moves_is_there_once(tmp_path: Path) -> None:
    def move(document: dict[str, Any]) -> None:
        old = document["prior_state"]["values"]["root_module"]["resources"]
        (stays,) = (r for r in old if r["address"] == STAYING)
        stays["address"] = f"{STAYING}_before"
        for change in document["resource_changes"]:
            if change["address"] == STAYING:
                change["previous_address"] = stays["address"]

    graph = read(changed(tmp_path, "change", move))
    assert [r.address for r in graph.of_type("aws_ec2_transit_gateway")] == [STAYING]


def test_a_change_without_an_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTerraform, match=r"resource_changes\[\d+\]\.address is no text"):
        read(changed(tmp_path, "change", lambda document: document["resource_changes"].append({"address": []})))


@pytest.fixture(scope="module")
def locals_() -> Graph:
    """Two instances of a module that keeps what it makes in a local, given a local of the root's."""
    return read_plan(FIXTURES / "locals" / "plan.json")


@pytest.mark.parametrize(
    ("address", "argument", "expected"),
    [
        # A local of the module can hold what the root's local brings: still the module's own VPC is meant.
        ("module.app.aws_subnet.private[1]", "vpc_id", ref("module.app.aws_vpc.this[0]")),
        ("module.data.aws_route_table.private[0]", "vpc_id", ref("module.data.aws_vpc.this[0]")),
        # `var.single ? 0 : count.index`: as many tables as associations, or one of them alone.
        (
            "module.app.aws_route_table_association.private[1]",
            "route_table_id",
            ref("module.app.aws_route_table.private[1]"),
        ),
        ("module.data.aws_nat_gateway.this[0]", "subnet_id", ref("module.data.aws_subnet.private[0]")),
        # What a data source said while planning is known, so nothing unknown comes from it.
        ("aws_egress_only_internet_gateway.of_data", "vpc_id", ref("module.data.aws_vpc.this[0]")),
    ],
)
def test_what_locals_and_data_hold_is_distinguished(
    locals_: Graph, address: str, argument: str, expected: Value
) -> None:
    assert locals_.resources[address].get(argument) == expected


@pytest.mark.parametrize("applied_before", [False, True])
def test_what_data_say_when_the_plan_is_applied_is_unknown(tmp_path: Path, applied_before: bool) -> None:
    def remember(document: dict[str, Any]) -> None:
        data = document["prior_state"]["values"]["root_module"]["resources"]
        if applied_before:  # what they said the last time does not count
            data.append({"address": "data.aws_vpc.made", "mode": "data", "type": "aws_vpc", "name": "made"})
        for resource in document["configuration"]["root_module"]["resources"]:
            if resource["address"] == "aws_internet_gateway.of_either":
                resource["expressions"]["vpc_id"]["references"][:2] = []  # the local and its list

    graph = read(changed(tmp_path, "locals", remember))
    assert isinstance(graph.resources["aws_internet_gateway.of_either"].get("vpc_id"), Unknown)


def test_the_only_one_that_a_module_makes_is_noted_once(locals_: Graph) -> None:
    assert [note for note in locals_.notes if "local" in note] == [
        f"each vpc_id that is a local of module.{name}: taken to be module.{name}.aws_vpc.this[0].id, "
        "the one that this module makes; the plan does not say"
        for name in ("app", "data")
    ]


def test_a_known_value_may_choose_among_more_than_there_are_of_its_own(tmp_path: Path) -> None:
    """`var.single ? 0 : count.index`, with three tables for two associations."""

    def add(document: dict[str, Any]) -> None:
        made = document["planned_values"]["root_module"]["child_modules"][0]["resources"]
        tables = [r for r in made if r["type"] == "aws_route_table"]
        made.append(tables[0] | {"address": tables[0]["address"].replace("[0]", "[2]"), "index": 2})
        (change,) = (c for c in document["resource_changes"] if c["address"] == tables[0]["address"])
        document["resource_changes"].append(change | {"address": made[-1]["address"], "index": 2})

    graph = read(changed(tmp_path, "locals", add))
    association = graph.resources["module.app.aws_route_table_association.private[1]"]
    assert isinstance(association.get("route_table_id"), Unknown)
    assert association.get("subnet_id") == ref("module.app.aws_subnet.private[1]")


def planned_outputs(folder: Path) -> Graph:
    """A plan of two VPCs that are not there yet, and of outputs of every kind."""
    vpcs = [{"type": "aws_vpc", "name": name, "mode": "managed", "address": f"aws_vpc.{name}"} for name in ("a", "b")]
    changes = [
        vpc | {"change": {"actions": ["create"], "before": None, "after": {}, "after_unknown": {"id": True}}}
        for vpc in vpcs
    ]
    referring = {
        "id": ["aws_vpc.a.id", "aws_vpc.a"],
        "either": ["aws_vpc.a.id", "aws_vpc.a", "aws_vpc.b.id", "aws_vpc.b"],
        "partly": ["aws_vpc.a.id", "aws_vpc.a", "aws_vpc.b.id", "aws_vpc.b"],
    }
    document = {
        "format_version": "1.2",
        "planned_values": {
            "outputs": {
                "known": {"sensitive": False, "value": "x"},
                "unchanged": {"sensitive": False, "value": ["y"]},
                "secret": {"sensitive": True, "value": "z"},
                "partly": {"sensitive": False, "value": {"name": "a"}},
                "id": {"sensitive": False},
                "either": {"sensitive": False},
            },
            "root_module": {"resources": [vpc | {"values": {}, "sensitive_values": {}} for vpc in vpcs]},
        },
        "resource_changes": changes,
        "output_changes": {
            "known": {"actions": ["create"], "after": "x", "after_unknown": False},
            "secret": {"actions": ["create"], "after": "z", "after_unknown": False, "after_sensitive": True},
            "partly": {"actions": ["create"], "after": {"name": "a"}, "after_unknown": {"id": True}},
            "id": {"actions": ["create"], "after_unknown": True},
            "either": {"actions": ["create"], "after_unknown": True},
        },
        "configuration": {
            "root_module": {
                "resources": [vpc | {"expressions": {}, "provider_config_key": "aws"} for vpc in vpcs],
                "outputs": {name: {"expression": {"references": texts}} for name, texts in referring.items()},
            }
        },
    }
    return read_plan(write(folder, {"plan.json": document}) / "plan.json")


def test_an_output_is_what_the_plan_knows_the_one_thing_it_refers_to_or_unknown(tmp_path: Path) -> None:
    outputs = dict(planned_outputs(tmp_path).outputs)
    unknowns = {name: outputs.pop(name) for name in ("secret", "partly", "either")}
    assert outputs == {"known": "x", "unchanged": ("y",), "id": ref("aws_vpc.a")}
    for name, value in unknowns.items():
        assert isinstance(value, Unknown)
        assert ("sensitive" if name == "secret" else "aws_vpc.b.id") in value.reason
