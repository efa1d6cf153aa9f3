from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import UNREADABLE, Block, EstatePolicy, ScannedResources

_ASSOCIATION = "aws_ec2_transit_gateway_route_table_association"
_ACCEPTER = "aws_ec2_transit_gateway_vpc_attachment_accepter"
_ATTACHMENT = "transit_gateway_attachment_id"


class AttachmentIsAssociatedOnce(EstatePolicy):
    """An attachment has one route table. A second association passes plan, and fails or flaps when it is applied.

    Keep one association per attachment, at an address that does not name the table.
    """

    id = "CKV_ISTHMUS_6"
    rating = "HIGH"
    info = "An attachment is associated with one route table only"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources(_ASSOCIATION)

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        attachment = _attachment(block, scanned)
        for other in scanned.in_same_module(block, _ASSOCIATION):
            if other.address != block.address and attachment and attachment == _attachment(other, scanned):
                yield f"{other.address} associates the same attachment"


def _attachment(association: Block, scanned: ScannedResources) -> str:
    """The attachment of an association. An accepter is resolved to the attachment that it accepts."""
    for accepter in scanned.named(association, _ATTACHMENT, _ACCEPTER):
        return _attachment(accepter, scanned)
    known = association.literal(_ATTACHMENT)
    if known is UNREADABLE:
        return ",".join(sorted(association.references(_ATTACHMENT))) or str(association.values[_ATTACHMENT])
    return str(known or "")


check = AttachmentIsAssociatedOnce()
