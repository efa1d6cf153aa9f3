"""The tables of types and arguments hold every networking type, and every argument of each evaluated one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tfplugin_proto import tfplugin5_5_pb2 as pb

import isthmus.network.from_terraform
from isthmus.network.coverage.modeled import COMMON, MODELED
from isthmus.network.coverage.no_effect import NO_EFFECT
from isthmus.network.coverage.not_modeled import NOT_MODELED
from isthmus.network.coverage.providers import NETWORKING, of_other_provider
from isthmus.network.coverage.required_inside_blocks import REQUIRED_INSIDE
from isthmus.network.coverage.resource_types import NotModeled, Scope, one_each, reads
from isthmus.network.coverage.type_table import not_modeled
from tests.terraform.engine.schema import installed_schema

# The bindings call it by another name, so that it looks required. The provider's documentation says it is not.
NOT_REQUIRED = {"get_password_data"}
# No flow depends on these alone. The builders read what is behind an endpoint or a published service.
BEHIND_ENDPOINTS = {
    *(f"aws_{kind}{part}" for kind in ("lb", "alb") for part in ("", "_listener", "_listener_rule", "_target_group")),
    *("aws_lb_target_group_attachment", "aws_alb_target_group_attachment", "aws_elb"),
    *("aws_autoscaling_group", "aws_autoscaling_attachment", "aws_autoscaling_traffic_source_attachment"),
    "aws_autoscaling_schedule",
    *("aws_vpc_endpoint_service", "aws_vpc_endpoint_connection_accepter"),
}
_SERVICE = re.compile(r'"(aws_[a-z0-9_]+)"')


@cache
def schema() -> pb.GetProviderSchema.Response:
    return installed_schema()


def members(type_: Any) -> dict[str, Any]:
    """The members of an object, in whatever collection it is."""
    if isinstance(type_, list) and type_[0] == "object":
        return dict(type_[1])
    return members(type_[1]) if isinstance(type_, list) and len(type_) > 1 else {}


def arguments(block: pb.Schema.Block, around: str = "") -> Iterator[tuple[str, bool]]:
    """Every argument of a block with the blocks around it, and whether Terraform takes no resource without it."""
    for attribute in block.attributes:
        if attribute.optional or attribute.required:
            inner = members(json.loads(attribute.type))
            yield from ((f"{around}{attribute.name}.{name}", False) for name in inner)
            if not inner:
                yield f"{around}{attribute.name}", attribute.required and not around
    for nested in block.block_types:
        yield from arguments(nested.block, f"{around}{nested.type_name}.")


def test_every_networking_type_is_in_a_table() -> None:
    tables = {*MODELED, *NOT_MODELED, *NO_EFFECT}
    installed = set(schema().resource_schemas)
    networking = {name for name in installed if NETWORKING.match(name)}
    assert networking - tables == set()
    assert tables - installed == set(), "the provider has no such type"
    assert tables - networking - {*MODELED} == set(), "no prefix of a networking service covers it"


@pytest.mark.parametrize("name", sorted(MODELED))
def test_every_argument_of_an_evaluated_type_is_in_its_row(name: str) -> None:
    table = MODELED[name]
    found = dict(arguments(schema().resource_schemas[name].block))
    own = {path for path in found if path.split(".")[0] not in COMMON and path != "region"}
    assert {path for path in own if not table.holds(path)} == set()
    assert table.required == {path for path in own if found[path]} - NOT_REQUIRED
    listed = {*table.modeled, *table.only, *table.harmless}
    assert {path for path in listed if not any(f"{other}.".startswith(f"{path}.") for other in own)} == set()


def required(block: pb.Schema.Block, around: str = "") -> Iterator[tuple[str, str]]:
    """What a block has to hold, with the block: arguments inside of blocks, and blocks."""
    for attribute in block.attributes:
        if attribute.required and around:
            yield around, attribute.name
    for nested in block.block_types:
        if nested.min_items:
            yield around, nested.type_name
        yield from required(nested.block, f"{around}.{nested.type_name}".lstrip("."))


@pytest.mark.parametrize("name", sorted(MODELED))
def test_what_is_required_inside_of_blocks_is_the_providers(name: str) -> None:
    found = required(schema().resource_schemas[name].block)
    meant = {(block, inner) for block, inner in found if not MODELED[name].reason(f"{block}.{inner}".lstrip("."))}
    assert {(block, inner) for block, names in REQUIRED_INSIDE.get(name, {}).items() for inner in names} == meant


def test_every_type_that_the_builders_read_is_in_a_table_of_its_own() -> None:
    folder = Path(isthmus.network.from_terraform.__file__).parent
    code = "".join(path.read_text() for path in sorted(folder.glob("*.py")))
    read = {name for name in _SERVICE.findall(code) if name in schema().resource_schemas}
    assert {name for name in read if name not in MODELED and name not in NOT_MODELED} == BEHIND_ENDPOINTS


def test_a_new_networking_type_is_not_modeled() -> None:
    assert not_modeled("aws_vpc_teleporter") is not None
    assert not_modeled("aws_ec2_transit_gateway_shortcut") is not None
    assert not_modeled("aws_s3_bucket") is None
    assert not_modeled("aws_instance") is None


@pytest.mark.parametrize(
    ("type_", "unknown"),
    [
        ("awscc_ec2_route", True),
        ("awscc_ec2_instance", False),
        ("awscc_s3_bucket", False),
        ("awscc_networkfirewall_firewall_policy", True),
        ("aviatrix_transit_gateway", True),
        ("hcp_aws_network_peering", True),
        ("google_compute_network", False),
        ("azurerm_virtual_network_gateway", False),
        ("kubernetes_network_policy", False),
        ("null_resource", False),
        ("acme_certificate", False),
    ],
)
def test_of_other_providers_what_may_create_an_aws_network_is_unknown(type_: str, unknown: bool) -> None:
    assert (of_other_provider(type_) is not None) is unknown
    assert (not_modeled(type_) is not None) is unknown


def test_a_type_stands_in_one_table() -> None:
    with pytest.raises(ValueError, match="in two tables: aws_b"):
        one_each(("aws_a", "aws_b"), ("aws_b",))


def test_a_row_says_how_each_argument_stands() -> None:
    table = reads("a! b.c", only={"mode!": "on|off", "d": ""}, harmless={"name! block": "a label"})
    assert table.required == {"a", "mode", "name"}
    assert table.holds("b.c")
    assert not table.holds("b.x")
    assert table.values("mode") == ("on", "off")
    assert table.values("d") == ()
    assert table.reason("block.inside") == "a label"
    assert table.blocks == {"b"}


def test_each_type_that_is_not_modeled_says_what_it_touches() -> None:
    for name, found in NOT_MODELED.items():
        assert isinstance(found, NotModeled)
        assert found.why, name
        assert (found.scope is Scope.EVERYTHING) is (found.touches == "anything"), name
