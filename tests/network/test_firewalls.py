"""Firewall rules, packet by packet: against a reading so simple that it is right, and line by line."""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.address_space import ALL, LAST, number, span
from isthmus.network.answers import InSubnet, Internet, Packet
from isthmus.network.block import Block
from isthmus.network.firewalls import verdict
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Unknown
from isthmus.network.packets import Traffic, message
from isthmus.network.suricata import SuricataRule, SuricataRules, listed, unread, written
from tests.network.networks import Draft

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
    port = draw(ports) if protocol in ("tcp", "udp") else "any"
    way = draw(st.sampled_from(("->", "->", "<>"))) if port == "any" else "->"
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
    policy = SuricataRules("policy", tuple(written("group", text, SETS)), "drop")
    found = verdict(policy, ends[0], ends[1], Traffic(NUMBERS[protocol], (port, port)))
    assert (found is None) == passes(rules, protocol, base + source, base + to, port)


HTTPS, ECHO = Traffic(6, (443, 443)), Traffic(1, (message(8), message(8)))
TOO_BIG = Traffic(1, (message(3, 4), message(3, 4)))
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
        ("drop tcp $NOWHERE any -> any 443 (sid:1;)\npass tcp any any -> any any (sid:2;)", HTTPS, Unknown),
        ("this is no rule", HTTPS, Unknown),
        ("pass icmp any any -> any any (itype:8; sid:1;)", ECHO, None),
        ("pass icmp any any -> any any (itype:0; sid:1;)", ECHO, Block),
        ("pass icmp any any -> any any (itype:3; sid:1;)", TOO_BIG, None),
        ("pass icmp any any -> any any (itype:8; sid:1;)", TOO_BIG, Block),
        ("pass icmp any any -> any any (itype:3; icode:4; sid:1;)", TOO_BIG, Unknown),
        ("pass icmp any any -> any any (itype:>3; sid:1;)", ECHO, Unknown),
        ("pass icmp any any -> any any (itype:300; sid:1;)", ECHO, Unknown),
        ("drop icmp any any -> any any (itype:3; sid:1;)\npass icmp any any -> any any (sid:2;)", ECHO, None),
        ("drop icmp any any -> any any (itype:3; sid:1;)\npass icmp any any -> any any (sid:2;)", TOO_BIG, Block),
        ("# pass tcp any any -> any any (sid:1;)", HTTPS, Block),
        ("pass tcp any any -> [10.0.0.0/30] 80 (sid:1;)", HTTPS, Block),
    ],
)
def test_rule_by_rule(rule: str, traffic: Traffic, expected: type | None) -> None:
    found = verdict(SuricataRules("policy", tuple(written("group", rule, SETS)), "drop"), HERE, HERE, traffic)
    assert type(found) is expected if expected is not None else found is None


@pytest.mark.parametrize(
    ("default", "tcp", "udp"),
    [
        ("drop", Block, Block),
        ("drop_established", Block, Block),
        ("drop_app_layer", Block, Unknown),
        ("pass", None, None),
        (Unknown("who knows"), Unknown, Unknown),
    ],
)
def test_what_no_rule_matches(default: str | Unknown, tcp: type | None, udp: type | None) -> None:
    """A TCP handshake carries nothing; of protocols without connections `drop_established` drops all."""
    policy = SuricataRules("policy", default=default)
    for traffic, expected in ((HTTPS, tcp), (Traffic(17, (53, 53)), udp), (ECHO, udp)):
        found = verdict(policy, HERE, HERE, traffic)
        assert found is None if expected is None else isinstance(found, expected)


def test_a_range_passes_as_a_whole() -> None:
    wide = span(IPv4Network("10.0.0.0/28"))
    policy = SuricataRules(
        "policy", tuple(written("group", "pass tcp 10.0.0.0/29 any -> any any (sid:1;)", {})), "drop"
    )
    assert isinstance(verdict(policy, wide, HERE, HTTPS), Block)
    both = "pass tcp [10.0.0.0/29,10.0.0.8/29] any -> any any (sid:1;)"
    assert verdict(SuricataRules("policy", tuple(written("group", both, {})), "drop"), wide, HERE, HTTPS) is None


