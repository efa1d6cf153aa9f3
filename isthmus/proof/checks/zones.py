"""Zones: every one that a spoke is meant to span has private subnets there, and a way to the transit gateway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus.intent import Estate
from isthmus.network.model import Attachment, AttachmentKind, Network, Unknown
from isthmus.proof.pairs.locations import Inventory, Location, Locations, Tier
from isthmus.proof.result.findings import Violation


def zone_violations(
    estate: Estate, network: Network, locations: Locations, inventory: Inventory
) -> Iterator[Violation]:
    """Zones of a spoke that lack a private subnet or an attachment subnet."""
    by_vpc: dict[object, list[Attachment]] = {}
    for attachment in network.attachments.values():
        if attachment.kind is AttachmentKind.VPC:
            by_vpc.setdefault(attachment.attached, []).append(attachment)
    for _, spoke in estate.spokes:
        location = locations.by_name.get(spoke.name)
        if location is None:
            continue
        attachments = by_vpc.get(location.vpc, [])
        entered = {
            network.subnets[subnet].zone
            for attachment in attachments
            for subnet in attachment.subnets
            if isinstance(subnet, str) and subnet in network.subnets
        }
        private = {network.subnets[subnet].zone for subnet in location.tiers.get(Tier.PRIVATE, ())}
        names = tuple(attachment.address for attachment in attachments)
        elsewhere = inventory.unknown_hosts(location.vpc)  # there may be subnets that are not known
        vague = any(isinstance(subnet, Unknown) for attachment in attachments for subnet in attachment.subnets)
        # Zone names differ between accounts: where the configuration gives names, only their number can be compared.
        for zone in estate.zones_of(spoke):
            if not elsewhere and _lacks(private, zone):
                exposed = [
                    (subnet.address, route)
                    for subnet in inventory.subnets(location.vpc)
                    if subnet.zone == zone and (route := inventory.internet_route(subnet))
                ]
                why = f"no private subnet in {zone}"
                if exposed:
                    open_ = ", ".join(f"{subnet} by {route}" for subnet, route in exposed)
                    why += f"; these lead to an internet gateway: {open_}"
                named = (*(address for pair in exposed for address in pair), location.vpc)
                yield Violation("zone-not-covered", why, tuple(dict.fromkeys(named)), spoke.name)
            if attachments and not vague and not elsewhere and _lacks(entered, zone):
                yield Violation("zone-not-covered", f"no attachment subnet in {zone}", names, spoke.name)
    # A zone that is in use although nobody meant it has to be covered as well.
    for location in locations.spokes:
        yield from _uncovered(network, location, by_vpc.get(location.vpc, []))


def _lacks(zones: set[str | Unknown], zone: str) -> bool:
    """Whether a zone id is certainly not among those; zone names and unknown zones leave it open."""
    return zone not in zones and not any(isinstance(z, Unknown) or _is_name(z) for z in zones)


def _is_name(zone: str) -> bool:
    """`us-east-1a` is a name, `use1-az1` an id."""
    return "-az" not in zone


def _uncovered(network: Network, location: Location, attachments: Iterable[Attachment]) -> Iterator[Violation]:
    for attachment in attachments:
        subnets = [network.subnets[s] for s in attachment.subnets if isinstance(s, str) and s in network.subnets]
        if len(subnets) != len(attachment.subnets):
            continue
        zones = {subnet.zone for subnet in subnets}
        for address in location.workloads:
            zone = network.subnets[address].zone
            if isinstance(zone, str) and zone not in zones and not any(isinstance(z, Unknown) for z in zones):
                why = f"{address} is in {zone}, where {attachment.address} has no subnet"
                yield Violation("zone-not-covered", why, (attachment.address, address), location.name)
