from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from isthmus_policy import Block, EstatePolicy, ScannedResources, as_list, statements


class BucketWantsTls(EstatePolicy):
    """S3 answers plain HTTP too, unless the bucket's policy denies it: logs or state then cross networks readable."""

    id = "CKV_ISTHMUS_43"
    rating = "MEDIUM"
    info = "A bucket denies requests without TLS"
    source = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_s3_bucket")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        policies = scanned.naming(block, "bucket", "aws_s3_bucket_policy")
        documents = [document for one in policies if (document := one.policy("policy"))]
        if not any(_denies_plain(statement) for document in documents for statement in statements(document)):
            yield "no bucket policy in its module denies aws:SecureTransport = false"


def _denies_plain(statement: dict[str, Any]) -> bool:
    conditions = (statement.get("Condition") or {}).get("Bool") or {}
    wanted = {
        str(value).lower()
        for key, values in conditions.items()
        if key.lower() == "aws:securetransport"
        for value in as_list(values)
    }
    principal = statement.get("Principal")
    everyone = "*" in as_list(principal.get("AWS") if isinstance(principal, dict) else principal)
    actions = {str(action).lower() for action in as_list(statement.get("Action"))}
    return statement.get("Effect") == "Deny" and everyone and wanted == {"false"} and bool(actions & {"s3:*", "*"})


check = BucketWantsTls()
