"""Golden cases: network ACLs and security groups."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from isthmus.network.answers import InSubnet
from isthmus.network.model import NetworkAcl, SecurityGroup, Unknown
from tests.network.networks import Draft, Golden, judge, mesh

golden = Golden()
ACL = "vpc/latest/userguide/nacl-rules.html"
BASICS = "vpc/latest/userguide/nacl-basics.html"
EPHEMERAL = "vpc/latest/userguide/custom-network-acl.html"
GATEWAY_ACL = "vpc/latest/tgw/tgw-nacls.html"
GROUPS = "vpc/latest/userguide/vpc-security-groups.html"
GROUP_RULES = "vpc/latest/userguide/security-group-rules.html"
REFERENCES = "vpc/latest/tgw/tgw-vpc-attachments.html"

ANYWHERE = "0.0.0.0/0"
ALL = [f"allow all {ANYWHERE}"]


@golden(f"{ACL}#first-match-by-number")
def first_match() -> Draft:
    d = two_subnets(
        inbound=[
            "deny tcp 22 10.0.1.0/24",
            "allow tcp 1-1000 10.0.0.0/16",
            "deny all 0.0.0.0/0",
            "allow tcp 8080 0.0.0.0/0",
        ],
        outbound=ALL,
    )
    d.both("a1", "a2", "reachable", port=443)
    d.there("a1", "a2", "blocked", port=22)
    d.there("a1", "a2", "blocked", port=8080)
    d.there("a1", "a2", "blocked", protocol="udp", port=443)
    d.there("a1", "a2", "reachable", port=1000)
    return d.there("a1", "a2", "blocked", port=1001)


@golden(f"{ACL}#implicit-deny")
def implicit_deny() -> Draft:
    d = two_subnets(inbound=["allow tcp 443 10.0.1.0/25"], outbound=ALL)
    d.there("a1 10.0.1.127", "a2", "reachable")
    return d.there("a1 10.0.1.128", "a2", "blocked")


@golden(f"{EPHEMERAL}#stateless-so-ephemeral-ports")
def ephemeral_ports() -> Draft:
    d = two_subnets(inbound=["allow tcp 443 10.0.0.0/16"], outbound=["allow tcp 32768-61000 10.0.0.0/16"])
    d.there("a1", "a2", "reachable")
    d.both("a1", "a2", "reachable")  # for some of 1024-65535, the default
    d.both("a1", "a2", "reachable", ephemeral=(32768, 60999))
    d.both("a1", "a2", "reachable", ephemeral=(1024, 32768))
    d.both("a1", "a2", "reachable", ephemeral=(61000, 65535))
    d.both("a1", "a2", "blocked", ephemeral=(1024, 32767))
    return d.both("a1", "a2", "blocked", ephemeral=(61001, 65535))


@golden(f"{EPHEMERAL}#both-ends-are-stateless")
def acl_at_the_client() -> Draft:
    d = two_subnets(inbound=ALL, outbound=ALL)
    d.acl("client", "a", inbound=["allow tcp 443 0.0.0.0/0"], outbound=ALL)
    d.subnet("a1", "a", "10.0.1.0/24", nacl="client")
    d.there("a1", "a2", "reachable")
    d.both("a1", "a2", "blocked")
    return d.both("a2", "a1", "reachable")


@golden(f"{ACL}#icmp-has-no-ports")
def icmp() -> Draft:
    d = two_subnets(inbound=["allow icmp 10.0.0.0/16"], outbound=["allow icmp 10.0.0.0/16"])
    d.both("a1", "a2", "reachable", protocol="icmp")
    return d.there("a1", "a2", "blocked", protocol="tcp")


@golden(f"{BASICS}#not-inside-a-subnet")
def same_subnet() -> Draft:
    d = two_subnets(inbound=[], outbound=[])
    d.both("a2 10.0.2.10", "a2 10.0.2.20", "reachable")
    return d.there("a1", "a2", "blocked")


@golden(f"{BASICS}#unknown-rules")
def unreadable_acl() -> Draft:
    d = two_subnets(inbound=ALL, outbound=ALL)
    d.put("nacls", NetworkAcl("acl", "a", unresolved=Unknown("var.rules")))
    d.there("a1", "a2", "unknown")
    return d.both("a2 10.0.2.10", "a2 10.0.2.20", "reachable")


@golden(f"{GATEWAY_ACL}#different-subnets-inbound-by-source")
def door_inbound() -> Draft:
    """Inbound rules of the attachment subnet see what instances send, and not what comes from the gateway."""
    d = mesh("a", "b")
    d.acl("door", "a", inbound=["allow all 10.1.0.0/16"], outbound=ALL)
    d.subnet("a-door", "a", "10.1.255.0/28", nacl="door")
    d.both("b1", "a1", "reachable")
    return d.both("a1", "b1", "reachable")


@golden(f"{GATEWAY_ACL}#different-subnets-inbound-denied")
def door_inbound_denied() -> Draft:
    d = mesh("a", "b")
    d.acl("shut", "a", inbound=["deny all 10.1.1.0/24", "allow all 0.0.0.0/0"], outbound=ALL)
    d.subnet("a-door", "a", "10.1.255.0/28", nacl="shut")
    d.there("a1", "b1", "blocked")
    d.there("b1", "a1", "reachable")
    return d.both("b1", "a1", "blocked")


@golden(f"{GATEWAY_ACL}#different-subnets-outbound-by-destination")
def door_outbound() -> Draft:
    """Outbound rules of the attachment subnet see what goes to instances, and not what goes to the gateway."""
    d = mesh("a", "b")
    d.acl("door", "a", inbound=ALL, outbound=["allow all 10.1.0.0/16"])
    d.subnet("a-door", "a", "10.1.255.0/28", nacl="door")
    d.acl("shut", "b", inbound=ALL, outbound=["deny all 10.2.1.0/24", "allow all 0.0.0.0/0"])
    d.subnet("b3", "b", "10.2.3.0/24", routes={"0.0.0.0/0": "hub"})
    d.subnet("b-door", "b", "10.2.255.0/28", nacl="shut")
    d.there("b1", "a1", "reachable")
    d.there("a1", "b1", "blocked")
    return d.both("a1", "b3", "reachable")


@golden(f"{GATEWAY_ACL}#same-subnet-from-the-gateway-unchecked")
def instance_in_the_attachment_subnet() -> Draft:
    d = mesh("a", "b")
    d.acl("in", "a", inbound=["allow all 10.1.255.0/28"], outbound=ALL)
    d.subnet("a-door", "a", "10.1.255.0/28", routes={"0.0.0.0/0": "hub"}, nacl="in")
    d.both("b1", "a-door", "reachable")  # toward the instance nothing is evaluated
    return d.both("a-door", "b1", "reachable")


@golden(f"{GATEWAY_ACL}#same-subnet-to-the-gateway-checked-twice")
def instance_in_the_attachment_subnet_denied() -> Draft:
    d = mesh("a", "b", "c")
    d.acl("no-out", "a", inbound=ALL, outbound=["deny all 10.2.0.0/16", "allow all 0.0.0.0/0"])
    d.subnet("a-door", "a", "10.1.255.0/28", routes={"0.0.0.0/0": "hub"}, nacl="no-out")
    d.acl("no-in", "c", inbound=["deny all 10.3.255.0/28", "allow all 0.0.0.0/0"], outbound=ALL)
    d.subnet("c-door", "c", "10.3.255.0/28", routes={"0.0.0.0/0": "hub"}, nacl="no-in")
    d.there("a-door", "b1", "blocked")  # outbound rules by destination
    d.there("c-door", "b1", "blocked")  # inbound rules by source
    return d.there("b1", "c-door", "reachable")


@golden(f"{EPHEMERAL}#nat-gateway-ports")
def acl_around_a_nat_gateway() -> Draft:
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.internet_gateway("igw", "a")
    d.acl("good", "a", ["allow tcp 443 10.1.0.0/16", "allow tcp 1024-65535 0.0.0.0/0"], ALL)
    d.acl("linux", "a", ["allow tcp 443 10.1.0.0/16", "allow tcp 32768-61000 0.0.0.0/0"], ALL)
    d.acl("none", "a", ["allow tcp 443 10.1.0.0/16", "allow tcp 0-1023 0.0.0.0/0"], ALL)
    for number, name in enumerate(("good", "linux", "none"), 1):
        d.subnet(f"public-{name}", "a", f"10.1.{number}.0/24", routes={"0.0.0.0/0": "igw"}, nacl=name)
        d.nat(f"nat-{name}", f"public-{name}", ip=f"10.1.{number}.10")
        d.subnet(name, "a", f"10.1.{number + 10}.0/24", routes={"0.0.0.0/0": f"nat-{name}"})
    clients = (32768, 60999)
    d.both("good", "internet", "reachable", ephemeral=clients)
    d.both("linux", "internet", "reachable", ephemeral=clients)  # for some of the NAT gateway's ports, 1024-65535
    return d.both("none", "internet", "blocked", ephemeral=(1, 1023))  # whatever its clients use


@golden(f"{GROUPS}#stateful")
def stateful() -> Draft:
    d = grouped()
    client, server = InSubnet("a1", groups=("client",)), InSubnet("a2", groups=("server",))
    d.both(client, server, "reachable")
    d.there(client, server, "blocked", port=80)
    d.there(server, client, "blocked")  # no inbound rule at the client
    return d.both(InSubnet("a1"), server, "reachable")


@golden(f"{GROUPS}#outbound-rules-count-too")
def outbound_rules() -> Draft:
    d = grouped()
    d.group("mute", "a", outbound=["tcp 443 10.9.0.0/16"])
    d.there(InSubnet("a1", groups=("mute",)), "a2", "blocked")
    d.there("a2", InSubnet("a1", groups=("mute",)), "blocked")
    return d.there(InSubnet("a1", groups=("mute", "client")), "a2", "reachable")  # rules of all groups add up


@golden(f"{GROUP_RULES}#references-in-a-vpc")
def references() -> Draft:
    d = grouped()
    d.group("strict", "a", inbound=["tcp 443 group:client"])
    strict = InSubnet("a2", groups=("strict",))
    d.both(InSubnet("a1", groups=("client",)), strict, "reachable")
    return d.there(InSubnet("a1", groups=("server",)), strict, "blocked")


@golden(f"{GROUP_RULES}#prefix-lists")
def prefix_lists() -> Draft:
    d = grouped()
    d.prefix_list("offices", "10.0.1.0/25", "192.168.0.0/16")
    d.group("listed", "a", inbound=["tcp 443 list:offices"])
    listed = InSubnet("a2", groups=("listed",))
    d.there("a1 10.0.1.127", listed, "reachable")
    return d.there("a1 10.0.1.128", listed, "blocked")


@golden(f"{GROUPS}#unknown-rules")
def unreadable_group() -> Draft:
    d = grouped()
    d.put("security_groups", SecurityGroup("dark", "a", unresolved=Unknown("var.rules")))
    d.there("a1", InSubnet("a2", groups=("dark",)), "unknown")
    return d.there("a1", InSubnet("a2", groups=("dark", "server")), "reachable")  # allowed by what is known


@golden(f"{REFERENCES}#security-group-references")
def references_across_the_gateway() -> Draft:
    d = referencing(hub=True, attachment=True)
    return d.both(InSubnet("a1", groups=("client",)), InSubnet("b1", groups=("strict",)), "reachable")


@golden(f"{REFERENCES}#security-group-references-on-the-gateway")
def references_off_at_the_gateway() -> Draft:
    d = referencing(hub=False, attachment=True)
    return d.there(InSubnet("a1", groups=("client",)), InSubnet("b1", groups=("strict",)), "blocked")


@golden(f"{REFERENCES}#security-group-references-on-every-attachment")
def references_off_at_an_attachment() -> Draft:
    d = referencing(hub=True, attachment=False)
    return d.there(InSubnet("a1", groups=("client",)), InSubnet("b1", groups=("strict",)), "blocked")


@golden(f"{REFERENCES}#security-group-references-inbound-only")
def references_are_inbound_only() -> Draft:
    d = referencing(hub=True, attachment=True)
    d.group("lax", "b", inbound=["all 0.0.0.0/0"])
    d.group("sender", "a", outbound=["tcp 443 group:lax"])
    return d.there(InSubnet("a1", groups=("sender",)), InSubnet("b1", groups=("lax",)), "blocked")


@golden(f"{GROUP_RULES}#references-end-at-a-middlebox")
def references_not_past_a_firewall() -> Draft:
    d = grouped()
    d.subnet("fw1", "a", "10.0.9.0/28")
    d.firewall("fw", "a", "fw1")
    d.subnet("b1", "a", "10.0.3.0/24", routes={"10.0.4.0/24": "fw[fw1]"})
    d.subnet("b2", "a", "10.0.4.0/24", routes={"10.0.3.0/24": "fw[fw1]"})
    d.group("strict", "a", inbound=["tcp 443 group:client"])
    client = ("client",)
    d.there(InSubnet("b1", groups=client), InSubnet("b2", groups=("strict",)), "blocked")
    return d.both(InSubnet("b1", groups=client), InSubnet("b2", groups=("server",)), "reachable")


def two_subnets(inbound: list[str], outbound: list[str]) -> Draft:
    """Subnet a1 is open, a2 has the network ACL."""
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    d.acl("acl", "a", inbound, outbound)
    d.subnet("a1", "a", "10.0.1.0/24")
    d.subnet("a2", "a", "10.0.2.0/24", nacl="acl")
    return d


def grouped() -> Draft:
    """Two open subnets, and groups for a client and for a server on 443."""
    d = two_subnets(ALL, ALL)
    d.group("client", "a")
    d.group("server", "a", inbound=["tcp 443 10.0.0.0/16"], outbound=[])
    return d


def referencing(*, hub: bool, attachment: bool) -> Draft:
    """VPCs a and b on one gateway; `strict` in b admits members of `client` in a."""
    d = mesh("a", "b")
    d.hub(references=hub)
    d.attach("a", "t", "a-door", references=True)
    d.attach("b", "t", "b-door", references=attachment)
    d.group("client", "a")
    d.group("strict", "b", inbound=["tcp 443 group:client"])
    return d


@pytest.mark.parametrize("draw", golden.cases)
def test_golden(draw: Callable[[], Draft]) -> None:
    judge(draw())
