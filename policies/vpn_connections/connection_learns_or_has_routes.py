from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources

_TO_ATTACHMENTS = ("aws_ec2_transit_gateway_route", "aws_ec2_transit_gateway_prefix_list_reference")


class ConnectionLearnsOrHasRoutes(EstatePolicy):
    """A static connection advertises no routes: without static routes it is up, and carries no packet.

    Prefer BGP. For a static one, write a route to its attachment in every transit gateway table that reaches the site.
    An `aws_vpn_connection_route` counts for a virtual private gateway only: a transit gateway ignores it.
    """

    id = "CKV_ISTHMUS_24"
    rating = "MEDIUM"
    info = "A VPN connection uses BGP, or has static routes"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_vpn_connection")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        static = block.literal("static_routes_only", False)
        if static is False:
            return
        if not isinstance(static, bool):
            yield "whether it is static cannot be read"
        elif scanned.naming(block, "transit_gateway_attachment_id", *_TO_ATTACHMENTS):
            return
        elif not (own := scanned.naming(block, "vpn_connection_id", "aws_vpn_connection_route")):
            yield "it is static, and no route names it in its module"
        elif not block.given("vpn_gateway_id"):
            yield f"it is static, and {own[0].address} is for a virtual private gateway, which it does not end at"


check = ConnectionLearnsOrHasRoutes()
