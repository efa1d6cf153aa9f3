"""Hypothesis strategies: Direct Connect for one site of an estate, with or without VPN connections as the backup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from isthmus.intent import (
    CustomerGateway,
    DirectConnectGateway,
    MacSec,
    Routing,
    Site,
    TransitVirtualInterface,
    VpnConnection,
)

LOCATIONS = ("EqDC2", "CSVA1", "EqFA5")
# The provider takes ASNs as 32-bit integers, and the ASN of the hub is another.
_LARGEST_ASN, _ASN = 2_147_483_646, 64_600


@st.composite
def with_direct_connect(
    draw: DrawFn, sites: Sequence[Site], connections: Sequence[VpnConnection]
) -> tuple[list[DirectConnectGateway], list[VpnConnection]]:
    """A Direct Connect gateway of one site with BGP or none, and the VPN connections, in one segment at this site."""
    ends = {gateway.name: site for site in sites for gateway in site.customer_gateways}
    fixed = (c for c in connections if c.routing is Routing.STATIC or c.default_route)
    static = {ends[str(c.customer_gateway)].name for c in fixed}
    fit = [site for site in sites if site.name not in static]
    if not fit or not draw(st.booleans()):
        return [], list(connections)
    site = draw(st.sampled_from(fit))
    ours = [c for c in connections if ends[str(c.customer_gateway)] is site]
    segment = ours[0].segment
    gateway = DirectConnectGateway(
        f"{site.name}-direct",
        asn=_ASN,
        segment=segment,
        virtual_interfaces=[
            draw(_virtual_interfaces(site, number, device)) for number, device in enumerate(site.customer_gateways)
        ],
    )
    return [gateway], [replace(c, segment=segment) if c in ours else c for c in connections]


def without_backup(
    sites: Sequence[Site], gateways: Sequence[DirectConnectGateway], connections: Sequence[VpnConnection]
) -> list[VpnConnection]:
    """The VPN connections without those of sites with Direct Connect."""
    direct = {str(interface.customer_gateway) for gateway in gateways for interface in gateway.virtual_interfaces}
    devices = {
        g.name for site in sites for g in site.customer_gateways if direct & {o.name for o in site.customer_gateways}
    }
    return [connection for connection in connections if str(connection.customer_gateway) not in devices]


@st.composite
def _virtual_interfaces(draw: DrawFn, site: Site, number: int, device: CustomerGateway) -> TransitVirtualInterface:
    """A virtual interface to a device of the site: own or hosted, with any settings that fit."""
    hosted = device.bgp_asn > _LARGEST_ASN or draw(st.booleans())
    speed = draw(st.sampled_from((None, "1Gbps", "10Gbps", "100Gbps")))
    encrypted = not hosted and speed in ("10Gbps", "100Gbps")
    return TransitVirtualInterface(
        f"{site.name}-direct-{number + 1}",
        customer_gateway=device.name,
        location=draw(st.sampled_from(LOCATIONS)),
        connection=None if hosted else draw(st.sampled_from(("dxcon-fexample1", "dxlag-fexample2"))),
        hosted=f"dxvif-fexample{number}" if hosted else None,
        vlan=100 + number,
        amazon_address=f"169.254.250.{4 * number + 1}/30",
        customer_address=f"169.254.250.{4 * number + 2}/30",
        mtu=draw(st.sampled_from((8_500, 1_500))),
        bfd=draw(st.booleans()),
        port_speed=speed,
        macsec=draw(st.sampled_from(MacSec)) if encrypted else MacSec.NONE,
    )
