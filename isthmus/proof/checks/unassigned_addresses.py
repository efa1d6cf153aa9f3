"""Addresses of the estate's own blocks that no VPC has yet: what is sent there ends at the transit gateway.

A default route from a site takes whatever nothing more specific takes. Without a blackhole for each block, packets for
a spoke that is gone or yet to come go to that site. https://docs.aws.amazon.com/vpc/latest/tgw/tgw-route-tables.html
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from itertools import permutations

from isthmus.intent import Estate, Inspection
from isthmus.intent.reachability import inspected_between
from isthmus.network.address_space import atoms, span
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import AttachmentKind, Network
from isthmus.network.route_tables import vpc_cidrs
from isthmus.proof.result.findings import Violation


def unassigned_address_violations(estate: Estate, engine: Forwarding) -> Iterator[Violation]:
    """Routes of transit gateway tables in use that carry packets for addresses which nothing has."""
    network = engine.network
    taken = [cidr for vpc in network.vpcs for cidr in vpc_cidrs(network, vpc)]
    spans = [span(cidr) for cidr in taken]
    free = [
        (low, high)
        for block in map(ip_network, estate.blocks)
        for low, high in atoms(taken, *span(block))
        if not any(first <= low and high <= last for first, last in spans)
    ]
    # What one inspected segment sends to another's blocks goes to the firewall, which sends it back to the gateway.
    inspected = {
        ip_network(block)
        for one, other in permutations(estate.segments, 2)
        if inspected_between(one, other)
        for block in other.blocks
    }
    # So does all that the egress VPC sends back, where the firewall is on the gateway. The firewall's own table is in
    # use as any other, and held to the same.
    egress = estate.egress
    returned = set(map(ip_network, estate.blocks)) if egress and egress.inspection is Inspection.GATEWAY else set()
    used = dict.fromkeys(a.table for a in network.attachments.values() if isinstance(a.table, str))
    for table in (name for name in used if name in network.tgw_tables):
        decide = engine.index.tgw_table(table).decide
        found: dict[str, str] = {}
        for low, high in free:
            for _, _, decision in decide.within(low, high):
                if not decision.unknown:
                    found |= {
                        r.address: f"{r} to {r.target}"
                        for r in decision.routes
                        if r.target is not None
                        and r.prefix not in inspected
                        and not (r.prefix in returned and _is_firewall(network, r.target))
                    }
        for address, route in found.items():
            why = f"in {table} the {route} takes packets for addresses of the estate's blocks that nothing has"
            yield Violation("unassigned-addresses", why, (address, table))


def _is_firewall(network: Network, target: object) -> bool:
    """Whether a route leads to a firewall on the gateway that sends what it lets through into a known table."""
    attachment = network.attachments.get(target) if isinstance(target, str) else None
    return (
        attachment is not None
        and attachment.kind is AttachmentKind.NETWORK_FUNCTION
        and isinstance(attachment.table, str)
        and attachment.table in network.tgw_tables
    )
