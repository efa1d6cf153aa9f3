"""What AWS advertises to a site, and what the site's router makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from isthmus.network.answers import Scenario
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import (
    AdvertisedPrefix,
    AttachmentKind,
    Cidr,
    DxGateway,
    Gateway,
    GatewayKind,
    TgwTable,
    Unknown,
    Vpc,
    VpnConnection,
)
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.network.site_routes import SiteDecision
from tests.network.networks import BLACKHOLE, Draft, mesh

DARK = Unknown("var.dark")


def prefixes(**advertised: str) -> dict[Cidr, str]:
    """`a="10.1.0.0/16"` as the prefix with where it comes from."""
    return {ip_network(prefix): name.replace("_", "-") for name, prefix in advertised.items()}


def draft() -> Draft:
    """Two VPCs; a site on two VPNs and Direct Connect, another on one VPN; a third at a VPN gateway, and a fourth."""
    d = mesh("a", "b")
    d.vpn("one", "t")
    d.vpn("two", "u")
    d.vpn("other", "t")
    d.dx("dx", "t", "10.1.0.0/16", "172.16.0.0/12")
    d.site("dc", ["one", "two", "dx"], advertises=["10.9.0.0/16"])
    d.site("branch", ["other"], advertises=["10.8.0.0/16", "10.9.0.0/16"])
    d.tgw_table(
        "t",
        learns=["att-a", "att-one", "att-other", "att-dx"],
        routes={"10.2.0.0/16": "att-b", "10.7.0.0/16": BLACKHOLE, "10.6.0.0/16": "att-one", "10.1.0.0/16": "att-b"},
    )
    d.tgw_table("u", learns=["att-one", "att-other"])
    d.vpc("c", "10.3.0.0/16")
    d.vpn_gateway("vgw", "c")
    d.vpn("hub", gateway="vgw")
    d.vpn("spoke", gateway="vgw")
    d.site("three", ["hub"], advertises=["10.5.0.0/16", "10.3.0.0/16"])
    d.site("four", ["spoke"], advertises=["10.4.0.0/16", "10.3.0.0/16"])
    return d


def asked(d: Draft, *down: str) -> Forwarding:
    return Forwarding(d.network(), sites=d.sites, scenario=Scenario(frozenset(down)))


STATIC = {"t:10.2.0.0/16": "10.2.0.0/16", "t:10.1.0.0/16": "10.1.0.0/16"}
SIX = {"t:10.6.0.0/16": "10.6.0.0/16"}
BLACK = (ip_network("10.7.0.0/16"),)
_SAME_ASN = "whether other and dx have the same ASN"
ASN_BEHIND_DX = (
    f"{_SAME_ASN}: the ASN at dx: the virtual interfaces in this input do not state one ASN of the routers behind it"
)


@pytest.mark.parametrize(
    ("name", "advertised"),
    [
        # Neither what leads back to the site by the one connection nor by the other; of equal routes one does not.
        ("att-one", AdvertisedPrefixes("att-one", prefixes(**STATIC, att_other="10.8.0.0/16"), BLACK)),
        # The ASN behind a Direct Connect gateway is not in Terraform: the site may refuse what comes from there.
        ("att-other", AdvertisedPrefixes(
                "att-other",
                prefixes(**STATIC, **SIX, att_dx="10.9.0.0/16"),
                BLACK,
                may_be_refused={ip_network("10.9.0.0/16"): ASN_BEHIND_DX},
            )),
        ("att-two", AdvertisedPrefixes(
                "att-two", {ip_network("10.8.0.0/16"): "att-other", ip_network("10.9.0.0/16"): "att-one"}
            )),
        ("att-dx", AdvertisedPrefixes(
                "att-dx", {ip_network(p): "allowed prefix" for p in ("10.1.0.0/16", "172.16.0.0/12")}
            )),
        # At a virtual private gateway its VPC, and what the other sites say, but for what is the VPC's own.
        ("hub", AdvertisedPrefixes("hub", prefixes(c="10.3.0.0/16", spoke="10.4.0.0/16"))),
        ("spoke", AdvertisedPrefixes("spoke", prefixes(c="10.3.0.0/16", hub="10.5.0.0/16"))),
        ("nowhere", AdvertisedPrefixes("nowhere")),
        ("one", AdvertisedPrefixes("one")),
    ],
)  # fmt: skip
def test_the_prefixes_that_are_advertised_to_a_site(name: str, advertised: AdvertisedPrefixes) -> None:
    """https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html and VPN_CloudHub.html of the VPN."""
    found = asked(draft()).advertised_prefixes(name)
    assert found == advertised
    assert asked(draft()).advertised_prefixes(name) == found


@pytest.mark.parametrize(
    ("name", "down", "left"),
    [
        ("att-one", ("one",), ()),
        ("att-one", ("one#1", "one#2"), ()),
        ("att-two", ("other",), ()),
        ("spoke", ("hub",), ("10.3.0.0/16",)),
    ],
)
def test_the_advertised_prefixes_while_something_is_down(
    name: str, down: tuple[str, ...], left: tuple[str, ...]
) -> None:
    assert [str(prefix) for prefix in asked(draft(), *down).advertised_prefixes(name).prefixes] == list(left)


@pytest.mark.parametrize(
    ("name", "part", "change", "unknown"),
    [
        ("att-one", "attachments", {"table": None}, ""),
        ("att-one", "attachments", {"table": DARK}, "var.dark"),
        ("att-one", "attachments", {"policy_table": "p"}, "att-one has a policy table, which is not modeled"),
        ("hub", "vpns", {"gateway": DARK}, "the gateway of hub: var.dark"),
        ("hub", "vpns", {"gateway": "nowhere"}, ""),
        ("hub", "vpns", {"gateway": None}, ""),
    ],
)
def test_where_nothing_is_advertised_to_a_site(name: str, part: str, change: dict[str, Any], unknown: str) -> None:
    d = draft()
    d.put(part, replace(d.parts[part][name], **change))
    assert asked(d).advertised_prefixes(name) == AdvertisedPrefixes(name, unknown=unknown)


def test_why_more_may_be_advertised_to_a_site() -> None:
    d = draft()
    d.sites = d.sites[1:]  # no prefixes are given for `dc`
    assert (
        asked(d).advertised_prefixes("att-other").unknown == "the prefixes that one advertises over BGP are not given"
    )
    assert (
        asked(d).advertised_prefixes("att-one").unknown == "the prefixes that dx advertises over BGP are not given"
    )  # its own prefixes are not advertised to it
    d.sites = [site for site in d.sites if site.name != "three"]
    assert asked(d).advertised_prefixes("spoke").unknown == "the prefixes that hub advertises over BGP are not given"
    assert asked(d).advertised_prefixes("hub").unknown == ""
    d.put("dx_gateways", DxGateway("dx", allowed={"att-dx": (ip_network("10.1.0.0/16"), DARK)}))
    assert asked(d).advertised_prefixes("att-dx") == AdvertisedPrefixes(
        "att-dx", {ip_network("10.1.0.0/16"): "allowed prefix"}, (), "var.dark"
    )
    d.put("vpcs", Vpc("c", (ip_network("10.3.0.0/16"), DARK)))
    assert asked(d).advertised_prefixes("hub").unknown == "not every CIDR of c is known"
    d.put("gateways", Gateway("vgw", GatewayKind.VPN, DARK))
    assert asked(d).advertised_prefixes("hub") == AdvertisedPrefixes("hub", unknown="the VPC of vgw: var.dark")
    d.put("gateways", Gateway("vgw", GatewayKind.VPN, None))
    assert asked(d).advertised_prefixes("hub") == AdvertisedPrefixes(
        "hub", dict.fromkeys(prefixes(a="10.4.0.0/16", b="10.3.0.0/16"), "spoke")
    )
    d.put("tgw_tables", TgwTable("u", "hub", (DARK,)))
    assert asked(d).advertised_prefixes("att-two").unknown == "u learns from an unknown attachment: var.dark"


@pytest.mark.parametrize(
    ("down", "ways"),
    [
        ((), [("one", "att-one"), ("two", "att-two"), ("dx", "att-dx")]),
        (("one", "att-dx"), [("two", "att-two")]),
        (("cgw-one", "two#1", "dx"), [("two", "att-two")]),
    ],
)
def test_the_ways_in(down: tuple[str, ...], ways: list[tuple[str, str]]) -> None:
    engine = asked(draft(), *down)
    assert engine.bgp.attachments_up(engine.sites.by_name["dc"]) == ways
    assert engine.bgp.attachments_up(engine.sites.by_name["three"]) == [("hub", "hub")]
    assert engine.bgp.attachments_unknown_reason(engine.sites.by_name["dc"]) == ""


def test_why_there_may_be_more_ways_in() -> None:
    d = draft()
    d.put("attachments", replace(d.parts["attachments"]["att-two"], attached=DARK))
    d.put("vpns", VpnConnection("hub", "cgw", DARK))

    def unknown_reason(site: str, *down: str) -> str:
        engine = asked(d, *down)
        return engine.bgp.attachments_unknown_reason(engine.sites.by_name[site])

    assert unknown_reason("dc") == "what att-two attaches: var.dark"
    assert unknown_reason("dc", "two") == ""  # what is down is no way, wherever it is attached
    assert unknown_reason("three") == "the gateway of hub: var.dark"
    assert unknown_reason("four") == unknown_reason("branch") == ""
    d.put("attachments", replace(d.parts["attachments"]["att-two"], kind=AttachmentKind.VPC))
    assert unknown_reason("dc") == ""  # a VPC attachment is no way for a site


def test_what_is_down_and_why() -> None:
    index = asked(draft(), "one", "dx", "cgw-two", "att-other", "z1").index
    assert index.down_reason("one") == "one is down"
    assert index.down_reason("dx") == "dx is down"
    assert index.down_reason("two") == "its customer gateway cgw-two is down"
    assert index.down_reason("other") == index.down_reason("nowhere") == ""
    assert index.zones_down == {"z1"}


def steps(advertises: list[str], networks: list[str], advertised: list[str], black: Sequence[str] = ()) -> Forwarding:
    """A site on one VPN whose table advertises some prefixes to it and drops others."""
    d = mesh("a")
    d.vpn("vpn", "t")
    d.site("dc", ["vpn"], [AdvertisedPrefix(ip_network(one)) for one in advertises], networks)
    d.tgw_table("t", routes={**dict.fromkeys(advertised, "att-a"), **dict.fromkeys(black, BLACKHOLE)})
    return asked(d)


HERE, OVER, NOTHING = SiteDecision(delivered=True), SiteDecision(over=("att-vpn",)), SiteDecision()
MAYBE = SiteDecision(unknown="whether AWS advertises to dc the blackholes in 10.0.0.0/8")
UNDOCUMENTED = SiteDecision(unknown="whether AWS advertises to dc the blackholes of att-vpn")


@pytest.mark.parametrize(
    ("drawn", "address", "outbound", "transit"),
    [
        (lambda: steps(["10.9.0.0/16"], [], ["10.1.0.0/16"]), "10.9.0.1", HERE, HERE),
        (lambda: steps(["10.9.0.0/16"], [], ["10.1.0.0/16"]), "10.1.0.1", OVER, OVER),
        (lambda: steps(["10.9.0.0/16"], [], ["10.1.0.0/16"]), "10.2.0.1", NOTHING, NOTHING),
        # A longer prefix that AWS advertises takes precedence over its own network; a shorter one does not.
        (lambda: steps(["10.9.0.0/16"], [], ["10.9.1.0/24"]), "10.9.1.1", OVER, OVER),
        (lambda: steps(["10.9.0.0/16"], [], ["10.0.0.0/8"]), "10.9.1.1", HERE, HERE),
        # With a default route of its own it uses no other's; what AWS sends there goes out to the internet.
        (lambda: steps(["0.0.0.0/0"], ["10.9.0.0/16"], ["0.0.0.0/0"]), "1.1.1.1", NOTHING, NOTHING),
        (lambda: steps(["0.0.0.0/0", "10.9.0.0/16"], [], ["10.0.0.0/8", "::/0"]), "10.1.1.1", OVER, OVER),
        (lambda: steps([], ["10.9.0.0/16"], ["0.0.0.0/0"]), "1.1.1.1", OVER, OVER),
        # A public prefix advertised without having it is on the internet there; a private one is nowhere.
        (lambda: steps(["1.0.0.0/8"], ["10.9.0.0/16"], ["0.0.0.0/0"]), "1.1.1.1", OVER, NOTHING),
        (lambda: steps(["1.0.0.0/8"], ["0.0.0.0/7"], ["0.0.0.0/0"]), "1.1.1.1", HERE, HERE),
        (lambda: steps(["10.8.0.0/16"], ["10.9.0.0/16"], ["0.0.0.0/0"]), "10.8.1.1", OVER, NOTHING),
        # AWS does not document whether blackholes are advertised.
        (lambda: steps([], ["10.9.0.0/16"], ["10.0.0.0/8"], ["10.5.0.0/16"]), "10.5.0.1", OVER, OVER),
        (lambda: steps([], ["10.9.0.0/16"], ["10.0.0.0/8"], ["10.5.0.0/16"]), "10.6.0.1", OVER, OVER),
        (lambda: steps([], ["10.9.0.0/16"], [], ["10.5.0.0/16"]), "10.5.0.1", NOTHING, UNDOCUMENTED),
        (lambda: steps(["1.0.0.0/8"], ["10.9.0.0/16"], [], ["1.2.0.0/16"]), "1.2.0.1", NOTHING, UNDOCUMENTED),
        (lambda: steps(["1.0.0.0/8"], ["10.9.0.0/16"], [], ["1.2.0.0/16"]), "1.3.0.1", NOTHING, NOTHING),
        (lambda: steps(["1.2.0.0/16"], ["10.9.0.0/16"], [], ["1.2.0.0/16"]), "1.2.0.1", NOTHING, NOTHING),
    ],
)
def test_what_a_sites_router_does(
    drawn: Callable[[], Forwarding], address: str, outbound: SiteDecision, transit: SiteDecision
) -> None:
    """With what its own hosts send, and with what AWS sends it."""
    engine = drawn()
    site = engine.sites.by_name["dc"]
    place = int(ip_network(address)[0])
    assert engine.bgp.outbound(site)(place) == outbound
    assert engine.bgp.transit(site)(place) == transit
