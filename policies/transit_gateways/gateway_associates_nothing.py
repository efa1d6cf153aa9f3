from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class GatewayAssociatesNothing(ResourcePolicy):
    """AWS's default associates every new attachment with one table: whatever is attached can look up every route.

    Associate each attachment where it is created, with the table of its segment.
    """

    id = "CKV_ISTHMUS_1"
    rating = "HIGH"
    info = "A transit gateway associates no attachment by itself"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"
    resources = ("aws_ec2_transit_gateway",)

    def problems(self, block: Block) -> Iterator[str]:
        value = block.literal("default_route_table_association", "enable")
        if value != "disable":
            yield f"default_route_table_association is {value}"


check = GatewayAssociatesNothing()
