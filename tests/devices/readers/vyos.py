"""VyOS."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from isthmus.devices import Service
from tests.devices.parsed import (
    ANYTHING,
    Entry,
    Neighbor,
    Parsed,
    Texts,
    every,
    first,
    keys,
    product,
)

DENY_ALL = {"action": "deny", "prefix": "0.0.0.0/0", "le": "32"}


def vyos(texts: Texts) -> Parsed:
    [text] = texts.values()
    rules: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name, rule, setting, value in every(r"^set policy prefix-list (\S+) rule (\d+) (\S+) (\S+)$", text):
        rules[name, rule][setting] = value
    lists = defaultdict(set)
    for (name, _), settings in rules.items():
        assert settings.keys() == {"action", "prefix"} or settings == DENY_ALL
        if settings["action"] == "permit":
            lists[name].add(IPv4Network(settings["prefix"]))
    neighbors = {}
    for address, asn in every(r"^set protocols bgp neighbor (\S+) remote-as (\d+)$", text):
        at = rf"^set protocols bgp neighbor {re.escape(address)} address-family ipv4-unicast prefix-list"
        into, out = (first(rf"{at} {word} (\S+)$", text) for word in ("import", "export"))
        assert into
        assert out
        neighbors[IPv4Address(address)] = Neighbor(int(asn), frozenset(lists[into[1]]), frozenset(lists[out[1]]))
    asn_found = first(r"^set protocols bgp system-as (\d+)$", text)
    forwarded = defaultdict(set)
    for domain, server in every(r"^set service dns forwarding domain (\S+) name-server (\S+)$", text):
        forwarded[domain].add(IPv4Address(server))
    return Parsed(
        inside=frozenset(every(r"^set interfaces vti vti\d+ address (\S+)$", text)),
        asn=int(asn_found[1]) if asn_found else None,
        neighbors=neighbors,
        originates=frozenset(
            map(
                IPv4Network,
                every(r"^set protocols bgp address-family ipv4-unicast network (\S+)$", text),
            )
        ),
        static=frozenset(map(IPv4Network, every(r"^set protocols static route (\S+) interface vti", text))),
        from_aws=tuple(_vyos_rules(text, "FROM-AWS")),
        to_aws=tuple(_vyos_rules(text, "TO-AWS")),
        forwarded={domain: frozenset(servers) for domain, servers in forwarded.items()},
        keys=keys(text),
        mss=frozenset(map(int, every(r"ip adjust-mss (\d+)$", text))),
    )


def _vyos_rules(text: str, direction: str) -> Iterator[Entry]:
    groups = defaultdict(list)
    for group, prefix in every(r"^set firewall group network-group (\S+) network (\S+)$", text):
        groups[group].append(IPv4Network(prefix))
    assert f"set firewall ipv4 name ISTHMUS-{direction} default-action drop" in text
    settings: dict[int, dict[str, str]] = defaultdict(dict)
    at = rf"^set firewall ipv4 name ISTHMUS-{direction} rule (\d+) (.*?) (\S+)$"
    for number, name, value in every(at, text):
        settings[int(number)][name] = value
    for number in sorted(settings):
        rule = settings[number]
        if "state" in rule:
            continue
        service = ANYTHING
        if rule.get("protocol") == "icmp":
            service = Service("icmp", int(rule["icmp type"]), int(rule["icmp type"]))
        elif "protocol" in rule:
            first, _, last = rule["destination port"].partition("-")
            service = Service(rule["protocol"], int(first), int(last or first))
        sources = groups[rule["source group network-group"]]
        destinations = groups[rule["destination group network-group"]]
        yield from product(rule["action"] == "accept", sources, destinations, service)
