"""Facts in the words of VyOS."""

# ruff: noqa: E501  a table: one fact on each line

from __future__ import annotations

from collections.abc import Callable

from isthmus.devices import Device, DeviceTunnel, DeviceVirtualInterface
from tests.devices.facts import (
    PHASE1,
    PHASE2,
    Fact,
    Wanted,
    direct_sessions_of,
    key,
    once_with_bgp,
    outside,
    port,
    sessions,
    tunnel_sessions_of,
    tunnels,
)

_IKE, _ESP = r"^set vpn ipsec ike-group (\S+) ", r"^set vpn ipsec esp-group (\S+) "
_PEER = r"^set vpn ipsec site-to-site peer (\S+) "
_PSK = r"^set vpn ipsec authentication psk (\S+) "
_VTI = r"^set interfaces vti vti(\d+) "
_BGP, _NEIGHBOR = r"^set protocols bgp ", r"^set protocols bgp neighbor (\S+) "
_FAMILY = _NEIGHBOR + "address-family ipv4-unicast "
_INPUT = r"^set firewall ipv4 input filter rule (\d+) "
_PROPOSALS = (("sha384", "20"), ("sha384", "21"), ("sha512", "20"), ("sha512", "21"))


def _proposals(value: Callable[[tuple[str, str]], str]) -> Wanted:
    return lambda d: [(t.name, str(n), value(pair)) for t in d.tunnels for n, pair in enumerate(_PROPOSALS, 1)]


def _direct_rules(device: Device) -> list[tuple[DeviceVirtualInterface, int, str]]:
    """The rules that accept BGP and BFD from a virtual interface, with the offset of their number."""
    return [
        (v, offset, what)
        for v in device.virtual_interfaces
        for offset, what in ((103, "BGP"), (104, "BFD"))
        if what == "BGP" or v.bfd
    ]


def _bgp_tunnels(device: Device) -> list[DeviceTunnel]:
    return [t for c in device.connections if c.bgp for t in c.tunnels]


