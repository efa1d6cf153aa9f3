"""All pairs: the outcome of all packets between any two locations, in both directions.

The proof evaluates one pair of each two groups of equivalent locations; all other pairs look up its result. It follows
the path of a particular pair only when the path is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from isthmus.network import nat64
from isthmus.network.address_space import address_at, number, span
from isthmus.network.answers import InSubnet, Internet, Packet, RoundTrip
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Cidr, Unknown
from isthmus.network.packet_classes import PacketClass, packet_classes
from isthmus.network.packets import Packets
from isthmus.network.prefix_classes import Key, prefix_classes
from isthmus.proof.errors import UnusableInput
from isthmus.proof.pairs.groups import LocationGroups
from isthmus.proof.pairs.locations import INTERNET, Inventory, Location, Locations, in_scope
from isthmus.proof.pairs.pair import Pair, SampleFlow, with_deciding_trips
from isthmus.proof.pairs.sample_addresses import SampleAddress

NAT64 = 64  # the "version" of sample flows from IPv6 to IPv4
MOST_GROUPS = 1_000  # groups of equivalent locations; proving this many takes a minute or two


@dataclass
class AllPairs:
    """The result of every pair of locations.

    `decisive(a, b)` returns the packets that decide the result of a flow: those that the intent asks for. None means
    that the intent does not mention the flow. A sample flow's `trip` is the worst round trip of the decisive packets.
    Without decisive packets it is the best round trip.
    """

    engine: Forwarding
    groups: LocationGroups
    decisive: Callable[[str, str], Packets | None] = lambda a, b: None
    otherwise: AllPairs | None = field(default=None, repr=False)  # without the failures of the engine's scenario
    _pairs: dict[tuple[str, str], Pair] = field(default_factory=dict, init=False, repr=False)

    def during(self, engine: Forwarding) -> AllPairs:
        """The same pairs in a failure scenario: groups and sample addresses stay the same."""
        return AllPairs(engine, self.groups, self.decisive, self)

    def cut_by(self, other: AllPairs) -> AllPairs:
        """The same pairs, with addresses distinguished wherever another network distinguishes them."""
        return self.cut_into(prefix_classes(other.engine.network, other.engine.sites))

    def cut_into(self, cuts: Mapping[Cidr, Key]) -> AllPairs:
        """The same pairs, with addresses distinguished by further prefixes with keys: see `prefix_classes`."""
        return AllPairs(self.engine, self.groups.cut_by(cuts), self.decisive)

    # --- locations

    @property
    def locations(self) -> Locations:
        """All locations."""
        return self.groups.locations

    @property
    def inventory(self) -> Inventory:
        """The look-ups in the network that do not depend on a scenario."""
        return self.groups.inventory

    def names(self) -> tuple[str, ...]:
        """The names of all locations, in order."""
        return tuple(location.name for location in self.locations.all)

    def in_scope(self, a: str, b: str) -> bool:
        """Whether both locations exist and the flow between them is part of the proof."""
        by_name = self.locations.by_name
        return a in by_name and b in by_name and in_scope(by_name[a], by_name[b])

    def group_of(self, name: str) -> int:
        """The number of a location's group. The locations of a group behave the same."""
        return self.groups.by_location[name]

    def groups_of(self, a: str, b: str) -> tuple[int, int]:
        """The groups of two locations. Pairs with equal groups have the same result."""
        return self.group_of(a), self.group_of(b)

    def ranges(self, name: str) -> Mapping[Cidr | Unknown, int]:
        """See `LocationGroups.ranges`."""
        return self.groups.ranges(name)

    def equivalent(self, name: str) -> tuple[str, ...]:
        """The names of all locations that are equivalent to a location, including itself."""
        return self.groups.equivalent(name)

    def representatives(self) -> tuple[str, ...]:
        """One location of each group."""
        return self.groups.representatives()

    def sample_addresses(self, name: str) -> tuple[SampleAddress, ...]:
        """The addresses that represent a location."""
        return self.groups.sample_addresses.of(name)

    def unknown_workloads(self, location: Location) -> str:
        """Why it is unknown which subnets of a location hold workloads, or ""."""
        return self.groups.sample_addresses.unknown_workloads(location)

    def sample_destinations(self, name: str) -> tuple[SampleAddress, ...]:
        """The addresses that represent a location as a destination: see `SampleAddresses.to`."""
        return self.groups.sample_addresses.to(name)

    # --- pairs

    def representative_pairs(self) -> Iterator[tuple[str, str, int]]:
        """One pair for each two groups, with the number of ordered pairs that have the same result.

        Raises `UnusableInput` for more than `MOST_GROUPS` groups: the time grows with their square.
        """
        members = self.groups.members
        if len(members) > MOST_GROUPS:
            raise UnusableInput(
                f"this input has {len(members):,} locations that differ, and {MOST_GROUPS:,} are compared "
                "at most: give fewer roots, plans or states at a time"
            )
        for source, sources in members.items():
            for destination, destinations in members.items():
                count = len(sources) * len(destinations) - (len(sources) if source == destination else 0)
                pair = self.groups.representative_pair(source, destination)
                if pair is not None and self.in_scope(*pair):
                    yield *pair, count

    def equivalent_pairs(self, a: str, b: str) -> Iterator[tuple[str, str]]:
        """Every pair with the same result as a pair, including itself."""
        for source in self.equivalent(a):
            for destination in self.equivalent(b):
                if source != destination:
                    yield source, destination

    def between(self, a: str, b: str) -> Pair:
        """The result from one location to another. Raises `KeyError` for a name that no location has."""
        key = self.groups.representative_pair(*self.groups_of(a, b))
        if key is None:
            raise KeyError((a, b))
        if key not in self._pairs:
            self._pairs[key] = Pair(tuple(self._samples(*key)))
        return self._pairs[key]

    def exact(self, a: str, b: str) -> Pair:
        """The result between exactly these two locations, with their own addresses and resources."""
        return self._pairs.get((a, b)) or Pair(tuple(self._samples(a, b)))

    def trip(self, a: str, b: str, index: int, representative: RoundTrip | None) -> RoundTrip | None:
        """The round trip of the sample flow with that index between exactly these two locations.

        `representative` is the round trip of the equivalent sample flow between the representative locations. Both have
        packets of the same class.
        """
        if representative is None or (a, b) in self._pairs:
            return representative
        for current, (source, destination) in enumerate(self._combinations(a, b)):
            if current == index:
                # Equivalent locations have the same packet classes.
                place, client_ports = representative.forward.packet.place, self.engine.client_ports
                packet = Packet.at(place, source.position, destination.position, client_ports)
                return self.engine.both_ways(packet)
        return None

    # --- sample flows

    def _samples(self, a: str, b: str) -> Iterator[SampleFlow]:
        decisive = self.decisive(a, b)
        samples = [
            _sample(source, destination, packet_classes(self.engine, source.position, destination.position))
            for source, destination in self._combinations(a, b)
        ]
        yield from with_deciding_trips(samples, decisive)

    def _combinations(self, a: str, b: str) -> Iterator[tuple[SampleAddress, SampleAddress]]:
        for source in self.sample_addresses(a):
            for destination in self.sample_destinations(b):
                if source.version == destination.version:
                    yield source, destination
                elif b == INTERNET and self._has_nat64 and (source.version, destination.version) == (6, 4):
                    yield from _by_nat64(source, destination)

    @cached_property
    def by_nat64(self) -> tuple[Internet, ...]:
        """The IPv4 internet as IPv6-only hosts address it, if any route is for NAT64 addresses."""
        place = self.engine.place_of(Internet())
        if not self._has_nat64 or not isinstance(place, int):
            return ()
        return (Internet(address_at(nat64.as_seen(place))),)

    @cached_property
    def _has_nat64(self) -> bool:
        """Whether any route of the network is for NAT64 addresses, which stand for IPv4 addresses.

        A failure takes routes away and adds none. So nothing is compiled for it where there is no such route otherwise.
        """
        if self.otherwise is not None and not self.otherwise._has_nat64:
            return False
        facts = self.engine.index
        tables = [facts.vpc_table(table) for table in facts.network.tables]
        tables += [facts.tgw_table(table) for table in facts.network.tgw_tables]
        return any(nat64.is_inside(span(route.prefix)[0]) for table in tables for route in table.candidates)


def _sample(source: SampleAddress, destination: SampleAddress, classes: tuple[PacketClass, ...]) -> SampleFlow:
    return SampleFlow(
        source.position,
        destination.position,
        source.zone,
        (source if source.tier else destination).tier,
        source.is_workload and destination.is_workload,
        classes[0].trip,
        source.unknown_reason or destination.unknown_reason,
        source.version,
        classes,
    )


def _by_nat64(source: SampleAddress, destination: SampleAddress) -> Iterator[tuple[SampleAddress, SampleAddress]]:
    """From an IPv6 host to an IPv4 host on the internet, by the NAT64 address that stands for the IPv4 address."""
    to = destination.position
    if isinstance(to, Internet) and to.ip is not None and isinstance(source.position, InSubnet):
        translated = Internet(address_at(nat64.as_seen(number(to.ip))))
        yield replace(source, version=NAT64), replace(destination, position=translated, version=NAT64)
