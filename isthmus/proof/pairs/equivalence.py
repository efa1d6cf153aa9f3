"""Equivalent spokes: they behave the same, so that the proof evaluates only one or two of them.

Two spokes are equivalent if renaming the VPC, subnets, route tables, gateways and attachment of one gives the other:
the same subnets by zone and tier, the same routes and network ACLs, the same associations and propagations, and
addresses that no route or rule of the network distinguishes. Then every packet of one has a counterpart of the other.
What this module cannot rename keeps its address in the comparison, so that its spoke is equivalent to no other. This
costs time, but never gives a wrong result.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from ipaddress import IPv4Network

from isthmus.network.address_space import RangeMap, compile_prefixes, span
from isthmus.network.index import grouped
from isthmus.network.learned_routes import Sites
from isthmus.network.model import (
    Attachment,
    AttachmentKind,
    Cidr,
    EndpointKind,
    GatewayKind,
    Network,
    Subnet,
    Target,
    TargetKind,
    Unknown,
    VpcRoute,
)
from isthmus.network.prefix_classes import Key, combined_keys, prefix_classes
from isthmus.proof.pairs.locations import Inventory, Location, LocationKind, Tier


class EquivalenceClasses:
    """Groups locations, and divides address ranges at the prefixes of routes, rules and `cuts`.

    `atoms` has the keys of the prefixes around each address, the most specific first. Addresses with the same keys have
    the same outcomes.
    """

    def __init__(
        self, network: Network, sites: Sites, inventory: Inventory, cuts: Mapping[Cidr, Key] | None = None
    ) -> None:
        self.network = network
        self.inventory = inventory
        keys = prefix_classes(network, sites)
        self._keys = keys if cuts is None else combined_keys(keys, cuts)
        self.atoms: RangeMap[tuple[Key, ...]] = compile_prefixes(
            self._keys.items(), lambda nest: tuple(key for _, keys in nest for key in keys), ()
        )
        self._attachments: dict[str, list[Attachment]] = defaultdict(list)
        for attachment in network.attachments.values():
            if attachment.kind is AttachmentKind.VPC and isinstance(attachment.attached, str):
                self._attachments[attachment.attached].append(attachment)
        self._learning: dict[str, list[str]] = defaultdict(list)
        self._static: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for table in network.tgw_tables.values():
            for propagation in table.propagations:
                if isinstance(propagation, str):
                    self._learning[propagation].append(table.address)
            for perhaps in table.may_learn:
                self._learning[perhaps.address].append(f"{table.address}, or not")
            for route in table.routes:
                if isinstance(route.attachment, str):
                    self._static[route.attachment].append((table.address, str(route.destination)))

    def samples(self, low: int, high: int) -> list[int]:
        """One address for each part of a range that a route or rule distinguishes."""
        found: dict[tuple[Key, ...], int] = {}
        for first, _, around in self.atoms.within(low, high):
            found.setdefault(around, first)
        return list(found.values())

    def _around(self, cidr: Cidr) -> Iterator[tuple[Key, ...]]:
        """The keys around each part of a site's network."""
        seen = dict.fromkeys(around for _, _, around in self.atoms.within(*span(cidr)))
        return iter(seen) if cidr in self._keys else iter([(cidr,)])

    def subnets(self, location: Location) -> tuple[tuple[Tier, Subnet], ...]:
        """A spoke's workload subnets by tier, zone and address: the same order for equivalent spokes."""
        rows = [
            (tier, self.network.subnets[address])
            for tier in (Tier.PRIVATE, Tier.PUBLIC)
            for address in location.tiers.get(tier, ())
        ]
        return tuple(sorted(rows, key=lambda row: (row[0], str(row[1].zone), _first(row[1]), row[1].address)))

    def groups(self, locations: Iterable[Location], intent_key: Callable[[Location], Key]) -> Mapping[str, int]:
        """A number for each location, equal for equivalent locations with the same `intent_key`."""
        numbers: dict[Key, int] = {}
        return {
            location.name: numbers.setdefault((intent_key(location), self._key(location)), len(numbers))
            for location in locations
        }

    def _key(self, location: Location) -> Key:
        if location.kind is LocationKind.SITE_NETWORK and location.cidrs and not location.is_rest:
            return (location.site, tuple(tuple(self._around(cidr)) for cidr in location.cidrs))
        if location.kind is not LocationKind.SPOKE or not location.vpc:
            return location.name
        unknown_hosts = bool(self.inventory.unknown_hosts(location.vpc))
        unknown = self._unknown(location)
        if unknown is not None:
            return ("no address of a host is known", unknown_hosts, unknown)
        if unknown_hosts:
            return location.name
        if location.vpc in self._special:
            return location.name
        tables: dict[str, int] = {}
        subnets = []
        for tier, subnet in self.subnets(location):
            if not isinstance(subnet.table, str) or not isinstance(subnet.nacl, str):
                return location.name
            ranges = self._ranges(subnet)
            if ranges is None:
                return location.name
            # Compares the routes of each table, and which subnets share a table.
            number = tables.setdefault(subnet.table, len(tables))
            subnets.append((tier, str(subnet.zone), number, self._acl(subnet.nacl), ranges))
        contents = tuple(self._table(table, location.vpc) for table in tables)
        attachments = tuple(self._attachment(a, location.vpc) for a in self._attachments[location.vpc])
        return (tuple(subnets), contents, attachments, self._public_access(location.vpc))

    def _public_access(self, vpc: str) -> Key:
        """The Block Public Access settings of a VPC. With excluded subnets the VPC is equivalent to no other."""
        access = self.network.public_access.get(vpc)
        if access is None:
            return ""
        return (
            vpc if access.subnets else (access.options, str(access.mode), str(access.excluded), access.unknown_reason)
        )

    def _unknown(self, location: Location) -> Key | None:
        """The tiers of a VPC in which no CIDR of a subnet is known; else None.

        Every flow of such a VPC is unknown, whatever else it has.
        """
        found = []
        for tier, subnet in self.subnets(location):
            if not all(isinstance(cidr, Unknown) for cidr in subnet.cidrs):
                return None
            found += [(tier, subnet.address in location.workloads)] * len(subnet.cidrs)
        return tuple(found)

    def _ranges(self, subnet: Subnet) -> Key | None:
        """How routes and rules distinguish the addresses of a subnet; None if this cannot be compared."""
        ranges = []
        for cidr in subnet.cidrs:
            if not isinstance(cidr, IPv4Network):
                return None
            ranges.append(tuple(around for _, _, around in self.atoms.within(*span(cidr))))
        return tuple(ranges)

    def _attachment(self, attachment: Attachment, vpc: str) -> Key:
        zones = []
        for name in attachment.subnets:
            subnet = self.network.subnets.get(name) if isinstance(name, str) else None
            if subnet is None or not isinstance(subnet.table, str) or not isinstance(subnet.nacl, str):
                return attachment.address
            ranges = self._ranges(subnet)
            if ranges is None:
                return attachment.address
            zones.append((str(subnet.zone), ranges, self._table(subnet.table, vpc), self._acl(subnet.nacl)))
        own = {str(cidr) for cidr in self.inventory.cidrs(vpc)}
        routes = tuple(
            (table, "own" if destination in own else destination)
            for name in (attachment.address, *attachment.aliases)
            for table, destination in self._static[name]
        )
        return (
            str(attachment.gateway),
            str(attachment.table),
            str(attachment.policy_table),
            attachment.appliance_mode is True,
            tuple(sorted(zones, key=str)),
            tuple(sorted(self._learning[attachment.address])),
            routes,
        )

    def _table(self, address: str, vpc: str) -> Key:
        table = self.network.tables.get(address)
        if table is None or table.propagating or table.may_learn or table.gateways:
            return address
        services = sorted(self._services_of.get(address, ()))
        return (tuple(sorted(self._route(route, vpc) for route in table.routes)), tuple(services))

    def _route(self, route: VpcRoute, vpc: str) -> tuple[str, ...]:
        state = f"{bool(route.blackhole)} {bool(route.unknown_reason)}"
        return (str(route.destination), self._target(route.target, vpc), route.origin.value, state)

    def _target(self, target: Target | Unknown, vpc: str) -> str:
        if isinstance(target, Unknown):
            return str(target)
        if target.kind is TargetKind.INTERNET_GATEWAY:
            gateway = self.network.gateways.get(target.address)
            if gateway is not None and gateway.vpc == vpc:
                return "own internet gateway"
        if target.kind is TargetKind.NAT_GATEWAY:
            nat = self.network.nats.get(target.address)
            subnet = self.network.subnets.get(nat.subnet) if nat and isinstance(nat.subnet, str) else None
            if nat and subnet and subnet.vpc == vpc:
                acl = self._acl(subnet.nacl) if isinstance(subnet.nacl, str) else subnet.nacl
                route = self.inventory.internet_route(subnet) != ""
                return f"own NAT gateway in {subnet.zone}, public {nat.public}, ACL {acl}, route {route}"
        if target.kind is TargetKind.ENDPOINT:
            endpoint = self.network.endpoints.get(target.address)
            if endpoint is not None and endpoint.kind is EndpointKind.GATEWAY and endpoint.vpc == vpc:
                return f"own gateway endpoint {str(endpoint.service).rsplit('.', 1)[-1]}"
        return str(target)

    def _acl(self, address: str) -> int:
        return self._acls.get(address, -1)

    @cached_property
    def _acls(self) -> Mapping[str, int]:
        """A number for each network ACL, equal for equal rules."""
        numbers: dict[Key, int] = {}
        found = {}
        for address, acl in self.network.nacls.items():
            rules = tuple(
                tuple((r.number, r.allow, r.protocol, r.cidr, r.ports) for r in direction)
                for direction in (acl.inbound, acl.outbound)
            )
            key = (rules, address if acl.unresolved else "")
            found[address] = numbers.setdefault(key, len(numbers))
        return found

    @cached_property
    def _services_of(self) -> Mapping[str | Unknown, list[str]]:
        """The services of the gateway endpoints of each route table."""
        endpoints = (e for e in self.network.endpoints.values() if e.kind is EndpointKind.GATEWAY)
        return grouped((table, e.service_name) for e in endpoints for table in dict.fromkeys(e.tables))

    @cached_property
    def _special(self) -> frozenset[str]:
        """VPCs with resources that are not compared: each of them is equivalent to no other."""
        found: set[str | Unknown | None] = {
            g.vpc for g in self.network.gateways.values() if g.kind is not GatewayKind.INTERNET
        }
        found |= {f.vpc for f in self.network.firewalls.values()}
        possible = self.network.possible
        found |= {gateway.vpc for gateway in possible.gateways.values()}
        found |= {endpoint.vpc for endpoint in possible.endpoints.values()}
        found |= {attachment.attached for attachment in possible.attachments.values()}
        for peering in self.network.peerings.values():
            found |= {peering.requester, peering.peer}
        found |= set(self._overlapping())
        return frozenset(vpc for vpc in found if isinstance(vpc, str))

    def _overlapping(self) -> Iterator[str]:
        spans = sorted((span(cidr), vpc) for vpc in self.network.vpcs for cidr in self.inventory.cidrs(vpc))
        reaching, owner = -1, ""
        for (low, high), vpc in spans:
            if low <= reaching:
                yield from (vpc, owner)
            if high > reaching:
                reaching, owner = high, vpc


def _first(subnet: Subnet) -> int:
    return min((span(c)[0] for c in subnet.cidrs if not isinstance(c, Unknown)), default=-1)
