"""Facts in the words of PAN-OS."""

# ruff: noqa: E501  a table: one fact on each line

from __future__ import annotations

from isthmus.devices import Device
from tests.devices.facts import PHASE1, PHASE2, Fact, Wanted, advertised, key, once_with_bgp, outside, tunnels

_IKE = r"^set network ike crypto-profiles ike-crypto-profiles aws-(\d+) "
_ESP = r"^set network ike crypto-profiles ipsec-crypto-profiles aws-(\d+) "
_GATEWAY = r"^set network ike gateway aws-(\d+) "
_UNIT = r"^set network interface tunnel units tunnel\.(\d+) "
_TUNNEL = r"^set network tunnel ipsec aws-(\d+) "
_ROUTER = r"^set network virtual-router VIRTUAL_ROUTER "
_PEER = _ROUTER + r"protocol bgp peer-group isthmus-(\d+) peer aws-(\d+) "
_RULES = _ROUTER + r"protocol bgp policy (import|export) rules isthmus-(\d+)-"
_OUTSIDE = r"^set rulebase security rules isthmus-ipsec "
_INSIDE = r"^set rulebase security rules isthmus-\d+ "
_BETWEEN = r"^set rulebase security rules isthmus-between-tunnels "


def _same(value: object) -> Wanted:
    return tunnels(lambda t: t.interface, lambda t: value)


def _fixed(*settings: str) -> Wanted:
    """The same settings for each tunnel."""
    return lambda d: [(str(t.interface), one) for t in d.tunnels for one in settings]


def _peers(*values: object) -> Wanted:
    """The same values for each BGP peer; a function gets the tunnel."""
    return lambda d: [
        (str(c.tunnels[0].interface), str(t.interface), *(str(v(t) if callable(v) else v) for v in values))
        for c in d.connections
        if c.bgp
        for t in c.tunnels
    ]


def _addresses(device: Device) -> str:
    return " ".join([str(device.outside), *map(outside, device.tunnels)])


def _policies(*values: str) -> Wanted:
    return lambda d: [(way, str(c.tunnels[0].interface), one) for c in d.connections if c.bgp for way in ("import", "export") for one in values]  # fmt: skip


