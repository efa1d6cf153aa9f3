from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy, allows_everyone, condition_keys, statements

_WHO = {"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount"}


class TrustStaysInside(ResourcePolicy):
    """Any AWS account that knows the ARN can use a role that `*` may assume, and ARNs with plain names can be guessed.

    Bind it with `StringEquals` on `aws:PrincipalOrgID`: a pattern on the principal's ARN alone fits every account.
    """

    id = "CKV_ISTHMUS_45"
    rating = "CRITICAL"
    info = "A role that * may assume is bound to the organization"
    source = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"
        "#condition-keys-principalorgid"
    )
    resources = ("aws_iam_role",)

    def problems(self, block: Block) -> Iterator[str]:
        document = block.policy("assume_role_policy")
        if document is None:
            yield "its trust policy cannot be read"
            return
        for statement in statements(document):
            if allows_everyone(statement) and not condition_keys(statement) & _WHO:
                yield f"statement {statement.get('Sid', '')!r} trusts every account of AWS"


check = TrustStaysInside()
