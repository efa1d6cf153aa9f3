"""Facts in the words of strongSwan, FRRouting, nftables and Unbound."""

# ruff: noqa: E501  a table: one fact on each line

from __future__ import annotations

from isthmus.devices import Device
from tests.devices.facts import (
    PHASE1,
    PHASE2,
    Fact,
    Wanted,
    key,
    once,
    once_with_bgp,
    outside,
    sessions,
    tunnel_sessions,
    tunnels,
)

_SWAN = r"^swanctl\.conf \| (?:.* \| )?"
_SH = r"^interfaces\.sh \| "
_NEIGHBOR = r"^frr\.conf \| neighbor (\S+) "
_NFT = r"^nftables\.conf \| (?:.* \| )?"


def _sets(device: Device) -> list[list[str]]:
    """The interfaces of each set: the tunnels, and what carries them. Without tunnels over it, it is in the same set."""
    tunnels = [f'"ipsec{tunnel.interface}"' for tunnel in device.tunnels]
    direct = [f'"dx{interface.number}"' for interface in device.virtual_interfaces]
    return [tunnels, direct] if device.over_direct_connect else [[*tunnels, *direct]]


def _each(value: str) -> Wanted:
    """The same value for each tunnel."""
    return tunnels(lambda t: value)


def _table(device: Device) -> str:
    return f"isthmus_{device.name.replace('-', '_')}"


def _bgp(text: str) -> Wanted:
    return once_with_bgp(lambda d: text)


