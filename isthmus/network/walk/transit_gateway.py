"""The walk in a transit gateway: in by an attachment, through its associated route table, out by another."""

from __future__ import annotations

from collections.abc import Callable

from isthmus.network.address_space import merge, show_range
from isthmus.network.answers import Hop, Path
from isthmus.network.block import Block
from isthmus.network.model import Attachment, AttachmentKind, Unknown
from isthmus.network.route_tables import Route
from isthmus.network.walk.pieces import PacketSource, Pieces, Seen, Steps, TgwPlace, after, unknown


class TransitGatewaySteps(Steps):
    """Steps in a transit gateway."""

    def into_tgw(self, attachment: Attachment, zone: str, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Into a transit gateway, by the route table associated with the attachment."""
        if attachment.policy_table is not None:
            return unknown(low, high, path, f"{attachment.address} has a policy table, which is not modeled")
        if isinstance(attachment.table, Unknown):
            return unknown(low, high, path, f"the association of {attachment.address}: {attachment.table.reason}")
        if attachment.table is None:
            why = "not associated with a route table: the transit gateway drops every packet from it"
            return self.stopped(
                low,
                high,
                path,
                Block("not-associated", attachment.address, why),
                self._tgw_candidate(attachment.gateway, zone, low, high, seen),
            )
        return self.in_tgw(TgwPlace(attachment.table, zone), low, high, path, seen)

    def in_tgw(self, place: TgwPlace, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """By a transit gateway route table."""
        if place in seen:
            why = "the packet returns to a route table on its path: a routing loop"
            return self.stopped(low, high, path, Block("routing-loop", place.table, why))
        seen = (*seen, place)
        gateway = self.network.tgw_tables[place.table].gateway
        pieces: Pieces = []
        for first, last, decision in self.index.tgw_table(place.table).decide.within(low, high):
            if decision.unknown:
                pieces += unknown(first, last, path, decision.unknown)
            elif not decision.routes:
                block = Block("no-route", place.table, f"no route to {show_range(first, last)}")
                onward = self._tgw_candidate(gateway, place.zone, first, last, seen)
                pieces += self.stopped(first, last, path, block, onward)
            elif decision.routes[0].target is None:
                block = Block(
                    "blackhole-route", decision.routes[0].address, f"{decision.routes[0].prefix} is a blackhole route"
                )
                onward = self._tgw_candidate(gateway, place.zone, first, last, seen)
                pieces += self.stopped(first, last, path, block, onward)
            else:
                options = [self._tgw_step(place, r, first, last, path, seen) for r in decision.routes]
                pieces += merge(options)
        return pieces

    def _tgw_step(self, place: TgwPlace, route: Route, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        if isinstance(route.target, Unknown):
            return unknown(low, high, path, f"the attachment of {route.address}: {route.target.reason}")
        attachment = self.network.attachments[str(route.target)]
        path = after(
            path, Hop("route table", place.table, f"{route} {route.address}", routed_by=tuple(route.address.split()))
        )
        return self.out_of_tgw(attachment, route, place.zone, low, high, path, seen)

    def out_of_tgw(
        self, attachment: Attachment, route: Route | None, zone: str, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        """Out of a transit gateway by an attachment."""
        if attachment.address in self.index.scenario.down:
            why = f"{attachment.address} is down"
            return self.stopped(low, high, path, Block("attachment-down", attachment.address, why))
        if isinstance(attachment.attached, Unknown):
            return unknown(low, high, path, f"what {attachment.address} attaches: {attachment.attached.reason}")
        match attachment.kind:
            case AttachmentKind.VPC:
                return self._into_vpc(attachment, zone, low, high, path, seen)
            case AttachmentKind.VPN | AttachmentKind.PRIVATE_VPN | AttachmentKind.DX_GATEWAY:
                return self.to_site(attachment.attached, route, low, high, path, seen)
            case AttachmentKind.NETWORK_FUNCTION:
                return self._through_firewall(attachment, attachment.attached, low, high, path, seen)
            case AttachmentKind.PEERING if attachment.far_side in self.network.attachments:
                # The peer gateway uses the route table associated with its own attachment. The zone is not kept.
                # https://docs.aws.amazon.com/vpc/latest/tgw/tgw-peering.html
                path = after(path, Hop("peering attachment", attachment.address, f"into {attachment.attached}"))
                far = self.network.attachments[attachment.far_side]
                return self.into_tgw(far, "", low, high, path, seen)
            case _:
                why = (
                    f"{attachment.kind.value} attachment {attachment.address} is modeled only as the next hop of routes"
                )
                return unknown(low, high, path, why)

    def _through_firewall(
        self, attachment: Attachment, name: str, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        """Through a firewall that is attached to the transit gateway, in any of its zones.

        Appliance mode is always on. It selects one zone per flow, and keeps it for both directions.
        - https://docs.aws.amazon.com/network-firewall/latest/developerguide/tgw-firewall-considerations.html
        - https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html
        """
        firewall = self.network.firewalls.get(name)
        zones = firewall.zones if firewall is not None else ()
        unknown_reason = next(
            (zone.reason for zone in zones if isinstance(zone, Unknown)), "" if zones else "it names none"
        )
        if unknown_reason:
            return unknown(low, high, path, f"the zones of {name}: {unknown_reason}")
        up = [zone for zone in zones if isinstance(zone, str) and zone not in self.index.scenario.down]
        if not up:
            why = f"none of its zones is up ({', '.join(map(str, zones))})"
            return self.stopped(low, high, path, Block("zone-down", attachment.address, why))
        options = []
        for zone in up:
            inside = after(path, Hop("firewall", name, "attached to the transit gateway", zone))
            pinned = (*path.pinned, (attachment.address, zone))
            inside = inside._replace(boxes=(*path.boxes, name), pinned=pinned)
            options.append(self.into_tgw(attachment, zone, low, high, inside, seen))
        return merge(options)

    def _into_vpc(self, attachment: Attachment, zone: str, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Into a VPC, in the zone of origin; in any zone with appliance mode, or if the attachment lacks that zone.

        https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html
        """
        zones, unknown_reason = self.index.zones(attachment)
        if unknown_reason:
            return unknown(low, high, path, unknown_reason)
        if isinstance(attachment.appliance_mode, Unknown) and len(zones) > 1:
            why = f"whether {attachment.address} has appliance mode: {attachment.appliance_mode.reason}"
            return unknown(low, high, path, why)
        pinned = attachment.appliance_mode is True
        if zone in zones and attachment.appliance_mode is False:
            zones = {zone: zones[zone]}
        up = {z: s for z, s in zones.items() if z not in self.index.scenario.down}
        if not up:
            why = f"none of its zones is up ({', '.join(zones) or 'it has none'})"
            return self.stopped(low, high, path, Block("zone-down", attachment.address, why))
        options = []
        for entry, subnet in up.items():
            inside = after(path, Hop("attachment", attachment.address, f"into {attachment.attached}", entry))
            if pinned:
                inside = inside._replace(pinned=(*inside.pinned, (attachment.address, entry)))
            options.append(self.in_subnet(subnet, PacketSource.OUTSIDE, low, high, inside, seen))
        return merge(options)

    def owners(self, gateway: str, place: int) -> list[Attachment]:
        """The attachments of a transit gateway whose VPC or site has an address, independent of routes."""
        vpcs = self.index.vpc_owners(place)
        found = [a for v in vpcs for a in self.index.attachments_of_vpc.get((v, gateway), [])]
        if not found:
            for connection, attachments in self.index.attachments_of_connection.items():
                site = self.index.sites.by_connection[connection]
                if self.bgp.transit(site)(place).delivered:
                    found += [a for a in attachments if a.gateway == gateway]
        return found

    def _tgw_candidate(
        self, gateway: str | Unknown, zone: str, low: int, high: int, seen: Seen
    ) -> Callable[[Path], Pieces] | None:
        if not self.past_blocks or isinstance(gateway, Unknown):
            return None
        owners = self.owners(gateway, low)
        return (lambda p: self.out_of_tgw(owners[0], None, zone, low, high, p, seen)) if owners else None
