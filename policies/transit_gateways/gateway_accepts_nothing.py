from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class GatewayAcceptsNothing(ResourcePolicy):
    """With auto-accept, every account the gateway is shared with can attach a VPC of its choice unasked.

    Accept each attachment with an accepter that Terraform knows. Checkov's CKV_AWS_331 passes an unresolved value.
    """

    id = "CKV_ISTHMUS_3"
    rating = "HIGH"
    info = "A transit gateway accepts no shared attachment by itself"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html"
    resources = ("aws_ec2_transit_gateway",)

    def problems(self, block: Block) -> Iterator[str]:
        value = block.literal("auto_accept_shared_attachments", "disable")
        if value != "disable":
            yield f"auto_accept_shared_attachments is {value}"


check = GatewayAcceptsNothing()
