"""Stateful firewalls must see both directions of a flow.

https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html
"""

from __future__ import annotations

from isthmus.network.answers import SOME_ENDPOINT, Path
from isthmus.network.block import Block
from isthmus.network.index import NetworkIndex
from isthmus.network.model import AttachmentKind


def unclear(there: Path, back: Path) -> str:
    """Why it cannot be said whether a reply meets the firewall endpoints of its packet, or ""."""
    if there.boxes == tuple(reversed(back.boxes)) or len(there.boxes) != len(back.boxes):
        return ""
    some = next((box for box in (*there.boxes, *back.boxes) if box.startswith(SOME_ENDPOINT)), "")
    return some and f"whether both directions meet the same endpoint: {some}"


def asymmetry(index: NetworkIndex, there: Path, back: Path) -> Block | None:
    """What is wrong when a reply does not meet the firewalls of its packet, in reverse order; None if it does.

    The resource named is the attachment without appliance mode through which one direction enters the firewall's VPC,
    or else the firewall endpoint that sees one direction only. Of a way that is not known nothing is wrong; of a known
    one it is, even if a firewall may drop the packet: the flow fails if it does, and if it does not.
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/asymmetric-routing.html
    """
    known = there.path_known and back.path_known
    if not known or not there.end or not back.end or there.boxes == tuple(reversed(back.boxes)):
        return None
    if unclear(there, back):
        return None
    seen = f"{', '.join(there.boxes) or 'none'} there, {', '.join(back.boxes) or 'none'} back"
    for path in (there, back):
        for hop in path.hops:
            attachment = index.network.attachments.get(hop.address)
            if attachment is None or attachment.kind is not AttachmentKind.VPC:
                continue
            hosts_firewall = any(index.vpc_of_box(box) == attachment.attached for box in (*there.boxes, *back.boxes))
            if hosts_firewall and attachment.appliance_mode is not True and len(index.zones(attachment)[0]) > 1:
                why = f"without appliance mode the two directions meet different firewalls: {seen}"
                return Block("asymmetric-inspection", attachment.address, why)
    met = (*there.boxes, *back.boxes)
    odd = next((b for b in met if (b in there.boxes) != (b in back.boxes)), met[0])
    return Block("asymmetric-inspection", odd, f"the two directions meet different firewalls: {seen}")
