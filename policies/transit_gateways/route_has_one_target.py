from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class RouteHasOneTarget(ResourcePolicy):
    """`plan` accepts a route with both an attachment and a blackhole, or with neither; AWS then refuses the apply."""

    id = "CKV_ISTHMUS_8"
    rating = "MEDIUM"
    info = "A transit gateway route names an attachment or is a blackhole, and not both"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-create-static-route.html"
    resources = ("aws_ec2_transit_gateway_route",)

    def problems(self, block: Block) -> Iterator[str]:
        blackhole = block.literal("blackhole", False)
        attachment = block.given("transit_gateway_attachment_id")
        if blackhole is True and attachment:
            yield "it is a blackhole and names an attachment"
        elif blackhole is False and not attachment:
            yield "it names no attachment and is no blackhole"
        elif not isinstance(blackhole, bool):
            yield "whether it is a blackhole cannot be read"


check = RouteHasOneTarget()
