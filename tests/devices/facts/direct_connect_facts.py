"""Facts about virtual interfaces of Direct Connect, in the words of each platform.

The readers compare ports, VLANs, addresses, MTU, keys, preferences and prefixes. These facts are the rest.

- BFD: AWS has an interval of at least 300 ms and a multiplier of three.
  https://repost.aws/knowledge-center/enable-bfd-direct-connect
- MTU: https://docs.aws.amazon.com/directconnect/latest/UserGuide/WorkingWithVirtualInterfaces.html
"""

# ruff: noqa: E501  a table: one fact on each line

from __future__ import annotations

from collections.abc import Mapping, Sequence

from isthmus.devices import Device, DeviceVirtualInterface
from tests.devices.facts import Fact, Wanted, direct, direct_with_bfd, port

_CISCO_NEIGHBOR = r"^router bgp \d+ \| (?:address-family ipv4(?: unicast)? \| )?neighbor (\S+) "
_SH = r"^interfaces\.sh \| "
_NFT = r"^nftables\.conf \| (?:.* \| )?"
_PAN_ROUTER = r"^set network virtual-router VIRTUAL_ROUTER "
_PAN_PEER = _PAN_ROUTER + r"protocol bgp peer-group isthmus-dx-(\d+) peer aws "
_PAN_RULES = _PAN_ROUTER + r"protocol bgp policy (import|export) rules isthmus-dx-(\d+)-"
_FORTI = r'^config system interface \| edit "dx-(\d+)" \| set '


def _unit(interface: DeviceVirtualInterface) -> str:
    return f"{port(interface)}.{interface.vlan}"


def _with_bfd(*rows: tuple[str, ...]) -> Wanted:
    """The rows, if the device has a virtual interface with BFD."""
    return lambda d: rows if any(v.bfd for v in d.virtual_interfaces) else ()


def _pan_rules(device: Device) -> list[tuple[str, str, str]]:
    """The rules of the policies, each with the number of its virtual interface. Without prefixes, nothing is allowed."""
    return [
        (way, str(v.number), what)
        for v in device.virtual_interfaces
        for way, prefixes in (("import", v.accepts), ("export", v.advertises))
        for what in (("allow", "deny") if prefixes else ("deny",))
    ]


_PAN_DENY = ("deny match address-prefix 0.0.0.0/0 exact no", "deny action deny")
_PAN_ACTIONS = {
    ("import", "allow"): ("allow action allow update local-preference 200",),
    ("export", "allow"): ("allow action allow",),
    ("import", "deny"): _PAN_DENY,
    ("export", "deny"): _PAN_DENY,
}
_ROUTE_MAPS = [
    Fact("route map", r"^route-map (\S+)-from-aws permit (\d+)$", direct(lambda v: v.name, lambda v: 10)),
    Fact("prefix list of a route map", r"^route-map (\S+)-from-aws permit \d+ \| match ip address prefix-list (\S+)-from-aws$", direct(lambda v: v.name, lambda v: v.name)),
    Fact("local preference", r"^route-map (\S+)-from-aws permit \d+ \| set local-preference (\d+)$", direct(lambda v: v.name, lambda v: 200)),
    Fact("filter of a virtual interface", _CISCO_NEIGHBOR + r"route-map (\S+)-from-aws in$", direct(lambda v: v.aws_address.ip, lambda v: v.name)),
]  # fmt: skip

