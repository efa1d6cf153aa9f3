"""IAM policy documents as JSON text, and the conditions that admit the organization and nobody else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.intent import Estate

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


def document(*statements: Mapping[str, Any]) -> str:
    """A policy of these statements, compact and with sorted keys, as AWS keeps it."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True, separators=(",", ":"))


def allow(
    sid: str,
    *,
    actions: Sequence[str],
    resources: Sequence[str] = (),
    principal: Mapping[str, str | Sequence[str]] | None = None,
    conditions: Conditions | None = None,
) -> dict[str, Any]:
    """An Allow statement. Trust policies name no resources, identity policies no principal."""
    return _statement("Allow", sid, actions, resources, principal, conditions)


def deny(
    sid: str,
    *,
    actions: Sequence[str],
    resources: Sequence[str],
    principal: Mapping[str, str | Sequence[str]],
    conditions: Conditions,
) -> dict[str, Any]:
    """A Deny statement of a resource policy."""
    return _statement("Deny", sid, actions, resources, principal, conditions)


def organization_partition(estate: Estate) -> str:
    """The partition the estate lives in: `aws`, `aws-us-gov` or `aws-cn`."""
    return estate.organization.arn.split(":")[1]


def organization_id(estate: Estate) -> str:
    """The organization's id, `o-...`."""
    return estate.organization.arn.rsplit("/", 1)[1]


def dns_suffix(estate: Estate) -> str:
    """What the names of a partition's endpoints end in, and its principals of services in one Region.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/service_principal
    """
    return "amazonaws.com.cn" if organization_partition(estate) == "aws-cn" else "amazonaws.com"


def deployment_roles(estate: Estate) -> dict[str, dict[str, str | Sequence[str]]]:
    """Conditions that admit the deployment roles of the organization's accounts, and nobody outside it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid
    """
    conditions: dict[str, dict[str, str | Sequence[str]]] = {
        "StringEquals": {"aws:PrincipalOrgID": organization_id(estate)}
    }
    if role := estate.organization.deployment_role:
        conditions["ArnLike"] = {"aws:PrincipalArn": f"arn:{organization_partition(estate)}:iam::*:role/{role}"}
    return conditions


def _statement(
    effect: str,
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    principal: Mapping[str, str | Sequence[str]] | None,
    conditions: Conditions | None,
) -> dict[str, Any]:
    parts: dict[str, Any] = {"Sid": sid, "Effect": effect, "Action": _one_or_many(actions)}
    if resources:
        parts["Resource"] = _one_or_many(resources)
    if principal is not None:
        parts["Principal"] = principal
    if conditions:
        parts["Condition"] = conditions
    return parts


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
