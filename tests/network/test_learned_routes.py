"""What routers learn, and from which site: sites given and implied, what is up, what an attachment propagates."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network

import pytest

from isthmus.network.answers import ALL_UP, Scenario
from isthmus.network.learned_routes import Sites, advertised, covers, is_default, propagated, vpn_down
from isthmus.network.model import (
    AdvertisedPrefix,
    Attachment,
    AttachmentKind,
    Cidr,
    CustomerGateway,
    DxGateway,
    Network,
    Site,
    TgwRoute,
    TgwTable,
    Tunnel,
    Unknown,
    Vpc,
    VpnConnection,
)

DARK = Unknown("var.dark")
TUNNELS = (Tunnel("bgp#1"), Tunnel("bgp#2"))


def cidrs(*texts: str) -> tuple[Cidr, ...]:
    return tuple(ip_network(text) for text in texts)


def says(*texts: str) -> tuple[AdvertisedPrefix, ...]:
    return tuple(AdvertisedPrefix(one) for one in cidrs(*texts))


def network() -> Network:
    """A VPN of each kind and a Direct Connect gateway, on a transit gateway whose tables lead to some of them."""
    vpns = (
        VpnConnection("bgp", "cgw", "tgw", False, (), TUNNELS),
        VpnConnection("fixed", DARK, "vgw", True, (*cidrs("10.6.0.0/16"), DARK, *cidrs("0.0.0.0/0"))),
        VpnConnection("dark", "cgw2", "tgw", DARK),
    )
    attachments = (
        Attachment("att-fixed", AttachmentKind.VPN, "tgw", "fixed"),
        Attachment("att-bgp", AttachmentKind.VPN, "tgw", "bgp"),
        Attachment("att-other", AttachmentKind.VPC, "tgw", "a"),
    )
    routes = (
        TgwRoute("r1", ip_network("10.7.0.0/16"), "att-fixed"),
        TgwRoute("r2", ip_network("10.8.0.0/16"), "att-other"),
        TgwRoute("r3", "list", "att-fixed"),
        TgwRoute("r4", DARK, "att-fixed"),
        TgwRoute("r5", ip_network("10.5.0.0/16"), "att-fixed"),
        TgwRoute("r6", ip_network("10.4.0.0/16"), "att-bgp"),
    )
    return Network(
        vpcs={"a": Vpc("a", cidrs("10.1.0.0/16", "fd00::/56")), "b": Vpc("b", (*cidrs("10.2.0.0/16"), DARK))},
        vpns={vpn.address: vpn for vpn in vpns},
        dx_gateways={"dx": DxGateway("dx")},
        customer_gateways={"cgw": CustomerGateway("cgw")},
        attachments={one.address: one for one in attachments},
        tgw_tables={"t": TgwTable("t", "tgw", (), routes[:4]), "u": TgwTable("u", "tgw", (), routes[4:])},
    )


def test_a_connection_without_a_given_site_is_a_site_of_its_own() -> None:
    sites = Sites.of(network(), [Site("dc", ("bgp",), says("10.9.0.0/16"))])
    assert sites.by_name == {site.name: site for site in sites.by_connection.values()}
    assert sites.by_connection == {
        "bgp": Site("dc", ("bgp",), says("10.9.0.0/16"), cidrs("10.9.0.0/16", "10.4.0.0/16")),
        "fixed": Site("fixed", ("fixed",), (), cidrs("10.7.0.0/16", "10.5.0.0/16", "10.6.0.0/16")),
        "dark": Site("dark", ("dark",), DARK),
        "dx": Site("dx", ("dx",), Unknown("the prefixes that dx advertises over BGP are not given")),
    }


@pytest.mark.parametrize(
    ("given", "networks"),
    [
        # Its advertised prefixes and the prefixes of static routes, each once; a default route is no network.
        (
            Site("dc", ("fixed", "bgp"), says("10.6.0.0/16", "0.0.0.0/0", "::/0", "fd01::/56")),
            cidrs("10.6.0.0/16", "fd01::/56", "10.7.0.0/16", "10.5.0.0/16", "10.4.0.0/16"),
        ),
        (Site("dc", ("fixed",), says("10.9.0.0/16"), cidrs("10.3.0.0/16")), cidrs("10.3.0.0/16")),
        (Site("dc", ("fixed",), DARK), ()),
        (Site("dc", ("dx",), says("10.9.0.0/16")), cidrs("10.9.0.0/16")),
        (Site("dc", (), says("10.9.0.0/16")), ()),  # connected to nothing: no connection asks for its networks
    ],
)
def test_where_the_hosts_of_a_site_are(given: Site, networks: tuple[Cidr, ...]) -> None:
    assert Sites.of(network(), [given]).by_name["dc"].networks == networks


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ([Site("a", ("bgp",), ()), Site("a", (), ())], "expected site names to differ, got 'a' twice"),
        (
            [Site("a", ("nowhere",), ())],
            "expected a VPN connection or Direct Connect gateway of this network, got 'nowhere' (site 'a'); "
            "it has: bgp, fixed, dark, dx",
        ),
        (
            [Site("a", ("bgp", "dx"), ()), Site("b", ("dx",), ())],
            "expected each connection at one site, got 'dx' at two",
        ),
    ],
)
def test_sites_that_do_not_fit_are_refused(given: Iterable[Site], error: str) -> None:
    with pytest.raises(ValueError, match="expected") as refused:
        Sites.of(network(), given)
    assert str(refused.value) == error
    with pytest.raises(ValueError, match="it has: none"):
        Sites.of(Network(), [Site("a", ("nowhere",), ())])


@pytest.mark.parametrize(
    ("connection", "down", "why"),
    [
        ("bgp", (), ""),
        ("bgp", ("bgp",), "bgp is down"),
        ("bgp", ("bgp#1",), ""),
        ("bgp", ("bgp#1", "bgp#2"), "all its tunnels are down"),
        ("bgp", ("cgw",), "its customer gateway cgw is down"),
        ("dark", ("cgw",), ""),
        ("dark", ("bgp#1", "bgp#2"), ""),
        ("fixed", ("cgw", "cgw2"), ""),
    ],
)
def test_what_takes_a_connection_down(connection: str, down: tuple[str, ...], why: str) -> None:
    net = network()
    scenario = Scenario(frozenset(down))
    assert vpn_down(net, net.vpns[connection], scenario) == why
    if connection == "bgp":
        received = advertised(net, Sites.of(net, [Site("dc", ("bgp",), says("10.9.0.0/16"))]), connection, scenario)
        assert received == (() if why else says("10.9.0.0/16"))


@pytest.mark.parametrize(
    ("connection", "down", "received"),
    [
        ("bgp", (), says("10.9.0.0/16")),
        ("dx", (), says("10.9.0.0/16")),
        ("dx", ("dx",), ()),
        ("fixed", (), ()),  # a static VPN teaches nothing, whatever its site would say
        ("dark", (), DARK),
        ("dark", ("dark",), ()),
        ("nowhere", (), Unknown("nowhere is not in this input")),
    ],
)
def test_what_a_connection_teaches(
    connection: str, down: tuple[str, ...], received: tuple[AdvertisedPrefix, ...] | Unknown
) -> None:
    net = network()
    sites = Sites.of(net, [Site("dc", ("bgp", "fixed", "dark", "dx"), says("10.9.0.0/16"))])
    assert advertised(net, sites, connection, Scenario(frozenset(down))) == received


@pytest.mark.parametrize(
    ("kind", "attached", "learned"),
    [
        (AttachmentKind.VPC, "a", says("10.1.0.0/16", "fd00::/56")),
        (AttachmentKind.VPC, "b", DARK),
        (AttachmentKind.VPC, Unknown("var.vpc"), Unknown("var.vpc")),
        (AttachmentKind.VPN, "bgp", says("10.9.0.0/16")),
        (AttachmentKind.PRIVATE_VPN, "bgp", says("10.9.0.0/16")),
        (AttachmentKind.DX_GATEWAY, "dx", says("10.9.0.0/16")),
        (AttachmentKind.CONNECT, "a", Unknown("what Connect attachment att learns is not modeled")),
        (AttachmentKind.PEERING, "other", ()),
        (AttachmentKind.NETWORK_FUNCTION, "firewall", ()),
    ],
)
def test_what_an_attachment_propagates(
    kind: AttachmentKind, attached: str | Unknown, learned: tuple[AdvertisedPrefix, ...] | Unknown
) -> None:
    """https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html."""
    net = network()
    sites = Sites.of(net, [Site("dc", ("bgp", "dx"), says("10.9.0.0/16"))])
    assert propagated(net, sites, Attachment("att", kind, "tgw", attached), ALL_UP) == learned


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        ("10.0.0.0/8", "10.0.0.0/8", True),
        ("10.0.0.0/8", "10.0.0.0/9", True),
        ("10.0.0.0/8", "10.128.0.0/9", True),
        ("10.0.0.0/9", "10.0.0.0/8", False),
        ("10.0.0.0/8", "11.0.0.0/8", False),
        ("10.0.0.0/8", "9.0.0.0/8", False),
        ("::/0", "0.0.0.0/0", False),
        ("::/0", "fd00::/8", True),
    ],
)
def test_covers_is_subnet_of_for_every_family(outer: str, inner: str, inside: bool) -> None:
    assert covers(ip_network(outer), ip_network(inner)) is inside


def test_a_default_route_is_one_of_either_family() -> None:
    assert [is_default(c) for c in cidrs("0.0.0.0/0", "::/0", "0.0.0.0/1", "::/1")] == [True, True, False, False]
