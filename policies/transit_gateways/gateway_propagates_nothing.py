from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class GatewayPropagatesNothing(ResourcePolicy):
    """By default, every new attachment propagates to the default table, so all attachments reach each other.

    Propagate each attachment into the tables of the segments that may reach it, and into no other.
    """

    id = "CKV_ISTHMUS_2"
    rating = "HIGH"
    info = "A transit gateway propagates no attachment by itself"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"
    resources = ("aws_ec2_transit_gateway",)

    def problems(self, block: Block) -> Iterator[str]:
        value = block.literal("default_route_table_propagation", "enable")
        if value != "disable":
            yield f"default_route_table_propagation is {value}"


check = GatewayPropagatesNothing()
