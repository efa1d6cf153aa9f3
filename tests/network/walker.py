"""The judge of the network engine: one packet, carried by hand from router to router as AWS documents it.

It is slow and obvious on purpose: no ranges, no sets of packets, nothing computed ahead or remembered. At every step
it looks at every route of one table. It shares with the engine only the facts (`model`) and the records of question
and answer (`answers`).

Pages, under https://docs.aws.amazon.com/:

- vpc/latest/userguide/route-tables-priority.html, VPC_Internet_Gateway.html, vpc-nat-gateway.html, nacl-rules.html
- vpc/latest/tgw/how-transit-gateways-work.html, tgw-vpc-attachments.html, tgw-nacls.html
- vpn/latest/s2svpn/vpn-route-priority.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from ipaddress import IPv4Address, IPv6Address

from isthmus.network.answers import (
    PROTOCOLS,
    AtEndpoint,
    AtSite,
    InSubnet,
    Internet,
    Location,
    Outcome,
    Packet,
    Scenario,
    Service,
)
from isthmus.network.model import (
    Announcement,
    Attachment,
    AttachmentKind,
    Cidr,
    EndpointKind,
    Gateway,
    GatewayKind,
    Network,
    NetworkAcl,
    RouteOrigin,
    SecurityGroup,
    SecurityGroupRule,
    Site,
    Subnet,
    Target,
    TargetKind,
    TgwRoute,
    Unknown,
    VpcEndpoint,
    VpcPeering,
    VpcRoute,
    VpnConnection,
)

Ip = IPv4Address | IPv6Address

NAT_PORTS = (1024, 65535)  # vpc/latest/userguide/nat-gateway-basics.html
SOMEWHERE: Mapping[int, Ip] = {4: IPv4Address("1.1.1.1"), 6: IPv6Address("2606:4700::1111")}

HERE, OUT = "(here)", "(out)"  # what a site does by itself: deliver, or send to the internet

# Static routes toward these may be as long as a local route or longer. vpc/latest/userguide/route-table-options.html
MIDDLEBOXES = (TargetKind.NAT_GATEWAY, TargetKind.FIREWALL_ENDPOINT, TargetKind.INTERFACE, TargetKind.ENDPOINT)

# Propagated routes of equal length, the preferred first. vpc/latest/tgw/how-transit-gateways-work.html
PREFERENCE = (
    AttachmentKind.VPC,
    AttachmentKind.DX_GATEWAY,
    AttachmentKind.CONNECT,
    AttachmentKind.PRIVATE_VPN,
    AttachmentKind.VPN,
)


# --- what a walk carries and how it ends ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Header:
    """The addresses and ports a packet bears right now. For ICMP the ports mean nothing."""

    source: Ip
    destination: Ip
    protocol: int
    port: int


@dataclass(frozen=True)
class Translation:
    """A NAT gateway met on the way, and the source address that it replaced."""

    nat: str
    hidden: Ip


@dataclass(frozen=True)
class Luggage:
    """A packet with what has happened to it so far."""

    header: Header
    public: bool = False  # the sender has a public address of its own in the VPC it is in
    translations: tuple[Translation, ...] = ()
    boxes: tuple[str, ...] = ()  # firewall endpoints, and firewalls of transit gateways
    pins: tuple[tuple[str, str], ...] = ()  # appliance mode: attachment, zone
    crossed: tuple[str, ...] = ()  # transit gateway attachments
    peerings: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()  # sites that sent it back
    service: str = ""  # it goes to an AWS service, by one of its public addresses
    reply: bool = False
    steps: tuple[str, ...] = ()

    def at(self, step: str) -> Luggage:
        return replace(self, steps=(*self.steps, step))


@dataclass(frozen=True)
class Ending:
    """How one alternative ended: `place` is a subnet's address, a site's name or `internet`, empty if nowhere."""

    outcome: Outcome
    why: str
    luggage: Luggage
    place: str = ""
    exit: str = ""

    def __str__(self) -> str:
        return "\n    ".join(
            (f"{self.outcome} at {self.place or 'nowhere'} {self.exit}: {self.why}", *self.luggage.steps)
        )


def dropped(luggage: Luggage, why: str) -> list[Ending]:
    return [Ending(Outcome.BLOCKED, why, luggage)]


def unknown(luggage: Luggage, why: object) -> list[Ending]:
    return [Ending(Outcome.UNKNOWN, str(why), luggage)]


def arrived(luggage: Luggage, place: str, exit: str = "") -> list[Ending]:
    return [Ending(Outcome.REACHABLE, "arrived", luggage, place, exit)]


class Unclear(Exception):
    """A fact that the walk needs is `Unknown`."""


class Stopped(Exception):
    """A filter or a broken thing stops the packet."""


def known(value: object) -> str:
    """The value, unless nobody knows it."""
    if isinstance(value, Unknown):
        raise Unclear(value.reason)
    assert isinstance(value, str)
    return value


def contains(cidr: Cidr | str | Unknown, ip: Ip) -> bool:
    """Whether an address lies in a prefix; a prefix nobody knows makes everything unclear."""
    known_cidr = prefix_of(cidr)
    return known_cidr.version == ip.version and int(known_cidr[0]) <= int(ip) <= int(known_cidr[-1])


def length(cidr: Cidr | str | Unknown) -> int:
    return prefix_of(cidr).prefixlen


def prefix_of(cidr: Cidr | str | Unknown) -> Cidr:
    if isinstance(cidr, Unknown):
        raise Unclear(cidr.reason)
    assert not isinstance(cidr, str)
    return cidr


@dataclass(frozen=True)
class Found:
    """A route that covers the destination. `rank` orders routes of equal length: lower wins."""

    length: int
    rank: tuple[int, ...]
    target: Target | str | Unknown | None  # of a VPC table a target, of a transit gateway table an attachment
    why: str
    gone: str = ""


# --- the walk -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Walker:
    """Walks packets through `network`, taking the sites' word for what they announce."""

    network: Network
    sites: Sequence[Site] = ()
    scenario: Scenario = field(default_factory=Scenario)

    # Answers

    def forward(self, packet: Packet) -> list[Ending]:
        """Every way the first packet of a flow may end, judged against where it should have gone."""
        return [self._judge(ending, packet) for ending in self._there(packet)]

    def both_ways(self, packet: Packet) -> Outcome:
        """Whether the flow works: the packet there, and every reply it may get."""
        there = self.forward(packet)
        if not there or any(ending.outcome is Outcome.BLOCKED for ending in there):
            return Outcome.BLOCKED
        outcomes = [ending.outcome for ending in there]
        outcomes += [self._replies(packet, ending) for ending in there if ending.outcome is Outcome.REACHABLE]
        return worst(outcomes)

    def outcome(self, packet: Packet) -> Outcome:
        """What becomes of the first packet."""
        return worst(ending.outcome for ending in self.forward(packet))

    # Sending

    def _there(self, packet: Packet) -> list[Ending]:
        version = self._version(packet)
        try:
            destination = self._address(packet.destination, version)
            source = self._address(packet.source, version)
        except Unclear as reason:
            return [Ending(Outcome.UNKNOWN, str(reason), Luggage(Header(SOMEWHERE[4], SOMEWHERE[4], 6, 0)))]
        header = Header(source, destination, PROTOCOLS[packet.protocol], packet.port)
        match packet.source:
            case InSubnet() as sender:
                service = packet.destination.name if isinstance(packet.destination, Service) else ""
                return self._leave_host(Luggage(header, public=sender.public, service=service), sender.address)
            case AtSite(name=name):
                return self._leave_site(Luggage(header), name)
            case Internet():
                assert isinstance(packet.destination, InSubnet)
                if not packet.destination.public and destination.version == 4:
                    return dropped(Luggage(header), "the destination has no public address")
                return self._enter_from_internet(Luggage(header), packet.destination.address)
        raise NotImplementedError(f"no walk starts at {packet.source!r}")

    def _replies(self, packet: Packet, there: Ending) -> Outcome:
        """Every reply, to each client port where a filter rule begins or ends."""
        endings = [ending for ports in self._reply_ports(packet) for ending in self._back(packet, there, *ports)]
        return worst(self._seen_both_ways(there, ending) for ending in endings)

    def _seen_both_ways(self, there: Ending, back: Ending) -> Outcome:
        """A stateful firewall lets nothing pass of which it saw one direction only."""
        if back.outcome is Outcome.REACHABLE and sorted(back.luggage.boxes) != sorted(there.luggage.boxes):
            return Outcome.BLOCKED
        return back.outcome

    def tale(self, packet: Packet) -> list[str]:
        """The replies to the first client port, for a person who wonders."""
        there = [ending for ending in self.forward(packet) if ending.outcome is Outcome.REACHABLE]
        ports = self._reply_ports(packet)[0]
        return [str(back) for ending in there for back in self._back(packet, ending, *ports)]

    def _reply_ports(self, packet: Packet) -> list[tuple[int, int]]:
        rules = [rule for acl in self.network.nacls.values() for rule in (*acl.inbound, *acl.outbound)]
        edges = {edge + step for rule in rules if rule.ports for edge in rule.ports for step in (-1, 0, 1)}
        low, high = packet.ephemeral
        clients = sorted({low, high, *(port for port in edges if low <= port <= high)})
        outsides = sorted({*NAT_PORTS, *(port for port in edges if NAT_PORTS[0] <= port <= NAT_PORTS[1])})
        return [(client, outsides[0]) for client in clients] + [(clients[0], outside) for outside in outsides]

    def _back(self, packet: Packet, there: Ending, client: int, outside: int) -> list[Ending]:
        seen = there.luggage
        header = Header(seen.header.destination, seen.header.source, seen.header.protocol, outside)
        if not seen.translations:
            header = replace(header, port=client)
        luggage = Luggage(
            header,
            translations=seen.translations,
            pins=seen.pins,
            reply=True,
            sites=(),
            steps=(f"client port {client}",),
        )
        match packet.destination:
            case InSubnet() as host:
                endings = self._leave_host(replace(luggage, public=host.public), host.address, client)
            case AtEndpoint():
                endings = self._leave_host(luggage, there.place, client)
            case AtSite(name=name):
                endings = self._leave_site(luggage, name, client)
            case Internet() | Service() if there.exit in self.network.gateways or there.exit in self.network.endpoints:
                vpc = known((self.network.gateways.get(there.exit) or self.network.endpoints[there.exit]).vpc)
                endings = self._into_vpc_by_gateway(luggage, vpc, there.exit, client)
            case Internet() | Service():
                endings = self._leave_site(luggage, self._site_of(there.exit).name, client)
            case _:
                raise NotImplementedError(f"no reply from {packet.destination!r}")
        if isinstance(
            packet.source, Internet
        ):  # the client knows one public address, and the internet gateway behind it
            return [
                ending
                if ending.place == "internet"
                and ending.exit in self._internet_gateways(known(self._subnet_vpc(there.place)))
                else replace(ending, outcome=_not_reachable(ending))
                for ending in endings
            ]
        home = packet.source.address if isinstance(packet.source, InSubnet) else packet.source.name  # type: ignore[union-attr]
        return [
            ending if ending.place == home else replace(ending, outcome=_not_reachable(ending)) for ending in endings
        ]

    def _judge(self, ending: Ending, packet: Packet) -> Ending:
        """An ending elsewhere than at the destination is a block; at it, the security groups have their say."""
        if ending.outcome is not Outcome.REACHABLE:
            return ending
        places: tuple[str, ...]
        match packet.destination:
            case InSubnet(address=address):
                places = (address,)
            case AtEndpoint(address=address, subnet=only):
                places = (only,) if only else tuple(map(known, self.network.endpoints[address].subnets))
            case AtSite(name=name):
                places = (name,)
            case _:
                places = ("internet",)
        if ending.place not in places:
            return replace(ending, outcome=Outcome.BLOCKED, why=f"arrived at {ending.place} instead")
        try:
            self._security_groups(ending, packet)
        except Stopped as reason:
            return replace(ending, outcome=Outcome.BLOCKED, why=str(reason))
        except Unclear as reason:
            return replace(ending, outcome=Outcome.UNKNOWN, why=str(reason))
        return ending

    # Places

    def _address(self, location: Location, version: int) -> Ip:
        match location:
            case InSubnet(ip=None, address=address) | AtEndpoint(subnet=str(address)):
                return self._first_host(self.network.subnets[address], version)
            case AtEndpoint(address=address):
                return self._first_host(
                    self.network.subnets[known(self.network.endpoints[address].subnets[0])], version
                )
            case AtSite(ip=None, name=name):
                networks = [net for net in self._networks(self._site(name)) if net.version == version]
                return networks[0][1] if networks[0].num_addresses > 1 else networks[0][0]
            case Internet(ip=None) | Service():
                return SOMEWHERE[version]
            case InSubnet(ip=ip) | AtSite(ip=ip) | Internet(ip=ip):
                assert ip is not None
                return ip
        raise AssertionError(location)

    def _version(self, packet: Packet) -> int:
        ends = (packet.source, packet.destination)
        return next((end.ip.version for end in ends if getattr(end, "ip", None)), 4)  # type: ignore[union-attr]

    def _first_host(self, subnet: Subnet, version: int) -> Ip:
        """AWS keeps the first four addresses of a subnet. vpc/latest/userguide/subnet-sizing.html"""
        for cidr in subnet.cidrs:
            if isinstance(cidr, Unknown):
                raise Unclear(cidr.reason)
            if cidr.version == version:
                return cidr[4]
        raise Unclear(f"{subnet.address} has no IPv{version} prefix")

    def _site(self, name: str) -> Site:
        return next(site for site in self.sites if site.name == name)

    def _site_of(self, connection: str) -> Site:
        for site in self.sites:
            if connection in site.connections:
                return site
        vpn = self.network.vpns.get(connection)
        if vpn is not None and self._truth(vpn.static):  # whoever wrote its routes said what is there
            return Site(connection, (connection,), (), tuple(self._behind(vpn)))
        raise Unclear(f"nobody said where {connection} ends")

    def _behind(self, vpn: VpnConnection) -> Iterator[Cidr]:
        """What static routes lead to over a connection; a default leads to no place in particular."""
        ours = [att.address for att in self.network.attachments.values() if att.attached == vpn.address]
        leading = list(vpn.static_routes)
        for table in self.network.tgw_tables.values():
            routes = [route for route in table.routes if route.attachment in ours and not self._is_list(route)]
            leading += [prefix for route in routes for prefix in self._prefixes(route)]
        yield from (prefix_of(prefix) for prefix in leading if length(prefix))

    def _networks(self, site: Site) -> tuple[Cidr, ...]:
        if site.networks:
            return site.networks
        if isinstance(site.announces, Unknown):
            raise Unclear(site.announces.reason)
        return tuple(said.prefix for said in site.announces if said.prefix.prefixlen > 0)

    def _subnet_vpc(self, subnet: str) -> str | Unknown:
        return self.network.subnets[subnet].vpc

    def _down(self, *things: object) -> bool:
        return any(thing in self.scenario.down for thing in things)

    # Subnets

    def _leave_host(self, luggage: Luggage, address: str, client: int = 0) -> list[Ending]:
        """A packet that a host in a subnet sends."""
        return self._guard(luggage, lambda: self._leave_subnet(luggage.at(f"from {address}"), address, client))

    def _guard(self, luggage: Luggage, walk: Callable[[], list[Ending]]) -> list[Ending]:
        try:
            return walk()
        except Stopped as reason:
            return dropped(luggage, str(reason))
        except Unclear as reason:
            return unknown(luggage, reason)

    def _leave_subnet(self, luggage: Luggage, address: str, client: int) -> list[Ending]:
        """Where a packet that is in a subnet goes next: what a host, a NAT gateway or a firewall in it sends.

        Also what a transit gateway hands over in it. The subnet's own table decides.
        """
        if len(luggage.steps) > 60 or luggage.steps.count(f"from {address}") > 3:
            return dropped(luggage, "it goes round in circles")
        subnet = self.network.subnets[address]
        if self._down(known(subnet.zone)):
            return dropped(luggage, f"zone {subnet.zone} is down")
        if any(contains(cidr, luggage.header.destination) for cidr in subnet.cidrs):
            return self._arrive(luggage, address, client)  # no router and no network ACL inside a subnet
        vpc = known(subnet.vpc)
        for endpoint in self.network.endpoints.values():
            if luggage.service and self._serves(endpoint, luggage.service, known(subnet.table)):
                return self._into_gateway_endpoint(luggage, endpoint, address)
        found = self._look_up_vpc(known(subnet.table), vpc, luggage.header.destination)
        if found is None:
            return dropped(luggage, f"{subnet.table} has no route to {luggage.header.destination}")
        luggage = luggage.at(f"{address}: {found.why}")
        if found.gone:
            return dropped(luggage, found.gone)
        self._filter(luggage.header, address, inbound=False)
        return self._take(luggage, found, vpc, address, client)

    def _take(self, luggage: Luggage, found: Found, vpc: str, origin: str | None, client: int) -> list[Ending]:
        """Follow a VPC route. `origin` is the subnet it leaves, None where it comes in through a gateway."""
        if isinstance(found.target, Unknown):
            return unknown(luggage, found.target)
        assert isinstance(found.target, Target)
        kind, address = found.target.kind, found.target.address
        zone = known(self.network.subnets[origin].zone) if origin else ""
        if origin is None and kind not in (TargetKind.LOCAL, TargetKind.FIREWALL_ENDPOINT, TargetKind.ENDPOINT):
            return unknown(luggage, f"a gateway route table with a {kind.value}")
        match kind:
            case TargetKind.LOCAL:
                return self._deliver(luggage, vpc, client)
            case TargetKind.TRANSIT_GATEWAY:
                assert origin is not None
                return self._into_transit_gateway(luggage, vpc, address, origin, zone, client)
            case TargetKind.NAT_GATEWAY:
                return self._through_nat(luggage, address, origin, client)
            case TargetKind.INTERNET_GATEWAY:
                return self._out_by_internet_gateway(luggage, vpc, address)
            case TargetKind.EGRESS_ONLY:
                if self.network.gateways[address].vpc != vpc:
                    return dropped(luggage, f"{address} is not attached to {vpc}")
                if luggage.header.destination.version == 4:
                    return dropped(luggage, "an egress-only internet gateway is for IPv6")
                return self._outside(luggage, vpc, address)
            case TargetKind.PEERING:
                return self._through_peering(luggage, vpc, self.network.peerings[address], client)
            case TargetKind.VPN_GATEWAY:
                return self._out_by_vpn_gateway(luggage, vpc, self.network.gateways[address], client)
            case TargetKind.FIREWALL_ENDPOINT:
                return self._through_firewall(luggage, address, origin, client)
        return unknown(luggage, f"{kind.value} {address} is not modelled")

    def _deliver(self, luggage: Luggage, vpc: str, client: int) -> list[Ending]:
        """The local route: into whichever subnet of the VPC has the destination."""
        for subnet in self.network.subnets.values():
            if known(subnet.vpc) == vpc and any(contains(cidr, luggage.header.destination) for cidr in subnet.cidrs):
                if self._down(known(subnet.zone)):
                    return dropped(luggage, f"zone {subnet.zone} is down")
                self._filter(luggage.header, subnet.address, inbound=True)
                return self._arrive(luggage, subnet.address, client)
        return dropped(luggage, f"no subnet of {vpc} has {luggage.header.destination}")

    def _arrive(self, luggage: Luggage, subnet: str, client: int) -> list[Ending]:
        """At the host, or at a NAT gateway that knows the connection and sends the reply on to the client."""
        if luggage.reply and luggage.translations:
            last = luggage.translations[-1]
            nat = self.network.nats[last.nat]
            if nat.subnet == subnet:
                header = replace(luggage.header, destination=last.hidden)
                rest = luggage.translations[:-1]
                if not rest:
                    header = replace(header, port=client)
                onward = replace(luggage, header=header, translations=rest).at(f"back through {last.nat}")
                return self._guard(onward, lambda: self._leave_subnet(onward, subnet, client))
        return arrived(luggage, subnet)

    def _look_up_vpc(self, table: str, vpc: str, destination: Ip) -> Found | None:
        """vpc/latest/userguide/route-tables-priority.html, all of it."""
        local = [cidr for cidr in self.network.vpcs[vpc].cidrs if contains(cidr, destination)]
        candidates = [Found(length(cidr), (1,), Target(TargetKind.LOCAL), f"local {cidr}") for cidr in local]
        for route in self.network.tables[table].routes:
            for prefix in self._prefixes(route):
                if not contains(prefix, destination):
                    continue
                rank = (2,) if self._is_list(route) else (1,)
                if any(length(prefix) >= length(cidr) for cidr in local):
                    if isinstance(route.target, Target) and route.target.kind not in MIDDLEBOXES:
                        continue  # AWS refuses it
                    rank = (0,)  # as long as the local route, it replaces that one's target
                why = f"{prefix} of {route.address}"
                candidates.append(Found(length(prefix), rank, route.target, why, route.blackhole))
        if not local:  # a local route beats every propagated one
            for gateway in map(known, self.network.tables[table].propagating):
                for learnt in self._learnt_by_vpn_gateway(gateway, destination):
                    target = Target(TargetKind.VPN_GATEWAY, gateway)
                    candidates.append(Found(learnt.length, (3, *learnt.rank), target, f"propagated by {gateway}"))
        winners = best(candidates)
        if winners and winners[0].rank == (2,) and len({found.target for found in winners}) > 1:
            raise Unclear(f"two prefix lists of {table} hold {destination}: AWS picks one and does not say which")
        return winners[0] if winners else None

    def _is_list(self, route: VpcRoute | TgwRoute) -> bool:
        return isinstance(route.destination, str) or route.origin is RouteOrigin.PREFIX_LIST

    def _prefixes(self, route: VpcRoute | TgwRoute) -> tuple[Cidr | Unknown, ...]:
        if isinstance(route.destination, str):
            return self.network.prefix_lists[route.destination].entries
        return (route.destination,)

    # Filters

    def _filter(self, header: Header, subnet: str, *, inbound: bool) -> None:
        """One crossing of a subnet's border. vpc/latest/userguide/nacl-rules.html"""
        name = known(self.network.subnets[subnet].nacl)
        acl = self.network.nacls[name]
        if acl.unresolved:
            raise Unclear(acl.unresolved.reason)
        if not admits(acl, header, inbound=inbound):
            raise Stopped(f"{name} denies {header} {'into' if inbound else 'out of'} {subnet}")

    def _security_groups(self, ending: Ending, packet: Packet) -> None:
        """Stateful, so only the first packet is looked at, at both ends."""
        source, destination, luggage = packet.source, packet.destination, ending.luggage
        sender = source.groups if isinstance(source, InSubnet) else None
        receiver: tuple[str, ...] | None = None
        if isinstance(destination, InSubnet):
            receiver = destination.groups
        elif isinstance(destination, AtEndpoint):
            receiver = tuple(map(known, self.network.endpoints[destination.address].security_groups))
        if sender is not None:
            outgoing = replace(luggage.header)
            peers = receiver if self._references_work(packet, ending, inbound=False) else ()
            self._some_rule(sender, outgoing, outgoing.destination, peers or (), inbound=False)
        if receiver is not None:
            peers = sender if self._references_work(packet, ending, inbound=True) else ()
            self._some_rule(receiver, luggage.header, luggage.header.source, peers or (), inbound=True)

    def _some_rule(
        self, groups: tuple[str, ...], header: Header, peer: Ip, peers: tuple[str, ...], *, inbound: bool
    ) -> None:
        members: list[SecurityGroup] = [self.network.security_groups[name] for name in groups]
        rules = [rule for group in members for rule in (group.inbound if inbound else group.outbound)]
        if any(self._rule_allows(rule, header, peer, peers) for rule in rules):
            return
        for group in members:
            if group.unresolved:
                raise Unclear(group.unresolved.reason)
        raise Stopped(f"no {'inbound' if inbound else 'outbound'} rule of {', '.join(groups)} allows {header}")

    def _rule_allows(self, rule: SecurityGroupRule, header: Header, peer: Ip, peers: tuple[str, ...]) -> bool:
        if rule.protocol not in (-1, header.protocol):
            return False
        if rule.ports and rule.protocol in (6, 17) and not rule.ports[0] <= header.port <= rule.ports[1]:
            return False
        listed = [prefix for name in rule.prefix_lists for prefix in self.network.prefix_lists[known(name)].entries]
        return any(contains(cidr, peer) for cidr in (*rule.cidrs, *listed)) or any(g in peers for g in rule.groups)

    def _references_work(self, packet: Packet, ending: Ending, *, inbound: bool) -> bool:
        """Security group references: in a VPC, over peering, and inbound over one transit gateway that supports it.

        Never past a middlebox or a NAT gateway. vpc/latest/tgw/tgw-vpc-attachments.html,
        vpc/latest/userguide/security-group-rules.html
        """
        luggage = ending.luggage
        if luggage.boxes or luggage.translations or not isinstance(packet.source, InSubnet):
            return False
        if not luggage.crossed:
            return True
        if not inbound:
            return False
        attachments = [self.network.attachments[name] for name in luggage.crossed]
        if any(attachment.kind is not AttachmentKind.VPC for attachment in attachments):
            return False
        hubs = [self.network.transit_gateways[known(attachment.gateway)] for attachment in attachments]
        switches = [self._truth(attachment.security_group_referencing) for attachment in attachments]
        switches += [self._truth(hub.security_group_referencing) for hub in hubs]
        return all(switches)

    # NAT gateways, the internet, firewalls, peering

    def _through_nat(self, luggage: Luggage, address: str, origin: str | None, client: int) -> list[Ending]:
        """The NAT gateway sits in a subnet: into it, a new source address, and out by that subnet's table."""
        nat = self.network.nats[address]
        subnet = known(nat.subnet)
        if self._down(address, known(self.network.subnets[subnet].zone)):
            return dropped(luggage, f"{address} is down")
        if luggage.reply:
            return dropped(luggage, f"{address} knows no connection that this reply belongs to")
        if luggage.header.destination.version == 6:
            return dropped(luggage, "a NAT gateway takes IPv6 only to 64:ff9b::/96")
        if any(seen.nat == address for seen in luggage.translations):
            return dropped(luggage, f"{address} sends it back to itself")
        if origin != subnet:
            self._filter(luggage.header, subnet, inbound=True)
        private = nat.private_ip or self._first_host(self.network.subnets[subnet], 4)
        hidden = Translation(address, luggage.header.source)
        onward = replace(
            luggage,
            header=replace(luggage.header, source=private),
            translations=(*luggage.translations, hidden),
            public=self._truth(nat.public),
        ).at(f"through {address}")
        return self._leave_subnet(onward, subnet, client)

    def _truth(self, value: object) -> bool:
        if isinstance(value, Unknown):
            raise Unclear(value.reason)
        return bool(value)

    def _internet_gateways(self, vpc: str) -> list[str]:
        return [
            gateway.address
            for gateway in self.network.gateways.values()
            if gateway.kind is GatewayKind.INTERNET and gateway.vpc == vpc
        ]

    def _out_by_internet_gateway(self, luggage: Luggage, vpc: str, address: str) -> list[Ending]:
        """One to one translation: only a sender of this VPC with a public address gets through."""
        if self.network.gateways[address].vpc != vpc:
            return dropped(luggage, f"{address} is not attached to {vpc}")
        if luggage.header.source.version == 4 and not (luggage.public and self._of_vpc(luggage.header.source, vpc)):
            return dropped(luggage, f"{luggage.header.source} has no public address at {address}")
        return self._outside(luggage, vpc, address)

    def _serves(self, endpoint: VpcEndpoint, service: str, table: str) -> bool:
        if endpoint.kind is not EndpointKind.GATEWAY or table not in map(known, endpoint.tables):
            return False
        return known(endpoint.service).rpartition(".")[2] == service

    def _into_gateway_endpoint(self, luggage: Luggage, endpoint: VpcEndpoint, origin: str) -> list[Ending]:
        """Its prefix list is longer than any default. vpc/latest/privatelink/gateway-endpoints.html"""
        if luggage.crossed:
            return dropped(luggage, f"{endpoint.address} serves its own VPC only")
        self._filter(luggage.header, origin, inbound=False)
        return arrived(luggage, "internet", endpoint.address)

    def _of_vpc(self, ip: Ip, vpc: str) -> bool:
        return any(contains(cidr, ip) for cidr in self.network.vpcs[vpc].cidrs)

    def _outside(self, luggage: Luggage, vpc: str, gateway: str) -> list[Ending]:
        if luggage.header.source.version == 6 and not self._of_vpc(luggage.header.source, vpc):
            return dropped(luggage, f"{luggage.header.source} is not of {vpc}")
        if not luggage.header.destination.is_global:
            return dropped(luggage, f"{luggage.header.destination} is not on the internet")
        return arrived(luggage, "internet", gateway)

    def _enter_from_internet(self, luggage: Luggage, subnet: str) -> list[Ending]:
        def walk() -> list[Ending]:
            vpc = known(self._subnet_vpc(subnet))
            gateways = self._internet_gateways(vpc)
            if not gateways:
                return dropped(luggage, f"{vpc} has no internet gateway")
            return self._into_vpc_by_gateway(luggage, vpc, gateways[0], 0)

        return self._guard(luggage, walk)

    def _into_vpc_by_gateway(self, luggage: Luggage, vpc: str, gateway: str, client: int) -> list[Ending]:
        """Into a VPC by a gateway: by the gateway's own table if it has one, else straight to the subnet."""

        def walk() -> list[Ending]:
            for table in self.network.tables.values():
                if gateway in map(known, table.gateways):
                    found = self._look_up_vpc(table.address, vpc, luggage.header.destination)
                    if found is None:
                        return dropped(luggage, f"{table.address} has no route")
                    if found.gone:
                        return dropped(luggage, found.gone)
                    return self._take(luggage.at(f"{gateway}: {found.why}"), found, vpc, None, client)
            if not self._of_vpc(luggage.header.destination, vpc):
                return dropped(luggage, f"{luggage.header.destination} is not of {vpc}")
            return self._deliver(luggage.at(f"in by {gateway}"), vpc, client)

        return self._guard(luggage, walk)

    def _through_firewall(self, luggage: Luggage, address: str, origin: str | None, client: int) -> list[Ending]:
        """A firewall endpoint: into its subnet, and on by that subnet's table."""
        endpoints = [end for firewall in self.network.firewalls.values() for end in firewall.endpoints]
        endpoint = next((end for end in endpoints if end.address == address), None)
        if endpoint is None:
            return unknown(luggage, f"no firewall has {address}")
        subnet = self.network.subnets[endpoint.subnet]
        if self._down(address, known(subnet.zone)):
            return dropped(luggage, f"{address} is down")
        if address in luggage.boxes:
            return dropped(luggage, f"{address} sends it back to itself")
        if origin != subnet.address:
            self._filter(luggage.header, subnet.address, inbound=True)
        onward = replace(luggage, boxes=(*luggage.boxes, address)).at(f"through {address}")
        return self._leave_subnet(onward, subnet.address, client)

    def _through_peering(self, luggage: Luggage, vpc: str, peering: VpcPeering, client: int) -> list[Ending]:
        """From one of the two VPCs to a host of the other, and never on from there or from elsewhere."""
        ends = [known(peering.requester), known(peering.peer)]
        if vpc not in ends:
            return dropped(luggage, f"{vpc} is no end of {peering.address}")
        other = ends[1 - ends.index(vpc)]
        if not self._of_vpc(luggage.header.source, vpc):
            return dropped(luggage, f"{peering.address} does not carry what comes from beyond {vpc}")
        if not self._of_vpc(luggage.header.destination, other):
            return dropped(luggage, f"{peering.address} does not lead beyond {other}")
        onward = replace(luggage, peerings=(*luggage.peerings, peering.address)).at(f"over {peering.address}")
        return self._deliver(onward, other, client)

    # Transit gateways

    def _into_transit_gateway(
        self, luggage: Luggage, vpc: str, gateway: str, origin: str, zone: str, client: int
    ) -> list[Ending]:
        """From a subnet through the attachment's network interface in the same zone. vpc/latest/tgw/tgw-nacls.html"""
        attachment = self._vpc_attachment(vpc, gateway)
        if attachment is None:
            return dropped(luggage, f"{vpc} is not attached to {gateway}")
        if self._down(attachment.address):
            return dropped(luggage, f"{attachment.address} is down")
        doors = [name for name in map(known, attachment.subnets) if self.network.subnets[name].zone == zone]
        if not doors:
            return dropped(luggage, f"{attachment.address} has no subnet in {zone}")
        self._filter(luggage.header, doors[0], inbound=True)  # the source rule holds in one subnet and in two
        return self._route_at_transit_gateway(luggage, attachment, zone, client)

    def _vpc_attachment(self, vpc: str, gateway: str) -> Attachment | None:
        for attachment in self.network.attachments.values():
            if attachment.kind is AttachmentKind.VPC and (attachment.attached, attachment.gateway) == (vpc, gateway):
                return attachment
        return None

    def _route_at_transit_gateway(
        self, luggage: Luggage, arrival: Attachment, zone: str | None, client: int
    ) -> list[Ending]:
        """The table that the arrival's attachment is associated with decides."""
        if len(luggage.steps) > 60:
            return dropped(luggage, "it goes round in circles")
        if arrival.policy_table is not None:
            return unknown(luggage, f"{arrival.address} has a policy table")
        if arrival.table is None:
            return dropped(luggage, f"{arrival.address} is associated with no route table")
        luggage = replace(luggage, crossed=(*luggage.crossed, arrival.address))
        try:
            winners = self._look_up_transit(known(arrival.table), luggage.header.destination)
        except Unclear as reason:
            return unknown(luggage, reason)
        if not winners:
            return dropped(luggage, f"{arrival.table} has no route to {luggage.header.destination}")
        endings = []
        for found in winners:  # equal routes: any of them
            onward = luggage.at(f"{arrival.table}: {found.why}")
            if found.target is None:
                endings += dropped(onward, "blackhole")
            elif isinstance(found.target, Unknown):
                endings += unknown(onward, found.target)
            else:
                target = self.network.attachments[str(found.target)]
                endings += self._out_of_transit_gateway(onward, target, zone, client)
        return endings

    def _look_up_transit(self, table: str, destination: Ip) -> list[Found]:
        """vpc/latest/tgw/how-transit-gateways-work.html, route evaluation order."""
        winners = best(self._candidates_transit(table, destination))
        return list({found.target: found for found in winners}.values())

    def _candidates_transit(self, table: str, destination: Ip) -> list[Found]:
        candidates: list[Found] = []
        for route in self.network.tgw_tables[table].routes:
            for prefix in self._prefixes(route):
                if contains(prefix, destination):
                    rank = (1,) if self._is_list(route) else (0,)
                    candidates.append(Found(length(prefix), rank, route.attachment, f"{prefix} of {route.address}"))
        for name in self.network.tgw_tables[table].propagations:
            attachment = self.network.attachments[known(name)]
            for learnt in self._propagates(attachment):
                if contains(learnt.prefix, destination):
                    order = (2, PREFERENCE.index(attachment.kind), learnt.as_path, learnt.med)
                    why = f"{learnt.prefix} propagated by {attachment.address}"
                    candidates.append(Found(length(learnt.prefix), order, attachment.address, why))
        return candidates

    def _propagates(self, attachment: Attachment) -> Iterator[Announcement]:
        """What a table learns from an attachment: a VPC's prefixes, or what a site's routers announce."""
        if self._down(attachment.address):
            return
        match attachment.kind:
            case AttachmentKind.VPC:
                for cidr in self.network.vpcs[known(attachment.attached)].cidrs:
                    if isinstance(cidr, Unknown):
                        raise Unclear(cidr.reason)
                    yield Announcement(cidr, 0, 0)
            case AttachmentKind.VPN | AttachmentKind.PRIVATE_VPN:
                connection = self.network.vpns[known(attachment.attached)]
                if self._up(connection) and not self._truth(connection.static):
                    yield from self._announced_on(connection.address)
            case AttachmentKind.DX_GATEWAY:
                if not self._down(attachment.attached):
                    yield from self._announced_on(known(attachment.attached))
            case AttachmentKind.PEERING | AttachmentKind.NETWORK_FUNCTION:
                return  # static routes only
            case AttachmentKind.CONNECT:
                raise Unclear(f"{attachment.address}: Connect attachments are not modelled")

    def _announced_on(self, connection: str) -> tuple[Announcement, ...]:
        announces = self._site_of(connection).announces
        if isinstance(announces, Unknown):
            raise Unclear(announces.reason)
        return announces

    def _up(self, connection: VpnConnection) -> bool:
        """A connection works while one tunnel does."""
        if self._down(connection.address, connection.customer_gateway):
            return False
        return not connection.tunnels or any(not self._down(tunnel.address) for tunnel in connection.tunnels)

    def _out_of_transit_gateway(
        self, luggage: Luggage, attachment: Attachment, zone: str | None, client: int
    ) -> list[Ending]:
        if self._down(attachment.address):
            return dropped(luggage, f"{attachment.address} is down")
        luggage = replace(luggage, crossed=(*luggage.crossed, attachment.address))
        match attachment.kind:
            case AttachmentKind.VPC:
                endings = []
                for door, pins in self._doors(luggage, attachment, zone):
                    onward = replace(luggage, pins=pins).at(f"from {door}")
                    endings += self._guard(onward, partial(self._leave_subnet, onward, door, client))
                return endings or dropped(luggage, f"{attachment.address} has no subnet that works")
            case AttachmentKind.VPN | AttachmentKind.PRIVATE_VPN:
                connection = self.network.vpns[known(attachment.attached)]
                if not self._up(connection):
                    return dropped(luggage, f"{connection.address} is down")
                return self._at_site(luggage, connection.address, client)
            case AttachmentKind.DX_GATEWAY:
                if self._down(attachment.attached):
                    return dropped(luggage, f"{attachment.attached} is down")
                return self._at_site(luggage, known(attachment.attached), client)
            case AttachmentKind.NETWORK_FUNCTION:
                box = known(attachment.attached)
                if box in luggage.boxes:
                    return dropped(luggage, f"{box} sends it back to itself")
                onward = replace(luggage, boxes=(*luggage.boxes, box)).at(f"through {box}")
                return self._route_at_transit_gateway(onward, attachment, zone, client)
        return unknown(luggage, f"{attachment.address}: a {attachment.kind.value} attachment is not modelled")

    def _doors(
        self, luggage: Luggage, attachment: Attachment, zone: str | None
    ) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """The attachment's subnets that it may come out of: the sender's zone if it has one there, else any.

        In appliance mode any, but the same one both ways.
        """
        doors = {}
        for name in map(known, attachment.subnets):
            label = known(self.network.subnets[name].zone)
            if not self._down(label):
                doors[label] = name
        if self._truth(attachment.appliance_mode):
            pinned = dict(luggage.pins).get(attachment.address)
            if pinned:
                return [(doors[pinned], luggage.pins)] if pinned in doors else []
            return [(door, (*luggage.pins, (attachment.address, label))) for label, door in doors.items()]
        if zone in doors:
            return [(doors[zone], luggage.pins)]
        return [(door, luggage.pins) for door in doors.values()]

    # Sites

    def _at_site(self, luggage: Luggage, connection: str, client: int) -> list[Ending]:
        """A site delivers to its own networks, sends back what it was told AWS has, and the rest to the internet."""

        def follow(way: str) -> list[Ending]:
            if way == HERE:
                return arrived(luggage, site.name)
            if way == OUT and destination.is_global:
                return arrived(luggage, "internet", connection)
            if way == OUT:
                return dropped(luggage, f"{site.name} does not have {destination}")
            if site.name in luggage.sites:
                return dropped(luggage, f"{site.name} saw it before")
            back = replace(luggage, sites=(*luggage.sites, site.name)).at(f"back from {site.name}")
            return self._onto(back, way, client)

        try:
            site, destination = self._site_of(connection), luggage.header.destination
            return self._follow(luggage, site, follow, transit=True)
        except Unclear as reason:
            return unknown(luggage, reason)

    def _leave_site(self, luggage: Luggage, name: str, client: int = 0) -> list[Ending]:
        onward = luggage.at(f"from {name}")

        def follow(way: str) -> list[Ending]:
            if way == HERE:
                return arrived(onward, name)
            if way == OUT:
                return dropped(onward, f"{name} is told no way to {luggage.header.destination}")
            return self._onto(onward, way, client)

        return self._guard(onward, lambda: self._follow(onward, self._site(name), follow, transit=False))

    def _follow(
        self, luggage: Luggage, site: Site, follow: Callable[[str], list[Ending]], *, transit: bool
    ) -> list[Ending]:
        """Every way out of a site. Where an undocumented announcement decides, only what all of them share is known."""
        sure, doubtful = self._ways_from_site(site, luggage.header.destination, transit=transit)
        endings = [ending for way in (*sure, *doubtful) for ending in follow(way)]
        if doubtful and any(ending.outcome is not Outcome.BLOCKED for ending in endings):
            return unknown(luggage, f"nobody knows whether AWS announces the blackhole that {site.name} may follow")
        return endings

    def _ways_from_site(self, site: Site, destination: Ip, *, transit: bool) -> tuple[list[str], list[str]]:
        """What the site's router does: the longest prefix among its networks, its default, and what it is told.

        Its own routes come before equal ones it is told. What AWS sends it (`transit`) because it announced the prefix
        it does not send back for a shorter one, and it keeps what is for its networks. Whether AWS announces a
        blackhole is not documented: the second list holds ways it would take if AWS did.
        """
        routes = [(length(net), HERE, True) for net in self._networks(site) if contains(net, destination)]
        if not isinstance(site.announces, Unknown):
            own = [said.prefix for said in site.announces if transit or length(said.prefix) == 0]
            way = HERE if routes else OUT
            routes += [(length(prefix), way, True) for prefix in own if contains(prefix, destination)]
        for connection in site.connections:
            routes += [(size, connection, sure) for size, sure in self._told(site, connection, destination)]
        routes.append((-1, OUT, True))
        doubtful: list[str] = []
        for size in sorted({size for size, _, _ in routes}, reverse=True):
            level = [(way, sure) for at, way, sure in routes if at == size]
            doubtful += [way for way, sure in level if not sure]
            sure_ways = list(dict.fromkeys(way for way, sure in level if sure))
            chosen = [way for way in sure_ways if way in (HERE, OUT)][:1] or sure_ways
            if chosen:
                return chosen, [] if chosen == [HERE] else [way for way in doubtful if way not in chosen]
        raise AssertionError("there is always the last one")

    def _told(self, site: Site, connection: str, destination: Ip) -> list[tuple[int, bool]]:
        """The lengths of the prefixes that AWS announces on a connection for an address, and whether it surely does.

        A transit gateway announces the routes of the table that the connection's attachment is associated with (a site
        does not take its own back), a Direct Connect gateway the allowed prefixes, a virtual private gateway the
        prefixes of its VPC. With a policy table nothing is announced.
        """
        if connection in self.network.vpns:
            vpn = self.network.vpns[connection]
            if not self._up(vpn):
                return []
            gateway = self.network.gateways.get(str(vpn.gateway))
            if gateway is not None:
                cidrs = self.network.vpcs[known(gateway.vpc)].cidrs if gateway.vpc else ()
                return [(length(cidr), True) for cidr in cidrs if contains(cidr, destination)]
        attachment = self._attachment_of(connection)
        if attachment is None or self._down(attachment.address, connection):
            return []
        if connection in self.network.dx_gateways:
            allowed = self.network.dx_gateways[connection].allowed.get(attachment.address, ())
            return [(length(cidr), True) for cidr in allowed if contains(cidr, destination)]
        if attachment.table is None:
            return []
        own = [self._attachment_of(one) for one in site.connections]
        homeward = [one.address for one in own if one]
        candidates = self._candidates_transit(known(attachment.table), destination)
        told = []
        for size in {found.length for found in candidates}:
            winners = best(found for found in candidates if found.length == size)
            if any(found.target not in homeward for found in winners):
                told.append((size, all(found.target is not None for found in winners)))
        return told

    def _attachment_of(self, connection: str) -> Attachment | None:
        return next((att for att in self.network.attachments.values() if att.attached == connection), None)

    def _onto(self, luggage: Luggage, connection: str, client: int) -> list[Ending]:
        """From a site into AWS. What comes in belongs to no zone."""
        if connection in self.network.vpns:
            gateway = self.network.gateways.get(str(self.network.vpns[connection].gateway))
            if gateway is not None:
                return self._into_vpc_by_gateway(luggage, known(gateway.vpc), gateway.address, client)
        attachment = self._attachment_of(connection)
        assert attachment is not None
        return self._route_at_transit_gateway(luggage.at(f"on {connection}"), attachment, None, client)

    # Virtual private gateways

    def _learnt_by_vpn_gateway(self, gateway: str, destination: Ip) -> list[Found]:
        """vpn/latest/s2svpn/vpn-route-priority.html: static routes of VPN connections before BGP ones."""
        found: list[Found] = []
        for vpn in self.network.vpns.values():
            if vpn.gateway != gateway or not self._up(vpn):
                continue
            if self._truth(vpn.static):
                fixed = [prefix for prefix in vpn.static_routes if contains(prefix, destination)]
                found += [Found(length(prefix), (0, 0, 0), vpn.address, "static") for prefix in fixed]
            else:
                said = [one for one in self._announced_on(vpn.address) if contains(one.prefix, destination)]
                found += [Found(length(one.prefix), (1, one.as_path, one.med), vpn.address, "BGP") for one in said]
        return best(found)

    def _out_by_vpn_gateway(self, luggage: Luggage, vpc: str, gateway: Gateway, client: int) -> list[Ending]:
        if gateway.vpc != vpc:
            return dropped(luggage, f"{gateway.address} is not attached to {vpc}")
        winners = self._learnt_by_vpn_gateway(gateway.address, luggage.header.destination)
        endings = [end for found in winners for end in self._at_site(luggage, str(found.target), client)]
        return endings or dropped(luggage, f"{gateway.address} knows no way to {luggage.header.destination}")


