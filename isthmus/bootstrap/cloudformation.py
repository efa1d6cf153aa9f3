"""One CloudFormation template for all accounts, for a StackSet.

Each account finds itself in a mapping by its id. Every role is one resource of the template, whatever the account, so
that a stack keeps its resources when accounts come and go: CloudFormation would not move a named role from one logical
id to another.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from isthmus.bootstrap.prepared_accounts import Bootstrap, PreparedAccount, Role
from isthmus.bootstrap.state_bucket import KEEP_DAYS, KEEP_VERSIONS, UPLOAD_DAYS, StateBucket

_ACCOUNT: Final = {"Ref": "AWS::AccountId"}
_LOGICAL: Final = {"deploy": "Deployment", "plan": "Plan", "sign_in": "SignIn", "plan_sign_in": "PlanSignIn"}
_KEEP: Final = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
LARGEST: Final = 1_000_000
"""Bytes of a template in S3: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html."""


def cloudformation(bootstrap: Bootstrap) -> dict[str, Any]:
    """The template. Stacks of it run in one Region: the Region of the bucket."""
    groups = _groups(bootstrap.accounts)
    template: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Isthmus, estate {bootstrap.estate.name}: roles and states of Terraform. Generated: edits are "
        f"lost. Run it in {bootstrap.region} only.",
        "Mappings": {
            "Accounts": {one.account.id: {"Group": str(groups[one.account.id])} for one in bootstrap.accounts}
        },
        "Conditions": {},
        "Resources": {},
        "Outputs": {},
    }
    for number in sorted(set(groups.values())):
        template["Conditions"][f"Group{number}"] = {
            "Fn::Equals": [{"Fn::FindInMap": ["Accounts", _ACCOUNT, "Group"]}, str(number)]
        }
    members = {groups[one.account.id]: one for one in reversed(bootstrap.accounts)}
    for kind, logical in _LOGICAL.items():
        roles = {number: _kind(one, kind) for number, one in sorted(members.items())}
        found = {number: (role, members[number]) for number, role in roles.items() if role is not None}
        if found:
            _add_roles(template, logical, found)
    for one in bootstrap.accounts:
        if one.oidc is not None:
            _add(
                template,
                "OidcProvider",
                f"Group{groups[one.account.id]}",
                {
                    "Type": "AWS::IAM::OIDCProvider",
                    "Properties": {"Url": f"https://{one.oidc.host}", "ClientIdList": [one.oidc.audience]},
                },
            )
        if one.states is not None:
            _add_states(template, one.states, f"Group{groups[one.account.id]}")
    return {section: content for section, content in template.items() if content}


def _groups(accounts: Sequence[PreparedAccount]) -> dict[str, int]:
    """The number of each account's group: accounts of one group need the same, each in itself."""
    numbers: dict[str, int] = {}
    found = {}
    for one in accounts:
        roles = [
            [role.kind, role.name, *(_own(text, one) for text in (role.trust, *role.policies))] for role in one.roles
        ]
        alone = one.account.id if one.oidc is not None or one.states is not None else ""
        found[one.account.id] = numbers.setdefault(json.dumps([roles, alone]), len(numbers) + 1)
    return found


def _own(text: str, one: PreparedAccount) -> str:
    return text.replace(f":{one.account.id}:", ":${AWS::AccountId}:")


def _kind(one: PreparedAccount, kind: str) -> Role | None:
    return next((role for role in one.roles if role.kind == kind), None)


def _add_roles(template: dict[str, Any], logical: str, found: Mapping[int, tuple[Role, PreparedAccount]]) -> None:
    """A role of one kind, and its policies. What differs by account is chosen by the group of the account."""
    anywhere = _condition(template, f"Has{logical}", found)
    most = max(len(role.policies) for role, _ in found.values())
    arns: list[Any] = []
    for place in range(most):
        having = {number: pair for number, pair in found.items() if place < len(pair[0].policies)}
        condition = anywhere if len(having) == len(found) else _condition(template, f"Has{logical}{place + 1}", having)
        name = f"{logical}Policy{place + 1}"
        _add(
            template,
            name,
            condition,
            {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "ManagedPolicyName": _chosen({n: f"{r.short_name}-{place + 1}" for n, (r, _) in having.items()}),
                    "Description": _chosen({n: r.description for n, (r, _) in having.items()}),
                    "PolicyDocument": _chosen({n: _policy(r.policies[place], a) for n, (r, a) in having.items()}),
                },
            },
        )
        reference = {"Ref": name}
        arns.append(reference if condition == anywhere else {"Fn::If": [condition, reference, {"Ref": "AWS::NoValue"}]})
    paths = {n: r.path for n, (r, _) in found.items()}
    _add(
        template,
        f"{logical}Role",
        anywhere,
        {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": _chosen({n: r.short_name for n, (r, _) in found.items()}),
                **({"Path": _chosen(paths)} if set(paths.values()) != {"/"} else {}),
                "Description": _chosen({n: r.description for n, (r, _) in found.items()}),
                "AssumeRolePolicyDocument": _chosen({n: _policy(r.trust, a) for n, (r, a) in found.items()}),
                "ManagedPolicyArns": arns,
            },
        },
    )
    template["Outputs"][f"{logical}RoleArn"] = {
        "Condition": anywhere,
        "Value": {"Fn::GetAtt": [f"{logical}Role", "Arn"]},
    }


