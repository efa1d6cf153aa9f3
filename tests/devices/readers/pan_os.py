"""PAN-OS."""

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
    found,
    keys,
    networks,
    product,
)

_SETTINGS = {"from", "to", "source", "destination", "application", "service", "action"}


def pan_os(texts: Texts) -> Parsed:
    [text] = texts.values()
    router = r"^set network virtual-router VIRTUAL_ROUTER"
    rules: dict[tuple[str, str], set[IPv4Network]] = defaultdict(set)
    for direction, group, prefix in every(
        rf"{router} protocol bgp policy (import|export) rules (\S+)-allow match address-prefix (\S+) exact yes$",
        text,
    ):
        rules[direction, group].add(IPv4Network(prefix))
    neighbors = {}
    for group, peer, address in every(
        rf"{router} protocol bgp peer-group (\S+) peer (\S+) peer-address ip (\S+)$", text
    ):
        asn = first(rf"peer-group {re.escape(group)} peer {peer} peer-as (\d+)$", text)
        assert asn
        for direction in ("import", "export"):
            assert f"policy {direction} rules {group}-deny action deny" in text
        at = rf"peer-group {re.escape(group)} peer {peer} "
        profile = first(rf"{at}connection-options authentication (\S+)$", text)
        preferred = first(rf"policy import rules {group}-allow action allow update local-preference (\d+)$", text)
        neighbors[IPv4Address(address)] = Neighbor(
            int(asn[1]),
            frozenset(rules["import", group]),
            frozenset(rules["export", group]),
            found(rf"auth-profile {profile[1]} secret (\S+)$", text) if profile else "",
            int(preferred[1]) if preferred else TUNNEL_PREFERENCE,
            bool(first(rf"{at}bfd profile isthmus-aws$", text)),
        )
    own = first(rf"{router} protocol bgp local-as (\d+)$", text)
    mtus = dict(every(r"^set network interface tunnel units (\S+) mtu (\d+)$", text))
    adjusted = dict(every(r"units (\S+) adjust-tcp-mss ipv4-mss-adjustment (\d+)$", text))
    forwarded: dict[str, set[IPv4Address]] = defaultdict(set)
    domains = dict(every(r"domain-servers (\S+) domain-name \[ (\S+) ", text))
    for name, server in every(r"domain-servers (\S+) (?:primary|secondary) (\S+)$", text):
        forwarded[domains[name]].add(IPv4Address(server))
    return Parsed(
        inside=frozenset(every(r"^set network interface tunnel units \S+ ip (\S+)$", text)),
        asn=int(own[1]) if own else None,
        neighbors=neighbors,
        originates=frozenset(map(IPv4Network, every(rf"{router} protocol bgp redist-rules (\S+) enable yes$", text))),
        static=frozenset(
            map(
                IPv4Network,
                every(rf"{router} routing-table ip static-route aws-\S+ destination (\S+)$", text),
            )
        ),
        from_aws=tuple(_pan_rules(text, "isthmus-aws", "INSIDE_ZONE")),
        to_aws=tuple(_pan_rules(text, "INSIDE_ZONE", "isthmus-aws")),
        forwarded={domain: frozenset(servers) for domain, servers in forwarded.items()},
        keys=keys(text),
        mss=frozenset(int(mtus[unit]) - int(adjusted[unit]) for unit in mtus),
        vlans=frozenset(_vlans(text)),
        inward=_translations(text, "isthmus-aws", "destination", "destination-translation"),
        outward=_translations(text, "INSIDE_ZONE", "source", "source-translation static-ip"),
    )


def _vlans(text: str) -> Iterator[Vlan]:
    for port, unit, tag in every(r"^set network interface ethernet (\S+) layer3 units (\S+) tag (\d+)$", text):
        assert unit == f"{port}.{tag}"
        at = rf"^set network interface ethernet {port} layer3 units {re.escape(unit)} "
        [address], [mtu] = every(rf"{at}ip (\S+)$", text), every(rf"{at}mtu (\d+)$", text)
        yield Vlan(port, int(tag), IPv4Interface(address), int(mtu))


def _translations(text: str, zone: str, side: str, translation: str) -> frozenset[Pair]:
    """The NAT rules from a zone to that of the tunnels, in which a route keeps the ranges that AWS knows."""
    rules: dict[str, dict[str, str]] = defaultdict(dict)
    for rule, setting, value in every(r"^set rulebase nat rules (isthmus-\d+-\S+) (.*) (\S+)$", text):
        rules[rule][setting] = value
    chosen = [rule for rule in rules.values() if rule["from"] == zone]
    other = "source" if side == "destination" else "destination"
    usual = {"from": zone, "to": "isthmus-aws", other: "any", "service": "any"}
    for rule in chosen:
        assert rule.keys() == {*usual, side, f"{translation} translated-address"}
        assert all(rule[setting] == value for setting, value in usual.items())
    route = r"^set network virtual-router VIRTUAL_ROUTER routing-table ip static-route (isthmus-nat-\d+)"
    routes = dict(every(rf"{route} destination (\S+)$", text))
    assert dict(every(rf"{route} interface (\S+)$", text)) == dict.fromkeys(routes, "tunnel.1")
    assert dict(every(rf"{route} metric (\d+)$", text)) == dict.fromkeys(routes, "250")
    known = {rule["destination"] for rule in rules.values() if rule["from"] == "isthmus-aws"}
    assert set(routes.values()) == known
    assert set(rules) == {f"isthmus-{n + 1}-{way}" for n in range(len(routes)) for way in ("to-aws", "from-aws")}
    return frozenset(
        (IPv4Network(rule[side]), IPv4Network(rule[f"{translation} translated-address"])) for rule in chosen
    )


def _pan_rules(text: str, source_zone: str, destination_zone: str) -> Iterator[Entry]:
    services = {
        name: Service(protocol, int(first), int(last))
        for name, protocol, first, last in every(r"^set service (\S+) protocol (\w+) port (\d+)-(\d+)$", text)
    }
    lines: dict[str, dict[str, str]] = defaultdict(dict)
    for rule, name, value in every(r"^set rulebase security rules (\S+) (\S+) (.*)$", text):
        assert name not in lines[rule], (rule, name)
        lines[rule][name] = value
    for rule in lines.values():
        assert rule.keys() - {"description"} == _SETTINGS
        if (rule["from"], rule["to"]) != (source_zone, destination_zone):
            continue
        ping = rule["application"] == "ping"
        service = Service("icmp", 8, 8) if ping else services.get(rule["service"], ANYTHING)
        yield from product(rule["action"] == "allow", networks(rule["source"]), networks(rule["destination"]), service)
