"""Golden cases: transit gateway route tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network

import pytest

from isthmus.network.model import AdvertisedPrefix, AttachmentKind, Unknown
from tests.network.networks import BLACKHOLE, Draft, Golden, judge, mesh, spoke

golden = Golden()
HOW = "vpc/latest/tgw/how-transit-gateways-work.html"


@golden(f"{HOW}#association-decides")
def association_decides() -> Draft:
    d = Draft()
    d.hub()
    d.tgw_table("t1", learns=["att-b"])
    d.tgw_table("t2", learns=["att-a"])
    spoke(d, "a", 1, "t1")
    spoke(d, "b", 2, "t2")
    spoke(d, "c", 3, "t2")
    d.both("a1", "b1", "reachable")
    d.there("c1", "a1", "reachable")
    d.there("c1", "b1", "blocked")  # being found and finding are two switches
    return d.both("c1", "a1", "blocked")  # a's table has no return path


@golden(f"{HOW}#no-association-drops")
def no_association() -> Draft:
    d = Draft()
    d.hub()
    d.tgw_table("t", learns=["att-a", "att-b"])
    spoke(d, "a", 1, "t")
    spoke(d, "b", 2, None)
    d.there("a1", "b1", "reachable")
    d.there("b1", "a1", "blocked")
    return d.both("a1", "b1", "blocked")


@golden(f"{HOW}#longest-prefix-before-static")
def longest_first() -> Draft:
    d = Draft()
    d.hub()
    d.tgw_table("t", learns=["att-a", "att-b"], routes={"10.0.0.0/8": "att-c"})
    for number, name in enumerate("abc", 1):
        spoke(d, name, number, "t")
    return d.there("a1", "b1", "reachable")


@golden(f"{HOW}#static-over-propagated")
def static_hides_propagated() -> Draft:
    d = Draft()
    d.hub()
    d.tgw_table("hidden", learns=["att-b"], routes={"10.2.0.0/16": "att-c"})
    d.tgw_table("shown", learns=["att-a", "att-b"])
    spoke(d, "a", 1, "hidden")
    spoke(d, "b", 2, "shown")
    spoke(d, "c", 3, "shown")
    d.there("a1", "b1", "blocked")  # it goes to c, which has no such host
    return d.there("c1", "b1", "reachable")


@golden(f"{HOW}#static-over-prefix-list")
def static_over_prefix_list() -> Draft:
    d = Draft()
    d.hub()
    d.prefix_list("lan", "10.2.0.0/16")
    d.tgw_table("both", routes={"list:lan": "att-c", "10.2.0.0/16": "att-b"})
    d.tgw_table("list", learns=["att-b"], routes={"list:lan": "att-c"})
    spoke(d, "a", 1, "both")
    spoke(d, "b", 2, "both")
    spoke(d, "c", 3, "list")
    d.there("a1", "b1", "reachable")
    return d.there("c1", "b1", "blocked")


@golden(f"{HOW}#prefix-list-over-propagated")
def prefix_list_over_vpc() -> Draft:
    d = Draft()
    d.hub()
    d.prefix_list("lan", "10.2.0.0/16")
    d.tgw_table("t", learns=["att-b", "att-a"], routes={"list:lan": BLACKHOLE})
    spoke(d, "a", 1, "t")
    spoke(d, "b", 2, "t")
    d.there("a1", "b1", "blocked")
    return d.there("b1", "a1", "reachable")


@golden(f"{HOW}#vpc-over-direct-connect")
def vpc_over_dx() -> Draft:
    d = mesh("a", "b")
    d.dx("dx", "t", "10.0.0.0/8")
    d.site("dc", ["dx"], advertises=["10.2.0.0/16"])
    d.tgw_table("t", learns=["att-dx", "att-b", "att-a"])
    d.there("a1", "b1", "reachable")
    return d.there("a1", "dc 10.2.1.9", "blocked")


@golden(f"{HOW}#direct-connect-over-vpn")
def dx_over_vpn() -> Draft:
    d = mesh("a")
    d.dx("dx", "t", "10.0.0.0/8")
    d.vpn("vpn", "t")
    d.site("main", ["dx"], advertises=[AdvertisedPrefix(ip_network("10.9.0.0/16"), as_path=9)])
    d.site("backup", ["vpn"], advertises=["10.9.0.0/16", "10.9.128.0/17"])
    d.tgw_table("t", learns=["att-vpn", "att-dx", "att-a"])
    d.there("a1", "main 10.9.0.1", "reachable")  # type comes before AS path
    d.there("a1", "backup 10.9.0.1", "blocked")
    d.there("a1", "backup 10.9.128.1", "reachable")  # and length before type
    return d.there("a1", "backup 10.9.0.1", "reachable", down=["dx"])


@golden(f"{HOW}#static-vpn-route-over-direct-connect")
def static_vpn_over_dx() -> Draft:
    d = mesh("a")
    d.dx("dx", "t", "10.0.0.0/8")
    d.vpn("vpn", "t", static=True)
    d.site("main", ["dx"], advertises=["10.9.0.0/16"])
    d.site("backup", ["vpn"], networks=["10.9.0.0/16"])
    d.tgw_table("t", learns=["att-dx", "att-a"], routes={"10.9.0.0/16": "att-vpn"})
    d.there("a1", "main 10.9.0.1", "blocked")
    return d.there("a1", "backup 10.9.0.1", "reachable")


@golden(f"{HOW}#private-ip-vpn-over-vpn")
def private_vpn_over_vpn() -> Draft:
    d = mesh("a")
    d.dx("dx", None)
    d.vpn("public", "t")
    d.vpn("private", "t")
    d.attach_other(AttachmentKind.PRIVATE_VPN, "private", "t", transport="att-dx")
    d.site("one", ["private"], advertises=["10.9.0.0/16"])
    d.site("two", ["public"], advertises=["10.9.0.0/16"])
    d.tgw_table("t", learns=["att-public", "att-private", "att-a"])
    d.there("a1", "one 10.9.0.1", "reachable")
    return d.there("a1", "two 10.9.0.1", "blocked")


@golden(f"{HOW}#as-path-then-med")
def as_path_then_med() -> Draft:
    d = mesh("a")
    nine, eight = ip_network("10.9.0.0/16"), ip_network("10.8.0.0/16")
    d.vpn("v1", "t")
    d.vpn("v2", "t")
    d.site("one", ["v1"], advertises=[AdvertisedPrefix(nine, as_path=1, med=200), AdvertisedPrefix(eight, med=50)])
    d.site("two", ["v2"], advertises=[AdvertisedPrefix(nine, as_path=2, med=0), AdvertisedPrefix(eight, med=60)])
    d.tgw_table("t", learns=["att-v2", "att-v1", "att-a"])
    d.there("a1", "one 10.9.0.1", "reachable")
    d.there("a1", "two 10.9.0.1", "blocked")
    d.there("a1", "one 10.8.0.1", "reachable")
    return d.there("a1", "two 10.8.0.1", "blocked")


@golden("vpc/latest/tgw/tgw-route-tables.html#longest-prefix")
def blackhole() -> Draft:
    d = mesh("a", "b", "c")
    d.tgw_table("t", learns=["att-a", "att-b", "att-c"], routes={"10.2.1.0/24": BLACKHOLE, "10.0.0.0/8": BLACKHOLE})
    d.subnet("b2", "b", "10.2.2.0/24", routes={"0.0.0.0/0": "hub"})
    d.there("a1", "b1", "blocked")
    d.both("a1", "b2", "reachable")  # shorter than the propagated prefix, it loses
    return d.there("a1", "internet", "blocked")


@golden("vpc/latest/tgw/tgw-route-tables.html#one-way-is-not-enough")
def blackhole_cuts_the_way_back() -> Draft:
    d = Draft()
    d.hub()
    d.tgw_table("open", learns=["att-b"])
    d.tgw_table("shut", learns=["att-a"], routes={"10.1.0.0/16": BLACKHOLE})
    spoke(d, "a", 1, "open")
    spoke(d, "b", 2, "shut")
    d.there("a1", "b1", "reachable")
    return d.both("a1", "b1", "blocked")


@golden("vpc/latest/tgw/tgw-peering.html#static-routes-only")
def peering_propagates_nothing() -> Draft:
    d = mesh("a")
    d.hub("far")
    d.attach_other(AttachmentKind.PEERING, "far", "t")
    d.tgw_table("t", learns=["att-far", "att-a"])
    d.tgw_table("far-t", learns=["att-b-far"], gateway="far")
    d.vpc("b", "10.2.0.0/16")
    d.subnet("b1", "b", "10.2.1.0/24", routes={"0.0.0.0/0": "far"})
    d.attach("b", "far-t", "b1", gateway="far")
    return d.there("a1", "b1", "blocked")


@golden("vpc/latest/tgw/tgw-policy-tables.html#not-modeled")
def policy_tables() -> Draft:
    d = mesh("a", "b", "c")
    d.parts["attachments"]["att-c"] = replace(d.parts["attachments"]["att-c"], table=None, policy_table="policy")
    d.there("c1", "a1", "unknown")
    return d.there("a1", "b1", "reachable")


@golden("vpc/latest/tgw/tgw-policy-tables.html#no-bgp-advertisements")
def policy_tables_and_vpn() -> Draft:
    d = mesh("a")
    d.vpn("vpn", None, policy_table="policy")
    d.site("dc", ["vpn"], advertises=["10.9.0.0/16"])
    return d.there("dc", "a1", "blocked")


@golden("vpc/latest/tgw/tgw-connect.html#not-modeled")
def connect_attachments() -> Draft:
    d = mesh("a", "b")
    d.attach_other(AttachmentKind.CONNECT, "connect", "t", transport="att-b")
    d.tgw_table("t", learns=["att-connect", "att-a", "att-b"])
    d.tgw_table("u", learns=["att-a", "att-b"])
    spoke(d, "c", 3, "u")
    d.there("a1", "internet", "unknown")
    return d.there("c1", "a1", "reachable")


@golden(f"{HOW}#an-unknown-attachment")
def unknown_route_target() -> Draft:
    d = mesh("a", "b")
    d.tgw_table("t", learns=["att-a", "att-b"], routes={"0.0.0.0/0": Unknown("var.exit")})
    d.there("a1", "internet", "unknown")
    return d.both("a1", "b1", "reachable")


@golden(
    "whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/centralized-egress-to-internet.html#hairpin"
)
def hairpin_through_the_exit() -> Draft:
    d = central_egress()
    return d.there("a1", "b1", "reachable", both_ways=True)


@golden(
    "whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/centralized-egress-to-internet.html#blackholes"
)
def hairpin_closed() -> Draft:
    d = central_egress()
    d.tgw_table("spokes", routes={"0.0.0.0/0": "att-out", "10.0.0.0/8": BLACKHOLE})
    d.both("a1", "b1", "blocked")
    return d.both("a1", "internet", "reachable", exit="igw")


def central_egress() -> Draft:
    """Two spokes whose only route is a default to an egress VPC with NAT."""
    d = Draft()
    d.hub()
    d.tgw_table("spokes", routes={"0.0.0.0/0": "att-out"})
    d.tgw_table("exits", learns=["att-a", "att-b"])
    spoke(d, "a", 1, "spokes")
    spoke(d, "b", 2, "spokes")
    d.vpc("out", "10.100.0.0/16")
    d.internet_gateway("igw", "out")
    d.subnet("out-door", "out", "10.100.0.0/28", routes={"0.0.0.0/0": "nat"})
    d.subnet("out-public", "out", "10.100.1.0/24", routes={"0.0.0.0/0": "igw", "10.0.0.0/8": "hub"})
    d.nat("nat", "out-public", ip="10.100.1.10")
    d.attach("out", "exits", "out-door")
    return d


@pytest.mark.parametrize("draw", golden.cases)
def test_golden(draw: Callable[[], Draft]) -> None:
    judge(draw())
