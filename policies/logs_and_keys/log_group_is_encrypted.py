from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class LogGroupIsEncrypted(ResourcePolicy):
    """Flow and tunnel logs draw the map of the network. A key of the estate's own says who may read them, and shows in
    CloudTrail who did.
    """

    id = "CKV_ISTHMUS_39"
    rating = "MEDIUM"
    info = "A log group is encrypted with a key of the estate"
    source = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
    resources = ("aws_cloudwatch_log_group",)

    def problems(self, block: Block) -> Iterator[str]:
        if not block.given("kms_key_id"):
            yield "it has no kms_key_id"


check = LogGroupIsEncrypted()