VYOS = [
    Fact("outside interface", r"^set vpn ipsec interface (OUTSIDE_INTERFACE)$", lambda d: [("OUTSIDE_INTERFACE",)]),
    Fact("IKE version", _IKE + r"key-exchange ikev(\d)$", tunnels(lambda t: t.name, lambda t: 2)),
    Fact("phase 1 encryption", _IKE + r"proposal (\d) encryption (\S+)$", _proposals(lambda pair: "aes256gcm128")),
    Fact("phase 1 integrity", _IKE + r"proposal (\d) hash (\S+)$", _proposals(lambda pair: pair[0])),
    Fact("phase 1 pseudorandom function", _IKE + r"proposal (\d) prf prf(\S+)$", _proposals(lambda pair: pair[0])),
    Fact("phase 1 groups", _IKE + r"proposal (\d) dh-group (\d+)$", _proposals(lambda pair: pair[1])),
    Fact("phase 1 lifetime", _IKE + r"lifetime (\d+)$", tunnels(lambda t: t.name, lambda t: PHASE1)),
    Fact("dead peer detection", _IKE + r"dead-peer-detection interval (\d+)$", tunnels(lambda t: t.name, lambda t: 10)),
    Fact("dead peer detection, timeout", _IKE + r"dead-peer-detection timeout (\d+)$", tunnels(lambda t: t.name, lambda t: 30)),
    Fact("dead peer detection, action", _IKE + r"(dead-peer-detection action restart|close-action start|disable-mobike)$", lambda d: [(t.name, what) for t in d.tunnels for what in ("dead-peer-detection action restart", "close-action start", "disable-mobike")]),
    Fact("phase 2 algorithms", _ESP + r"proposal 1 encryption (\S+)$", tunnels(lambda t: t.name, lambda t: "aes256gcm128")),
    Fact("tunnel mode", _ESP + r"mode tunnel$", tunnels(lambda t: t.name)),
    Fact("phase 2 lifetime", _ESP + r"lifetime (\d+)$", tunnels(lambda t: t.name, lambda t: PHASE2)),
    Fact("perfect forward secrecy", _ESP + r"pfs dh-group(\d+)$", tunnels(lambda t: t.name, lambda t: 20)),
    Fact("inside address", _VTI + r"address (\S+)$", tunnels(lambda t: t.interface, lambda t: f"{t.inside_address}/30")),
    Fact("MTU", _VTI + r"mtu (\d+)$", tunnels(lambda t: t.interface, lambda t: 1_446)),
    Fact("TCP MSS", _VTI + r"ip adjust-mss (\d+)$", tunnels(lambda t: t.interface, lambda t: 1_406)),
    Fact("asymmetric routing", _VTI + r"ip source-validation (loose)$", tunnels(lambda t: t.interface, lambda t: "loose")),
    Fact("identities of a key", _PSK + r"id (\S+)$", lambda d: [(t.name, one) for t in d.tunnels for one in (str(d.outside), outside(t))]),
    Fact("pre-shared key", _PSK + r"secret (\S+)$", tunnels(lambda t: t.name, key)),
    Fact("authentication", _PEER + r"authentication mode (\S+)$", tunnels(lambda t: t.name, lambda t: "pre-shared-secret")),
    Fact("own identity", _PEER + r"authentication local-id (\S+)$", lambda d: [(t.name, str(d.outside)) for t in d.tunnels]),
    Fact("peer identity", _PEER + r"authentication remote-id (\S+)$", tunnels(lambda t: t.name, outside)),
    Fact("outside address", _PEER + r"remote-address (\S+)$", tunnels(lambda t: t.name, outside)),
    Fact("own outside address", _PEER + r"local-address (\S+)$", lambda d: [(t.name, str(d.outside) if d.over_direct_connect else "any") for t in d.tunnels]),
    Fact("start of the tunnel", _PEER + r"connection-type initiate$", tunnels(lambda t: t.name)),
    Fact("IKE group", _PEER + r"ike-group (\S+)$", tunnels(lambda t: t.name, lambda t: t.name)),
    Fact("ESP group", _PEER + r"vti esp-group (\S+)$", tunnels(lambda t: t.name, lambda t: t.name)),
    Fact("tunnel interface", _PEER + r"vti bind vti(\d+)$", tunnels(lambda t: t.name, lambda t: t.interface)),
    Fact("IPsec is accepted", _INPUT + r"source address (REPLACE\S+)$", lambda d: [(str(100 + 10 * t.interface + n), outside(t)) for t in d.tunnels for n in (0, 1)]),
    Fact("IPsec is accepted, protocol", _INPUT + r"protocol (udp|esp)$", lambda d: [(str(100 + 10 * t.interface + n), what) for t in d.tunnels for n, what in enumerate(("udp", "esp"))] + [(str(offset + 10 * v.number), "udp") for v, offset, what in _direct_rules(d) if what == "BFD"]),
    Fact("IPsec is accepted, ports", _INPUT + r"destination port (500,4500)$", lambda d: [(str(100 + 10 * t.interface), "500,4500") for t in d.tunnels]),
    Fact("BGP is accepted", _INPUT + r"source address (169\S+)$", lambda d: [(str(102 + 10 * t.interface), str(t.aws_inside)) for t in _bgp_tunnels(d)] + [(str(offset + 10 * v.number), str(v.aws_address.ip)) for v, offset, _ in _direct_rules(d)]),
    Fact("BGP is accepted, interface", _INPUT + r"inbound-interface name vti(\d+)$", lambda d: [(str(102 + 10 * t.interface), str(t.interface)) for t in _bgp_tunnels(d)]),
    Fact("BGP is accepted, protocol", _INPUT + r"protocol (tcp)$", lambda d: [(str(102 + 10 * t.interface), "tcp") for t in _bgp_tunnels(d)] + [(str(103 + 10 * v.number), "tcp") for v in d.virtual_interfaces]),
    Fact("BGP is accepted, port", _INPUT + r"destination port (179)$", lambda d: [(str(102 + 10 * t.interface), "179") for t in _bgp_tunnels(d)] + [(str(103 + 10 * v.number), "179") for v in d.virtual_interfaces]),
    Fact("accepting rules", _INPUT + r"action accept$", lambda d: [(str(100 + 10 * t.interface + n),) for t in d.tunnels for n in ((0, 1, 2) if t in _bgp_tunnels(d) else (0, 1))] + [(str(offset + 10 * v.number),) for v, offset, _ in _direct_rules(d)]),
    Fact("router ID", _BGP + r"parameters router-id (\S+)$", once_with_bgp(lambda d: d.tunnels[0].inside_address)),
    Fact("ECMP", _BGP + r"address-family ipv4-unicast maximum-paths ebgp (\d+)$", once_with_bgp(lambda d: len(d.tunnels))),
    Fact("BGP neighbor", _NEIGHBOR + r"remote-as (\d+)$", sessions(lambda s: s.peer, lambda s: s.asn)),
    Fact("BGP timers", _NEIGHBOR + r"timers (keepalive|holdtime) (\d+)$", lambda d: [(peer, *timer) for (peer,) in sessions(lambda s: s.peer)(d) for timer in (("keepalive", "10"), ("holdtime", "30"))]),
    Fact("maximum prefixes", _FAMILY + r"maximum-prefix (\d+)$", sessions(lambda s: s.peer, lambda s: 5_000)),
    Fact("soft reconfiguration", _FAMILY + r"soft-reconfiguration inbound$", sessions(lambda s: s.peer)),
    Fact("filter", _FAMILY + r"prefix-list (import|export) (\S+)$", lambda d: [(str(t.aws_inside), way, f"{c.name}-{end}-aws") for c in d.connections if c.bgp for t in c.tunnels for way, end in (("import", "from"), ("export", "to"))] + [(str(v.aws_address.ip), "export", f"{v.name}-to-aws") for v in d.virtual_interfaces]),
    Fact("prefix lists permit", r"^set policy prefix-list (\S+) rule \d+ action (permit)$", lambda d: [(f"{name}-{end}-aws", "permit") for name, accepts, advertises in {(s.name, s.accepts, s.advertises) for s in (*tunnel_sessions_of(d), *direct_sessions_of(d))} for end, prefixes in (("from", accepts), ("to", advertises)) for _ in prefixes]),
    Fact("replies", r"^set firewall ipv4 name ISTHMUS-(\S+) rule 1 (.*)$", lambda d: [(way, what) for way in ("FROM-AWS", "TO-AWS") for what in ("action accept", "state established", "state related")]),
    Fact("filter of forwarded packets", r"^set firewall ipv4 forward filter rule (\d+) (.*)$", lambda d: [(number, what) for number, way, side in (("100", "FROM", "inbound"), ("110", "TO", "outbound")) for what in ("action jump", f"jump-target ISTHMUS-{way}-AWS", f"{side}-interface group ISTHMUS-TUNNELS")] + ([(str(50 + 2 * v.number + n), what) for v in d.virtual_interfaces for n, side in enumerate(("inbound", "outbound")) for what in ("action drop", f"{side}-interface name {port(v)}.{v.vlan}")] if d.over_direct_connect else [])),
    Fact("interfaces of the filter", r"^set firewall group interface-group ISTHMUS-TUNNELS interface vti(\d+)$", tunnels(lambda t: t.interface)),
    Fact("static routes", r"^set protocols static route (\S+) interface vti(\d+)$", lambda d: [(str(p), str(t.interface)) for c in d.connections for p in c.static_routes for t in c.tunnels]),
    Fact("DNS forwarding", r"^set service dns forwarding domain (\S+) (addnta|recursion-desired)$", lambda d: [(domain, what) for domain in d.forwarded for what in ("addnta", "recursion-desired")]),
]  # fmt: skip
