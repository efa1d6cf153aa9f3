"""The allowed prefixes of a Direct Connect gateway: what AWS advertises to its site.

For a transit gateway, AWS advertises exactly these prefixes, whatever the route tables hold.
https://docs.aws.amazon.com/directconnect/latest/UserGuide/allowed-to-prefixes.html
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network

from isthmus.intent.direct_connect import DirectConnectGateway
from isthmus.intent.estate import Estate
from isthmus.intent.reachability import advertised_to, reach_each_other, transit_between
from isthmus.intent.site import Site
from isthmus.intent.vpn import Routing


def allowed_prefixes(estate: Estate, gateway: DirectConnectGateway) -> tuple[str, ...]:
    """The allowed prefixes of a gateway, as written or derived, in address order. Raises `LookupError`.

    The tunnels of private VPN connections end at addresses of the transit gateway's CIDR blocks.
    https://docs.aws.amazon.com/vpn/latest/s2svpn/private-ip-dx.html
    """
    if estate.private_vpns(gateway):
        return _in_order(estate.hub.cidr_blocks)
    if gateway.allowed_prefixes is not None:
        return _in_order(gateway.allowed_prefixes)
    site = estate.site_of(gateway)
    inside = spokes_reached(estate, gateway) if has_backup(estate, site) else tuple(estate.blocks)
    return _in_order((*inside, *_other_sites(estate, site)))


def has_backup(estate: Estate, site: Site) -> bool:
    """Whether a site has a VPN connection with BGP, over which AWS advertises the CIDR of each spoke.

    The site's router prefers the longest prefix. So Direct Connect needs the same prefixes, or the backup carries all
    traffic from the site.
    https://repost.aws/knowledge-center/direct-connect-gateway-primary-connection
    """
    return any(
        connection.routing is Routing.BGP and estate.site_of(connection).name == site.name
        for connection in estate.vpn_connections
    )


def spokes_reached(estate: Estate, gateway: DirectConnectGateway) -> tuple[str, ...]:
    """The CIDRs of the spokes that the site of a gateway reaches, in address order. Raises `LookupError`."""
    site, segment = estate.site_of(gateway), estate.segment(gateway.segment)
    reached = {
        other.name
        for other in estate.segments
        if reach_each_other(segment, other) and advertised_to(estate, other, site)
    }
    return _in_order(cidr for _, spoke in estate.spokes if spoke.segment in reached for cidr in spoke.routed_cidrs)


def _other_sites(estate: Estate, site: Site) -> tuple[str, ...]:
    """The prefixes of the sites that a site has transit with: those that they advertise, or their networks."""
    found: list[str] = []
    for other in estate.sites:
        if transit_between(site, other):
            found += other.advertises or other.networks.values()
    return tuple(found)


def _in_order(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(cidr) for cidr in sorted({IPv4Network(text) for text in texts}))
