"""Junos."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
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


def junos(texts: Texts) -> Parsed:
    [text] = texts.values()
    filters = defaultdict(set)
    for name, prefix in every(
        r"^set policy-options policy-statement (\S+) term accept from route-filter (\S+) exact$", text
    ):
        filters[name].add(IPv4Network(prefix))
    for name in filters:
        assert f"policy-statement {name} term accept then accept" in text
        assert f"policy-statement {name} term reject then reject" in text
    neighbors: dict[IPv4Address, Neighbor] = {}
    originates: set[IPv4Network] = set()
    for group, asn in every(r"^set protocols bgp group (\S+) peer-as (\d+)$", text):
        into, out = (
            first(rf"^set protocols bgp group {re.escape(group)} {word} (\S+)$", text) for word in ("import", "export")
        )
        assert into
        assert out
        originates |= filters[out[1]]
        for address in every(rf"^set protocols bgp group {re.escape(group)} neighbor (\S+) local-address", text):
            at = rf"^set protocols bgp group {re.escape(group)} neighbor {re.escape(address)} "
            key = first(rf"{at}authentication-key (\S+)$", text)
            preferred = first(rf"policy-statement {into[1]} term accept then local-preference (\d+)$", text)
            neighbors[IPv4Address(address)] = Neighbor(
                int(asn),
                frozenset(filters[into[1]]),
                frozenset(filters[out[1]]),
                key[1] if key else "",
                int(preferred[1]) if preferred else TUNNEL_PREFERENCE,
                bool(first(rf"{at}bfd-liveness-detection minimum-interval", text)),
            )
    own = set(every(r"^set protocols bgp group \S+ local-as (\d+)$", text))
    forwarded = defaultdict(set)
    for domain, server in every(r"dns-proxy view isthmus domain (\S+) forwarders (\S+)$", text):
        forwarded[domain].add(IPv4Address(server))
    return Parsed(
        inside=frozenset(every(r"^set interfaces st0 unit \d+ family inet address (\S+)$", text)),
        asn=int(own.pop()) if own else None,
        neighbors=neighbors,
        originates=frozenset(originates),
        static=frozenset(map(IPv4Network, every(r"^set routing-options static route (\S+) next-hop \[ st0", text))),
        from_aws=tuple(_junos_rules(text, "from-zone aws to-zone INSIDE_ZONE")),
        to_aws=tuple(_junos_rules(text, "from-zone INSIDE_ZONE to-zone aws")),
        forwarded={domain: frozenset(servers) for domain, servers in forwarded.items()},
        keys=keys(text),
        mss=frozenset(map(int, every(r"tcp-mss ipsec-vpn mss (\d+)$", text))),
        vlans=frozenset(_vlans(text)),
        inward=_translations(text),
        outward=frozenset((own, known) for known, own in _translations(text)),
    )


def _vlans(text: str) -> Iterator[Vlan]:
    """The tagged units: the MTU of their port has 18 bytes more, for the Ethernet header and the tag."""
    for port, unit, vlan in every(r"^set interfaces (\S+) unit (\d+) vlan-id (\d+)$", text):
        assert unit == vlan
        assert f"set interfaces {port} vlan-tagging\n" in text
        [mtu] = every(rf"^set interfaces {port} unit {unit} family inet mtu (\d+)$", text)
        [address] = every(rf"^set interfaces {port} unit {unit} family inet address (\S+)$", text)
        [of_port] = every(rf"^set interfaces {port} mtu (\d+)$", text)
        assert int(of_port) == int(mtu) + 18
        yield Vlan(port, int(vlan), IPv4Interface(address), int(mtu))


def _translations(text: str) -> frozenset[Pair]:
    """Static NAT works in both directions. BGP needs a route to each range that AWS knows."""
    rule = r"^set security nat static rule-set isthmus rule"
    matches = dict(every(rf"{rule} (isthmus-\d+) match destination-address (\S+)$", text))
    prefixes = dict(every(rf"{rule} (isthmus-\d+) then static-nat prefix (\S+)$", text))
    assert matches.keys() == prefixes.keys() == {f"isthmus-{number + 1}" for number in range(len(matches))}
    assert bool(matches) == bool(every(r"^set security nat static rule-set isthmus from zone aws$", text))
    assert set(matches.values()) == set(every(r"^set routing-options static route (\S+) discard$", text))
    return frozenset((IPv4Network(matches[name]), IPv4Network(prefixes[name])) for name in matches)


def _junos_rules(text: str, zones: str) -> Iterator[Entry]:
    book = {
        name: IPv4Network(prefix)
        for name, prefix in every(r"^set security address-book global address (\S+) (\S+)$", text)
    }
    lines: dict[str, list[str]] = defaultdict(list)
    for policy, rest in every(rf"^set security policies {zones} policy (\S+) (.*)$", text):
        lines[policy].append(rest)
    for settings in lines.values():
        joined = "\n".join(settings)
        service = ANYTHING
        [name] = every(r"^match application (\S+)$", joined)
        [action] = every(r"^then (permit|deny)$", joined)
        if name != "any":
            application = "\n".join(every(rf"^set applications application {re.escape(name)} (.*)$", text))
            if icmp := first(r"^icmp-type (\d+)$", application):
                assert first(r"^protocol icmp$", application)
                service = Service("icmp", int(icmp[1]), int(icmp[1]))
            else:
                protocol = first(r"^protocol (\w+)$", application)
                ports = first(r"^destination-port (\d+)-(\d+)$", application)
                assert protocol
                assert ports
                service = Service(protocol[1], int(ports[1]), int(ports[2]))
        assert "match source-address " in joined
        assert "match destination-address " in joined
        yield from product(
            action == "permit",
            [book[name] for name in every(r"^match source-address (\S+)$", joined)],
            [book[name] for name in every(r"^match destination-address (\S+)$", joined)],
            service,
        )
