"""Small networks for tests: a draft that reads like a sketch on a whiteboard, and Hypothesis strategies.

A draft calls things by short names, which become their addresses. `there` and `both` add questions with the answer
that AWS's documentation gives; `judge` holds the engine and the walker to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, ip_network
from typing import Any

import pytest

from isthmus.network.answers import AtEndpoint, AtSite, InSubnet, Internet, Packet, Position, Scenario, Service
from isthmus.network.model import (
    AdvertisedPrefix,
    Attachment,
    AttachmentKind,
    Cidr,
    CustomerGateway,
    DxGateway,
    EndpointKind,
    Firewall,
    FirewallEndpoint,
    Gateway,
    GatewayKind,
    NatGateway,
    Network,
    NetworkAcl,
    NetworkAclRule,
    PrefixList,
    RouteOrigin,
    SecurityGroup,
    SecurityGroupRule,
    Site,
    Subnet,
    Target,
    TargetKind,
    TgwRoute,
    TgwTable,
    TransitGateway,
    Tunnel,
    Unknown,
    Vpc,
    VpcEndpoint,
    VpcPeering,
    VpcRoute,
    VpcTable,
    VpnConnection,
)
from isthmus.network.suricata import SuricataRules
from tests.network.judge import Walker
from tests.network.judge.firewall_policy import Policy

WORLD = IPv4Address("1.1.1.1")
OPEN = "open"  # a network ACL that allows everything: what every VPC starts with
BLACKHOLE = None

NUMBERS = {"all": -1, "icmp": 1, "tcp": 6, "udp": 17}


def cidr(text: str) -> Cidr:
    return ip_network(text)


@dataclass(frozen=True)
class Gone:
    """A route target that no longer exists: AWS shows the route as a blackhole."""

    name: str


@dataclass(frozen=True)
class Question:
    """What is asked of a draft, and the answer AWS gives."""

    packet: Packet
    outcome: str
    both_ways: bool
    exit: str | None
    down: frozenset[str]


Routes = Mapping[str, str | Gone | Unknown]


@dataclass(repr=False)
class Draft:
    """A network in the making."""

    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    policies: dict[str, Policy] = field(default_factory=dict)
    _routes: dict[str, Routes] = field(default_factory=dict)

    def put(self, kind: str, thing: Any) -> Any:
        self.parts.setdefault(kind, {})[thing.address] = thing
        return thing

    # VPCs

    def vpc(self, name: str, *cidrs: str, main: Routes | None = None) -> None:
        self.put("vpcs", Vpc(name, tuple(map(cidr, cidrs)), main_table=f"{name}-main", region="us-east-1"))
        self.table(f"{name}-main", name, main or {})

    def table(
        self, name: str, vpc: str, routes: Routes, propagating: Sequence[str] = (), gateways: Sequence[str] = ()
    ) -> None:
        self.put("tables", VpcTable(name, vpc, propagating=tuple(propagating), gateways=tuple(gateways)))
        self._routes[name] = routes

    def one_more_route(self, table: str, destination: str, target: str | Gone | Unknown) -> None:
        """A route of a VPC table that is there already, unless that has one to the destination."""
        self._routes[table] = {destination: target, **self._routes[table]}

    def subnet(
        self,
        name: str,
        vpc: str,
        *cidrs: str,
        zone: str = "z1",
        routes: Routes | None = None,
        table: str | None = None,
        nacl: str = OPEN,
        propagating: Sequence[str] = (),
    ) -> None:
        """A subnet. With `routes` it has a table of its own; else `table`, else the VPC's main one."""
        if routes is not None or propagating:
            table = f"{name}-table"
            self.table(table, vpc, routes or {}, propagating)
        chosen = table or f"{vpc}-main"
        self.put("subnets", Subnet(name, vpc, tuple(map(cidr, cidrs)), zone, chosen, nacl))

    def internet_gateway(self, name: str, vpc: str | None) -> None:
        self.put("gateways", Gateway(name, GatewayKind.INTERNET, vpc))

    def egress_only(self, name: str, vpc: str) -> None:
        self.put("gateways", Gateway(name, GatewayKind.EGRESS_ONLY, vpc))

    def vpn_gateway(self, name: str, vpc: str | None) -> None:
        self.put("gateways", Gateway(name, GatewayKind.VPN, vpc, asn=64512))

    def nat(self, name: str, subnet: str, *, public: bool = True, ip: str | None = None) -> None:
        self.put("nats", NatGateway(name, subnet, public, IPv4Address(ip) if ip else None))

    def peering(self, name: str, requester: str, peer: str) -> None:
        self.put("peerings", VpcPeering(name, requester, peer))

    def firewall(self, name: str, vpc: str, *subnets: str) -> None:
        """A firewall; its endpoints are called `name[subnet]`."""
        ends = tuple(FirewallEndpoint(f"{name}[{subnet}]", name, subnet) for subnet in subnets)
        self.put("firewalls", Firewall(name, vpc, ends, rules=SuricataRules(name)))

    def gateway_endpoint(self, name: str, vpc: str, service: str, *tables: str) -> None:
        full = f"com.amazonaws.us-east-1.{service}"
        self.put("endpoints", VpcEndpoint(name, EndpointKind.GATEWAY, vpc, full, tables=tables))

    def interface_endpoint(self, name: str, vpc: str, subnets: Sequence[str], groups: Sequence[str]) -> None:
        full = "com.amazonaws.us-east-1.ssm"
        kind = EndpointKind.INTERFACE
        self.put("endpoints", VpcEndpoint(name, kind, vpc, full, subnets=tuple(subnets), security_groups=tuple(groups)))

    def prefix_list(self, name: str, *cidrs: str) -> None:
        self.put("prefix_lists", PrefixList(name, tuple(map(cidr, cidrs)), max_entries=max(1, len(cidrs))))

    # Filters

    def acl(self, name: str, vpc: str, inbound: Sequence[str], outbound: Sequence[str]) -> None:
        """Rules such as `allow tcp 443 10.0.0.0/8`, `deny all 10.9.0.0/16`, `allow tcp 1024-65535 0.0.0.0/0`."""

        def rules(side: str, texts: Sequence[str]) -> tuple[NetworkAclRule, ...]:
            return tuple(_acl_rule(f"{name}.{side}{n}", 100 * n, text) for n, text in enumerate(texts, 1))

        self.put("nacls", NetworkAcl(name, vpc, rules("in", inbound), rules("out", outbound)))

    def group(
        self, name: str, vpc: str, inbound: Sequence[str] = (), outbound: Sequence[str] = ("all 0.0.0.0/0",)
    ) -> None:
        """Rules such as `tcp 443 10.0.0.0/8`, `tcp 443 group:web`, `all list:offices`."""

        def rules(side: str, texts: Sequence[str]) -> tuple[SecurityGroupRule, ...]:
            return tuple(_group_rule(f"{name}.{side}{n}", text) for n, text in enumerate(texts, 1))

        self.put("security_groups", SecurityGroup(name, vpc, rules("in", inbound), rules("out", outbound)))

    # Transit gateways

    def hub(self, name: str = "hub", *, references: bool = False, ecmp: bool = True) -> None:
        self.put(
            "transit_gateways",
            TransitGateway(
                name,
                vpn_ecmp=ecmp,
                security_group_referencing=references,
                default_association=False,
                default_propagation=False,
            ),
        )

    def tgw_table(
        self,
        name: str,
        learns: Sequence[str | Unknown] = (),
        routes: Mapping[str, str | Unknown | None] | None = None,
        gateway: str = "hub",
    ) -> None:
        """`learns` are attachments; `routes` lead to attachments, or nowhere: a blackhole."""
        self.put("tgw_tables", TgwTable(name, gateway, tuple(learns)))
        self.more_tgw_routes(name, routes or {})

    def more_tgw_routes(self, name: str, routes: Mapping[str, str | Unknown | None]) -> None:
        """Routes of a transit gateway table that is there already."""
        made = tuple(
            TgwRoute(f"{name}:{destination}", _destination(destination), target, _origin(destination))
            for destination, target in routes.items()
        )
        table = self.parts["tgw_tables"][name]
        self.put("tgw_tables", replace(table, routes=(*table.routes, *made)))

    def attach(
        self,
        vpc: str,
        table: str | None,
        *subnets: str,
        gateway: str = "hub",
        appliance: bool = False,
        references: bool = False,
    ) -> str:
        """A VPC's attachment, called `att-<vpc>`."""
        name = f"att-{vpc}" if gateway == "hub" else f"att-{vpc}-{gateway}"
        self.put(
            "attachments",
            Attachment(
                name,
                AttachmentKind.VPC,
                gateway,
                vpc,
                table,
                subnets,
                appliance_mode=appliance,
                security_group_referencing=references,
            ),
        )
        return name

    def attach_other(self, kind: AttachmentKind, attached: str, table: str | None, **more: Any) -> str:
        """An attachment of another kind, called `att-<attached>`."""
        self.put("attachments", Attachment(f"att-{attached}", kind, "hub", attached, table, **more))
        return f"att-{attached}"

    # Sites

    def vpn(
        self,
        name: str,
        table: str | None = None,
        *,
        gateway: str = "hub",
        static: bool = False,
        routes: Sequence[str] = (),
        asn: int | Unknown | None = None,
        **attachment: Any,
    ) -> str:
        """A VPN connection with two tunnels; on a transit gateway its attachment is called `att-<name>`.

        Without an ASN, its customer gateway has one of its own.
        """
        asn = 65_001 + len(self.parts.get("customer_gateways", {})) if asn is None else asn
        self.put("customer_gateways", CustomerGateway(f"cgw-{name}", asn=asn))
        tunnels = (Tunnel(f"{name}#1"), Tunnel(f"{name}#2"))
        self.put(
            "vpns",
            VpnConnection(name, f"cgw-{name}", gateway, static, tuple(map(cidr, routes)), tunnels, name=name),
        )
        if gateway in self.parts.get("gateways", {}):
            return name
        self.put("attachments", Attachment(f"att-{name}", AttachmentKind.VPN, gateway, name, table, **attachment))
        return f"att-{name}"

    def dx(self, name: str, table: str | None, *allowed: str) -> str:
        """A Direct Connect gateway; its attachment is called `att-<name>`."""
        prefixes = {f"att-{name}": tuple(map(cidr, allowed))}
        self.put("dx_gateways", DxGateway(name, asn=65100, allowed=prefixes))
        return self.attach_other(AttachmentKind.DX_GATEWAY, name, table)

    def site(
        self,
        name: str,
        connections: Sequence[str],
        advertises: Sequence[str | AdvertisedPrefix] | Unknown = (),
        networks: Sequence[str] = (),
    ) -> None:
        prefixes = (
            advertises
            if isinstance(advertises, Unknown)
            else tuple(one if isinstance(one, AdvertisedPrefix) else AdvertisedPrefix(cidr(one)) for one in advertises)
        )
        self.sites.append(Site(name, tuple(connections), prefixes, tuple(map(cidr, networks))))

    # Questions

    def place(self, where: str | Position) -> Position:
        """`a1`, `a1 10.0.0.9`, `dc`, `dc 10.9.0.1`, `internet`, `internet 9.9.9.9`, or a location."""
        if not isinstance(where, str):
            return where
        name, _, ip = where.partition(" ")
        address: Any = ip_network(ip)[0] if ip else None
        if name == "internet":
            return Internet(address or WORLD)
        if name in self.parts.get("endpoints", {}):
            return AtEndpoint(name)
        if name in self.parts.get("subnets", {}):
            return InSubnet(name, address)
        if any(site.name == name for site in self.sites):
            return AtSite(name, address)
        if name in ("s3", "dynamodb"):
            return Service(name)
        raise KeyError(where)

    def there(
        self,
        source: str | Position,
        destination: str | Position,
        outcome: str,
        *,
        exit: str | None = None,
        down: Sequence[str] = (),
        both_ways: bool = False,
        **packet: Any,
    ) -> Draft:
        """Ask about the first packet of a flow."""
        what = Packet(self.place(source), self.place(destination), **packet)
        self.questions.append(Question(what, outcome, both_ways, exit, frozenset(down)))
        return self

    def both(self, source: str | Position, destination: str | Position, outcome: str, **more: Any) -> Draft:
        """Ask about a flow: the packet there and every reply."""
        return self.there(source, destination, outcome, both_ways=True, **more)

    # The result

    def __repr__(self) -> str:
        return f"\n{describe(self.network(), self.sites)}\n"

    def network(self) -> Network:
        parts: dict[str, Any] = {kind: dict(things) for kind, things in self.parts.items()}
        parts.setdefault("nacls", {})[OPEN] = open_acl()
        for name, table in parts.get("tables", {}).items():
            routes = tuple(self._route(name, text, target) for text, target in self._routes[name].items())
            parts["tables"][name] = replace(table, routes=routes)
        return Network(**parts)

    def _route(self, table: str, destination: str, target: str | Gone | Unknown) -> VpcRoute:
        name = target.name if isinstance(target, Gone) else target
        aim: Target | Unknown = name if isinstance(name, Unknown) else Target(self._kind(name), name)
        gone = f"{name} is gone" if isinstance(target, Gone) else ""
        return VpcRoute(f"{table}:{destination}", _destination(destination), aim, _origin(destination), gone)

    def _kind(self, name: str) -> TargetKind:
        gateways = {
            GatewayKind.INTERNET: TargetKind.INTERNET_GATEWAY,
            GatewayKind.EGRESS_ONLY: TargetKind.EGRESS_ONLY,
            GatewayKind.VPN: TargetKind.VPN_GATEWAY,
        }
        kinds = {
            "transit_gateways": TargetKind.TRANSIT_GATEWAY,
            "nats": TargetKind.NAT_GATEWAY,
            "peerings": TargetKind.PEERING,
            "endpoints": TargetKind.ENDPOINT,
        }
        if name in self.parts.get("gateways", {}):
            return gateways[self.parts["gateways"][name].kind]
        if name.endswith("]"):
            return TargetKind.FIREWALL_ENDPOINT
        if name.startswith("eni"):
            return TargetKind.INTERFACE
        if name.startswith("core"):
            return TargetKind.OTHER
        return next(target for kind, target in kinds.items() if name in self.parts.get(kind, {}))


