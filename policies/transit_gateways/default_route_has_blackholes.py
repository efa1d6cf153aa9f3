from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import ANYWHERE, UNREADABLE, Block, EstatePolicy, ScannedResources

_ROUTE = "aws_ec2_transit_gateway_route"


class DefaultRouteHasBlackholes(EstatePolicy):
    """A default route also matches traffic to another spoke that has no route: it leaves through the egress path, and
    the router or firewall there, which has a route to every spoke, sends it back. Isolated segments then reach each
    other.

    Blackhole the estate's own blocks in every table that holds a default: propagated prefixes of
    spokes are longer and still match first.
    """

    id = "CKV_ISTHMUS_7"
    rating = "HIGH"
    info = "A transit gateway table with a default route blackholes the estate's blocks"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"
    plan = False  # there, tables that are inputs of a module cannot be distinguished

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        for route in scanned.resources(_ROUTE):
            if _may_be_default(route) and route.literal("blackhole", False) is not True:
                yield route

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        table = scanned.origin(block, "transit_gateway_route_table_id")
        if not any(
            route.literal("blackhole") is True
            and not _may_be_default(route)
            and scanned.origin(route, "transit_gateway_route_table_id") == table
            for route in scanned.resources(_ROUTE)
        ):
            yield "its table has no blackhole for the estate's own blocks"


def _may_be_default(route: Block) -> bool:
    destination = route.literal("destination_cidr_block")
    return destination in ANYWHERE or destination is UNREADABLE


check = DefaultRouteHasBlackholes()
