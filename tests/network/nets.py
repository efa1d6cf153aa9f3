"""Small networks made by hand: a builder that reads like a drawing."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from isthmus.network.model import (
    AdvertisedPrefix,
    Attachment,
    AttachmentKind,
    CustomerGateway,
    Firewall,
    FirewallEndpoint,
    Gateway,
    GatewayKind,
    NatGateway,
    Network,
    NetworkAcl,
    NetworkAclRule,
    Site,
    Subnet,
    Target,
    TargetKind,
    TgwRoute,
    TgwTable,
    TransitGateway,
    Tunnel,
    Vpc,
    VpcRoute,
    VpcTable,
    VpnConnection,
)
from isthmus.network.suricata import SuricataRules

TGW, IGW, NAT, VGW, PEER = (
    TargetKind.TRANSIT_GATEWAY,
    TargetKind.INTERNET_GATEWAY,
    TargetKind.NAT_GATEWAY,
    TargetKind.VPN_GATEWAY,
    TargetKind.PEERING,
)
FIREWALL = TargetKind.FIREWALL_ENDPOINT


def open_acl(address: str, vpc: str) -> NetworkAcl:
    rules = tuple(
        NetworkAclRule(address, number, True, -1, ip_network(cidr))
        for number, cidr in ((100, "0.0.0.0/0"), (101, "::/0"))
    )
    return NetworkAcl(address, vpc, rules, rules)


class Net:
    """Collects facts. Names are Terraform-like addresses; a route is `(destination, kind, target)`."""

    def __init__(self) -> None:
        self.parts: dict[str, dict[str, Any]] = {
            f: {}
            for f in Network.__dataclass_fields__
            if f not in ("findings", "notes", "not_evaluated", "possible", "resolution")
        }
        self.sites: list[Site] = []

    def put(self, kind: str, thing: Any) -> str:
        self.parts[kind][thing.address] = thing
        return str(thing.address)

    def vpc(self, name: str, *cidrs: str) -> str:
        self.put("nacls", open_acl(f"{name}.acl", name))
        self.put("tables", VpcTable(f"{name}.main", name))
        return self.put("vpcs", Vpc(name, tuple(ip_network(c) for c in cidrs), f"{name}.main"))

    def table(self, name: str, vpc: str, *routes: tuple[str, TargetKind, str], **more: Any) -> str:
        made = tuple(
            VpcRoute(f"{name}:{destination}", ip_network(destination), Target(kind, target))
            for destination, kind, target in routes
        )
        return self.put("tables", VpcTable(name, vpc, made, **more))

    def subnet(self, name: str, vpc: str, cidr: str, zone: str = "az1", table: str = "", nacl: str = "") -> str:
        facts = Subnet(name, vpc, (ip_network(cidr),), zone, table or f"{vpc}.main", nacl or f"{vpc}.acl")
        return self.put("subnets", facts)

    def igw(self, name: str, vpc: str) -> str:
        return self.put("gateways", Gateway(name, GatewayKind.INTERNET, vpc))

    def vgw(self, name: str, vpc: str) -> str:
        return self.put("gateways", Gateway(name, GatewayKind.VPN, vpc))

    def nat(self, name: str, subnet: str, public: bool = True) -> str:
        return self.put("nats", NatGateway(name, subnet, public))

    def firewall(self, name: str, vpc: str, *subnets: str) -> tuple[str, ...]:
        endpoints = tuple(FirewallEndpoint(f"{name}[{s}]", name, s) for s in subnets)
        self.put("firewalls", Firewall(name, vpc, endpoints, rules=SuricataRules(name)))
        return tuple(e.address for e in endpoints)

    def tgw(self, name: str = "tgw") -> str:
        return self.put("transit_gateways", TransitGateway(name, default_association=False, default_propagation=False))

    def tgw_table(
        self, name: str, learns: tuple[str, ...] = (), *routes: tuple[str, str | None], tgw: str = "tgw"
    ) -> str:
        static = tuple(TgwRoute(f"{name}:{d}", ip_network(d), a) for d, a in routes)
        return self.put("tgw_tables", TgwTable(name, tgw, learns, static))

    def attach(
        self,
        name: str,
        attached: str,
        table: str | None,
        *subnets: str,
        kind: AttachmentKind = AttachmentKind.VPC,
        **more: Any,
    ) -> str:
        return self.put("attachments", Attachment(name, kind, more.pop("tgw", "tgw"), attached, table, subnets, **more))

    def vpn(self, name: str, table: str | None, *, static: bool = False, cgw: str = "", tgw: str = "tgw") -> str:
        """A VPN connection to the transit gateway, with its attachment `<name>.attachment`."""
        self.put("customer_gateways", CustomerGateway(cgw or f"{name}.cgw", 65000))
        tunnels = (Tunnel(f"{name}#1"), Tunnel(f"{name}#2"))
        self.put("vpns", VpnConnection(name, cgw or f"{name}.cgw", tgw, static, (), tunnels))
        self.attach(f"{name}.attachment", name, table, kind=AttachmentKind.VPN, tgw=tgw)
        return name

    def site(
        self, name: str, connections: tuple[str, ...], advertises: tuple[str, ...], networks: tuple[str, ...] = ()
    ) -> Site:
        site = Site(
            name,
            connections,
            tuple(AdvertisedPrefix(ip_network(c)) for c in advertises),
            tuple(ip_network(c) for c in networks),
        )
        self.sites.append(site)
        return site

    def acl(self, name: str, vpc: str, inbound: tuple[Any, ...], outbound: tuple[Any, ...]) -> str:
        """Rules are `(allow, protocol, cidr, ports)`, numbered in order."""
        made = tuple(
            tuple(
                NetworkAclRule(
                    f"{name}:{'in' if side is inbound else 'out'}{i}", i, allow, protocol, ip_network(cidr), ports
                )
                for i, (allow, protocol, cidr, ports) in enumerate(side, 1)
            )
            for side in (inbound, outbound)
        )
        return self.put("nacls", NetworkAcl(name, vpc, made[0], made[1]))

    def change(self, kind: str, name: str, **fields: Any) -> None:
        self.parts[kind][name] = replace(self.parts[kind][name], **fields)

    def made(self) -> Network:
        parts: dict[str, Any] = {kind: dict(things) for kind, things in self.parts.items()}
        return Network(**parts)


def hub() -> Net:
    """Two isolated spokes and shared services in two zones, a BGP VPN to one site that advertises a default route."""
    net = Net()
    net.tgw()
    for name, number in (("dev", 1), ("prod", 2), ("shared", 3)):
        net.vpc(name, f"10.{number}.0.0/16")
        net.table(f"{name}.private", name, ("0.0.0.0/0", TGW, "tgw"))
        net.table(f"{name}.tgw", name)
        for index, zone in enumerate(("az1", "az2")):
            net.subnet(f"{name}.private_{zone}", name, f"10.{number}.{index}.0/24", zone, f"{name}.private")
            net.subnet(f"{name}.tgw_{zone}", name, f"10.{number}.255.{index * 16}/28", zone, f"{name}.tgw")
        table = "services" if name == "shared" else "workloads"
        net.attach(f"{name}.attachment", name, table, f"{name}.tgw_az1", f"{name}.tgw_az2")
    net.vpn("vpn", "services")
    net.tgw_table("services", ("dev.attachment", "prod.attachment", "shared.attachment", "vpn.attachment"))
    net.tgw_table("workloads", ("shared.attachment", "vpn.attachment"), ("10.0.0.0/8", None))
    net.site("dc1", ("vpn",), ("0.0.0.0/0", "192.168.0.0/16"))
    return net
