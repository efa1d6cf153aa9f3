"""The double catches what Terraform catches with the provider's schema, and carries a root through its life."""

import json
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from .engine import Engine, Estate, TerraformFailed, changes
from .engine.double import SchemaDouble
from .two_roots import HUB, HUB_MODULE, SPOKE, SPOKE_MODULE, Documents, two_roots, write

Mistake = Callable[[Documents], object]


def _spoke(documents: Documents) -> dict[str, Any]:
    resources: dict[str, Any] = documents[SPOKE_MODULE]["resource"]
    return resources


MISTAKES: dict[str, tuple[str, Mistake, str]] = {
    "unknown argument": ("dev", lambda d: _spoke(d)["aws_vpc"]["dev"].update(cidr="10.0.0.0/16"), '"cidr"'),
    "unknown argument in a block": (
        "dev",
        lambda d: _spoke(d)["aws_vpc"]["dev"].update(timeouts=[{"forever": "1h"}]),
        '"timeouts"',
    ),
    "unknown resource type": (
        "dev",
        lambda d: _spoke(d).update(aws_virtual_cloud={"dev": {}}),
        '"aws_virtual_cloud"',
    ),
    "missing required argument": ("dev", lambda d: _spoke(d)["aws_route_table"]["private_a"].clear(), '"vpc_id"'),
    "read-only argument": ("dev", lambda d: _spoke(d)["aws_vpc"]["dev"].update(arn="arn:aws:ec2:::vpc/x"), '"arn"'),
    "mistyped argument": (
        "dev",
        lambda d: _spoke(d)["aws_subnet"]["private_a"].update(map_public_ip_on_launch="perhaps"),
        "a bool is required",
    ),
    "mistyped list": (
        "dev",
        lambda d: _spoke(d)["aws_ec2_transit_gateway_vpc_attachment"]["dev"].update(subnet_ids={"a": "b"}),
        "set of string required",
    ),
    "too many blocks": (
        "dev",
        lambda d: _spoke(d).update(
            aws_flow_log={"dev": {"vpc_id": "${aws_vpc.dev.id}", "destination_options": [{}, {}]}}
        ),
        '"destination_options"',
    ),
    "undeclared resource": (
        "dev",
        lambda d: _spoke(d)["aws_subnet"]["private_a"].update(vpc_id="${aws_vpc.prod.id}"),
        '"aws_vpc" "prod" has not been declared',
    ),
    "unknown attribute in a reference": (
        "dev",
        lambda d: _spoke(d)["aws_subnet"]["private_a"].update(vpc_id="${aws_vpc.dev.vpc_id}"),
        '"vpc_id"',
    ),
    "cycle": ("dev", lambda d: _spoke(d)["aws_vpc"]["dev"].update(depends_on=["aws_subnet.private_a"]), "Cycle"),
    "unknown module input": ("network", lambda d: d[HUB]["module"]["hub"].update(asn=64512), '"asn"'),
    "missing module input": ("network", lambda d: d[HUB]["module"]["hub"].pop("name"), '"name"'),
    "unknown module output": (
        "network",
        lambda d: d[HUB_MODULE]["output"].pop("transit_gateway_id"),
        "transit_gateway_id",
    ),
    "provider alias that the module needs": (
        "dev",
        lambda d: d[SPOKE]["module"]["spoke_dev"]["providers"].pop("aws.network"),
        "aws.network",
    ),
    "unknown argument of the provider": (
        "dev",
        lambda d: d[SPOKE]["provider"]["aws"][1].update(account="111122223333"),
        '"account"',
    ),
    "unknown argument of a role": (
        "dev",
        lambda d: d[SPOKE]["provider"]["aws"][1]["assume_role"][0].update(role="x"),
        '"role"',
    ),
    "secret in an output": (
        "network",
        lambda d: (
            d[HUB_MODULE]["resource"].update(
                aws_vpn_connection={"a": {"type": "ipsec.1", "customer_gateway_id": "cgw-0"}}
            ),
            d[HUB_MODULE]["output"].update(key={"value": "${aws_vpn_connection.a.tunnel1_preshared_key}"}),
            d[HUB]["output"].update(key={"value": "${module.hub.key}"}),
        ),
        "sensitive",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_caught(mistake: str, double_engine: Engine, tmp_path: Path) -> None:
    root, make, expected = MISTAKES[mistake]
    documents = two_roots()
    make(documents)
    folder = write(documents, tmp_path)
    with pytest.raises(TerraformFailed) as failed:
        double_engine.check(folder / "stacks" / root)
    assert expected in " ".join(str(failed.value).split())


def test_an_output_that_the_producer_does_not_have_is_caught_by_the_plan(double_engine: Engine, tmp_path: Path) -> None:
    documents = two_roots()
    del documents[HUB]["output"]["transit_gateway_id"]
    with pytest.raises(TerraformFailed, match="transit_gateway_id"):
        double_engine.check(write(documents, tmp_path) / "stacks" / "dev")


def test_a_plan_shows_what_is_configured_and_leaves_open_what_aws_decides(
    double_engine: Engine, tmp_path: Path
) -> None:
    plan = double_engine.plan(write(two_roots(), tmp_path) / "stacks" / "dev")
    vpc = next(c["change"] for c in plan["resource_changes"] if c["address"] == "module.spoke_dev.aws_vpc.dev")
    assert vpc["after"]["cidr_block"] == "10.1.0.0/20"
    assert vpc["after"]["tags_all"] == {"Name": "dev", "owner": "222233334444"}
    assert vpc["after"]["region"] == "us-east-1"
    assert vpc["after_unknown"].items() >= {"id": True, "arn": True}.items()


def test_each_alias_has_its_own_default_tags(double_engine: Engine, tmp_path: Path) -> None:
    plan = double_engine.plan(write(two_roots(), tmp_path) / "stacks" / "dev")
    owners = {
        change["type"]: change["change"]["after"]["tags_all"]["owner"]
        for change in plan["resource_changes"]
        if "tags_all" in change["change"]["after"]
    }
    assert owners["aws_ec2_transit_gateway_vpc_attachment"] == "222233334444"
    assert owners["aws_ec2_transit_gateway_vpc_attachment_accepter"] == "111122223333"


def test_a_change_updates_what_exists_and_touches_nothing_else(double_engine: Engine, tmp_path: Path) -> None:
    documents, live = two_roots(), double_engine.live()
    live.apply(Estate(write(documents, tmp_path / "before")))
    documents[SPOKE_MODULE]["resource"]["aws_vpc"]["dev"]["tags"]["Name"] = "development"
    documents[SPOKE_MODULE]["resource"]["aws_route_table"]["private_b"] = {"vpc_id": "${aws_vpc.dev.id}"}
    after = Estate(write(documents, tmp_path / "after"))
    assert {name: changes(plan) for name, plan in live.plans(after).items()} == {
        "network": [],
        "dev": ["create module.spoke_dev.aws_route_table.private_b", "update module.spoke_dev.aws_vpc.dev"],
    }
    live.apply(after)
    assert {name: changes(plan) for name, plan in live.plans(after).items()} == {"network": [], "dev": []}


def test_a_nat_gateway_has_an_address_of_its_subnet(double_engine: Engine, tmp_path: Path) -> None:
    documents, live = two_roots(), double_engine.live()
    live.apply(Estate(write(documents, tmp_path / "before")))
    _spoke(documents)["aws_subnet"]["private_b"] = {"vpc_id": "${aws_vpc.dev.id}", "cidr_block": "10.1.1.0/28"}
    _spoke(documents)["aws_nat_gateway"] = {
        zone: {"subnet_id": f"${{aws_subnet.private_{zone}.id}}", "connectivity_type": "private"} for zone in "ab"
    }
    live.apply(Estate(write(documents, tmp_path / "after")))
    made = {
        resource["name"]: IPv4Address(resource["instances"][0]["attributes"]["private_ip"])
        for resource in json.loads((live.states / "dev.tfstate").read_text())["resources"]
        if resource["type"] == "aws_nat_gateway"
    }
    assert made["a"] in IPv4Network("10.1.0.0/24")  # of the subnet that was there before
    assert made["b"] in IPv4Network("10.1.1.0/28")


def test_consumers_read_what_their_producers_made(double_engine: Engine, tmp_path: Path) -> None:
    live = double_engine.live()
    live.apply(Estate(write(two_roots(), tmp_path)))
    made = json.loads((live.states / "network.tfstate").read_text())["outputs"]["transit_gateway_id"]["value"]
    assert made.startswith("tgw-")
    assert f'"transit_gateway_id": "{made}"' in (live.states / "dev.tfstate").read_text()


def test_a_core_accepts_the_schema_of_every_resource_type(
    double_engine: Engine, double: SchemaDouble, tmp_path: Path
) -> None:
    assert double_engine.validate(_one_of_each(double, sorted(double.schema.resource_schemas), tmp_path)) == []


def test_resources_of_any_type_live_with_required_arguments_only(
    double_engine: Engine, double: SchemaDouble, tmp_path: Path
) -> None:
    kinds = sorted(double.schema.resource_schemas)[::20]
    _one_of_each(double, kinds, tmp_path)
    estate, live = Estate(tmp_path), double_engine.live()
    live.apply(estate)
    assert len(live.resources()) == len(kinds)
    assert changes(live.plans(estate)["all"]) == []


def _one_of_each(double: SchemaDouble, kinds: list[str], folder: Path) -> Path:
    """A root with a resource of each type, its required arguments set to anything of their type."""
    resources = {kind: {"x": _required(double.schema.resource_schemas[kind].block)} for kind in kinds}
    required = {"required_providers": {"aws": {"source": "hashicorp/aws"}}}
    root = {"terraform": required, "resource": resources}
    return write({"stacks/all/cdk.tf.json": root}, folder) / "stacks" / "all"


def _required(block: Any) -> dict[str, Any]:
    values = {
        attribute.name: anything(json.loads(attribute.type)) for attribute in block.attributes if attribute.required
    }
    for nested in block.block_types:
        if nested.min_items:
            values[nested.type_name] = [_required(nested.block)]
    return values


def anything(type_: Any) -> object:
    """A value of a Terraform type in its JSON form."""
    if isinstance(type_, list):
        kind, of = type_
        match kind:
            case "object":
                return {name: anything(inner) for name, inner in of.items()}
            case "map":
                return {"a": anything(of)}
        return [anything(of)]
    return {"string": "a", "number": 1, "bool": True}[type_]
