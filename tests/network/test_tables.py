"""Compiled tables, asked directly: which answers an unknown value makes unknown, and what comes first at a gateway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from isthmus.network.address_space import number
from isthmus.network.answers import ALL_UP, Scenario
from isthmus.network.learned_routes import Sites
from isthmus.network.model import (
    AdvertisedPrefix,
    AttachmentKind,
    DxGateway,
    PrefixList,
    RouteOrigin,
    Site,
    Target,
    TargetKind,
    TgwRoute,
    Unknown,
    Vpc,
    VpcRoute,
    VpcTable,
    VpnConnection,
)
from isthmus.network.route_tables import (
    EffectiveTable,
    Route,
    gateway_routes,
    gateway_table,
    overlapping_vpcs,
    tgw_table,
    tgw_unknown_reason,
    vpc_table,
)
from tests.network.nets import FIREWALL, IGW, NAT, PEER, TGW, VGW, Net

DARK = Unknown("var.dark")
HUB = Target(TGW, "tgw")


def at(table: EffectiveTable, address: str) -> tuple[list[str], str]:
    """The routes in use for an address, by where they come from, and the reason if more may be unknown."""
    decision = table.decide(number(ip_address(address)))
    return [route.address for route in decision.routes], decision.unknown


# --- VPC ------------------------------------------------------------------------------------------------------------


def in_vpc(*routes: VpcRoute, cidrs: tuple[str | Unknown, ...] = ("10.1.0.0/16",), **fields: object) -> EffectiveTable:
    """A table of VPC `a`, to which a gateway `vgw` is attached that knows four prefixes from Direct Connect."""
    net = Net()
    net.put("vpcs", Vpc("a", tuple(c if isinstance(c, Unknown) else ip_network(c) for c in cidrs)))
    net.vgw("vgw", "a")
    net.vgw("dark", "a")
    net.put("prefix_lists", PrefixList("whole", (ip_network("10.8.0.0/16"), ip_network("10.9.0.0/16"))))
    net.put("prefix_lists", PrefixList("partly", (ip_network("10.8.0.0/17"), DARK)))
    net.put("dx_gateways", DxGateway("dx", allowed={"vgw": ()}))
    net.put("vpns", VpnConnection("silent", "cgw", "dark"))
    net.site("dc", ("dx",), ("10.0.0.0/8", "10.1.1.0/24", "10.8.0.0/16", "172.16.0.1/32"))
    network = net.made()
    table = VpcTable("t", "a", routes)
    return vpc_table(network, Sites.of(network, net.sites), replace(table, **fields), ALL_UP)  # type: ignore[arg-type]


def to(destination: str | Unknown, target: Target | Unknown = HUB, name: str = "") -> VpcRoute:
    """A route to a prefix, a prefix list or an unknown destination."""
    if isinstance(destination, Unknown):
        return VpcRoute(name or "t:?", destination, target)
    if "/" not in destination:
        return VpcRoute(name or f"t:{destination}", destination, target, RouteOrigin.PREFIX_LIST)
    return VpcRoute(name or f"t:{destination}", ip_network(destination), target)


HALF = "not every CIDR of a is known"
HOST = "172.16.0.1/32"
UNSAID = "the prefixes that silent advertises over BGP are not given"
PARTLY = "not every entry of prefix list partly is known"
NOWHERE = "not every entry of prefix list nowhere is known"
STRAY = "t:? has an unknown destination: var.dark"


@pytest.mark.parametrize(
    ("table", "outside", "inside", "host"),
    [
        (lambda: in_vpc(), ([], ""), (["t"], ""), ([], "")),
        (lambda: in_vpc(to("0.0.0.0/0")), (["t:0.0.0.0/0"], ""), (["t"], ""), (["t:0.0.0.0/0"], "")),
        # In an unknown VPC no address is known to be local, and any may be.
        (lambda: in_vpc(to("0.0.0.0/0"), vpc=DARK), (["t:0.0.0.0/0"], "var.dark"), (["t:0.0.0.0/0"], "var.dark"), None),
        (lambda: in_vpc(cidrs=("10.1.0.0/16", DARK)), ([], HALF), (["t"], ""), None),
        # A route with an unknown destination may be longer than any other, but for one to a single address.
        (lambda: in_vpc(to(DARK)), ([], STRAY), (["t"], STRAY), ([], STRAY)),
        (lambda: in_vpc(to(DARK), to("172.16.0.1/32")), ([], STRAY), (["t"], STRAY), (["t:172.16.0.1/32"], "")),
        (lambda: in_vpc(to("partly")), (["t:partly"], PARTLY), (["t"], PARTLY), ([], PARTLY)),
        (lambda: in_vpc(to("nowhere")), ([], NOWHERE), (["t"], NOWHERE), ([], NOWHERE)),
        (lambda: in_vpc(to("whole")), (["t:whole"], ""), (["t"], ""), ([], "")),
        # The first of several reasons is given.
        (lambda: in_vpc(to(DARK), to("partly")), (["t:partly"], STRAY), (["t"], STRAY), None),
        (lambda: in_vpc(to("partly"), to(DARK)), (["t:partly"], PARTLY), (["t"], PARTLY), None),
        (lambda: in_vpc(to("partly"), to("nowhere")), (["t:partly"], PARTLY), (["t"], PARTLY), None),
        (lambda: in_vpc(to(DARK, name="one"), to(DARK, name="two")), ([], STRAY.replace("t:?", "one")), None, None),
        (lambda: in_vpc(to(DARK), vpc=Unknown("var.vpc")), ([], STRAY), ([], STRAY), None),
        # Unknown learned routes leave local addresses known: local routes come before learned ones.
        (lambda: in_vpc(propagating=("vgw",)), (["dx"], ""), (["t"], ""), (["dx"], "")),
        (lambda: in_vpc(propagating=(DARK,)), ([], "var.dark"), (["t"], ""), ([], "var.dark")),
        (lambda: in_vpc(propagating=("dark",)), ([], UNSAID), (["t"], ""), ([], UNSAID)),
        (lambda: in_vpc(propagating=(DARK, "dark", "vgw")), (["dx"], "var.dark"), (["t"], ""), (["dx"], "var.dark")),
        (lambda: in_vpc(propagating=("dark", DARK, "vgw")), (["dx"], UNSAID), (["t"], ""), (["dx"], UNSAID)),
        (lambda: in_vpc(to(HOST), propagating=(DARK,)), ([], "var.dark"), (["t"], ""), ([f"t:{HOST}"], "")),
        (lambda: in_vpc(to(DARK), propagating=("dark",)), ([], STRAY), (["t"], STRAY), None),
        # A configured route hides a learned one of its length, however it was configured.
        (lambda: in_vpc(to("10.8.0.0/16"), propagating=("vgw",)), (["t:10.8.0.0/16"], ""), (["t"], ""), (["dx"], "")),
        (lambda: in_vpc(to("whole"), propagating=("vgw",)), (["t:whole"], ""), (["t"], ""), (["dx"], "")),
        (lambda: in_vpc(to("whole"), to("10.8.0.0/16")), (["t:10.8.0.0/16"], ""), (["t"], ""), ([], "")),
    ],
)  # fmt: skip
def test_what_makes_a_vpc_table_unknown(
    table: Callable[[], EffectiveTable],
    outside: tuple[list[str], str],
    inside: tuple[list[str], str] | None,
    host: tuple[list[str], str] | None,
) -> None:
    """Asked about an address elsewhere, one of the VPC (a learned prefix is larger than its CIDR), and one host."""
    made = table()
    assert at(made, "10.8.0.1") == outside
    assert inside is None or at(made, "10.1.1.1") == inside
    assert host is None or at(made, "172.16.0.1") == host
    assert made.unknown_reason == outside[1]


@pytest.mark.parametrize(
    ("target", "taken"),
    [
        *((Target(kind, "x"), True) for kind in (NAT, FIREWALL, TargetKind.INTERFACE, TargetKind.ENDPOINT)),
        *((Target(kind, "x"), False) for kind in (TGW, IGW, VGW, PEER, TargetKind.EGRESS_ONLY, TargetKind.OTHER)),
        (Target(TargetKind.LOCAL), True),
        (DARK, True),
    ],
    ids=str,
)
@pytest.mark.parametrize("destination", ["10.1.1.0/24", "10.1.0.0/16"])
def test_inside_its_vpc_a_table_takes_routes_to_middleboxes_only(
    target: Target | Unknown, taken: bool, destination: str
) -> None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html."""
    table = in_vpc(to(destination, target), to("0.0.0.0/0"))
    assert at(table, "10.2.1.1") == (["t:0.0.0.0/0"], "")
    assert at(table, "10.1.1.1") == ([f"t:{destination}" if taken else "t"], "")
    assert at(in_vpc(to("10.0.0.0/8", target)), "10.1.1.1") == (["t"], "")
    assert at(in_vpc(to("10.0.0.0/8", target)), "10.2.1.1") == (["t:10.0.0.0/8"], "")


