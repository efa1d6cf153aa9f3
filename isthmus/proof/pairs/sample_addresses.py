"""The addresses that represent a location: one for each part of it that a route or a rule distinguishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from isthmus.network.address_space import ALL, PUBLIC, address_at, number, span
from isthmus.network.answers import AtSite, InSubnet, Internet, Position, UnknownAddress
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Cidr, Unknown
from isthmus.network.prefix_classes import Advertised, Key
from isthmus.proof.pairs.equivalence import EquivalenceClasses
from isthmus.proof.pairs.locations import Inventory, Location, LocationKind, Locations, Tier

_LAST_V4 = (1 << 32) - 1
_FIRST_HOST = 4  # AWS reserves the first four addresses of a subnet


@dataclass(frozen=True, slots=True)
class SampleAddress:
    """An address of a location, with its zone and tier. See `SampleFlow` for `is_workload` and `unknown_reason`."""

    position: Position
    version: int
    zone: str = ""
    tier: str = ""
    is_workload: bool = True
    unknown_reason: str = ""


class SampleAddresses:
    """Finds the sample addresses of each location, once."""

    def __init__(
        self, engine: Forwarding, locations: Locations, inventory: Inventory, classes: EquivalenceClasses
    ) -> None:
        self.engine = engine
        self.locations = locations
        self.inventory = inventory
        self.classes = classes
        self._found: dict[str, tuple[SampleAddress, ...]] = {}

    def of(self, name: str) -> tuple[SampleAddress, ...]:
        """The sample addresses of a location. Raises `KeyError` for a name that no location has."""
        if name not in self._found:
            location = self.locations.by_name[name]
            match location.kind:
                case LocationKind.SPOKE:
                    found = tuple(self._in_spoke(location))
                case LocationKind.SITE_NETWORK:
                    found = tuple(self._at_site(location))
                case LocationKind.INTERNET:
                    found = tuple(self._on_internet())
            self._found[name] = found
        return self._found[name]

    def to(self, name: str) -> tuple[SampleAddress, ...]:
        """The sample addresses of a location as a destination. Raises `KeyError` for a name that no location has.

        Others connect to a spoke with published services at the addresses of its load balancer, and to no other
        address of it.
        """
        location = self.locations.by_name[name]
        published = tuple(self._published(location))
        own = self.of(name)
        return (*published, *(replace(one, is_workload=False) for one in own)) if published else own

    def _published(self, location: Location) -> Iterator[SampleAddress]:
        if location.published_unknown:
            yield SampleAddress(UnknownAddress(location.vpc, location.published_unknown), 4)
        for position in location.published:
            zone = self.engine.index.zone_of(position.address)
            yield SampleAddress(position, 4, zone, Tier.ROUTABLE.value)

    def unknown_workloads(self, location: Location) -> str:
        """Why it is unknown which subnets of a location hold workloads, or ""."""
        return self.inventory.unknown_workloads(location.vpc) if len(location.workloads) > 1 else ""

    def _in_spoke(self, location: Location) -> Iterator[SampleAddress]:
        workloads = set(location.workloads)
        unknown_reason = self.unknown_workloads(location)
        if location.vpc and (why := self.inventory.unknown_hosts(location.vpc)):
            yield SampleAddress(UnknownAddress(location.vpc, why), 4)
        for tier, subnet in self.classes.subnets(location):
            is_workload = subnet.address in workloads
            if subnet.ipv6_unknown_reason:
                unknown = UnknownAddress(location.vpc, subnet.ipv6_unknown_reason, subnet.address, 6)
                yield SampleAddress(unknown, 6, is_workload=is_workload)
            for cidr in subnet.cidrs:
                if isinstance(cidr, Unknown):
                    unknown = UnknownAddress(location.vpc, f"{subnet.address}: {cidr.reason}", subnet.address)
                    yield SampleAddress(unknown, 4, is_workload=is_workload)
                    continue
                public = tier is Tier.PUBLIC and self.inventory.public(subnet, cidr.version)
                for address in self._hosts(cidr):
                    position = InSubnet(subnet.address, address_at(address), public=public)
                    zone = "" if isinstance(subnet.zone, Unknown) else subnet.zone
                    yield SampleAddress(position, cidr.version, zone, tier.value, is_workload, unknown_reason)

    def _hosts(self, cidr: Cidr) -> Iterator[int]:
        low, high = span(cidr)
        for address in self.classes.samples(low, high):
            yield min(low + _FIRST_HOST, high) if address == low else address

    def _at_site(self, location: Location) -> Iterator[SampleAddress]:
        if not location.cidrs:
            yield SampleAddress(AtSite(location.site), 4)
        if location.is_rest:
            yield from self._in_rest(location)
            return
        for cidr in location.cidrs:
            for address in self.classes.samples(*span(cidr)):
                inside = address + 1 if address == number(cidr.network_address) and cidr.num_addresses > 1 else address
                yield SampleAddress(AtSite(location.site, address_at(inside)), cidr.version)

    def _in_rest(self, location: Location) -> Iterator[SampleAddress]:
        """Addresses of the unnamed remainder of a site.

        If nothing else is known of the site, it is unknown which of them the site has.
        """
        unknown_reason = ""
        if location.is_site:
            unknown_reason = f"which addresses {location.site} has: it advertises only a default route"
        found: dict[tuple[Key, ...], int] = {}
        for low, high in location.spans:
            for first, last, around in self.classes.atoms.within(low, high):
                found.setdefault(around, min(first + 1, last))
        for address in found.values():
            host = address_at(address)
            yield SampleAddress(AtSite(location.site, host), host.version, unknown_reason=unknown_reason)

    # --- the internet

    def _on_internet(self) -> Iterator[SampleAddress]:
        """An address for each part of the internet that routes or rules distinguish: its exits may differ."""
        for version, around_all in ((4, (0, _LAST_V4)), (6, (_LAST_V4 + 1, ALL[1]))):
            samples: dict[tuple[Key, ...], int] = {}
            for low, high, public in PUBLIC.within(*around_all):
                for first, _, around in self.classes.atoms.within(low, high) if public else ():
                    if not self._is_owned(first, around):
                        samples.setdefault(around, first + 1)
            for address in samples.values():
                yield SampleAddress(Internet(address_at(address)), version)

    def _is_owned(self, address: int, around: tuple[Key, ...]) -> bool:
        """Whether a public address belongs to a VPC or a site."""
        if any(isinstance(key, Advertised) and key.here is not None for key in around):
            return True
        if not self._site_prefixes.isdisjoint(around):
            return True
        return bool(self.engine.index.vpc_owners(address))

    @cached_property
    def _site_prefixes(self) -> frozenset[Cidr]:
        found: set[Cidr] = set()
        for site in self.engine.sites.by_name.values():
            found.update((*site.networks, *site.rest))
            if not isinstance(site.advertises, Unknown):
                found.update(a.prefix for a in site.advertises if a.prefix.prefixlen)
        return frozenset(found)