A, HOME = SETS["A"][0], SETS["HOME_NET"][0]
EVERY_PORT = (0, 65_535)
REST = (A[1] + 1, HOME[1])
NOT_TEN = ((0, (10 << 24) - 1), (11 << 24, LAST))
NOT_HOME = ((0, HOME[0] - 1), (HOME[1] + 1, LAST))


def sides(text: str) -> tuple[object, ...]:
    """What one rule says of sources, destinations and ports."""
    (rule,) = written("group", text, SETS)
    return rule.sources, rule.destinations, rule.ports


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("any any -> any any", ((ALL,), (ALL,), (EVERY_PORT,))),
        ("10.0.0.1 any -> 10.0.0.5/29 80", ((HERE,), (HOME,), ((80, 80),))),
        ("$A any -> $HOME_NET 80:90", ((A,), (HOME,), ((80, 90),))),
        ("!$A any -> any !80", (((0, A[0] - 1), (A[1] + 1, LAST)), (ALL,), ((0, 79), (81, 65_535)))),
        ("$EXTERNAL_NET any -> any 1000:", (NOT_HOME, (ALL,), ((1000, 65_535),))),
        ("[$HOME_NET, !$A] any -> any [80, 443:444]", (((A[1] + 1, HOME[1]),), (ALL,), ((80, 80), (443, 444)))),
        ("[[10.0.0.0/30, 10.0.0.4/30], 10.0.0.8] any -> any :1", ((A, REST, (HOME[1] + 1,) * 2), (ALL,), ((0, 1),))),
        ("[!10.0.0.0/8] any -> any [!0:65534]", (NOT_TEN, (ALL,), ((65_535,) * 2,))),
        ("[any,![10.0.0.0/30,10.0.0.4/30]] any -> any 65535", (NOT_HOME, (ALL,), ((65_535,) * 2,))),
        ("fd00::/8 any -> any 0", ((span(ip_network("fd00::/8")),), (ALL,), ((0, 0),))),
    ],
)  # fmt: skip
def test_what_a_header_says(header: str, expected: tuple[object, ...]) -> None:
    assert tuple(tuple(sorted(spans)) for spans in sides(f"pass tcp {header} (sid:1;)")) == expected  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "header",
    [
        "10.0.0.256 any -> any any",
        "any any -> $NOWHERE any",
        "any any -> ! any",
        "any any -> !$NOWHERE any",
        "any any -> !any any",
        "any any -> [10.0.0.0/8,!any] any",
        "[10.0.0.0/8 any -> any any",
        "any any -> [10.0.0.0/8,!$NOWHERE] any",
        "any any -> [10.0.0.0/8,$NOWHERE] any",
        "any any -> any 65536",
        "any any -> any 2:1",
        "any any -> any :",
        "any any -> any 1:65536",
        "any any -> any $PORTS",
        "any any -> any 123456",
    ],
)
@pytest.mark.parametrize("action", ["pass", "drop"])
def test_addresses_and_ports_that_cannot_be_read_may_be_any(header: str, action: str) -> None:
    text = f"{action} tcp {header} (sid:1;)"
    expected = SuricataRule("group", text, action == "pass", inside=True, replies=True, partly_read=True)
    assert list(written("group", text, SETS)) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "pass tcp any any -> any (sid:1;)",
        "pass tcp any any -> any any any (sid:1;)",
        "let tcp any any -> any any (sid:1;)",
        "pass tcp any any -> any any",
        "pass tcp any any -> any any (sid:1;",
        "pass tcp any any -> any any sid:1;)",
    ],
)
def test_a_line_that_is_no_rule_may_pass_anything(text: str) -> None:
    (rule,) = written("group", text, SETS)
    assert rule == SuricataRule("group", text, None, inside=True, replies=True) == unread("group", text)


