"""Private IPv6 addresses are not routed on the internet: vpc/latest/ipam/enable-prov-ipv6-gua.html"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from isthmus.network.answers import InSubnet, Internet, Outcome, Packet
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Unknown
from tests.network.judge import Walker
from tests.network.networks import Draft, cidr

WORLD = Internet(ip_address("2606:4700::1111"))


def draft(space: str, gateway: str) -> Draft:
    """A VPC with one IPv6 range and a default route to a gateway."""
    d = Draft()
    d.vpc("a", "10.1.0.0/16", f"{space}::/56")
    d.internet_gateway("igw", "a")
    d.egress_only("eigw", "a")
    d.subnet("a1", "a", "10.1.1.0/24", f"{space}::/64", routes={"::/0": gateway})
    return d


def outcomes(d: Draft, packet: Packet) -> set[Outcome]:
    network = d.network()
    return {Forwarding(network).forward(packet).outcome, Walker(network).outcome(packet)}


@pytest.mark.parametrize("gateway", ["igw", "eigw"])
@pytest.mark.parametrize(("space", "outcome"), [("2600:1f00:1", Outcome.REACHABLE), ("fd80:1f00:1", Outcome.BLOCKED)])
def test_only_public_addresses_reach_the_internet(space: str, gateway: str, outcome: Outcome) -> None:
    host = InSubnet("a1", ip_address(f"{space}::9"))
    assert outcomes(draft(space, gateway), Packet(host, WORLD)) == {outcome}


@pytest.mark.parametrize(("space", "outcome"), [("2600:1f00:1", Outcome.REACHABLE), ("fd80:1f00:1", Outcome.BLOCKED)])
def test_the_internet_reaches_only_public_addresses(space: str, outcome: Outcome) -> None:
    host = InSubnet("a1", ip_address(f"{space}::9"))
    assert outcomes(draft(space, "igw"), Packet(WORLD, host)) == {outcome}


@pytest.mark.parametrize("more", [cidr("2600:1f00:2::/56"), Unknown("var.range")])
def test_a_vpc_with_a_range_of_each_kind_is_unknown(more: object) -> None:
    d = draft("fd80:1f00:1", "igw")
    vpc = d.parts["vpcs"]["a"]
    d.put("vpcs", replace(vpc, cidrs=(*vpc.cidrs, more)))
    packet = Packet(InSubnet("a1", ip_address("fd80:1f00:1::9")), WORLD)
    assert Forwarding(d.network()).forward(packet).outcome is Outcome.UNKNOWN
