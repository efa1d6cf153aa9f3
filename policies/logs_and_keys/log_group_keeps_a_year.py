from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class LogGroupKeepsAYear(ResourcePolicy):
    """Intrusions are found late: a year of logs is what reviews ask for. Never to expire is a cost without an owner, so
    that it must be said. Checkov's CKV_AWS_338 passes an unresolved value.
    """

    id = "CKV_ISTHMUS_40"
    rating = "LOW"
    info = "A log group keeps events for a year or more, and says for how long"
    source = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"
    resources = ("aws_cloudwatch_log_group",)

    def problems(self, block: Block) -> Iterator[str]:
        days = block.literal("retention_in_days", 0)
        if not isinstance(days, int) or days < 365:
            yield f"retention_in_days is {days}"


check = LogGroupKeepsAYear()
