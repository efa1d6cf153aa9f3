"""Facts in the words of FortiOS."""

# ruff: noqa: E501  a table: one fact on each line

from __future__ import annotations

from isthmus.devices import Device, FilterRule
from isthmus.devices.device_files import policies_of
from isthmus.platforms import platform
from tests.devices.facts import (
    PHASE1,
    PHASE2,
    Fact,
    Wanted,
    direct_sessions_of,
    key,
    once,
    once_with_bgp,
    outside,
    sessions,
    tunnel_sessions_of,
    tunnels,
)

_PHASE1 = r'^config vpn ipsec phase1-interface \| edit "aws-(\d+)" \| set '
_PHASE2 = r'^config vpn ipsec phase2-interface \| edit "aws-(\d+)" \| set '
_INTERFACE = r'^config system interface \| edit "aws-(\d+)" \| set '
_NEIGHBOR = r'^config router bgp \| config neighbor \| edit "(\S+)" \| set '
_POLICY = r"^config firewall policy \| edit 0 \| set "


def _rules(device: Device) -> list[FilterRule]:
    """The rules of the policies: some rules of the filter are two policies, one for translated addresses."""
    return [policy.rule for policy in policies_of(device, platform("fortinet-fortios"))]


def _fixed(*settings: str) -> Wanted:
    """The same settings for each tunnel."""
    return lambda d: [(str(t.interface), one) for t in d.tunnels for one in settings]


