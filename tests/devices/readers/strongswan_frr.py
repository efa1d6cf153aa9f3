"""strongSwan, FRRouting, nftables and Unbound."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
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
    keys,
    neighbors,
    networks,
    product,
)


def strongswan(texts: Texts) -> Parsed:
    frr, nft, dns = texts["frr.conf"], texts["nftables.conf"], texts.get("unbound.conf", "")
    lists = defaultdict(set)
    for name, prefix in every(r"^ip prefix-list (\S+) seq \d+ permit (\S+)$", frr):
        lists[name].add(IPv4Network(prefix))
    asn = first(r"^router bgp (\d+)", frr)
    forwarded = {
        name: frozenset(map(IPv4Address, every(r"forward-addr: (\S+)", zone)))
        for name, zone in every(r'forward-zone:\n\s+name: "(\S+)\."\n((?:\s+forward-addr: \S+\n)+)', dns)
    }
    blackholes = set(map(IPv4Network, every(r"^ip route (\S+) blackhole 254$", frr)))
    assert blackholes == {known for known, _ in _map(nft, r"iifname @tunnels dnat ip prefix to ip daddr")}
    return Parsed(
        inside=frozenset(every(r"^ip addr replace (\S+) dev ipsec", texts["interfaces.sh"])),
        asn=int(asn[1]) if asn else None,
        neighbors=neighbors(frr, lists),
        originates=frozenset(map(IPv4Network, every(r"^  network (\S+)$", frr))),
        static=frozenset(map(IPv4Network, every(r"^ip route (\S+) ipsec", frr))),
        from_aws=tuple(_nft(nft, "iifname")),
        to_aws=tuple(_nft(nft, "oifname")),
        forwarded=forwarded,
        keys=keys(texts["swanctl.conf"]),
        inward=_map(nft, r"iifname @tunnels dnat ip prefix to ip daddr"),
        outward=_map(nft, r"oifname @tunnels snat ip prefix to ip saddr"),
        mss=frozenset(map(int, every(r"maxseg size set (\d+)", nft))),
        vlans=frozenset(_vlans(texts["interfaces.sh"])),
    )


def _vlans(script: str) -> Iterator[Vlan]:
    """The VLAN interfaces: `port` holds the port from its line on."""
    for part in re.split(r"^port=", script, flags=re.MULTILINE)[1:]:
        port = part.splitlines()[0]
        [(name, same, vlan)] = every(
            r'^ip link show (\S+) >.* \|\| ip link add link "\$port" name (\S+) type vlan id (\d+)$', part
        )
        [address] = every(rf"^ip addr replace (\S+) dev {name}$", part)
        [of_port] = every(r'^ip link set "\$port" mtu (\d+) up$', part)
        [mtu] = every(rf"^ip link set {name} mtu (\d+) up$", part)
        assert (name, of_port) == (same, mtu)
        yield Vlan(port, int(vlan), IPv4Interface(address), int(mtu))


def _map(text: str, what: str) -> frozenset[Pair]:
    """A map of translations, in a chain at its hook. No packet from AWS has the addresses on the premises."""
    hook = "prerouting priority dstnat" if "dnat" in what else "postrouting priority srcnat"
    chain = rf"type nat hook {hook}; policy accept;\n +{what} map \{{ (.*) \}}$"
    pairs = frozenset(
        (IPv4Network(known), IPv4Network(own))
        for one in every(chain, text)
        for known, own in every(r"(\S+) : (\S+?)(?:,|$)", one)
    )
    if pairs and "dnat" in what:
        [hidden] = every(
            r"hook prerouting priority dstnat - 1; policy accept;\n +iifname @tunnels ip daddr \{ (.*) \} drop$", text
        )
        assert set(networks(hidden)) == {own for _, own in pairs}
    return pairs


def _nft(text: str, direction: str) -> Iterator[Entry]:
    chain = first(r"chain forward \{((?s:.*?))\n    \}", text)
    assert chain
    pattern = rf"^\s+{direction} @tunnels ip saddr \{{ (.*?) \}} ip daddr \{{ (.*?) \}}(.*?) (accept|drop) comment"
    for sources, destinations, match, verdict in every(pattern, chain[1]):
        service = ANYTHING
        if icmp := re.fullmatch(r" icmp type (\d+)", match):
            service = Service("icmp", int(icmp[1]), int(icmp[1]))
        elif ports := re.fullmatch(r" (tcp|udp) dport (\d+)(?:-(\d+))?", match):
            service = Service(ports[1], int(ports[2]), int(ports[3] or ports[2]))
        else:
            assert not match, match
        yield from product(verdict == "accept", networks(sources), networks(destinations), service)
    assert chain[1].rstrip().endswith("drop")