@pytest.mark.parametrize(
    ("protocol", "number", "inside"),
    [
        ("ip", -1, False),
        ("tcp", 6, False),
        ("udp", 17, False),
        ("icmp", 1, False),
        ("tls", 6, True),
        ("http", 6, True),
        ("dns", -1, True),
        ("ntp", -1, True),
    ],
)
def test_protocols_of_applications_are_inside(protocol: str, number: int, inside: bool) -> None:
    (rule,) = written("group", f"drop {protocol} any any -> any any (sid:1;)", {})
    assert (rule.protocol, rule.inside, rule.passes, rule.address) == (number, inside, False, "group")
    (rule,) = written("group", f"drop {protocol} any 1:2 -> any any (sid:1;)", {})
    assert rule.inside


@pytest.mark.parametrize(
    ("options", "inside"),
    [
        ("", False),
        ('sid:1; rev:2; msg:"a (b) ; c"; metadata:x; priority:1; gid:1; classtype:x; reference:x,y; noalert;', False),
        ("flow:to_server;", False),
        ("flow: to_server, from_client ;", False),
        ("flow:from_client;", False),
        ("flow:to_client;", False),
        ("flow:from_server,established;", True),
        ("flow:established;", True),
        ("flow:to_server,established; sid:1;", True),
        ("flow:established; flow:to_server;", True),
        ('content:"x";', True),
        ('content:"x"; sid:1;', True),
        ("dsize:>1; itype:8;", True),
        ("itype: 8;", False),
        ("itype:0;", False),
        ("itype:<8;", True),
    ],
)
def test_what_options_look_at(options: str, inside: bool) -> None:
    found = [rule.inside for rule in written("group", f"pass tcp any any -> any any ({options}) ", {})]
    assert found == [inside]


def test_a_rule_both_ways_is_two() -> None:
    there, back_ = written("group", "pass tcp $A any <> any any (sid:1;)", SETS)
    assert (there.sources, there.destinations, there.ports) == ((A,), (ALL,), (EVERY_PORT,))
    assert back_ == replace(there, sources=there.destinations, destinations=there.sources)
    there, back_ = written("group", "pass tcp $A any <> any 80 (sid:1;)", SETS)
    assert (there.ports, there.inside, back_.ports, back_.inside) == (((80, 80),), False, (EVERY_PORT,), True)
    assert list(written("group", "alert tcp any any <> any any (sid:1;)\n\n  # nothing", SETS)) == []


def test_a_domain_list_is_inside_of_tcp_from_home() -> None:
    (denied,) = listed("group", "DENYLIST", {"HOME_NET": (HOME,)}, ("a.example",))
    assert (denied.protocol, denied.sources, denied.destinations) == (6, (HOME,), NOT_HOME)
    assert (denied.passes, denied.inside, denied.names) == (False, True, ("a.example",))
    assert next(listed("group", "DENYLIST", {"HOME_NET": (HOME,), "EXTERNAL_NET": (A,)})).destinations == (A,)
    assert next(listed("group", "REJECTLIST", {})).passes is None  # whose home is not known


def test_an_allow_list_drops_the_rest_of_its_protocols() -> None:
    """So that nothing after it is asked about TLS and HTTP."""
    passing, rest = listed("group", "ALLOWLIST", {"HOME_NET": (HOME,)}, ("a.example",))
    assert (passing.passes, passing.names, rest.passes, rest.names) == (True, ("a.example",), False, ())
    assert (rest.sources, rest.destinations, rest.inside) == ((HOME,), NOT_HOME, True)
    later = (
        *listed("group", "ALLOWLIST", {"HOME_NET": (ALL,), "EXTERNAL_NET": (ALL,)}, ("a.example",)),
        *written("more", "pass tcp any any -> any any ()", {}),
    )
    assert isinstance(verdict(SuricataRules("policy", later, "drop_established"), HERE, HERE, HTTPS), Unknown)
    assert list(listed("group", "ALERTLIST", {"HOME_NET": (HOME,)})) == []
    (odd,) = listed("group", "MAYBELIST", {"HOME_NET": (HOME,)})
    assert odd.passes is None


