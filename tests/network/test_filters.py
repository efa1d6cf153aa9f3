"""Network ACLs asked about ranges agree with asking about each address and port; security groups by example."""

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.network.address_space import span
from isthmus.network.answers import InSubnet, Packet
from isthmus.network.block import Block
from isthmus.network.filters import Span, acl_verdict, allows_everything, forward_traffic, group_verdict, reply_traffic
from isthmus.network.model import (
    Network,
    NetworkAcl,
    NetworkAclRule,
    PrefixList,
    SecurityGroup,
    SecurityGroupRule,
    Unknown,
)
from isthmus.network.packets import Traffic, message
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


@st.composite
def tilings(draw: st.DrawFn) -> tuple[list[NetworkAclRule], Span, Span]:
    """Rules that together allow 16 addresses and 10 ports, in any order, and a tile: what one of them allows alone."""
    tiles: list[tuple[int, int, Span]] = []

    def cut(offset: int, length: int, ports: Span) -> None:
        match draw(st.sampled_from(["addresses", "ports", "no more", "no more"])):
            case "addresses" if length < 32:
                cut(offset, length + 1, ports)
                cut(offset + (1 << (31 - length)), length + 1, ports)
            case "ports" if ports[0] < ports[1]:
                middle = draw(st.integers(ports[0], ports[1] - 1))
                cut(offset, length, (ports[0], middle))
                cut(offset, length, (middle + 1, ports[1]))
            case _:
                tiles.append((offset, length, ports))

    cut(0, 28, (0, 9))
    rules = [
        NetworkAclRule(f"r{number}", number, True, 6, ip_network((BASE + offset, length)), ports)
        for number, (offset, length, ports) in enumerate(draw(st.permutations(tiles)), 1)
    ]
    chosen = draw(st.sampled_from(rules))
    assert chosen.ports is not None
    return rules, span(chosen.cidr), chosen.ports


@settings(max_examples=4 * settings().max_examples)
@given(tilings())
def test_rules_that_together_allow_a_range_let_it_through_and_none_of_them_can_be_spared(
    tiling: tuple[list[NetworkAclRule], Span, Span],
) -> None:
    rules, addresses, ports = tiling
    whole, traffic = (BASE, BASE + 15), Traffic(6, (0, 9))
    assert acl_verdict(NetworkAcl("acl", "vpc", (), tuple(rules)), False, whole, traffic) is None
    others = tuple(r for r in rules if (span(r.cidr), r.ports) != (addresses, ports))
    verdict = acl_verdict(NetworkAcl("acl", "vpc", (), others), False, whole, traffic)
    assert isinstance(verdict, Block)
    assert verdict.address == "acl"
    assert acl_verdict(NetworkAcl("acl", "vpc", others, ()), True, addresses, Traffic(6, ports)) is not None
    for other in others:
        assert other.ports is not None
        assert (
            acl_verdict(NetworkAcl("acl", "vpc", others, ()), True, span(other.cidr), Traffic(6, other.ports)) is None
        )


def test_a_rule_that_meets_none_of_what_is_left_of_one_range_leaves_the_others() -> None:
    lower, upper, whole = (ip_network(one) for one in ("10.0.0.0/29", "10.0.0.8/29", "10.0.0.0/28"))
    allowed = ((lower, (0, 4)), (upper, (0, 4)), (whole, (0, 0)), (upper, (5, 9)))
    rules = tuple(NetworkAclRule("r", n, True, 6, cidr, ports) for n, (cidr, ports) in enumerate(allowed, 1))
    verdict = acl_verdict(NetworkAcl("acl", "vpc", rules, ()), True, span(whole), Traffic(6, (0, 9)))
    assert str(verdict) == "acl: no inbound rule allows tcp/5-9 from 10.0.0.0/29 (network-acl-denies)"


TEN = ip_network("10.0.0.0/8")


