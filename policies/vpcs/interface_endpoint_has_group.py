from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import UNREADABLE, Block, ResourcePolicy


class InterfaceEndpointHasGroup(ResourcePolicy):
    """Without a security group an interface endpoint has the default group of the VPC. If that group is empty, as it
    should be, no client can reach the endpoint.
    """

    id = "CKV_ISTHMUS_38"
    rating = "MEDIUM"
    info = "An interface endpoint names its security group"
    source = "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"
    resources = ("aws_vpc_endpoint",)

    def problems(self, block: Block) -> Iterator[str]:
        kind = block.literal("vpc_endpoint_type", "Gateway")
        if (kind == "Interface" or kind is UNREADABLE) and not block.given("security_group_ids"):
            yield "security_group_ids is empty"


check = InterfaceEndpointHasGroup()
