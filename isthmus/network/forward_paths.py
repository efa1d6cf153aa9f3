"""The forward path of a packet: from its source, along the routes, past the filters, to its destination."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isthmus.network import nat64
from isthmus.network.address_space import PUBLIC, address_at, number
from isthmus.network.answers import (
    AtEndpoint,
    AtSite,
    Hop,
    InSubnet,
    Internet,
    Packet,
    Path,
    Position,
    Service,
    UnassignedAddress,
    UnknownAddress,
)
from isthmus.network.bgp import Bgp
from isthmus.network.block import Block
from isthmus.network.filters import forward_traffic
from isthmus.network.filters_on_path import FiltersOnPath
from isthmus.network.gateway_endpoints import GatewayEndpoints
from isthmus.network.index import NetworkIndex
from isthmus.network.model import GatewayKind, Unknown
from isthmus.network.positions import V4_LAST, Positions
from isthmus.network.walk import Pieces, Walk
from isthmus.network.walk.ends import WalkCache, ending, source_of
from isthmus.network.walk.pieces import unknown


class ForwardPaths:
    """The forward paths of packets in one network."""

    def __init__(
        self, index: NetworkIndex, bgp: Bgp, positions: Positions, filters: FiltersOnPath, walks: WalkCache
    ) -> None:
        self.index = index
        self.bgp = bgp
        self.network = index.network
        self.positions = positions
        self._filters = filters
        self._walks = walks
        self._gateway_endpoints = GatewayEndpoints(index)

    def of(self, packet: Packet) -> tuple[Path, ...]:
        """Every path that a packet may take. A blocked path goes on past each block, to list every block."""
        paths: list[Path] = []
        for target, expected in self._targets(packet):
            found = self._arrive_at(Walk(self.index, self.bgp), packet, target, expected)
            if any(path.blocks for path in found):
                found = self._arrive_at(Walk(self.index, self.bgp, past_blocks=True), packet, target, expected)
            paths += found
        if nat := self._nat_gateway_at(packet.destination):
            block = Block("nat-gateway", nat, "a NAT gateway accepts no connections")
            paths = [path.blocked(block) for path in paths]
        return tuple(dict.fromkeys(paths))

    def _nat_gateway_at(self, location: Position) -> str:
        """The NAT gateway whose private address a location is, or "".

        https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
        """
        ip = location.ip if isinstance(location, InSubnet) else None
        return next((n.address for n in self.network.nats.values() if ip is not None and n.private_ip == ip), "")

    def _targets(self, packet: Packet) -> Iterator[tuple[int | Unknown | None, str]]:
        """The addresses that stand for the destination, each with the end that a path must have."""
        to = packet.destination
        match to:
            case InSubnet():
                yield self.positions.of(to), to.address
            case UnknownAddress() | UnassignedAddress():
                yield self.positions.of(to), ""
            case AtSite():
                yield self.positions.of(to), to.name
            case Internet():
                yield self.positions.of(to), "internet"
            case Service():
                yield self.positions.of(to), "internet"
            case AtEndpoint():
                for subnet in self.positions.endpoint_subnets(to):
                    if isinstance(subnet, Unknown):
                        yield subnet, to.address
                    else:
                        yield self.positions.of(InSubnet(subnet)), subnet

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
            source = self.positions.of(origin)
            if not isinstance(source, int):
                paths.append(Path(unknown=source.reason if source else f"no address of {origin} is known"))
                continue
            service = self._gateway_endpoints.path(walk, packet, target)
            if service is not None:
                paths.append(self._filters.acls(service, (source, source), (target, target), forward_traffic(packet)))
                continue
            for _, _, found in self._depart(walk, origin, packet.destination, target, expected):
                paths += [
                    self._filters.translated(
                        packet,
                        self._filters.acls(
                            ending(path, expected), (source, source), (target, target), forward_traffic(packet)
                        ),
                        target,
                    )
                    for path in self._filters.firewalls(packet, found, source, target)
                ]
        return [self._filters.groups(packet, path, target) for path in paths]

    def _sources(self, location: Position) -> Sequence[Position]:
        if not isinstance(location, AtEndpoint):
            return (location,)
        return [InSubnet(s) for s in self.positions.endpoint_subnets(location) if isinstance(s, str)]

    def _depart(self, walk: Walk, origin: Position, destination: Position, target: int, expected: str) -> Pieces:
        key = (walk.past_blocks, origin, destination, target, expected)
        return self._walks.of(key, lambda: self._departed(walk, origin, destination, target, expected))

    def _departed(self, walk: Walk, origin: Position, destination: Position, target: int, expected: str) -> Pieces:
        ip = getattr(origin, "ip", None)
        if ip is not None and nat64.is_inside(number(ip)):
            block = Block(
                "nat-gateway", str(ip), f"packets from {nat64.PREFIX} are replies: a NAT gateway opens no flow"
            )
            return [(target, target, (Path().blocked(block),))]
        match origin:
            case InSubnet():
                start = Path((Hop("subnet", origin.address, "", self.index.zone_of(origin.address)),))
                return walk.in_subnet(origin.address, source_of(origin), target, target, start)
            case AtSite():
                return walk.from_site(self.positions.site(origin.name), target, target, Path())
            case UnassignedAddress():
                return [(target, target, (Path(unknown=f"no packet has this source: {origin.why}"),))]
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
            path = path.blocked(block)
        if target > V4_LAST and not PUBLIC(target):
            block = Block(
                "no-public-address", gateway, f"{address_at(target)} is private: the internet has no route to it"
            )
            path = path.blocked(block)
        return [
            (low, high, tuple(walk.past_public_access(vpc, gateway, found, inbound=True) for found in paths))
            for low, high, paths in walk.out_of_gateway(gateway, target, target, path)
        ]
