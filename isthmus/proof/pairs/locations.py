"""Names and what they stand for: spokes, site networks and the internet, in the intent and in the network.

With an intent, a spoke's VPC is the one that has the spoke's CIDR, a site is its VPN connections, and a connection is
found by its name or by its customer gateway's address: the intent's own words, never a derived Terraform address.
Without one, see `isthmus.proof.pairs.inferred_locations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_network

from isthmus.network.learned_routes import covers
from isthmus.network.model import (
    AdvertisedPrefix,
    AttachmentKind,
    Cidr,
    GatewayKind,
    Network,
    Site,
    Subnet,
    Target,
    TargetKind,
    Unknown,
    VpcRoute,
)

INTERNET = "internet"
_SMALL = 28  # the length of the CIDR that AWS recommends for an attachment's subnet


class Tier(StrEnum):
    """What a subnet is for, as its table and the attachments show it."""

    PRIVATE = "private"
    PUBLIC = "public"
    TRANSIT_GATEWAY = "transit gateway"


class LocationKind(StrEnum):
    """What a place is."""

    SPOKE = "spoke"
    SITE_NETWORK = "site network"
    INTERNET = "internet"


@dataclass(frozen=True)
class Location:
    """One end of a flow, as the network has it.

    - `cidrs`: its addresses; empty for the internet, and for a site whose networks nobody stated.
    - `vpc`, `tiers`: of a spoke: its VPC's address, and the addresses of its subnets by tier.
    - `site`: of a site network: the name of its site.
    - `alike`: of a spoke: its private subnets are what it is about. Else each subnet speaks for itself.
    - `spans`: of the rest of a site: its addresses, which are `cidrs` without what has a name of its own.
    """

    name: str
    kind: LocationKind
    cidrs: tuple[Cidr, ...] = ()
    vpc: str = ""
    tiers: Mapping[Tier, tuple[str, ...]] = field(default_factory=dict)
    site: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    alike: bool = True

    @property
    def is_rest(self) -> bool:
        """Whether it is what is left of a site when everything that has a name is taken away."""
        return bool(self.spans)

    @property
    def is_site(self) -> bool:
        """Whether it is a whole site, of whose networks nothing is known."""
        return self.kind is LocationKind.SITE_NETWORK and self.name == self.site

    @property
    def workloads(self) -> tuple[str, ...]:
        """The subnets that hold workloads: the private ones, or else the public ones."""
        if not self.alike:
            return (*self.tiers.get(Tier.PRIVATE, ()), *self.tiers.get(Tier.PUBLIC, ())) or self.subnets
        return self.tiers.get(Tier.PRIVATE) or self.tiers.get(Tier.PUBLIC) or self.subnets

    @cached_property
    def subnets(self) -> tuple[str, ...]:
        """Every subnet."""
        return tuple(sorted(address for addresses in self.tiers.values() for address in addresses))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Locations:
    """Everybody who can be at an end of a flow, in a stable order: site networks, spokes, the internet.

    `segments` are the intent's, each with the names of its spokes and sites. They are no places: members may differ.
    `assumed`: what was taken for granted to tell the places, a sentence each. `without_hosts`: the places, by name, of
    which it was taken for granted that they hold no hosts: no rule is about their flows.
    """

    all: tuple[Location, ...]
    sites: tuple[Site, ...]
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    without_hosts: frozenset[str] = frozenset()

    @cached_property
    def by_name(self) -> Mapping[str, Location]:
        """Places by name."""
        return {location.name: location for location in self.all}

    @property
    def spokes(self) -> tuple[Location, ...]:
        """The spokes."""
        return tuple(location for location in self.all if location.kind is LocationKind.SPOKE)

    @property
    def networks(self) -> tuple[Location, ...]:
        """The site networks."""
        return tuple(location for location in self.all if location.kind is LocationKind.SITE_NETWORK)


class Inventory:
    """What the mapping needs to look up in a network many times, indexed once."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._subnets: dict[str, list[Subnet]] = {}
        for subnet in network.subnets.values():
            if isinstance(subnet.vpc, str):
                self._subnets.setdefault(subnet.vpc, []).append(subnet)
        possible = network.possible.attachments
        self._attached = {
            subnet
            for attachment in (*network.attachments.values(), *possible.values())
            if attachment.kind is AttachmentKind.VPC
            for subnet in attachment.subnets
            if isinstance(subnet, str)
        }
        self._stray = [subnet for subnet in network.subnets.values() if isinstance(subnet.vpc, Unknown)]
        self._stray += [subnet for subnet in network.possible.subnets.values() if isinstance(subnet.vpc, Unknown)]
        self._vague = [
            attachment
            for attachment in network.attachments.values()
            if attachment.kind is AttachmentKind.VPC and any(isinstance(s, Unknown) for s in attachment.subnets)
        ]
        self._perhaps = [
            attachment
            for address, attachment in possible.items()
            if attachment.kind is AttachmentKind.VPC and address not in network.possible.unaccepted
        ]
        internet = {g.address for g in network.gateways.values() if g.kind is GatewayKind.INTERNET}
        self._edges = [table for table in network.tables.values() if internet.intersection(table.gateways)]

    def subnets(self, vpc: str) -> tuple[Subnet, ...]:
        """The subnets of a VPC."""
        return tuple(self._subnets.get(vpc, ()))

    def is_attachment_subnet(self, subnet: Subnet) -> bool:
        """Whether a transit gateway attachment has its interface in the subnet."""
        return subnet.address in self._attached

    def internet_route(self, subnet: Subnet, version: int | None = None) -> str:
        """The address of a route from the subnet to an internet gateway, or "" where it has none.

        `version`: of IP, where only routes of one matter.
        """
        for route in self.routes(subnet):
            leads = isinstance(route.target, Target) and route.target.kind is TargetKind.INTERNET_GATEWAY
            if leads and not route.unknown_reason and version in (None, self._version(route)):
                return route.address
        return ""

    def routes(self, subnet: Subnet) -> tuple[VpcRoute, ...]:
        """The routes of a subnet's table, as far as they are known."""
        table = self.network.tables.get(subnet.table) if isinstance(subnet.table, str) else None
        return table.routes if table else ()

    def _version(self, route: VpcRoute) -> int | None:
        """The version of IP that a route is of, None where that is not known."""
        if isinstance(route.destination, str):
            listed = self.network.prefix_lists.get(route.destination)
            return listed.version if listed is not None else None
        return None if isinstance(route.destination, Unknown) else route.destination.version

    def public(self, subnet: Subnet, version: int) -> bool:
        """Whether hosts of a subnet may have addresses of a version of IP that the internet reaches.

        A table that leads IPv6 alone to an internet gateway makes no host public that has IPv4.
        """
        return bool(self.internet_route(subnet, version)) or self._protected(subnet)

    def _protected(self, subnet: Subnet) -> bool:
        """Whether an internet gateway's own table leads to the subnet by way of a firewall: it has public addresses.

        https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html
        """
        routes = [r for table in self._edges if table.vpc == subnet.vpc for r in table.routes]
        return any(
            isinstance(route.target, Target)
            and route.target.kind is not TargetKind.LOCAL
            and route.destination in subnet.cidrs
            for route in routes
        )

    def tiers(self, vpc: str, *, described: bool = True) -> dict[Tier, tuple[str, ...]]:
        """The subnets of a VPC by tier.

        A subnet with a route to an internet gateway, or from it through a firewall, is public. One with an attachment's
        interface is a transit gateway subnet, unless the VPC has no other subnets that workloads could be in: then
        those hold workloads too. Of a VPC that no intent describes (`described`), such a subnet is for interfaces alone
        if it is as small as AWS recommends, or if it does not send to the transit gateway but others do, or it sends to
        nothing outside the VPC. Else it holds hosts as well.
        https://docs.aws.amazon.com/vpc/latest/tgw/tgw-best-design-practices.html
        """
        found: dict[Tier, list[str]] = {}
        public = {s.address for s in self.subnets(vpc) if self.internet_route(s) or self._protected(s)}
        others = [s for s in self.subnets(vpc) if not self.is_attachment_subnet(s)]
        dedicated = any(s.address not in public for s in others)
        served = any(map(self.sends_to_hub, others))
        for subnet in self.subnets(vpc):
            alone = described or _is_small(subnet) or self._only_forwards(subnet, served)
            if subnet.address in public:
                tier = Tier.PUBLIC
            elif dedicated and alone and self.is_attachment_subnet(subnet):
                tier = Tier.TRANSIT_GATEWAY
            else:
                tier = Tier.PRIVATE
            found.setdefault(tier, []).append(subnet.address)
        return {tier: tuple(sorted(found[tier])) for tier in Tier if tier in found}

    def _only_forwards(self, subnet: Subnet, served: bool) -> bool:
        """Whether a subnet looks like one for an attachment's interface, by its table. `served`: whether others do."""
        sends = not isinstance(subnet.table, str) or bool(self.routes(subnet))
        return not self.sends_to_hub(subnet) and (served or not sends)

    def sends_to_hub(self, subnet: Subnet) -> bool:
        """Whether a subnet has a route to a transit gateway, or may have one."""
        if isinstance(subnet.table, Unknown):
            return True
        targets = [route.target for route in self.routes(subnet)]
        return any(isinstance(t, Unknown) or t.kind is TargetKind.TRANSIT_GATEWAY for t in targets)

    def unknown_hosts(self, vpc: str) -> str:
        """Why a VPC may have hosts in none of the subnets that are known to be its own, or ""."""
        for subnet in self._stray:
            if isinstance(subnet.vpc, Unknown) and self._may_hold(vpc, subnet):
                return f"the VPC of {subnet.address}: {subnet.vpc.reason}"
        for address, subnet in self.network.possible.subnets.items():
            if subnet.vpc == vpc:
                return f"how many {address} there are is not known"
        return "" if vpc in self._subnets else f"no subnet of {vpc} is in this input"

    def _may_hold(self, vpc: str, subnet: Subnet) -> bool:
        """Whether a subnet's addresses can be a VPC's: AWS takes no others."""
        around = self.network.vpcs[vpc].cidrs
        if any(isinstance(cidr, Unknown) for cidr in (*around, *subnet.cidrs)):
            return True
        return any(
            covers(o, i)
            for o in around
            for i in subnet.cidrs
            if not isinstance(o, Unknown) and not isinstance(i, Unknown)
        )

    def unknown_workloads(self, vpc: str) -> str:
        """Why some of a VPC's private subnets may hold the interfaces of an attachment and no workloads, or ""."""
        for attachment in self._vague:
            if attachment.attached == vpc or isinstance(attachment.attached, Unknown):
                why = next(s.reason for s in attachment.subnets if isinstance(s, Unknown))
                return f"which subnets of {vpc} are those of {attachment.address}: {why}"
        for attachment in self._perhaps:
            if attachment.attached == vpc or isinstance(attachment.attached, Unknown):
                return f"which subnets of {vpc} are those of {attachment.address}: how many there are is not known"
        for table in self.network.tables.values():
            for route in table.routes if table.vpc == vpc else ():
                kind = route.target.kind if isinstance(route.target, Target) else None
                if route.unknown_reason and kind is TargetKind.INTERNET_GATEWAY:
                    return f"which subnets of {vpc} are public: {route.address}: {route.unknown_reason}"
        return ""

    def cidrs(self, vpc: str) -> tuple[Cidr, ...]:
        """The CIDRs of a VPC that are known."""
        return tuple(c for c in self.network.vpcs[vpc].cidrs if not isinstance(c, Unknown))

    @cached_property
    def vpcs_by_cidr(self) -> Mapping[Cidr, tuple[str, ...]]:
        """Addresses of VPCs by each of their CIDRs."""
        found: dict[Cidr, tuple[str, ...]] = {}
        for vpc in self.network.vpcs:
            for cidr in self.cidrs(vpc):
                found[cidr] = (*found.get(cidr, ()), vpc)
        return found

    def spoke(self, name: str, vpc: str, *, described: bool = True) -> Location:
        """The place that a VPC is. Of one that no intent describes each subnet speaks for itself."""
        tiers = self.tiers(vpc, described=described)
        return Location(name, LocationKind.SPOKE, self.cidrs(vpc), vpc, tiers, alike=described)


