"""The table of IAM actions: complete, in AWS's own list, and wide enough for what the AWS provider does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from policy_sentry.querying.actions import get_action_data
from policy_sentry.querying.all import get_all_actions

import modules.bindings
from isthmus.bootstrap.iam_actions import LINKED_ROLES, READS, WRITES
from tests.bootstrap.operations import in_log, is_read, recorded

# Actions that are newer than the list in policy_sentry.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsnetworkfirewall.html
NEWER = {
    "network-firewall:AcceptNetworkFirewallTransitGatewayAttachment",
    "network-firewall:AssociateAvailabilityZones",
    "network-firewall:DeleteNetworkFirewallTransitGatewayAttachment",
    "network-firewall:DisassociateAvailabilityZones",
    "network-firewall:UpdateAvailabilityZoneChangeProtection",
}
# Elastic Load Balancing calls EC2 with the permissions of its caller. The debug log of the provider does not name that.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ElasticLoadBalancingFullAccess.html
BY_THE_SERVICE = {
    "aws_lb": [
        "ec2:DescribeAccountAttributes",
        "ec2:DescribeAddresses",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ec2:GetSecurityGroupsForVpc",
    ],
}
WRITTEN = {action for actions in WRITES.values() for action in actions.split()}
READ = {action for actions in READS.values() for action in actions.split()}


def generated_types() -> set[str]:
    """Every resource type that the modules can generate."""
    text = Path(modules.bindings.__file__).with_name("described.json").read_text()
    return set(re.findall(r'"terraform": "(aws_\w+)"', text))


def level(action: str) -> str:
    """AWS's access level of an action."""
    service, _, name = action.partition(":")
    found = get_action_data(service, name)
    assert isinstance(found, dict), action
    return str(found[service][0]["access_level"])


def missing(operations: Mapping[str, list[str]], writes: Mapping[str, str]) -> list[str]:
    """The recorded operations that the tables do not allow."""
    return [
        f"{kind}: {action}"
        for kind, actions in operations.items()
        for action in actions
        if not any(
            fnmatchcase(action.lower(), allowed.lower())
            for allowed in [*writes.get(kind, "").split(), *(READ if is_read(action) else ())]
        )
    ]


def test_every_generated_type_is_in_the_table() -> None:
    assert len(generated_types()) > 70
    assert generated_types() - WRITES.keys() == set()
    assert LINKED_ROLES.keys() <= WRITES.keys()


def test_every_action_is_one_of_aws() -> None:
    known = {action.lower() for action in get_all_actions()}
    assert {action for action in WRITTEN if action.lower() not in known} == NEWER
    assert not [action for action in READ if not any(fnmatchcase(one, action.lower()) for one in known)]


def test_every_service_can_be_read() -> None:
    assert {action.partition(":")[0] for action in WRITTEN} == READS.keys()


def test_what_plans_read_changes_nothing() -> None:
    known = sorted(get_all_actions())
    read = [one for one in known if any(fnmatchcase(one.lower(), action.lower()) for action in READ)]
    assert len(read) > 200
    assert {one: level(one) for one in read if level(one) not in ("Read", "List")} == {}


def test_the_other_actions_change_something() -> None:
    assert {one for one in WRITTEN - NEWER if level(one) in ("Read", "List")} == set()


def test_the_table_allows_what_the_provider_did() -> None:
    assert len(recorded()) > 40
    assert missing(recorded(), WRITES) == []


def test_the_table_allows_what_a_service_does_for_its_caller() -> None:
    reads = {kind: {one.partition(":")[0] for one in WRITES[kind].split()} | {"ec2"} for kind in BY_THE_SERVICE}
    for kind, actions in BY_THE_SERVICE.items():
        allowed = [action for service in reads[kind] for action in READS[service].split()]
        assert [one for one in actions if not any(fnmatchcase(one, each) for each in allowed)] == []


@pytest.mark.parametrize(("kind", "action"), [("aws_vpc", "ec2:CreateVpc"), ("aws_kms_key", "kms:EnableKeyRotation")])
def test_an_action_that_is_forgotten_is_found(kind: str, action: str) -> None:
    assert missing(recorded(), {**WRITES, kind: WRITES[kind].replace(action, "")}) == [f"{kind}: {action}"]


def test_operations_are_read_from_a_log() -> None:
    line = (
        'DEBUG: setting endpoint: rpc.service="CloudWatch Logs" tf_resource_type=aws_cloudwatch_log_group rpc.method='
    )
    assert in_log([f"{line}CreateLogGroup", "something else"]) == {"aws_cloudwatch_log_group": {"logs:CreateLogGroup"}}