def _condition(template: dict[str, Any], name: str, groups: Mapping[int, Any]) -> str:
    """A condition that holds in some groups. `Fn::Or` takes at most ten, so more are nested."""
    names = [f"Group{number}" for number in sorted(groups)]
    if len(names) == 1:
        return names[0]
    template["Conditions"][name] = _any_of([{"Condition": each} for each in names])
    return name


def _any_of(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    while len(conditions) > 1:
        conditions = [
            {"Fn::Or": conditions[at : at + 10]} if len(conditions[at : at + 10]) > 1 else conditions[at]
            for at in range(0, len(conditions), 10)
        ]
    return conditions[0]


def _chosen(values: Mapping[int, Any]) -> Any:
    """The value of the account's group. Equal values need no choice."""
    different = list({json.dumps(value, sort_keys=True): value for value in values.values()}.values())
    chosen = different[-1]
    for value in reversed(different[:-1]):
        numbers = [number for number, each in values.items() if each == value]
        for number in numbers:
            chosen = {"Fn::If": [f"Group{number}", value, chosen]}
    return chosen


def _policy(text: str, one: PreparedAccount) -> Any:
    """A policy document in which the account's own id is that of the stack."""
    return _with_stack_account(json.loads(text), f":{one.account.id}:")


def _with_stack_account(value: Any, own: str) -> Any:
    if isinstance(value, dict):
        return {key: _with_stack_account(part, own) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_stack_account(part, own) for part in value]
    if isinstance(value, str) and own in value:
        return {"Fn::Sub": value.replace("${", "${!").replace(own, ":${AWS::AccountId}:")}
    return value


def _add_states(template: dict[str, Any], states: StateBucket, condition: str) -> None:
    """The bucket, its key and their policies. They stay when the stack goes: states are not recreated."""
    _add(
        template,
        "StateKey",
        condition,
        {
            "Type": "AWS::KMS::Key",
            **_KEEP,
            "Properties": {
                "Description": states.description,
                "EnableKeyRotation": True,
                "PendingWindowInDays": 30,
                "KeyPolicy": json.loads(states.key_policy),
            },
        },
    )
    _add(
        template,
        "StateKeyAlias",
        condition,
        {
            "Type": "AWS::KMS::Alias",
            **_KEEP,
            "Properties": {"AliasName": states.alias, "TargetKeyId": {"Ref": "StateKey"}},
        },
    )
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["StateKey", "Arn"]}}
    _add(
        template,
        "StateBucket",
        condition,
        {
            "Type": "AWS::S3::Bucket",
            **_KEEP,
            "Properties": {
                "BucketName": states.name,
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [
                        {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": encryption}
                    ]
                },
                "LifecycleConfiguration": {"Rules": [_old_versions()]},
                "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": True,
                    "BlockPublicPolicy": True,
                    "IgnorePublicAcls": True,
                    "RestrictPublicBuckets": True,
                },
                "VersioningConfiguration": {"Status": "Enabled"},
            },
        },
    )
    _add(
        template,
        "StateBucketPolicy",
        condition,
        {
            "Type": "AWS::S3::BucketPolicy",
            **_KEEP,
            "Properties": {"Bucket": {"Ref": "StateBucket"}, "PolicyDocument": json.loads(states.bucket_policy)},
        },
    )


def _old_versions() -> dict[str, Any]:
    """Old versions and delete markers expire. Each run creates and deletes a lock object, which leaves one of each."""
    return {
        "Id": "old-versions",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UPLOAD_DAYS},
        "ExpiredObjectDeleteMarker": True,
        "NoncurrentVersionExpiration": {"NewerNoncurrentVersions": KEEP_VERSIONS, "NoncurrentDays": KEEP_DAYS},
    }


def _add(template: dict[str, Any], name: str, condition: str, resource: dict[str, Any]) -> None:
    kind = resource.pop("Type")
    template["Resources"][name] = {"Type": kind, "Condition": condition, **resource}
