"""Cisco IOS XE and ASA."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from isthmus.devices import Service
from tests.devices.parsed import (
    ANYTHING,
    Entry,
    Pair,
    Parsed,
    Texts,
    Vlan,
    every,
    first,
    found,
    inverted,
    keys,
    masked,
    neighbors,
)


def _cisco_lists(text: str) -> Mapping[str, set[IPv4Network]]:
    lists = defaultdict(set)
    for name, prefix in every(r"^(?:ip )?prefix-list (\S+) seq \d+ permit (\S+)$", text):
        lists[name].add(IPv4Network(prefix))
    return lists


def ios_xe(texts: Texts) -> Parsed:
    [text] = texts.values()
    acl = dict(every(r"^ip access-list extended (\S+)\n((?: .*\n)*)", text))
    assert all(body.endswith(" deny ip any any\n") for body in acl.values())  # an empty list permits everything
    routes = every(r"^ip route (\S+) (\S+) Tunnel\d+$", text)
    read = _cisco(text, acl["ISTHMUS-FROM-AWS"], acl["ISTHMUS-TO-AWS"], routes, r"^ ip tcp adjust-mss (\d+)$")
    mtus = dict(every(r"^interface (\S+)\n mtu (\d+)$", text))
    vlans = _vlans(text, r"^ encapsulation dot1Q (\d+)$", lambda port, body: mtus[port])
    return _translating(replace(read, vlans=frozenset(vlans)), _ios_translations(text))


def asa(texts: Texts) -> Parsed:
    [text] = texts.values()
    acl: dict[str, str] = defaultdict(str)
    for name, line in every(r"^access-list (\S+) extended (.*)$", text):
        acl[name] += "" if line == "deny ip any4 any4" else f" {line}\n"
    routes = every(r"^route aws-\d+ (\S+) (\S+) \S+ 1$", text)
    read = _cisco(
        text, acl["ISTHMUS-FROM-AWS"], acl["ISTHMUS-TO-AWS"], routes, r"^sysopt connection tcpmss (\d+)$", inverse=False
    )
    mtus = dict(every(r"^mtu (\S+) (\d+)$", text))
    vlans = _vlans(text, r"^ vlan (\d+)$", lambda port, body: mtus[found(r"^ nameif (\S+)$", body)])
    return _translating(replace(read, vlans=frozenset(vlans)), _asa_translations(text))


def _translating(read: Parsed, pairs: set[Pair]) -> Parsed:
    """Both systems translate in both directions with one command."""
    return replace(read, inward=frozenset((known, own) for own, known in pairs), outward=frozenset(pairs))


def _ios_translations(text: str) -> set[Pair]:
    """On the premises, and as AWS knows it. Packets between an inside and an outside interface are translated."""
    pairs: set[Pair] = set()
    for own, known, length in every(r"^ip nat inside source static network (\S+) (\S+) /(\d+) no-alias$", text):
        pairs.add((IPv4Network(f"{own}/{length}"), IPv4Network(f"{known}/{length}")))
    outside = every(r"^ zone-member security isthmus-aws\n ip nat outside$", text)
    assert len(outside) == (len(every(r"^ zone-member security isthmus-aws$", text)) if pairs else 0)
    assert len(every(r"^interface INSIDE_INTERFACE\n ip nat inside$", text)) == bool(pairs)
    null = {masked(*each) for each in every(r"^ip route (\S+) (\S+) Null0 254$", text)}
    assert null >= {known for _, known in pairs}
    return pairs


def _asa_translations(text: str) -> set[Pair]:
    """On the premises, and as AWS knows it: at each interface toward AWS."""
    networks = {name: masked(*each) for name, *each in every(r"^object network (\S+)\n subnet (\S+) (\S+)$", text)}
    pairs: dict[str, set[Pair]] = {name: set() for name in every(r"^ nameif (\S+)$", text)}
    for interface, own, known in every(r"^nat \(any,(\S+)\) source static (\S+) (\S+) no-proxy-arp$", text):
        pairs[interface].add((networks[own], networks[known]))
    [found] = {frozenset(each) for each in pairs.values()}
    return set(found)


def _vlans(text: str, number: str, mtu: Callable[[str, str], str]) -> Iterator[Vlan]:
    """The subinterfaces with a VLAN; the number of a subinterface is that of its VLAN."""
    for port, subinterface, body in every(r"^interface (\S+)\.(\d+)\n((?: .*\n)+)", text):
        vlan = int(found(number, body))
        assert vlan == int(subinterface)
        address, mask = every(r"^ ip address (\S+) (\S+)$", body)[0]
        yield Vlan(port, vlan, IPv4Interface(f"{address}/{mask}"), int(mtu(port, body)))


def _cisco(
    text: str, from_aws: str, to_aws: str, routes: list[tuple[str, str]], mss: str, *, inverse: bool = True
) -> Parsed:
    asn = first(r"^router bgp (\d+)", text)
    forwarded: dict[str, frozenset[IPv4Address]] = {}
    for number, domain in every(r"^ip dns name-list (\d+) permit \.\*(\S+)$", text):
        view = first(rf"^ip dns view isthmus-{number}\n((?: dns forwarder \S+\n)+)", text)
        assert view
        assert f" view isthmus-{number} {number}\n  restrict name-group {number}\n" in text
        forwarded[domain.lower()] = frozenset(map(IPv4Address, every(r"forwarder (\S+)", view[1])))
    for domain, servers in every(r"^!     (\S+) to (.*)$", text):
        forwarded[domain] = frozenset(map(IPv4Address, servers.split(", ")))
    return Parsed(
        inside=frozenset(
            f"{address}/{masked('0.0.0.0', mask).prefixlen}"
            for body in every(r"^interface Tunnel\d+\n((?: .*\n)+)", text)
            for address, mask in every(r"^ ip address (\S+) (\S+)$", body)
        ),
        asn=int(asn[1]) if asn else None,
        neighbors=neighbors(text, _cisco_lists(text)),
        originates=frozenset(masked(*each) for each in every(r"^  network (\S+) mask (\S+)$", text)),
        static=frozenset(masked(*each) for each in routes),
        from_aws=tuple(_acl(from_aws, inverse=inverse)),
        to_aws=tuple(_acl(to_aws, inverse=inverse)),
        forwarded=forwarded,
        keys=keys(text),
        mss=frozenset(map(int, every(mss, text))),
    )


def _acl(body: str, *, inverse: bool) -> Iterator[Entry]:
    """The entries of an access list. `inverse`: it has wildcard masks, as IOS does."""
    for line in body.splitlines():
        if line.startswith(" remark") or line == " deny ip any any":
            continue
        entry = re.fullmatch(r" (permit|deny) (\w+) (\S+) (\S+) (\S+) (\S+)(?: (.*))?", line)
        assert entry, line
        action, protocol, source, source_mask, destination, destination_mask, rest = entry.groups()
        service = ANYTHING
        if protocol == "icmp":
            service = Service("icmp", int(rest), int(rest))
        elif protocol != "ip":
            ports = re.fullmatch(r"eq (\d+)|range (\d+) (\d+)", rest)
            assert ports, line
            first, last = (ports[1], ports[1]) if ports[1] else (ports[2], ports[3])
            service = Service(protocol, int(first), int(last))
        masks = [inverted(mask) if inverse else mask for mask in (source_mask, destination_mask)]
        yield Entry(action == "permit", masked(source, masks[0]), masked(destination, masks[1]), service)