def _destination(text: str) -> Cidr | str:
    """A prefix, or the name of a prefix list: `10.0.0.0/8` or `list:offices`."""
    return text.removeprefix("list:") if text.startswith("list:") else cidr(text)


def _origin(text: str) -> RouteOrigin:
    return RouteOrigin.PREFIX_LIST if text.startswith("list:") else RouteOrigin.STATIC


def open_acl() -> NetworkAcl:
    rules = tuple(
        NetworkAclRule(f"{OPEN}.{n}", n, True, -1, cidr(text)) for n, text in ((100, "0.0.0.0/0"), (101, "::/0"))
    )
    return NetworkAcl(OPEN, Unknown("any"), rules, rules)


def _ports(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def _acl_rule(address: str, number: int, text: str) -> NetworkAclRule:
    verb, protocol, *ports, network = text.split()
    span = _ports(ports[0]) if ports else None
    return NetworkAclRule(address, number, verb == "allow", NUMBERS[protocol], cidr(network), span)


def _group_rule(address: str, text: str) -> SecurityGroupRule:
    protocol, *ports, peer = text.split()
    span = _ports(ports[0]) if ports else None
    kind, _, name = peer.partition(":")
    if kind == "group":
        return SecurityGroupRule(address, NUMBERS[protocol], span, groups=(name,))
    if kind == "list":
        return SecurityGroupRule(address, NUMBERS[protocol], span, prefix_lists=(name,))
    return SecurityGroupRule(address, NUMBERS[protocol], span, (cidr(peer),))


def mesh(*names: str) -> Draft:
    """VPCs 10.1/16, 10.2/16, ... on one transit gateway, all in table `t`, which learns them all.

    Each has a subnet `a1` (10.1.1.0/24) with a default route to the gateway, and `a-door` for the attachment.
    """
    d = Draft()
    d.hub()
    d.tgw_table("t", learns=[f"att-{name}" for name in names])
    for number, name in enumerate(names, 1):
        spoke(d, name, number, "t")
    return d


def spoke(d: Draft, name: str, number: int, table: str | None) -> None:
    """VPC 10.number/16 with a workload subnet and an attachment subnet in zone z1."""
    d.vpc(name, f"10.{number}.0.0/16")
    d.subnet(f"{name}1", name, f"10.{number}.1.0/24", routes={"0.0.0.0/0": "hub"})
    d.subnet(f"{name}-door", name, f"10.{number}.255.0/28")
    d.attach(name, table, f"{name}-door")


def describe(network: Network, sites: Sequence[Site]) -> str:
    """The network, one line a thing, for a failing example."""
    lines = [f"{vpc.address} {vpc.cidrs[0]}" for vpc in network.vpcs.values()]
    lines += [f"  {s.address} {s.cidrs[0]} {s.zone} {s.nacl}" for s in network.subnets.values()]
    for table in network.tables.values():
        if table.routes or table.propagating or table.gateways:
            routes = ", ".join(f"{r.destination} -> {r.target}{' GONE' * bool(r.blackhole)}" for r in table.routes)
            lines.append(f"table {table.address}: {routes} propagating {table.propagating} for {table.gateways}")
    for attachment in network.attachments.values():
        appliance = " appliance mode" if attachment.appliance_mode else ""
        lines.append(
            f"{attachment.kind.value} {attachment.address} in {attachment.table}: {attachment.subnets}{appliance}"
        )
    for tgw in network.tgw_tables.values():
        routes = ", ".join(f"{r.destination} -> {r.attachment}" for r in tgw.routes)
        lines.append(f"tgw table {tgw.address}: {routes} learns {tgw.propagations}")
    lines += [f"list {entries.entries}" for entries in network.prefix_lists.values()]
    for acl in network.nacls.values():
        if acl.address != OPEN:
            for side, rules in (("in", acl.inbound), ("out", acl.outbound)):
                lines += [f"{acl.address} {side}: {r.allow} {r.protocol} {r.ports} {r.cidr}" for r in rules]
    lines += [f"nat {nat}" for nat in network.nats.values()]
    lines += [f"vpn {v.address} static={v.static} {v.static_routes} on {v.gateway}" for v in network.vpns.values()]
    lines += [f"dx {x.address} {x.allowed}" for x in network.dx_gateways.values()]
    lines += [f"{site}" for site in sites]
    return "\n".join(lines)


# --- golden cases ---------------------------------------------------------------------------------------------------


class Golden:
    """The golden cases of one file, each under the page of AWS's documentation that it comes from."""

    def __init__(self) -> None:
        self.cases: list[Any] = []

    def __call__(self, page: str) -> Callable[[Callable[[], Draft]], Callable[[], Draft]]:
        """Decorate a function that draws a network and asks of it. `page` is below https://docs.aws.amazon.com/."""

        def keep(draw: Callable[[], Draft]) -> Callable[[], Draft]:
            self.cases.append(pytest.param(draw, id=page))
            return draw

        return keep


def judge(draft: Draft) -> None:
    """Hold the engine and the walker to every answer of a draft, each on its own."""
    from isthmus.network.forwarding import Forwarding

    network = draft.network()
    assert draft.questions, "a case that asks nothing proves nothing"
    for question in draft.questions:
        scenario = Scenario(question.down)
        walker = Walker(network, draft.sites, scenario)
        engine = Forwarding(network, sites=tuple(draft.sites), scenario=scenario)
        packet = question.packet
        trace = engine.forward(packet)
        endings = walker.forward(packet)
        if question.both_ways:
            outcomes = {"walker": walker.both_ways(packet), "engine": engine.both_ways(packet).outcome}
        else:
            outcomes = {"walker": walker.outcome(packet), "engine": trace.outcome}
        printed = "\n".join(
            ["", *map(str, endings), "", str(engine.both_ways(packet) if question.both_ways else trace)]
        )
        for who, outcome in outcomes.items():
            assert str(outcome) == question.outcome, f"{who} on {packet}, {scenario}{printed}"
        if question.exit is not None:
            assert {ending.exit for ending in endings} == {question.exit}, f"walker's exit of {packet}{printed}"
            assert {path.exit for path in trace.paths} == {question.exit}, f"engine's exit of {packet}{printed}"
