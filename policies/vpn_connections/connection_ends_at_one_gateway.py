from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class ConnectionEndsAtOneGateway(ResourcePolicy):
    """`plan` accepts a connection without any gateway, and acceleration where AWS offers none: on a virtual private
    gateway, or over a private address.
    """

    id = "CKV_ISTHMUS_25"
    rating = "MEDIUM"
    info = "A VPN connection ends at one gateway, at a transit gateway if it is accelerated"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/accelerated-vpn.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        if block.given("transit_gateway_id") == block.given("vpn_gateway_id"):
            yield "it needs one of transit_gateway_id and vpn_gateway_id"
        if block.literal("enable_acceleration", False) is not False:
            if not block.given("transit_gateway_id"):
                yield "it is accelerated and does not end at a transit gateway"
            if block.literal("outside_ip_address_type", "PublicIpv4") != "PublicIpv4":
                yield "it is accelerated, and not over public addresses"


check = ConnectionEndsAtOneGateway()
