from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from isthmus_policy import Block, ResourcePolicy, as_list, condition_keys, statements

_ROOT = re.compile(r"\d{12}|arn:aws[\w-]*:iam::\d{12}:root")
# Conditions that name who asks, or the AWS service or network that asks for them.
_NAMED = {
    "aws:principalarn",
    "aws:principaltag",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "kms:viaservice",
}


class AdmitsNamedRoles(ResourcePolicy):
    """`*` with a condition on the organization or the account alone admits every user and role in it: a person who may
    only read, a function, a build job. Within one account, a resource policy alone grants access.

    Name the roles with `ArnLike` on `aws:PrincipalArn`, or as principals.
    """

    id = "CKV_ISTHMUS_60"
    rating = "HIGH"
    info = "A role, bucket or key is not open to every principal of an account or organization"
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
    resources = ("aws_iam_role", "aws_s3_bucket_policy", "aws_kms_key", "aws_kms_key_policy", "aws_kms_replica_key")

    def problems(self, block: Block) -> Iterator[str]:
        role = block.type == "aws_iam_role"
        argument = "assume_role_policy" if role else "policy"
        document = block.policy(argument)
        if document is None:
            if block.has(argument):
                yield f"its {argument} cannot be read"
            return
        for statement in statements(document):
            if _admits_all(statement, roots=role) and not _named(statement):
                yield f"statement {statement.get('Sid', '')!r} admits every principal that its conditions fit"


def _admits_all(statement: dict[str, Any], *, roots: bool) -> bool:
    """Whether a statement allows every principal, or (of a role) every principal of an account by its root."""
    principal = statement.get("Principal")
    who = as_list(principal.get("AWS") if isinstance(principal, dict) else principal)
    whole = "*" in who or (roots and any(isinstance(one, str) and _ROOT.fullmatch(one) for one in who))
    return statement.get("Effect") == "Allow" and whole


def _named(statement: dict[str, Any]) -> bool:
    keys = {key.partition("/")[0] for key in condition_keys(statement)}
    if "aws:principalarn" in keys and keys & _NAMED == {"aws:principalarn"}:
        return not _any_role(statement)
    return bool(keys & _NAMED)


def _any_role(statement: dict[str, Any]) -> bool:
    """Whether the pattern for the principal's ARN fits every role."""
    patterns = [
        pattern
        for keys in statement["Condition"].values()
        for key, patterns in keys.items()
        if key.lower() == "aws:principalarn"
        for pattern in as_list(patterns)
    ]
    return any(str(pattern).rpartition("/")[2] in ("", "*") or "/" not in str(pattern) for pattern in patterns)


check = AdmitsNamedRoles()
