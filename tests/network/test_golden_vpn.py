"""Golden cases: Site-to-Site VPN, Direct Connect gateways, and the prefixes that are advertised to each end."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network

import pytest

from isthmus.network.model import AdvertisedPrefix, Unknown
from tests.network.networks import BLACKHOLE, Draft, Golden, judge, mesh, spoke

golden = Golden()
HOW = "vpc/latest/tgw/how-transit-gateways-work.html"
PRIORITY = "vpn/latest/s2svpn/vpn-route-priority.html"
TUNNELS = "vpn/latest/s2svpn/VPNTunnels.html"
ROUTING = "vpn/latest/s2svpn/VPNRoutingTypes.html"
STATIC = "vpn/latest/s2svpn/vpn-edit-static-routes.html"


@golden(f"{ROUTING}#bgp-is-learned")
def bgp_is_learned() -> Draft:
    d = hybrid()
    d.both("a1", "dc", "reachable")
    d.both("dc", "a1", "reachable")
    return d.there("a1", "dc 10.8.0.1", "blocked")  # never advertised


@golden(f"{STATIC}#static-needs-transit-gateway-routes")
def static_needs_tgw_routes() -> Draft:
    d = mesh("a")
    d.vpn("vpn", "t", static=True, routes=["10.9.0.0/16"])
    d.site("dc", ["vpn"], advertises=["10.9.0.0/16"])  # in vain: there is no BGP session
    d.tgw_table("t", learns=["att-vpn", "att-a"])
    d.tgw_table("u", learns=["att-a"], routes={"10.9.0.0/16": "att-vpn"})
    spoke(d, "b", 2, "u")
    d.there("a1", "dc", "blocked")
    return d.there("b1", "dc", "reachable")


@golden("vpc/latest/tgw/tgw-create-static-route.html#static-routes-outlive-the-tunnel")
def static_route_outlives_bgp() -> Draft:
    d = mesh("a", "b")
    for name in ("v1", "v2"):
        d.vpn(name, "t")
    d.site("dc", ["v1", "v2"], advertises=["10.9.0.0/16"])
    d.tgw_table("t", learns=["att-v1", "att-v2", "att-a", "att-b"])
    d.tgw_table("fixed", learns=["att-v1", "att-v2", "att-a"], routes={"10.9.0.0/16": "att-v1"})
    d.attach("b", "fixed", "b-door")
    d.there("a1", "dc", "reachable", down=["v1"])  # withdrawn: the other one takes over
    d.there("b1", "dc", "reachable")
    return d.there("b1", "dc", "blocked", down=["v1"])  # still attracted by the one that is down


@golden(f"{TUNNELS}#one-tunnel-is-enough")
def tunnel_down() -> Draft:
    d = hybrid()
    d.both("a1", "dc", "reachable", down=["vpn#1"])
    d.both("a1", "dc", "reachable", down=["vpn#2"])
    d.both("a1", "dc", "blocked", down=["vpn#1", "vpn#2"])
    d.both("a1", "dc", "blocked", down=["cgw-vpn"])
    return d.both("a1", "dc", "blocked", down=["vpn"])


@golden(f"{HOW}#ecmp-is-paths-not-reachability")
def ecmp() -> Draft:
    d = mesh("a")
    d.vpn("v1", "t")
    d.vpn("v2", "t")
    d.site("dc", ["v1", "v2"], advertises=["10.9.0.0/16"])
    d.tgw_table("t", learns=["att-v1", "att-v2", "att-a"])
    d.both("a1", "dc", "reachable")
    d.both("a1", "dc", "reachable", down=["v1"])
    d.both("a1", "dc", "reachable", down=["cgw-v2"])
    return d.both("a1", "dc", "blocked", down=["v1", "v2"])


@golden(f"{HOW}#equal-routes-to-different-sites")
def equal_routes_to_two_sites() -> Draft:
    d = mesh("a")
    d.vpn("v1", "t")
    d.vpn("v2", "t")
    d.site("one", ["v1"], advertises=["10.9.0.0/16"])
    d.site("two", ["v2"], advertises=["10.9.0.0/16"])
    d.tgw_table("t", learns=["att-v1", "att-v2", "att-a"])
    return d.there("a1", "one", "blocked")  # some packets go to the other


@golden("vpn/latest/s2svpn/vpn-limits.html#advertised-prefixes-not-given")
def advertised_prefixes_not_given() -> Draft:
    d = hybrid()
    d.vpn("other", "t")
    d.tgw_table("t", learns=["att-vpn", "att-other", "att-a"])
    d.tgw_table("u", learns=["att-a", "att-b"])
    spoke(d, "b", 2, "u")
    d.there("a1", "internet", "unknown")
    return d.there("b1", "a1", "reachable")


@golden("vpn/latest/s2svpn/vpn-limits.html#a-site-that-says-nothing")
def site_without_advertised_prefixes() -> Draft:
    d = mesh("a")
    d.vpn("vpn", "t")
    d.site("dc", ["vpn"], Unknown("the advertised prefixes are not given"), ["10.9.0.0/16"])
    d.tgw_table("t", learns=["att-vpn", "att-a"])
    return d.there("a1", "dc", "unknown")


@golden(f"{ROUTING}#advertised-by-the-associated-table")
def advertised_by_association() -> Draft:
    d = hybrid()
    d.tgw_table("vpns", learns=["att-b"])
    d.vpn("vpn", "vpns")
    spoke(d, "b", 2, "t")
    d.there("a1", "dc", "reachable")
    d.there("dc", "a1", "blocked")
    d.both("a1", "dc", "blocked")
    d.both("dc", "b1", "reachable")
    return d.both("b1", "dc", "reachable")


@golden(f"{ROUTING}#no-association-nothing-advertised")
def nothing_advertised() -> Draft:
    d = hybrid()
    d.vpn("vpn", None)
    d.there("a1", "dc", "reachable")
    return d.there("dc", "a1", "blocked")


@golden(f"{ROUTING}#default-by-bgp")
def default_by_bgp() -> Draft:
    d = hybrid(advertises=["0.0.0.0/0", "10.9.0.0/16"])
    return d.both("a1", "internet", "reachable", exit="vpn")


@golden("vpc/latest/tgw/tgw-create-static-route.html#default-to-a-site")
def default_by_static_route() -> Draft:
    d = hybrid()
    d.tgw_table("t", learns=["att-vpn", "att-a"], routes={"0.0.0.0/0": "att-vpn"})
    d.tgw_table("plain", learns=["att-a", "att-vpn"])
    d.vpn("vpn", "plain")
    spoke(d, "b", 2, "plain")
    d.there("a1", "internet", "reachable", exit="vpn")
    return d.there("b1", "internet", "blocked")


@golden(f"{ROUTING}#public-prefix-by-bgp")
def public_prefix_by_bgp() -> Draft:
    d = hybrid(advertises=["1.0.0.0/8", "10.9.0.0/16"])
    d.both("a1", "internet", "reachable", exit="vpn")
    return d.there("a1", "internet 9.9.9.9", "blocked")


@golden(f"{ROUTING}#a-summary-of-more-than-the-site-has")
def summary_of_more_than_the_site_has() -> Draft:
    """A router that advertises a summary discards packets that match it and none of its parts: this prevents loops.

    https://www.rfc-editor.org/rfc/rfc4632#section-5.1
    """
    d = hybrid(advertises=["0.0.0.0/0", "10.8.0.0/15"])
    d.both("a1", "dc 10.9.0.1", "reachable")
    d.there("a1", "dc 10.8.0.1", "blocked")
    spoke(d, "b", 2, "t")
    d.tgw_table("alone", learns=["att-vpn"])
    spoke(d, "c", 3, "alone")
    d.there("c1", "dc 10.8.0.1", "blocked")
    return d.there("c1", "dc 10.9.0.1", "reachable")


@golden(f"{ROUTING}#a-blackhole-may-be-advertised-or-not")
def blackhole_where_the_site_has_an_exit() -> Draft:
    d = hybrid(advertises=["0.0.0.0/0", "10.9.0.0/16"])
    d.tgw_table("sites", learns=["att-a"], routes={"1.0.0.0/8": BLACKHOLE})
    d.vpn("vpn", "sites")
    d.there("a1", "internet", "unknown")
    return d.there("a1", "internet 9.9.9.9", "reachable", exit="vpn")


@golden(f"{ROUTING}#dropped-whether-a-blackhole-is-advertised-or-not")
def blackhole_on_every_way() -> Draft:
    """AWS may advertise the prefix on the VPN too: a packet on either connection reaches the blackhole."""
    d = mesh("a")
    d.tgw_table("sites", routes={"10.0.0.0/8": BLACKHOLE})
    d.vpn("vpn", "sites")
    d.dx("dx", "sites", "10.0.0.0/8")
    d.site("dc", ["vpn", "dx"], networks=["192.168.0.0/16"])
    return d.there("dc", "a1", "blocked")


@golden(f"{ROUTING}#prefixes-behind-not-given")
def advertised_prefix_that_is_sent_there() -> Draft:
    """An unknown router may have the advertised prefix itself: that it sends the packet back is a guess."""
    d = mesh("a")
    d.tgw_table("sites", routes={"10.1.0.0/16": "att-other"})
    d.vpn("vpn", "sites")
    d.vpn("other", "t")
    d.site("dc", ["vpn"], networks=["192.168.0.0/16"])
    return d.there("dc", "a1", "unknown")


@golden(f"{ROUTING}#advertised-default")
def advertised_default() -> Draft:
    """A site with its own internet exit uses it. A site without one uses the advertised default route."""
    d = hybrid(advertises=["10.9.0.0/16", "0.0.0.0/0"])
    d.vpn("other", "t")
    d.site("branch", ["other"], advertises=["10.8.0.0/16"])
    d.tgw_table("t", learns=["att-vpn", "att-other", "att-a"], routes={"0.0.0.0/0": "att-out"})
    d.vpc("out", "10.100.0.0/16")
    d.internet_gateway("igw", "out")
    d.subnet("out-public", "out", "10.100.1.0/24", routes={"0.0.0.0/0": "igw", "10.0.0.0/8": "hub"})
    d.subnet("out-door", "out", "10.100.0.0/28", routes={"0.0.0.0/0": "nat"})
    d.nat("nat", "out-public", ip="10.100.1.10")
    d.attach("out", "t", "out-door")
    d.both("branch", "internet", "reachable", exit="igw")
    return d.there("dc", "internet", "blocked")


@golden("vpc/latest/tgw/transit-gateway-isolated-shared.html#hairpin-through-the-site")
def hairpin_through_site() -> Draft:
    """The site knows every spoke: a default toward it joins spokes that the tables keep apart."""
    d = Draft()
    d.hub()
    d.tgw_table("spokes", learns=["att-vpn"])
    d.tgw_table("sites", learns=["att-a", "att-b"])
    d.vpn("vpn", "sites")
    d.site("dc", ["vpn"], advertises=["0.0.0.0/0"], networks=["10.9.0.0/16"])
    spoke(d, "a", 1, "spokes")
    spoke(d, "b", 2, "spokes")
    d.both("a1", "b1", "reachable")
    d.tgw_table("shut", learns=["att-vpn"], routes={"10.0.0.0/14": BLACKHOLE})
    spoke(d, "c", 3, "shut")
    d.there("c1", "b1", "blocked")
    d.there("c1", "dc", "reachable")
    return d.there("c1", "internet", "reachable", exit="vpn")


@golden(f"{ROUTING}#the-longest-of-what-both-connections-tell")
def longer_prefix_on_one_of_two() -> Draft:
    """A site takes the connection with the longest advertised prefix: a prefix on one can make the other unused."""
    d = mesh("a", "b")
    for name, table in (("v1", "t"), ("v2", "u")):
        d.vpn(name, table)
    d.site("dc", ["v1", "v2"], advertises=["10.9.0.0/16"], networks=["10.9.0.0/16"])
    d.tgw_table("t", learns=["att-a", "att-v1"])
    d.tgw_table("u", learns=["att-b"], routes={"10.1.1.0/24": "att-b", "10.9.1.0/24": "att-b"})
    d.there("dc", "a1", "blocked")  # over v2, and into b
    d.there("a1", "dc 10.9.2.1", "reachable")
    return d.there("a1", "dc 10.9.1.1", "blocked")  # back over v2


@golden("vpc/latest/tgw/tgw-create-static-route.html#a-site-that-is-not-given")
def static_connection_without_a_site() -> Draft:
    """The static routes of a connection are the prefixes behind it."""
    d = mesh("a", "b")
    d.vpn("fixed", "t", static=True)
    d.vpn("bgp", "t")
    d.tgw_table("t", learns=["att-a", "att-fixed"], routes={"0.0.0.0/0": "att-fixed"})
    d.tgw_table("u", learns=["att-b", "att-bgp"])
    d.attach("b", "u", "b-door")
    d.there("a1", "internet", "reachable", exit="fixed")
    return d.there("b1", "internet", "unknown")


@golden(f"{PRIORITY}#propagation-into-vpc-tables")
def vgw_propagates_where_enabled() -> Draft:
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.vpn_gateway("vgw", "a")
    d.vpn("vpn", gateway="vgw")
    d.site("dc", ["vpn"], advertises=["10.9.0.0/16"])
    d.subnet("a1", "a", "10.1.1.0/24", propagating=["vgw"])
    d.subnet("a2", "a", "10.1.2.0/24", routes={})
    d.subnet("a3", "a", "10.1.3.0/24", routes={"10.0.0.0/8": "vgw"})
    d.both("a1", "dc", "reachable")
    d.there("dc", "a2", "reachable")
    d.both("dc", "a2", "blocked")
    d.both("a3", "dc", "reachable")
    return d.both("a1", "dc", "blocked", down=["vpn"])


@golden(f"{PRIORITY}#static-vpn-on-a-virtual-private-gateway")
def vgw_static() -> Draft:
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.vpn_gateway("vgw", "a")
    d.vpn("vpn", gateway="vgw", static=True, routes=["10.9.0.0/16"])
    d.site("dc", ["vpn"], networks=["10.9.0.0/16", "10.8.0.0/16"])
    d.subnet("a1", "a", "10.1.1.0/24", propagating=["vgw"])
    d.both("a1", "dc 10.9.0.1", "reachable")
    return d.there("a1", "dc 10.8.0.1", "blocked")


@golden("directconnect/latest/UserGuide/allowed-to-prefixes.html#prefixes-advertised-to-a-site")
def dx_allowed_prefixes() -> Draft:
    d = mesh("a", "b")
    d.dx("dx", "t", "10.1.0.0/16")
    d.site("dc", ["dx"], advertises=["10.9.0.0/16"])
    d.tgw_table("t", learns=["att-dx", "att-a", "att-b"])
    d.both("a1", "dc", "reachable")
    d.there("b1", "dc", "reachable")
    d.there("dc", "b1", "blocked")
    return d.both("b1", "dc", "blocked")


def hybrid(advertises: list[str] | None = None) -> Draft:
    """One spoke and one site, both in table `t`."""
    d = mesh("a")
    d.vpn("vpn", "t")
    d.site("dc", ["vpn"], advertises=advertises or ["10.9.0.0/16"], networks=["10.9.0.0/16"])
    d.tgw_table("t", learns=["att-vpn", "att-a"])
    return d


@pytest.mark.parametrize("draw", golden.cases)
def test_golden(draw: Callable[[], Draft]) -> None:
    judge(draw())


@pytest.mark.parametrize(
    ("connection", "prefixes"),
    [
        pytest.param("vpn", {"10.1.0.0/16", "10.2.0.0/16", "10.64.0.0/10"}, id=f"{ROUTING}#the-associated-table"),
        pytest.param("lone", set(), id=f"{ROUTING}#no-association"),
        pytest.param("dx", {"10.1.0.0/17"}, id="directconnect/latest/UserGuide/allowed-to-prefixes.html"),
    ],
)
def test_messages(connection: str, prefixes: set[str]) -> None:
    from isthmus.network.forwarding import Forwarding

    d = mesh("a", "b")
    d.vpn("vpn", "t")
    d.vpn("lone", None)
    d.dx("dx", "t", "10.1.0.0/17")
    d.site("dc", ["vpn"], advertises=[AdvertisedPrefix(ip_network("10.9.0.0/16"))])
    d.tgw_table("t", learns=["att-a", "att-b"], routes={"10.64.0.0/10": "att-a", "10.5.0.0/16": BLACKHOLE})
    engine = Forwarding(d.network(), sites=tuple(d.sites))
    advertised = engine.advertised_prefixes(f"att-{connection}")
    assert {str(prefix) for prefix in advertised.prefixes} - set(map(str, advertised.blackholes)) == prefixes
    assert not advertised.unknown
