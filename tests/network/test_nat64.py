"""Hosts of IPv6 alone, and NAT gateways that translate for them.

https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from isthmus.network import nat64
from isthmus.network.address_space import number
from isthmus.network.answers import InSubnet, Internet
from isthmus.network.forwarding import Forwarding
from tests.network.networks import Draft, cidr, judge

HOST = InSubnet("six", ip_address("2600:1f00:1:1::9"))


def draft(
    *, public: bool = True, prefix: str = "64:ff9b::/96", inbound: tuple[str, ...] = (), outbound: tuple[str, ...] = ()
) -> Draft:
    """A subnet of IPv6 alone, the subnet of a NAT gateway, and one with hosts of IPv4."""
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.put("vpcs", replace(d.network().vpcs["a"], cidrs=(cidr("10.1.0.0/16"), cidr("2600:1f00:1::/56"))))
    d.internet_gateway("igw", "a")
    every = ("allow all 0.0.0.0/0", "allow all ::/0")
    d.acl("edge-acl", "a", inbound or every, (*outbound, *every))
    d.subnet("edge", "a", "10.1.1.0/24", routes={"0.0.0.0/0": "igw"}, nacl="edge-acl")
    d.subnet("four", "a", "10.1.2.0/24", routes={})
    d.nat("nat", "edge", public=public, ip="10.1.1.200")
    d.subnet("six", "a", "2600:1f00:1:1::/64", routes={prefix: "nat"})
    return d


def to(address: str) -> Internet:
    return Internet(ip_address(f"64:ff9b::{address}"))


def test_the_internet_of_ipv4() -> None:
    d = draft()
    d.both(HOST, to("8.8.8.8"), "reachable", exit="igw")
    judge(d)


def test_a_host_of_ipv4_in_the_vpc() -> None:
    d = draft()
    d.both(HOST, InSubnet("four", ip_address("64:ff9b::10.1.2.9")), "reachable")
    judge(d)


def test_a_private_nat_gateway_leads_to_no_internet() -> None:
    d = draft(public=False)
    d.there(HOST, to("8.8.8.8"), "blocked")
    judge(d)


def test_without_a_route_of_its_own_the_prefix_goes_nowhere() -> None:
    d = draft(prefix="2001:db8::/32")
    d.there(HOST, to("8.8.8.8"), "blocked")
    judge(d)


def test_a_nat_gateway_takes_no_other_packets_of_ipv6() -> None:
    d = draft(prefix="::/0")
    d.there(HOST, Internet(ip_address("2606:4700::1")), "blocked")
    d.both(HOST, to("8.8.8.8"), "reachable")
    judge(d)


@pytest.mark.parametrize(
    ("denied", "outcome"), [("deny tcp 443 0.0.0.0/0", "reachable"), ("deny all 0.0.0.0/0", "blocked")]
)
def test_rules_behind_the_nat_gateway_are_of_ipv4(denied: str, outcome: str) -> None:
    """The packet enters the gateway's subnet with IPv6 addresses, the reply with IPv4 ones."""
    d = draft(inbound=(denied, "allow all 0.0.0.0/0", "allow all ::/0"))
    d.both(HOST, to("8.8.8.8"), outcome)
    judge(d)


@pytest.mark.parametrize(("denied", "outcome"), [("8.0.0.0/8", "blocked"), ("9.0.0.0/8", "reachable")])
def test_rules_on_the_way_out_see_the_address_that_is_stood_for(denied: str, outcome: str) -> None:
    d = draft(outbound=(f"deny tcp 443 {denied}",))
    d.there(HOST, to("8.8.8.8"), outcome)
    judge(d)


def test_no_flow_comes_from_an_address_that_stands_for_another() -> None:
    engine = Forwarding(draft().network())
    assert engine.locate(ip_address("64:ff9b::10.1.2.9")) == InSubnet("four", ip_address("64:ff9b::10.1.2.9"))
    assert engine.locate(ip_address("64:ff9b::808:808")) == to("8.8.8.8")


@pytest.mark.parametrize("address", ["0.0.0.0", "10.1.2.9", "255.255.255.255"])
def test_addresses_stand_for_each_other(address: str) -> None:
    four, six = number(ip_address(address)), number(ip_address(f"64:ff9b::{address}"))
    assert (nat64.translated(six), nat64.as_seen(four)) == (four, six)
    assert nat64.is_inside(six)
    assert not nat64.is_inside(four)
    assert nat64.translated(four) == four
