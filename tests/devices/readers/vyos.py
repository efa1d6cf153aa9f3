"""VyOS."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from isthmus.devices import Service
from tests.devices.parsed import (
    ANYTHING,
    TUNNEL_PREFERENCE,
    Entry,
    Neighbor,
    Pair,
    Parsed,
    Texts,
    Vlan,
    every,
    first,
    keys,
    product,
)

_PEER = r"^set protocols bgp neighbor (\S+) remote-as (\d+)$"
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
    neighbors = {IPv4Address(a): _neighbor(text, a, int(asn), lists) for a, asn in every(_PEER, text)}
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
        vlans=frozenset(_vlans(text)),
        inward=_translations(text, "destination", "inbound"),
        outward=_translations(text, "source", "outbound"),
    )


def _neighbor(text: str, address: str, asn: int, lists: Mapping[str, set[IPv4Network]]) -> Neighbor:
    peer = rf"^set protocols bgp neighbor {re.escape(address)} "
    family = peer + "address-family ipv4-unicast "
    into, mapped = first(rf"{family}prefix-list import (\S+)$", text), first(rf"{family}route-map import (\S+)$", text)
    out, key = first(rf"{family}prefix-list export (\S+)$", text), first(rf"{peer}password (\S+)$", text)
    assert out
    preference = TUNNEL_PREFERENCE
    if mapped:
        rule = dict(every(rf"^set policy route-map {mapped[1]} rule 10 (.*) (\S+)$", text))
        assert rule.keys() == {"action", "match ip address prefix-list", "set local-preference"}
        assert rule["action"] == "permit"
        name, preference = rule["match ip address prefix-list"], int(rule["set local-preference"])
    else:
        assert into
        name = into[1]
    bfd = bool(first(rf"{peer}bfd$", text))
    assert bfd == bool(every(rf"^set protocols bfd peer {re.escape(address)} ", text))
    return Neighbor(asn, frozenset(lists[name]), frozenset(lists[out[1]]), key[1] if key else "", preference, bfd)


def _vlans(text: str) -> Iterator[Vlan]:
    mtus = dict(every(r"^set interfaces ethernet (\S+) mtu (\d+)$", text))
    for port, vlan, address in every(r"^set interfaces ethernet (\S+) vif (\d+) address (\S+)$", text):
        [mtu] = every(rf"^set interfaces ethernet {port} vif {vlan} mtu (\d+)$", text)
        assert mtu == mtus[port]
        yield Vlan(port, int(vlan), IPv4Interface(address), int(mtu))


def _translations(text: str, kind: str, direction: str) -> frozenset[Pair]:
    rules: dict[str, dict[str, str]] = defaultdict(dict)
    for number, setting, value in every(rf"^set nat {kind} rule (\d+) (.*) (\S+)$", text):
        rules[number][setting] = value
    for rule in rules.values():
        assert rule.keys() == {f"{direction}-interface group", f"{kind} address", "translation address"}
        assert rule[f"{direction}-interface group"] == "ISTHMUS-TUNNELS"
    blackholes = set(every(r"^set protocols static route (\S+) blackhole distance 254$", text))
    routable = "translation address" if kind == "source" else f"{kind} address"
    assert {rule[routable] for rule in rules.values()} == blackholes
    assert set(rules) == {str(1000 + 10 * number) for number in range(1, len(rules) + 1)}
    return frozenset(
        (IPv4Network(rule[f"{kind} address"]), IPv4Network(rule["translation address"])) for rule in rules.values()
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