@pytest.mark.parametrize(
    ("rule", "inbound", "remote", "traffic", "why"),
    [
        (
            NetworkAclRule("acl.deny", 90, False, 6, TEN, (22, 22)),
            True,
            "10.1.0.0/16",
            Traffic(6, (20, 25)),
            "acl.deny: inbound rule 90 denies tcp/22 from 10.0.0.0/8 (network-acl-denies)",
        ),
        (
            NetworkAclRule("acl.deny", 90, False, -1, TEN),
            False,
            "0.0.0.0/0",
            Traffic(6, (20, 25)),
            "acl.deny: outbound rule 90 denies all packets to 10.0.0.0/8 (network-acl-denies)",
        ),
        (
            NetworkAclRule("acl.allow", 90, True, 6, TEN, (20, 22)),
            False,
            "10.1.2.3/32",
            Traffic(6, (20, 25)),
            "acl: no outbound rule allows tcp/23-25 to 10.1.2.3 (network-acl-denies)",
        ),
        (
            NetworkAclRule("acl.allow", 90, True, 17, TEN, (0, 52)),
            True,
            "10.1.2.0/24",
            Traffic(17, (53, 53)),
            "acl: no inbound rule allows udp/53 from 10.1.2.0/24 (network-acl-denies)",
        ),
        (
            NetworkAclRule("acl.allow", 90, True, 47, TEN),
            True,
            "192.168.0.0/16",
            Traffic(47),
            "acl: no inbound rule allows protocol 47 from 192.168.0.0/16 (network-acl-denies)",
        ),
    ],
)
def test_what_an_acl_stops_and_why(
    rule: NetworkAclRule, inbound: bool, remote: str, traffic: Traffic, why: str
) -> None:
    acl = NetworkAcl("acl", "vpc", (rule,), ()) if inbound else NetworkAcl("acl", "vpc", (), (rule,))
    assert str(acl_verdict(acl, inbound, span(ip_network(remote)), traffic)) == why


def test_an_acl_with_unknown_rules_gives_unknown() -> None:
    reason = Unknown("var.rules")
    acl = replace(open_acl("acl", "vpc"), unresolved=reason)
    assert acl_verdict(acl, True, (BASE, BASE), Traffic(6, (22, 22))) is reason


