"""Network ACLs as stateless nftables rules at the borders of subnets.

Pages, under https://docs.aws.amazon.com/: vpc/latest/userguide/nacl-basics.html, vpc/latest/tgw/tgw-nacls.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from isthmus.lab.aws_network import PlayedAcl, PlayedAclRule
from isthmus.lab.nft import FORWARD, chain, table

_NAMES = {1: "icmp", 6: "tcp", 17: "udp"}


@dataclass(frozen=True)
class Port:
    """An interface of a VPC's router: the subnet that it is in, and whether a transit gateway is behind it."""

    interface: str
    subnet: str
    transit: bool = False


def filters(ports: Sequence[Port], effective: Mapping[str, str], acls: Mapping[str, PlayedAcl]) -> str:
    """The rules of one VPC's router. `effective` gives the network ACL of each subnet that has a custom one."""
    used = {name: f"acl{number}" for number, name in enumerate(dict.fromkeys(effective.values()))}
    chains = [
        chain(f"{name}{direction}", "", [*(_rule(rule, direction) for rule in rules), "drop"])
        for acl, name in used.items()
        for direction, rules in (("out", acls[acl].outbound), ("in", acls[acl].inbound))
    ]
    borders = [
        rule
        for port in ports
        if port.subnet in effective
        for rule in _border(port, ports, used[effective[port.subnet]])
    ]
    return table(*chains, chain("forward", FORWARD, borders))


def _border(port: Port, ports: Sequence[Port], name: str) -> Iterator[str]:
    """What is filtered at one interface: out of its subnet and into it, but nothing that stays inside.

    Between a subnet and a transit gateway's interface in it, what goes to the gateway passes the rules of both
    directions, and what comes from it passes none.
    """
    inside = [other for other in ports if other.subnet == port.subnet]
    hosts = [other.interface for other in inside if not other.transit]
    gateways = [other.interface for other in inside if other.transit]
    everything = [other.interface for other in inside]
    unfiltered_out, unfiltered_in = (everything, gateways) if port.transit else (hosts, everything)
    yield f'iifname "{port.interface}" oifname != {_set(unfiltered_out)} jump {name}out'
    yield f'oifname "{port.interface}" iifname != {_set(unfiltered_in)} jump {name}in'


def _set(interfaces: Sequence[str]) -> str:
    return "{ " + ", ".join(f'"{interface}"' for interface in interfaces) + " }"


def _rule(rule: PlayedAclRule, direction: str) -> str:
    """One rule: the far end's address, the protocol, and the destination port or the ICMP type."""
    end = "daddr" if direction == "out" else "saddr"
    words = [f"ip {end} {rule.cidr}"] if rule.cidr.prefixlen else []
    if rule.icmp is not None:
        words.append(f"icmp type {rule.icmp}")
    elif rule.ports is not None:
        words.append(f"{_NAMES[rule.protocol]} dport {rule.ports[0]}-{rule.ports[1]}")
    elif rule.protocol != -1:
        words.append(f"ip protocol {rule.protocol}")
    return " ".join([*words, "return" if rule.allow else "drop"])
