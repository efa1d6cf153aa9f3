"""Through a transit gateway: in by an attachment, by its table, out by another.

vpc/latest/tgw/tgw-vpc-attachments.html, tgw-nacls.html
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from isthmus.network.model import Attachment, AttachmentKind, Unknown
from tests.network.judge.carried import Ending, Luggage, dropped, unknown
from tests.network.judge.filters import Filters
from tests.network.judge.inspection import Inspection
from tests.network.judge.steps import Steps
from tests.network.judge.transit_tables import TransitTables
from tests.network.judge.unknown_reason import Unclear, known, truth


class TransitGateways(Steps, Filters, TransitTables, Inspection):
    """What a transit gateway does with a packet."""

    def _into_transit_gateway(
        self, luggage: Luggage, vpc: str, gateway: str, origin: str, zone: str, client: int
    ) -> list[Ending]:
        """From a subnet through the attachment's network interface in the same zone. vpc/latest/tgw/tgw-nacls.html"""
        attachment = self._vpc_attachment(vpc, gateway)
        if attachment is None:
            return dropped(luggage, f"{vpc} is not attached to {gateway}")
        if self._down(attachment.address):
            return dropped(luggage, f"{attachment.address} is down")
        doors = [name for name in map(known, attachment.subnets) if self.network.subnets[name].zone == zone]
        if not doors:
            return dropped(luggage, f"{attachment.address} has no subnet in {zone}")
        self._filter(luggage.header, doors[0], inbound=True)  # the source rule holds in one subnet and in two
        return self._route_at_transit_gateway(luggage, attachment, zone, client)

    def _vpc_attachment(self, vpc: str, gateway: str) -> Attachment | None:
        for attachment in self.network.attachments.values():
            if attachment.kind is AttachmentKind.VPC and (attachment.attached, attachment.gateway) == (vpc, gateway):
                return attachment
        return None

    def _route_at_transit_gateway(
        self, luggage: Luggage, arrival: Attachment, zone: str | None, client: int
    ) -> list[Ending]:
        """The table that the arrival's attachment is associated with decides."""
        if len(luggage.steps) > 60:
            return dropped(luggage, "it goes round in circles")
        if arrival.policy_table is not None:
            return unknown(luggage, f"{arrival.address} has a policy table")
        if arrival.table is None:
            return dropped(luggage, f"{arrival.address} is associated with no route table")
        luggage = replace(luggage, crossed=(*luggage.crossed, arrival.address))
        try:
            winners = self._look_up_transit(known(arrival.table), luggage.header.destination)
        except Unclear as reason:
            return unknown(luggage, reason)
        if not winners:
            return dropped(luggage, f"{arrival.table} has no route to {luggage.header.destination}")
        endings = []
        for found in winners:  # equal routes: any of them
            onward = luggage.at(f"{arrival.table}: {found.why}")
            if found.target is None:
                endings += dropped(onward, "blackhole")
            elif isinstance(found.target, Unknown):
                endings += unknown(onward, found.target)
            else:
                target = self.network.attachments[str(found.target)]
                endings += self._out_of_transit_gateway(onward, target, zone, client)
        return endings

    def _out_of_transit_gateway(
        self, luggage: Luggage, attachment: Attachment, zone: str | None, client: int
    ) -> list[Ending]:
        if self._down(attachment.address):
            return dropped(luggage, f"{attachment.address} is down")
        luggage = replace(luggage, crossed=(*luggage.crossed, attachment.address))
        match attachment.kind:
            case AttachmentKind.VPC:
                endings = []
                for door, pins in self._doors(luggage, attachment, zone):
                    onward = replace(luggage, pins=pins).at(f"from {door}")
                    endings += self._guard(onward, partial(self._leave_subnet, onward, door, client))
                return endings or dropped(luggage, f"{attachment.address} has no subnet that works")
            case AttachmentKind.VPN | AttachmentKind.PRIVATE_VPN:
                connection = self.network.vpns[known(attachment.attached)]
                if not self._up(connection):
                    return dropped(luggage, f"{connection.address} is down")
                return self._at_site(luggage, connection.address, client)
            case AttachmentKind.DX_GATEWAY:
                if self._down(attachment.attached):
                    return dropped(luggage, f"{attachment.attached} is down")
                return self._at_site(luggage, known(attachment.attached), client)
            case AttachmentKind.NETWORK_FUNCTION:
                return self._through_inspection(luggage, attachment, client)
        return unknown(luggage, f"{attachment.address}: a {attachment.kind.value} attachment is not modeled")

    def _through_inspection(self, luggage: Luggage, attachment: Attachment, client: int) -> list[Ending]:
        """A firewall attached to the gateway works in one of its zones for both directions, chosen for each flow.

        network-firewall/latest/developerguide/tgw-firewall-considerations.html: appliance mode is always enabled;
        vpc/latest/tgw/transit-gateway-appliance-scenario.html: what that does.
        """
        box = known(attachment.attached)
        if box in luggage.boxes:
            return dropped(luggage, f"{box} sends it back to itself")
        chosen = dict(luggage.pins).get(attachment.address)
        endings = []
        for zone in [chosen] if chosen else [known(zone) for zone in self.network.firewalls[box].zones]:
            if self._down(zone):
                continue
            pins = luggage.pins if chosen else (*luggage.pins, (attachment.address, zone))
            seen = self._inspect(luggage, box)
            onward = replace(seen, boxes=(*luggage.boxes, box), pins=pins).at(f"through {box} in {zone}")
            endings += self._route_at_transit_gateway(onward, attachment, zone, client)
        return endings or dropped(luggage, f"{box} has no zone that works")

    def _doors(
        self, luggage: Luggage, attachment: Attachment, zone: str | None
    ) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """The attachment's subnets that it may come out of: the sender's zone if it has one there, else any.

        In appliance mode any, but the same one both ways.
        """
        doors = {}
        for name in map(known, attachment.subnets):
            label = known(self.network.subnets[name].zone)
            if not self._down(label):
                doors[label] = name
        if truth(attachment.appliance_mode):
            pinned = dict(luggage.pins).get(attachment.address)
            if pinned:
                return [(doors[pinned], luggage.pins)] if pinned in doors else []
            return [(door, (*luggage.pins, (attachment.address, label))) for label, door in doors.items()]
        if zone in doors:
            return [(doors[zone], luggage.pins)]
        return [(door, luggage.pins) for door in doors.values()]
