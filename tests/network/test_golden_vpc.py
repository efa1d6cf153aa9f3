"""Golden cases: VPC route tables."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from isthmus.network.answers import InSubnet
from tests.network.networks import Draft, Golden, Gone, judge, mesh

golden = Golden()
PRIORITY = "vpc/latest/userguide/route-tables-priority.html"
SUBNETS = "vpc/latest/userguide/subnet-route-tables.html"


@golden(f"{PRIORITY}#longest-prefix")
def longest_prefix() -> Draft:
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    d.vpc("b", "172.31.0.0/16")
    d.internet_gateway("igw", "a")
    d.peering("pcx", "a", "b")
    d.subnet("a1", "a", "10.0.1.0/24", routes={"0.0.0.0/0": "igw", "172.31.0.0/16": "pcx"})
    d.subnet("b1", "b", "172.31.1.0/24")
    d.there("a1", "b1", "reachable")
    return d.there(InSubnet("a1", public=True), "internet", "reachable", exit="igw")


@golden(f"{PRIORITY}#ipv4-and-ipv6-are-independent")
def families_apart() -> Draft:
    d = Draft()
    d.vpc("a", "10.0.0.0/16", "2600:1f18::/56")
    d.internet_gateway("igw", "a")
    d.subnet("four", "a", "10.0.1.0/24", "2600:1f18:0:1::/64", routes={"0.0.0.0/0": "igw"})
    d.subnet("six", "a", "10.0.2.0/24", "2600:1f18:0:2::/64", routes={"::/0": "igw"})
    d.there(InSubnet("four", public=True), "internet", "reachable")
    d.there("four", "internet 2606:4700::1111", "blocked")
    d.there(InSubnet("six", public=True), "internet", "blocked")
    return d.both("six", "internet 2606:4700::1111", "reachable", exit="igw")


@golden(f"{PRIORITY}#local-beats-more-specific-propagated")
def local_beats_propagated() -> Draft:
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    d.vpn_gateway("vgw", "a")
    d.vpn("vpn", gateway="vgw")
    d.site("dc", ["vpn"], advertises=["10.0.2.0/24", "10.9.0.0/16"])
    d.subnet("a1", "a", "10.0.1.0/24", propagating=["vgw"])
    d.subnet("a2", "a", "10.0.2.0/24")
    d.there("a1", "a2", "reachable")
    return d.there("a1", "dc 10.9.0.1", "reachable")


@golden(f"{PRIORITY}#static-more-specific-than-local-to-a-middlebox")
def static_beats_local_to_a_middlebox() -> Draft:
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    d.subnet("fw1", "a", "10.0.9.0/28")
    d.firewall("fw", "a", "fw1")
    d.subnet("a1", "a", "10.0.1.0/24", routes={"10.0.2.0/24": "fw[fw1]"})
    d.subnet("a2", "a", "10.0.2.0/24", routes={"10.0.1.0/24": "fw[fw1]"})
    d.subnet("a3", "a", "10.0.3.0/24", routes={})
    d.subnet("a4", "a", "10.0.4.0/24", routes={"10.0.3.0/24": "fw[fw1]"})
    d.both("a1", "a2", "reachable")
    d.there("a1", "a2", "blocked", down=["fw[fw1]"])  # so it did go through the firewall
    d.there("a1", "a3", "reachable", down=["fw[fw1]"])
    return d.both("a3", "a4", "blocked")  # straight there, back through a firewall that never saw it


@golden(f"{PRIORITY}#static-over-propagated")
def static_over_propagated() -> Draft:
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    d.vpc("b", "172.31.0.0/24")
    d.vpn_gateway("vgw", "a")
    d.vpn("vpn", gateway="vgw")
    d.site("dc", ["vpn"], advertises=["172.31.0.0/24"])
    d.peering("pcx", "a", "b")
    d.subnet("a1", "a", "10.0.1.0/24", routes={"172.31.0.0/24": "pcx"}, propagating=["vgw"])
    d.subnet("a2", "a", "10.0.2.0/24", propagating=["vgw"])
    d.subnet("b1", "b", "172.31.0.0/25")
    d.there("a1", "b1", "reachable")
    d.there("a1", "dc 172.31.0.4", "blocked")
    return d.there("a2", "dc 172.31.0.4", "reachable")


@golden(f"{PRIORITY}#static-over-prefix-list")
def static_over_prefix_list() -> Draft:
    d = two_ways()
    d.subnet("a1", "a", "10.0.1.0/24", routes={"172.31.0.0/16": "to-b", "list:lan": "to-c"})
    d.there("a1", "b1", "reachable")
    return d.there("a1", "c1", "blocked")


@golden(f"{PRIORITY}#longer-prefix-list-over-static")
def longer_prefix_list_over_static() -> Draft:
    d = two_ways()
    d.subnet("a1", "a", "10.0.1.0/24", routes={"172.16.0.0/12": "to-b", "list:lan": "to-c"})
    d.there("a1", "c1", "reachable")
    return d.there("a1", "b1", "blocked")


@golden(f"{PRIORITY}#prefix-list-over-propagated")
def prefix_list_over_propagated() -> Draft:
    d = two_ways()
    d.vpn_gateway("vgw", "a")
    d.vpn("vpn", gateway="vgw")
    d.site("dc", ["vpn"], advertises=["172.31.0.0/16"])
    d.subnet("a1", "a", "10.0.1.0/24", routes={"list:lan": "to-c"}, propagating=["vgw"])
    d.subnet("a2", "a", "10.0.2.0/24", propagating=["vgw"])
    d.there("a1", "c1", "reachable")
    d.there("a1", "dc 172.31.7.7", "blocked")
    return d.there("a2", "dc 172.31.7.7", "reachable")


@golden(f"{PRIORITY}#overlapping-prefix-lists-are-arbitrary")
def overlapping_prefix_lists() -> Draft:
    d = two_ways()
    d.prefix_list("other", "172.31.0.0/16", "192.168.0.0/16")
    d.subnet("a1", "a", "10.0.1.0/24", routes={"list:lan": "to-b", "list:other": "to-c"})
    d.subnet("a2", "a", "10.0.2.0/24", routes={"list:lan": "to-b", "list:other": "to-b"})
    d.there("a1", "b1", "unknown")
    return d.there("a2", "b1", "reachable")


@golden(f"{SUBNETS}#main-route-table")
def main_table() -> Draft:
    d = mesh("a", "b")
    d.vpc("a", "10.1.0.0/16", main={"10.2.0.0/16": "hub"})
    d.subnet("implicit", "a", "10.1.2.0/24")
    d.subnet("explicit", "a", "10.1.3.0/24", routes={})
    d.there("implicit", "b1", "reachable")
    return d.there("explicit", "b1", "blocked")


@golden("vpc/latest/tgw/tgw-vpc-attachments.html#routes-to-the-gateway-are-explicit")
def transit_gateway_routes_are_explicit() -> Draft:
    d = mesh("a", "b")
    d.subnet("a2", "a", "10.1.2.0/24", routes={})
    d.there("a1", "b1", "reachable")
    return d.there("a2", "b1", "blocked")


@golden("AWSEC2/latest/APIReference/API_Route.html#blackhole-wins-by-length")
def blackhole_wins() -> Draft:
    d = mesh("a", "b")
    d.subnet("a2", "a", "10.1.2.0/24", routes={"0.0.0.0/0": "hub", "10.2.0.0/16": Gone("pcx")})
    d.peering("pcx", "a", "b")
    d.there("a1", "b1", "reachable")
    return d.there("a2", "b1", "blocked")


@golden("vpc/latest/userguide/VPC_Internet_Gateway.html#detached")
def detached_gateway() -> Draft:
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    d.internet_gateway("igw", None)
    d.subnet("a1", "a", "10.0.1.0/24", routes={"0.0.0.0/0": "igw"})
    return d.there(InSubnet("a1", public=True), "internet", "blocked")


@golden("vpn/latest/s2svpn/vpn-route-priority.html#static-over-bgp")
def vpn_static_over_bgp() -> Draft:
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    d.vpn_gateway("vgw", "a")
    d.vpn("static", gateway="vgw", static=True, routes=["10.9.0.0/16"])
    d.vpn("dynamic", gateway="vgw")
    d.site("one", ["static"], networks=["10.9.0.0/16"])
    d.site("two", ["dynamic"], advertises=["10.9.0.0/16", "10.9.128.0/17"])
    d.subnet("a1", "a", "10.0.1.0/24", propagating=["vgw"])
    d.there("a1", "one 10.9.0.1", "reachable")
    d.there("a1", "two 10.9.0.1", "blocked")
    return d.there("a1", "two 10.9.128.1", "reachable")  # a longer prefix comes first


@golden("vpc/latest/userguide/route-table-options.html#network-interface")
def targets_that_are_not_modeled() -> Draft:
    d = mesh("a", "b")
    d.subnet(
        "a2", "a", "10.1.2.0/24", routes={"0.0.0.0/0": "eni-1", "10.3.0.0/16": "core-network", "10.2.0.0/16": "hub"}
    )
    d.there("a2", "internet", "unknown")
    return d.there("a2", "b1", "reachable")  # unknown only where it lies on the path


@golden("vpc/latest/userguide/gateway-route-tables.html#through-a-middlebox")
def gateway_route_table() -> Draft:
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    d.internet_gateway("igw", "a")
    d.subnet("fw1", "a", "10.0.9.0/28", routes={"0.0.0.0/0": "igw"})
    d.firewall("fw", "a", "fw1")
    d.subnet("a1", "a", "10.0.1.0/24", routes={"0.0.0.0/0": "fw[fw1]"})
    d.subnet("a2", "a", "10.0.2.0/24", routes={"0.0.0.0/0": "fw[fw1]"})
    d.table("edge", "a", {"10.0.1.0/24": "fw[fw1]"}, gateways=["igw"])
    d.both(InSubnet("a1", public=True), "internet", "reachable", exit="igw")
    d.both("internet", InSubnet("a1", public=True), "reachable")
    return d.both(InSubnet("a2", public=True), "internet", "blocked")  # the return path misses the firewall


def two_ways() -> Draft:
    """From VPC a, peerings with b and c, which have the same prefix; the list `lan` holds it."""
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    for name in "bc":
        d.vpc(name, "172.31.0.0/16")
        d.subnet(f"{name}1", name, "172.31.1.0/24")
        d.peering(f"to-{name}", "a", name)
    d.prefix_list("lan", "172.31.0.0/16")
    return d


@pytest.mark.parametrize("draw", golden.cases)
def test_golden(draw: Callable[[], Draft]) -> None:
    judge(draw())
