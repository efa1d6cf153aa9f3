"""Availability Zones: each zone of a spoke has a private subnet and an attachment subnet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus.intent import Estate
from isthmus.network.model import Attachment, AttachmentKind, Network, Unknown
from isthmus.proof.pairs.locations import Inventory, Location, Locations, Tier
from isthmus.proof.result.findings import Violation


def zone_violations(
    estate: Estate, network: Network, locations: Locations, inventory: Inventory
) -> Iterator[Violation]:
    """Zones of a spoke without a private subnet or an attachment subnet."""
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
        unknown_hosts = inventory.unknown_hosts(location.vpc)  # there may be subnets that are not known
        unknown = any(isinstance(subnet, Unknown) for attachment in attachments for subnet in attachment.subnets)
        # Zone names differ between accounts, so that zones with names cannot be compared with zone IDs.
        for zone in estate.zones_of(spoke):
            if not unknown_hosts and _lacks(private, zone):
                exposed = [
                    (subnet.address, route)
                    for subnet in inventory.subnets(location.vpc)
                    if subnet.zone == zone and (route := inventory.internet_route(subnet))
                ]
                why = f"no private subnet in {zone}"
                if exposed:
                    routes = ", ".join(f"{subnet} by {route}" for subnet, route in exposed)
                    why += f"; these have a route to an internet gateway: {routes}"
                named = (*(address for pair in exposed for address in pair), location.vpc)
                yield Violation("zone-not-covered", why, tuple(dict.fromkeys(named)), spoke.name)
            if attachments and not unknown and not unknown_hosts and _lacks(entered, zone):
                yield Violation("zone-not-covered", f"no attachment subnet in {zone}", names, spoke.name)
    # A zone that is used without being in the intent needs an attachment subnet too.
    for location in locations.spokes:
        yield from _uncovered(network, location, by_vpc.get(location.vpc, []))


def _lacks(zones: set[str | Unknown], zone: str) -> bool:
    """Whether a zone ID is certainly not among zones. With zone names and unknown zones it is not certain."""
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
