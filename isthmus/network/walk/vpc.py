"""The walk in a VPC: subnets, route tables, and whatever a route leads to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from isthmus.network import nat64
from isthmus.network.address_space import PUBLIC, RangeMap, compile_prefixes, merge, show_range, span
from isthmus.network.answers import SOME_ENDPOINT, Crossing, Hop, Path
from isthmus.network.block import Block
from isthmus.network.learned_routes import is_default
from isthmus.network.model import AttachmentKind, Firewall, GatewayKind, NatGateway, Target, TargetKind, Unknown
from isthmus.network.public_access import RULE, GatewayPath
from isthmus.network.route_tables import Decision, Route, cidrs_unknown_reason, vpc_cidrs
from isthmus.network.walk.steps import PacketSource, Pieces, Seen, Steps, VpcPlace, after, led, unknown

_V4_LAST = (1 << 32) - 1


class VpcSteps(Steps):
    """Steps in a VPC."""

    def in_subnet(self, subnet: str, source: PacketSource, low: int, high: int, path: Path, seen: Seen = ()) -> Pieces:
        """Out of a subnet, by the table it is associated with."""
        facts = self.network.subnets[subnet]
        if isinstance(facts.vpc, Unknown):
            return unknown(low, high, path, f"the VPC of {subnet}: {facts.vpc.reason}")
        if isinstance(facts.table, Unknown):
            return unknown(low, high, path, f"the route table of {subnet}: {facts.table.reason}")
        place = VpcPlace(facts.vpc, facts.table, subnet, self.index.zone_of(subnet), source)
        return self.in_vpc(place, low, high, path, seen)

    def out_of_gateway(self, gateway: str, low: int, high: int, path: Path, seen: Seen = ()) -> Pieces:
        """Out of an internet or virtual private gateway into its VPC: its gateway route table decides, if any."""
        vpc = self.index.vpc_of_gateway.get(gateway)
        if vpc is None:
            return unknown(low, high, path, f"the VPC of {gateway} is unknown")
        table = self.index.edge_table.get(gateway, "")
        if not table and (unknown_reason := self.index.edge_unknown_reason(vpc)):
            return unknown(low, high, path, unknown_reason)
        return self.in_vpc(VpcPlace(vpc, table, "", "", PacketSource.OUTSIDE), low, high, path, seen)

    def in_vpc(self, place: VpcPlace, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        """Look the range up in the place's table, and follow."""
        if place in seen:
            why = "the packet comes back to a place it has been at: a routing loop"
            return self.stopped(low, high, path, Block("routing-loop", place.table or place.vpc, why))
        if place.zone and place.zone in self.index.scenario.down:
            return self.stopped(low, high, path, Block("zone-down", place.zone, f"zone {place.zone} is down"))
        if place.subnet and not place.zone and self.index.zones_down:
            return unknown(low, high, path, f"whether the zone of {place.subnet} is down")
        seen = (*seen, place)
        if not place.table:
            return self._local_only(place, low, high, path)
        pieces: Pieces = []
        for start, end, here in self._own_subnet(place).within(low, high):
            if here:
                pieces += self._deliver(place, start, end, path, "the same subnet")
                continue
            for first, last, decision in self.index.vpc_table(place.table).decide.within(start, end):
                pieces += self._vpc_step(place, decision, first, last, path, seen)
        return pieces

    def _own_subnet(self, place: VpcPlace) -> RangeMap[bool]:
        """Where no table is asked: neighbours in one subnet reach each other directly."""
        cidrs = self.network.subnets[place.subnet].cidrs if place.subnet else ()
        own = [(c, True) for c in cidrs if not isinstance(c, Unknown)]
        return compile_prefixes(own, lambda nest: True, False)

    def _vpc_step(self, place: VpcPlace, decision: Decision, low: int, high: int, path: Path, seen: Seen) -> Pieces:
        if decision.unknown:
            return unknown(low, high, path, decision.unknown)
        if not decision.routes:
            why = f"no route to {show_range(low, high)}"
            onward = self._vpc_candidate(place, low, high, seen)
            return self.stopped(low, high, path, Block("no-route", place.table, why), onward)
        route = decision.routes[0]
        if route.blackhole:
            why = f"{route} has lost its target: {route.blackhole}"
            onward = self._vpc_candidate(place, low, high, seen)
            return self.stopped(low, high, path, Block("blackhole-route", route.address, why), onward)
        if isinstance(route.target, Unknown):
            return unknown(low, high, path, f"the target of {route.address}: {route.target.reason}")
        assert isinstance(route.target, Target)
        return self._follow(place, route, route.target, low, high, path, seen)

    def _follow(
        self, place: VpcPlace, route: Route, target: Target, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        match target.kind:
            case TargetKind.LOCAL:
                return self._deliver(place, low, high, path, f"local route of {place.table}")
            case TargetKind.TRANSIT_GATEWAY:
                return self._to_tgw(place, route, target.address, low, high, path, seen)
            case TargetKind.INTERNET_GATEWAY:
                return self._to_internet(place, route, target.address, low, high, path, seen)
            case TargetKind.EGRESS_ONLY:
                return self._to_egress_only(place, route, target.address, low, high, path, seen)
            case TargetKind.NAT_GATEWAY:
                return self._to_nat(place, route, target.address, low, high, path, seen)
            case TargetKind.FIREWALL_ENDPOINT | TargetKind.ENDPOINT:
                return self._to_firewall(place, route, target.address, low, high, path, seen)
            case TargetKind.PEERING:
                return self._to_peer(place, route, target.address, low, high, path)
            case TargetKind.VPN_GATEWAY:
                return self._to_vpn_gateway(place, route, target.address, low, high, path, seen)
            case _:
                why = f"{route.address} leads to {target}, whose behaviour is not modelled"
                return unknown(low, high, path, why)

    def _leave(self, place: VpcPlace, path: Path) -> Path:
        """Out of the place's subnet, past its network ACL."""
        return self.cross(path, place.subnet, inbound=False) if place.subnet else path

    def cross(self, path: Path, subnet: str, inbound: bool) -> Path:
        """Past the network ACL of a subnet."""
        nacl = self.network.subnets[subnet].nacl
        if isinstance(nacl, Unknown):
            return path._replace(unknown=path.unknown or f"the network ACL of {subnet}: {nacl.reason}")
        if nacl in self.index.quiet_acls:
            return path
        crossing = Crossing(nacl, subnet, inbound, path.nats[-1] if path.nats else "")
        return path._replace(crossings=(*path.crossings, crossing))

    def _move(self, place: VpcPlace, subnet: str, path: Path) -> Path:
        """From the place's subnet into another one, past both network ACLs; none apply within a subnet."""
        return path if place.subnet == subnet else self.cross(self._leave(place, path), subnet, inbound=True)

    def _deliver(self, place: VpcPlace, low: int, high: int, path: Path, why: str) -> Pieces:
        pieces: Pieces = []
        for first, last, subnet in self.index.subnet_map(place.vpc).within(low, high):
            if isinstance(subnet, Unknown):
                pieces += unknown(first, last, path, subnet.reason)
            elif subnet is None:
                block = Block("no-subnet", place.vpc, f"no subnet has {show_range(first, last)}")
                pieces.append((first, last, (path._replace(blocks=(*path.blocks, block)),)))
            else:
                pieces.append((first, last, (self._arrive(place, subnet, path, why),)))
        return pieces

    def _arrive(self, place: VpcPlace, subnet: str, path: Path, why: str) -> Path:
        zone = self.index.zone_of(subnet)
        path = self._move(place, subnet, path)
        path = path._replace(hops=(*path.hops, Hop("subnet", subnet, why, zone)), end=subnet)
        if zone and zone in self.index.scenario.down:
            path = path._replace(blocks=(*path.blocks, Block("zone-down", zone, f"zone {zone} is down")))
        elif not zone and self.index.zones_down:
            path = path._replace(unknown=path.unknown or f"whether the zone of {subnet} is down")
        return path

    def _local_only(self, place: VpcPlace, low: int, high: int, path: Path) -> Pieces:
        pieces: Pieces = []
        unknown_reason = cidrs_unknown_reason(self.network, place.vpc)
        for first, last, owners in self.index.vpc_owners.within(low, high):
            if place.vpc in owners:
                pieces += self._deliver(place, first, last, path, f"local route of {place.vpc}")
            elif unknown_reason:
                pieces += unknown(first, last, path, unknown_reason)
            else:
                why = f"{show_range(first, last)} is not in the VPC, and a gateway or peering gives no transit"
                pieces += self.stopped(first, last, path, Block("edge-to-edge", place.vpc, why))
        return pieces

    def _to_tgw(
        self, place: VpcPlace, route: Route | None, tgw: str, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        attachments = self.index.attachments_of_vpc.get((place.vpc, tgw), [])
        name = route.address if route else place.table
        if not attachments:
            for address, other in self.network.possible.attachments.items():
                if other.kind is AttachmentKind.VPC and {other.attached, other.gateway} == {place.vpc, tgw}:
                    why = self.network.possible.unaccepted.get(address, f"how many {address} there are is not known")
                    return unknown(low, high, path, why)
            for other in (*self.network.attachments.values(), *self.network.possible.attachments.values()):
                vague = isinstance(other.attached, Unknown) or isinstance(other.gateway, Unknown)
                if other.kind is AttachmentKind.VPC and vague:
                    return unknown(low, high, path, f"{other.address} may attach {place.vpc} to {tgw}, or not")
            why = f"{route or 'a route'} leads to {tgw}, to which {place.vpc} is not attached"
            return self.stopped(low, high, path, Block("not-attached", name, why))
        attachment = attachments[0]
        zones, unknown_reason = self.index.zones(attachment)
        if attachment.address in self.index.scenario.down:
            why = f"{attachment.address} is down"
            return self.stopped(low, high, path, Block("attachment-down", attachment.address, why))
        if place.zone not in zones:
            unknown_reason = unknown_reason or _incomparable(place.zone, zones)
            if unknown_reason or not place.zone:
                why = unknown_reason or f"the zone of {place.subnet} is unknown"
                return unknown(low, high, path, f"whether {attachment.address} has a subnet in the zone: {why}")
            why = f"no attachment subnet in zone {place.zone} (has {', '.join(zones) or 'none'})"
            block = Block("zone-without-attachment", attachment.address, why)
            return self.stopped(
                low, high, path, block, lambda p: self.into_tgw(attachment, place.zone, low, high, p, seen)
            )
        # The subnet's ACL outbound and the attachment subnet's ACL inbound are evaluated, in one subnet too.
        # https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html
        path = self.cross(self._leave(place, path), zones[place.zone], inbound=True)
        path = after(path, led("attachment", attachment.address, place, route, place.zone))
        return self.into_tgw(attachment, place.zone, low, high, path, seen)

    def _to_internet(
        self, place: VpcPlace, route: Route | None, gateway: str, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        name = route.address if route else gateway
        elsewhere = self._elsewhere(place, gateway, name, low, high, path, seen)
        if elsewhere is not None:
            return elsewhere
        path = self._leave(place, path)
        path = after(path, led("internet gateway", gateway, place, route))
        pieces: Pieces = []
        for first, last, public in PUBLIC.within(low, high):
            here = path
            if not public:
                block = _private_to_internet(place, route, name, show_range(first, last))
                pieces += self.stopped(first, last, here, block, self._vpc_candidate(place, first, last, seen))
                continue
            if not _has_public_address(place.source, first):
                why = f"the packet comes from {place.source.value}: no public address, so the internet gateway drops it"
                here = here._replace(blocks=(*here.blocks, Block("no-public-address", gateway, why)))
            elif last > _V4_LAST:
                here = self._of_public_range(place.vpc, gateway, here)
            here = self.past_public_access(place.vpc, gateway, here, inbound=False)
            here = here._replace(hops=(*here.hops, Hop("internet", "internet")), end="internet", exit=gateway)
            pieces.append((first, last, (here,)))
        return pieces

    def past_public_access(self, vpc: str, gateway: str, path: Path, *, inbound: bool) -> Path:
        """A path between a VPC and the internet after Block Public Access; `inbound` if it opens a connection."""
        access = self.network.public_access.get(vpc)
        if access is None:
            return path
        found = access.passes(self._way(vpc, gateway, path, inbound=inbound))
        if isinstance(found, Unknown):
            return path._replace(unknown=path.unknown or found.reason)
        if found:
            return path
        what = "connections from" if inbound else "packets to"
        why = f"{access.options} has {access.mode}: {gateway} takes no {what} the internet here"
        return path._replace(blocks=(*path.blocks, Block(RULE, access.options, why)))

    def _way(self, vpc: str, gateway: str, path: Path, *, inbound: bool) -> GatewayPath:
        subnets: dict[str, None] = {}
        inspected = translated = False
        for hop in path.hops:
            if hop.kind == "subnet" and self.network.subnets[hop.address].vpc == vpc:
                subnets[hop.address] = None
            elif hop.kind == "NAT gateway":
                nat = self.network.nats[hop.address]
                translated, inspected = True, False
                if nat.vpc is not None or self.network.subnets[str(nat.subnet)].vpc == vpc:
                    # The packet comes from a subnet of this VPC, and of a regional gateway the other is not known.
                    subnets |= dict.fromkeys(() if subnets else ("",)) | {"" if nat.vpc else str(nat.subnet): None}
            elif hop.kind == "firewall":
                inspected = True
        facts = self.network.gateways.get(gateway)
        egress_only = facts is not None and facts.kind is GatewayKind.EGRESS_ONLY
        return GatewayPath(inbound, translated or egress_only, tuple(subnets) or ("",), inspected)

    def _elsewhere(
        self, place: VpcPlace, gateway: str, name: str, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces | None:
        """The end of the walk at a gateway that is not attached to the place's VPC, or may not be; None if it is."""
        facts = self.network.gateways.get(gateway)
        vpc = facts.vpc if facts is not None else Unknown("it is not in this input")
        if isinstance(vpc, Unknown):
            return unknown(low, high, path, f"the VPC of {gateway}: {vpc.reason}")
        if vpc == place.vpc:
            return None
        block = Block("blackhole-route", name, f"{gateway} is not attached to {place.vpc}")
        return self.stopped(low, high, path, block, self._vpc_candidate(place, low, high, seen))

    def _to_egress_only(
        self, place: VpcPlace, route: Route, gateway: str, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        elsewhere = self._elsewhere(place, gateway, route.address, low, high, path, seen)
        if elsewhere is not None:
            return elsewhere
        path = self._leave(place, path)
        path = after(path, led("egress-only internet gateway", gateway, place, route))
        pieces: Pieces = []
        for first, last, public in PUBLIC.within(low, high):
            why = "is not routed on the internet" if last > _V4_LAST else "is IPv4, which this gateway does not carry"
            block = Block("private-to-internet", route.address, f"{show_range(first, last)} {why}")
            here = path if public and last > _V4_LAST else path._replace(blocks=(*path.blocks, block))
            if last > _V4_LAST:
                here = self._of_public_range(place.vpc, gateway, here)
            here = self.past_public_access(place.vpc, gateway, here, inbound=False)
            here = here._replace(hops=(*here.hops, Hop("internet", "internet")), end="internet", exit=gateway)
            pieces.append((first, last, (here,)))
        return pieces

    def _of_public_range(self, vpc: str, gateway: str, path: Path) -> Path:
        """The path of an IPv6 packet of a VPC onto the internet, which routes no private addresses.

        A range that AWS chooses (`assign_generated_ipv6_cidr_block`) is public, and is none of those known here.
        https://docs.aws.amazon.com/vpc/latest/ipam/enable-prov-ipv6-gua.html
        """
        if unknown_reason := cidrs_unknown_reason(self.network, vpc):
            return path._replace(unknown=path.unknown or unknown_reason)
        ranges = [cidr for cidr in vpc_cidrs(self.network, vpc) if cidr.version == 6]
        private = [cidr for cidr in ranges if not PUBLIC(span(cidr)[0])]
        if not private:
            return path
        if len(private) < len(ranges):
            return path._replace(unknown=path.unknown or f"whether a packet of {vpc} comes from {private[0]}")
        why = f"{vpc} has {', '.join(map(str, private))}: private addresses are not routed on the internet"
        return path._replace(blocks=(*path.blocks, Block("no-public-address", gateway, why)))

    def _to_nat(
        self, place: VpcPlace, route: Route | None, nat: str, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        """To a NAT gateway. Of IPv6 it takes what stands for IPv4 addresses: see `isthmus.network.nat64`."""
        pieces: Pieces = []
        for first, last, stands in nat64.STANDS_FOR_IPV4.within(low, high):
            if stands is None:
                pieces += self._through_nat(place, route, nat, first, last, path, seen)
            elif not stands:
                why = f"a NAT gateway takes IPv6 packets to {nat64.PREFIX} alone"
                pieces += self.stopped(first, last, path, Block("nat-protocol", nat, why))
            elif nat in self.network.nats and self.network.nats[nat].vpc is not None:
                pieces += unknown(first, last, path, f"whether {nat}, which is regional, translates IPv6 packets")
            else:
                ends = nat64.translated(first), nat64.translated(last)
                for start, end, paths in self._through_nat(place, route, nat, *ends, path, seen):
                    pieces.append((nat64.as_seen(start), nat64.as_seen(end), paths))
        return pieces

    def _through_nat(
        self, place: VpcPlace, route: Route | None, nat: str, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        facts = self.network.nats.get(nat)
        if facts is not None and facts.vpc is not None:
            return self._to_regional_nat(place, route, facts, low, high, path, seen)
        if facts is None or isinstance(facts.subnet, Unknown) or isinstance(facts.public, Unknown):
            return unknown(low, high, path, f"the subnet or the type of NAT gateway {nat} is unknown")
        path = self._move(place, facts.subnet, path)
        zone = self.index.zone_of(facts.subnet)
        path = after(path, led("NAT gateway", nat, place, route, zone))
        path = path._replace(nats=(*path.nats, nat))
        if nat in self.index.scenario.down:
            path = path._replace(blocks=(*path.blocks, Block("nat-down", nat, f"{nat} is down")))
        source = PacketSource.PUBLIC_NAT if facts.public else PacketSource.PRIVATE_NAT
        return self.in_subnet(facts.subnet, source, low, high, path, seen)

    def _to_regional_nat(
        self, place: VpcPlace, route: Route | None, nat: NatGateway, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        """A NAT gateway without a subnet: its own table leads to the internet gateway, and is not in Terraform.

        https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
        """
        if isinstance(nat.vpc, Unknown) or nat.public is not True:
            return unknown(low, high, path, f"the VPC or the type of NAT gateway {nat.address} is unknown")
        if nat.vpc != place.vpc:
            why = f"{nat.address} is in {nat.vpc}, not in {place.vpc}"
            name = route.address if route else nat.address
            return self.stopped(low, high, path, Block("blackhole-route", name, why))
        path = after(self._leave(place, path), led("NAT gateway", nat.address, place, route))
        path = path._replace(nats=(*path.nats, nat.address))
        if nat.address in self.index.scenario.down:
            why = f"{nat.address} is down"
            path = path._replace(blocks=(*path.blocks, Block("nat-down", nat.address, why)))
        gateway = self.index.gateway_of(place.vpc, GatewayKind.INTERNET)
        if isinstance(gateway, Unknown):
            return unknown(low, high, path, gateway.reason)
        pieces: Pieces = []
        inside = place._replace(table="", subnet="", source=PacketSource.PUBLIC_NAT)
        for first, last, public in PUBLIC.within(low, high):
            if not public or last > _V4_LAST:
                pieces += unknown(first, last, path, f"where {nat.address} sends {show_range(first, last)}")
            elif not gateway:
                why = f"{place.vpc} has no internet gateway, to which {nat.address} could lead"
                pieces += self.stopped(first, last, path, Block("no-internet-gateway", place.vpc, why))
            else:
                pieces += self._to_internet(inside, None, gateway, first, last, path, seen)
        return pieces

    def _to_firewall(
        self, place: VpcPlace, route: Route, endpoint: str, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        if endpoint in self.network.firewalls:
            return self._to_some_endpoint(place, route, self.network.firewalls[endpoint], low, high, path, seen)
        subnets: Sequence[str | Unknown]
        if endpoint in self.index.endpoint_subnet:
            subnets = (self.index.endpoint_subnet[endpoint],)
        else:
            found = self.network.endpoints.get(endpoint)
            subnets = found.subnets if found else ()
        if len(subnets) != 1 or isinstance(subnets[0], Unknown) or subnets[0] not in self.network.subnets:
            return unknown(low, high, path, f"in which subnet {endpoint} is, to which {route.address} leads")
        subnet = subnets[0]
        path = self._move(place, subnet, path)
        path = after(path, led("firewall", endpoint, place, route, self.index.zone_of(subnet)))
        path = path._replace(boxes=(*path.boxes, endpoint))
        if endpoint in self.index.scenario.down:
            path = path._replace(blocks=(*path.blocks, Block("firewall-down", endpoint, f"{endpoint} is down")))
        return self.in_subnet(subnet, place.source, low, high, path, seen)

    def _to_some_endpoint(
        self, place: VpcPlace, route: Route, firewall: Firewall, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        """Through an endpoint of a firewall of which it is not known which one it is: known where all lead alike."""
        ends = [(end, end.subnet) for end in firewall.own if isinstance(end.subnet, str)]
        which = f"which endpoint of {firewall.address} {route.address} leads to"
        if not ends or len(ends) < len(firewall.own):
            return unknown(low, high, path, which)
        options = []
        for end, subnet in ends:
            inside = after(self._move(place, subnet, path), led("firewall", firewall.address, place, route))
            inside = inside._replace(boxes=(*inside.boxes, f"{SOME_ENDPOINT}{firewall.address} by {route.address}"))
            if end.address in self.index.scenario.down:
                block = Block("firewall-down", end.address, f"{end.address} is down")
                inside = inside._replace(blocks=(*inside.blocks, block))
            options.append(self.in_subnet(subnet, place.source, low, high, inside, seen))
        ended = [
            [(first, last, {(p.end, p.exit, p.outcome) for p in paths}) for first, last, paths in pieces]
            for pieces in options
        ]
        return merge(options) if all(each == ended[0] for each in ended) else unknown(low, high, path, which)

    def _to_peer(self, place: VpcPlace, route: Route | None, peering: str, low: int, high: int, path: Path) -> Pieces:
        facts = self.network.peerings.get(peering)
        if facts is None or isinstance(facts.requester, Unknown) or isinstance(facts.peer, Unknown):
            return unknown(low, high, path, f"which VPCs {peering} joins")
        sides = (facts.requester, facts.peer)
        if place.vpc not in sides:
            why = f"{peering} does not belong to {place.vpc}"
            return self.stopped(low, high, path, Block("blackhole-route", route.address if route else peering, why))
        if place.source is PacketSource.OUTSIDE:
            # https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-limitations
            why = "VPC peering carries no packets from outside the VPC"
            path = path._replace(blocks=(*path.blocks, Block("edge-to-edge", peering, why)))
        other = sides[1] if place.vpc == sides[0] else sides[0]
        path = after(self._leave(place, path), led("peering", peering, place, route))
        return self._local_only(VpcPlace(other, "", "", "", PacketSource.OUTSIDE), low, high, path)

    def _to_vpn_gateway(
        self, place: VpcPlace, route: Route, gateway: str, low: int, high: int, path: Path, seen: Seen
    ) -> Pieces:
        elsewhere = self._elsewhere(place, gateway, route.address, low, high, path, seen)
        if elsewhere is not None:
            return elsewhere
        if place.source in (PacketSource.OUTSIDE, PacketSource.PUBLIC_NAT):
            why = f"a virtual private gateway carries no packets from {place.source.value}"
            path = path._replace(blocks=(*path.blocks, Block("edge-to-edge", gateway, why)))
        path = after(self._leave(place, path), led("virtual private gateway", gateway, place, route))
        pieces: Pieces = []
        for first, last, decision in self.index.gateway_table(gateway).decide.within(low, high):
            if decision.unknown:
                pieces += unknown(first, last, path, decision.unknown)
            elif not decision.routes:
                block = Block("no-route", gateway, f"the gateway knows no route to {show_range(first, last)}")
                pieces += self.stopped(first, last, path, block)
            else:
                connections = [str(r.target) for r in decision.routes]
                options = [self.to_site(c, decision.routes[0], first, last, path, seen) for c in connections]
                pieces += merge(options)
        return pieces

    def _vpc_candidate(self, place: VpcPlace, low: int, high: int, seen: Seen) -> Callable[[Path], Pieces] | None:
        """Where a packet with no way on should most likely have gone."""
        if not self.past_blocks:
            return None
        owners = self.index.vpc_owners(low)
        if place.vpc in owners:
            return lambda p: self._deliver(place, low, high, p, f"in {place.vpc}")
        for peering in self.network.peerings.values():
            sides = {peering.requester, peering.peer}
            if place.vpc in sides and sides & set(owners):
                return lambda p: self._to_peer(place, None, peering.address, low, high, p)
        gateways = [tgw for vpc, tgw in self.index.attachments_of_vpc if vpc == place.vpc]
        for tgw in gateways:
            if self.owners(tgw, low) or not PUBLIC(low):
                return lambda p: self._to_tgw(place, None, tgw, low, high, p, seen)
        if PUBLIC(low) and not place.source.name.endswith("NAT"):
            nats = [n for n in self.network.nats.values() if n.subnet in self._subnets(place.vpc) and n.public is True]
            nats.sort(key=lambda n: self.index.zone_of(str(n.subnet)) != place.zone)
            if nats:
                return lambda p: self._to_nat(place, None, nats[0].address, low, high, p, seen)
        gateway = self.index.gateway_of(place.vpc, GatewayKind.INTERNET)
        if PUBLIC(low) and isinstance(gateway, str) and gateway:
            return lambda p: self._to_internet(place, None, gateway, low, high, p, seen)
        return None

    def _subnets(self, vpc: str) -> set[str]:
        return {s.address for s in self.index.subnets_of.get(vpc, [])}


def _private_to_internet(place: VpcPlace, route: Route | None, name: str, addresses: str) -> Block:
    """What stops private addresses at an internet gateway: the route that names them, or the lack of one.

    A default route takes whatever nothing more specific takes: the fault is the route that is not there.
    """
    if route is not None and is_default(route.prefix):
        why = f"no route to {addresses}: the default route {name} takes it to the internet, which does not carry it"
        return Block("private-to-internet", place.table, why)
    return Block("private-to-internet", name, f"{addresses} is not routed on the internet, yet {name} sends it there")


_ZONE_ID = re.compile(r".*-az\d+")


def _incomparable(zone: str, others: Iterable[str]) -> str:
    """Why nobody can say whether a zone is among others, or "": of one the name is known, of the other the id."""
    by_id = _ZONE_ID.fullmatch(zone) is not None
    other = next((o for o in others if (_ZONE_ID.fullmatch(o) is not None) is not by_id), "") if zone else ""
    return f"{zone} and {other} may be the same zone" if other else ""


def _has_public_address(source: PacketSource, place: int) -> bool:
    """IPv6 addresses are public by themselves; an IPv4 host needs a mapping at the gateway."""
    if place > _V4_LAST:
        return source is not PacketSource.OUTSIDE
    return source in (PacketSource.PUBLIC_HOST, PacketSource.PUBLIC_NAT)
