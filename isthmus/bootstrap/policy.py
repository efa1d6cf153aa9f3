"""The permission policies of the roles that run Terraform: one that applies, and one that can only read."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from isthmus.bootstrap.iam_actions import GLOBAL, LINKED_ROLES, READS, WRITES
from isthmus.bootstrap.needs import AccountNeeds
from isthmus.errors import CannotAnswer
from isthmus.intent import Estate, S3Backend

Statement = Mapping[str, Any]

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST: Final = 6144
"""Characters of a managed policy. White space does not count, and there is none."""
MOST_POLICIES: Final = 10
"""Managed policies of a role, unless the quota was raised."""

_KEY_PREFIX: Final = "isthmus"
_FLOW_LOGS: Final = "vpc-flow-logs.amazonaws.com"
# Actions that AWS allows on all resources only, of services whose other actions are limited to names.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
_UNNAMED: Final = frozenset(
    {
        "kms:CreateKey",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:UpdateLogDelivery",
        "logs:PutResourcePolicy",
        "logs:DeleteResourcePolicy",
        "sns:SetSubscriptionAttributes",
        "sns:Unsubscribe",
    }
)


@dataclass(frozen=True, slots=True)
class Names:
    """The ARNs of what Terraform may change, of the services whose resources have names of the estate."""

    estate: Estate
    needs: AccountNeeds

    def of(self, service: str) -> tuple[str, ...]:
        """ARN patterns of a service; `*` for a service whose resources have ids."""
        partition, account, prefix = self.estate.partition, self.needs.account.id, self.estate.prefix
        region = "*" if len(self.needs.regions) > 1 else self.needs.regions[0]
        here = f"{region}:{account}"
        match service:
            case "iam":
                return (self.roles,)
            case "logs":
                return (f"arn:{partition}:logs:{here}:log-group:/{prefix}/*",)
            case "cloudwatch":
                # A dashboard has no Region: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
                return (
                    f"arn:{partition}:cloudwatch:{here}:alarm:{prefix}-*",
                    f"arn:{partition}:cloudwatch::{account}:dashboard/{prefix}-*",
                )
            case "sns":
                return (f"arn:{partition}:sns:{here}:{prefix}-*",)
            case "kms":
                return (f"arn:{partition}:kms:{here}:key/*", f"arn:{partition}:kms:{here}:alias/{prefix}-*")
            case "s3":
                return self.buckets
        return ("*",)

    @property
    def roles(self) -> str:
        """The roles that an output creates: `modules/provider.py:global_name`."""
        estate = self.estate
        return f"arn:{estate.partition}:iam::{self.needs.account.id}:role/{estate.prefix}-{estate.region}-*"

    @property
    def buckets(self) -> tuple[str, ...]:
        """The buckets that an output creates."""
        names = sorted(str(one.get("bucket")) for one in self.needs.resources if one.type == "aws_s3_bucket")
        return tuple(f"arn:{self.estate.partition}:s3:::{name}" for name in names) or ("*",)


def state_alias(estate: Estate) -> str:
    """The alias of the key of the states: `modules/state.py:key_alias`."""
    return f"alias/{estate.prefix}-terraform-state"


def apply_policies(estate: Estate, needs: AccountNeeds) -> tuple[str, ...]:
    """The policies of a deployment role, as JSON. Raises `CannotAnswer` if IAM cannot hold them."""
    _check_names(estate, needs)
    return _packed(
        needs,
        [
            *_reading(needs),
            *_writing(estate, needs),
            *_passing(estate, needs),
            *_linked_roles(estate, needs),
            *_assuming(needs.assumes),
            *_states(estate, needs, write=True),
        ],
    )


def plan_policies(estate: Estate, needs: AccountNeeds) -> tuple[str, ...]:
    """The policies of a role for plans, as JSON: it reads resources and states, and changes nothing."""
    return _packed(needs, [*_reading(needs), *_states(estate, needs, write=False)])


def assume_policy(arns: Iterable[str]) -> str:
    """The policy of a role that only assumes others."""
    return document(_assuming(tuple(sorted(arns))))


def document(statements: Iterable[Statement]) -> str:
    """A policy as compact JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def allow(sid: str, actions: Iterable[str], resources: Iterable[str], **conditions: Mapping[str, Any]) -> Statement:
    """An Allow statement. `conditions` by operator."""
    found: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(set(actions)),
        "Resource": sorted(set(resources)),
    }
    return {**found, "Condition": conditions} if conditions else found


def _reading(needs: AccountNeeds) -> Iterator[Statement]:
    """Terraform reads every resource before it changes one."""
    services = {_service(action) for action in _writes(needs)} | {"ec2"}
    yield allow("Read", (action for service in services for action in READS[service].split()), ["*"])


def _writing(estate: Estate, needs: AccountNeeds) -> Iterator[Statement]:
    """What creates, changes and destroys the resources: by name where the service has names, else by Region."""
    names = Names(estate, needs)
    by_service: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for action in _writes(needs):
        by_service[_service(action), action not in _UNNAMED].append(action)
    for (service, named), actions in sorted(by_service.items()):
        resources = names.of(service) if named else ("*",)
        conditions: dict[str, Mapping[str, Any]] = {}
        if service not in GLOBAL:
            conditions["StringEquals"] = {"aws:RequestedRegion": _one_or_many(needs.regions)}
        if service == "kms" and named and isinstance(estate.backend, S3Backend) and estate.backend.bootstrap:
            # Keys have ids. The key of the states is known by its alias.
            conditions["ForAllValues:StringNotEquals"] = {"kms:ResourceAliases": state_alias(estate)}
        yield allow(f"{_camel(service)}{'' if named else 'Unnamed'}", actions, resources, **conditions)


