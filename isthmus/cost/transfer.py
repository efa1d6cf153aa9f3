"""Data charges: the items that a GB is charged for on one path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from isthmus.cost.items import DIRECT_CONNECT_OUT
from isthmus.network.answers import AtEndpoint, Hop, InSubnet, Packet, Path
from isthmus.network.model import AttachmentKind, Network

# Data sent to a transit gateway from these attachments is charged. Data from a peer was charged at the peer.
# https://aws.amazon.com/transit-gateway/pricing/
_PAYING = {"VPN connection", "Direct Connect gateway"}
_GATEWAYS = {"internet gateway", "egress-only internet gateway"}


def paid(packet: Packet, path: Path, network: Network) -> Iterator[str]:
    """The names of the items, in the order of the path. An item that is charged twice is named twice."""
    if isinstance(packet.source, AtEndpoint) or isinstance(packet.destination, AtEndpoint):
        yield "interface-endpoint-gb"
    if isinstance(packet.source, InSubnet) and packet.source.balancer:
        yield "network-load-balancer-gb"  # a reply; its path begins behind the load balancer
    yield from _through(path.hops, network)
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


def _through(hops: tuple[Hop, ...], network: Network) -> Iterator[str]:
    """NAT gateways, firewalls, load balancers and endpoints of Gateway Load Balancers charge each GB, either way.

    https://aws.amazon.com/network-firewall/pricing/
    https://aws.amazon.com/privatelink/pricing/
    """
    for hop in hops:
        if hop.kind == "NAT gateway":
            yield "nat-gateway-gb"
        elif hop.kind == "firewall":
            yield "load-balancer-endpoint-gb" if hop.address in network.endpoints else "firewall-gb"
        elif hop.kind == "load balancer":
            yield "network-load-balancer-gb"


def _outside(hop: Hop, network: Network, out: bool) -> Iterator[str]:
    """Data over a VPN connection or Direct Connect. Data out is charged; an accelerator charges both directions."""
    connection = network.vpns.get(hop.address)
    over_direct_connect = connection is None or connection.private
    if connection is not None and connection.accelerated is not False:
        yield "accelerator-gb"
    if out:
        yield DIRECT_CONNECT_OUT if over_direct_connect else "internet-out-gb"


def _crossings(hops: tuple[Hop, ...]) -> Iterator[str]:
    """Data between zones, also before and after a middlebox.

    It is free through a transit gateway or an interface endpoint:
    https://aws.amazon.com/about-aws/whats-new/2022/04/aws-data-transfer-price-reduction-privatelink-transit-gateway-client-vpn-services/
    """
    zone = ""
    for before, hop in pairwise(hops):
        zone = before.zone or zone
        if before.kind in ("attachment", "route table") or hop.kind in ("attachment", "route table"):
            zone = ""
        elif hop.zone and zone and hop.zone != zone:
            yield "zone-crossing-gb"
