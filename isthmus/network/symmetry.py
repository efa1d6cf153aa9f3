"""Stateful firewalls must see both directions of a flow.

https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html
"""

from __future__ import annotations

from isthmus.network.answers import SOME_ENDPOINT, Path
from isthmus.network.block import Block
from isthmus.network.index import NetworkIndex
from isthmus.network.model import AttachmentKind


def unclear(forward: Path, reply: Path) -> str:
    """Why it is unknown whether a reply passes the firewall endpoints of its packet, or ""."""
    if forward.boxes == tuple(reversed(reply.boxes)) or len(forward.boxes) != len(reply.boxes):
        return ""
    some = next((box for box in (*forward.boxes, *reply.boxes) if box.startswith(SOME_ENDPOINT)), "")
    return some and f"whether both directions meet the same endpoint: {some}"


def asymmetry(index: NetworkIndex, forward: Path, reply: Path) -> Block | None:
    """The block of a reply that does not pass the firewalls of its packet in reverse order; None if it does.

    The resource named is the attachment without appliance mode through which one direction enters the firewall's VPC,
    or else the firewall endpoint that sees one direction only. There is no finding for an unknown path.
    There is one for a known path even if a firewall may drop the packet: the flow fails in both cases.
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/asymmetric-routing.html
    """
    known = forward.path_known and reply.path_known
    if not known or not forward.end or not reply.end or forward.boxes == tuple(reversed(reply.boxes)):
        return None
    if unclear(forward, reply):
        return None
    seen = f"{', '.join(forward.boxes) or 'none'} forward, {', '.join(reply.boxes) or 'none'} for the reply"
    for path in (forward, reply):
        for hop in path.hops:
            attachment = index.network.attachments.get(hop.address)
            if attachment is None or attachment.kind is not AttachmentKind.VPC:
                continue
            hosts_firewall = any(index.vpc_of_box(box) == attachment.attached for box in (*forward.boxes, *reply.boxes))
            if hosts_firewall and attachment.appliance_mode is not True and len(index.zones(attachment)[0]) > 1:
                why = f"without appliance mode the two directions pass different firewalls: {seen}"
                return Block("asymmetric-inspection", attachment.address, why)
    met = (*forward.boxes, *reply.boxes)
    odd = next((b for b in met if (b in forward.boxes) != (b in reply.boxes)), met[0])
    return Block("asymmetric-inspection", odd, f"the two directions pass different firewalls: {seen}")