def _passing(estate: Estate, needs: AccountNeeds) -> Iterator[Statement]:
    """A flow log is given the role with which it writes.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    if "aws_flow_log" in needs.types:
        to = {"iam:PassedToService": _FLOW_LOGS}
        yield allow("PassFlowLogsRole", ["iam:PassRole"], [Names(estate, needs).roles], StringEquals=to)


def _linked_roles(estate: Estate, needs: AccountNeeds) -> Iterator[Statement]:
    services = sorted({LINKED_ROLES[kind] for kind in needs.types & LINKED_ROLES.keys()})
    if services:
        start = f"arn:{estate.partition}:iam::{needs.account.id}:role/aws-service-role"
        yield allow(
            "CreateServiceLinkedRoles",
            ["iam:CreateServiceLinkedRole"],
            [f"{start}/{service}/*" for service in services],
            StringEquals={"iam:AWSServiceName": _one_or_many(services)},
        )


def _assuming(arns: Sequence[str]) -> Iterator[Statement]:
    if arns:
        yield allow("AssumeRoles", ["sts:AssumeRole", "sts:TagSession"], arns)


def _states(estate: Estate, needs: AccountNeeds, *, write: bool) -> Iterator[Statement]:
    """https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required"""
    backend = estate.backend
    if not isinstance(backend, S3Backend):
        return
    bucket = f"arn:{estate.partition}:s3:::{backend.bucket}"
    states = f"{bucket}/{_KEY_PREFIX}/{estate.name}"
    own = f"{states}/{needs.account.id}/*"
    region, owner = backend.region or estate.region, estate.account(backend.account).id
    keys = f"arn:{estate.partition}:kms:{region}:{owner}:key/*"
    # The id of the key is not known here, and it can be in another account. S3 uses it for objects of this bucket.
    # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    through = {"kms:ViaService": f"s3.{region}.amazonaws.com"}
    yield allow("ListStates", ["s3:ListBucket"], [bucket])
    yield allow("ReadStates", ["s3:GetObject"], [f"{states}/*"])
    actions = ["kms:Decrypt"]
    if write:
        yield allow("WriteStates", ["s3:PutObject"], [own])
        yield allow("UnlockStates", ["s3:DeleteObject"], [f"{own}.tflock"])
        actions.append("kms:GenerateDataKey")
    yield allow("UseStateKey", actions, [keys], StringEquals=through)


def _check_names(estate: Estate, needs: AccountNeeds) -> None:
    """Refuse resources outside the names of the policy, and a deployment role that could change itself."""
    own = f"{estate.prefix}-{estate.region}-"
    starts = {
        "aws_cloudwatch_composite_alarm": ("alarm_name", f"{estate.prefix}-"),
        "aws_cloudwatch_dashboard": ("dashboard_name", f"{estate.prefix}-"),
        "aws_cloudwatch_log_group": ("name", f"/{estate.prefix}/"),
        "aws_cloudwatch_metric_alarm": ("alarm_name", f"{estate.prefix}-"),
        "aws_iam_role": ("name", own),
        "aws_kms_alias": ("name", f"alias/{estate.prefix}-"),
        "aws_sns_topic": ("name", f"{estate.prefix}-"),
    }
    for resource in needs.resources:
        argument, start = starts.get(resource.type, ("", ""))
        name = resource.get(argument) if argument else ""
        if not (isinstance(name, str) and name.startswith(start)):
            raise CannotAnswer(
                f"{resource.address}: {argument} is {name!s}, which does not start with {start}\n"
                f"  write: a name that starts with {start}, or synthesize again\n"
                "  why:   the deployment role may change names with this start only"
            )
    if needs.role is not None and needs.role.startswith(own):
        raise CannotAnswer(
            f'the deployment role is "{needs.role}", and the roles that it creates start with {own} too\n'
            '  write: another name: Organization(deployment_role="isthmus-deploy")\n'
            "  why:   it could change its own permissions"
        )


def _packed(needs: AccountNeeds, statements: Iterable[Statement]) -> tuple[str, ...]:
    """The statements in as few policies as hold them, in order. A statement that is too long is split by actions."""
    policies: list[list[Statement]] = [[]]
    for statement in (part for whole in statements for part in _short(whole)):
        if policies[-1] and len(document([*policies[-1], statement])) > LONGEST:
            policies.append([])
        policies[-1].append(statement)
    if len(policies) > MOST_POLICIES:
        raise CannotAnswer(
            f"the deployment role of account {needs.account.name} needs {len(policies)} policies, and a role has "
            f"{MOST_POLICIES} at most\n"
            "  write: fewer kinds of resources in this account: move environments to other accounts\n"
            "  why:   https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
        )
    return tuple(document(policy) for policy in policies)


def _short(statement: Statement) -> Iterator[Statement]:
    if len(document([statement])) <= LONGEST:
        yield statement
        return
    key = max(("Action", "Resource"), key=lambda part: len(json.dumps(statement[part])))
    values = statement[key]
    if len(values) == 1:
        raise CannotAnswer(f"the statement {statement['Sid']} is longer than a policy can be: {LONGEST} characters")
    half = len(values) // 2
    for number, part in enumerate((values[:half], values[half:]), start=1):
        yield from _short({**statement, "Sid": f"{statement['Sid']}{number}", key: part})


def _writes(needs: AccountNeeds) -> frozenset[str]:
    return frozenset(action for kind in needs.types for action in WRITES[kind].split())


def _service(action: str) -> str:
    return action.partition(":")[0]


def _camel(service: str) -> str:
    return re.sub(r"(?:^|-)(\w)", lambda found: found[1].upper(), service)


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
