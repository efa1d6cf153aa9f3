"""The hub: its transit gateway is as the intent states it, for sites are configured by it."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Estate
from isthmus.network.model import Network
from isthmus.proof.result.findings import Violation


def hub_violations(estate: Estate, network: Network) -> Iterator[Violation]:
    """A transit gateway with another ASN than stated, or one that uses one of several equal tunnels alone."""
    for gateway in network.transit_gateways.values():
        if isinstance(gateway.asn, int) and gateway.asn != estate.hub.asn:
            why = f"{gateway.address} has ASN {gateway.asn}, and {estate.hub.asn} in the intent: sites peer with that"
            yield Violation("hub-differs", why, (gateway.address,))
        if gateway.vpn_ecmp is False:
            why = f"{gateway.address} does not spread over equal tunnels (vpn_ecmp_support), which the intent counts on"
            yield Violation("hub-differs", why, (gateway.address,))
