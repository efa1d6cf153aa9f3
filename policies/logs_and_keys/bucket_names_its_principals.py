from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy, allows_everyone, condition_keys, statements

_WHO = {
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
}


class BucketNamesItsPrincipals(ResourcePolicy):
    """`*` without a condition on the principal or the source makes the bucket of logs or state public."""

    id = "CKV_ISTHMUS_44"
    rating = "CRITICAL"
    info = "A bucket or topic policy with principal * names its principals by a condition"
    source = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html"
    resources = ("aws_s3_bucket_policy", "aws_sns_topic_policy", "aws_sqs_queue_policy")

    def problems(self, block: Block) -> Iterator[str]:
        document = block.policy("policy")
        if document is None:
            yield "its policy cannot be read"
            return
        for statement in statements(document):
            if allows_everyone(statement) and not condition_keys(statement) & _WHO:
                yield f"statement {statement.get('Sid', '')!r} allows every principal"


check = BucketNamesItsPrincipals()
