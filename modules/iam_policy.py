"""IAM policy documents as JSON text, and the conditions that allow only the roles that run Terraform."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.intent import Estate
from isthmus.intent.model import name_of

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


def document(*statements: Mapping[str, Any]) -> str:
    """A policy of these statements, as compact JSON with sorted keys."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True, separators=(",", ":"))


def allow(
    sid: str,
    *,
    actions: Sequence[str],
    resources: Sequence[str] = (),
    principal: Mapping[str, str | Sequence[str]] | None = None,
    conditions: Conditions | None = None,
) -> dict[str, Any]:
    """An Allow statement. A trust policy has no resources, and an identity policy has no principal."""
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
    """The AWS partition of the estate: `aws`, `aws-us-gov` or `aws-cn`."""
    return estate.partition


def organization_id(estate: Estate) -> str:
    """The organization's id, `o-...`. Raises `LookupError` for an estate without an organization."""
    if estate.organization is None:
        raise LookupError("the estate has one account, and no organization")
    return estate.organization.arn.rsplit("/", 1)[1]


def inside(estate: Estate, whose: str) -> Conditions:
    """The condition that the `Principal` or the `Resource` of a request is in the organization, or in the one account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalaccount
    """
    if estate.organization is None:
        return {"StringEquals": {f"aws:{whose}Account": estate.all_accounts[0].id}}
    return {"StringEquals": {f"aws:{whose}OrgID": organization_id(estate)}}


def dns_suffix(estate: Estate) -> str:
    """The DNS suffix of the partition: for endpoints, and for regional service principals.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/service_principal
    """
    return "amazonaws.com.cn" if organization_partition(estate) == "aws-cn" else "amazonaws.com"


def deployment_roles(estate: Estate) -> dict[str, dict[str, str | Sequence[str]]]:
    """Conditions that allow only the roles, by name, that run Terraform in the organization's accounts.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid
    """
    return _only(estate, _deployer_arns(estate))


def each_deployment_role(estate: Estate) -> list[dict[str, dict[str, str | Sequence[str]]]]:
    """The conditions of `deployment_roles`, for each role by itself.

    Checkov's CKV_AWS_70 fails at a bucket policy with several ARNs in one condition.
    """
    return [_only(estate, [arn]) for arn in _deployer_arns(estate)]


def _deployer_arns(estate: Estate) -> list[str]:
    arns = [f"arn:{organization_partition(estate)}:iam::*:role/{name}" for name in estate.deployers]
    if not arns:
        raise ValueError(
            "expected a role that runs Terraform: the rule deployers-missing refuses an estate without one"
        )
    return arns


def _only(estate: Estate, arns: Sequence[str]) -> dict[str, dict[str, str | Sequence[str]]]:
    return {
        "StringEquals": {"aws:PrincipalOrgID": organization_id(estate)},
        "ArnLike": {"aws:PrincipalArn": _one_or_many(arns)},
    }


def trust_policy(estate: Estate, principals: Sequence[object]) -> str:
    """A trust policy for the roles that run Terraform in these organizational units and accounts."""
    units = {unit.name: unit.arn.rsplit("/", 1)[1] for unit in estate.units}
    names = sorted(name_of(principal) for principal in principals)
    conditions = deployment_roles(estate)
    statements = []
    if paths := [f"{organization_id(estate)}/*/{units[name]}/*" for name in names if name in units]:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths
        within: Conditions = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": paths}}
        statements.append(_may_assume("OrganizationalUnits", {**conditions, **within}))
    if ids := [estate.account(name).id for name in names if name not in units]:
        equal = {**conditions["StringEquals"], "aws:PrincipalAccount": ids}
        statements.append(_may_assume("Accounts", {**conditions, "StringEquals": equal}))
    if not statements:
        raise ValueError("expected units or accounts that may assume the role, got none")
    return document(*statements)


def _may_assume(sid: str, conditions: Conditions) -> dict[str, Any]:
    return allow(sid, principal={"AWS": "*"}, actions=["sts:AssumeRole", "sts:TagSession"], conditions=conditions)


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