DIRECT_CONNECT: Mapping[str, Sequence[Fact]] = {
    "cisco-ios-xe": [
        *_ROUTE_MAPS,
        Fact("BFD of an interface", r"^interface (\S+) \| bfd interval (\d+) min_rx (\d+) multiplier (\d+)$", direct_with_bfd(_unit, lambda v: 300, lambda v: 300, lambda v: 3)),
        Fact("BFD of a session", _CISCO_NEIGHBOR + r"fall-over bfd$", direct_with_bfd(lambda v: v.aws_address.ip)),
        Fact("zone of a virtual interface", r"^interface (REPLACE\S+) \| zone-member security (isthmus-aws|isthmus-direct)$", lambda d: [(_unit(v), "isthmus-direct" if d.over_direct_connect else "isthmus-aws") for v in d.virtual_interfaces]),
        Fact("port up", r"^interface (REPLACE\S+) \| no shutdown$", direct(port)),
    ],
    "cisco-asa": [
        *_ROUTE_MAPS,
        Fact("BFD template", r"^bfd-template single-hop isthmus-aws \| interval min-tx (\d+) min-rx (\d+) multiplier (\d+)$", _with_bfd(("300", "300", "3"))),
        Fact("BFD of an interface", r"^interface (\S+) \| bfd template isthmus-aws$", direct_with_bfd(_unit)),
        Fact("BFD of a session", _CISCO_NEIGHBOR + r"fall-over bfd$", direct_with_bfd(lambda v: v.aws_address.ip)),
        Fact("name of a virtual interface", r"^interface (\S+) \| nameif dx-(\d+)$", direct(_unit, lambda v: v.number)),
        Fact("zone of a virtual interface", r"^interface (REPLACE\S+) \| zone-member isthmus-aws$", direct(_unit)),
        Fact("security level", r"^interface (\S+) \| security-level (\d+)$", direct(_unit, lambda v: 0)),
        Fact("ports up", r"^interface (REPLACE\S+) \| no shutdown$", lambda d: [(one,) for v in d.virtual_interfaces for one in (port(v), _unit(v))]),
        Fact("access groups of virtual interfaces", r"^access-group (\S+) (in|out) interface dx-(\d+)$", lambda d: [row for v in d.virtual_interfaces for row in (("ISTHMUS-FROM-AWS", "in", str(v.number)), ("ISTHMUS-TO-AWS", "out", str(v.number)))]),
    ],
    "juniper-junos": [
        Fact("BFD of a session", r"^set protocols bgp group (\S+) neighbor (\S+) bfd-liveness-detection (minimum-interval|multiplier) (\d+)$", lambda d: [(v.name, str(v.aws_address.ip), *row) for v in d.virtual_interfaces if v.bfd for row in (("minimum-interval", "300"), ("multiplier", "3"))]),
        Fact("zone of a virtual interface", r"^set security zones security-zone aws interfaces (REPLACE\S+)$", direct(_unit)),
        Fact("filter with a preference", r"^set policy-options policy-statement (\S+)-from-aws term accept then local-preference (\d+)$", direct(lambda v: v.name, lambda v: 200)),
        Fact("key of a session", r"^set protocols bgp group (\S+) neighbor (\S+) authentication-key ", direct(lambda v: v.name, lambda v: v.aws_address.ip)),
    ],
    "paloalto-pan-os": [
        Fact("BFD profile", r"^set network profiles bfd-profile isthmus-aws (\S+) (\S+)$", _with_bfd(("mode", "active"), ("min-tx-interval", "300"), ("min-rx-interval", "300"), ("detection-multiplier", "3"))),
        Fact("BFD of a session", _PAN_PEER + r"bfd profile isthmus-aws$", direct_with_bfd(lambda v: v.number)),
        Fact("interface of the router", _PAN_ROUTER + r"interface (REPLACE\S+)$", direct(_unit)),
        Fact("zone of a virtual interface", r"^set zone isthmus-aws network layer3 (REPLACE\S+)$", direct(_unit)),
        Fact("type of a group of Direct Connect", _PAN_ROUTER + r"protocol bgp peer-group isthmus-dx-(\d+) type (\S+)$", direct(lambda v: v.number, lambda v: "ebgp")),
        Fact("session", _PAN_PEER + r"enable (yes)$", direct(lambda v: v.number, lambda v: "yes")),
        Fact("own interface of a session", _PAN_PEER + r"local-address interface (\S+)$", direct(lambda v: v.number, _unit)),
        Fact("own address of a session", _PAN_PEER + r"local-address ip (\S+)$", direct(lambda v: v.number, lambda v: v.address)),
        Fact("timers of a session", _PAN_PEER + r"connection-options (keep-alive-interval|hold-time) (\d+)$", lambda d: [row for v in d.virtual_interfaces for row in ((str(v.number), "keep-alive-interval", "10"), (str(v.number), "hold-time", "30"))]),
        Fact("most prefixes of a session", _PAN_PEER + r"max-prefixes (\d+)$", direct(lambda v: v.number, lambda v: 5_000)),
        Fact("filter of a virtual interface", _PAN_RULES + r"(allow|deny) enable yes$", lambda d: [(way, n, what) for way, n, what in _pan_rules(d)]),
        Fact("group of a filter", _PAN_RULES + r"(allow|deny) used-by \[ isthmus-dx-(\d+) \]$", lambda d: [(way, n, what, n) for way, n, what in _pan_rules(d)]),
        Fact("actions of a filter", _PAN_RULES + r"(allow action .*|deny match address-prefix .*|deny action .*)$", lambda d: [(way, n, action) for way, n, what in _pan_rules(d) for action in _PAN_ACTIONS[way, what]]),
    ],
    "fortinet-fortios": [
        Fact("BFD of an interface", _FORTI + r"(bfd\S*) (\S+)$", lambda d: [(str(v.number), *row) for v in d.virtual_interfaces if v.bfd for row in (("bfd", "enable"), ("bfd-desired-min-tx", "300"), ("bfd-required-min-rx", "300"), ("bfd-detect-mult", "3"))]),
        Fact("settings of a VLAN", _FORTI + r"(vdom .*|allowaccess .*)$", lambda d: [(str(v.number), one) for v in d.virtual_interfaces for one in ('vdom "root"', "allowaccess ping")]),
        Fact("route map", r'^config router route-map \| edit "isthmus-dx-(\d+)-from-aws" \| config rule \| edit (\d+)$', direct(lambda v: v.number, lambda v: 1)),
        Fact("filter of a virtual interface", r'^config router bgp \| config neighbor \| edit "(\S+)" \| set route-map-in "isthmus-dx-(\d+)-from-aws"$', direct(lambda v: v.aws_address.ip, lambda v: v.number)),
    ],
    "vyos": [
        Fact("BFD of a session", r"^set protocols bfd peer (\S+) interval (\S+) (\d+)$", lambda d: [(str(v.aws_address.ip), *row) for v in d.virtual_interfaces if v.bfd for row in (("receive", "300"), ("transmit", "300"), ("multiplier", "3"))]),
        Fact("asymmetric routing of a VLAN", r"^set interfaces ethernet (\S+) vif (\d+) ip source-validation (loose)$", direct(port, lambda v: v.vlan, lambda v: "loose")),
        Fact("filter of forwarded packets of a VLAN", r"^set firewall group interface-group ISTHMUS-TUNNELS interface (REPLACE\S+)$", lambda d: [] if d.over_direct_connect else [(_unit(v),) for v in d.virtual_interfaces]),
        Fact("BGP and BFD are accepted, interface", r"^set firewall ipv4 input filter rule (\d+) inbound-interface name (REPLACE\S+)$", lambda d: [(str(offset + 10 * v.number), _unit(v)) for v in d.virtual_interfaces for offset in ((103, 104) if v.bfd else (103,))]),
        Fact("BFD is accepted, port", r"^set firewall ipv4 input filter rule (\d+) destination port (3784)$", direct_with_bfd(lambda v: 104 + 10 * v.number, lambda v: 3784)),
        Fact("route map", r"^set policy route-map (\S+)-from-aws rule (\d+) action (permit)$", direct(lambda v: v.name, lambda v: 10, lambda v: "permit")),
        Fact("filter of a virtual interface", r"^set protocols bgp neighbor (\S+) address-family ipv4-unicast route-map import (\S+)-from-aws$", direct(lambda v: v.aws_address.ip, lambda v: v.name)),
    ],
    "strongswan-frr": [
        Fact("BFD of a session", r"^frr\.conf \| neighbor (\S+) bfd$", direct_with_bfd(lambda v: v.aws_address.ip)),
        Fact("filter of a virtual interface", r"^frr\.conf \| neighbor (\S+) route-map (\S+)-from-aws in$", direct(lambda v: v.aws_address.ip, lambda v: v.name)),
        Fact("BGP and BFD are accepted", _NFT + r'iifname "dx(\d+)" ip saddr (\S+) (tcp|udp) dport (\d+) accept$', lambda d: [(str(v.number), str(v.aws_address.ip), *row) for v in d.virtual_interfaces for row in (("tcp", "179"), ("udp", "3784"))]),
        Fact("asymmetric routing of a VLAN", _SH + r"sysctl -q -w net\.ipv4\.conf\.dx(\d+)\.rp_filter=(\d)$", direct(lambda v: v.number, lambda v: 2)),
        Fact("IKE is accepted over Direct Connect", _NFT + r'iifname "dx(\d+)" ip saddr \{ (\S+) \} ip daddr (\S+) (udp dport \{ 500, 4500 \}|ip protocol esp) accept$', lambda d: [(str(v.number), str(prefix), str(d.outside), what) for v in d.virtual_interfaces for prefix in v.accepts for what in ("udp dport { 500, 4500 }", "ip protocol esp")] if d.over_direct_connect else []),
        Fact("packets over Direct Connect without encryption", _NFT + r"(iifname|oifname) @transports (drop)$", lambda d: [("iifname", "drop"), ("oifname", "drop")] if d.over_direct_connect else []),
        Fact("VLAN", _SH + r"ip link show dx(\d+) >/dev/null 2>&1 \|\| ip link add link", direct(lambda v: v.number)),
    ],
}  # fmt: skip