# --- rules that stand alone -----------------------------------------------------------------------------------------


def best(candidates: Iterable[Found]) -> list[Found]:
    """The longest prefix, then the lowest rank; all of them where several tie."""
    found = list(candidates)
    longest = [one for one in found if one.length == max(other.length for other in found)]
    return [one for one in longest if one.rank == min(other.rank for other in longest)]


def admits(acl: NetworkAcl, header: Header, *, inbound: bool) -> bool:
    """First rule that matches, by number; no rule denies. Rules look at the far end and the destination port."""
    far = header.source if inbound else header.destination
    for rule in sorted(acl.inbound if inbound else acl.outbound, key=lambda rule: rule.number):
        if rule.protocol not in (-1, header.protocol):
            continue
        if rule.ports and rule.protocol in (6, 17) and not rule.ports[0] <= header.port <= rule.ports[1]:
            continue
        if contains(rule.cidr, far):
            return rule.allow
    return False


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Blocked if one alternative is, then unknown if one is."""
    seen = set(outcomes)
    if not seen or Outcome.BLOCKED in seen:
        return Outcome.BLOCKED
    return Outcome.UNKNOWN if Outcome.UNKNOWN in seen else Outcome.REACHABLE


def _not_reachable(ending: Ending) -> Outcome:
    return Outcome.BLOCKED if ending.outcome is Outcome.REACHABLE else ending.outcome


__all__ = ["Ending", "Header", "Walker", "admits", "best", "worst"]
