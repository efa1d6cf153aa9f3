from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class FlowLogSuitsGateway(ResourcePolicy):
    """`plan` accepts any interval and a traffic type for a gateway's flow log; AWS takes 60 seconds and no type."""

    id = "CKV_ISTHMUS_10"
    rating = "MEDIUM"
    info = "A transit gateway's flow log has a 60 second interval and no traffic type"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html"
    resources = ("aws_flow_log",)

    def problems(self, block: Block) -> Iterator[str]:
        if not (block.has("transit_gateway_id") or block.has("transit_gateway_attachment_id")):
            return
        interval = block.literal("max_aggregation_interval", 600)
        if interval != 60:
            yield f"max_aggregation_interval is {interval}"
        if block.has("traffic_type"):
            yield "traffic_type is set"


check = FlowLogSuitsGateway()
