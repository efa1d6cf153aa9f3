"""The engine: ask it where packets go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from ipaddress import IPv4Address

from isthmus.network import nat64
from isthmus.network.address_space import ALL, PUBLIC, Address, RangeMap, address_at, number, span
from isthmus.network.answers import (
    ALL_UP,
    AdvertisedPrefixes,
    AtEndpoint,
    AtSite,
    Hop,
    InSubnet,
    Internet,
    Nowhere,
    Outcome,
    Packet,
    Path,
    Position,
    RoundTrip,
    Scenario,
    Service,
    Somewhere,
    Trace,
)
from isthmus.network.bgp import Bgp
from isthmus.network.block import Block
from isthmus.network.client_ports import EPHEMERAL, NAT_PORTS
from isthmus.network.filters import Span, back, there
from isthmus.network.filters_on_path import Passing
from isthmus.network.index import NetworkIndex
from isthmus.network.learned_routes import Sites
from isthmus.network.model import EndpointKind, GatewayKind, Network, Site, Subnet, Unknown, VpcEndpoint
from isthmus.network.packet_boundaries import Boundaries
from isthmus.network.packets import WITH_PORTS, Traffic
from isthmus.network.positions import V4_LAST, NoSuchPosition, Positions
from isthmus.network.public_access import RULE as PUBLIC_ACCESS
from isthmus.network.reachable_ranges import Heads, Reach, Signature, SourceClass, Tails, signature, without
from isthmus.network.route_tables import Route, vpc_cidrs
from isthmus.network.service_addresses import differing, of_all, service_parts
from isthmus.network.symmetry import asymmetry, unclear
from isthmus.network.walk import PacketSource, Pieces, Walk
from isthmus.network.walk.steps import VpcPlace, unknown

__all__ = ["Forwarding", "NoSuchPosition"]

_MOST_WAYS = 4_096  # kept at a time, for the packets that filters tell apart on one way


class Forwarding:
    """Forwarding answers for one network in one scenario.

    `sites` say what is on-premises and what it advertises; connections they leave out advertise what nobody knows.
    `client_ports` are those that clients open connections from.
    Compiled tables are kept: ask one engine many questions.
    """

    def __init__(
        self,
        network: Network,
        *,
        sites: Iterable[Site] = (),
        scenario: Scenario = ALL_UP,
        client_ports: Span = EPHEMERAL,
    ) -> None:
        """Raises `ValueError` for sites that do not fit the network."""
        self.network = network
        self.scenario = scenario
        self.client_ports = client_ports
        self.sites = Sites.of(network, sites)
        self.index = NetworkIndex(network, self.sites, scenario)
        self.bgp = Bgp(self.index)
        self.places = Positions(self.index)
        self.boundaries = Boundaries(self.index)
        self._passing = Passing(self.index, self.places)
        self._tails = Tails(Walk(self.index, self.bgp))
        self._walked: dict[tuple[object, ...], Pieces] = {}  # ways, which are the same for every protocol and port

    def in_scenario(self, scenario: Scenario) -> Forwarding:
        """The same network and sites while something is down."""
        sites = self.sites.by_name.values()
        return Forwarding(self.network, sites=sites, scenario=scenario, client_ports=self.client_ports)

    # --- one packet

    def forward(self, packet: Packet) -> Trace:
        """Follow a packet there. A blocked path goes on past each block, to list every setting in the way.

        To a service, one address of which the packet does not name, as in `both_ways`: the reply counts there, too.
        Raises `NoSuchPosition` for a location that is not in this network.
        """
        if isinstance(packet.destination, Service) and packet.destination.ip is None:
            return self.both_ways(packet).forward
        paths: list[Path] = []
        for target, expected in self._targets(packet):
            found = self._arrive_at(Walk(self.index, self.bgp), packet, target, expected)
            if any(path.blocks for path in found):
                found = self._arrive_at(Walk(self.index, self.bgp, past_blocks=True), packet, target, expected)
            paths += found
        nat = self._nat_at(packet.destination)
        if nat:
            why = "a NAT gateway takes no connections"
            paths = [path._replace(blocks=(*path.blocks, Block("nat-gateway", nat, why))) for path in paths]
        return Trace(packet, tuple(dict.fromkeys(paths)))

    def _nat_at(self, location: Position) -> str:
        """The NAT gateway whose private address a location is, or "".

        https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
        """
        ip = location.ip if isinstance(location, InSubnet) else None
        return next((n.address for n in self.network.nats.values() if ip is not None and n.private_ip == ip), "")

    def both_ways(self, packet: Packet) -> RoundTrip:
        """Follow a packet there and, for each path there, the reply back, which NAT and stateful firewalls must see.

        Where the packet does not arrive, the reply is followed as if it had, if it is known from where. A packet to a
        service is followed to an address of each part that something tells apart: unknown if these fare differently.
        """
        return of_all(packet, self.trips(packet))

    def trips(self, packet: Packet) -> Sequence[RoundTrip]:
        """The flow of a packet, to each address that has to be asked about: of a service several, else the one."""
        service = packet.destination
        if not isinstance(service, Service) or service.ip is not None:
            return (self._round_trip(packet),)
        if isinstance(self._service_parts, str):
            trip = self._round_trip(packet)
            return (differing(packet, trip, f"which public addresses {service} has: {self._service_parts}"),)
        return [self._round_trip(replace(packet, destination=replace(service, ip=ip))) for ip in self._service_parts]

    @cached_property
    def _service_parts(self) -> tuple[IPv4Address, ...] | str:
        return service_parts(self.index)

    def _round_trip(self, packet: Packet) -> RoundTrip:
        forward = self.forward(packet)
        replies: list[Path] = []
        uneven: list[Block] = []
        for path in forward.paths:
            found = self._reply(packet, path)
            fitting = [r for r in found if _same_pins(path, r)] or found
            fitting = [r._replace(unknown=r.unknown or unclear(path, r)) for r in fitting]
            uneven += [b for r in fitting if (b := asymmetry(self.index, path, r)) is not None]
            replies += fitting
        reverse = Packet(packet.destination, packet.source, packet.protocol, packet.port, packet.ephemeral)
        return RoundTrip(forward, Trace(reverse, tuple(dict.fromkeys(replies))), tuple(dict.fromkeys(uneven)))

    def _targets(self, packet: Packet) -> Iterator[tuple[int | Unknown | None, str]]:
        """The addresses that stand for the destination, each with the end that a path must have."""
        to = packet.destination
        match to:
            case InSubnet():
                yield self.places.of(to), to.address
            case Somewhere() | Nowhere():
                yield self.places.of(to), ""
            case AtSite():
                yield self.places.of(to), to.name
            case Internet():
                yield self.places.of(to), "internet"
            case Service():
                yield self.places.of(to), "internet"
            case AtEndpoint():
                for subnet in self.places.endpoint_subnets(to):
                    if isinstance(subnet, Unknown):
                        yield subnet, to.address
                    else:
                        yield self.places.of(InSubnet(subnet)), subnet

    def _arrive_at(self, walk: Walk, packet: Packet, target: int | Unknown | None, expected: str) -> list[Path]:
        if isinstance(target, Unknown):
            return [Path(unknown=target.reason)]
        if target is None:
            return [Path(unknown=f"no address of {packet.destination} is known")]
        starts = self._sources(packet.source)
        if not starts:
            return [Path(unknown=f"no subnet of {packet.source} is known")]
        paths: list[Path] = []
        for origin in starts:
            source = self.places.of(origin)
            if not isinstance(source, int):
                paths.append(Path(unknown=source.reason if source else f"no address of {origin} is known"))
                continue
            service = self._by_gateway_endpoint(walk, packet, target)
            if service is not None:
                paths.append(self._passing.acls(service, (source, source), (target, target), there(packet)))
                continue
            for _, _, found in self._depart(walk, origin, packet.destination, target, expected):
                paths += [
                    self._passing.translated(
                        packet,
                        self._passing.acls(_ending(path, expected), (source, source), (target, target), there(packet)),
                        target,
                    )
                    for path in self._passing.firewalls(packet, found, source, target)
                ]
        return [self._passing.groups(packet, path, target) for path in paths]

    def _sources(self, location: Position) -> Sequence[Position]:
        if not isinstance(location, AtEndpoint):
            return (location,)
        return [InSubnet(s) for s in self.places.endpoint_subnets(location) if isinstance(s, str)]

    def _depart(self, walk: Walk, origin: Position, destination: Position, target: int, expected: str) -> Pieces:
        way = (walk.past_blocks, origin, destination, target, expected)
        return self._once(way, lambda: self._departed(walk, origin, destination, target, expected))

    def _once(self, way: tuple[object, ...], walked: Callable[[], Pieces]) -> Pieces:
        """A way, walked again only if many others were since."""
        if way not in self._walked:
            if len(self._walked) >= _MOST_WAYS:
                self._walked.clear()
            self._walked[way] = walked()
        return self._walked[way]

    def _departed(self, walk: Walk, origin: Position, destination: Position, target: int, expected: str) -> Pieces:
        ip = getattr(origin, "ip", None)
        if ip is not None and nat64.is_inside(number(ip)):
            block = Block(
                "nat-gateway", str(ip), f"packets from {nat64.PREFIX} are replies: a NAT gateway opens no flow"
            )
            return [(target, target, (Path(blocks=(block,)),))]
        match origin:
            case InSubnet():
                start = Path((Hop("subnet", origin.address, "", self.index.zone_of(origin.address)),))
                return walk.in_subnet(origin.address, _source_of(origin), target, target, start)
            case AtSite():
                return walk.from_site(self.places.site(origin.name), target, target, Path())
            case Nowhere():
                return [(target, target, (Path(unknown=f"no packet comes from there: {origin.why}"),))]
            case _:
                return self._from_internet(walk, destination, target, expected)

    def _from_internet(self, walk: Walk, destination: Position, target: int, subnet: str) -> Pieces:
        """Unsolicited packets come in by the destination VPC's internet gateway, to a public address or not at all."""
        if not isinstance(destination, (InSubnet, AtEndpoint)):
            why = "packets from the internet are followed into VPCs only"
            return [(target, target, (Path(unknown=why),))]
        path = Path((Hop("internet", "internet"),))
        vpc = self.network.subnets[subnet].vpc
        if isinstance(vpc, Unknown):
            return unknown(target, target, path, f"the VPC of {subnet}: {vpc.reason}")
        gateway = self.index.gateway_of(vpc, GatewayKind.INTERNET)
        if isinstance(gateway, Unknown):
            return unknown(target, target, path, gateway.reason)
        if not gateway:
            block = Block("no-internet-gateway", vpc, "the VPC has no internet gateway")
            return walk.stopped(target, target, path, block)
        path = path._replace(hops=(*path.hops, Hop("internet gateway", gateway)))
        if target <= V4_LAST and not (isinstance(destination, InSubnet) and destination.public):
            block = Block("no-public-address", gateway, f"{destination} has no public address")
            path = path._replace(blocks=(*path.blocks, block))
        if target > V4_LAST and not PUBLIC(target):
            block = Block(
                "no-public-address", gateway, f"{address_at(target)} is private: the internet has no route to it"
            )
            path = path._replace(blocks=(*path.blocks, block))
        return [
            (low, high, tuple(walk.past_public_access(vpc, gateway, found, inbound=True) for found in paths))
            for low, high, paths in walk.out_of_gateway(gateway, target, target, path)
        ]

    def _by_gateway_endpoint(self, walk: Walk, packet: Packet, target: int) -> Path | None:
        """A service by a gateway endpoint: for hosts of its VPC, in subnets whose table it is associated with.

        A route for some public addresses may be more specific than the service's own, or less: that is not known.
        A host of a zone that is down, or may be, is left to the walk, which asks about the zone before any table.

        https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
        """
        source, service = packet.source, packet.destination
        if not isinstance(service, Service) or not isinstance(source, InSubnet):
            return None
        subnet = self.network.subnets[source.address]
        if self.index.zones_down and self.index.zone_of(source.address) in ("", *self.index.zones_down):
            return None
        unknown_reason = ""
        for endpoint in self.network.endpoints.values():
            if endpoint.kind is not EndpointKind.GATEWAY:
                continue
            if endpoint.service_name not in (service.name, ""):
                continue
            listed = subnet.table in endpoint.tables
            if listed and isinstance(endpoint.service, str) and isinstance(subnet.table, str):
                why = f"route of {subnet.table}"
                hops = (Hop("subnet", source.address), Hop("gateway endpoint", endpoint.address, why))
                rival = self._specific_route(subnet.table, target)
                if rival:
                    return Path(hops[:1], unknown=f"whether {rival} or {endpoint.address} leads to {service}")
                return walk.cross(Path(hops, str(service), endpoint.address), source.address, inbound=False)
            if listed or self._may_serve(endpoint, subnet):
                unknown_reason = unknown_reason or f"whether {endpoint.address} serves {service} for {source.address}"
        for endpoint in (*self.network.possible.endpoints.values(), *self._untyped_endpoints):
            if endpoint.kind in (EndpointKind.GATEWAY, EndpointKind.OTHER) and (
                endpoint.service_name in (service.name, "")
                and (subnet.table in endpoint.tables or self._may_serve(endpoint, subnet))
            ):
                unknown_reason = unknown_reason or f"whether {endpoint.address} serves {service} for {source.address}"
        return Path(unknown=unknown_reason) if unknown_reason else None

    def _specific_route(self, table: str, target: int) -> str:
        """The route that a table has for an address, if it is not one for all addresses; else "".

        https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
        """
        routes = self.index.vpc_table(table).decide(target).routes
        return next((f"{route.address} ({route.prefix})" for route in routes if route.prefix.prefixlen), "")

    @cached_property
    def _untyped_endpoints(self) -> tuple[VpcEndpoint, ...]:
        """Endpoints that may be of any type."""
        return tuple(e for e in self.network.endpoints.values() if e.kind is EndpointKind.OTHER)

    @staticmethod
    def _may_serve(endpoint: VpcEndpoint, subnet: Subnet) -> bool:
        """Whether a gateway endpoint of which not all is known may be in the table of a subnet."""
        if isinstance(subnet.table, Unknown) and endpoint.tables:
            return endpoint.vpc == subnet.vpc or isinstance(endpoint.vpc, Unknown) or isinstance(subnet.vpc, Unknown)
        unknown_tables = any(isinstance(t, Unknown) for t in endpoint.tables)
        return unknown_tables and (endpoint.vpc == subnet.vpc or isinstance(endpoint.vpc, Unknown))

    # --- the reply

    def _reply(self, packet: Packet, path: Path) -> list[Path]:
        """The reply to a packet that took `path`: through its NAT gateways backwards, to where it came from."""
        if not path.end:
            return [] if path.blocks else [Path(unknown=path.unknown)]
        if path.end.startswith("service "):
            return [self._reply_by_gateway_endpoint(packet, path)]
        origin_hop = path.hops[0].address
        origin = self._came_from(packet.source, origin_hop)
        source = self.places.of(origin)
        remote = self._remote_place(packet, path)
        if source is None or remote is None or isinstance(source, Unknown) or isinstance(remote, Unknown):
            return [Path(unknown=f"an address of {packet.source} or {packet.destination} is unknown")]
        legs: list[tuple[int, str, str]] = []  # destination, subnet or site where it must end, NAT gateway it reaches
        for nat in reversed(path.nats):
            if self.network.nats[nat].vpc is not None:
                legs.append((source, "", nat))
                continue
            place = self.places.nat_place(nat)
            if place is None:
                return [Path(unknown=f"the address of {nat} is unknown")]
            legs.append((place, str(self.network.nats[nat].subnet), nat))
        legs.append((source, "internet" if isinstance(origin, Internet) else origin_hop, ""))
        paths = self._reply_legs(Walk(self.index, self.bgp), packet, path, legs, remote)
        if any(p.blocks for p in paths):
            paths = self._reply_legs(Walk(self.index, self.bgp, past_blocks=True), packet, path, legs, remote)
        if isinstance(origin, Internet):
            paths = [self._out_by(p, path) for p in paths]
        # What Block Public Access stops, it stops in both directions.
        stops = tuple(block for block in path.blocks if block.rule == PUBLIC_ACCESS)
        return [p._replace(blocks=tuple(dict.fromkeys((*p.blocks, *stops)))) for p in paths] if stops else paths

    def _reply_by_gateway_endpoint(self, packet: Packet, path: Path) -> Path:
        reply = Path(tuple(reversed(path.hops)), str(packet.source))
        remote, place = self.places.of(packet.destination), self.places.of(packet.source)
        assert isinstance(remote, int)
        assert isinstance(place, int)
        crossed = Walk(self.index, self.bgp).cross(reply, path.hops[0].address, inbound=True)
        return self._passing.replies(crossed, (remote, remote), (place, place), back(packet))

    def _reply_legs(
        self, walk: Walk, packet: Packet, path: Path, legs: list[tuple[int, str, str]], remote: int
    ) -> list[Path]:
        done: list[Path] = [Path()]
        for index, (place, expected, nat) in enumerate(legs):
            # On its way to a NAT gateway a reply comes from the IPv4 address that it translates.
            sender = nat64.translated(remote) if nat else remote
            before = self.network.nats.get(legs[index - 1][2]) if index else None
            if nat and self.network.nats[nat].vpc is not None:
                pieces: Pieces = [(place, place, (self._to_regional_nat(nat, path),))]
            elif before is not None and isinstance(before.vpc, str):
                pieces = walk.in_vpc(VpcPlace(before.vpc, "", "", "", PacketSource.OUTSIDE), place, place, Path(), ())
            elif index == 0:
                way = (walk.past_blocks, packet.destination, path.end, path.exit, place)
                pieces = self._once(way, partial(self._reply_start, walk, packet, path, place))
            else:
                subnet = legs[index - 1][1]
                pieces = walk.in_subnet(subnet, PacketSource.OUTSIDE, place, place, Path())
            traffic = back(packet)
            if nat and traffic.protocol in WITH_PORTS:
                traffic = Traffic(traffic.protocol, NAT_PORTS)
            found = [
                self._passing.replies(_ending(p, expected), (sender, sender), (place, place), traffic, nat)
                for _, _, paths in pieces
                for p in paths
            ]
            clients = NAT_PORTS if nat else packet.ephemeral
            found = [
                _untranslated(self._passing.answers(packet, p, (place, place), (sender, sender), clients))
                for p in found
            ]
            if nat:
                found = [p._replace(hops=(*p.hops, Hop("NAT gateway", nat, "restores the address"))) for p in found]
            done = [_chain(a, b) for a in done for b in found]
        return done

    def _to_regional_nat(self, nat: str, path: Path) -> Path:
        """The reply on its way from the internet to a NAT gateway that is in no subnet."""
        start = Path((Hop("internet", "internet"), Hop("internet gateway", path.exit)))
        vpc = str(self.network.nats[nat].vpc)
        table = self.index.edge_table.get(path.exit, "") or self.index.edge_unknown_reason(vpc)
        return start._replace(unknown=f"whether {table} leads to {nat}") if table else start

    def _reply_start(self, walk: Walk, packet: Packet, path: Path, place: int) -> Pieces:
        if path.end in self.network.subnets:
            public = isinstance(packet.destination, InSubnet) and packet.destination.public
            start = Path((Hop("subnet", path.end, "", self.index.zone_of(path.end)),))
            kind = PacketSource.PUBLIC_HOST if public else PacketSource.HOST
            return walk.in_subnet(path.end, kind, place, place, start)
        if path.end in self.sites.by_name:
            return walk.from_site(self.sites.by_name[path.end], place, place, Path())
        start = Path((Hop("internet", "internet"),))
        if path.exit in self.sites.by_connection:
            return walk.from_site(self.sites.by_connection[path.exit], place, place, start)
        start = start._replace(hops=(*start.hops, Hop("internet gateway", path.exit)))
        return walk.out_of_gateway(path.exit, place, place, start)

    def _came_from(self, location: Position, first: str) -> Position:
        return InSubnet(first) if isinstance(location, AtEndpoint) else location

    def _remote_place(self, packet: Packet, path: Path) -> int | Unknown | None:
        if isinstance(packet.destination, AtEndpoint):
            return self.places.of(InSubnet(path.end)) if path.end in self.network.subnets else None
        return self.places.of(packet.destination)

    def _out_by(self, reply: Path, path: Path) -> Path:
        gateways = [hop.address for hop in path.hops if hop.kind == "internet gateway"]
        if reply.end == "internet" and (reply.exit not in gateways or reply.nats):
            way = reply.nats[0] if reply.nats else reply.exit
            block = Block("asymmetric-internet", way, f"the reply leaves by {way}, the packet came by {gateways[0]}")
            return reply._replace(blocks=(*reply.blocks, block))
        return reply

    # --- every packet

    def filtered(self, paths: Iterable[Path], source: Span, destination: Span, traffic: Traffic) -> tuple[Path, ...]:
        """The paths after the network ACLs on them have been asked about ranges of addresses and ports.

        All of the ranges have to pass: ask about smaller ones to tell them apart.
        """
        return tuple(self._passing.acls(path, source, destination, traffic) for path in paths)

    def reach(self, source: Position) -> Reach:
        """Everything a source may send to, by range of destinations, before network ACLs (see `filtered`).

        Raises `NoSuchPosition`; the internet is no source here, for nothing routes it.
        """
        walk = Heads(self.index, self.bgp)
        match source:
            case InSubnet():
                self.places.check_subnet(source.address)
                start = Path((Hop("subnet", source.address, "", self.index.zone_of(source.address)),))
                pieces = walk.in_subnet(source.address, _source_of(source), *ALL, start)
            case AtSite():
                pieces = walk.from_site(self.places.site(source.name), *ALL, Path())
            case _:
                raise NoSuchPosition(f"expected a subnet or a site as the source of reach, got {source}")
        return Reach(RangeMap(pieces, ()), self._tails)

    def classes(self, subnets: Iterable[str] | None = None) -> tuple[SourceClass, ...]:
        """The subnets (all, or those given) grouped by how their packets fare outside their own VPC."""
        groups: dict[object, list[str]] = defaultdict(list)
        reaches: dict[object, Pieces] = {}
        for subnet in self.network.subnets if subnets is None else subnets:
            heads = list(self.reach(InSubnet(subnet)).heads)
            own = [span(c) for c in vpc_cidrs(self.network, self.network.subnets[subnet].vpc)]
            pieces = without(heads, own, self._signature)
            key = tuple((low, high, self._signature(paths)) for low, high, paths in pieces)
            groups[key].append(subnet)
            reaches.setdefault(key, pieces)
        return tuple(
            SourceClass(tuple(members), Reach(RangeMap(reaches[key], ()), self._tails))
            for key, members in groups.items()
        )

    def _signature(self, paths: tuple[Path, ...]) -> Signature:
        return signature(paths, self._acl_content)

    def _acl_content(self, address: str) -> int:
        return self._acl_contents.get(address, -1)

    @cached_property
    def _acl_contents(self) -> dict[str, int]:
        seen: dict[object, int] = {}
        contents: dict[str, int] = {}
        for address, acl in self.network.nacls.items():
            rules = tuple(
                tuple((r.number, r.allow, r.protocol, r.cidr, r.ports) for r in direction)
                for direction in (acl.inbound, acl.outbound)
            )
            key = (rules, acl.unresolved, address if acl.unresolved else "")
            contents[address] = seen.setdefault(key, len(seen))
        return contents

    # --- where things are

    def locate(self, address: Address) -> Position:
        """The location of an address: in a subnet, at a site, or on the internet. Raises `NoSuchPosition`."""
        return self.places.locate(address)

    def in_several(self, address: Address) -> bool:
        """Whether an address is at several places."""
        return self.places.in_several(address)

    def place_of(self, location: Position) -> int | Unknown | None:
        """The place on the number line that stands for a location; None if it has no known address."""
        return self.places.of(location)

    @property
    def internet(self) -> tuple[Span, ...]:
        """The IPv4 addresses on the internet that no VPC, site or route of this network names in particular."""
        return self.places.internet

    # --- what tables say

    def advertised_prefixes(self, attachment: str) -> AdvertisedPrefixes:
        """The prefixes that AWS advertises over an attachment (see `isthmus.network.bgp`)."""
        return self.bgp.advertised_prefixes(attachment)

    def routes(self, table: str) -> tuple[Route, ...]:
        """Every candidate route of a VPC or transit gateway table, in effect or hidden by another.

        Raises `NoSuchPosition` for an address that is no table.
        """
        if table in self.network.tables:
            return self.index.vpc_table(table).candidates
        if table in self.network.tgw_tables:
            return self.index.tgw_table(table).candidates
        raise NoSuchPosition(f"expected the address of a route table of this network, got {table!r}")

    def used_routes(self, table: str) -> frozenset[Route]:
        """The routes of a table that decide for at least one address; the others are shadowed."""
        compiled = self.index.vpc_table(table) if table in self.network.tables else self.index.tgw_table(table)
        return frozenset(route for _, _, decision in compiled.decide for route in decision.routes)


