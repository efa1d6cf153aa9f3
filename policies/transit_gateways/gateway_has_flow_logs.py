from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources


class GatewayHasFlowLogs(EstatePolicy):
    """The gateway is the one place that sees every flow between accounts and sites, and the only witness of drops.

    Give it a flow log with a 60 second interval and no traffic type: AWS accepts nothing else for transit gateways.
    """

    id = "CKV_ISTHMUS_9"
    rating = "MEDIUM"
    info = "A transit gateway has flow logs"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_ec2_transit_gateway")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        if not scanned.naming(block, "transit_gateway_id", "aws_flow_log"):
            yield "no flow log names it in its module"


check = GatewayHasFlowLogs()
