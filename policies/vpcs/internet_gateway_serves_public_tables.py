from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources


class InternetGatewayServesPublicTables(EstatePolicy):
    """A route to an internet gateway makes every subnet of the table public, whatever the subnet is called.

    Only a table or subnet that says `public` in its name may have one: Terraform has no other record of the intent.
    """

    id = "CKV_ISTHMUS_30"
    rating = "HIGH"
    info = "Only tables that say public route to an internet gateway"
    source = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        for route in scanned.resources("aws_route"):
            by_id = str(route.values.get("gateway_id", "")).startswith("igw-")
            if by_id or any(name.startswith("aws_internet_gateway.") for name in route.references("gateway_id")):
                yield route

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        tables = scanned.named(block, "route_table_id", "aws_route_table", "aws_default_route_table")
        if not tables:
            yield "its table cannot be read"
        for table in tables:
            for association in scanned.naming(table, "route_table_id", "aws_route_table_association"):
                for subnet in scanned.named(association, "subnet_id", "aws_subnet"):
                    if not _public(subnet):
                        yield f"{subnet.address} does not say that it is public"
            if not _public(table):
                yield f"{table.address} does not say that it is public"


def _public(block: Block) -> bool:
    tags = block.values.get("tags")
    name = tags.get("Name", "") if isinstance(tags, dict) else ""
    return "public" in block.name.lower() or "public" in str(name).lower()


check = InternetGatewayServesPublicTables()
