"""A network with a scenario, indexed for walking: compiled tables and look-ups, each made once and on first use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

from isthmus.network.address_space import Nest, RangeMap, compile_prefixes
from isthmus.network.answers import Scenario
from isthmus.network.filters import allows_everything
from isthmus.network.learned_routes import Sites, dx_down, vpn_down
from isthmus.network.model import (
    Attachment,
    AttachmentKind,
    Cidr,
    Firewall,
    GatewayKind,
    Network,
    Subnet,
    Unknown,
    Vpc,
    VpcTable,
)
from isthmus.network.route_tables import (
    EffectiveTable,
    gateway_table,
    tgw_table,
    vpc_cidrs,
    vpc_table,
)

K = TypeVar("K")
V = TypeVar("V")


# Properties that depend on the network alone.
_OF_THE_NETWORK = (
    "quiet_acls",
    "subnets_of",
    "attachments_of_vpc",
    "attachments_of_connection",
    "vpc_of_gateway",
    "edge_table",
    "endpoint_subnet",
    "firewall_of",
    "vpc_owners",
    "tables_of",
    "_subnets_of_unknown_vpcs",
    "_tables_of_unknown_gateways",
)
# Attachments that end at a site.
CONNECTION_KINDS = (AttachmentKind.VPN, AttachmentKind.PRIVATE_VPN, AttachmentKind.DX_GATEWAY)


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """The values of each key, in order."""
    values: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        values[key].append(value)
    return values


class NetworkIndex:
    """`network` in a `scenario`, with `sites`.

    `of_network`: an index of the same network in another scenario. What no scenario changes is taken from there.
    """

    def __init__(
        self, network: Network, sites: Sites, scenario: Scenario, of_network: NetworkIndex | None = None
    ) -> None:
        self.network = network
        self.sites = sites
        self.scenario = scenario
        self._vpc_tables: dict[str, EffectiveTable] = {}
        self._tgw_tables: dict[str, EffectiveTable] = {}
        self._gateway_tables: dict[str, EffectiveTable] = {}
        self._subnet_maps: dict[str, RangeMap[str | Unknown | None]] = {}
        self._static_tables: dict[str, EffectiveTable] = {}
        self._own_ranges: dict[str, RangeMap[bool]] = {}
        self._zones: dict[str, tuple[dict[str, str], str]] = {}
        self._gateways: dict[tuple[str, GatewayKind], str | Unknown] = {}
        if of_network is not None:
            self._subnet_maps, self._static_tables = of_network._subnet_maps, of_network._static_tables
            self._zones, self._gateways = of_network._zones, of_network._gateways
            self._own_ranges = of_network._own_ranges
            known = of_network.__dict__
            self.__dict__.update((name, known[name]) for name in _OF_THE_NETWORK if name in known)

    # --- compiled tables

    def vpc_table(self, address: str) -> EffectiveTable:
        """The compiled VPC route table."""
        table = self.network.tables[address]
        # Only what a gateway propagates depends on the scenario.
        kept = self._vpc_tables if table.propagating or table.may_learn else self._static_tables
        if address not in kept:
            kept[address] = vpc_table(self.network, self.sites, table, self.scenario)
        return kept[address]

    def tgw_table(self, address: str) -> EffectiveTable:
        """The compiled transit gateway route table."""
        if address not in self._tgw_tables:
            self._tgw_tables[address] = tgw_table(
                self.network, self.sites, self.network.tgw_tables[address], self.scenario
            )
        return self._tgw_tables[address]

    def gateway_table(self, address: str) -> EffectiveTable:
        """The routes of a virtual private gateway for packets from its VPC."""
        if address not in self._gateway_tables:
            self._gateway_tables[address] = gateway_table(self.network, self.sites, address, self.scenario)
        return self._gateway_tables[address]

    # --- look-ups

    @cached_property
    def quiet_acls(self) -> frozenset[str]:
        """Network ACLs that allow everything. They are on no path."""
        return frozenset(a for a, acl in self.network.nacls.items() if allows_everything(acl))

    @cached_property
    def subnets_of(self) -> dict[str, list[Subnet]]:
        """Subnets by VPC."""
        return grouped((s.vpc, s) for s in self.network.subnets.values() if isinstance(s.vpc, str))

    @cached_property
    def attachments_of_vpc(self) -> dict[tuple[str, str], list[Attachment]]:
        """VPC attachments by VPC and transit gateway."""
        return grouped(
            ((a.attached, a.gateway), a)
            for a in self.network.attachments.values()
            if a.kind is AttachmentKind.VPC and isinstance(a.attached, str) and isinstance(a.gateway, str)
        )

    @cached_property
    def attachments_of_connection(self) -> dict[str, list[Attachment]]:
        """VPN and Direct Connect gateway attachments by the connection that they attach."""
        return grouped(
            (a.attached, a)
            for a in self.network.attachments.values()
            if a.kind in CONNECTION_KINDS and isinstance(a.attached, str)
        )

    @cached_property
    def vpc_of_gateway(self) -> dict[str, str]:
        """The VPC that each internet or virtual private gateway is attached to."""
        return {g.address: g.vpc for g in self.network.gateways.values() if isinstance(g.vpc, str)}

    @cached_property
    def edge_table(self) -> dict[str, str]:
        """The gateway route table of each internet or virtual private gateway that has one."""
        tables = self.network.tables.values()
        return {gateway: t.address for t in tables for gateway in t.gateways if isinstance(gateway, str)}

    @cached_property
    def endpoint_subnet(self) -> dict[str, str]:
        """The subnet of each firewall endpoint."""
        ends = [end for firewall in self.network.firewalls.values() for end in firewall.endpoints]
        return {end.address: end.subnet for end in ends if isinstance(end.subnet, str)}

    @cached_property
    def firewall_of(self) -> dict[str, Firewall]:
        """The firewall of each of its endpoints, and of its attachment to a transit gateway."""
        found = {f.address: f for f in self.network.firewalls.values()}
        return found | {e.address: f for f in self.network.firewalls.values() for e in f.endpoints}

    def edge_unknown_reason(self, vpc: str) -> str:
        """Why a gateway of a VPC may have a gateway route table that `edge_table` does not give it, or ""."""
        return next(
            (
                f"which gateway has the route table {t.address}"
                for t in self._tables_of_unknown_gateways
                if t.vpc == vpc or isinstance(t.vpc, Unknown)
            ),
            "",
        )

    @cached_property
    def _tables_of_unknown_gateways(self) -> list[VpcTable]:
        return [t for t in self.network.tables.values() if any(isinstance(g, Unknown) for g in t.gateways)]

    @cached_property
    def zones_down(self) -> frozenset[str]:
        """The zones that are down: everything in the scenario that is not another object."""
        net = self.network
        things = {t.address for vpn in net.vpns.values() for t in vpn.tunnels} | self.endpoint_subnet.keys()
        things |= {i.address for dx in net.dx_gateways.values() for i in dx.known_interfaces}
        return self.scenario.down - things.union(
            net.vpns, net.customer_gateways, net.dx_gateways, net.nats, net.attachments, net.endpoints
        )

    def vpc_of_box(self, box: str) -> str:
        """The VPC that a firewall endpoint is in, or ""."""
        endpoint = self.network.endpoints.get(box)
        if endpoint is not None and isinstance(endpoint.vpc, str):
            return endpoint.vpc
        subnet = self.network.subnets.get(self.endpoint_subnet.get(box, ""))
        return subnet.vpc if subnet is not None and isinstance(subnet.vpc, str) else ""

    @cached_property
    def vpc_owners(self) -> RangeMap[tuple[str, ...]]:
        """The VPCs that have an address, attached or not."""

        def choose(nest: Nest[str]) -> tuple[str, ...]:
            return tuple(sorted({vpc for _, group in nest for vpc in group}))

        entries = ((cidr, v.address) for v in self.network.vpcs.values() for cidr in vpc_cidrs(self.network, v.address))
        return compile_prefixes(entries, choose, ())

    def gateway_of(self, vpc: str, kind: GatewayKind) -> str | Unknown:
        """The gateway of a VPC of one kind, or ""."""
        if (vpc, kind) not in self._gateways:
            self._gateways[vpc, kind] = self._find_gateway(vpc, kind)
        return self._gateways[vpc, kind]

    def _find_gateway(self, vpc: str, kind: GatewayKind) -> str | Unknown:
        gateways = [g for g in self.network.gateways.values() if g.kind is kind]
        found = next((g.address for g in gateways if g.vpc == vpc), "")
        reasons = [Unknown(f"the VPC of {g.address}: {g.vpc.reason}") for g in gateways if isinstance(g.vpc, Unknown)]
        reasons += [
            Unknown(f"how many {g.address} there are is not known")
            for g in self.network.possible.gateways.values()
            if g.kind is kind and (g.vpc == vpc or isinstance(g.vpc, Unknown))
        ]
        return found or next(iter(reasons), "") or self._may_have_gateway(vpc, kind)

    def _may_have_gateway(self, vpc: str, kind: GatewayKind) -> Unknown | str:
        """A route with an unknown target shows that the VPC may have a gateway that is not in this input."""
        if kind is GatewayKind.EGRESS_ONLY:
            return ""
        for table in self.tables_of.get(vpc, ()):
            for route in table.routes:
                if isinstance(route.target, Unknown):
                    why = f"the target of {route.address} is unknown, so it may be the {kind.value} of {vpc}"
                    return Unknown(f"{why}: {route.target.reason}")
        return ""

    def subnet_map(self, vpc: str) -> RangeMap[str | Unknown | None]:
        """Which subnet of a VPC has an address."""
        if vpc not in self._subnet_maps:
            entries: list[tuple[Cidr, str | Unknown]] = []
            default: Unknown | None = None
            for subnet in self.network.possible.subnets.values():
                if subnet.vpc != vpc and not isinstance(subnet.vpc, Unknown):
                    continue
                lost = Unknown(f"how many {subnet.address} there are is not known")
                entries += [(cidr, lost) for cidr in subnet.cidrs if not isinstance(cidr, Unknown)]
                default = lost if any(isinstance(cidr, Unknown) for cidr in subnet.cidrs) else default
            for subnet in self._subnets_in(vpc):
                for cidr in subnet.cidrs:
                    if isinstance(cidr, Unknown):
                        default = Unknown(f"the CIDR of {subnet.address}: {cidr.reason}")
                    elif isinstance(subnet.vpc, Unknown):
                        entries.append((cidr, Unknown(f"the VPC of {subnet.address}: {subnet.vpc.reason}")))
                    else:
                        entries.append((cidr, subnet.address))

            def choose(nest: Nest[str | Unknown]) -> str | Unknown:
                around = [s for _, group in nest for s in group]
                found = sorted({s for s in around if isinstance(s, str)})
                if not found:
                    return around[0]
                return found[0] if len(found) == 1 else Unknown(f"subnets overlap: {', '.join(found)}")

            self._subnet_maps[vpc] = compile_prefixes(entries, choose, default)
        return self._subnet_maps[vpc]

    def own_ranges(self, subnet: str) -> RangeMap[bool]:
        """Which addresses are in a subnet; none for ""."""
        if subnet not in self._own_ranges:
            cidrs = self.network.subnets[subnet].cidrs if subnet else ()
            own = [(cidr, True) for cidr in cidrs if not isinstance(cidr, Unknown)]
            self._own_ranges[subnet] = compile_prefixes(own, lambda nest: True, False)
        return self._own_ranges[subnet]

    def _subnets_in(self, vpc: str) -> Iterable[Subnet]:
        """The subnets of a VPC, and those that may be in it, in order."""
        own = self.subnets_of.get(vpc, [])
        if not self._subnets_of_unknown_vpcs:
            return own
        wanted = {subnet.address for subnet in (*own, *self._subnets_of_unknown_vpcs)}
        return (subnet for address, subnet in self.network.subnets.items() if address in wanted)

    @cached_property
    def _subnets_of_unknown_vpcs(self) -> list[Subnet]:
        return [subnet for subnet in self.network.subnets.values() if isinstance(subnet.vpc, Unknown)]

    @cached_property
    def tables_of(self) -> dict[str | Unknown, list[VpcTable]]:
        """VPC route tables by VPC."""
        return grouped((table.vpc, table) for table in self.network.tables.values())

    def zones(self, attachment: Attachment) -> tuple[dict[str, str], str]:
        """The zones a VPC attachment is in, each with its subnet; and why there may be more, or ""."""
        if attachment.address not in self._zones:
            zones: dict[str, str] = {}
            unknown_reason = ""
            for name in attachment.subnets:
                subnet = name if isinstance(name, Unknown) else self.network.subnets.get(name)
                if isinstance(subnet, Subnet) and isinstance(subnet.zone, str):
                    zones.setdefault(subnet.zone, subnet.address)
                elif isinstance(subnet, Subnet):
                    unknown_reason = f"the zone of {subnet.address} is unknown"
                else:
                    unknown_reason = f"a subnet of {attachment.address} is unknown"
            self._zones[attachment.address] = (dict(sorted(zones.items())), unknown_reason)
        return self._zones[attachment.address]

    def zone_of(self, subnet: str) -> str:
        """The zone of a subnet, or "" where unknown."""
        zone = self.network.subnets[subnet].zone
        return zone if isinstance(zone, str) else ""

    def vpc(self, address: str) -> Vpc:
        """The VPC at an address."""
        return self.network.vpcs[address]

    # --- connections to sites

    def down_reason(self, connection: str) -> str:
        """Why a VPN connection or Direct Connect gateway is down in this scenario, or ""."""
        vpn, dx = self.network.vpns.get(connection), self.network.dx_gateways.get(connection)
        if dx is not None:
            return dx_down(dx, self.scenario)
        if vpn is not None:
            return vpn_down(self.network, vpn, self.scenario)
        return f"{connection} is down" if connection in self.scenario.down else ""

    @cached_property
    def direct_connect_at_gateways(self) -> dict[str, tuple[str, str]]:
        """Each Direct Connect gateway at a virtual private gateway: a name for the pair, and both addresses."""
        return {
            f"{dx.address} at {gateway}": (dx.address, gateway)
            for dx in self.network.dx_gateways.values()
            for gateway in dx.allowed
            if gateway in self.network.gateways
        }
