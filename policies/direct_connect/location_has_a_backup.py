from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources

_INTERFACES = ("aws_dx_transit_virtual_interface", "aws_dx_hosted_transit_virtual_interface_accepter")
_CONNECTIONS = ("aws_dx_connection", "aws_dx_lag")


class LocationHasABackup(EstatePolicy):
    """A cut fiber, or maintenance at a Direct Connect location, disconnects the site if all virtual interfaces of a
    gateway end there and the scan sees no VPN connection.

    Add a virtual interface at another location, or a VPN connection. What cannot be read counts as another location.
    """

    id = "CKV_ISTHMUS_65"
    rating = "MEDIUM"
    info = "A site with Direct Connect has a second location or a VPN connection"
    source = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/resiliency_toolkit.html"
    plan = False  # a first plan does not show which gateway a virtual interface is of

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_dx_gateway")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        own = scanned.naming(block, "dx_gateway_id", *_INTERFACES)
        if not own or _may_have_more(block, own, scanned) or scanned.resources("aws_vpn_connection"):
            return
        if len(own) == 1:
            yield "it has one virtual interface, and no VPN connection is the backup"
        elif len(ends := {_end(interface, scanned) for interface in own}) == 1 and (end := ends.pop()):
            yield f"all its virtual interfaces end at {end}, and no VPN connection is the backup"


def _may_have_more(gateway: Block, own: list[Block], scanned: ScannedResources) -> bool:
    """May the gateway have virtual interfaces that are not in `own`? Those of unknown number or gateway may be."""
    if any(block.given(argument) for block in (gateway, *own) for argument in ("count", "for_each")):
        return True
    others = [interface for interface in scanned.resources(*_INTERFACES) if interface not in own]
    return any(not scanned.named(other, "dx_gateway_id", "aws_dx_gateway") for other in others)


def _end(interface: Block, scanned: ScannedResources) -> str:
    """The location of a virtual interface, else its connection; "" if neither can be read."""
    for connection in scanned.named(interface, "connection_id", *_CONNECTIONS):
        location = connection.literal("location")
        return f"location {location}" if isinstance(location, str) else ""
    connection_id = interface.literal("connection_id")
    return f"connection {connection_id}" if isinstance(connection_id, str) else ""


check = LocationHasABackup()
