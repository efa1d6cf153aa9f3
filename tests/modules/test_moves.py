"""An estate with `was` gives the Terraform of the estate before, at new addresses: nothing is replaced."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.changes import ResourceAction, resource_changes
from isthmus.intent import (
    AllowedConnection,
    CustomerGateway,
    Estate,
    ForwardRule,
    HybridDns,
    Segment,
    SharedBy,
    Site,
    Spoke,
    VpnConnection,
    check,
)
from isthmus.intent.former_names import Renamable, renamable
from isthmus.terraform import read
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.intent.renaming import renamed
from tests.modules.inventory import EXAMPLES
from tests.modules.synthesized import estate_of, files_of
from tests.terraform.order.estates import watched

REFERENCE = "environments.estate"


@pytest.mark.parametrize(
    "example", [pytest.param(name, marks=() if name == REFERENCE else pytest.mark.nightly) for name in EXAMPLES]
)
def test_one_renamed_object_at_a_time(example: str, tmp_path: Path) -> None:
    """Real Terraform cores apply such estates in tests/terraform/order/test_renames.py."""
    estate = estate_of(example)
    write_output(tmp_path / "before", files_of(example))
    before = read(tmp_path / "before")
    for number, thing in enumerate(renamable(estate)):
        after = renamed(estate, type(thing), thing.name, f"n{number}")
        folder = tmp_path / f"after-{number}"
        write_output(folder, synthesize(check(after)))
        changes = resource_changes(before, read(folder))
        assert {change.action for change in changes} <= {ResourceAction.MOVE, ResourceAction.UPDATE}, thing
        assert ResourceAction.MOVE in {change.action for change in changes}, thing


def rich() -> Estate:
    """Spokes with everything whose name AWS cannot change: endpoints, Resolver rules, alarms, network ACLs."""
    estate = watched()
    network, team = estate.environments
    dns = HybridDns(spoke="shared", inbound=False, forwards=[ForwardRule("corp.example.com", site="dc1")])
    shared = replace(network.spokes[0], zones=None)
    network = replace(network, spokes=[shared], dns=replace(dns, shared_by=SharedBy.RESOLVER_RULES))
    to = AllowedConnection(source="dc1/servers", to="services", ports=["tcp/443"])
    out = AllowedConnection(source="services", to="dc1/servers", ports=["tcp/53", "udp/53"])
    web = replace(team.spokes[0], interface_endpoints=["ec2"])
    return replace(estate, environments=[network, replace(team, spokes=[web])], allowed_connections=[to, out])


CREATED_AGAIN: list[tuple[type[Renamable], str, set[str]]] = [
    (
        Spoke,
        "web",
        {
            "aws_cloudwatch_log_group",
            "aws_flow_log",
            "aws_route53_resolver_rule_association",
            "aws_security_group",
            "aws_vpc_security_group_ingress_rule",
        },
    ),
    (Segment, "apps", {"aws_iam_role", "aws_iam_role_policy"}),
    (VpnConnection, "dc1-01", {"aws_cloudwatch_log_group", "aws_cloudwatch_metric_alarm"}),
    (Site, "dc1", {"aws_cloudwatch_composite_alarm", "aws_network_acl_rule"}),
    (CustomerGateway, "dc1-01", set()),
]
"""What has the former name while `was` is there. docs/how-to/rename.md describes it."""


@pytest.mark.parametrize(("kind", "name", "types"), CREATED_AGAIN, ids=[kind.__name__ for kind, *_ in CREATED_AGAIN])
def test_what_is_created_again_without_was(kind: type[Renamable], name: str, types: set[str], tmp_path: Path) -> None:
    outputs = {
        "before": rich(),
        "renamed": renamed(rich(), kind, name, "other"),
        "removed": renamed(rich(), kind, name, "other", was=None),
    }
    for label, estate in outputs.items():
        write_output(tmp_path / label, synthesize(check(estate)))
    before, after, later = (read(tmp_path / label) for label in outputs)
    assert {one.action for one in resource_changes(before, after)} <= {ResourceAction.MOVE, ResourceAction.UPDATE}
    again = [one for one in resource_changes(after, later) if one.action is not ResourceAction.UPDATE]
    assert {one.type for one in again} == types
    assert {one.action for one in again} <= {ResourceAction.REPLACE}


def test_the_moved_blocks_are_in_files_of_their_own() -> None:
    """Checkov cannot parse a file with resources that holds a `moved` block."""
    files = synthesize(check(renamed(estate_of(REFERENCE), Spoke, "dev", "labs")))
    moved = {name: json.loads(text) for name, text in files.items() if "moved" in json.loads(text)}
    assert moved == {
        "stacks/dev/moved.tf.json": {
            "moved": [
                {"from": "module.resolution_dev", "to": "module.resolution_labs"},
                {"from": "module.spoke_dev", "to": "module.spoke_labs"},
            ]
        }
    }
    assert [name for name in files_of(REFERENCE) if name.endswith("moved.tf.json")] == []


def test_names_that_differ_in_dashes_only_move_nothing() -> None:
    """`a-b` and `a_b` are one Terraform name."""
    after = renamed(estate_of(REFERENCE), VpnConnection, "infra-dc1-01", "infra_dc1_01")
    assert [name for name in synthesize(check(after)) if name.endswith("moved.tf.json")] == []


def test_the_role_and_the_tag_of_a_segment_stay() -> None:
    """The role may change attachments with the tag, and may not change the tag."""
    after = renamed(estate_of(REFERENCE), Segment, "workloads", "apps")
    files = synthesize(check(after))
    hub = json.loads(files["stacks/network/modules/hub/main.tf.json"])["resource"]
    assert hub["aws_iam_role"]["join_apps"]["name"] == "infra-us-east-1-join-workloads"
    assert '"aws:ResourceTag/isthmus:segment": "workloads"' in json.dumps(
        json.loads(hub["aws_iam_role_policy"]["join_apps"]["policy"])
    )
    root = json.loads(files["stacks/prod/cdk.tf.json"])
    roles = [role["role_arn"] for one in root["provider"]["aws"] for role in one.get("assume_role", [])]
    assert any(role.endswith("/infra-us-east-1-join-workloads") for role in roles)
    spoke = json.loads(files["stacks/prod/modules/spoke_prod/main.tf.json"])["resource"]
    tags = [one["tags"] for one in spoke["aws_ec2_transit_gateway_vpc_attachment"].values()]
    assert {tag["isthmus:segment"] for tag in tags} == {"workloads"}