NAMED = "pass {} $HOME_NET any -> $EXTERNAL_NET any ({} sid:1;)"


@pytest.mark.parametrize(
    ("protocol", "options", "name"),
    [
        ("tls", 'tls.sni; content:"a.example"; startswith; nocase; endswith; flow:to_server;', "a.example"),
        ("tls", 'ssl_state:client_hello; tls.sni; content:"a.example"; startswith; nocase; endswith;', "a.example"),
        ("tls", 'tls.sni; dotprefix; content:".a.example"; nocase; endswith; msg:"x";', ".a.example"),
        ("http", 'http.host; content:"a.example"; startswith; endswith; flow:to_server, established;', "a.example"),
        ("http", 'http.host; dotprefix; content:".a.example"; endswith;', ".a.example"),
        # The end alone is of other names too, and so is the beginning.
        ("tls", 'tls.sni; content:"a.example"; nocase; endswith;', ""),
        ("tls", 'tls.sni; content:"a.example"; startswith; nocase;', ""),
        ("tls", 'tls.sni; content:".a.example"; nocase; endswith;', ""),
        ("tls", 'tls.sni; content:"a.example"; startswith; endswith;', ""),
        ("tls", 'tls.sni; content:!"a.example"; startswith; nocase; endswith;', ""),
        ("tls", 'tls.sni; content:"a"; startswith; nocase; endswith; content:"b";', ""),
        ("tls", 'tls.sni; content:"a|2e|example"; startswith; nocase; endswith;', ""),
        ("tls", 'tls.sni; content:"a.example"; startswith; nocase; endswith; flow:to_client;', ""),
        ("tls", 'tls.sni; content:"a.example"; startswith; nocase; endswith; ja3.hash; content:"x";', ""),
        ("tls", 'tls.cert_subject; content:"a.example"; startswith; nocase; endswith;', ""),
        ("http", 'tls.sni; content:"a.example"; startswith; nocase; endswith;', ""),
        ("tcp", 'tls.sni; content:"a.example"; startswith; nocase; endswith;', ""),
    ],
)
def test_a_rule_that_passes_one_name(protocol: str, options: str, name: str) -> None:
    found = list(written("group", NAMED.format(protocol, options), SETS))
    assert [rule.names for rule in found if rule.names] == ([(name,)] if name else [])
    assert all(rule.inside for rule in found)


@pytest.mark.parametrize(
    "header", ["drop tls any any -> any any", "pass tls any any -> any 443", "pass tls any 1 -> any any"]
)
def test_a_rule_of_some_ports_or_that_drops_names_nothing(header: str) -> None:
    (rule,) = written("group", f'{header} (tls.sni; content:"a"; startswith; nocase; endswith; sid:1;)', SETS)
    assert not rule.names
    assert rule.inside


def test_names_are_one_rule_as_long_as_nothing_is_between_them() -> None:
    """The number of names adds no class of packets."""
    first, second, third = (
        NAMED.format("tls", f'tls.sni; content:"{name}"; startswith; nocase; endswith;') for name in "abc"
    )
    (rule,) = written("group", f"{first}\n{second}\n{third}", SETS)
    assert rule.names == ("a", "b", "c")
    assert rule.text.endswith("and 2 more names")
    before, _, after = written("group", f"{first}\n{second}\ndrop tcp any any -> any 22 (sid:2;)\n{third}", SETS)
    assert (before.names, after.names) == (("a", "b"), ("c",))


OTHERS = "drop ip any any -> any any (ip_proto:!TCP; ip_proto:!UDP; ip_proto:!ICMP; sid:1;)"


