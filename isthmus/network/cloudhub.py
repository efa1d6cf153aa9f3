"""From site to site by a virtual private gateway (VPN CloudHub).

The gateway advertises to each site what the others advertise, whether it is attached to a VPC or not. AWS says so of
connections with dynamic routing, and asks for customer gateways of different ASNs: a router takes no route with its own
ASN on the path. Of static connections it says nothing.
https://docs.aws.amazon.com/vpn/latest/s2svpn/VPN_CloudHub.html
https://docs.aws.amazon.com/vpn/latest/s2svpn/site-site-architectures.html
"""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.network.as_paths import asn_at
from isthmus.network.model import Network, Unknown


def unknown_reason(network: Network, gateway: str, *connections: str) -> str:
    """Why it is not known whether `gateway` carries packets from one of `connections` to the other, or ""."""
    return next(
        (
            f"whether {gateway} sends packets from one site to another: {why}"
            for why in _not_evaluated(network, connections)
        ),
        "",
    )


def _not_evaluated(network: Network, connections: tuple[str, ...]) -> Iterator[str]:
    asns: dict[int, str] = {}
    for connection in connections:
        vpn = network.vpns.get(connection)
        if vpn is None:
            yield f"{connection} is no VPN connection"
        elif isinstance(vpn.static, Unknown):
            yield f"the routing of {connection}: {vpn.static.reason}"
        elif vpn.static:
            yield f"{connection} has static routing"
        else:
            asn = asn_at(network, connection)
            if isinstance(asn, Unknown):
                yield f"the ASN at {connection}: {asn.reason}"
            elif asns.setdefault(asn, connection) != connection:
                yield f"{asns[asn]} and {connection} have the ASN {asn}"
