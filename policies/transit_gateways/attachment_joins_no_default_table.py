from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources

_ATTACHMENTS = (
    "aws_ec2_transit_gateway_vpc_attachment",
    "aws_ec2_transit_gateway_vpc_attachment_accepter",
    "aws_ec2_transit_gateway_connect",
)


class AttachmentJoinsNoDefaultTable(EstatePolicy):
    """Both arguments default to true: should the gateway's defaults ever come back, the attachment joins silently.

    Set both to false. On a shared attachment they belong to the accepter in the gateway's account.
    """

    id = "CKV_ISTHMUS_4"
    rating = "MEDIUM"
    info = "An attachment joins no default route table"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources(*_ATTACHMENTS)

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        accepter = "aws_ec2_transit_gateway_vpc_attachment_accepter"
        if scanned.naming(block, "transit_gateway_attachment_id", accepter):
            return
        for what in ("association", "propagation"):
            argument = f"transit_gateway_default_route_table_{what}"
            if block.literal(argument, True) is not False:
                yield f"{argument} is not false"


check = AttachmentJoinsNoDefaultTable()
