"""Spokes with a routable CIDR: the hub has no route to their other CIDRs, which are in use elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Estate
from isthmus.network.learned_routes import covers
from isthmus.network.model import Attachment, AttachmentKind, Cidr, Network, TgwTable, Unknown
from isthmus.proof.pairs.translated import non_routable_ranges
from isthmus.proof.result.findings import Violation


def non_routable_range_violations(estate: Estate, network: Network) -> Iterator[Violation]:
    """Transit gateway route tables with a route to a non-routable CIDR.

    An attachment that propagates does so for every CIDR of its VPC.
    https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
    """
    translated = non_routable_ranges(estate, network)
    for attachment in network.attachments.values():
        if attachment.kind is not AttachmentKind.VPC or not isinstance(attachment.attached, str):
            continue
        cidrs = translated.get(attachment.attached, frozenset())
        listed = ", ".join(map(str, sorted(cidrs, key=str)))
        for table in network.tgw_tables.values() if cidrs else ():
            if attachment.address in table.propagations:
                source = table.sources.get(("propagation", attachment.address), attachment.address)
                why = f"{attachment.attached} propagates every CIDR into {table.address}, also {listed}"
                yield Violation("non-routable-range-routed", why, (source, attachment.address, table.address))
            for address, destination in _static(network, table, attachment, cidrs):
                why = f"{table.address} has a route for {destination} to {attachment.attached}, which hides {listed}"
                yield Violation("non-routable-range-routed", why, (address, attachment.address, table.address))


def _static(
    network: Network, table: TgwTable, attachment: Attachment, non_routable: frozenset[Cidr]
) -> Iterator[tuple[str, Cidr]]:
    """The static routes of a table that lead packets to non-routable addresses to an attachment."""
    for route in table.routes:
        if route.attachment not in (attachment.address, *attachment.aliases):
            continue
        for destination in _destinations(network, route.destination):
            if any(covers(destination, cidr) or covers(cidr, destination) for cidr in non_routable):
                yield route.address, destination


def _destinations(network: Network, destination: Cidr | str | Unknown) -> Iterator[Cidr]:
    """The known CIDRs of a destination. A string is the address of a prefix list."""
    if isinstance(destination, str):
        listed = network.prefix_lists.get(destination)
        yield from (entry for entry in (listed.entries if listed else ()) if not isinstance(entry, Unknown))
    elif not isinstance(destination, Unknown):
        yield destination
