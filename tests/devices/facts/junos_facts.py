"""Facts in the words of Junos."""

# ruff: noqa: E501  a table: one fact on each line

from __future__ import annotations

from isthmus.devices import Device
from tests.devices.facts import PHASE1, PHASE2, Fact, Wanted, key, once, outside, sessions, tunnels

_IKE, _IPSEC = r"^set security ike ", r"^set security ipsec "
_GROUP = r"^set protocols bgp group (\S+) "
_BOTH = ("20", "21")


def _proposals(value: str) -> Wanted:
    return lambda d: [(f"aws-{t.interface}-{n}", value) for t in d.tunnels for n in (1, 2)]


def _groups(*values: object) -> Wanted:
    """The same values for each BGP group."""
    return lambda d: [(name, *map(str, values)) for name in _names(d)]


def _names(device: Device) -> list[str]:
    return [*(c.name for c in device.connections if c.bgp), *(v.name for v in device.virtual_interfaces)]


JUNOS = [
    Fact("IKE version", _IKE + r"gateway aws-(\d+) version v(\d)-only$", tunnels(lambda t: t.interface, lambda t: 2)),
    Fact("phase 1 encryption", _IKE + r"proposal (\S+) encryption-algorithm (\S+)$", _proposals("aes-256-gcm")),
    Fact("phase 1 authentication", _IKE + r"proposal (\S+) authentication-method (\S+)$", _proposals("pre-shared-keys")),
    Fact("phase 1 groups", _IKE + r"proposal (\S+) dh-group group(\d+)$", lambda d: [(f"aws-{t.interface}-{n}", group) for t in d.tunnels for n, group in enumerate(_BOTH, 1)]),
    Fact("phase 1 lifetime", _IKE + r"proposal (\S+) lifetime-seconds (\d+)$", _proposals(str(PHASE1))),
    Fact("phase 1 proposals", _IKE + r"policy aws-(\d+) proposals \[ (.*) \]$", tunnels(lambda t: t.interface, lambda t: f"aws-{t.interface}-1 aws-{t.interface}-2")),
    Fact("pre-shared key", _IKE + r"policy aws-(\d+) pre-shared-key ascii-text (\S+)$", tunnels(lambda t: t.interface, key)),
    Fact("outside address", _IKE + r"gateway aws-(\d+) address (\S+)$", tunnels(lambda t: t.interface, outside)),
    Fact("own identity", _IKE + r"gateway aws-(\d+) local-identity inet (\S+)$", lambda d: [(str(t.interface), str(d.outside)) for t in d.tunnels]),
    Fact("outside interface", _IKE + r"gateway aws-(\d+) external-interface OUTSIDE_INTERFACE$", tunnels(lambda t: t.interface)),
    Fact("policy of a gateway", _IKE + r"gateway aws-(\d+) ike-policy aws-(\d+)$", tunnels(lambda t: t.interface, lambda t: t.interface)),
    Fact("dead peer detection", _IKE + r"gateway aws-(\d+) dead-peer-detection interval (\d+)$", tunnels(lambda t: t.interface, lambda t: 10)),
    Fact("dead peer detection, retries", _IKE + r"gateway aws-(\d+) dead-peer-detection threshold (\d+)$", tunnels(lambda t: t.interface, lambda t: 3)),
    Fact("dead peer detection without traffic", _IKE + r"gateway aws-(\d+) dead-peer-detection always-send$", tunnels(lambda t: t.interface)),
    Fact("phase 2 algorithms", _IPSEC + r"proposal aws-(\d+)-1 encryption-algorithm (\S+)$", tunnels(lambda t: t.interface, lambda t: "aes-256-gcm")),
    Fact("phase 2 protocol", _IPSEC + r"proposal aws-(\d+)-1 protocol esp$", tunnels(lambda t: t.interface)),
    Fact("phase 2 lifetime", _IPSEC + r"proposal aws-(\d+)-1 lifetime-seconds (\d+)$", tunnels(lambda t: t.interface, lambda t: PHASE2)),
    Fact("phase 2 proposals", _IPSEC + r"policy aws-(\d+) proposals \[ aws-(\d+)-1 \]$", tunnels(lambda t: t.interface, lambda t: t.interface)),
    Fact("perfect forward secrecy", _IPSEC + r"policy aws-(\d+) perfect-forward-secrecy keys group(\d+)$", tunnels(lambda t: t.interface, lambda t: 20)),
    Fact("tunnel interface", _IPSEC + r"vpn aws-(\d+) bind-interface st0\.(\d+)$", tunnels(lambda t: t.interface, lambda t: t.interface)),
    Fact("gateway of a VPN", _IPSEC + r"vpn aws-(\d+) ike gateway aws-(\d+)$", tunnels(lambda t: t.interface, lambda t: t.interface)),
    Fact("policy of a VPN", _IPSEC + r"vpn aws-(\d+) ike ipsec-policy aws-(\d+)$", tunnels(lambda t: t.interface, lambda t: t.interface)),
    Fact("DF bit cleared", _IPSEC + r"vpn aws-(\d+) df-bit (clear)$", tunnels(lambda t: t.interface, lambda t: "clear")),
    Fact("start of the tunnel", _IPSEC + r"vpn aws-(\d+) establish-tunnels immediately$", tunnels(lambda t: t.interface)),
    Fact("inside address", r"^set interfaces st0 unit (\d+) family inet address (\S+)$", tunnels(lambda t: t.interface, lambda t: f"{t.inside_address}/30")),
    Fact("MTU", r"^set interfaces st0 unit (\d+) family inet mtu (\d+)$", tunnels(lambda t: t.interface, lambda t: 1_446)),
    Fact("TCP MSS", r"^set security flow tcp-mss ipsec-vpn mss (\d+)$", once(lambda d: 1_406)),
    Fact("zone of a tunnel", r"^set security zones security-zone aws interfaces st0\.(\d+)$", tunnels(lambda t: t.interface)),
    Fact("what a zone accepts", r"^set security zones security-zone (\S+) host-inbound-traffic (.*)$", lambda d: [("OUTSIDE_ZONE", "system-services ike"), ("aws", "protocols bgp"), *([("aws", "protocols bfd")] if any(v.bfd for v in d.virtual_interfaces) else []), ("aws", "system-services ping")]),
    Fact("router ID", r"^set routing-options router-id (\S+)$", once(lambda d: d.tunnels[0].inside_address)),
    Fact("ECMP", r"^set (policy-options policy-statement isthmus-load-balance then load-balance per-packet|routing-options forwarding-table export isthmus-load-balance)$", lambda d: [("policy-options policy-statement isthmus-load-balance then load-balance per-packet",), ("routing-options forwarding-table export isthmus-load-balance",)]),
    Fact("ECMP of a group", _GROUP + r"multipath$", lambda d: [(c.name,) for c in d.connections if c.bgp]),
    Fact("type of a group", _GROUP + r"type (\S+)$", _groups("external")),
    Fact("own ASN", _GROUP + r"local-as (\d+)$", lambda d: [(name, str(d.asn)) for name in _names(d)]),
    Fact("BGP neighbor", _GROUP + r"peer-as (\d+)$", lambda d: sorted(set(sessions(lambda s: s.name, lambda s: s.asn)(d)))),
    Fact("BGP timers", _GROUP + r"hold-time (\d+)$", _groups(30)),
    Fact("maximum prefixes", _GROUP + r"family inet unicast prefix-limit maximum (\d+)$", _groups(5_000)),
    Fact("filter", _GROUP + r"(import|export) (\S+)$", lambda d: [(name, way, f"{name}-{end}-aws") for name in _names(d) for way, end in (("import", "from"), ("export", "to"))]),
    Fact("BGP session", _GROUP + r"neighbor (\S+) local-address (\S+)$", sessions(lambda s: s.name, lambda s: s.peer, lambda s: s.own)),
    Fact("end of a filter", r"^set policy-options policy-statement (\S+) term reject then reject$", lambda d: [(f"{name}-{end}-aws",) for name in _names(d) for end in ("from", "to")]),
    Fact("static routes", r"^set routing-options static route (\S+) next-hop \[ (.*) \]$", lambda d: [(str(p), " ".join(f"st0.{t.interface}" for t in c.tunnels)) for c in d.connections for p in c.static_routes]),
]  # fmt: skip
