"""Names in a configuration: what is used is defined, and what is defined is used.

The lines come from independent parsers (`facts/lines.py`).
"""

# ruff: noqa: E501  a table: one kind on each line

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of names.

    - `defined`, `used`: patterns of a line; the groups hold one name or several.
    - `outside`: names that the user defines, or the device has.
    - `all_used`: every defined name is used.
    """

    name: str
    defined: str
    used: str
    outside: frozenset[str] = frozenset()
    all_used: bool = True


def broken_references(name: str, lines: Sequence[str]) -> Iterator[str]:
    """The names that are used and not defined, or defined and not used."""
    text = "\n".join(lines)
    for kind in REFERENCES[name]:
        defined, used = set(_names(kind.defined, text)), set(_names(kind.used, text)) - kind.outside
        for missing in sorted(used - defined):
            yield f"{kind.name} {missing} is used and not defined"
        for idle in sorted(defined - used - kind.outside) if kind.all_used else ():
            yield f"{kind.name} {idle} is defined and not used"


def _names(pattern: str, text: str) -> Iterator[str]:
    for match in re.finditer(pattern, text, re.MULTILINE):
        for group in match.groups():
            yield from (group or "").replace('"', "").split()


_CISCO = [
    Kind("IPsec profile", r"^crypto ipsec profile (\S+)$", r"\| tunnel protection ipsec profile (\S+)$"),
    Kind("neighbor", r"neighbor (\S+) remote-as", r"neighbor (\S+) activate$"),
    Kind("route map", r"^route-map (\S+) permit", r"neighbor \S+ route-map (\S+) in$"),
]

REFERENCES: Mapping[str, Sequence[Kind]] = {
    "cisco-ios-xe": [
        *_CISCO,
        Kind("interface", r"^interface (Tunnel\d+)$", r"^ip route \S+ \S+ (Tunnel\d+)$", all_used=False),
        Kind("IKE proposal", r"^crypto ikev2 proposal (\S+)$", r"^crypto ikev2 policy \S+ \| proposal (\S+)$"),
        Kind("keyring", r"^crypto ikev2 keyring (\S+)$", r"\| keyring local (\S+)$"),
        Kind("IKE profile", r"^crypto ikev2 profile (\S+)$", r"\| set ikev2-profile (\S+)$"),
        Kind("transform set", r"^crypto ipsec transform-set (\S+) [^|\n]*$", r"\| set transform-set (.+)$"),
        Kind("zone", r"^zone security (\S+)$", r"(?:zone-member security|^zone-pair security \S+ source) ([\w-]+)(?: destination ([\w-]+))?$"),
        Kind("prefix list", r"^ip prefix-list (\S+) ", r"(?:neighbor \S+ prefix-list (\S+) (?:in|out)|match ip address prefix-list (\S+))$"),
        Kind("access list", r"^ip access-list extended (\S+)$", r"\| match access-group name (\S+)$"),
        Kind("class map", r"^class-map type inspect match-all (\S+)$", r"^policy-map [^|\n]*\| class type inspect (\S+)$"),
        Kind("policy map", r"^policy-map type inspect (\S+)$", r"\| service-policy type inspect (\S+)$"),
        Kind("DNS view", r"^ip dns view (\S+)$", r"^ip dns view-list \S+ \| view (\S+) \d+$", frozenset({"default"})),
        Kind("DNS name list", r"^ip dns name-list (\d+) ", r"\| restrict name-group (\d+)$"),
    ],
    "cisco-asa": [
        *_CISCO,
        Kind("network object", r"^object network (\S+) \| subnet", r"^nat \(any,\S+\) source static (\S+) (\S+) no-proxy-arp$"),
        Kind("IPsec proposal", r"^crypto ipsec ikev2 ipsec-proposal (\S+)$", r"\| set ikev2 ipsec-proposal (\S+)$"),
        Kind("traffic zone", r"^zone (\S+)$", r"\| zone-member (\S+)$"),
        Kind("tunnel group", r"^tunnel-group (\S+) type ipsec-l2l$", r"\| tunnel destination (\S+)$"),
        Kind("attributes", r"^tunnel-group (\S+) type ipsec-l2l$", r"^tunnel-group (\S+) ipsec-attributes$"),
        Kind("nameif", r"\| nameif (\S+)$", r"^access-group \S+ \S+ interface (\S+)$"),
        Kind("nameif of a route", r"\| nameif (\S+)$", r"^route (aws-\d+) ", all_used=False),
        Kind("access list", r"^access-list (\S+) extended", r"^access-group (\S+) "),
        Kind("prefix list", r"^prefix-list (\S+) ", r"(?:neighbor \S+ prefix-list (\S+) (?:in|out)|match ip address prefix-list (\S+))$"),
        Kind("BFD template", r"^bfd-template single-hop (\S+)$", r"\| bfd template (\S+)$"),
        Kind("nameif of an MTU", r"\| nameif (dx-\d+)$", r"^mtu (\S+) \d+$"),
    ],
    "juniper-junos": [
        Kind("IKE proposal", r"^set security ike proposal (\S+) ", r"^set security ike policy \S+ proposals \[ (.*) \]$"),
        Kind("IKE policy", r"^set security ike policy (\S+) ", r"^set security ike gateway \S+ ike-policy (\S+)$"),
        Kind("gateway", r"^set security ike gateway (\S+) ", r"^set security ipsec vpn \S+ ike gateway (\S+)$"),
        Kind("IPsec proposal", r"^set security ipsec proposal (\S+) ", r"^set security ipsec policy \S+ proposals \[ (.*) \]$"),
        Kind("IPsec policy", r"^set security ipsec policy (\S+) ", r"^set security ipsec vpn \S+ ike ipsec-policy (\S+)$"),
        Kind("unit", r"^set interfaces st0 unit (\d+) ", r"bind-interface st0\.(\d+)$"),
        Kind("unit of a zone", r"^set interfaces st0 unit (\d+) ", r"security-zone aws interfaces st0\.(\d+)$"),
        Kind("zone", r"^set security zones security-zone (\S+) ", r"^set security policies from-zone (\S+) to-zone (\S+) ", frozenset({"INSIDE_ZONE", "OUTSIDE_ZONE"})),
        Kind("policy statement", r"^set policy-options policy-statement (\S+) ", r"(?:protocols bgp group \S+ (?:import|export)|forwarding-table export) (\S+)$"),
        Kind("address", r"^set security address-book global address (\S+) ", r"^set security policies .* match (?:source|destination)-address (\S+)$"),
        Kind("application", r"^set applications application (\S+) ", r"match application (\S+)$", frozenset({"any"})),
    ],
    "vyos": [
        Kind("IKE group", r"^set vpn ipsec ike-group (\S+) ", r"peer \S+ ike-group (\S+)$"),
        Kind("ESP group", r"^set vpn ipsec esp-group (\S+) ", r"peer \S+ vti esp-group (\S+)$"),
        Kind("interface", r"^set interfaces vti (vti\d+) address", r"peer \S+ vti bind (\S+)$"),
        Kind("interface of the filter", r"^set interfaces vti (vti\d+) address", r"interface-group ISTHMUS-TUNNELS interface (vti\d+)$"),
        Kind("key", r"^set vpn ipsec authentication psk (\S+) secret", r"^set vpn ipsec site-to-site peer (\S+) "),
        Kind("prefix list", r"^set policy prefix-list (\S+) ", r"(?:prefix-list (?:import|export)|match ip address prefix-list) (\S+)$"),
        Kind("route map", r"^set policy route-map (\S+) ", r"route-map import (\S+)$"),
        Kind("BFD peer", r"^set protocols bfd peer (\S+) ", r"^set protocols bgp neighbor (\S+) bfd$"),
        Kind("rules", r"^set firewall ipv4 name (\S+) default-action", r"jump-target (\S+)$"),
        Kind("network group", r"^set firewall group network-group (\S+) ", r"(?:source|destination) group network-group (\S+)$"),
        Kind("interface group", r"^set firewall group interface-group (\S+) ", r"-interface group (\S+)$"),
    ],
    "fortinet-fortios": [
        Kind("phase 1", r'^config vpn ipsec phase1-interface \| edit "(\S+)"$', r'\| set phase1name "(\S+)"$'),
        Kind("interface", r'^config system interface \| edit "(aws-\d+)"$', r'^config vpn ipsec phase1-interface \| edit "(\S+)"$'),
        Kind("port", r'^config system interface \| edit "(REPLACE\S+)"$', r'^config system interface \| edit "dx-\d+" \| set interface "(\S+)"$'),
        Kind("interface of the zone", r'^config system interface \| edit "((?:aws|dx)-\d+)"$', r'^config system zone \| edit "\S+" \| set interface (.*)$'),
        Kind("prefix list", r'^config router prefix-list \| edit "(\S+)"$', r'\| set (?:prefix-list-(?:in|out)|match-ip-address) "(\S+)"$'),
        Kind("route map", r'^config router route-map \| edit "(\S+)"$', r'\| set route-map-in "(\S+)"$'),
        Kind("zone", r'^config system zone \| edit "(\S+)"$', r'\| set (?:src|dst)intf "(\S+)"$', frozenset({"INSIDE_INTERFACE"})),
        Kind("pool", r'^config firewall ippool \| edit "(\S+)"$', r"\| set poolname (.*)$"),
        Kind("address", r'^config firewall (?:address|vip) \| edit "(\S+)"$', r"\| set (?:src|dst)addr (.*)$"),
        Kind("service", r'^config firewall service custom \| edit "(\S+)"$', r'\| set service "(\S+)"$', frozenset({"ALL"})),
        Kind("section", r"^config (\S+ \S+(?: \S+)?)$", r"^config (\S+ \S+(?: \S+)?) \|"),
    ],
    "paloalto-pan-os": [
        Kind("IKE profile", r"ike-crypto-profiles (\S+) encryption", r"gateway \S+ protocol ikev2 ike-crypto-profile (\S+)$"),
        Kind("IPsec profile", r"ipsec-crypto-profiles (\S+) esp", r"auto-key ipsec-crypto-profile (\S+)$"),
        Kind("gateway", r"^set network ike gateway (\S+) peer-address", r"auto-key ike-gateway (\S+)$"),
        Kind("tunnel interface", r"^set network interface tunnel units (\S+) ip ", r"tunnel-interface (\S+)$"),
        Kind("interface of the router", r"^set network interface (?:tunnel|ethernet \S+ layer3) units (\S+) ip ", r"virtual-router VIRTUAL_ROUTER interface (\S+)$"),
        Kind("interface of the zone", r"^set network interface (?:tunnel|ethernet \S+ layer3) units (\S+) ip ", r"^set zone \S+ network layer3 (\S+)$"),
        Kind("zone", r"^set zone (\S+) network", r"^set rulebase security rules \S+ (?:from|to) (\S+)$", frozenset({"INSIDE_ZONE", "OUTSIDE_ZONE"})),
        Kind("BFD profile", r"^set network profiles bfd-profile (\S+) ", r"bfd profile (\S+)$"),
        Kind("key of a session", r"protocol bgp auth-profile (\S+) secret", r"connection-options authentication (\S+)$"),
        Kind("peer group", r"protocol bgp peer-group (\S+) type", r"used-by \[ (\S+) \]$"),
        Kind("service", r"^set service (\S+) protocol", r"^set rulebase security rules \S+ service (\S+)$", frozenset({"any", "application-default"})),
    ],
    "strongswan-frr": [
        Kind("prefix list", r"^frr\.conf \| ip prefix-list (\S+) ", r"^frr\.conf \| (?:neighbor \S+ prefix-list (\S+) (?:in|out)|match ip address prefix-list (\S+))$"),
        Kind("route map", r"^frr\.conf \| route-map (\S+) permit", r"^frr\.conf \| neighbor \S+ route-map (\S+) in$"),
        Kind("interface", r"^interfaces\.sh \| ip link show \S+ .* if_id (\d+)$", r"^swanctl\.conf \| .* \| if_id_(?:in|out) = (\d+)$"),
        Kind("set", r"^nftables\.conf \| .* \| set (\S+) \{$", r"^nftables\.conf \| .* (?:iif|oif)name @(\S+) "),
    ],
}  # fmt: skip
