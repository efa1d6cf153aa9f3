from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import ANYWHERE, UNREADABLE, Block, EstatePolicy, ScannedResources

_INTERNET = ("gateway_id", "nat_gateway_id", "egress_only_gateway_id")


class OneEgressPath(EstatePolicy):
    """A spoke with egress through the hub that also has its own internet or NAT gateway has an egress path without
    inspection. A second default route is enough.

    Send every default route of a VPC the same way. A VPC that provides egress for others has none to
    the transit gateway.
    """

    id = "CKV_ISTHMUS_29"
    rating = "HIGH"
    info = "A VPC leaves for the internet through the transit gateway or by itself, not both ways"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        routes = (route for route in scanned.resources("aws_route") if _default(route))
        return (route for route in routes if _target(route) == "internet" and not _by_private_nat(route, scanned))

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        for other in scanned.in_same_module(block, "aws_route"):
            if _default(other) and _target(other) == "hub" and _vpcs(other, scanned) & _vpcs(block, scanned):
                yield f"{other.address} sends the default of the same VPC to the transit gateway"


def _default(route: Block) -> bool:
    destinations = [route.literal(key) for key in ("destination_cidr_block", "destination_ipv6_cidr_block")]
    return any(one in ANYWHERE or one is UNREADABLE for one in destinations)


def _target(route: Block) -> str:
    if route.given("transit_gateway_id"):
        return "hub"
    return "internet" if any(route.given(argument) for argument in _INTERNET) else "elsewhere"


def _by_private_nat(route: Block, scanned: ScannedResources) -> bool:
    """Whether the target is a private NAT gateway. It is no exit: it translates packets for the transit gateway."""
    nats = scanned.named(route, "nat_gateway_id", "aws_nat_gateway")
    return bool(nats) and all(nat.literal("connectivity_type") == "private" for nat in nats)


def _vpcs(route: Block, scanned: ScannedResources) -> set[str]:
    tables = scanned.named(route, "route_table_id", "aws_route_table", "aws_default_route_table")
    return {
        vpc.address
        for table in tables
        for vpc in (
            *scanned.named(table, "vpc_id", "aws_vpc"),
            *scanned.named(table, "default_route_table_id", "aws_vpc"),
        )
    }


check = OneEgressPath()
