"""Mends of transit gateways, their route tables and attachments."""

from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.transit_gateway import TransitGateway
from moto.ec2.models.transit_gateway_route_tables import TransitGatewayRelations
from moto.ec2.responses.transit_gateway_attachments import TransitGatewayAttachment

from .mending import Replacement, after, holder, mend


class _NoTable:
    """Where the default route table of a gateway without one would be."""

    id = None

    def __bool__(self) -> bool:
        return False


@mend
def no_default_tables() -> Iterator[Replacement]:
    """A gateway with default association and propagation off has no default route table, and its attachments start
    without any."""
    make = TransitGateway.__init__
    backend = holder(EC2Backend, "set_route_table_association")
    associate = backend.set_route_table_association  # type: ignore[attr-defined]

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it takes the place of one
        make(self, *args, **kwargs)
        options = self.options
        if options["DefaultRouteTableAssociation"] == options["DefaultRouteTablePropagation"] == "disable":
            self.ec2_backend.transit_gateways_route_tables.pop(self.default_route_table.id)
            self.default_route_table = _NoTable()
            del options["AssociationDefaultRouteTableId"], options["PropagationDefaultRouteTableId"]

    def associate_if_any(
        self: Any, transit_gateway_attachment_id: str, transit_gateway_route_table_id: str | None
    ) -> None:
        if transit_gateway_route_table_id:
            associate(self, transit_gateway_attachment_id, transit_gateway_route_table_id)

    yield TransitGateway, "__init__", __init__
    yield backend, "set_route_table_association", associate_if_any


@mend
def propagation_into_several_tables() -> Iterator[Replacement]:
    """An attachment propagates into as many tables as requested, and stops with each by itself."""

    def disable(
        self: Any, transit_gateway_attachment_id: str, transit_gateway_route_table_id: str
    ) -> TransitGatewayRelations:
        self.disable_route_table_propagation(transit_gateway_attachment_id, transit_gateway_route_table_id)
        return TransitGatewayRelations(
            self, transit_gateway_attachment_id, transit_gateway_route_table_id, state="disabled"
        )

    name = "disable_transit_gateway_route_table_propagation"
    yield holder(EC2Backend, name), name, disable


@mend
def tags_of_attachments() -> Iterator[Replacement]:
    """The tags that an attachment is made with are its own, not those of a route table."""

    def tag(self: Any, answer: Any) -> None:
        tags = self._parse_tag_specification().get("transit-gateway-attachment", {})
        answer.result["TransitGatewayVpcAttachment"].add_tags(tags)

    yield after(TransitGatewayAttachment, "create_transit_gateway_vpc_attachment", tag)


@mend
def acceptance_of_attachments() -> Iterator[Replacement]:
    """The gateway's owner accepts the attachment of a VPC."""

    def accept(self: Any) -> ActionResult:
        attachment = self.ec2_backend.transit_gateway_attachments[self._get_param("TransitGatewayAttachmentId")]
        attachment.state = "available"
        return ActionResult({"TransitGatewayVpcAttachment": attachment})

    yield TransitGatewayAttachment, "accept_transit_gateway_vpc_attachment", accept


@mend
def deleted_attachments_are_described() -> Iterator[Replacement]:
    """A deleted attachment is still described for a while, as deleted; another may take its place meanwhile."""
    backend = holder(EC2Backend, "delete_transit_gateway_vpc_attachment")
    delete_it = backend.delete_transit_gateway_vpc_attachment  # type: ignore[attr-defined]
    create_it = backend.create_transit_gateway_vpc_attachment  # type: ignore[attr-defined]

    def delete(self: Any, transit_gateway_attachment_id: str) -> Any:
        attachment = delete_it(self, transit_gateway_attachment_id)
        self.transit_gateway_attachments[attachment.id] = attachment
        return attachment

    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        attachments = self.transit_gateway_attachments
        gone = [id for id, a in attachments.items() if a.state == "deleted" and a.resource_id == kwargs["vpc_id"]]
        for id in gone:
            del attachments[id]
        return create_it(self, *args, **kwargs)

    yield backend, "delete_transit_gateway_vpc_attachment", delete
    yield backend, "create_transit_gateway_vpc_attachment", create
