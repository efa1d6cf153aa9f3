"""The return path of a flow: the reply to a packet, through the same NAT gateways to the source."""

from __future__ import annotations

from functools import partial

from isthmus.network import nat64
from isthmus.network.answers import AtEndpoint, Hop, InSubnet, Internet, Packet, Path, Position
from isthmus.network.bgp import Bgp
from isthmus.network.block import Block
from isthmus.network.client_ports import NAT_PORTS
from isthmus.network.filters import reply_traffic
from isthmus.network.filters_on_path import FiltersOnPath
from isthmus.network.index import NetworkIndex
from isthmus.network.model import Unknown
from isthmus.network.packets import WITH_PORTS, Traffic
from isthmus.network.positions import Positions
from isthmus.network.public_access import RULE as PUBLIC_ACCESS
from isthmus.network.walk import PacketSource, Pieces, Walk
from isthmus.network.walk.ends import WalkCache, ending
from isthmus.network.walk.pieces import VpcPlace


class ReturnPaths:
    """The return paths of flows in one network."""

    def __init__(
        self, index: NetworkIndex, bgp: Bgp, positions: Positions, filters: FiltersOnPath, walks: WalkCache
    ) -> None:
        self.index = index
        self.bgp = bgp
        self.network = index.network
        self.positions = positions
        self._filters = filters
        self._walks = walks

    def of(self, packet: Packet, path: Path) -> list[Path]:
        """The reply to a packet that took `path`: through its NAT gateways backwards, to where it came from."""
        if not path.end:
            return [] if path.blocks else [Path(unknown=path.unknown)]
        if path.end.startswith("service "):
            return [self._reply_by_gateway_endpoint(packet, path)]
        origin_hop = path.hops[0].address
        origin = _came_from(packet.source, origin_hop)
        source = self.positions.of(origin)
        remote = self._remote_place(packet, path)
        if source is None or remote is None or isinstance(source, Unknown) or isinstance(remote, Unknown):
            return [Path(unknown=f"an address of {packet.source} or {packet.destination} is unknown")]
        legs: list[tuple[int, str, str]] = []  # destination, subnet or site where it must end, NAT gateway it reaches
        for nat in reversed(path.nats):
            if self.network.nats[nat].vpc is not None:
                legs.append((source, "", nat))
                continue
            place = self.positions.nat_place(nat)
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
        return [_out_of_public_access(p, stops) for p in paths]

    def _reply_by_gateway_endpoint(self, packet: Packet, path: Path) -> Path:
        hops = tuple(reversed(path.hops))
        remote, place = self.positions.of(packet.destination), self.positions.of(packet.source)
        assert isinstance(remote, int)
        assert isinstance(place, int)
        reply = Path(hops[:1], str(packet.source))
        crossed = Walk(self.index, self.bgp).cross(reply, path.hops[0].address, inbound=True)._replace(hops=hops)
        return self._filters.replies(crossed, (remote, remote), (place, place), reply_traffic(packet))

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
                key = (walk.past_blocks, packet.destination, path.end, path.exit, place)
                pieces = self._walks.of(key, partial(self._reply_start, walk, packet, path, place))
            else:
                subnet = legs[index - 1][1]
                pieces = walk.in_subnet(subnet, PacketSource.OUTSIDE, place, place, Path())
            traffic = reply_traffic(packet)
            if nat and traffic.protocol in WITH_PORTS:
                traffic = Traffic(traffic.protocol, NAT_PORTS)
            found = [
                self._filters.replies(ending(p, expected), (sender, sender), (place, place), traffic, nat)
                for _, _, paths in pieces
                for p in paths
            ]
            clients = NAT_PORTS if nat else packet.ephemeral
            found = [
                _untranslated(self._filters.answers(packet, p, (place, place), (sender, sender), clients))
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
        if path.end in self.index.sites.by_name:
            return walk.from_site(self.index.sites.by_name[path.end], place, place, Path())
        start = Path((Hop("internet", "internet"),))
        if path.exit in self.index.sites.by_connection:
            return walk.from_site(self.index.sites.by_connection[path.exit], place, place, start)
        start = start._replace(hops=(*start.hops, Hop("internet gateway", path.exit)))
        return walk.out_of_gateway(path.exit, place, place, start)

    def _remote_place(self, packet: Packet, path: Path) -> int | Unknown | None:
        if isinstance(packet.destination, AtEndpoint):
            return self.positions.of(InSubnet(path.end)) if path.end in self.network.subnets else None
        return self.positions.of(packet.destination)

    def _out_by(self, reply: Path, path: Path) -> Path:
        gateways = [hop.address for hop in path.hops if hop.kind == "internet gateway"]
        if reply.end == "internet" and (reply.exit not in gateways or reply.nats):
            way = reply.nats[0] if reply.nats else reply.exit
            block = Block("asymmetric-internet", way, f"the reply leaves by {way}, the packet came by {gateways[0]}")
            return reply.blocked(block)
        return reply


def _out_of_public_access(reply: Path, stops: tuple[Block, ...]) -> Path:
    """A reply, blocked at its internet gateway by what blocks the packet there."""
    gateway = next((hop.address for hop in reply.hops if hop.kind == "internet gateway"), "")
    return reply.blocked(*(block for block in stops if block not in reply.blocks), behind=reply.behind(gateway))


def _untranslated(reply: Path) -> Path:
    """A reply, blocked if a NAT gateway that did not see the packet gives it another source address."""
    if not reply.nats:
        return reply
    block = Block("reply-translated", reply.nats[0], f"{reply.nats[0]} changes the source address of the reply")
    return reply.blocked(block, behind=reply.behind(reply.nats[0]))


def _chain(first: Path, second: Path) -> Path:
    """Two legs of a reply as one path."""
    return Path(
        first.hops + second.hops,
        second.end,
        second.exit,
        first.blocks + second.blocks,
        first.unknown or second.unknown,
        first.crossings + tuple(crossing.after(len(first.hops)) for crossing in second.crossings),
        first.nats + second.nats,
        first.boxes + second.boxes,
        first.pinned + second.pinned,
        first.hairpin + second.hairpin,
        first.denied + second.denied,
        undecided=first.path_known and second.path_known and bool(first.unknown or second.unknown),
        stops=first.stops + tuple(len(first.hops) + stop for stop in second.stops),
    )


def _came_from(location: Position, first: str) -> Position:
    return InSubnet(first) if isinstance(location, AtEndpoint) else location
