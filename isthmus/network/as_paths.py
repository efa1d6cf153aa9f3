"""Whether the router of a site accepts the routes of other sites that AWS advertises to it.

Over BGP a transit gateway adds its own ASN to the path of a route that it learned from a site, and advertises it to the
others. A router excludes a route with its own ASN in the path; most can be configured to accept it. So it is unknown
whether there is a route between two sites with the same ASN. With a virtual private gateway between them, AWS requires
a different ASN at each site.
https://www.rfc-editor.org/rfc/rfc4271#section-9.1.2
https://docs.aws.amazon.com/vpn/latest/s2svpn/VPN_CloudHub.html

AWS originates the allowed prefixes of a Direct Connect gateway: a router behind it sees no ASN of another site. The ASN
of that router is that of the virtual interfaces. If they are not in the input, it is unknown whether a site with a VPN
connection accepts its routes. Not evaluated: AS path prepending.
https://docs.aws.amazon.com/directconnect/latest/UserGuide/allowed-to-prefixes.html
"""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.network.model import DxGateway, Network, RouteOrigin, Unknown
from isthmus.network.route_tables import Route


def asn_at(network: Network, connection: str) -> int | Unknown:
    """The ASN of the router at a VPN connection or behind a Direct Connect gateway."""
    if connection in network.dx_gateways:
        return _asn_behind(network.dx_gateways[connection])
    customer_gateway = network.vpns[connection].customer_gateway
    if isinstance(customer_gateway, Unknown):
        return customer_gateway
    known = network.customer_gateways.get(customer_gateway)
    if known is None or known.asn is None:
        return Unknown(f"{customer_gateway} is not in this input")
    return known.asn


def _asn_behind(dx: DxGateway) -> int | Unknown:
    """The ASN of the routers at the virtual interfaces of a Direct Connect gateway, if all have the same."""
    if isinstance(dx.interfaces, Unknown):
        return dx.interfaces
    asns = {interface.asn for interface in dx.interfaces}
    asn = asns.pop() if len(asns) == 1 else None
    if isinstance(asn, int):
        return asn
    return Unknown("the virtual interfaces in this input do not state one ASN of the routers behind it")


def refused(network: Network, connection: str, routes: Iterable[Route]) -> str:
    """Why the router at a connection may refuse a prefix for which AWS has these routes, or "".

    A static route has no other ASN in its path. A connection with static routing has no AS path.
    """
    vpn = network.vpns.get(connection)
    if vpn is None or vpn.static is True:
        return ""
    own = asn_at(network, connection)
    for route in routes:
        learned_from = _learned_from(network, route)
        if not learned_from:
            continue
        asn = asn_at(network, learned_from)
        for end, found in ((connection, own), (learned_from, asn)):
            if isinstance(found, Unknown):
                return f"whether {connection} and {learned_from} have the same ASN: the ASN at {end}: {found.reason}"
        if own == asn:
            return (
                f"the sites at {connection} and {learned_from} have the same ASN, {asn}: a router drops routes with "
                "its own ASN in their path, unless it is configured to accept them"
            )
    return ""


def _learned_from(network: Network, route: Route) -> str:
    """The VPN connection or Direct Connect gateway that a transit gateway learned a route over, or ""."""
    if route.origin is not RouteOrigin.PROPAGATED or not isinstance(route.target, str):
        return ""
    attachment = network.attachments.get(route.target)
    attached = attachment.attached if attachment is not None else ""
    known = (network.vpns, network.dx_gateways)
    return attached if isinstance(attached, str) and any(attached in those for those in known) else ""