PAN_OS = [
    Fact("IKE version", _GATEWAY + r"protocol version ikev(\d)$", _same(2)),
    Fact("phase 1 encryption", _IKE + r"encryption \[ (.*) \]$", _same("aes-256-gcm")),
    Fact("phase 1 integrity", _IKE + r"hash \[ (.*) \]$", _same("non-auth")),
    Fact("phase 1 groups", _IKE + r"dh-group \[ (.*) \]$", _same("group20 group21")),
    Fact("phase 1 lifetime", _IKE + r"lifetime seconds (\d+)$", _same(PHASE1)),
    Fact("phase 2 algorithms", _ESP + r"esp encryption \[ (.*) \]$", _same("aes-256-gcm")),
    Fact("phase 2 integrity", _ESP + r"esp authentication \[ (.*) \]$", _same("none")),
    Fact("perfect forward secrecy", _ESP + r"dh-group group(\d+)$", _same(20)),
    Fact("phase 2 lifetime", _ESP + r"lifetime seconds (\d+)$", _same(PHASE2)),
    Fact("dead peer detection", _GATEWAY + r"protocol ikev2 dpd interval (\d+)$", _same(10)),
    Fact("settings of a gateway", _GATEWAY + r"(protocol ikev2 dpd enable .*|protocol-common .*|local-address .*|(?:local|peer)-id type .*)$", _fixed("protocol ikev2 dpd enable yes", "protocol-common nat-traversal enable yes", "protocol-common fragmentation enable yes", "local-address interface OUTSIDE_INTERFACE", "local-id type ipaddr", "peer-id type ipaddr")),
    Fact("profile of a gateway", _GATEWAY + r"protocol ikev2 ike-crypto-profile aws-(\d+)$", tunnels(lambda t: t.interface, lambda t: t.interface)),
    Fact("own identity", _GATEWAY + r"local-id id (\S+)$", lambda d: [(str(t.interface), str(d.outside)) for t in d.tunnels]),
    Fact("outside address", _GATEWAY + r"peer-address ip (\S+)$", tunnels(lambda t: t.interface, outside)),
    Fact("peer identity", _GATEWAY + r"peer-id id (\S+)$", tunnels(lambda t: t.interface, outside)),
    Fact("pre-shared key", _GATEWAY + r"authentication pre-shared-key key (\S+)$", tunnels(lambda t: t.interface, key)),
    Fact("inside address", _UNIT + r"ip (\S+)$", tunnels(lambda t: t.interface, lambda t: f"{t.inside_address}/30")),
    Fact("MTU", _UNIT + r"mtu (\d+)$", _same(1_446)),
    Fact("TCP MSS", _UNIT + r"adjust-tcp-mss ipv4-mss-adjustment (\d+)$", _same(1_446 - 1_406)),
    Fact("TCP MSS is adjusted", _UNIT + r"adjust-tcp-mss enable (yes)$", _same("yes")),
    Fact("settings of a tunnel", _TUNNEL + r"(.*)$", lambda d: [(str(t.interface), one) for t in d.tunnels for one in (f"auto-key ike-gateway aws-{t.interface}", f"auto-key ipsec-crypto-profile aws-{t.interface}", f"tunnel-interface tunnel.{t.interface}", "anti-replay yes")]),
    Fact("interfaces of the router", _ROUTER + r"interface tunnel\.(\d+)$", tunnels(lambda t: t.interface)),
    Fact("zone of a tunnel", r"^set zone isthmus-aws network layer3 tunnel\.(\d+)$", tunnels(lambda t: t.interface)),
    Fact("ECMP", _ROUTER + r"ecmp (.*)$", lambda d: [("enable yes",), (f"max-path {min(len(d.tunnels), 4)}",), ("symmetric-return yes",)]),
    Fact("router ID", _ROUTER + r"protocol bgp router-id (\S+)$", once_with_bgp(lambda d: d.tunnels[0].inside_address)),
    Fact("settings of BGP", _ROUTER + r"protocol bgp (enable .*|install-route .*|allow-redist-default-route .*|routing-options .*)$", lambda d: [("enable yes",), ("install-route yes",), ("allow-redist-default-route yes",), ("routing-options as-format 4-byte",)] if d.bgp else []),
    Fact("advertised prefixes", _ROUTER + r"protocol bgp redist-rules (\S+) (address-family-identifier ipv4|enable yes)$", lambda d: [(one, what) for one in map(str, advertised(d)) for what in ("address-family-identifier ipv4", "enable yes")]),
    Fact("type of a group", _ROUTER + r"protocol bgp peer-group isthmus-(\d+) type (\S+)$", lambda d: [(str(c.tunnels[0].interface), "ebgp") for c in d.connections if c.bgp]),
    Fact("BGP neighbor", _PEER + r"peer-as (\d+)$", _peers(64_512)),
    Fact("BGP session", _PEER + r"enable (yes)$", _peers("yes")),
    Fact("address of a neighbor", _PEER + r"peer-address ip (\S+)$", _peers(lambda t: t.aws_inside)),
    Fact("own address", _PEER + r"local-address ip (\S+)$", _peers(lambda t: f"{t.inside_address}/30")),
    Fact("own interface", _PEER + r"local-address interface tunnel\.(\d+)$", _peers(lambda t: t.interface)),
    Fact("BGP timers", _PEER + r"connection-options keep-alive-interval (\d+)$", _peers(10)),
    Fact("BGP timers, hold time", _PEER + r"connection-options hold-time (\d+)$", _peers(30)),
    Fact("maximum prefixes", _PEER + r"max-prefixes (\d+)$", _peers(5_000)),
    Fact("filter", _RULES + r"allow (enable yes|used-by .*|action allow)$", lambda d: [(way, str(c.tunnels[0].interface), one) for c in d.connections if c.bgp for way in ("import", "export") for one in ("enable yes", f"used-by [ isthmus-{c.tunnels[0].interface} ]", "action allow")]),
    Fact("end of a filter", _RULES + r"deny (enable yes|match address-prefix 0\.0\.0\.0/0 exact no|action deny)$", _policies("enable yes", "match address-prefix 0.0.0.0/0 exact no", "action deny")),
    Fact("group of the end of a filter", _RULES + r"deny used-by \[ isthmus-(\d+) \]$", lambda d: [(way, str(c.tunnels[0].interface), str(c.tunnels[0].interface)) for c in d.connections if c.bgp for way in ("import", "export")]),
    Fact("IPsec is allowed", _OUTSIDE + r"(.*)$", lambda d: [("from OUTSIDE_ZONE",), ("to OUTSIDE_ZONE",), (f"source [ {_addresses(d)} ]",), (f"destination [ {_addresses(d)} ]",), ("application [ ike ipsec-esp ipsec-esp-udp ]",), ("service application-default",), ("action allow",)]),
    Fact("packets from tunnel to tunnel", _BETWEEN + r"(.*)$", lambda d: [("from isthmus-aws",), ("to isthmus-aws",), (f"source [ {' '.join(map(str, d.aws_ranges))} ]",), ("destination any",), ("application any",), ("service any",), ("action deny",)]),
    Fact("rules from AWS", _INSIDE + r"from isthmus-aws()$", lambda d: [("",) for rule in d.filters if rule.from_aws]),
    Fact("rules to AWS", _INSIDE + r"to isthmus-aws()$", lambda d: [("",) for rule in d.filters if not rule.from_aws]),
    Fact("rules inside", _INSIDE + r"(?:from|to) INSIDE_ZONE()$", lambda d: [("",) for _ in d.filters]),
    Fact("applications", _INSIDE + r"application (any|ping)$", lambda d: [("ping" if rule.service.protocol == "icmp" else "any",) for rule in d.filters]),
    Fact("services", _INSIDE + r"service (any)$", lambda d: [("any",) for rule in d.filters if rule.service.protocol not in ("tcp", "udp")]),
    Fact("static routes", _ROUTER + r"routing-table ip static-route (aws-\S+) (.*)$", lambda d: [(f"aws-{t.interface}-{str(p).replace('/', '-')}", one) for c in d.connections for p in c.static_routes for t in c.tunnels for one in (f"destination {p}", f"interface tunnel.{t.interface}", "metric 10", "path-monitor enable yes", "path-monitor monitor-destinations aws enable yes", f"path-monitor monitor-destinations aws source {t.inside_address}/30", f"path-monitor monitor-destinations aws destination {t.aws_inside}")]),
    Fact("DNS proxy", r"^set network dns-proxy isthmus (enabled yes|interface INSIDE_INTERFACE)$", lambda d: [("enabled yes",), ("interface INSIDE_INTERFACE",)] if d.forwarded else []),
    Fact("domains with their subdomains", r"^set network dns-proxy isthmus domain-servers isthmus-\d+ domain-name \[ (\S+) (\S+) \]$", lambda d: [(domain, f"*.{domain}") for domain in d.forwarded]),
    Fact("first DNS server", r"^set network dns-proxy isthmus domain-servers isthmus-\d+ primary (\S+)$", lambda d: [(str(servers[0]),) for servers in d.forwarded.values()]),
    Fact("inside network of rules", r"^(set rulebase security rules isthmus-\d+ action (?:allow|deny))$", lambda d: [(f"set rulebase security rules isthmus-{n} action {'allow' if rule.action.value == 'permit' else 'deny'}",) for n, rule in enumerate(d.filters, 1)]),
]  # fmt: skip
