from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources


class VpcHasFlowLogs(EstatePolicy):
    """Rejected flows show attacks and mistakes, accepted ones what an intruder reached: both are needed, and cannot be
    had afterwards. The default interval of ten minutes hides short connections.
    """

    id = "CKV_ISTHMUS_34"
    rating = "MEDIUM"
    info = "Every VPC has flow logs of all traffic, in 60 second intervals"
    source = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_vpc")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        logs = scanned.naming(block, "vpc_id", "aws_flow_log")
        if not logs:
            yield "no flow log names it in its module"
        elif not any(log.literal("traffic_type") == "ALL" for log in logs):
            yield "no flow log of it has traffic_type ALL"
        elif not any(log.literal("max_aggregation_interval", 600) == 60 for log in logs):
            yield "no flow log of it has max_aggregation_interval 60"


check = VpcHasFlowLogs()