@pytest.mark.parametrize(
    ("rule", "protocol", "dropped"),
    [
        (OTHERS, 6, False),
        (OTHERS, 17, False),
        (OTHERS, 1, False),
        (OTHERS, 47, True),
        (OTHERS, 58, True),
        (OTHERS, -1, True),
        ("drop ip any any -> any any (ip_proto:!TCP; sid:1;)", 17, True),
        ("drop ip any any -> any any (ip_proto:!TCP; sid:1;)", 6, False),
    ],
)
def test_a_rule_for_all_but_some_protocols(rule: str, protocol: int, dropped: bool) -> None:
    policy = SuricataRules("policy", tuple(written("group", rule, {})), "pass")
    assert isinstance(verdict(policy, HERE, HERE, Traffic(protocol)), Block) is dropped


@pytest.mark.parametrize("option", ["ip_proto:47", "ip_proto:>5", "ip_proto:!SCTP", "ip_proto:!47"])
def test_protocols_that_are_not_read_may_be_any(option: str) -> None:
    policy = SuricataRules(
        "policy", tuple(written("group", f"drop ip any any -> any any ({option}; sid:1;)", {})), "pass"
    )
    assert isinstance(verdict(policy, HERE, HERE, HTTPS), Unknown)


def test_a_list_sees_no_name_where_handshakes_are_dropped() -> None:
    names = tuple(listed("group", "ALLOWLIST", {"HOME_NET": (ALL,), "EXTERNAL_NET": (ALL,)}, ("a.example",)))
    assert isinstance(verdict(SuricataRules("policy", names, "drop"), HERE, HERE, HTTPS), Block)
    assert isinstance(verdict(SuricataRules("policy", names, "drop_established"), HERE, HERE, HTTPS), Unknown)


def test_the_prefixes_that_a_policy_distinguishes() -> None:
    lines = "pass tcp 10.0.0.0/30 any -> ![10.0.0.0/8,::/0] any ()\npass tls 10.9.0.0/16 any -> any any ()"
    last = "pass udp any any -> 255.255.255.255 67 ()"
    policy = SuricataRules("policy", (*written("one", f"{lines}\n{last}", SETS), unread("two")))
    assert policy.rules[-1] == SuricataRule("two", "", None, inside=True, replies=True)
    assert policy.groups == ("policy", "one", "two")
    split = {str(prefix) for prefix in policy.prefixes()}
    assert split == {"10.0.0.0/30", "0.0.0.0/5", "8.0.0.0/7", "11.0.0.0/8", "12.0.0.0/6", "16.0.0.0/4", "32.0.0.0/3",
                    "64.0.0.0/2", "128.0.0.0/1", "255.255.255.255/32"}  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "reported"),
    [
        ("", "policy: no rule passes tcp/443 from 10.0.0.1 to 10.0.0.1 (firewall-drops)"),
        ("drop ip any any -> any any ()", "group: tcp/443: drop ip any any -> any any () (firewall-drops)"),
        ("pass udp any any -> any any ()\npass tcp any any -> any any ()", "None"),
        # A rule about content may pass the packet or stop it: the message names one that changes the outcome.
        ("pass tls any any -> any any ()", Unknown("whether group passes tcp/443: pass tls any any -> any any ()")),
        ("drop tls any any -> any any ()", "policy: no rule passes tcp/443 from 10.0.0.1 to 10.0.0.1 (firewall-drops)"),
        (
            "pass tls any any -> any any ()\ndrop http any any -> any any ()\ndrop ip any any -> any any ()",
            Unknown("whether group passes tcp/443: pass tls any any -> any any ()"),
        ),
        ("pass tls any any -> any any ()\npass ip any any -> any any ()", "None"),
        (
            "drop tls any any -> any any ()\npass ip any any -> any any ()",
            Unknown("whether group drops tcp/443: drop tls any any -> any any ()"),
        ),
    ],
)
def test_what_a_firewall_stops_and_why(lines: str, reported: str | Unknown) -> None:
    found = verdict(SuricataRules("policy", tuple(written("group", lines, SETS)), "drop"), HERE, HERE, HTTPS)
    assert found == reported if isinstance(reported, Unknown) else str(found) == reported