def _source_of(location: InSubnet) -> PacketSource:
    return PacketSource.PUBLIC_HOST if location.public else PacketSource.HOST


def _ending(path: Path, expected: str) -> Path:
    """The path, blocked if it ends somewhere else than it should."""
    if not path.end or path.end == expected or path.outcome is Outcome.BLOCKED:
        return path
    why = f"the packet ends at {path.end}, " + (f"not at {expected}" if expected else "and no place has its address")
    block = Block("misrouted", path.hops[-1].address, why)
    return path._replace(blocks=(*path.blocks, block))


def _untranslated(reply: Path) -> Path:
    """A reply, blocked if a NAT gateway that did not see the packet gives it another source address."""
    if not reply.nats:
        return reply
    block = Block("reply-translated", reply.nats[0], f"{reply.nats[0]} changes the source address of the reply")
    return reply._replace(blocks=(*reply.blocks, block))


def _same_pins(path: Path, reply: Path) -> bool:
    """Whether appliance mode lets a reply take this path: in the zone that the flow is pinned to."""
    zones = dict(path.pinned)
    return all(zones.get(attachment, zone) == zone for attachment, zone in reply.pinned)


def _chain(first: Path, second: Path) -> Path:
    """Two legs of a reply as one path."""
    return Path(
        first.hops + second.hops,
        second.end,
        second.exit,
        first.blocks + second.blocks,
        first.unknown or second.unknown,
        first.crossings + second.crossings,
        first.nats + second.nats,
        first.boxes + second.boxes,
        first.pinned + second.pinned,
        first.hairpin + second.hairpin,
        first.denied + second.denied,
        undecided=first.way_known and second.way_known and bool(first.unknown or second.unknown),
    )
