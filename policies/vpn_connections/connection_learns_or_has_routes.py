from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, Estate, EstatePolicy


class ConnectionLearnsOrHasRoutes(EstatePolicy):
    """A static connection tells the gateway nothing: without routes it is up, and carries no packet.

    Prefer BGP. For a static one, write a route to its attachment in every table that reaches the site
    (`aws_vpn_connection_route` is for virtual private gateways only).
    """

    id = "CKV_ISTHMUS_24"
    rating = "MEDIUM"
    info = "A VPN connection uses BGP, or has static routes"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html"

    def subjects(self, estate: Estate) -> Iterable[Block]:
        return estate.resources("aws_vpn_connection")

    def problems(self, block: Block, estate: Estate) -> Iterator[str]:
        static = block.literal("static_routes_only", False)
        if static is False:
            return
        if not isinstance(static, bool):
            yield "whether it is static cannot be read"
        elif not (
            estate.naming(block, "transit_gateway_attachment_id", "aws_ec2_transit_gateway_route")
            or estate.naming(block, "vpn_connection_id", "aws_vpn_connection_route")
        ):
            yield "it is static, and no route names it in its module"


check = ConnectionLearnsOrHasRoutes()
