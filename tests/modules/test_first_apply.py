"""A first apply of all roots in a row: what another root waits for is old enough when it is used.

Roles take 10 to 30 seconds until they can be assumed (https://github.com/hashicorp/terraform-provider-aws/issues/6566),
and shared resources seconds until another account sees them. Nothing waits for that; making other things takes longer.
"""

import json
import re

import pytest

from tests.modules.inventory import EXAMPLES, modules_of, resources_of
from tests.modules.synthesized import files_of

REFERENCE = re.compile(r"\$\{(?:aws_\w+\.|var\.)")


@pytest.mark.parametrize("example", EXAMPLES)
def test_roles_for_other_roots_are_made_first(example: str) -> None:
    """They refer to nothing, so Terraform makes them while it waits for the gateway, which takes minutes."""
    files = files_of(example)
    roles = {address: role for address, role in resources_of(files).items() if "/aws_iam_role." in address}
    assumed = {
        role["role_arn"].rpartition("/")[2]
        for place, document in modules_of(files).items()
        for provider in document.get("provider", {}).get("aws", [])
        for role in provider.get("assume_role", [])
        if provider.get("alias") and "/" not in place
    } - {"isthmus-deploy"}
    there = {role["name"]: role for role in roles.values()}
    assert assumed <= there.keys()
    assert [name for name in sorted(assumed) if REFERENCE.search(json.dumps(there[name]))] == []
    if example == "environments.estate":
        assert assumed, "or nothing is checked"


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_other_accounts_own_is_used_after_a_vpc_was_made(example: str) -> None:
    """What acts in another account needs an id that this root makes; an attachment needs the VPC and its subnets."""
    resources = resources_of(files_of(example))
    elsewhere = {address: arguments for address, arguments in resources.items() if "provider" in arguments}
    early = [
        address
        for address, arguments in elsewhere.items()
        if not re.search(r"_attachment(_accepter)?\.|\$\{var\.vpc_id\}|_authorization\.", json.dumps(arguments))
    ]
    assert early == []
    attachments = [a for address, a in resources.items() if "/aws_ec2_transit_gateway_vpc_attachment." in address]
    assert attachments or example == "examples.stage_1_dev_only"
    assert all("aws_vpc.this" in a["vpc_id"] and all("aws_subnet." in s for s in a["subnet_ids"]) for a in attachments)
