"""Golden cases: what stops a packet at a gateway, an attachment or a subnet, and what would have been next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from isthmus.network.answers import InSubnet, Service
from isthmus.network.model import AttachmentKind, Gateway, GatewayKind, Unknown
from tests.network.networks import BLACKHOLE, Draft, Golden, Gone, judge, mesh, spoke

golden = Golden()
ATTACHMENTS = "vpc/latest/tgw/tgw-vpc-attachments.html"
IGW = "vpc/latest/userguide/VPC_Internet_Gateway.html"
EGRESS = "vpc/latest/userguide/egress-only-internet-gateway.html"
PEERING = "vpc/latest/peering/vpc-peering-basics.html"
ENDPOINT = "vpc/latest/privatelink/gateway-endpoints.html"


@golden(f"{ATTACHMENTS}#a-route-needs-an-attachment")
def not_attached() -> Draft:
    d = mesh("a", "b")
    d.vpc("c", "10.3.0.0/16")
    d.subnet("c1", "c", "10.3.1.0/24", routes={"0.0.0.0/0": "hub"})
    d.there("c1", "b1", "blocked")
    d.there("b1", "c1", "blocked")
    d.there("a1", "b1", "blocked", down=["att-a"])
    d.there("a1", "b1", "blocked", down=["att-b"])
    return d.there("a1", "b1", "blocked", down=["z1"])


@golden(f"{ATTACHMENTS}#every-setting-in-the-way")
def several_stops() -> Draft:
    """Nothing of the way is there: each VPC without a route or with one that is gone, each table without one."""
    d = Draft()
    d.hub()
    d.tgw_table("empty")
    d.tgw_table("black", routes={"10.0.0.0/8": BLACKHOLE})
    spoke(d, "a", 1, "empty")
    spoke(d, "b", 2, "black")
    spoke(d, "c", 3, None)
    d.vpn("vpn", "black")
    d.site("dc", ["vpn"], advertises=["10.9.0.0/16"])
    d.subnet("a2", "a", "10.1.2.0/24", routes={})
    d.subnet("a3", "a", "10.1.3.0/24", routes={"0.0.0.0/0": Gone("hub")})
    d.there("a2", "b1", "blocked")
    d.there("a3", "c1", "blocked")
    d.there("b1", "a1", "blocked")
    d.there("c1", "a1", "blocked")
    d.there("dc", "a1", "blocked")
    d.there("b1", "dc", "blocked")
    d.there("a2", "internet", "blocked")
    return d.there("a1", "a2 10.1.2.9", "reachable")


@golden(f"{ATTACHMENTS}#what-the-gateway-does-not-model")
def other_attachments() -> Draft:
    d = mesh("a")
    d.attach_other(AttachmentKind.PEERING, "far", "t")
    d.attach_other(AttachmentKind.CONNECT, "connect", "t")
    d.tgw_table("t", routes={"10.8.0.0/16": "att-far", "10.7.0.0/16": "att-connect", "10.6.0.0/16": Unknown("var.x")})
    d.vpn("vpn", "t")
    d.site("eight", ["vpn"], networks=["10.8.0.0/16", "10.7.0.0/16", "10.6.0.0/16"])
    d.there("a1", "eight 10.8.0.1", "unknown")
    d.there("a1", "eight 10.7.0.1", "unknown")
    return d.there("a1", "eight 10.6.0.1", "unknown")


@golden(f"{IGW}#attached-to-its-own-vpc-only")
def gateway_of_another_vpc() -> Draft:
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.vpc("b", "10.2.0.0/16")
    d.internet_gateway("b-igw", "b")
    d.subnet("a1", "a", "10.1.1.0/24", routes={"0.0.0.0/0": "b-igw"})
    d.subnet("b1", "b", "10.2.1.0/24", routes={"0.0.0.0/0": "b-igw"})
    d.subnet("b2", "b", "10.2.2.0/24", routes={})
    d.nat("b-nat", "b1")
    d.there(InSubnet("a1", public=True), "internet", "blocked")
    d.there("internet", InSubnet("a1", public=True), "blocked")
    d.there("b2", "internet", "blocked")  # a NAT gateway is there, a route to it is not
    d.both(InSubnet("b1", public=True), "internet", "reachable", exit="b-igw")
    return d.there(InSubnet("b2", public=True), "internet", "blocked")


@golden(f"{IGW}#private-addresses-are-not-on-the-internet")
def private_to_internet() -> Draft:
    d = mesh("a", "b")
    d.internet_gateway("igw", "a")
    d.subnet("public", "a", "10.1.2.0/24", routes={"0.0.0.0/0": "igw"})
    d.there(InSubnet("public", public=True), "b1", "blocked")
    return d.there("public", "b1", "blocked")


@golden(f"{IGW}#two-vpcs-with-the-same-addresses")
def same_addresses() -> Draft:
    """The internet gateway of the subnet's VPC delivers packets to it, even if another VPC has the same addresses."""
    d = Draft()
    for name in ("a", "b"):
        d.vpc(name, "10.1.0.0/16")
        d.internet_gateway(f"{name}-igw", name)
        d.subnet(f"{name}1", name, "10.1.1.0/24", routes={"0.0.0.0/0": f"{name}-igw"})
    d.put("gateways", Gateway("a-igw", GatewayKind.INTERNET, None))
    d.both("internet", InSubnet("b1", public=True), "reachable", exit=None)
    return d.there("internet", InSubnet("a1", public=True), "blocked")


