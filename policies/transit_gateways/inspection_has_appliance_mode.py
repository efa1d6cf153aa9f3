from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import UNREADABLE, Block, EstatePolicy, ScannedResources


class InspectionHasApplianceMode(EstatePolicy):
    """Without appliance mode each direction of a flow keeps to the zone it came from, so that a stateful firewall
    sees half of it and drops it, between some pairs of zones only.

    Set `appliance_mode_support = "enable"` on the attachment of a VPC with firewall or load balancer endpoints.
    """

    id = "CKV_ISTHMUS_11"
    rating = "HIGH"
    info = "The attachment of an inspection VPC is in appliance mode"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        endpoints = filter(_may_inspect, scanned.resources("aws_vpc_endpoint"))
        inspectors = [*scanned.resources("aws_networkfirewall_firewall"), *endpoints]
        inspected = {scanned.origin(one, "vpc_id") for one in inspectors}
        for attachment in scanned.resources("aws_ec2_transit_gateway_vpc_attachment"):
            if scanned.origin(attachment, "vpc_id") in inspected:
                yield attachment

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        value = block.literal("appliance_mode_support", "disable")
        if value != "enable":
            yield f"appliance_mode_support is {value}"


def _may_inspect(endpoint: Block) -> bool:
    kind = endpoint.literal("vpc_endpoint_type")
    return kind == "GatewayLoadBalancer" or kind is UNREADABLE


check = InspectionHasApplianceMode()