def test_overlapping_prefix_lists_with_different_targets_are_unknown() -> None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html: AWS picks one at random."""
    other = Target(IGW, "igw")
    unknown_reason = "prefix lists with different targets overlap: partly, whole; AWS picks one at random"
    assert at(in_vpc(to("whole"), to("partly", other)), "10.9.0.1") == (["t:whole"], PARTLY)
    net = Net()
    net.vpc("a", "10.1.0.0/16")
    net.put("prefix_lists", PrefixList("whole", (ip_network("10.8.0.0/16"),)))
    net.put("prefix_lists", PrefixList("partly", (ip_network("10.8.0.0/17"),)))
    network = net.made()
    for target, static, expected in ((other, False, unknown_reason), (HUB, False, ""), (other, True, unknown_reason)):
        routes = (to("whole"), to("partly", target), *([to("10.8.0.0/15", other)] if static else []))
        table = vpc_table(network, Sites.of(network, ()), VpcTable("t", "a", routes), ALL_UP)
        assert at(table, "10.8.0.1") == (["t:partly"], expected)
        assert at(table, "10.8.200.1") == (["t:whole"], "")
    alone = VpcTable("t", "a", (to("whole"), to("10.8.0.0/17", other)))
    assert at(vpc_table(network, Sites.of(network, ()), alone, ALL_UP), "10.8.0.1") == (["t:10.8.0.0/17"], "")


def test_a_route_keeps_its_attributes() -> None:
    gone = VpcRoute("t:list", "whole", HUB, RouteOrigin.PREFIX_LIST, "it went")
    routes = {str(route.prefix): route for route in in_vpc(gone, replace(to("0.0.0.0/0"), blackhole="too")).candidates}
    entry = ip_network("10.8.0.0/16")
    assert routes["10.8.0.0/16"] == Route(entry, "t:list", RouteOrigin.PREFIX_LIST, HUB, (2,), "it went", "whole")
    assert routes["0.0.0.0/0"] == Route(ip_network("0.0.0.0/0"), "t:0.0.0.0/0", RouteOrigin.STATIC, HUB, (1,), "too")
    assert routes["10.1.0.0/16"].target == Target(TargetKind.LOCAL)
    assert [str(r) for r in routes.values()] == [
        "10.1.0.0/16 local route",
        "10.8.0.0/16 prefix list route",
        "10.9.0.0/16 prefix list route",
        "0.0.0.0/0 static route",
    ]
    learned = in_vpc(propagating=("vgw",)).decide(number(ip_address("10.8.0.1"))).routes[0]
    assert learned.target == Target(VGW, "vgw")


# --- virtual private gateway ----------------------------------------------------------------------------------------


def behind(*advertised: AdvertisedPrefix) -> tuple[Net, list[Site]]:
    """A virtual private gateway with Direct Connect, a static VPN for 10.8.0.0/16 and two VPNs with BGP."""
    net = Net()
    net.vpc("a", "10.1.0.0/16")
    net.vgw("vgw", "a")
    net.put("dx_gateways", DxGateway("dx", allowed={"vgw": ()}))
    net.put("dx_gateways", DxGateway("other-dx", allowed={"att-dx": ()}))
    net.put("vpns", VpnConnection("fixed", "cgw", "vgw", True, (ip_network("10.8.0.0/16"),)))
    net.put("vpns", VpnConnection("bgp", "cgw", "vgw"))
    net.put("vpns", VpnConnection("bgp2", "cgw", "vgw"))
    net.put("vpns", VpnConnection("elsewhere", "cgw", "tgw"))
    advertised_by = {
        "dx": advertised,
        "bgp": advertised,
        "bgp2": advertised,
        "elsewhere": advertised,
        "other-dx": advertised,
    }
    sites = [Site(name, (name,), one) for name, one in advertised_by.items()]
    return net, sites


WIDE = ip_network("10.8.0.0/16")


@pytest.mark.parametrize(
    ("down", "winners"),
    [
        ((), ["dx"]),
        (("dx",), ["fixed"]),
        (("dx", "fixed"), ["fixed"]),  # its routes are the gateway's: a packet finds the connection down
        (("dx", "bgp"), ["fixed"]),
    ],
)
def test_a_vpn_gateway_prefers_direct_connect_then_static_vpn(down: tuple[str, ...], winners: list[str]) -> None:
    """https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html."""
    net, sites = behind(AdvertisedPrefix(WIDE))
    network = net.made()
    table = gateway_table(network, Sites.of(network, sites), "vgw", Scenario(frozenset(down)))
    assert at(table, "10.8.0.1") == (winners, "")


@pytest.mark.parametrize(
    ("one", "other", "winners"),
    [
        (AdvertisedPrefix(WIDE), AdvertisedPrefix(WIDE), ["bgp", "bgp2"]),
        (AdvertisedPrefix(WIDE, as_path=2, med=0), AdvertisedPrefix(WIDE, as_path=1, med=100), ["bgp2"]),
        (AdvertisedPrefix(WIDE, med=50), AdvertisedPrefix(WIDE, med=100), ["bgp"]),
        (AdvertisedPrefix(WIDE, as_path=2), AdvertisedPrefix(ip_network("10.0.0.0/8")), ["bgp"]),
    ],
)
def test_a_vpn_gateway_prefers_the_longer_prefix_the_shorter_path_the_lower_med(
    one: AdvertisedPrefix, other: AdvertisedPrefix, winners: list[str]
) -> None:
    net, _ = behind()
    network = net.made()
    sites = Sites.of(
        network, [Site("one", ("bgp",), (one,)), Site("other", ("bgp2",), (other,)), Site("dc", ("dx", "fixed"), ())]
    )
    table = gateway_table(network, sites, "vgw", ALL_UP)
    assert [r for r in at(table, "10.8.0.1")[0] if r != "fixed"] == ([] if winners else winners)
    without = [r for r in gateway_routes(network, sites, "vgw", ALL_UP, ("fixed", "dx")) if isinstance(r, Route)]
    longest = max(r.prefix.prefixlen for r in without)
    best = min(r.rank for r in without if r.prefix.prefixlen == longest)
    assert [r.address for r in without if r.rank == best and r.prefix.prefixlen == longest] == winners


def test_what_a_vpn_gateway_knows_in_order_and_without_some() -> None:
    net, sites = behind(AdvertisedPrefix(WIDE, 3, 7))
    network = net.made()
    routes = [r for r in gateway_routes(network, Sites.of(network, sites), "vgw", ALL_UP) if isinstance(r, Route)]
    assert [(r.address, r.target, r.rank) for r in routes] == [
        ("dx", "dx", (0, 3, 7)),
        ("fixed", "fixed", (1,)),
        ("bgp", "bgp", (2, 3, 7)),
        ("bgp2", "bgp2", (2, 3, 7)),
    ]
    assert {(r.prefix, r.origin) for r in routes} == {(WIDE, RouteOrigin.PROPAGATED)}
    left = gateway_routes(network, Sites.of(network, sites), "vgw", ALL_UP, leaving_out=("dx", "bgp"))
    assert [r.address for r in left if isinstance(r, Route)] == ["fixed", "bgp2"]


@pytest.mark.parametrize(
    ("changed", "unknown_reason"),
    [
        (VpnConnection("bgp", "cgw", DARK), "the gateway of bgp is unknown: var.dark"),
        (VpnConnection("fixed", "cgw", "vgw", True, (WIDE, DARK)), "var.dark"),
        (VpnConnection("bgp", "cgw", "vgw", Unknown("var.static")), "var.static"),
        (VpnConnection("silent", "cgw", "vgw"), "the prefixes that silent advertises over BGP are not given"),
    ],
)
def test_what_makes_a_vpn_gateway_unknown(changed: VpnConnection, unknown_reason: str) -> None:
    net, sites = behind(AdvertisedPrefix(ip_network("10.9.0.0/16")))
    net.put("vpns", changed)
    network = net.made()
    table = gateway_table(network, Sites.of(network, sites), "vgw", ALL_UP)
    assert at(table, "10.9.0.1") == (["dx"], unknown_reason)
    assert at(table, "10.7.0.1") == ([], unknown_reason)
    assert table.unknown_reason == unknown_reason
    assert table.candidates[0].address == "dx"
    assert at(table, "10.8.0.1") == (["fixed"], unknown_reason)


# --- transit gateway ------------------------------------------------------------------------------------------------


def on_gateway(
    *routes: TgwRoute, learns: tuple[str | Unknown, ...] = (), down: tuple[str, ...] = (), **vpcs: tuple[str, ...]
) -> EffectiveTable:
    """Table `t` of a gateway with VPCs (`one=("10.1.0.0/16",)`, each attached as `one.att`) and VPN `silent`."""
    net = Net()
    net.tgw()
    for name, cidrs in vpcs.items():
        net.put("vpcs", Vpc(name, tuple(DARK if c == "?" else ip_network(c) for c in cidrs)))
        net.attach(f"{name}.att", name, "t")
    net.vpn("silent", "t")
    net.put("prefix_lists", PrefixList("whole", (ip_network("10.8.0.0/16"), ip_network("10.9.0.0/16"))))
    net.put("prefix_lists", PrefixList("partly", (ip_network("10.8.0.0/17"), DARK)))
    net.tgw_table("t", learns)  # type: ignore[arg-type]
    net.change("tgw_tables", "t", routes=routes)
    network = net.made()
    sites, scenario = Sites.of(network, ()), Scenario(frozenset(down))
    made = tgw_table(network, sites, network.tgw_tables["t"], scenario)
    assert tgw_unknown_reason(network, sites, network.tgw_tables["t"], scenario) == made.unknown_reason
    return made


def static(destination: str | Unknown, attachment: str | Unknown | None = "one.att", name: str = "") -> TgwRoute:
    if isinstance(destination, Unknown):
        return TgwRoute(name or "t:?", destination, attachment)
    where = destination if "/" not in destination else ip_network(destination)
    return TgwRoute(name or f"t:{destination}", where, attachment)


LEARNS_DARK = "t learns from an unknown attachment: var.dark"
ONE = ("10.8.0.0/16",)
BY_ONE = ["one.att"], ""


@pytest.mark.parametrize(
    ("table", "at_one", "host"),
    [
        (lambda: on_gateway(one=ONE), ([], ""), ([], "")),
        (lambda: on_gateway(learns=("one.att",), one=ONE), (["one.att"], ""), ([], "")),
        (lambda: on_gateway(learns=("one.att",), down=("one.att",), one=ONE), ([], ""), ([], "")),
        (lambda: on_gateway(learns=("two.att", "one.att"), down=("two.att",), one=ONE, two=ONE), BY_ONE, ([], "")),
        (lambda: on_gateway(learns=("silent.attachment",), down=("silent",), one=ONE), ([], ""), ([], "")),
        (lambda: on_gateway(learns=("one.att", "silent.attachment"), one=ONE), (["one.att"], UNSAID), ([], UNSAID)),
        (lambda: on_gateway(learns=("silent.attachment", "one.att"), one=ONE), (["one.att"], UNSAID), ([], UNSAID)),
        (lambda: on_gateway(learns=("one.att", DARK), one=ONE), (["one.att"], LEARNS_DARK), ([], LEARNS_DARK)),
        (lambda: on_gateway(learns=(DARK, "one.att"), one=ONE), (["one.att"], LEARNS_DARK), ([], LEARNS_DARK)),
        (lambda: on_gateway(learns=(DARK, "silent.attachment"), one=ONE), ([], LEARNS_DARK), ([], LEARNS_DARK)),
        (lambda: on_gateway(learns=("silent.attachment", DARK), one=ONE), ([], UNSAID), ([], UNSAID)),
        (lambda: on_gateway(learns=("one.att",), one=("10.8.0.0/16", "?")), ([], "var.dark"), ([], "var.dark")),
        (lambda: on_gateway(static(*ONE, None), learns=("one.att",), one=ONE), (["t:10.8.0.0/16"], ""), ([], "")),
        (lambda: on_gateway(static("whole"), learns=("one.att",), one=ONE), (["t:whole"], ""), ([], "")),
        (lambda: on_gateway(static("whole"), static("10.8.0.0/16"), one=ONE), (["t:10.8.0.0/16"], ""), ([], "")),
        (lambda: on_gateway(static("partly"), one=ONE), (["t:partly"], PARTLY), ([], PARTLY)),
        (lambda: on_gateway(static("nowhere"), one=ONE), ([], NOWHERE), ([], NOWHERE)),
        (lambda: on_gateway(static(DARK), one=ONE), ([], STRAY), ([], STRAY)),
        (lambda: on_gateway(static(DARK), static("172.16.0.1/32"), one=ONE), ([], STRAY), (["t:172.16.0.1/32"], "")),
        (lambda: on_gateway(static(DARK), static("partly"), one=ONE), (["t:partly"], STRAY), ([], STRAY)),
        (lambda: on_gateway(static("partly"), static(DARK), one=ONE), (["t:partly"], PARTLY), ([], PARTLY)),
        (lambda: on_gateway(static("nowhere"), static("partly"), one=ONE), (["t:partly"], NOWHERE), ([], NOWHERE)),
        (lambda: on_gateway(static(DARK, name="a"), static(DARK), one=ONE), ([], STRAY.replace("t:?", "a")), None),
        (lambda: on_gateway(static("partly"), learns=(DARK,), one=ONE), (["t:partly"], PARTLY), ([], PARTLY)),
        # AWS takes one static route for each prefix: of two with different targets it is unknown which.
        (
            lambda: on_gateway(static("10.8.0.0/16"), static("10.8.0.0/16", None, "too"), one=ONE),
            (["t:10.8.0.0/16", "too"], "t has several static routes for 10.8.0.0/16"),
            ([], ""),
        ),
        (lambda: on_gateway(static("10.8.0.0/16"), static("10.8.0.0/16"), one=ONE), (["t:10.8.0.0/16"], ""), ([], "")),
    ],
)  # fmt: skip
def test_what_a_transit_gateway_table_does_and_what_makes_it_unknown(
    table: Callable[[], EffectiveTable], at_one: tuple[list[str], str], host: tuple[list[str], str] | None
) -> None:
    """Asked about an address of VPC `one`, and about a single host."""
    made = table()
    assert at(made, "10.8.0.1") == at_one
    assert host is None or at(made, "172.16.0.1") == host


def test_a_vpc_attached_later_is_not_propagated_where_it_overlaps() -> None:
    """https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html."""
    why = "one 10.8.0.0/16 and two 10.8.128.0/17 overlap; the one attached later is not propagated"
    table = on_gateway(
        learns=("one.att", "two.att", "three.att"),
        one=("10.7.0.0/16", "10.8.0.0/16"),
        two=("10.8.128.0/17", "10.9.0.0/16"),
        three=("10.6.0.0/16", "10.6.0.0/17"),
    )
    assert at(table, "10.8.0.1") == (["one.att"], why)
    assert at(table, "10.8.128.1") == (["two.att"], why)
    for address, one in {
        "10.7.0.1": "one.att",
        "10.9.0.1": "two.att",
        "10.6.0.1": "three.att",
        "10.6.128.1": "three.att",
    }.items():
        assert at(table, address) == ([one], "")
    first = on_gateway(learns=("one.att", "two.att"), one=("10.8.0.0/17",), two=("10.8.0.0/16", "10.8.0.0/24"))
    assert at(first, "10.8.128.1")[1] == "one 10.8.0.0/17 and two 10.8.0.0/16 overlap; " + why.split("; ")[1]
    assert at(first, "10.8.0.1")[1] == "two 10.8.0.0/24 and one 10.8.0.0/17 overlap; " + why.split("; ")[1]
    alone = on_gateway(static("10.8.128.0/17"), learns=("one.att",), one=ONE, two=("10.8.128.0/17",))
    assert at(alone, "10.8.0.1") == (["one.att"], "")  # two is attached, but this table does not learn it
    over = on_gateway(static("10.8.0.0/16"), learns=("one.att", "two.att"), one=ONE, two=ONE)
    assert at(over, "10.8.0.1") == (["t:10.8.0.0/16"], "")  # a static route stays known
    assert overlapping_vpcs(Net().made(), ()) == {}


def test_routes_of_a_transit_gateway_table_keep_their_sources() -> None:
    net = Net()
    net.tgw()
    net.vpc("one", "10.8.0.0/16")
    net.attach("one.att", "one", "t")
    net.put("prefix_lists", PrefixList("list", (ip_network("10.9.0.0/16"),)))
    net.put("dx_gateways", DxGateway("dx", allowed={"dx.att": ()}))
    net.attach("dx.att", "dx", "t", kind=AttachmentKind.DX_GATEWAY)
    net.tgw_table("t", ("one.att", "dx.att"))
    net.change(
        "tgw_tables", "t", routes=(static("10.7.0.0/16"), static("list")), sources={("propagation", "one.att"): "p.one"}
    )
    network = net.made()
    sites = Sites.of(network, [Site("dc", ("dx",), (AdvertisedPrefix(ip_network("10.6.0.0/16"), 2, 7),))])
    assert tgw_table(network, sites, network.tgw_tables["t"], ALL_UP).candidates == (
        Route(ip_network("10.7.0.0/16"), "t:10.7.0.0/16", RouteOrigin.STATIC, "one.att", (0,)),
        Route(ip_network("10.9.0.0/16"), "t:list", RouteOrigin.PREFIX_LIST, "one.att", (1,), "", "list"),
        Route(ip_network("10.8.0.0/16"), "p.one", RouteOrigin.PROPAGATED, "one.att", (2, 0, 1, 100)),
        Route(ip_network("10.6.0.0/16"), "dx.att", RouteOrigin.PROPAGATED, "dx.att", (2, 1, 2, 7)),
    )