STRONGSWAN = [
    Fact("IKE version", _SWAN + r"version = (\d)$", _each("2")),
    Fact("phase 1 algorithms", _SWAN + r"proposals = (\S+)$", _each("aes256gcm16-prfsha384-prfsha512-ecp384-ecp521")),
    Fact("phase 2 algorithms", _SWAN + r"esp_proposals = (\S+)$", _each("aes256gcm16-ecp384-ecp521")),
    Fact("phase 1 lifetime", _SWAN + r"rekey_time = (\d{5,})s$", _each(str(PHASE1))),
    Fact("phase 2 lifetime", _SWAN + r"rekey_time = (\d{1,4})s$", _each(str(PHASE2))),
    Fact("dead peer detection", _SWAN + r"dpd_delay = (\d+)s$", _each("10")),
    Fact("dead peer detection, action", _SWAN + r"dpd_action = (\S+)$", _each("restart")),
    Fact("outside address", _SWAN + r"remote_addrs = (\S+)$", tunnels(outside)),
    Fact("identities", _SWAN + r"id = (\S+)$", lambda d: [(one,) for t in d.tunnels for one in (str(d.outside), outside(t))]),
    Fact("identities of a key", _SWAN + r"id-(device|aws) = (\S+)$", lambda d: [row for t in d.tunnels for row in (("device", str(d.outside)), ("aws", outside(t)))]),
    Fact("pre-shared key", _SWAN + r'secret = "(\S+)"$', tunnels(key)),
    Fact("blocks", r"^swanctl\.conf \| (.*) \{$", lambda d: [("connections",), ("secrets",), *((f"connections | {block}",) for t in d.tunnels for block in (t.name, f"{t.name} | local", f"{t.name} | remote", f"{t.name} | children", f"{t.name} | children | {t.name}")), *((f"secrets | ike-{t.name}",) for t in d.tunnels)]),
    Fact("blocks of the filter", r"^nftables\.conf \| table inet (\S+)(.*) \{$", lambda d: [(_table(d), block) for block in ("", " | set tunnels", *((" | set transports",) if d.over_direct_connect else ()), " | chain input", " | chain forward", " | chain mss", *((" | chain untranslated", " | chain from_aws", " | chain to_aws") if d.translations else ()))]),
    Fact("an old filter is removed", r"^nftables\.conf \| (table|delete table) inet (\S+)$", lambda d: [("table", _table(d)), ("delete table", _table(d))]),
    Fact("type of a set", _NFT + r"type (ifname)$", lambda d: [("ifname",)] * (2 if d.over_direct_connect else 1)),
    Fact("authentication", _SWAN + r"auth = (\S+)$", lambda d: [("psk",) for _ in d.tunnels for _ in range(2)]),
    Fact("interfaces", _SWAN + r"if_id_(in|out) = (\d+)$", lambda d: [(way, str(t.interface)) for t in d.tunnels for way in ("in", "out")]),
    Fact("traffic selectors", _SWAN + r"(local|remote)_ts = (\S+)$", lambda d: [(side, "0.0.0.0/0") for _ in d.tunnels for side in ("local", "remote")]),
    Fact("replay window", _SWAN + r"replay_window = (\d+)$", _each("1024")),
    Fact("settings of a connection", _SWAN + r"(keyingtries|mobike|unique|encap|start_action|close_action) = (\S+)$", lambda d: [row for _ in d.tunnels for row in (("keyingtries", "0"), ("mobike", "no"), ("unique", "replace"), ("encap", "no"), ("start_action", "start"), ("close_action", "start"))]),
    Fact("routes follow a tunnel", _SWAN + r"updown = (\S+)$", lambda d: [(f"/etc/swanctl/{d.name}-updown.sh",) for c in d.connections if not c.bgp for _ in c.tunnels]),
    Fact("state of a tunnel", r"^updown\.sh \| (up|down)-client\*\) ip link set \"ipsec\$PLUTO_IF_ID_OUT\" (up|down) ;;$", lambda d: [("up", "up"), ("down", "down")] if any(not c.bgp for c in d.connections) else []),
    Fact("script for routes", r"^updown\.sh \| (set -eu|case \"\$PLUTO_VERB\" in|esac)$", lambda d: [("set -eu",), ('case "$PLUTO_VERB" in',), ("esac",)] if any(not c.bgp for c in d.connections) else []),
    Fact("tunnel interface", _SH + r"ip link show ipsec(\d+) >/dev/null 2>&1 \|\| ip link add ipsec(\d+) type xfrm if_id (\d+)$", tunnels(*[lambda t: t.interface] * 3)),
    Fact("inside address", _SH + r"ip addr replace (\S+) dev ipsec(\d+)$", tunnels(lambda t: f"{t.inside_address}/30", lambda t: t.interface)),
    Fact("MTU", _SH + r"ip link set ipsec(\d+) mtu (\d+) (?:up|down)$", tunnels(lambda t: t.interface, lambda t: 1_446)),
    Fact("outside address", _SH + r"ip addr replace (\S+) dev lo$", lambda d: [(f"{d.outside}/32",)] if d.over_direct_connect else []),
    Fact("own address of a tunnel", _SWAN + r"local_addrs = (\S+)$", lambda d: [(str(d.outside),) for _ in d.tunnels] if d.over_direct_connect else []),
    Fact("state of an interface", _SH + r"ip link set ipsec(\d+) mtu \d+ (\S+)$", lambda d: [(str(t.interface), "up" if c.bgp else "down") for c in d.connections for t in c.tunnels]),
    Fact("asymmetric routing", _SH + r"sysctl -q -w net\.ipv4\.conf\.ipsec(\d+)\.rp_filter=(\d)$", tunnels(lambda t: t.interface, lambda t: 2)),
    Fact("forwarding", _SH + r"sysctl -q -w net\.ipv4\.ip_forward=(\d)$", once(lambda d: 1)),
    Fact("end at an error", _SH + r"set (-eu)$", once(lambda d: "-eu")),
    Fact("defaults", r"^frr\.conf \| frr defaults (\S+)$", once(lambda d: "traditional")),
    Fact("router ID", r"^frr\.conf \| bgp router-id (\S+)$", once_with_bgp(lambda d: d.tunnels[0].inside_address)),
    Fact("routes for network statements", r"^frr\.conf \| (no bgp network import-check)$", _bgp("no bgp network import-check")),
    Fact("ECMP", r"^frr\.conf \| maximum-paths (\d+)$", once_with_bgp(lambda d: len(d.tunnels))),
    Fact("address family", r"^frr\.conf \| (address-family .*|exit-address-family)$", lambda d: [("address-family ipv4 unicast",), ("exit-address-family",)] if d.bgp else []),
    Fact("BGP neighbor", _NEIGHBOR + r"remote-as (\d+)$", sessions(lambda s: s.peer, lambda s: s.asn)),
    Fact("BGP timers", _NEIGHBOR + r"timers (\d+) (\d+)$", sessions(lambda s: s.peer, lambda s: 10, lambda s: 30)),
    Fact("BGP timers, connection", _NEIGHBOR + r"timers connect (\d+)$", tunnel_sessions(lambda s: s.peer, lambda s: 10)),
    Fact("BGP session", _NEIGHBOR + r"activate$", sessions(lambda s: s.peer)),
    Fact("soft reconfiguration", _NEIGHBOR + r"soft-reconfiguration inbound$", sessions(lambda s: s.peer)),
    Fact("maximum prefixes", _NEIGHBOR + r"maximum-prefix (\d+)$", sessions(lambda s: s.peer, lambda s: 5_000)),
    Fact("static routes", r"^frr\.conf \| ip route (\S+) ipsec(\d+)$", lambda d: [(str(p), str(t.interface)) for c in d.connections for p in c.static_routes for t in c.tunnels]),
    Fact("interfaces of the filter", _NFT + r"elements = \{ (.*) \}$", lambda d: [(", ".join(names),) for names in _sets(d)]),
    Fact("chains", _NFT + r"type filter hook (\S+) priority (\S+); policy accept;$", lambda d: [("input", "filter"), ("forward", "filter"), ("forward", "mangle")]),
    Fact("packets without a tunnel", _NFT + r"(iifname != @tunnels.* accept)$", lambda d: [("iifname != @tunnels iifname != @transports accept" if d.over_direct_connect else "iifname != @tunnels accept",), ("iifname != @tunnels oifname != @tunnels accept",)]),
    Fact("replies", _NFT + r"(ct state established,related accept)$", lambda d: [("ct state established,related accept",)] * 2),
    Fact("BGP is accepted", _NFT + r'iifname "ipsec(\d+)" ip saddr (\S+) tcp dport (\d+) accept$', tunnel_sessions(lambda s: s.number, lambda s: s.peer, lambda s: 179)),
    Fact("echo requests", _NFT + r"icmp type (echo-request) accept$", once(lambda d: "echo-request")),
    Fact("everything else", _NFT + r"(drop)$", lambda d: [("drop",)] * 2),
    Fact("TCP MSS", _NFT + r'(iif|oif)name "ipsec(\d+)" tcp flags syn tcp option maxseg size set (\d+)$', lambda d: [(way, str(t.interface), "1406") for t in d.tunnels for way in ("iif", "oif")]),
    Fact("server settings of DNS", r"^unbound\.conf \| (server:)$", lambda d: [("server:",)] if d.forwarded else []),
    Fact("DNSSEC", r'^unbound\.conf \| (domain-insecure|private-domain): "(\S+)\."$', lambda d: [(what, domain) for domain in d.forwarded for what in ("domain-insecure", "private-domain")]),
]  # fmt: skip
