"""What a GB pays on its way: from one path of the proof to the items that it is charged for, each time it is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from isthmus.network.answers import AtEndpoint, Hop, Packet, Path
from isthmus.network.model import AttachmentKind, Network

# Who sends to a transit gateway from one of these pays for it. What comes from a peer was paid for there.
# https://aws.amazon.com/transit-gateway/pricing/
_PAYING = {"VPN connection", "Direct Connect gateway"}
_GATEWAYS = {"internet gateway", "egress-only internet gateway"}


def paid(packet: Packet, path: Path, network: Network) -> Iterator[str]:
    """The names of the items, in the order of the path; one that is charged twice comes twice."""
    if isinstance(packet.source, AtEndpoint) or isinstance(packet.destination, AtEndpoint):
        yield "interface-endpoint-gb"
    yield from _through(path.hops)
    for before, hop in pairwise(path.hops):
        if hop.kind == "route table" and (before.kind in _PAYING or _is_from_vpc(before, network)):
            yield "transit-gateway-gb"
        elif hop.kind in ("VPN connection", "Direct Connect gateway"):
            yield from _outside(hop, network, out=before.kind != "site")
        elif hop.kind == "internet" and before.kind in _GATEWAYS:
            yield "internet-out-gb"
    if path.hops and path.hops[0].kind == "VPN connection":
        yield from _outside(path.hops[0], network, out=False)
    yield from _crossings(path.hops)


def _is_from_vpc(hop: Hop, network: Network) -> bool:
    attachment = network.attachments.get(hop.address) if hop.kind == "attachment" else None
    return attachment is not None and attachment.kind is AttachmentKind.VPC


def _through(hops: tuple[Hop, ...]) -> Iterator[str]:
    """NAT gateways and firewalls charge every GB, in either direction.

    https://aws.amazon.com/network-firewall/pricing/
    """
    for hop in hops:
        if hop.kind == "NAT gateway":
            yield "nat-gateway-gb"
        elif hop.kind == "firewall":
            yield "firewall-gb"


def _outside(hop: Hop, network: Network, out: bool) -> Iterator[str]:
    """Over a VPN connection or Direct Connect: what goes out is data out; an accelerator charges both directions."""
    connection = network.vpns.get(hop.address)
    over_direct_connect = connection is None or connection.private
    if connection is not None and connection.accelerated is not False:
        yield "accelerator-gb"
    if out:
        yield "direct-connect-out-gb" if over_direct_connect else "internet-out-gb"


def _crossings(hops: tuple[Hop, ...]) -> Iterator[str]:
    """From zone to zone, on either side of what stands between.

    Free where a transit gateway or an interface endpoint carries it:
    https://aws.amazon.com/about-aws/whats-new/2022/04/aws-data-transfer-price-reduction-privatelink-transit-gateway-client-vpn-services/
    """
    zone = ""
    for before, hop in pairwise(hops):
        zone = before.zone or zone
        if before.kind in ("attachment", "route table") or hop.kind in ("attachment", "route table"):
            zone = ""
        elif hop.zone and zone and hop.zone != zone:
            yield "zone-crossing-gb"
