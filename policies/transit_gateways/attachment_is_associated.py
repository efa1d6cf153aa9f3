from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources

_ATTACHMENTS = (
    "aws_ec2_transit_gateway_vpc_attachment",
    "aws_ec2_transit_gateway_connect",
    "aws_ec2_transit_gateway_peering_attachment",
    "aws_vpn_connection",
)
_ACCEPTERS = (
    "aws_ec2_transit_gateway_vpc_attachment_accepter",
    "aws_ec2_transit_gateway_peering_attachment_accepter",
)


class AttachmentIsAssociated(EstatePolicy):
    """Without an association, everything that arrives through the attachment is dropped. AWS advertises nothing over a
    VPN connection then.

    Write the association in the module that creates the attachment, with the accepter if there is one.
    """

    id = "CKV_ISTHMUS_5"
    rating = "MEDIUM"
    info = "Every attachment is associated with a route table"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        for block in scanned.resources(*_ATTACHMENTS):
            if block.type != "aws_vpn_connection" or block.has("transit_gateway_id"):
                yield block

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        association, argument = "aws_ec2_transit_gateway_route_table_association", "transit_gateway_attachment_id"
        attachments = [block, *scanned.naming(block, argument, *_ACCEPTERS)]
        if not any(scanned.naming(one, argument, association) for one in attachments):
            yield "no route table association names it in its module"


check = AttachmentIsAssociated()