def _is_small(subnet: Subnet) -> bool:
    """Whether a subnet is of a size that people choose for the interfaces of attachments."""
    sizes = [cidr.prefixlen for cidr in subnet.cidrs if not isinstance(cidr, Unknown) and cidr.version == 4]
    return bool(sizes) and min(sizes) >= _SMALL


def site_networks(site: str, networks: Mapping[str, str]) -> Iterable[Location]:
    """The places that a site's networks are."""
    for name, cidr in networks.items():
        yield Location(f"{site}/{name}", LocationKind.SITE_NETWORK, (ip_network(cidr),), site=site)


def in_order(locations: Iterable[Location]) -> tuple[Location, ...]:
    """Site networks, what is left of each site after its networks, then spokes, all by name, then the internet."""
    order = [LocationKind.SITE_NETWORK, LocationKind.SPOKE, LocationKind.INTERNET]
    found = sorted(locations, key=lambda each: (order.index(each.kind), each.site, each.is_rest, each.name))
    return (*found, Location(INTERNET, LocationKind.INTERNET))


def advertisements(prefixes: Iterable[str]) -> tuple[AdvertisedPrefix, ...]:
    """What a site says it advertises, as the engine takes it."""
    return tuple(AdvertisedPrefix(ip_network(prefix)) for prefix in prefixes)


def in_scope(here: Location, there: Location) -> bool:
    """Whether a pair is the network's business: not inside a site, nor from the internet to a site."""
    if here.name == there.name or (here.kind is there.kind is LocationKind.SITE_NETWORK and here.site == there.site):
        return False
    return not (here.kind is LocationKind.INTERNET and there.kind is LocationKind.SITE_NETWORK)
