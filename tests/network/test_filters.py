"""Network ACLs asked about ranges agree with asking about each address and port; security groups by example."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.answers import Block, InSubnet, Packet
from isthmus.network.filters import Span, Traffic, acl_verdict, allows_everything, back, group_verdict, there
from isthmus.network.model import (
    Network,
    NetworkAcl,
    NetworkAclRule,
    PrefixList,
    SecurityGroup,
    SecurityGroupRule,
    Unknown,
)
from isthmus.network.space import span
from tests.network.nets import open_acl

BASE = 0x0A000000

cidrs = st.builds(
    lambda offset, length: ip_network((BASE + offset, length), strict=False),
    st.integers(0, 15),
    st.sampled_from([0, 28, 29, 30, 31, 32]),
)
ports = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda p: (min(p), max(p)))
rules = st.lists(
    st.builds(
        lambda allow, protocol, cidr, span: NetworkAclRule("r", 1, allow, protocol, cidr, span),
        st.booleans(),
        st.sampled_from([-1, 6, 17]),
        cidrs,
        st.none() | ports,
    ),
    max_size=5,
)


def admits(rules: list[NetworkAclRule], address: int, protocol: int, port: int) -> bool:
    for rule in rules:
        low, high = span(rule.cidr)
        in_ports = rule.protocol == -1 or rule.ports is None or rule.ports[0] <= port <= rule.ports[1]
        if rule.protocol in (-1, protocol) and low <= address <= high and in_ports:
            return rule.allow
    return False


@given(rules, ports, ports)
def test_a_range_passes_if_every_address_and_port_does(
    rules: list[NetworkAclRule], addresses: Span, ports: Span
) -> None:
    acl = NetworkAcl("acl", "vpc", tuple(rules), ())
    low, high = BASE + addresses[0], BASE + addresses[1]
    passes = acl_verdict(acl, True, (low, high), Traffic(6, ports)) is None
    one_by_one = all(
        admits(rules, address, 6, port) for address in range(low, high + 1) for port in range(ports[0], ports[1] + 1)
    )
    assert passes == one_by_one


def test_the_rule_that_denies_is_named() -> None:
    rule = NetworkAclRule("acl.deny", 90, False, 6, ip_network("10.0.0.0/8"), (22, 22))
    acl = replace(open_acl("acl", "vpc"), inbound=(rule, *open_acl("acl", "vpc").inbound))
    verdict = acl_verdict(acl, True, (BASE, BASE), Traffic(6, (22, 22)))
    assert isinstance(verdict, Block)
    assert verdict.address == "acl.deny"
    assert "rule 90 denies tcp/22 from 10.0.0.0/8" in verdict.why
    assert acl_verdict(acl, True, (BASE, BASE), Traffic(6, (23, 23))) is None


def test_everything_is_stopped_by_a_rule_against_anything_and_let_through_by_a_rule_for_everything_only() -> None:
    everything = there(Packet(InSubnet("a"), InSubnet("b"), "all"))
    deny = NetworkAclRule("acl.deny", 1, False, 17, ip_network("0.0.0.0/0"), (53, 53))
    tcp = NetworkAclRule("acl.tcp", 1, True, 6, ip_network("0.0.0.0/0"))
    acl = open_acl("acl", "vpc")
    assert acl_verdict(acl, True, (BASE, BASE), everything) is None
    assert acl_verdict(replace(acl, inbound=(deny, *acl.inbound)), True, (BASE, BASE), everything) is not None
    assert acl_verdict(replace(acl, inbound=(tcp,)), True, (BASE, BASE), everything) is not None


def test_replies_go_to_ephemeral_ports_and_echo_replies_are_echo_replies() -> None:
    packet = Packet(InSubnet("a"), InSubnet("b"), "tcp", 443)
    assert there(packet) == Traffic(6, (443, 443))
    assert back(packet) == Traffic(6, (1024, 65535))
    echo = Packet(InSubnet("a"), InSubnet("b"), "icmp")
    assert (there(echo), back(echo)) == (Traffic(1, (8, 8)), Traffic(1, (0, 0)))


def test_an_acl_that_allows_everything_is_recognized() -> None:
    acl = open_acl("acl", "vpc")
    assert allows_everything(acl)
    assert not allows_everything(replace(acl, outbound=()))
    assert not allows_everything(replace(acl, unresolved=Unknown("a rule")))


GROUPS = Network(
    security_groups={
        "web": SecurityGroup(
            "web",
            "vpc",
            (
                SecurityGroupRule("web.cidr", 6, (443, 443), (ip_network("10.1.0.0/16"),)),
                SecurityGroupRule("web.group", 6, (80, 80), groups=("clients",)),
                SecurityGroupRule("web.list", 17, (53, 53), prefix_lists=("list",)),
            ),
        ),
    },
    prefix_lists={"list": PrefixList("list", (ip_network("10.2.0.0/16"),))},
)


@pytest.mark.parametrize(
    ("remote", "members", "traffic", "passes"),
    [
        ("10.1.0.5/32", (), Traffic(6, (443, 443)), True),
        ("10.0.0.0/15", (), Traffic(6, (443, 443)), False),
        ("10.9.0.5/32", (), Traffic(6, (443, 443)), False),
        ("10.9.0.5/32", ("clients",), Traffic(6, (80, 80)), True),
        ("10.9.0.5/32", ("others",), Traffic(6, (80, 80)), False),
        ("10.9.0.5/32", None, Traffic(6, (80, 80)), None),
        ("10.2.3.4/32", (), Traffic(17, (53, 53)), True),
    ],
)
def test_security_group_rules_by_peer(
    remote: str, members: tuple[str, ...] | None, traffic: Traffic, passes: bool | None
) -> None:
    verdict = group_verdict(GROUPS, ["web"], True, span(ip_network(remote)), members, traffic)
    assert {True: verdict is None, False: isinstance(verdict, Block), None: isinstance(verdict, Unknown)}[passes]
