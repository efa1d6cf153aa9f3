"""Locations, the ends of flows: spokes, site networks and the internet.

With an intent, the VPC of a spoke is the one with its CIDR, and a VPN connection is found by its name or by the address
of its customer gateway. Terraform addresses are never derived from the intent. Without an intent, see
`isthmus.proof.pairs.inferred_locations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_network

from isthmus.network.answers import InSubnet
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
_SMALL = 28  # the prefix length that AWS recommends for attachment subnets


class Tier(StrEnum):
    """The purpose of a subnet, according to its route table and the attachments."""

    PRIVATE = "private"
    PUBLIC = "public"
    TRANSIT_GATEWAY = "transit gateway"
    ROUTABLE = "routable"


class LocationKind(StrEnum):
    """The kinds of locations."""

    SPOKE = "spoke"
    SITE_NETWORK = "site network"
    INTERNET = "internet"


@dataclass(frozen=True)
class Location:
    """An end of flows.

    - `cidrs`: its addresses; empty for the internet, and for a site with unknown networks.
    - `vpc`, `tiers`: for a spoke, the address of its VPC, and the addresses of its subnets by tier.
    - `site`: for a site network, the name of its site.
    - `spans`: for the remainder of a site, its addresses: `cidrs` without addresses of other locations.
    - `described`: an intent describes the spoke, so that its private subnets are its workload subnets. Otherwise its
      private and public subnets are.
    - `published`: for a spoke with published services, the addresses of its load balancer: what others connect to.
    - `published_unknown`: why it may have other such addresses, or "".
    """

    name: str
    kind: LocationKind
    cidrs: tuple[Cidr, ...] = ()
    vpc: str = ""
    tiers: Mapping[Tier, tuple[str, ...]] = field(default_factory=dict)
    site: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    described: bool = True
    published: tuple[InSubnet, ...] = ()
    published_unknown: str = ""

    @property
    def is_rest(self) -> bool:
        """Whether it is the remainder of a site: the addresses that are in no other location."""
        return bool(self.spans)

    @property
    def is_site(self) -> bool:
        """Whether it is a whole site with unknown networks."""
        return self.kind is LocationKind.SITE_NETWORK and self.name == self.site

    @property
    def workloads(self) -> tuple[str, ...]:
        """The subnets that hold workloads: the private subnets, or else the public subnets."""
        if not self.described:
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
    """All locations of a network in a stable order: site networks, spokes, the internet.

    - `sites`: the sites, with their connections.
    - `segments`: the names of the spokes and sites of each segment of the intent. Segments are no locations, because
      their members may differ.
    - `assumed`: the assumptions by which the locations were found, one sentence each.
    - `without_hosts`: the names of locations that are assumed to hold no hosts. Rules ignore their flows.
    - `may_exist`: spokes of the intent whose VPC was not found, each with the reason why it may exist.
    """

    all: tuple[Location, ...]
    sites: tuple[Site, ...]
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    without_hosts: frozenset[str] = frozenset()
    may_exist: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> Mapping[str, Location]:
        """The locations by name."""
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
    """An index of a network's subnets, for look-ups that are needed many times."""

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
        self._unplaced_subnets = [subnet for subnet in network.subnets.values() if isinstance(subnet.vpc, Unknown)]
        self._unplaced_subnets += [
            subnet for subnet in network.possible.subnets.values() if isinstance(subnet.vpc, Unknown)
        ]
        self._unknown_attachments = [
            attachment
            for attachment in network.attachments.values()
            if attachment.kind is AttachmentKind.VPC and any(isinstance(s, Unknown) for s in attachment.subnets)
        ]
        self._possible_attachments = [
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
        """Whether hosts of a subnet may have public addresses of an IP version.

        A route of IPv6 only to an internet gateway does not make IPv4 addresses public.
        """
        return bool(self.internet_route(subnet, version)) or self._protected(subnet)

    def _protected(self, subnet: Subnet) -> bool:
        """Whether the internet gateway's route table has a route to the subnet through a firewall.

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

        A subnet with a route to an internet gateway, or from it through a firewall, is public. A subnet with an
        attachment's interface is a transit gateway subnet, unless the VPC has no other private subnets: then it is
        private. If no intent describes the VPC (`described`), it is a transit gateway subnet only if it holds no hosts:
        it is as small as AWS recommends, or it has no route to the transit gateway and other subnets have one, or it
        has no route out of the VPC.
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
        """Whether the route table of a subnet shows that it holds only an attachment's interface.

        `served`: whether other subnets have a route to the transit gateway.
        """
        sends = not isinstance(subnet.table, str) or bool(self.routes(subnet))
        return not self.sends_to_hub(subnet) and (served or not sends)

    def sends_to_hub(self, subnet: Subnet) -> bool:
        """Whether a subnet has a route to a transit gateway, or may have one."""
        if isinstance(subnet.table, Unknown):
            return True
        targets = [route.target for route in self.routes(subnet)]
        return any(isinstance(t, Unknown) or t.kind is TargetKind.TRANSIT_GATEWAY for t in targets)

    def unknown_hosts(self, vpc: str) -> str:
        """Why a VPC may have hosts in subnets that are not known, or ""."""
        for subnet in self._unplaced_subnets:
            if isinstance(subnet.vpc, Unknown) and self._may_hold(vpc, subnet):
                return f"the VPC of {subnet.address}: {subnet.vpc.reason}"
        for address, subnet in self.network.possible.subnets.items():
            if subnet.vpc == vpc:
                return f"how many {address} there are is not known"
        return "" if vpc in self._subnets else f"no subnet of {vpc} is in this input"

    def _may_hold(self, vpc: str, subnet: Subnet) -> bool:
        """Whether the CIDRs of a subnet can be in a VPC: AWS refuses others."""
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
        """Why it is unknown which subnets of a VPC hold workloads, or ""."""
        for attachment in self._unknown_attachments:
            if attachment.attached == vpc or isinstance(attachment.attached, Unknown):
                why = next(s.reason for s in attachment.subnets if isinstance(s, Unknown))
                return f"which subnets of {vpc} are those of {attachment.address}: {why}"
        for attachment in self._possible_attachments:
            if attachment.attached == vpc or isinstance(attachment.attached, Unknown):
                return f"which subnets of {vpc} are those of {attachment.address}: how many there are is not known"
        return self._perhaps_public.get(vpc, "")

    @cached_property
    def _perhaps_public(self) -> Mapping[str | Unknown, str]:
        """Why it is unknown which subnets of a VPC are public, by VPC."""
        found: dict[str | Unknown, str] = {}
        for table in self.network.tables.values():
            for route in table.routes:
                kind = route.target.kind if isinstance(route.target, Target) else None
                if route.unknown_reason and kind is TargetKind.INTERNET_GATEWAY:
                    why = f"which subnets of {table.vpc} are public: {route.address}: {route.unknown_reason}"
                    found.setdefault(table.vpc, why)
        return found

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

    def spoke(self, name: str, vpc: str, *, described: bool = True, routable: str | None = None) -> Location:
        """The location of a VPC. `described`: whether an intent describes it. `routable`: its routable CIDR."""
        tiers: Mapping[Tier, tuple[str, ...]] = self.tiers(vpc, described=described)
        if routable is not None:
            tiers = self._with_routable(tiers, ip_network(routable))
        return Location(name, LocationKind.SPOKE, self.cidrs(vpc), vpc, tiers, described=described)

    def _with_routable(self, tiers: Mapping[Tier, tuple[str, ...]], cidr: Cidr) -> Mapping[Tier, tuple[str, ...]]:
        """The tiers, with the private subnets inside a routable CIDR as routable subnets: they hold no workloads."""
        private = tiers.get(Tier.PRIVATE, ())
        routable = tuple(subnet for subnet in private if self._is_inside(subnet, cidr))
        workloads = tuple(subnet for subnet in private if subnet not in routable)
        found = {**tiers, Tier.PRIVATE: workloads, Tier.ROUTABLE: routable}
        return {tier: found[tier] for tier in Tier if found.get(tier)}

    def _is_inside(self, subnet: str, cidr: Cidr) -> bool:
        inside = self.network.subnets[subnet].cidrs
        return all(not isinstance(one, Unknown) and covers(cidr, one) for one in inside)


def _is_small(subnet: Subnet) -> bool:
    """Whether a subnet has a usual size for interfaces of attachments."""
    sizes = [cidr.prefixlen for cidr in subnet.cidrs if not isinstance(cidr, Unknown) and cidr.version == 4]
    return bool(sizes) and min(sizes) >= _SMALL


def site_networks(site: str, networks: Mapping[str, str]) -> Iterable[Location]:
    """The locations of a site's networks."""
    for name, cidr in networks.items():
        yield Location(f"{site}/{name}", LocationKind.SITE_NETWORK, (ip_network(cidr),), site=site)


def in_order(locations: Iterable[Location]) -> tuple[Location, ...]:
    """Site networks, then the remainder of each site, then spokes, all by name, then the internet."""
    order = [LocationKind.SITE_NETWORK, LocationKind.SPOKE, LocationKind.INTERNET]
    found = sorted(locations, key=lambda each: (order.index(each.kind), each.site, each.is_rest, each.name))
    return (*found, Location(INTERNET, LocationKind.INTERNET))


def stated_prefixes(prefixes: Iterable[str]) -> tuple[AdvertisedPrefix, ...]:
    """The prefixes that the intent states for a site, for the engine."""
    return tuple(AdvertisedPrefix(ip_network(prefix)) for prefix in prefixes)


def in_scope(source: Location, destination: Location) -> bool:
    """Whether a flow is part of the proof: flows inside a site, and from the internet to a site, are not."""
    if source.name == destination.name or (
        source.kind is destination.kind is LocationKind.SITE_NETWORK and source.site == destination.site
    ):
        return False
    return not (source.kind is LocationKind.INTERNET and destination.kind is LocationKind.SITE_NETWORK)
