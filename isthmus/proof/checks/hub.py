"""The hub: the transit gateway is the one that the intent states, with its ASN and with ECMP."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from isthmus.intent import Estate
from isthmus.network.model import Network, TransitGateway, Unknown
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
        if lacking := _blocks_lacking(estate, gateway):
            why = f"{gateway.address} has no CIDR block {lacking}, from which tunnels over Direct Connect get addresses"
            yield Violation("hub-differs", why, (gateway.address,))
        if gateway.existing and gateway.default_propagation is True and any(True for _ in estate.connections):
            why = (
                f"{gateway.address} exists already, and its default_route_table_propagation is on: other attachments, "
                "which use its default route table, get routes to the sites of the intent"
            )
            yield Violation("hub-differs", why, (gateway.address,))


def _blocks_lacking(estate: Estate, gateway: TransitGateway) -> str:
    """The CIDR blocks of the intent that a transit gateway certainly does not have, if tunnels need them, or ""."""
    if not _has_private_vpn(estate) or any(isinstance(block, Unknown) for block in gateway.cidr_blocks):
        return ""
    return ", ".join(block for block in estate.hub.cidr_blocks if ip_network(block) not in gateway.cidr_blocks)


def _has_private_vpn(estate: Estate) -> bool:
    return any(connection.over is not None for connection in estate.vpn_connections)


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
    """The facts about an existing transit gateway that the intent states, and that Terraform does not check.

    If tunnels run over Direct Connect, also the CIDR blocks of any transit gateway.
    """
    for gateway in network.transit_gateways.values():
        unknown = (
            [block for block in gateway.cidr_blocks if isinstance(block, Unknown)] if _has_private_vpn(estate) else []
        )
        yield from (UnknownResult(f"the CIDR blocks of {gateway.address}", block.reason) for block in unknown)
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