@pytest.mark.parametrize(
    ("rule", "traffic", "passes"),
    [
        ("pass ip any any -> any 80 ()", Traffic(47), True),  # what has no ports meets a rule for some
        ("pass icmp any any -> any 80 ()", ECHO, True),  # a type is no port
        ("pass tcp any any -> any any ()", Traffic(-1), False),  # everything passes by a rule for everything only
        ("pass icmp any any -> any any ()", Traffic(-1), False),
        ("pass ip any any -> any any ()", Traffic(-1), True),
        ("drop udp any any -> any any ()\npass ip any any -> any any ()", Traffic(-1), False),
        ("drop tcp any any -> any 80:90 ()\npass ip any any -> any any ()", Traffic(6, (90, 99)), False),
        ("drop tcp any any -> any 80:90 ()\npass ip any any -> any any ()", Traffic(6, (70, 80)), False),
        ("drop tcp any any -> any 80:90 ()\npass ip any any -> any any ()", Traffic(6, (91, 99)), True),
        ("drop tcp any any -> any 80:90 ()\npass ip any any -> any any ()", Traffic(6, (70, 79)), True),
        ("pass tcp any any -> any 80:90 ()\npass tcp any any -> any 91:99 ()", Traffic(6, (80, 99)), False),
    ],
)
def test_ranges_of_ports_and_protocols_without_any(rule: str, traffic: Traffic, passes: bool) -> None:
    found = verdict(SuricataRules("policy", tuple(written("group", rule, SETS)), "drop"), HERE, HERE, traffic)
    assert (found is None) == passes


@pytest.mark.parametrize(
    ("source", "port", "stopped"),
    [
        ("plain", 443, []),
        ("plain", 80, ["policy: no rule passes tcp/80 from 10.0.1.4 to 10.0.9.4 (firewall-drops)"]),
        ("translated", 443, ["policy: no rule passes tcp/443 from 10.0.3.7 to 10.0.9.4 (firewall-drops)"]),
        ("translated", 22, []),
    ],
)
def test_on_its_way_a_packet_is_asked_about_with_the_address_it_has_there(
    source: str, port: int, stopped: list[str]
) -> None:
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    d.subnet("plain", "a", "10.0.1.0/24", routes={"10.0.9.0/24": "fw[door]"})
    d.subnet("translated", "a", "10.0.2.0/24", routes={"10.0.9.0/24": "nat"})
    d.subnet("nats", "a", "10.0.3.0/24", routes={"10.0.9.0/24": "fw[door]"})
    d.nat("nat", "nats", public=False, ip="10.0.3.7")
    d.subnet("door", "a", "10.0.4.0/24")
    d.subnet("server", "a", "10.0.9.0/24")
    d.firewall("fw", "a", "door")
    lines = "pass tcp 10.0.1.0/24 any -> 10.0.9.0/24 443 ()\npass tcp 10.0.3.7 any -> any 22 ()"
    rules = SuricataRules("policy", tuple(written("group", lines, {})), "drop")
    d.put("firewalls", replace(d.parts["firewalls"]["fw"], rules=rules))
    (path,) = Forwarding(d.network()).forward(Packet(InSubnet(source), InSubnet("server"), port=port)).paths
    assert [str(block) for block in path.blocks] == stopped
    assert path.end == "server"
    (path,) = (
        Forwarding(d.network()).forward(Packet(InSubnet(source), Internet(IPv4Address("10.0.9.9")), port=port)).paths
    )
    assert ("firewall-drops" in {block.rule for block in path.blocks}) == bool(stopped)


