"""Names and what they stand for: spokes, site networks and the internet, in the intent and in the network.

With an intent, a spoke's VPC is the one that has the spoke's CIDR, a site is its VPN connections, and a connection is
found by its name or by its customer gateway's address: the intent's own words, never a derived Terraform address.
Without one, see `isthmus.proof.undescribed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_network

from isthmus.network.learnt import covers
from isthmus.network.model import (
    Announcement,
    AttachmentKind,
    Cidr,
    GatewayKind,
    Network,
    Site,
    Subnet,
    Target,
    TargetKind,
    Unknown,
)

INTERNET = "internet"


class Tier(StrEnum):
    """What a subnet is for, as its table and the attachments show it."""

    PRIVATE = "private"
    PUBLIC = "public"
    TRANSIT_GATEWAY = "transit gateway"


class Kind(StrEnum):
    """What a place is."""

    SPOKE = "spoke"
    SITE_NETWORK = "site network"
    INTERNET = "internet"


@dataclass(frozen=True)
class Place:
    """One end of a flow, as the network has it.

    - `cidrs`: its addresses; empty for the internet, and for a site whose networks nobody stated.
    - `vpc`, `tiers`: of a spoke: its VPC's address, and the addresses of its subnets by tier.
    - `site`: of a site network: the name of its site.
    - `alike`: of a spoke: its private subnets are what it is about. Else each subnet speaks for itself.
    - `spans`: of the rest of a site: its addresses, which are `cidrs` without what has a name of its own.
    """

    name: str
    kind: Kind
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
        return self.kind is Kind.SITE_NETWORK and self.name == self.site

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
class Places:
    """Everybody who can be at an end of a flow, in a stable order: site networks, spokes, the internet.

    `segments` are the intent's, each with the names of its spokes and sites. They are no places: members may differ.
    `assumed`: what was taken for granted to tell the places, a sentence each.
    """

    all: tuple[Place, ...]
    sites: tuple[Site, ...]
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Place]:
        """Places by name."""
        return {place.name: place for place in self.all}

    @property
    def spokes(self) -> tuple[Place, ...]:
        """The spokes."""
        return tuple(place for place in self.all if place.kind is Kind.SPOKE)

    @property
    def networks(self) -> tuple[Place, ...]:
        """The site networks."""
        return tuple(place for place in self.all if place.kind is Kind.SITE_NETWORK)


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

    def internet_route(self, subnet: Subnet) -> str:
        """The address of a route from the subnet to an internet gateway, or "" where it has none."""
        table = self.network.tables.get(subnet.table) if isinstance(subnet.table, str) else None
        for route in table.routes if table else ():
            leads = isinstance(route.target, Target) and route.target.kind is TargetKind.INTERNET_GATEWAY
            if leads and not route.doubt:
                return route.address
        return ""

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

    def tiers(self, vpc: str) -> dict[Tier, tuple[str, ...]]:
        """The subnets of a VPC by tier.

        A subnet with a route to an internet gateway, or from it through a firewall, is public. One with an attachment's
        interface is a transit gateway subnet, unless the VPC has no other subnets that workloads could be in: then
        those hold workloads too.
        """
        found: dict[Tier, list[str]] = {}
        public = {s.address for s in self.subnets(vpc) if self.internet_route(s) or self._protected(s)}
        dedicated = any(s.address not in public and not self.is_attachment_subnet(s) for s in self.subnets(vpc))
        for subnet in self.subnets(vpc):
            if subnet.address in public:
                tier = Tier.PUBLIC
            elif dedicated and self.is_attachment_subnet(subnet):
                tier = Tier.TRANSIT_GATEWAY
            else:
                tier = Tier.PRIVATE
            found.setdefault(tier, []).append(subnet.address)
        return {tier: tuple(sorted(found[tier])) for tier in Tier if tier in found}

    def elsewhere(self, vpc: str) -> str:
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

    def unsure(self, vpc: str) -> str:
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
                if route.doubt and kind is TargetKind.INTERNET_GATEWAY:
                    return f"which subnets of {vpc} are public: {route.address}: {route.doubt}"
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

    def spoke(self, name: str, vpc: str) -> Place:
        """The place that a VPC is."""
        return Place(name, Kind.SPOKE, self.cidrs(vpc), vpc, self.tiers(vpc))


def site_networks(site: str, networks: Mapping[str, str]) -> Iterable[Place]:
    """The places that a site's networks are."""
    for name, cidr in networks.items():
        yield Place(f"{site}/{name}", Kind.SITE_NETWORK, (ip_network(cidr),), site=site)


def in_order(places: Iterable[Place]) -> tuple[Place, ...]:
    """Site networks, what is left of each site after its networks, then spokes, all by name, then the internet."""
    order = [Kind.SITE_NETWORK, Kind.SPOKE, Kind.INTERNET]
    found = sorted(places, key=lambda place: (order.index(place.kind), place.site, place.is_rest, place.name))
    return (*found, Place(INTERNET, Kind.INTERNET))


def announcements(prefixes: Iterable[str]) -> tuple[Announcement, ...]:
    """What a site says it announces, as the engine takes it."""
    return tuple(Announcement(ip_network(prefix)) for prefix in prefixes)
