"""The operations of AWS that the AWS provider called for each resource type, and the requests that IAM decides about.

`operations.json` was read from the provider's debug log, while `tests/terraform/moto` applied, planned and destroyed
the examples: a line names the operation and the resource type that caused it. `test_moto.py` records it again.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from isthmus.bootstrap.needs import AccountNeeds
from isthmus.intent import Estate
from tests.iam.evaluator import Request

# The IAM prefix of each service, by the provider's name of it. Each of these operations is an action of the same name.
SERVICES = {
    "CloudWatch": "cloudwatch",
    "CloudWatch Logs": "logs",
    "EC2": "ec2",
    "IAM": "iam",
    "KMS": "kms",
    "Network Firewall": "network-firewall",
    "NetworkManager": "networkmanager",
    "RAM": "ram",
    "Route 53": "route53",
    "Route53Resolver": "route53resolver",
    "SNS": "sns",
}
_METHOD = re.compile(r"rpc\.method=(\w+)")
_SERVICE = re.compile(r'rpc\.service=(?:"([^"]+)"|(\S+))')
_TYPE = re.compile(r"tf_resource_type=(aws_\w+)")


def recorded() -> Mapping[str, list[str]]:
    """The operations of each type, as IAM actions."""
    found: dict[str, list[str]] = json.loads(Path(__file__).with_name("operations.json").read_text())
    return found


def in_log(lines: Iterable[str]) -> Mapping[str, set[str]]:
    """The operations of each type in a debug log."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        method, service, kind = _METHOD.search(line), _SERVICE.search(line), _TYPE.search(line)
        if method and service and kind:
            found[kind[1]].add(f"{SERVICES[service[1] or service[2]]}:{method[1]}")
    return found


def is_read(action: str) -> bool:
    """Whether an operation changes nothing, by its name."""
    return action.partition(":")[2].startswith(("Describe", "Get", "List", "Search"))


def requests(estate: Estate, needs: AccountNeeds) -> Iterator[Request]:
    """What Terraform asks for in an account: every recorded operation, on the resources that it is for. Each once."""
    found = {(each.action, each.resource): each for each in _requests(estate, needs)}
    yield from found.values()


def _requests(estate: Estate, needs: AccountNeeds) -> Iterator[Request]:
    for resource in needs.resources:
        for action in recorded().get(resource.type, ()):
            context = {"aws:RequestedRegion": resource.region or ""}
            if action == "ec2:CreateFlowLogs":
                role = (
                    f"arn:{estate.partition}:iam::{needs.account.id}:role/{estate.prefix}-{estate.region}-flow-logs-x"
                )
                yield Request("iam:PassRole", role, {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"})
            yield Request(action, _arn(estate, needs, resource.type, action, dict(resource.values)), context)


def _arn(estate: Estate, needs: AccountNeeds, kind: str, action: str, values: Mapping[str, object]) -> str:
    """The ARN that AWS compares with the policy; `*` for a service or an operation without named resources."""
    start, here = f"arn:{estate.partition}", f"{estate.region}:{needs.account.id}"
    named = {
        "aws_cloudwatch_composite_alarm": f"{start}:cloudwatch:{here}:alarm:{values.get('alarm_name')}",
        "aws_cloudwatch_dashboard": f"{start}:cloudwatch::{needs.account.id}:dashboard/{values.get('dashboard_name')}",
        "aws_cloudwatch_log_group": f"{start}:logs:{here}:log-group:{values.get('name')}:*",
        "aws_cloudwatch_metric_alarm": f"{start}:cloudwatch:{here}:alarm:{values.get('alarm_name')}",
        "aws_iam_role": f"{start}:iam::{needs.account.id}:role/{values.get('name')}",
        "aws_iam_role_policy": f"{start}:iam::{needs.account.id}:role/{estate.prefix}-{estate.region}-flow-logs-x",
        "aws_kms_alias": f"{start}:kms:{here}:{values.get('name')}",
        "aws_kms_key": f"{start}:kms:{here}:key/1234",
        "aws_sns_topic": f"{start}:sns:{here}:{values.get('name')}",
        "aws_sns_topic_policy": f"{start}:sns:{here}:{estate.prefix}-network-alarms",
        "aws_sns_topic_subscription": f"{start}:sns:{here}:{estate.prefix}-network-alarms",
    }
    everywhere = is_read(action) or action in ("kms:CreateKey", "sns:Unsubscribe", "sns:SetSubscriptionAttributes")
    return "*" if everywhere else named.get(kind, "*")
