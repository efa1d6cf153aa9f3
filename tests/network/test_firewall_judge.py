"""The engine's reading of firewall policies and the judge's, packet by packet."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import event, given, note
from hypothesis import strategies as st

from isthmus.network.address_space import number
from isthmus.network.answers import InSubnet, Internet, Outcome
from isthmus.network.answers import Packet as Asked
from isthmus.network.block import Block
from isthmus.network.firewalls import answer, verdict
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Unknown
from isthmus.network.packets import Traffic
from isthmus.network.suricata import SuricataRules
from isthmus.terraform.graph import Ref
from tests.network.firewall_policies import policies, read
from tests.network.judge import Walker
from tests.network.judge.carried import Header
from tests.network.judge.firewall_policy import PacketOutcome, Policy, judged
from tests.network.networks import Draft

HOSTS = ("10.1.1.7", "10.1.1.200", "10.1.2.7", "10.2.1.200", "10.8.200.1", "10.9.0.1", "8.8.8.8", "fd00::1", "2600::1")
CLIENTS = ((1024, 65_535), (32_768, 60_999), (49_152, 65_535))


def packet_outcome(found: Block | Unknown | None) -> PacketOutcome:
    return (
        PacketOutcome.PASSED
        if found is None
        else PacketOutcome.UNCLEAR
        if isinstance(found, Unknown)
        else PacketOutcome.DROPPED
    )


@st.composite
def headers(draw: st.DrawFn) -> Header:
    source = ip_address(draw(st.sampled_from(HOSTS)))
    others = [host for host in map(ip_address, HOSTS) if host.version == source.version and host != source]
    protocol = draw(st.sampled_from([6, 6, 17, 1 if source.version == 4 else 58]))
    port = 8 * 256 if protocol == 1 else 128 * 256 if protocol == 58 else draw(st.sampled_from([53, 443, 1024]))
    return Header(source, draw(st.sampled_from(others)), protocol, port)


@given(policies(), headers(), st.sampled_from(CLIENTS))
def test_engine_and_judge_agree_on_a_policy(policy: Policy, header: Header, clients: tuple[int, int]) -> None:
    rules = read(policy)
    assert isinstance(rules, SuricataRules)
    note(f"{policy}\n{rules}")
    source, destination = ((number(ip),) * 2 for ip in (header.source, header.destination))
    traffic = Traffic(header.protocol, (header.port, header.port))
    there = judged(policy, header, clients)
    event(f"there {there}")
    assert packet_outcome(verdict(rules, source, destination, traffic, clients)) is there
    if there is PacketOutcome.PASSED:
        back = judged(policy, header, clients, back=True)
        event(f"back {back}")
        assert packet_outcome(answer(rules, source, destination, traffic, clients)) is back


@pytest.mark.parametrize(("low", "high", "expected"), [(1024, 20_000, Outcome.UNKNOWN), (700, 1023, Outcome.REACHABLE)])
def test_behind_a_nat_gateway_a_firewall_sees_its_ports(low: int, high: int, expected: Outcome) -> None:
    """The client's ports are others: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html"""
    rule = {
        "priority": 1,
        "rule_definition": {
            "actions": ("aws:drop",),
            "match_attributes": {"protocols": (6,), "source_port": ({"from_port": low, "to_port": high},)},
        },
    }
    source = {"stateless_rules_and_custom_actions": {"stateless_rule": (rule,)}}
    policy = Policy(
        {
            "stateless_default_actions": ("aws:pass",),
            "stateless_fragment_default_actions": ("aws:pass",),
            "stateless_rule_group_reference": ({"priority": 1, "resource_arn": Ref("group", "arn")},),
        },
        {"group": {"type": "STATELESS", "rule_group": {"rules_source": source}}},
    )
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.internet_gateway("igw", "a")
    d.subnet("work", "a", "10.1.1.0/24", routes={"0.0.0.0/0": "nat"})
    d.subnet("public", "a", "10.1.2.0/24", routes={"0.0.0.0/0": "wall[walled]"})
    d.subnet("walled", "a", "10.1.3.0/24", routes={"0.0.0.0/0": "igw"})
    d.nat("nat", "public", ip="10.1.2.10")
    d.firewall("wall", "a", "walled")
    d.table("edge", "a", {"10.1.2.0/24": "wall[walled]"}, gateways=["igw"])
    d.put("firewalls", replace(d.parts["firewalls"]["wall"], rules=read(policy)))
    packet = Asked(InSubnet("work"), Internet(), "tcp", 443, (32_768, 60_999))
    assert Forwarding(d.network()).both_ways(packet).outcome is expected
    assert Walker(d.network(), policies={"wall": policy}).both_ways(packet) is expected