@golden(f"{EGRESS}#ipv6-addresses-of-the-internet-only")
def egress_only() -> Draft:
    d = Draft()
    for number, name in enumerate("ab", 1):
        d.vpc(name, f"10.{number}.0.0/16", f"2600:{number}::/56")
        d.egress_only(f"{name}-eigw", name)
    d.subnet("a1", "a", "2600:1::/64", "10.1.1.0/24", routes={"::/0": "a-eigw", "0.0.0.0/0": "a-eigw"})
    d.subnet("b1", "b", "2600:2::/64", "10.2.1.0/24", routes={"::/0": "a-eigw"})
    d.both("a1", "internet 2606:4700::1111", "reachable", exit="a-eigw")
    d.there("a1", "internet 1.1.1.1", "blocked")
    d.there("a1", "internet fd00::1", "blocked")
    return d.there("b1", "internet 2606:4700::1111", "blocked")


@golden(f"{PEERING}#between-its-two-vpcs-only")
def peering_of_others() -> Draft:
    d = Draft()
    for number, name in enumerate("abc", 1):
        d.vpc(name, f"10.{number}.0.0/16")
    d.peering("ab", "a", "b")
    d.subnet("a1", "a", "10.1.1.0/24", routes={"10.2.0.0/16": "ab"})
    d.subnet("a2", "a", "10.1.2.0/24", routes={})
    d.subnet("b1", "b", "10.2.1.0/24", routes={"10.1.0.0/16": "ab", "10.3.0.0/16": "ab"})
    d.subnet("c1", "c", "10.3.1.0/24", routes={"10.2.0.0/16": "ab"})
    d.both("a1", "b1", "reachable")
    d.there("a1", "b1 10.2.1.77", "reachable")
    d.there("c1", "b1", "blocked")
    d.there("b1", "c1", "blocked")
    return d.there("a2", "b1", "blocked")  # the peering is there, a route to it is not


@golden(f"{ENDPOINT}#network-acls-and-security-groups-count")
def filters_at_a_gateway_endpoint() -> Draft:
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.acl("no-out", "a", inbound=["allow all 0.0.0.0/0"], outbound=["allow tcp 443 10.0.0.0/8"])
    d.acl("no-in", "a", inbound=["allow tcp 443 0.0.0.0/0"], outbound=["allow all 0.0.0.0/0"])
    d.acl("both", "a", inbound=["allow tcp 1024-65535 0.0.0.0/0"], outbound=["allow tcp 443 0.0.0.0/0"])
    for number, name in enumerate(("no-out", "no-in", "both"), 1):
        d.subnet(name, "a", f"10.1.{number}.0/24", nacl=name)
    d.gateway_endpoint("s3-endpoint", "a", "s3", "a-main")
    d.group("mute", "a", outbound=["tcp 443 10.0.0.0/8"])
    d.there(InSubnet("no-out"), Service("s3"), "blocked")
    d.there(InSubnet("no-in"), Service("s3"), "reachable")
    d.both(InSubnet("no-in"), Service("s3"), "blocked")
    d.both(InSubnet("both"), Service("s3"), "reachable", exit="s3-endpoint")
    d.there(InSubnet("both", groups=("mute",)), Service("s3"), "blocked")
    return d.there("both", "s3", "blocked", port=80)


@golden(f"{ENDPOINT}#the-zone-of-the-host")
def zone_down_at_a_gateway_endpoint() -> Draft:
    """A gateway endpoint is in no zone; a host is in one, and is lost with it."""
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.subnet("lost", "a", "10.1.1.0/24", zone="z1")
    d.subnet("left", "a", "10.1.2.0/24", zone="z2")
    d.gateway_endpoint("s3-endpoint", "a", "s3", "a-main")
    d.both("lost", "s3", "reachable")
    d.both("left", "s3", "reachable", down=["z1"])
    return d.both("lost", "s3", "blocked", down=["z1"])


@golden("vpn/latest/s2svpn/VPN_CloudHub.html#between-sites")
def at_a_vpn_gateway() -> Draft:
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.vpn_gateway("vgw", "a")
    for number, name in enumerate(("one", "two"), 1):
        d.vpn(f"vpn-{name}", gateway="vgw")
        d.site(name, [f"vpn-{name}"], advertises=[f"10.{number + 7}.0.0/16"])
    d.subnet("a1", "a", "10.1.1.0/24", routes={}, propagating=["vgw"])
    d.subnet("a2", "a", "10.1.2.0/24", routes={"0.0.0.0/0": "vgw"})
    d.both("one", "a1", "reachable")
    d.both("a1", "two", "reachable")
    d.there("a2", "internet", "blocked")
    d.there("one", "a1", "blocked", down=["vpn-one"])
    d.both("a1", "two", "blocked", down=["vpn-two#1", "vpn-two#2"])
    d.there("a1", "two", "blocked", down=["cgw-vpn-two"])
    return d.there("one", "a1 10.1.9.9", "blocked")


@pytest.mark.parametrize("draw", golden.cases)
def test_golden(draw: Callable[[], Draft]) -> None:
    judge(draw())
