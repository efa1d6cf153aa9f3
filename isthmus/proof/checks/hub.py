"""The hub: the ASN and the ECMP support of the transit gateway are those that the intent states."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Estate
from isthmus.network.model import Network
from isthmus.proof.result.findings import Violation


def hub_violations(estate: Estate, network: Network) -> Iterator[Violation]:
    """A transit gateway with another ASN than stated, or without ECMP over equal tunnels."""
    for gateway in network.transit_gateways.values():
        if isinstance(gateway.asn, int) and gateway.asn != estate.hub.asn:
            why = f"{gateway.address} has ASN {gateway.asn}; the intent states {estate.hub.asn}, which sites peer with"
            yield Violation("hub-differs", why, (gateway.address,))
        if gateway.vpn_ecmp is False:
            why = f"{gateway.address} has vpn_ecmp_support off; the intent relies on ECMP over equal tunnels"
            yield Violation("hub-differs", why, (gateway.address,))
