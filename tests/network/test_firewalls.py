"""Firewall rules, packet by packet: against a reading so simple that it is right, and line by line."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.answers import Block
from isthmus.network.filters import Traffic
from isthmus.network.firewalls import verdict
from isthmus.network.model import Unknown
from isthmus.network.space import number, span
from isthmus.network.suricata import Rules, written

NETS = ("10.0.0.0/30", "10.0.0.4/30", "10.0.0.0/29", "10.0.0.2/32")
SETS = {"HOME_NET": (span(IPv4Network("10.0.0.0/29")),), "A": (span(IPv4Network(NETS[0])),)}
NUMBERS = {"ip": -1, "tcp": 6, "udp": 17, "icmp": 1}

addresses = st.sampled_from(("any", *NETS, "$A", "!$A", "$HOME_NET", "$EXTERNAL_NET", f"[{NETS[3]}, {NETS[1]}]"))
ports = st.sampled_from(("any", "1", "2:3", "!2", "[1,3]", "[0:3,!1]", ":1", "2:"))


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, str, str, str, str, str]:
    """Action, protocol, source, direction, destination, ports."""
    action, protocol = (
        draw(st.sampled_from(("pass", "drop", "reject", "alert"))),
        draw(st.sampled_from(sorted(NUMBERS))),
    )
    way = draw(st.sampled_from(("->", "->", "<>")))
    port = draw(ports) if protocol in ("tcp", "udp") else "any"
    return action, protocol, draw(addresses), way, draw(addresses), port


def has(text: str, address: int) -> bool:
    """Whether addresses written so hold one."""
    if text.startswith("["):
        return any(has(part.strip(), address) for part in text[1:-1].split(","))
    if text.startswith("!"):
        return not has(text[1:], address)
    meaning = {"any": "0.0.0.0/0", "$A": NETS[0], "$HOME_NET": NETS[2]}
    if text == "$EXTERNAL_NET":
        return not has("$HOME_NET", address)
    return IPv4Address(address) in IPv4Network(meaning.get(text, text))


def holds(text: str, port: int) -> bool:
    """Whether ports written so hold one."""
    if text.startswith("["):
        parts = text[1:-1].split(",")
        within = any(holds(part, port) for part in parts if not part.startswith("!"))
        return within and not any(holds(part[1:], port) for part in parts if part.startswith("!"))
    if text.startswith("!"):
        return not holds(text[1:], port)
    if text == "any":
        return True
    low, colon, high = text.partition(":")
    return int(low or 0) <= port <= int(high or 65_535) if colon else port == int(low)


def passes(given_: Sequence[tuple[str, str, str, str, str, str]], protocol: str, a: int, b: int, port: int) -> bool:
    for action, of, source, way, to, wanted in given_:
        there = has(source, a) and has(to, b) and holds(wanted, port)
        back = way == "<>" and has(to, a) and has(source, b) and holds(wanted, port)
        if action != "alert" and of in ("ip", protocol) and (there or back):
            return action == "pass"
    return False


@given(
    rules=st.lists(lines(), max_size=4),
    protocol=st.sampled_from(("tcp", "udp")),
    source=st.integers(0, 9),
    to=st.integers(0, 9),
    port=st.integers(0, 4),
)
def test_rules_decide_as_they_read(
    rules: list[tuple[str, str, str, str, str, str]], protocol: str, source: int, to: int, port: int
) -> None:
    text = "\n".join(
        f'{action} {of} {a} any {way} {b} {wanted} (msg:"a; b"; flow:to_server; sid:{place};)'
        for place, (action, of, a, way, b, wanted) in enumerate(rules, start=1)
    )
    base = number(IPv4Address("10.0.0.0"))
    ends = [(base + end, base + end) for end in (source, to)]
    policy = Rules("policy", tuple(written("group", text, SETS)), "drop")
    found = verdict(policy, ends[0], ends[1], Traffic(NUMBERS[protocol], (port, port)))
    assert (found is None) == passes(rules, protocol, base + source, base + to, port)


HTTPS, ECHO = Traffic(6, (443, 443)), Traffic(1, (8, 8))
HERE = span(IPv4Network("10.0.0.1/32"))


@pytest.mark.parametrize(
    ("rule", "traffic", "expected"),
    [
        ("pass tcp any any -> any 443 (sid:1;)", HTTPS, None),
        ("pass tcp any any -> any 443 (flow:to_client; sid:1;)", HTTPS, Block),
        ("pass tcp any any -> any 443 (flow:established,to_server; sid:1;)", HTTPS, Unknown),
        ('pass tls any any -> any any (tls.sni; content:"a\\;b"; sid:1;)', HTTPS, Unknown),
        ("pass tls any any -> any any (sid:1;)", ECHO, Block),
        ("pass tcp any 1024: -> any 443 (sid:1;)", HTTPS, Unknown),
        ("pass tcp $NOWHERE any -> any 443 (sid:1;)", HTTPS, Unknown),
        ("drop tcp $NOWHERE any -> any 443 (sid:1;)\npass tcp any any -> any any (sid:2;)", HTTPS, None),
        ("this is no rule", HTTPS, Unknown),
        ("pass icmp any any -> any any (itype:8; sid:1;)", ECHO, None),
        ("pass icmp any any -> any any (itype:0; sid:1;)", ECHO, Block),
        ("# pass tcp any any -> any any (sid:1;)", HTTPS, Block),
        ("pass tcp any any -> [10.0.0.0/30] 80 (sid:1;)", HTTPS, Block),
    ],
)
def test_rule_by_rule(rule: str, traffic: Traffic, expected: type | None) -> None:
    found = verdict(Rules("policy", tuple(written("group", rule, SETS)), "drop"), HERE, HERE, traffic)
    assert type(found) is expected if expected is not None else found is None


@pytest.mark.parametrize(
    ("default", "tcp", "udp"),
    [("drop", False, False), ("drop_established", False, True), ("pass", True, True)],
)
def test_what_no_rule_matches(default: str, tcp: bool, udp: bool) -> None:
    """A datagram alone is no connection; a TCP handshake carries nothing."""
    policy = Rules("policy", default=default)
    assert (verdict(policy, HERE, HERE, HTTPS) is None) == tcp
    assert (verdict(policy, HERE, HERE, Traffic(17, (53, 53))) is None) == udp


def test_a_range_passes_as_a_whole() -> None:
    wide = span(IPv4Network("10.0.0.0/28"))
    policy = Rules("policy", tuple(written("group", "pass tcp 10.0.0.0/29 any -> any any (sid:1;)", {})), "drop")
    assert isinstance(verdict(policy, wide, HERE, HTTPS), Block)
    both = "pass tcp [10.0.0.0/29,10.0.0.8/29] any -> any any (sid:1;)"
    assert verdict(Rules("policy", tuple(written("group", both, {})), "drop"), wide, HERE, HTTPS) is None
