"""The bucket of the states and its key, with the policies of both.

Deployment roles read all states, because a root module reads outputs of other accounts, and write those of their own
account. Roles for plans read only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.bootstrap.policy import state_alias
from isthmus.intent import Account, Estate, S3Backend

KEEP_DAYS, KEEP_VERSIONS = 365, 20
"""A noncurrent version is kept for a year, and longer while it is one of the last twenty."""
UPLOAD_DAYS = 7


@dataclass(frozen=True, slots=True)
class StateBucket:
    """A bucket and its key. `bucket_policy` and `key_policy` are JSON. The backends refer to the key by `alias`."""

    account: Account
    name: str
    alias: str
    bucket_policy: str
    key_policy: str
    description: str


def state_bucket(estate: Estate, backend: S3Backend, readers: Sequence[str]) -> StateBucket:
    """The bucket of an estate. `readers` are the names of the roles for plans and applies."""
    account = estate.account(backend.account)
    return StateBucket(
        account,
        backend.bucket,
        state_alias(estate),
        _policy(_bucket_statements(estate, backend, readers)),
        _policy(_key_statements(estate, account, readers)),
        f"Terraform states of {estate.name}",
    )


def _bucket_statements(estate: Estate, backend: S3Backend, readers: Sequence[str]) -> list[Mapping[str, Any]]:
    bucket = f"arn:{estate.partition}:s3:::{backend.bucket}"
    everything = [bucket, f"{bucket}/*"]
    found: list[Mapping[str, Any]] = [
        {
            "Sid": "OnlyTls",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "s3:*",
            "Resource": everything,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    # In one account, the identity policies of the roles suffice.
    if estate.organization is None:
        return found
    states = f"{bucket}/isthmus/{estate.name}"
    own = f"{states}/${{aws:PrincipalAccount}}/*"  # an IAM policy variable
    for number, role in enumerate(readers, start=1):
        who = _named(estate, role)
        found += [
            _allow(f"List{number}", "s3:ListBucket", bucket, who),
            _allow(f"Read{number}", "s3:GetObject", f"{states}/*", who),
        ]
        if role in estate.deployers:
            found += [
                _allow(f"WriteOwn{number}", "s3:PutObject", own, who),
                # The lock object is the only object that Terraform deletes.
                _allow(f"Unlock{number}", "s3:DeleteObject", f"{own}.tflock", who),
            ]
    return found


def _key_statements(estate: Estate, account: Account, readers: Sequence[str]) -> list[Mapping[str, Any]]:
    root = f"arn:{estate.partition}:iam::{account.id}:root"
    found: list[Mapping[str, Any]] = [
        {
            "Sid": "AccountAdministersKey",
            "Effect": "Allow",
            "Principal": {"AWS": root},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]
    if estate.organization is None:
        return found
    for number, role in enumerate(readers, start=1):
        actions = ["kms:Decrypt", "kms:DescribeKey", *(["kms:GenerateDataKey"] if role in estate.deployers else [])]
        found.append(_allow(f"UseKey{number}", actions, "*", _named(estate, role)))
    return found


def _named(estate: Estate, role: str) -> dict[str, dict[str, Any]]:
    """The condition for the roles of a name in the organization's accounts.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid
    """
    assert estate.organization is not None
    organization = estate.organization.arn.rsplit("/", 1)[1]
    arn = f"arn:{estate.partition}:iam::*:role/{role}"
    return {"StringEquals": {"aws:PrincipalOrgID": organization}, "ArnLike": {"aws:PrincipalArn": arn}}


def _allow(sid: str, actions: str | Sequence[str], resource: str, conditions: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": actions,
        "Resource": resource,
        "Condition": conditions,
    }


def _policy(statements: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
