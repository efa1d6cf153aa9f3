"""The hub: the transit gateway is the one that the intent states, with its ASN and with ECMP."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Estate
from isthmus.network.model import Network, Unknown
from isthmus.proof.result.findings import UnknownResult, Violation
from isthmus.terraform.graph import Graph


def hub_violations(estate: Estate, network: Network, graph: Graph) -> Iterator[Violation]:
    """A transit gateway that is another one than stated, or has another ASN, or no ECMP over equal tunnels."""
    for gateway in network.transit_gateways.values():
        if (why := _another(estate, gateway.address, graph)) is not None:
            yield Violation("hub-differs", why, (gateway.address,))
        if isinstance(gateway.asn, int) and gateway.asn != estate.hub.asn:
            why = f"{gateway.address} has ASN {gateway.asn}; the intent states {estate.hub.asn}, which sites peer with"
            yield Violation("hub-differs", why, (gateway.address,))
        if gateway.vpn_ecmp is False and (not gateway.existing or any(True for _ in estate.vpn_connections)):
            why = f"{gateway.address} has vpn_ecmp_support off; the intent relies on ECMP over equal tunnels"
            yield Violation("hub-differs", why, (gateway.address,))
        if gateway.existing and gateway.default_propagation is True and any(True for _ in estate.connections):
            why = (
                f"{gateway.address} exists already, and its default_route_table_propagation is on: other attachments, "
                "which use its default route table, get routes to the sites of the intent"
            )
            yield Violation("hub-differs", why, (gateway.address,))


def _another(estate: Estate, address: str, graph: Graph) -> str | None:
    """Why a transit gateway is not the hub of the intent, if the one exists already and the other does not."""
    wanted, resource = estate.hub.existing, graph.resources.get(address)
    if wanted is None:
        created = resource is None or not resource.existing
        return None if created else f"Terraform only reads {address}; the intent states that Terraform creates the hub"
    if resource is not None and resource.values.get("id") == wanted:
        return None
    return f"{address} is the transit gateway; the intent states {wanted}, which exists already"


def hub_unknown_results(estate: Estate, network: Network) -> Iterator[UnknownResult]:
    """The facts about an existing transit gateway that the intent states, and that Terraform does not check."""
    for gateway in network.transit_gateways.values():
        if not gateway.existing:
            continue
        facts: list[int | bool | Unknown] = [gateway.asn]
        if any(True for _ in estate.vpn_connections):
            facts.append(gateway.vpn_ecmp)
        if any(True for _ in estate.connections):
            facts.append(gateway.default_propagation)
        for fact in facts:
            if isinstance(fact, Unknown):
                yield UnknownResult(f"whether {gateway.address} is as the intent states", fact.reason)
