"""Locations by group: the locations of a group behave the same, so that the proof evaluates one or two of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property

from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Cidr, Unknown
from isthmus.network.prefix_classes import Key
from isthmus.proof.pairs.equivalence import EquivalenceClasses
from isthmus.proof.pairs.locations import Inventory, Location, LocationKind, Locations
from isthmus.proof.pairs.sample_addresses import SampleAddresses


class LocationGroups:
    """The groups of the locations of a network, and the sample addresses of each location.

    - `intent_key`: everything that the intent states about a location. Locations with different keys are in different
      groups.
    - `separately`: put every location into a group of its own.
    - `cuts`: further prefixes, with keys, by which addresses are distinguished.
    """

    def __init__(
        self,
        engine: Forwarding,
        locations: Locations,
        inventory: Inventory,
        intent_key: Callable[[Location], Hashable] = lambda location: "",
        separately: bool = False,
        cuts: Mapping[Cidr, Key] | None = None,
    ) -> None:
        self.engine = engine
        self.locations = locations
        self.inventory = inventory
        self.intent_key = intent_key
        self.separately = separately
        self.cuts = cuts

    def cut_by(self, cuts: Mapping[Cidr, Key]) -> LocationGroups:
        """The groups if addresses are distinguished by `cuts` too."""
        return LocationGroups(self.engine, self.locations, self.inventory, self.intent_key, self.separately, cuts)

    @cached_property
    def classes(self) -> EquivalenceClasses:
        """What makes locations equivalent."""
        return EquivalenceClasses(self.engine.network, self.engine.sites, self.inventory, self.cuts)

    @cached_property
    def sample_addresses(self) -> SampleAddresses:
        """The sample addresses of each location."""
        return SampleAddresses(self.engine, self.locations, self.inventory, self.classes)

    @cached_property
    def by_location(self) -> Mapping[str, int]:
        """The number of its group, by the name of a location."""
        if self.separately:
            return {location.name: index for index, location in enumerate(self.locations.all)}
        return self.classes.groups(self.locations.all, self.intent_key)

    @cached_property
    def members(self) -> Mapping[int, Sequence[str]]:
        """The names of the locations of each group."""
        members: dict[int, list[str]] = defaultdict(list)
        for name, group in self.by_location.items():
            members[group].append(name)
        return members

    def equivalent(self, name: str) -> tuple[str, ...]:
        """The names of all locations in the group of a location, including itself."""
        return tuple(self.members[self.by_location[name]])

    def representatives(self) -> tuple[str, ...]:
        """One location of each group."""
        return tuple(members[0] for members in self.members.values())

    def representative_pair(self, source: int, destination: int) -> tuple[str, str] | None:
        """A pair of two groups. None for a group with itself if it has only one location."""
        sources, destinations = self.members[source], self.members[destination]
        if source != destination:
            return sources[0], destinations[0]
        return (sources[0], sources[1]) if len(sources) > 1 else None

    def ranges(self, name: str) -> Mapping[Cidr | Unknown, int]:
        """The CIDRs of a spoke's workload subnets, numbered in an order that is the same for equivalent spokes."""
        location = self.locations.by_name.get(name)
        if location is None or location.kind is not LocationKind.SPOKE:
            return {}
        cidrs = [cidr for _, subnet in self.classes.subnets(location) for cidr in subnet.cidrs]
        return {cidr: index for index, cidr in enumerate(cidrs)}