def test_a_rule_for_every_protocol_is_for_every_port_whatever_it_says() -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html, Protocol."""
    acl = NetworkAcl("acl", "vpc", (NetworkAclRule("r", 1, True, -1, TEN, (80, 80)),), ())
    assert acl_verdict(acl, True, span(TEN), Traffic(6, (22, 22))) is None


def test_what_has_no_ports_is_asked_of_every_port() -> None:
    whole, part = (NetworkAclRule("r", 1, True, 1, TEN, ports) for ports in ((0, 65535), (1, 65535)))
    assert acl_verdict(NetworkAcl("acl", "vpc", (whole,), ()), True, span(TEN), Traffic(1)) is None
    assert acl_verdict(NetworkAcl("acl", "vpc", (part,), ()), True, span(TEN), Traffic(1)) is not None


def test_replies_go_to_ephemeral_ports_and_echo_replies_are_echo_replies() -> None:
    packet = Packet(InSubnet("a"), InSubnet("b"), "tcp", 443)
    assert forward_traffic(packet) == Traffic(6, (443, 443))
    assert reply_traffic(packet) == Traffic(6, (1024, 65535))
    echo = Packet(InSubnet("a"), InSubnet("b"), "icmp")
    assert (forward_traffic(echo), reply_traffic(echo)) == (_message(1, 8), _message(1, 0))
    too_big = Packet(InSubnet("a"), InSubnet("b"), "icmp", icmp=(3, 4))  # RFC 1191; nothing answers it
    assert (forward_traffic(too_big), reply_traffic(too_big)) == (_message(1, 3, 4), _message(1, 3, 4))
    echo = Packet(InSubnet("a"), InSubnet("b"), "icmpv6")  # RFC 4443: 128 asks, 129 answers
    assert (forward_traffic(echo), reply_traffic(echo)) == (_message(58, 128), _message(58, 129))
    datagram = Packet(InSubnet("a"), InSubnet("b"), "udp", 53, (32768, 60999))
    assert (forward_traffic(datagram), reply_traffic(datagram)) == (Traffic(17, (53, 53)), Traffic(17, (32768, 60999)))
    tunnel = Packet(InSubnet("a"), InSubnet("b"), "47")
    assert (forward_traffic(tunnel), reply_traffic(tunnel)) == (Traffic(47), Traffic(47))


def _message(protocol: int, type_: int, code: int = 0) -> Traffic:
    return Traffic(protocol, (message(type_, code), message(type_, code)))


@pytest.mark.parametrize(
    ("denied", "asked", "passes"),
    [
        ((message(3, 4), message(3, 4)), (3, 4), False),
        ((message(3, 4), message(3, 4)), (3, 3), True),
        ((message(3, 0), message(3, 255)), (3, 4), False),
        ((message(3, 0), message(3, 255)), (8, 0), True),
        (None, (8, 0), False),
    ],
)
def test_icmp_messages_are_distinguished_by_type_and_code(
    denied: Span | None, asked: tuple[int, int], passes: bool
) -> None:
    rules = (NetworkAclRule("deny", 1, False, 1, TEN, denied), NetworkAclRule("allow", 2, True, -1, TEN))
    packet = Packet(InSubnet("a"), InSubnet("b"), "icmp", icmp=asked)
    assert (
        acl_verdict(NetworkAcl("acl", "vpc", rules, ()), True, span(TEN), forward_traffic(packet)) is None
    ) == passes


@pytest.mark.parametrize(
    ("first", "quiet"),
    [
        (None, True),
        (NetworkAclRule("r", 1, True, -1, ip_network("0.0.0.0/0")), True),
        (NetworkAclRule("r", 1, False, -1, ip_network("0.0.0.0/0")), False),
        (NetworkAclRule("r", 1, True, 6, ip_network("0.0.0.0/0")), False),
        (NetworkAclRule("r", 1, True, -1, TEN), False),
        (NetworkAclRule("r", 1, True, -1, ip_network("fd00::/8")), False),
    ],
)
@pytest.mark.parametrize("side", ["inbound", "outbound"])
def test_an_acl_can_be_left_out_if_the_first_rules_of_each_family_allow_all_there_is(
    side: str, first: NetworkAclRule | None, quiet: bool
) -> None:
    acl = open_acl("acl", "vpc")
    rules = acl.inbound

    def with_side(*these: NetworkAclRule) -> NetworkAcl:
        return replace(acl, inbound=these) if side == "inbound" else replace(acl, outbound=these)

    assert allows_everything(with_side(*([] if first is None else [first]), *rules)) is quiet
    for one in rules:  # of one family nothing is said: it is denied
        assert not allows_everything(with_side(one))
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


TCP = Traffic(6, (80, 80))
DARK = Unknown("var.peer")


def group(**fields: Any) -> SecurityGroup:
    return SecurityGroup("group", "vpc", (SecurityGroupRule("group.in", 6, **fields),))


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([], "no security group: no inbound rule allows tcp/80 from 10.0.0.0/8 (security-group-denies)"),
        (["shut", "shut2"], "shut, shut2: no inbound rule allows tcp/80 from 10.0.0.0/8 (security-group-denies)"),
        (["nowhere", "shut"], Unknown("security group nowhere is not in this input")),
        (["nowhere", DARK], Unknown("security group nowhere is not in this input")),
        ([DARK, "nowhere"], DARK),
        (["nowhere", "open"], None),
        ([DARK, "shut", "open"], None),  # allowed by what is known
        (["dark", "nowhere"], Unknown("var.rules")),
        (["shut", "dark", DARK], Unknown("var.rules")),
        (["dark", "open"], None),
        ([group(groups=(DARK, "them"))], None),
        ([group(groups=(DARK, "others"))], DARK),
        ([group(groups=("others", DARK))], DARK),
        ([group(prefix_lists=("nowhere",))], Unknown("prefix list nowhere is not in this input")),
        ([group(prefix_lists=(DARK, "nowhere"))], DARK),
        ([group(prefix_lists=("nowhere", DARK))], Unknown("prefix list nowhere is not in this input")),
        ([group(prefix_lists=("partly", DARK))], Unknown("var.entry")),
        ([group(prefix_lists=(DARK, "partly"))], DARK),
        ([group(prefix_lists=("partly", "rest"))], None),  # halves of the range, from two lists
        ([group(prefix_lists=("partly",), cidrs=(ip_network("10.128.0.0/9"),))], None),
        ([group(prefix_lists=("nowhere", "rest"), groups=("them",))], None),
        ([group(prefix_lists=("partly",), groups=(DARK,))], Unknown("var.entry")),
        ([group(prefix_lists=("rest",))], "group: no inbound rule allows"),
        ([group(groups=("others",)), "open"], None),
        ([group(cidrs=(TEN,), ports=(80, 80))], None),
        ([group(cidrs=(TEN,), ports=(0, 65535))], None),
        ([group(cidrs=(TEN,), ports=(81, 90))], "group: no inbound rule allows"),
        ([group(cidrs=(TEN,), ports=(70, 79))], "group: no inbound rule allows"),
    ],
    ids=str,
)
def test_groups_add_up_and_unknown_rules_count_where_no_known_rule_allows(
    groups: list[str | Unknown | SecurityGroup], expected: Unknown | str | None
) -> None:
    network = Network(
        security_groups={
            "shut": SecurityGroup("shut", "vpc", outbound=(SecurityGroupRule("shut.out", -1, cidrs=(TEN,)),)),
            "shut2": SecurityGroup("shut2", "vpc", (SecurityGroupRule("shut2.in", 17, cidrs=(TEN,)),)),
            "open": SecurityGroup("open", "vpc", (SecurityGroupRule("open.in", -1, cidrs=(TEN,)),)),
            "dark": SecurityGroup("dark", "vpc", unresolved=Unknown("var.rules")),
            **{g.address: g for g in groups if isinstance(g, SecurityGroup)},
        },
        prefix_lists={
            "partly": PrefixList("partly", (ip_network("10.0.0.0/9"), Unknown("var.entry"))),
            "rest": PrefixList("rest", (ip_network("10.128.0.0/9"),)),
        },
    )
    names = [g.address if isinstance(g, SecurityGroup) else g for g in groups]
    verdict = group_verdict(network, names, True, span(TEN), ("them",), TCP)
    if isinstance(expected, str):
        assert isinstance(verdict, Block)
        assert str(verdict).startswith(expected)
    else:
        assert verdict == expected


def test_unknown_security_groups_of_the_other_end_give_unknown() -> None:
    network = Network(security_groups={"group": group(groups=("a", "b"))})
    verdict = group_verdict(network, ["group"], True, span(TEN), None, TCP)
    assert verdict == Unknown("group.in allows members of a: whether the other end is a member is unknown")


@pytest.mark.parametrize(
    ("ports", "asked", "passes"),
    [
        (None, None, True),
        ((80, 80), None, False),
        ((70, 80), (70, 80), True),
        ((70, 79), (70, 80), False),
        ((71, 80), (70, 80), False),
        (None, (70, 80), True),
    ],
)
def test_a_rule_lets_out_what_is_within_its_ports(ports: Span | None, asked: Span | None, passes: bool) -> None:
    rule = SecurityGroupRule("group.out", 6, ports, (TEN,))
    network = Network(security_groups={"group": SecurityGroup("group", "vpc", (), (rule,))})
    verdict = group_verdict(network, ["group"], False, span(TEN), (), Traffic(6, asked))
    why = f"group: no outbound rule allows {Traffic(6, asked)} to 10.0.0.0/8 (security-group-denies)"
    assert str(verdict) == ("None" if passes else why)
