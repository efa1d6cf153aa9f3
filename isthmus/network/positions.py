"""Locations as numbers of addresses, and addresses as locations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from isthmus.network import nat64
from isthmus.network.address_space import ALL, LAST, PUBLIC, Address, address_at, number, span, subtract
from isthmus.network.answers import (
    AtEndpoint,
    AtSite,
    InSubnet,
    Internet,
    Position,
    Service,
    UnassignedAddress,
    UnknownAddress,
)
from isthmus.network.index import NetworkIndex
from isthmus.network.model import EndpointKind, Network, Site, Unknown
from isthmus.network.route_tables import vpc_cidrs

Span = tuple[int, int]
V4_LAST = (1 << 32) - 1


class NoSuchPosition(ValueError):
    """A question about a subnet, site, endpoint or address that this network does not have."""


class Positions:
    """The locations of one network."""

    def __init__(self, index: NetworkIndex) -> None:
        self.index = index
        self.network: Network = index.network
        self.sites = index.sites

    def locate(self, address: Address) -> Position:
        """The location of an address: in a subnet, at a site, or on the internet.

        Raises `NoSuchPosition` for an address that is nowhere, in two places, or in a VPC but in none of its subnets.
        """
        place = number(address)
        if nat64.is_inside(place):
            return self._behind_nat64(address)
        owners = self.index.vpc_owners(place)
        if len(owners) > 1:
            raise NoSuchPosition(f"{address} is in several VPCs: {', '.join(owners)}; name the subnet")
        if owners:
            subnet = self.index.subnet_map(owners[0])(place)
            if isinstance(subnet, str):
                return InSubnet(subnet, address)
            raise NoSuchPosition(f"{address} is in {owners[0]} but in none of its subnets")
        sites = self._at_sites(place)
        if len(sites) > 1:
            raise NoSuchPosition(f"{address} is at several sites: {', '.join(s.name for s in sites)}; name the site")
        if sites:
            return AtSite(sites[0].name, address)
        if PUBLIC(place):
            return Internet(address)
        raise NoSuchPosition(f"{address} is in no VPC, at no known site and not on the internet")

    def _behind_nat64(self, address: Address) -> Position:
        """The location of the IPv4 address that an IPv6 address stands for."""
        location = self.locate(address_at(nat64.translated(number(address))))
        assert isinstance(location, InSubnet | AtSite | Internet)
        return replace(location, ip=address)

    def in_several(self, address: Address) -> bool:
        """Whether several locations have an address, so that you have to name one."""
        place = number(address)
        owners = self.index.vpc_owners(place)
        subnets = [owner for owner in owners if self.index.subnet_map(owner)(place) is not None]
        return len(subnets) > 1 or (not owners and len(self._at_sites(place)) > 1)

    def _at_sites(self, place: int) -> list[Site]:
        """The sites that have an address. The most specific network has it."""
        around = [
            (c.prefixlen, site)
            for site in self.sites.by_name.values()
            for c in (*site.networks, *site.rest)
            if _within(place, span(c))
        ]
        longest = max((length for length, _ in around), default=0)
        return list({site.name: site for length, site in around if length == longest}.values())

    def of(self, location: Position) -> int | Unknown | None:
        """The address that represents a location, as a number; None if no address of it is known."""
        match location:
            case InSubnet():
                self.check_subnet(location.address)
                if location.ip is not None:
                    return number(location.ip)
                cidr = self.network.subnets[location.address].cidrs[:1]
                if not cidr or isinstance(cidr[0], Unknown):
                    return cidr[0] if cidr and isinstance(cidr[0], Unknown) else None
                low, high = span(cidr[0])
                return min(low + 4, high)  # AWS keeps the first four addresses of a subnet
            case UnknownAddress():
                return Unknown(location.why)
            case UnassignedAddress():
                return number(location.ip)
            case AtSite():
                site = self.site(location.name)
                if location.ip is not None:
                    return number(location.ip)
                if site.networks:
                    low, high = span(site.networks[0])
                    return min(low + 1, high)
                return None
            case Internet() | Service():
                return number(location.ip) if location.ip is not None else self.internet_place
            case AtEndpoint():
                subnets = self.endpoint_subnets(location)
                first = subnets[0] if subnets else None
                return self.of(InSubnet(first)) if isinstance(first, str) else first

    @cached_property
    def internet(self) -> tuple[Span, ...]:
        """The public IPv4 addresses that no VPC, site or specific route of this network has."""
        public = [(low, high) for low, high, yes in PUBLIC.within(0, V4_LAST) if yes]
        named = [span(c) for v in self.network.vpcs for c in vpc_cidrs(self.network, v)]
        named += [span(c) for s in self.sites.by_name.values() for c in s.networks]
        for table in self.network.tables:
            named += [span(r.prefix) for r in self.index.vpc_table(table).candidates if r.prefix.prefixlen]
        for table in self.network.tgw_tables:
            named += [span(r.prefix) for r in self.index.tgw_table(table).candidates if r.prefix.prefixlen]
        private = [(low, high) for low, high, yes in PUBLIC.within(0, V4_LAST) if not yes]
        holes = sorted(s for s in set(named) if s[1] < LAST and not any(_inside(s, p) for p in private))
        return tuple(subtract(public, holes))

    @cached_property
    def internet_place(self) -> int | None:
        """An address that represents the internet; None if VPCs, sites and routes have every public address."""
        return self.internet[0][0] + 1 if self.internet else None

    def site(self, name: str) -> Site:
        """The site of a name. Raises `NoSuchPosition`."""
        if name not in self.sites.by_name:
            have = ", ".join(self.sites.by_name) or "none"
            raise NoSuchPosition(f"expected the name of a site, got {name!r}; this network has: {have}")
        return self.sites.by_name[name]

    def check_subnet(self, address: str) -> None:
        """Raise `NoSuchPosition` for an address that is not a subnet of this network."""
        if address not in self.network.subnets:
            raise NoSuchPosition(f"expected the address of a subnet of this network, got {address!r}")

    def endpoint_subnets(self, location: AtEndpoint) -> Sequence[str | Unknown]:
        """The subnets an interface endpoint is in. Raises `NoSuchPosition`."""
        endpoint = self.network.endpoints.get(location.address)
        if endpoint is None or endpoint.kind is not EndpointKind.INTERFACE:
            raise NoSuchPosition(f"expected the address of an interface endpoint, got {location.address!r}")
        if location.subnet is not None:
            return (location.subnet,)
        return endpoint.subnets

    def nat_place(self, nat: str) -> int | None:
        """The source address of a NAT gateway: its only one if known, else the one that stands for its subnet."""
        facts = self.network.nats[nat]
        if facts.source_ip is not None:
            return number(facts.source_ip)
        place = self.of(InSubnet(str(facts.subnet)))
        return place if isinstance(place, int) else None

    def nat_span(self, nat: str) -> Span:
        """The source addresses a NAT gateway may take: its only one if known, else any of its subnet's."""
        facts = self.network.nats[nat]
        if facts.source_ip is not None:
            return number(facts.source_ip), number(facts.source_ip)
        subnet = self.network.subnets.get(str(facts.subnet))
        cidr = (
            next((c for c in subnet.cidrs if not isinstance(c, Unknown) and c.version == 4), None) if subnet else None
        )
        return ALL if cidr is None else span(cidr)


def _within(place: int, around: Span) -> bool:
    return around[0] <= place <= around[1]


def _inside(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
