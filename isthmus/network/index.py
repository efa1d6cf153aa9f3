"""A network with a scenario, indexed for walking: compiled tables and look-ups, each made once and on first use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple, TypeVar

from isthmus.network.address_space import Cover, Nest, RangeMap, compile_prefixes
from isthmus.network.answers import AdvertisedPrefixes, Scenario
from isthmus.network.as_paths import refused
from isthmus.network.filters import allows_everything
from isthmus.network.learned_routes import Sites, is_default, vpn_down
from isthmus.network.model import (
    Attachment,
    AttachmentKind,
    Cidr,
    Firewall,
    GatewayKind,
    Network,
    Site,
    Subnet,
    Unknown,
    Vpc,
)
from isthmus.network.route_tables import (
    EffectiveTable,
    cidrs_unknown_reason,
    gateway_routes,
    gateway_table,
    tgw_table,
    tgw_unknown_reason,
    vpc_cidrs,
    vpc_table,
)

K = TypeVar("K")
V = TypeVar("V")


class SiteStep(NamedTuple):
    """What a site's router does with a packet: keep it (`here`), send it to AWS over attachments, or nobody knows.

    `beyond`: instead of what `over` says, it may have no route of AWS for the packet.
    """

    here: bool = False
    over: tuple[str, ...] = ()
    unknown: str = ""
    beyond: bool = False


_NOTHING = SiteStep()
_CONNECTING = (AttachmentKind.VPN, AttachmentKind.PRIVATE_VPN, AttachmentKind.DX_GATEWAY)
_BEYOND = "(beyond)"  # the way of what a site advertises without having it: out to the internet there, or nowhere


def _group(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    grouped: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped


class NetworkIndex:
    """`network` while `scenario` lasts, on what is said of `sites`."""

    def __init__(self, network: Network, sites: Sites, scenario: Scenario) -> None:
        self.network = network
        self.sites = sites
        self.scenario = scenario
        self._vpc_tables: dict[str, EffectiveTable] = {}
        self._tgw_tables: dict[str, EffectiveTable] = {}
        self._gateway_tables: dict[str, EffectiveTable] = {}
        self._subnet_maps: dict[str, RangeMap[str | Unknown | None]] = {}
        self._zones: dict[str, tuple[dict[str, str], str]] = {}
        self._told: dict[str, AdvertisedPrefixes] = {}
        self._outbound: dict[str, RangeMap[SiteStep]] = {}
        self._inbound: dict[str, RangeMap[SiteStep]] = {}

    # --- compiled tables

    def vpc_table(self, address: str) -> EffectiveTable:
        """The compiled VPC route table."""
        if address not in self._vpc_tables:
            self._vpc_tables[address] = vpc_table(self.network, self.sites, self.network.tables[address], self.scenario)
        return self._vpc_tables[address]

    def tgw_table(self, address: str) -> EffectiveTable:
        """The compiled transit gateway route table."""
        if address not in self._tgw_tables:
            self._tgw_tables[address] = tgw_table(
                self.network, self.sites, self.network.tgw_tables[address], self.scenario
            )
        return self._tgw_tables[address]

    def gateway_table(self, address: str) -> EffectiveTable:
        """What a virtual private gateway does with packets from its VPC."""
        if address not in self._gateway_tables:
            self._gateway_tables[address] = gateway_table(self.network, self.sites, address, self.scenario)
        return self._gateway_tables[address]

    # --- look-ups

    @cached_property
    def quiet_acls(self) -> frozenset[str]:
        """Network ACLs that allow everything, which no path needs to mention."""
        return frozenset(a for a, acl in self.network.nacls.items() if allows_everything(acl))

    @cached_property
    def subnets_of(self) -> dict[str, list[Subnet]]:
        """Subnets by VPC."""
        return _group((s.vpc, s) for s in self.network.subnets.values() if isinstance(s.vpc, str))

    @cached_property
    def attachments_of_vpc(self) -> dict[tuple[str, str], list[Attachment]]:
        """VPC attachments by VPC and transit gateway."""
        return _group(
            ((a.attached, a.gateway), a)
            for a in self.network.attachments.values()
            if a.kind is AttachmentKind.VPC and isinstance(a.attached, str) and isinstance(a.gateway, str)
        )

    @cached_property
    def attachments_of_connection(self) -> dict[str, list[Attachment]]:
        """VPN and Direct Connect gateway attachments by what they attach."""
        return _group(
            (a.attached, a)
            for a in self.network.attachments.values()
            if a.kind in _CONNECTING and isinstance(a.attached, str)
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
                for t in self.network.tables.values()
                if (t.vpc == vpc or isinstance(t.vpc, Unknown)) and any(isinstance(g, Unknown) for g in t.gateways)
            ),
            "",
        )

    @cached_property
    def zones_down(self) -> frozenset[str]:
        """The labels of zones that are down: what the scenario names that is nothing else."""
        net = self.network
        things = {t.address for vpn in net.vpns.values() for t in vpn.tunnels} | self.endpoint_subnet.keys()
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
        """The VPCs that have an address, whatever they are attached to."""

        def choose(nest: Nest[str]) -> tuple[str, ...]:
            return tuple(sorted({vpc for _, group in nest for vpc in group}))

        entries = ((cidr, v.address) for v in self.network.vpcs.values() for cidr in vpc_cidrs(self.network, v.address))
        return compile_prefixes(entries, choose, ())

    def gateway_of(self, vpc: str, kind: GatewayKind) -> str | Unknown:
        """The gateway of a kind that a VPC has, or ""."""
        gateways = [g for g in self.network.gateways.values() if g.kind is kind]
        found = next((g.address for g in gateways if g.vpc == vpc), "")
        vague = [Unknown(f"the VPC of {g.address}: {g.vpc.reason}") for g in gateways if isinstance(g.vpc, Unknown)]
        vague += [
            Unknown(f"how many {g.address} there are is not known")
            for g in self.network.possible.gateways.values()
            if g.kind is kind and (g.vpc == vpc or isinstance(g.vpc, Unknown))
        ]
        return found or next(iter(vague), "") or self._led_to(vpc, kind)

    def _led_to(self, vpc: str, kind: GatewayKind) -> Unknown | str:
        """A route of a VPC to a gateway that is not in this input shows that there is one, but not what it is."""
        if kind is GatewayKind.EGRESS_ONLY:
            return ""
        for table in self.network.tables.values():
            for route in table.routes if table.vpc == vpc else ():
                if isinstance(route.target, Unknown):
                    return Unknown(f"the target of {route.address} may be a gateway of {vpc}: {route.target.reason}")
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
            for subnet in self.network.subnets.values():
                if subnet.vpc != vpc and not isinstance(subnet.vpc, Unknown):
                    continue
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

    # --- on-premises

    def down(self, connection: str) -> str:
        """Why a VPN connection or Direct Connect gateway carries nothing, or ""."""
        vpn = self.network.vpns.get(connection)
        if vpn is None:
            return f"{connection} is down" if connection in self.scenario.down else ""
        return vpn_down(vpn, self.scenario)

    def told(self, attachment: str) -> AdvertisedPrefixes:
        """What AWS advertises over an attachment, or over a VPN connection to a virtual private gateway.

        A transit gateway advertises what is in the table associated with the attachment, but nothing that leads back to
        the site itself. A Direct Connect gateway advertises the allowed
        prefixes. https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
        """
        if attachment not in self._told:
            self._told[attachment] = self._tell(attachment)
        return self._told[attachment]

    def _tell(self, name: str) -> AdvertisedPrefixes:
        attachment = self.network.attachments.get(name)
        if attachment is None:
            return self._tell_from_gateway(name)
        if attachment.kind is AttachmentKind.DX_GATEWAY and isinstance(attachment.attached, str):
            dx = self.network.dx_gateways[attachment.attached]
            return _allowed(name, dx.allowed.get(name, ()))
        if self.down(str(attachment.attached)) or attachment.table is None:
            return AdvertisedPrefixes(
                name
            )  # a session that is down, or an attachment without association: nothing is advertised
        if attachment.policy_table is not None:
            return AdvertisedPrefixes(name, unknown=f"{name} has a policy table, which is not modelled")
        if isinstance(attachment.table, Unknown):
            return AdvertisedPrefixes(name, unknown=attachment.table.reason)
        site = self.sites.by_connection.get(str(attachment.attached))
        own = {a.address for c in (site.connections if site else ()) for a in self.attachments_of_connection.get(c, [])}
        prefixes: dict[Cidr, str] = {}
        blackholes: list[Cidr] = []
        vague = ""  # why a prefix may be advertised, or not
        with_unknowns: dict[Cidr, str] = {}
        for prefix, group in _group((r.prefix, r) for r in self.tgw_table(attachment.table).candidates).items():
            best = min(r.rank for r in group)
            winners = [r for r in group if r.rank == best]
            lost = next((r.target for r in winners if isinstance(r.target, Unknown)), None)
            if lost is not None:
                vague = vague or lost.reason
            elif winners[0].target is None:
                blackholes.append(prefix)
            elif not all(r.target in own for r in winners):
                prefixes[prefix] = winners[0].address
                others_only = [r for r in winners if r.target not in own]
                if why := refused(self.network, str(attachment.attached), others_only):
                    with_unknowns[prefix] = why
        facts = self.network.tgw_tables[attachment.table]
        others = replace(facts, propagations=tuple(p for p in facts.propagations if p not in own))
        unknown_reason = tgw_unknown_reason(self.network, self.sites, others, self.scenario) or vague
        return AdvertisedPrefixes(name, prefixes, tuple(blackholes), unknown_reason, with_unknowns=with_unknowns)

    def _tell_from_gateway(self, connection: str) -> AdvertisedPrefixes:
        """A virtual private gateway advertises its VPC, and to each site what the others taught it (CloudHub).

        Over a Direct Connect gateway only the allowed prefixes, which are the VPC's where none are listed.
        https://docs.aws.amazon.com/vpn/latest/s2svpn/VPN_CloudHub.html
        https://docs.aws.amazon.com/directconnect/latest/UserGuide/allowed-to-prefixes.html
        """
        if connection in self.direct_connect_ways:
            dx, gateway = self.direct_connect_ways[connection]
            return _allowed(connection, self.network.dx_gateways[dx].allowed[gateway])
        vpn = self.network.vpns.get(connection)
        if vpn is not None and isinstance(vpn.gateway, Unknown):
            return AdvertisedPrefixes(connection, unknown=f"the gateway of {connection}: {vpn.gateway.reason}")
        if vpn is None or vpn.gateway not in self.network.gateways or isinstance(vpn.gateway, Unknown | None):
            return AdvertisedPrefixes(connection)
        vpc = self.network.gateways[vpn.gateway].vpc
        if isinstance(vpc, Unknown):
            return AdvertisedPrefixes(connection, unknown=f"the VPC of {vpn.gateway}: {vpc.reason}")
        prefixes = dict.fromkeys(vpc_cidrs(self.network, vpc), vpc) if vpc is not None else {}
        unknown_reason = cidrs_unknown_reason(self.network, vpc) if vpc is not None else ""
        own = self.sites.by_connection[connection].connections
        for route in gateway_routes(self.network, self.sites, vpn.gateway, self.scenario, leaving_out=own):
            if isinstance(route, Unknown):
                unknown_reason = unknown_reason or route.reason
            else:
                prefixes.setdefault(route.prefix, route.address)
        return AdvertisedPrefixes(connection, prefixes, (), unknown_reason)

    def ways_in(self, site: Site) -> list[tuple[str, str]]:
        """The connections of a site that are up, each with its attachment (or, at a VPN gateway, with itself)."""
        ways: list[tuple[str, str]] = []
        for connection in site.connections:
            if self.down(connection):
                continue
            attached = self.attachments_of_connection.get(connection, [])
            ways += [(connection, a.address) for a in attached if a.address not in self.scenario.down]
            vpn = self.network.vpns.get(connection)
            if vpn is not None and isinstance(vpn.gateway, str) and vpn.gateway in self.network.gateways:
                ways.append((connection, connection))
            ways += [(connection, way) for way, (dx, _) in self.direct_connect_ways.items() if dx == connection]
        return ways

    @cached_property
    def direct_connect_ways(self) -> dict[str, tuple[str, str]]:
        """Direct Connect at a virtual private gateway: the connection and the gateway, by a name for the two."""
        return {
            f"{dx.address} at {gateway}": (dx.address, gateway)
            for dx in self.network.dx_gateways.values()
            for gateway in dx.allowed
            if gateway in self.network.gateways
        }

    def ways_unknown_reason(self, site: Site) -> str:
        """Why a site may have more ways in than `ways_in` says, or ""."""
        vague = next(
            (
                f"what {a.address} attaches: {a.attached.reason}"
                for a in self.network.attachments.values()
                if a.kind in _CONNECTING and isinstance(a.attached, Unknown)
            ),
            "",
        )
        possible = self.network.possible
        for connection in site.connections:
            for address, facts in possible.attachments.items():
                if facts.attached == connection:
                    return possible.unaccepted.get(address, f"how many {address} there are is not known")
            for address, (dx_gateway, _) in possible.dx_associations.items():
                if dx_gateway == connection or (
                    isinstance(dx_gateway, Unknown) and connection in self.network.dx_gateways
                ):
                    return f"whether {address} joins {connection} to a gateway"
        for connection in site.connections:
            if self.down(connection) or connection in self.attachments_of_connection:
                continue
            vpn = self.network.vpns.get(connection)
            if vpn is not None and isinstance(vpn.gateway, Unknown):
                return f"the gateway of {connection}: {vpn.gateway.reason}"
            if vague and (vpn is None or vpn.gateway not in self.network.gateways):
                return vague
        return ""

    def site_outbound(self, site: Site) -> RangeMap[SiteStep]:
        """Where a site's hosts' packets go: over the connections that were told the longest prefix.

        A site that advertises a default route has one of its own, and uses it.

        A static connection is told nothing: its site is taken to be configured with what it would be told over BGP.
        """
        if site.name not in self._outbound:
            self._outbound[site.name] = self._site_map(site, transit=False)
        return self._outbound[site.name]

    def site_transit(self, site: Site) -> RangeMap[SiteStep]:
        """What a site's router does with packets that AWS sent it: keeps those for its networks, returns others."""
        if site.name not in self._inbound:
            self._inbound[site.name] = self._site_map(site, transit=True)
        return self._inbound[site.name]

    def _site_map(self, site: Site, transit: bool) -> RangeMap[SiteStep]:
        entries = [(c, "") for c in (*site.networks, *site.rest)]
        advertised = () if isinstance(site.advertises, Unknown) else tuple(a.prefix for a in site.advertises)
        exits = any(is_default(c) for c in advertised)
        if transit:
            # Of a summary the site has its networks, and discards the rest: it must not go in circles.
            # https://www.rfc-editor.org/rfc/rfc4632#section-5.1
            networks = Cover(site.networks)
            entries += [(c, "" if networks.of(c) else _BEYOND) for c in advertised]
        vague = unknown_reason = self.ways_unknown_reason(site)
        not_evaluated: dict[str, str] = {}  # of ways that may be told more
        blackholes: list[tuple[Cidr, str]] = []
        refusable: dict[tuple[Cidr, str], str] = {}
        for _, way in self.ways_in(site):
            told = self.told(way)
            if told.unknown:
                not_evaluated[way] = told.unknown
            unknown_reason = unknown_reason or told.unknown
            entries += [(c, way) for c in told.prefixes if not (exits and is_default(c))]
            blackholes += [(c, way) for c in told.blackholes]
            refusable |= {(c, way): why for c, why in told.with_unknowns.items()}
        known = dict.fromkeys(entries)
        entries += [entry for entry in blackholes if entry not in known]

        def choose(nest: Nest[str]) -> SiteStep:
            for prefix, group in nest:
                ways = [way for way in group if (prefix, way) in known]
                if "" in ways:
                    more = "" if prefix.prefixlen == prefix.max_prefixlen else unknown_reason
                    return SiteStep(here=not more, unknown=more)
                if _BEYOND in ways:
                    return beyond(nest, prefix.prefixlen + 1)
                # A way that may be told a prefix as long or longer may be taken as well, or instead.
                if ways and (more := vague or next((why for way, why in not_evaluated.items() if way not in ways), "")):
                    return SiteStep(unknown=more)
                if ways and all(way in ways for way in dropped(nest, prefix.prefixlen)):
                    return SiteStep(over=tuple(dict.fromkeys(ways)))
                if ways:
                    # Nobody documents whether AWS advertises blackholes. If so the packet may go there and is dropped.
                    doubtful = f"whether {site.name} is told the blackholes within {prefix}"
                    return SiteStep(over=tuple(dict.fromkeys(ways)), unknown=doubtful)
            return beyond(nest, 0)

        def beyond(nest: Nest[str], length: int) -> SiteStep:
            """Not to AWS, unless the site is told a blackhole at least as long as `length`: for its hosts the same."""
            maybe = next(dropped(nest, length), "") if transit else ""
            return SiteStep(
                unknown=f"whether {site.name} is told the blackholes of {maybe}" if maybe else unknown_reason
            )

        def dropped(nest: Nest[str], length: int) -> Iterator[str]:
            """The ways that may be told a blackhole at least as long as a prefix."""
            for longer, group in nest:
                if longer.prefixlen >= length:
                    yield from (way for way in group if (longer, way) not in known)

        def decide(nest: Nest[str]) -> SiteStep:
            taken = choose(nest)
            if taken.here or not refusable:
                return taken
            maybe = [(prefix, way) for prefix, group in nest for way in group if (prefix, way) in refusable]
            if not maybe:
                return taken
            left = [(prefix, [way for way in group if (prefix, way) not in refusable]) for prefix, group in nest]
            return _either(taken, choose(left), dict.fromkeys(way for _, way in maybe), refusable[maybe[0]])

        return compile_prefixes(entries, decide, SiteStep(unknown=unknown_reason) if unknown_reason else _NOTHING)


def _either(taken: SiteStep, dropped: SiteStep, ways: Iterable[str], why: str) -> SiteStep:
    """What is left of two steps where a router may take some prefixes or drop them, those of some `ways`."""
    if taken == dropped and len(taken.over) < 2:
        return taken
    if dropped.here or not taken.over or (dropped.unknown and not dropped.over):
        return SiteStep(unknown=dropped.unknown or why)
    over = tuple(dict.fromkeys((*taken.over, *ways, *dropped.over)))
    return SiteStep(over=over, unknown=why, beyond=not dropped.over)


def _allowed(name: str, allowed: tuple[Cidr | Unknown, ...]) -> AdvertisedPrefixes:
    unknown_reason = next((c.reason for c in allowed if isinstance(c, Unknown)), "")
    return AdvertisedPrefixes(
        name, {c: "allowed prefix" for c in allowed if not isinstance(c, Unknown)}, (), unknown_reason
    )
