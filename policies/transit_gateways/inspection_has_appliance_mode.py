from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import UNREADABLE, Block, Estate, EstatePolicy


class InspectionHasApplianceMode(EstatePolicy):
    """Without appliance mode each direction of a flow keeps to the zone it came from, so that a stateful firewall
    sees half of it and drops it, in whichever pairs of zones nobody tested.

    Set `appliance_mode_support = "enable"` on the attachment of a VPC with firewall or load balancer endpoints.
    """

    id = "CKV_ISTHMUS_11"
    rating = "HIGH"
    info = "The attachment of an inspection VPC is in appliance mode"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html"

    def subjects(self, estate: Estate) -> Iterable[Block]:
        endpoints = filter(_may_inspect, estate.resources("aws_vpc_endpoint"))
        inspectors = [*estate.resources("aws_networkfirewall_firewall"), *endpoints]
        inspected = {estate.origin(one, "vpc_id") for one in inspectors}
        for attachment in estate.resources("aws_ec2_transit_gateway_vpc_attachment"):
            if estate.origin(attachment, "vpc_id") in inspected:
                yield attachment

    def problems(self, block: Block, estate: Estate) -> Iterator[str]:
        value = block.literal("appliance_mode_support", "disable")
        if value != "enable":
            yield f"appliance_mode_support is {value}"


def _may_inspect(endpoint: Block) -> bool:
    kind = endpoint.literal("vpc_endpoint_type")
    return kind == "GatewayLoadBalancer" or kind is UNREADABLE


check = InspectionHasApplianceMode()
