"""The walk in a VPC: the route table of a subnet or gateway, and the next hop of the matching route."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from isthmus.network.address_space import PUBLIC, merge, show_range
from isthmus.network.answers import SOME_ENDPOINT, Path
from isthmus.network.block import Block
from isthmus.network.model import (
    Attachment,
    AttachmentKind,
    EndpointKind,
    Firewall,
    GatewayKind,
    Target,
    TargetKind,
    Unknown,
)
from isthmus.network.route_tables import Decision
from isthmus.network.walk.nat import NatSteps
from isthmus.network.walk.pieces import PacketSource, Pieces, Seen, Step, VpcPlace, unknown


class VpcSteps(NatSteps):
    """Steps in a VPC."""

    def in_subnet(self, subnet: str, source: PacketSource, low: int, high: int, path: Path, seen: Seen = ()) -> Pieces:
        """Out of a subnet, by its associated route table."""
        found = self.network.subnets[subnet]
        if isinstance(found.vpc, Unknown):
            return unknown(low, high, path, f"the VPC of {subnet}: {found.vpc.reason}")
        if isinstance(found.table, Unknown):
            return unknown(low, high, path, f"the route table of {subnet}: {found.table.reason}")
        place = VpcPlace(found.vpc, found.table, subnet, self.index.zone_of(subnet), source)
        return self.in_vpc(place, low, high, path, seen)

    def out_of_gateway(self, gateway: str, low: int, high: int, path: Path, seen: Seen = ()) -> Pieces:
        """Out of an internet or virtual private gateway into its VPC, by its gateway route table, if it has one."""
        vpc = self.index.vpc_of_gateway.get(gateway)
        if vpc is None:
            return unknown(low, high, path, f"the VPC of {gateway} is unknown")
        table = self.index.edge_table.get(gateway, "")
        if not table and (unknown_reason := self.index.edge_unknown_reason(vpc)):
            return unknown(low, high, path, unknown_reason)
        return self.in_vpc(VpcPlace(vpc, table, "", "", PacketSource.OUTSIDE), low, high, path, seen)

    def in_vpc(self, place: VpcPlace, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """By the route table of a place. Hosts in one subnet reach each other without a route table."""
        if place in seen:
            why = "the packet returns to a place on its path: a routing loop"
            return self.stopped(low, high, path, Block("routing-loop", place.table or place.vpc, why))
        if place.zone and place.zone in self.index.scenario.down:
            return self.stopped(low, high, path, Block("zone-down", place.zone, f"zone {place.zone} is down"))
        if place.subnet and not place.zone and self.index.zones_down:
            return unknown(low, high, path, f"whether the zone of {place.subnet} is down")
        step = Step(place, low, high, path, (*seen, place))
        if not place.table:
            return self.local_only(step)
        pieces: Pieces = []
        for start, end, same_subnet in self.index.own_ranges(place.subnet).within(low, high):
            if same_subnet:
                pieces += self.deliver(step.to(start, end), "the same subnet")
                continue
            for first, last, decision in self.index.vpc_table(place.table).decide.within(start, end):
                pieces += self._by_decision(step.to(first, last), decision)
        return pieces

    def _by_decision(self, step: Step, decision: Decision) -> Pieces:
        if decision.unknown:
            return step.unknown(decision.unknown)
        if not decision.routes:
            block = Block("no-route", step.place.table, f"no route to {show_range(step.low, step.high)}")
            return self.stopped(step.low, step.high, step.path, block, self.vpc_candidate(step))
        route = decision.routes[0]
        if route.blackhole:
            block = Block("blackhole-route", route.address, f"{route} is a blackhole route: {route.blackhole}")
            return self.stopped(step.low, step.high, step.path, block, self.vpc_candidate(step))
        if isinstance(route.target, Unknown):
            return step.unknown(f"the target of {route.address}: {route.target.reason}")
        assert isinstance(route.target, Target)
        return self._follow(step._replace(route=route), route.target)

    def _follow(self, step: Step, target: Target) -> Pieces:
        match target.kind:
            case TargetKind.LOCAL:
                return self.deliver(step, f"local route of {step.place.table}")
            case TargetKind.TRANSIT_GATEWAY:
                return self._to_tgw(step, target.address)
            case TargetKind.INTERNET_GATEWAY:
                return self.to_internet(step, target.address)
            case TargetKind.EGRESS_ONLY:
                return self.to_egress_only(step, target.address)
            case TargetKind.NAT_GATEWAY:
                return self.to_nat(step, target.address)
            case TargetKind.FIREWALL_ENDPOINT | TargetKind.ENDPOINT:
                return self._to_firewall(step, target.address)
            case TargetKind.PEERING:
                return self._to_peer(step, target.address)
            case TargetKind.VPN_GATEWAY:
                return self._to_vpn_gateway(step, target.address)
            case _:
                return step.unknown(f"the next hop of {step.route_name} is {target}, which is not modeled")

    # --- transit gateway

    def _to_tgw(self, step: Step, tgw: str) -> Pieces:
        """Over the attachment of the VPC, which needs a subnet in the zone of the packet."""
        attachments = self.index.attachments_of_vpc.get((step.place.vpc, tgw), [])
        if not attachments:
            return self._not_attached_to_tgw(step, tgw)
        attachment = attachments[0]
        if attachment.address in self.index.scenario.down:
            block = Block("attachment-down", attachment.address, f"{attachment.address} is down")
            return self.stopped(step.low, step.high, step.path, block)
        zones, unknown_reason = self.index.zones(attachment)
        zone = step.place.zone
        if zone not in zones:
            return self._zone_without_attachment(step, attachment, tuple(zones), unknown_reason)
        # The subnet's ACL outbound and the attachment subnet's ACL inbound are evaluated, in one subnet too.
        # https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html
        path = self.cross(self.leave(step.place, step.path), zones[zone], inbound=True)
        step = step.along(path).hop("attachment", attachment.address, zone)
        return self.into_tgw(attachment, zone, step.low, step.high, step.path, step.seen)

    def _not_attached_to_tgw(self, step: Step, tgw: str) -> Pieces:
        """The end of the walk at a transit gateway to which the VPC is not attached, or may not be."""
        vpc, possible = step.place.vpc, self.network.possible
        for address, other in possible.attachments.items():
            if other.kind is AttachmentKind.VPC and {other.attached, other.gateway} == {vpc, tgw}:
                return step.unknown(possible.unaccepted.get(address, f"how many {address} there are is not known"))
        for other in (*self.network.attachments.values(), *possible.attachments.values()):
            unresolved = isinstance(other.attached, Unknown) or isinstance(other.gateway, Unknown)
            if other.kind is AttachmentKind.VPC and unresolved:
                return step.unknown(f"{other.address} may attach {vpc} to {tgw}, or not")
        why = f"the next hop of {step.route or 'a route'} is {tgw}, to which {vpc} is not attached"
        block = Block("not-attached", step.route_name or step.place.table, why)
        return self.stopped(step.low, step.high, step.path, block)

    def _zone_without_attachment(
        self, step: Step, attachment: Attachment, zones: tuple[str, ...], unknown_reason: str
    ) -> Pieces:
        zone = step.place.zone
        unknown_reason = unknown_reason or _may_be_same_zone(zone, zones)
        if unknown_reason or not zone:
            why = unknown_reason or f"the zone of {step.place.subnet} is unknown"
            return step.unknown(f"whether {attachment.address} has a subnet in the zone: {why}")
        why = f"no attachment subnet in zone {zone} (has {', '.join(zones) or 'none'})"
        return self.stopped(
            step.low,
            step.high,
            step.path,
            Block("zone-without-attachment", attachment.address, why),
            lambda path: self.into_tgw(attachment, zone, step.low, step.high, path, step.seen),
        )

    # --- firewall endpoints

    def _to_firewall(self, step: Step, endpoint: str) -> Pieces:
        if endpoint in self.network.firewalls:
            return self._to_some_endpoint(step, self.network.firewalls[endpoint])
        subnets: Sequence[str | Unknown]
        if endpoint in self.index.endpoint_subnet:
            subnets = (self.index.endpoint_subnet[endpoint],)
        else:
            found = self.network.endpoints.get(endpoint)
            if found is not None and found.kind is not EndpointKind.GATEWAY_LOAD_BALANCER:
                return step.unknown(
                    f"the next hop of {step.route_name} is {endpoint}, no Gateway Load Balancer endpoint"
                )
            subnets = found.subnets if found else ()
        if len(subnets) != 1 or isinstance(subnets[0], Unknown) or subnets[0] not in self.network.subnets:
            return step.unknown(f"the subnet of {endpoint}, the next hop of {step.route_name}")
        subnet = subnets[0]
        step = step.along(self.move(step.place, subnet, step.path))
        step = step.hop("firewall", endpoint, self.index.zone_of(subnet))
        step = step.along(step.path._replace(boxes=(*step.path.boxes, endpoint)))
        if endpoint in self.index.scenario.down:
            step = step.blocked(Block("firewall-down", endpoint, f"{endpoint} is down"))
        return self.in_subnet(subnet, step.place.source, step.low, step.high, step.path, step.seen)

    def _to_some_endpoint(self, step: Step, firewall: Firewall) -> Pieces:
        """Through an endpoint of a firewall, where it is not known which one. Known if the result is the same for all.

        The result of an endpoint is the end, the exit and the outcome of each path.
        """
        ends = [(end, end.subnet) for end in firewall.own if isinstance(end.subnet, str)]
        unknown_reason = f"which endpoint of {firewall.address} is the next hop of {step.route_name}"
        if not ends or len(ends) < len(firewall.own):
            return step.unknown(unknown_reason)
        options = []
        for end, subnet in ends:
            inside = step.along(self.move(step.place, subnet, step.path)).hop("firewall", firewall.address)
            box = f"{SOME_ENDPOINT}{firewall.address} by {step.route_name}"
            inside = inside.along(inside.path._replace(boxes=(*inside.path.boxes, box)))
            if end.address in self.index.scenario.down:
                inside = inside.blocked(Block("firewall-down", end.address, f"{end.address} is down"))
            options.append(self.in_subnet(subnet, step.place.source, step.low, step.high, inside.path, step.seen))
        results = [
            [(first, last, {(p.end, p.exit, p.outcome) for p in paths}) for first, last, paths in pieces]
            for pieces in options
        ]
        return merge(options) if all(each == results[0] for each in results) else step.unknown(unknown_reason)

    # --- peering and virtual private gateways

    def _to_peer(self, step: Step, peering: str) -> Pieces:
        found = self.network.peerings.get(peering)
        if found is None or isinstance(found.requester, Unknown) or isinstance(found.peer, Unknown):
            return step.unknown(f"which VPCs {peering} joins")
        vpcs = (found.requester, found.peer)
        vpc = step.place.vpc
        if vpc not in vpcs:
            block = Block("blackhole-route", step.route_name or peering, f"{peering} does not belong to {vpc}")
            return self.stopped(step.low, step.high, step.path, block)
        if step.place.source is PacketSource.OUTSIDE:
            # https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-limitations
            why = "VPC peering carries no packets from outside the VPC"
            step = step.blocked(Block("edge-to-edge", peering, why))
        peer = vpcs[1] if vpc == vpcs[0] else vpcs[0]
        step = step.along(self.leave(step.place, step.path)).hop("peering", peering)
        return self.local_only(step._replace(place=VpcPlace(peer, "", "", "", PacketSource.OUTSIDE)))

    def _to_vpn_gateway(self, step: Step, gateway: str) -> Pieces:
        detached = self.not_attached(step, gateway, step.route_name)
        if detached is not None:
            return detached
        if step.place.source in (PacketSource.OUTSIDE, PacketSource.PUBLIC_NAT):
            why = f"a virtual private gateway carries no packets from {step.place.source.value}"
            step = step.blocked(Block("edge-to-edge", gateway, why))
        step = step.along(self.leave(step.place, step.path)).hop("virtual private gateway", gateway)
        pieces: Pieces = []
        for first, last, decision in self.index.gateway_table(gateway).decide.within(step.low, step.high):
            if decision.unknown:
                pieces += unknown(first, last, step.path, decision.unknown)
            elif not decision.routes:
                block = Block("no-route", gateway, f"the gateway has no route to {show_range(first, last)}")
                pieces += self.stopped(first, last, step.path, block)
            else:
                connections = [str(r.target) for r in decision.routes]
                best = decision.routes[0]
                options = [self.to_site(c, best, first, last, step.path, step.seen) for c in connections]
                pieces += merge(options)
        return pieces

    # --- past a block

    def vpc_candidate(self, step: Step) -> Callable[[Path], Pieces] | None:
        """The most likely next step of a packet that is stopped in a VPC: where a route should have sent it."""
        if not self.past_blocks:
            return None
        vpc, low = step.place.vpc, step.low
        step = step._replace(route=None)
        owners = self.index.vpc_owners(low)
        if vpc in owners:
            return lambda path: self.deliver(step.along(path), f"in {vpc}")
        for peering in self.network.peerings.values():
            vpcs = {peering.requester, peering.peer}
            if vpc in vpcs and vpcs & set(owners):
                return lambda path: self._to_peer(step.along(path), peering.address)
        for tgw in [gateway for attached, gateway in self.index.attachments_of_vpc if attached == vpc]:
            if self.owners(tgw, low) or not PUBLIC(low):
                return lambda path: self._to_tgw(step.along(path), tgw)
        if PUBLIC(low) and not step.place.source.name.endswith("NAT"):
            subnets = {s.address for s in self.index.subnets_of.get(vpc, [])}
            nats = [n for n in self.network.nats.values() if n.subnet in subnets and n.public is True]
            nats.sort(key=lambda n: self.index.zone_of(str(n.subnet)) != step.place.zone)
            if nats:
                return lambda path: self.to_nat(step.along(path), nats[0].address)
        internet = self.index.gateway_of(vpc, GatewayKind.INTERNET)
        if PUBLIC(low) and isinstance(internet, str) and internet:
            return lambda path: self.to_internet(step.along(path), internet)
        return None


_ZONE_ID = re.compile(r".*-az\d+")


def _may_be_same_zone(zone: str, others: Iterable[str]) -> str:
    """Why a zone may be one of the others, or "". A zone name and a zone ID cannot be compared."""
    by_id = _ZONE_ID.fullmatch(zone) is not None
    other = next((o for o in others if (_ZONE_ID.fullmatch(o) is not None) is not by_id), "") if zone else ""
    return f"{zone} and {other} may be the same zone" if other else ""
