"""From site to site over a virtual private gateway (VPN CloudHub).

The gateway advertises to each site the prefixes of the others, with or without an attached VPC. AWS documents this for
connections with dynamic routing and customer gateways with different ASNs. A router refuses a route with its own ASN
in the path. AWS does not document CloudHub for static routing.
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
            yield f"{connection} is not a VPN connection"
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
