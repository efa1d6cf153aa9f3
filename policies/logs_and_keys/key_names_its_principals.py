from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy, allows_everyone, condition_keys, statements


class KeyNamesItsPrincipals(ResourcePolicy):
    """A key policy decides who may use a key: `*` without a condition on the principal is every AWS account.

    Checkov's CKV_AWS_33 accepts any condition, also one that does not restrict the principal.
    """

    id = "CKV_ISTHMUS_42"
    rating = "CRITICAL"
    info = "A key policy with principal * names its principals by a condition"
    source = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"
    resources = ("aws_kms_key", "aws_kms_key_policy", "aws_kms_replica_key")
    _WHO = frozenset(
        {
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:principalaccount",
            "aws:principalarn",
            "kms:calleraccount",
            "aws:sourceaccount",
            "aws:sourcearn",
            "aws:sourceorgid",
        }
    )

    def problems(self, block: Block) -> Iterator[str]:
        document = block.policy("policy")
        if document is None:
            if block.has("policy"):
                yield "its policy cannot be read"
            return
        for statement in statements(document):
            if allows_everyone(statement) and not condition_keys(statement) & self._WHO:
                yield f"statement {statement.get('Sid', '')!r} allows every principal"


check = KeyNamesItsPrincipals()
