"""An estate with `was` gives the Terraform of the estate before, at new addresses: nothing is replaced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isthmus.changes import ResourceAction, resource_changes
from isthmus.intent import Segment, Spoke, VpnConnection, check
from isthmus.intent.former_names import renamable
from isthmus.terraform import read
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.intent.renaming import renamed
from tests.modules.inventory import EXAMPLES
from tests.modules.synthesized import estate_of, files_of

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
