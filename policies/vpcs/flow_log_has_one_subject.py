from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy

_SUBJECTS = ("vpc_id", "subnet_id", "eni_id", "transit_gateway_id", "transit_gateway_attachment_id")


class FlowLogHasOneSubject(ResourcePolicy):
    """`plan` accepts a flow log of two things, and one that writes to CloudWatch Logs without a role to do so."""

    id = "CKV_ISTHMUS_35"
    rating = "LOW"
    info = "A flow log watches one thing, and has the role that its destination needs"
    source = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html"
    resources = ("aws_flow_log",)

    def problems(self, block: Block) -> Iterator[str]:
        subjects = [argument for argument in _SUBJECTS if block.has(argument)]
        if len(subjects) > 1:
            yield f"it names {' and '.join(subjects)}"
        to_cloudwatch = block.literal("log_destination_type", "cloud-watch-logs") == "cloud-watch-logs"
        if to_cloudwatch and not block.given("iam_role_arn"):
            yield "it writes to CloudWatch Logs and has no iam_role_arn"


check = FlowLogHasOneSubject()