@pytest.mark.parametrize(
    ("rules", "there", "both_ways"),
    [
        ("pass ip any any -> any any ()", "reachable", "blocked"),
        ('pass tls any any -> any any (tls.sni; content:"a.example"; sid:1;)', "unknown", "blocked"),
        (None, "unknown", "unknown"),  # may have no stateful rules, which alone need both directions
    ],
)
def test_a_reply_past_the_firewall_is_wrong_whatever_names_its_rules_pass(
    rules: str | None, there: str, both_ways: str
) -> None:
    """https://docs.aws.amazon.com/network-firewall/latest/developerguide/asymmetric-routing.html"""
    d = Draft()
    d.vpc("a", "10.0.0.0/16")
    d.subnet("client", "a", "10.0.1.0/24", routes={"10.0.9.0/24": "fw[door]"})
    d.subnet("door", "a", "10.0.4.0/24")
    d.subnet("server", "a", "10.0.9.0/24")
    d.firewall("fw", "a", "door")
    read = (
        SuricataRules("policy", tuple(written("group", rules, {})), "drop_established")
        if rules
        else Unknown("not read")
    )
    d.put("firewalls", replace(d.parts["firewalls"]["fw"], rules=read))
    trip = Forwarding(d.network()).both_ways(Packet(InSubnet("client"), InSubnet("server"), port=443))
    assert (str(trip.forward.outcome), str(trip.outcome)) == (there, both_ways)
    assert [block.rule for block in trip.asymmetric] == ["asymmetric-inspection"] * (both_ways == "blocked")


def test_both_directions_change_ports_too() -> None:
    """The port of the destination is one of the source the other way round, where a client does not have it."""
    rules = SuricataRules(
        "policy", tuple(written("group", "pass tcp 10.0.0.0/29 any <> 198.51.100.0/24 443 (sid:1;)", {})), "drop"
    )
    there = span(IPv4Network("198.51.100.7/32"))
    assert verdict(rules, HERE, there, HTTPS) is None
    assert isinstance(verdict(rules, there, HERE, HTTPS), Unknown)


BACKWARD = "pass tcp 198.51.100.0/24 any -> 10.0.0.0/29 any ({}sid:1;)"


@pytest.mark.parametrize(
    ("options", "default", "traffic", "expected"),
    [
        ("", "drop_established", HTTPS, None),
        ("flow:to_client; ", "drop_established", HTTPS, None),
        ("flow:to_server; ", "drop_established", HTTPS, Block),
        ("flow:established; ", "drop_established", HTTPS, Unknown),
        ("", "drop", HTTPS, Block),  # there is no answer: the handshake is dropped
        ("flow:to_client; ", "drop", HTTPS, Block),
        ("", "drop_established", Traffic(17, (53, 53)), Block),
    ],
)
def test_a_rule_about_the_other_direction_passes_by_the_answer(
    options: str, default: str, traffic: Traffic, expected: type | None
) -> None:
    """A rule for what a network opens also lets others open connections to it, unless it says `flow:to_server`.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/troubleshooting-rules.html
    """
    there = span(IPv4Network("198.51.100.7/32"))
    found = verdict(
        SuricataRules("policy", tuple(written("group", BACKWARD.format(options), {})), default), HERE, there, traffic
    )
    assert type(found) is expected if expected is not None else found is None


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("drop tcp 198.51.100.0/24 any -> any any (sid:1;)", Block),
        ("drop tcp 198.51.100.0/24 443 -> any any (sid:1;)", Unknown),  # ports of sources are not read
        ("drop tcp any any -> 10.0.0.0/29 1024:40000 (sid:1;)", Unknown),  # some of the client ports
        ("drop tcp 198.51.100.0/24 any -> any any (flow:to_server; sid:1;)", None),
        ("drop tcp 198.51.100.0/24 any -> any any (flow:to_client; sid:1;)", Block),
        ("pass tcp any any -> any 443 (sid:1;)\ndrop tcp 198.51.100.0/24 any -> any any (sid:2;)", None),
        ("drop tcp any any -> any any (flow:to_client; sid:2;)\npass tcp any any -> any 443 (sid:1;)", None),
    ],
)
def test_what_drops_answers_drops_the_flow_that_no_rule_passes(rule: str, expected: type | None) -> None:
    there = span(IPv4Network("198.51.100.7/32"))
    found = verdict(SuricataRules("policy", tuple(written("group", rule, {})), "pass"), HERE, there, HTTPS)
    assert type(found) is expected if expected is not None else found is None
