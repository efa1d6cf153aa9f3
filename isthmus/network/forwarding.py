"""The engine: the forward path and the return path of any packet, and everything that a source reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from ipaddress import IPv4Address

from isthmus.network.address_space import ALL, Address, RangeMap
from isthmus.network.answers import (
    ALL_UP,
    AtSite,
    Hop,
    InSubnet,
    Packet,
    Path,
    Position,
    RoundTrip,
    Scenario,
    Service,
    Trace,
)
from isthmus.network.bgp import Bgp
from isthmus.network.block import Block
from isthmus.network.client_ports import EPHEMERAL
from isthmus.network.filters import Span
from isthmus.network.filters_on_path import FiltersOnPath
from isthmus.network.forward_paths import ForwardPaths
from isthmus.network.index import NetworkIndex
from isthmus.network.learned_routes import Sites
from isthmus.network.load_balancers import LoadBalancers
from isthmus.network.model import Network, Site, Unknown
from isthmus.network.packet_boundaries import Boundaries
from isthmus.network.packets import Traffic
from isthmus.network.positions import NoSuchPosition, Positions
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.network.reachable_ranges import Heads, Reach, SourceClass, Tails, source_classes
from isthmus.network.return_paths import ReturnPaths
from isthmus.network.route_tables import Route
from isthmus.network.service_addresses import differing, of_all, service_parts
from isthmus.network.symmetry import asymmetry, unclear
from isthmus.network.walk import Walk
from isthmus.network.walk.ends import WalkCache, source_of

__all__ = ["Forwarding", "NoSuchPosition"]


class Forwarding:
    """How one network forwards packets in one scenario.

    `sites` are the on-premises sites with the prefixes that they advertise. For a connection without a site, the
    advertised prefixes are unknown. `client_ports` are the source ports of clients.
    Compiled tables are kept: use one engine for many questions.
    """

    def __init__(
        self,
        network: Network,
        *,
        sites: Iterable[Site] = (),
        scenario: Scenario = ALL_UP,
        client_ports: Span = EPHEMERAL,
        other: Forwarding | None = None,
    ) -> None:
        """`other`: the same network and sites in another scenario. What no scenario changes is taken from there.

        Raises `ValueError` for sites that do not fit the network.
        """
        self.network = network
        self.scenario = scenario
        self.client_ports = client_ports
        self.sites: Sites = Sites.of(network, sites) if other is None else other.sites
        shared = None if other is None else other.index
        self.index: NetworkIndex = NetworkIndex(network, self.sites, scenario, shared)
        self.bgp = Bgp(self.index)
        self.positions = Positions(self.index)
        self.boundaries = Boundaries(self.index)
        self._filters = FiltersOnPath(self.index, self.positions)
        parts = (self.index, self.bgp, self.positions, self._filters, WalkCache())
        self._forward = ForwardPaths(*parts)
        self._return = ReturnPaths(*parts)
        self.load_balancers = LoadBalancers(self.index, self._round_trip)
        self._tails = Tails(Walk(self.index, self.bgp))

    def in_scenario(self, scenario: Scenario) -> Forwarding:
        """The same network and sites in another scenario."""
        return Forwarding(self.network, scenario=scenario, client_ports=self.client_ports, other=self)

    # --- one packet

    def forward(self, packet: Packet) -> Trace:
        """Follow a packet along its forward path. A blocked path goes on past each block, to list every block.

        A service without `ip` has many addresses: this is then the forward trace of `both_ways`.
        Raises `NoSuchPosition` for a location that is not in this network.
        """
        if isinstance(packet.destination, Service) and packet.destination.ip is None:
            return self.both_ways(packet).forward
        return Trace(packet, self.load_balancers.passed(packet, self._forward.of(packet)))

    def both_ways(self, packet: Packet) -> RoundTrip:
        """Follow a packet along its forward path and, for each path, the reply along its return path.

        NAT gateways and stateful firewalls must see both. If the packet does not arrive, the reply is followed as if it
        did, from the known end. A packet to a service is followed to one address of each class of its public addresses.
        The result is unknown if the classes differ.
        """
        return of_all(packet, self.trips(packet))

    def trips(self, packet: Packet) -> Sequence[RoundTrip]:
        """The flow of a packet to each address to follow: several for a service, else one."""
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
        forward = Trace(packet, self._forward.of(packet))
        replies: list[Path] = []
        uneven: list[Block] = []
        for path in forward.paths:
            found = self._return.of(packet, path)
            fitting = [r for r in found if _same_pins(path, r)] or found
            fitting = [r._replace(unknown=r.unknown or unclear(path, r)) for r in fitting]
            uneven += [b for r in fitting if (b := asymmetry(self.index, path, r)) is not None]
            replies += fitting
        reverse = Packet(packet.destination, packet.source, packet.protocol, packet.port, packet.ephemeral)
        forward = replace(forward, paths=self.load_balancers.passed(packet, forward.paths))
        return RoundTrip(forward, Trace(reverse, tuple(dict.fromkeys(replies))), tuple(dict.fromkeys(uneven)))

    # --- every packet

    def filtered(self, paths: Iterable[Path], source: Span, destination: Span, traffic: Traffic) -> tuple[Path, ...]:
        """The paths after their network ACLs, for ranges of addresses and ports.

        A path is blocked if any part of the ranges is. Use smaller ranges for separate results.
        """
        return tuple(self._filters.acls(path, source, destination, traffic) for path in paths)

    def reach(self, source: Position) -> Reach:
        """The paths from a source to every range of destinations, before network ACLs (see `filtered`).

        Raises `NoSuchPosition` for a source that is not a subnet or a site.
        """
        walk = Heads(self.index, self.bgp)
        match source:
            case InSubnet():
                self.positions.check_subnet(source.address)
                start = Path((Hop("subnet", source.address, "", self.index.zone_of(source.address)),))
                pieces = walk.in_subnet(source.address, source_of(source), *ALL, start)
            case AtSite():
                pieces = walk.from_site(self.positions.site(source.name), *ALL, Path())
            case _:
                raise NoSuchPosition(f"expected a subnet or a site as the source of reach, got {source}")
        return Reach(RangeMap(pieces, ()), self._tails)

    def classes(self, subnets: Iterable[str] | None = None) -> tuple[SourceClass, ...]:
        """The subnets (default: all) in classes with equivalent results for destinations outside their own VPC."""
        return source_classes(self.network, self.network.subnets if subnets is None else subnets, self.reach)

    # --- locations and addresses

    def locate(self, address: Address) -> Position:
        """The location of an address: in a subnet, at a site, or on the internet. Raises `NoSuchPosition`."""
        return self.positions.locate(address)

    def in_several(self, address: Address) -> bool:
        """Whether several locations have an address."""
        return self.positions.in_several(address)

    def place_of(self, location: Position) -> int | Unknown | None:
        """The address that represents a location, as a number. None if no address of it is known."""
        return self.positions.of(location)

    @property
    def internet(self) -> tuple[Span, ...]:
        """The public IPv4 addresses that no VPC, site or specific route of this network has."""
        return self.positions.internet

    # --- route tables

    def advertised_prefixes(self, attachment: str) -> AdvertisedPrefixes:
        """The prefixes that AWS advertises over an attachment (see `isthmus.network.bgp`)."""
        return self.bgp.advertised_prefixes(attachment)

    def routes(self, table: str) -> tuple[Route, ...]:
        """Every candidate route of a VPC or transit gateway route table, with or without effect.

        Raises `NoSuchPosition` for an address that is not a route table.
        """
        if table in self.network.tables:
            return self.index.vpc_table(table).candidates
        if table in self.network.tgw_tables:
            return self.index.tgw_table(table).candidates
        raise NoSuchPosition(f"expected the address of a route table of this network, got {table!r}")

    def used_routes(self, table: str) -> frozenset[Route]:
        """The routes of a route table that match at least one address; the others have no effect."""
        compiled = self.index.vpc_table(table) if table in self.network.tables else self.index.tgw_table(table)
        return frozenset(route for _, _, decision in compiled.decide for route in decision.routes)


def _same_pins(path: Path, reply: Path) -> bool:
    """Whether appliance mode lets a reply take this path: in the zone that the flow is pinned to."""
    zones = dict(path.pinned)
    return all(zones.get(attachment, zone) == zone for attachment, zone in reply.pinned)
