"""Addresses of the estate's blocks that no VPC has: packets for them end at the transit gateway.

A site's default route receives every packet without a more specific route. Without a blackhole route for each block it
receives packets for destroyed and future spokes. https://docs.aws.amazon.com/vpc/latest/tgw/tgw-route-tables.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_network

from isthmus.intent import Estate, Inspection
from isthmus.intent.firewall_rules import inspected_pairs
from isthmus.network.address_space import atoms, span
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import AttachmentKind, Cidr, Network
from isthmus.network.route_tables import Route
from isthmus.proof.pairs.translated import visible_ranges
from isthmus.proof.result.findings import Violation


def unassigned_address_violations(estate: Estate, engine: Forwarding) -> Iterator[Violation]:
    """Routes of associated transit gateway route tables that forward packets for unassigned addresses."""
    network = engine.network
    taken = list(visible_ranges(estate, network))
    spans = [span(cidr) for cidr in taken]
    free = [
        (low, high, block)
        for block in map(ip_network, estate.blocks)
        for low, high in atoms(taken, *span(block))
        if not any(first <= low and high <= last for first, last in spans)
    ]
    # Packets to inspected segments go to the firewall, which sends them back to the transit gateway.
    pairs = {name for pair in inspected_pairs(estate) for name in pair}
    inspected = {ip_network(b) for segment in estate.segments if segment.name in pairs for b in segment.blocks}
    # With a firewall on the transit gateway, so do packets that come back from the egress VPC. The route table of the
    # firewall is checked like any other.
    egress = estate.egress
    returned = set(map(ip_network, estate.blocks)) if egress and egress.inspection is Inspection.GATEWAY else set()
    used = dict.fromkeys(a.table for a in network.attachments.values() if isinstance(a.table, str))
    for table in (name for name in used if name in network.tgw_tables):
        decide = engine.index.tgw_table(table).decide
        found: dict[str, tuple[Route, tuple[Cidr, ...]]] = {}
        for low, high, block in free:
            for _, _, decision in decide.within(low, high):
                for route in () if decision.unknown else decision.routes:
                    if (
                        route.target is not None
                        and route.prefix not in inspected
                        and not (route.prefix in returned and _is_firewall(network, route.target))
                    ):
                        earlier, blocks = found.get(route.address, (route, ()))
                        found[route.address] = (route, (*blocks, block) if earlier == route else (block,))
        for address, (route, blocks) in found.items():
            yield Violation("unassigned-addresses", _why(table, route, tuple(dict.fromkeys(blocks))), (address, table))


def _why(table: str, route: Route, blocks: Sequence[Cidr]) -> str:
    """The blocks whose unassigned addresses match a route, and the blackhole routes that are missing."""
    matched = ", ".join(map(str, blocks))
    why = f"in {table}, packets for unassigned addresses of {matched} match the {route} to {route.target}"
    # A blackhole route for a block does not win over a route that is as specific or more specific.
    missing = ", ".join(str(block) for block in blocks if route.prefix.prefixlen < block.prefixlen)
    return f"{why}: add a blackhole route for {missing}" if missing else why


def _is_firewall(network: Network, target: object) -> bool:
    """Whether a target is a firewall on the transit gateway whose own route table is known."""
    attachment = network.attachments.get(target) if isinstance(target, str) else None
    return (
        attachment is not None
        and attachment.kind is AttachmentKind.NETWORK_FUNCTION
        and isinstance(attachment.table, str)
        and attachment.table in network.tgw_tables
    )
