"""Structural findings: each mistake is found under its rule, with a message; an unknown value is no mistake."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.model import (
    Attachment,
    AttachmentKind,
    Cidr,
    Gateway,
    GatewayKind,
    NatGateway,
    Subnet,
    Target,
    TargetKind,
    TgwRoute,
    TgwTable,
    Tunnel,
    Unknown,
    Vpc,
    VpcPeering,
    VpcRoute,
    VpnConnection,
)
from isthmus.network.structural_checks import structural_findings
from tests.network.nets import IGW, NAT, PEER, TGW, VGW, Net

DARK = Unknown("var.dark")
EIGW = TargetKind.EGRESS_ONLY


def base() -> Net:
    """Two VPCs on one gateway and a third without it, everything right, and an unknown value everywhere."""
    net = Net()
    net.tgw()
    for number, name in enumerate(("a", "b", "c"), 1):
        net.vpc(name, f"10.{number}.0.0/16")
        net.subnet(f"{name}1", name, f"10.{number}.1.0/24")
        net.subnet(f"{name}2", name, f"10.{number}.2.0/24", "az2")
        net.igw(f"{name}.igw", name)
        net.vgw(f"{name}.vgw", name)
        net.put("gateways", Gateway(f"{name}.eigw", GatewayKind.EGRESS_ONLY, name))
        net.nat(f"{name}.nat", f"{name}1")
    net.put("peerings", VpcPeering("pcx", "a", "b"))
    net.put("peerings", VpcPeering("dark.pcx", "b", DARK))
    net.put("peerings", VpcPeering("dark2.pcx", DARK, "b"))
    net.put("gateways", Gateway("dark.igw", GatewayKind.INTERNET, DARK))
    net.put("nats", NatGateway("dark.nat", DARK))
    net.put("nats", NatGateway("lost.nat", "nowhere"))
    net.put("vpcs", Vpc("dark", (ip_network("10.9.0.0/16"), DARK)))
    net.put("subnets", Subnet("dark1", "dark", (ip_network("10.8.1.0/24"), DARK), DARK, "a.main", DARK))
    net.put("subnets", Subnet("dark2", DARK, (ip_network("10.1.1.0/24"),), DARK, "a.main", DARK))
    net.put("subnets", Subnet("dark3", "a", (DARK,), "az3", DARK, DARK))
    net.put("subnets", Subnet("dark4", "a", (), "az3", "nowhere", DARK))
    net.change("subnets", "dark1", table="dark.table")
    net.table("dark.table", "dark")
    net.put("nats", NatGateway("unplaced.nat", "dark2"))
    net.attach("a.att", "a", "t", "a1", "a2")
    net.attach("b.att", "b", "t", "b1", "b2")
    net.put("attachments", Attachment("dark.att", AttachmentKind.VPN, DARK, DARK, "t", ("a1", DARK)))
    net.put("attachments", Attachment("far.att", AttachmentKind.PEERING, "far", "tgw", "t"))
    net.put("attachments", Attachment("far2.att", AttachmentKind.PEERING, "tgw", "far", "t"))
    net.put("attachments", Attachment("far3.att", AttachmentKind.PEERING, "far", DARK, "t"))
    net.put("attachments", Attachment("fw.att", AttachmentKind.NETWORK_FUNCTION, "tgw", "fw", DARK, ("b1",)))
    net.change("attachments", "fw.att", attached=DARK)
    net.put("attachments", Attachment("zoneless.att", AttachmentKind.VPC, "other", "dark", None, ("nowhere", "dark1")))
    net.tgw_table("t", ("a.att", "b.att", "dark.att", "far.att"))
    net.change(
        "tgw_tables",
        "t",
        propagations=("a.att", DARK, "b.att"),
        routes=(
            TgwRoute("t:?", DARK, DARK),
            TgwRoute("t:list", "list", None),
            TgwRoute("t:?2", DARK, "a.att"),
            TgwRoute("t:list2", "list", "b.att"),
            TgwRoute("t:10.1", ip_network("10.1.0.0/16"), None),
        ),
    )
    net.put("tgw_tables", TgwTable("dark.t", DARK, ("a.att",)))
    for name, inside in (("one", "169.254.6.0/30"), ("two", "169.254.7.0/30")):
        tunnels = (Tunnel(f"{name}#1", ip_network(inside)), Tunnel(f"{name}#2"), Tunnel(f"{name}#3", DARK))
        net.put("vpns", VpnConnection(name, "cgw", "tgw", tunnels=tunnels))
    again = Tunnel("three#1", ip_network("169.254.6.0/30"))
    net.put("vpns", VpnConnection("three", "cgw", "a.vgw", tunnels=(again,)))  # on another gateway
    net.put("vpns", VpnConnection("four", "cgw", DARK, tunnels=(again, again)))
    routes(net, "x", "c", ("0.0.0.0/0", IGW, "c.igw"), ("::/0", EIGW, "c.eigw"))
    routes(
        net,
        "a.main",
        "a",
        ("0.0.0.0/0", TGW, "tgw"),
        ("10.1.0.0/16", TargetKind.LOCAL, ""),
        ("10.1.1.0/24", TargetKind.FIREWALL_ENDPOINT, "fw"),
        ("10.1.2.0/24", NAT, "a.nat"),
        ("1.0.0.0/8", IGW, "a.igw"),
        ("2.0.0.0/8", VGW, "a.vgw"),
        ("3.0.0.0/8", PEER, "pcx"),
        ("4.0.0.0/8", PEER, "dark.pcx"),
        ("5.0.0.0/8", PEER, "dark2.pcx"),
        ("6.0.0.0/8", PEER, "nowhere"),
        ("7.0.0.0/8", NAT, "dark.nat"),
        ("8.0.0.0/8", NAT, "lost.nat"),
        ("9.0.0.0/8", NAT, "unplaced.nat"),
        ("11.0.0.0/8", NAT, "nowhere"),
        ("12.0.0.0/8", IGW, "dark.igw"),
        ("13.0.0.0/8", IGW, "nowhere"),
        ("::/0", EIGW, "a.eigw"),
    )
    return net


def routes(net: Net, table: str, vpc: str, *these: tuple[str, TargetKind, str]) -> None:
    """Those routes, after one with an unknown destination, some by a prefix list and one with an unknown target."""
    net.table(table, vpc, *these)
    dark = (
        VpcRoute(f"{table}:?", DARK, Target(TGW, "tgw") if vpc != "c" else DARK),
        VpcRoute(f"{table}:list", "list", DARK),
        VpcRoute(f"{table}:list2", "list", DARK),
        VpcRoute(f"{table}:dark", ip_network("10.1.7.0/24"), DARK),
    )
    net.change("tables", table, routes=(*dark, *net.parts["tables"][table].routes))


Change = Callable[[Net], object]


def found(change: Change) -> list[str]:
    net = base()
    change(net)
    return [str(finding) for finding in structural_findings(net.made())]


def test_what_is_right_or_unknown_is_no_finding() -> None:
    assert found(lambda net: None) == []


def also(kind: str, name: str, **fields: tuple[object, ...]) -> Change:
    """More at the end of a tuple of a thing."""

    def change(net: Net) -> None:
        for field, more in fields.items():
            net.change(kind, name, **{field: (*getattr(net.parts[kind][name], field), *more)})

    return change


def leads(destination: str, kind: TargetKind, target: str, table: str = "a.main") -> Change:
    return also("tables", table, routes=(VpcRoute("route", ip_network(destination), Target(kind, target)),))


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            lambda net: net.put("vpcs", Vpc("b", (ip_network("10.2.0.0/16"), ip_network("10.1.128.0/17")))),
            "overlapping-vpcs: a 10.1.0.0/16 and b 10.1.128.0/17 overlap, both attached to tgw: "
            "it does not propagate the one attached later (b, a)",
        ),
        (
            lambda net: net.put("subnets", Subnet("s", "a", (ip_network("10.2.1.0/24"),), "az9", "a.main", "a.acl")),
            "subnet-outside-vpc: 10.2.1.0/24 is not inside its VPC a (10.1.0.0/16) (s, a)",
        ),
        (
            lambda net: (
                net.put("vpcs", Vpc("a", (ip_network("10.1.0.0/16"), ip_network("10.0.0.0/24")))),
                net.subnet("s", "a", "10.0.0.0/16"),
            ),
            "subnet-outside-vpc: 10.0.0.0/16 is not inside its VPC a (10.1.0.0/16, 10.0.0.0/24) (s, a)",
        ),
        (
            lambda net: net.subnet("s", "a", "10.1.2.128/25"),
            "overlapping-subnets: a2 10.1.2.0/24 and s 10.1.2.128/25 overlap (s, a2)",
        ),
        (
            leads("10.1.9.0/24", TGW, "tgw"),
            "route-inside-vpc: 10.1.9.0/24 lies inside the VPC, where AWS takes no route to a transit gateway "
            "(route, a.main)",
        ),
        (leads("2.2.0.0/16", TGW, "tgw", "x"), "route-target-elsewhere: c is not attached to tgw (route, tgw)"),
        (
            leads("2.2.0.0/16", IGW, "b.igw"),
            "route-target-elsewhere: internet gateway b.igw belongs to b, the table to a (route, b.igw)",
        ),
        (
            leads("2.2.0.0/16", VGW, "b.vgw"),
            "route-target-elsewhere: virtual private gateway b.vgw belongs to b, the table to a (route, b.vgw)",
        ),
        (
            leads("2001::/16", EIGW, "b.eigw"),
            "route-target-elsewhere: egress-only internet gateway b.eigw belongs to b, the table to a (route, b.eigw)",
        ),
        (
            lambda net: (
                net.put("gateways", Gateway("loose", GatewayKind.INTERNET, None)),
                leads("2.2.0.0/16", IGW, "loose")(net),
            ),
            "route-target-elsewhere: internet gateway loose belongs to no VPC, the table to a (route, loose)",
        ),
        (
            leads("2.2.0.0/16", NAT, "b.nat"),
            "route-target-elsewhere: NAT gateway b.nat belongs to b, the table to a (route, b.nat)",
        ),
        (
            leads("2.2.0.0/16", PEER, "pcx", "x"),
            "route-target-elsewhere: VPC peering connection pcx belongs to a, b, the table to c (route, pcx)",
        ),
        (
            leads("1.0.0.0/8", IGW, "a.igw"),
            "duplicate-route: a.main has two routes for 1.0.0.0/8 (route, a.main:1.0.0.0/8)",
        ),
        (
            also("tgw_tables", "t", routes=(TgwRoute("route", ip_network("10.1.0.0/16"), "a.att"),)),
            "duplicate-route: t has two routes for 10.1.0.0/16 (route, t:10.1)",
        ),
        (
            also("attachments", "a.att", subnets=(DARK, "dark3", "c1", "dark3")),
            "attachment-subnet-elsewhere: c1 is in c, the attachment attaches a (a.att, c1)\n"
            "two-attachment-subnets: two attachment subnets in zone az1; AWS takes one (a.att, c1)\n"
            "two-attachment-subnets: two attachment subnets in zone az3; AWS takes one (a.att, dark3)",
        ),
        (
            lambda net: net.change("subnets", "a1", table="b.main"),
            "table-of-another-vpc: a1 is in a, its table b.main in b (a1, b.main)",
        ),
        (
            lambda net: net.put("attachments", Attachment("new", AttachmentKind.VPN, "other", "vpn", "t")),
            "attachment-of-another-gateway: new is attached to other, t belongs to tgw (new, new)",
        ),
        (
            lambda net: (
                net.put("attachments", Attachment("new", AttachmentKind.VPN, "other", "vpn", "t")),
                net.change("tgw_tables", "t", sources={("association", "new"): "association"}),
            ),
            "attachment-of-another-gateway: new is attached to other, t belongs to tgw (association, new)",
        ),
        (
            lambda net: (
                net.put("attachments", Attachment("new", AttachmentKind.VPN, "other", "vpn")),
                also("tgw_tables", "t", propagations=("new",))(net),
            ),
            "attachment-of-another-gateway: new is attached to other, t belongs to tgw (t, new)",
        ),
        (
            lambda net: (
                net.put("attachments", Attachment("new", AttachmentKind.VPN, "other", "vpn")),
                also("tgw_tables", "t", propagations=("new",))(net),
                net.change("tgw_tables", "t", sources={("propagation", "new"): "propagation"}),
            ),
            "attachment-of-another-gateway: new is attached to other, t belongs to tgw (propagation, new)",
        ),
        (
            lambda net: (
                net.put("attachments", Attachment("new", AttachmentKind.PEERING, "other", "far")),
                also("tgw_tables", "t", routes=(TgwRoute("route", ip_network("10.9.0.0/16"), "new"),))(net),
            ),
            "attachment-of-another-gateway: new is attached to other, t belongs to tgw (route, new)",
        ),
        (
            also("vpns", "two", tunnels=(Tunnel("two#4", ip_network("169.254.6.0/30")),)),
            "duplicate-inside-cidr: two#4 and one#1 have the inside CIDR 169.254.6.0/30 on tgw (two, one)",
        ),
    ],
)
def test_each_mistake_is_found_as_what_it_is(change: Change, finding: str) -> None:
    assert "\n".join(found(change)) == finding


@pytest.mark.parametrize(("gateway", "attached"), [(DARK, "b"), ("tgw", DARK)])
def test_while_an_attachment_is_unknown_any_vpc_may_be_attached(
    gateway: str | Unknown, attached: str | Unknown
) -> None:
    def change(net: Net) -> None:
        leads("2.2.0.0/16", TGW, "tgw", "x")(net)
        net.put("attachments", Attachment("maybe", AttachmentKind.VPC, gateway, attached))

    assert found(change) == []


def test_a_vpn_of_that_name_attaches_no_vpc() -> None:
    def change(net: Net) -> None:
        leads("2.2.0.0/16", TGW, "tgw", "x")(net)
        net.put("attachments", Attachment("odd", AttachmentKind.VPN, "tgw", "c"))

    assert found(change) == ["route-target-elsewhere: c is not attached to tgw (route, tgw)"]


subnets = st.lists(
    st.one_of(
        st.builds(
            lambda offset, length: ip_network((0x0A010000 + offset, length), strict=False),
            st.integers(0, 31),
            st.sampled_from([27, 28, 29, 30, 31, 32]),
        ),
        st.sampled_from(["fd00::/64", "fd00::/65", "fd00:0:0:1::/64"]).map(ip_network),
    ),
    max_size=6,
)


@given(subnets)
def test_subnets_that_overlap_are_found_pair_by_pair(cidrs: list[Cidr]) -> None:
    net = Net()
    net.vpc("a", "10.1.0.0/16", "fd00::/48")
    for number, cidr in enumerate(cidrs):
        net.subnet(f"s{number}", "a", str(cidr), f"az{number}")
    pairs = {frozenset(f.resources) for f in structural_findings(net.made())}
    expected = {
        frozenset((f"s{one}", f"s{other}"))
        for (one, a), (other, b) in combinations(enumerate(map(ip_network, map(str, cidrs))), 2)
        if a.version == b.version and a.overlaps(b)
    }
    assert pairs == expected


def test_of_two_that_overlap_the_narrower_is_to_be_changed() -> None:
    net = Net()
    net.vpc("a", "10.1.0.0/16")
    for name, cidr in (
        ("narrow", "10.1.4.0/24"),
        ("wide", "10.1.4.0/23"),
        ("twin", "10.1.4.0/24"),
        ("one", "10.1.9.1/32"),
        ("same", "10.1.9.1/32"),
    ):
        net.subnet(name, "a", cidr, name)
    assert [f.resources for f in structural_findings(net.made())] == [
        ("narrow", "wide"),
        ("twin", "wide"),
        ("twin", "narrow"),
        ("same", "one"),
    ]