FORTIOS = [
    Fact("asymmetric routing", r"^config system settings \| set (auxiliary-session enable)$", once(lambda d: "auxiliary-session enable")),
    Fact("IKE version", _PHASE1 + r"ike-version (\d)$", tunnels(lambda t: t.interface, lambda t: 2)),
    Fact("phase 1 algorithms", _PHASE1 + r"proposal (.*)$", tunnels(lambda t: t.interface, lambda t: "aes256gcm-prfsha384 aes256gcm-prfsha512")),
    Fact("phase 1 groups", _PHASE1 + r"dhgrp (.*)$", tunnels(lambda t: t.interface, lambda t: "20 21")),
    Fact("phase 1 lifetime", _PHASE1 + r"keylife (\d+)$", tunnels(lambda t: t.interface, lambda t: PHASE1)),
    Fact("dead peer detection", _PHASE1 + r"dpd-retryinterval (\d+)$", tunnels(lambda t: t.interface, lambda t: 10)),
    Fact("dead peer detection, retries", _PHASE1 + r"dpd-retrycount (\d+)$", tunnels(lambda t: t.interface, lambda t: 3)),
    Fact("fragmentation before encryption", _PHASE1 + r"ip-fragmentation pre-encapsulation$", tunnels(lambda t: t.interface)),
    Fact("outside address", _PHASE1 + r"remote-gw (\S+)$", tunnels(lambda t: t.interface, outside)),
    Fact("pre-shared key", _PHASE1 + r"psksecret (\S+)$", tunnels(lambda t: t.interface, key)),
    Fact("own identity", _PHASE1 + r'localid "(\S+)"$', lambda d: [(str(t.interface), str(d.outside)) for t in d.tunnels]),
    Fact("settings of phase 1", _PHASE1 + r"(interface .*|peertype .*|net-device .*|localid-type .*|nattraversal .*|dpd on-idle)$", _fixed('interface "OUTSIDE_INTERFACE"', "peertype any", "net-device disable", "localid-type address", "nattraversal enable", "dpd on-idle")),
    Fact("phase 2 algorithms", _PHASE2 + r"proposal (.*)$", tunnels(lambda t: t.interface, lambda t: "aes256gcm")),
    Fact("phase 1 of phase 2", _PHASE2 + r'phase1name "aws-(\d+)"$', tunnels(lambda t: t.interface, lambda t: t.interface)),
    Fact("phase 2 groups", _PHASE2 + r"dhgrp (.*)$", tunnels(lambda t: t.interface, lambda t: "20 21")),
    Fact("phase 2 lifetime", _PHASE2 + r"keylifeseconds (\d+)$", tunnels(lambda t: t.interface, lambda t: PHASE2)),
    Fact("settings of phase 2", _PHASE2 + r"(pfs .*|keepalive .*|auto-negotiate .*|(?:src|dst)-subnet .*)$", _fixed("pfs enable", "keepalive enable", "auto-negotiate enable", "src-subnet 0.0.0.0 0.0.0.0", "dst-subnet 0.0.0.0 0.0.0.0")),
    Fact("inside address", _INTERFACE + r"ip (\S+) 255\.255\.255\.255$", tunnels(lambda t: t.interface, lambda t: t.inside_address)),
    Fact("inside address of AWS", _INTERFACE + r"remote-ip (\S+) 255\.255\.255\.252$", tunnels(lambda t: t.interface, lambda t: t.aws_inside)),
    Fact("MTU", _INTERFACE + r"mtu (\d+)$", tunnels(lambda t: t.interface, lambda t: 1_446)),
    Fact("TCP MSS", _INTERFACE + r"tcp-mss (\d+)$", tunnels(lambda t: t.interface, lambda t: 1_406)),
    Fact("settings of the interface", _INTERFACE + r"(vdom .*|type .*|interface .*|allowaccess .*|mtu-override .*)$", _fixed('vdom "root"', "type tunnel", 'interface "OUTSIDE_INTERFACE"', "allowaccess ping", "mtu-override enable")),
    Fact("router ID", r"^config router bgp \| set router-id (\S+)$", once_with_bgp(lambda d: d.tunnels[0].inside_address)),
    Fact("ECMP", r"^config router bgp \| set ebgp-multipath (enable)$", once_with_bgp(lambda d: "enable")),
    Fact("routes for network statements", r"^config router bgp \| set network-import-check (disable)$", once_with_bgp(lambda d: "disable")),
    Fact("BGP neighbor", _NEIGHBOR + r"remote-as (\d+)$", sessions(lambda s: s.peer, lambda s: s.asn)),
    Fact("BGP timers", _NEIGHBOR + r"(keep-alive|holdtime)-timer (\d+)$", lambda d: [(peer, *timer) for (peer,) in sessions(lambda s: s.peer)(d) for timer in (("keep-alive", "10"), ("holdtime", "30"))]),
    Fact("maximum prefixes", _NEIGHBOR + r"maximum-prefix (\d+)$", sessions(lambda s: s.peer, lambda s: 5_000)),
    Fact("soft reconfiguration", _NEIGHBOR + r"soft-reconfiguration enable$", sessions(lambda s: s.peer)),
    Fact("default route", _NEIGHBOR + r"capability-default-originate enable$", lambda d: [(str(s.peer),) for s in (*tunnel_sessions_of(d), *direct_sessions_of(d)) if any(not p.prefixlen for p in s.advertises)]),
    Fact("filter", _NEIGHBOR + r'prefix-list-(in|out) "(\S+)"$', lambda d: [(str(t.aws_inside), way, f"isthmus-{c.tunnels[0].interface}-{end}-aws") for c in d.connections if c.bgp for t in c.tunnels for way, end in (("in", "from"), ("out", "to"))] + [(str(v.aws_address.ip), "out", f"isthmus-dx-{v.number}-to-aws") for v in d.virtual_interfaces]),
    Fact("exact prefixes", r'^config router prefix-list \| edit "(\S+)" \| config rule \| edit \d+ \| (unset (?:ge|le))$', lambda d: [(f"isthmus-{c.tunnels[0].interface}-{end}-aws", what) for c in d.connections if c.bgp for end, prefixes in (("from", c.accepts), ("to", c.advertises)) for _ in prefixes for what in ("unset ge", "unset le")] + [(f"isthmus-dx-{v.number}-{end}-aws", what) for v in d.virtual_interfaces for end, prefixes in (("from", v.accepts), ("to", v.advertises)) for _ in prefixes for what in ("unset ge", "unset le")]),
    Fact("zone of the tunnels", r'^config system zone \| edit "isthmus-aws" \| set interface (.*)$', once(lambda d: " ".join([*(f'"aws-{t.interface}"' for t in d.tunnels), *(f'"dx-{v.number}"' for v in d.virtual_interfaces)]))),
    Fact("static routes", r'^config router static \| edit 0 \| set (dst \S+|device "\S+")', lambda d: [row for c in d.connections for p in c.static_routes for t in c.tunnels for row in ((f"dst {p.network_address}",), (f'device "aws-{t.interface}"',))]),
    Fact("names of policies", _POLICY + r'name "isthmus-(\d+)"$', lambda d: [(str(n),) for n, _ in enumerate(_rules(d), 1)]),
    Fact("schedules", _POLICY + r'schedule "(always)"$', lambda d: [("always",) for _ in _rules(d)]),
    Fact("policies from AWS", _POLICY + r'srcintf "isthmus-aws"()$', lambda d: [("",) for rule in _rules(d) if rule.from_aws]),
    Fact("policies to AWS", _POLICY + r'dstintf "isthmus-aws"()$', lambda d: [("",) for rule in _rules(d) if not rule.from_aws]),
    Fact("policies inside", _POLICY + r'(?:src|dst)intf "INSIDE_INTERFACE"()$', lambda d: [("",) for _ in _rules(d)]),
    Fact("entries of domains", r'^config system dns-database \| edit "isthmus-(\d+)"$', lambda d: [(str(n),) for n, _ in enumerate(d.forwarded, 1)]),
    Fact("domains", r'^config system dns-database \| edit "\S+" \| set (authoritative disable)$', lambda d: [("authoritative disable",) for _ in d.forwarded]),
]  # fmt: skip
