"""Network ACLs and security groups."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.network.model.values import Cidr, Unknown


@dataclass(frozen=True, slots=True)
class NetworkAclRule:
    """A network ACL rule. `protocol` is the IANA number, -1 for all.

    `ports` are inclusive, None for all; of ICMP, messages as 16-bit numbers (`isthmus.network.packets.message`).
    """

    address: str
    number: int
    allow: bool
    protocol: int
    cidr: Cidr
    ports: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    """A network ACL: rules of each direction in rule-number order, then an implicit deny.

    `unresolved` gives the reason where any rule could not be read: its verdicts are then unknown.
    """

    address: str
    vpc: str | Unknown
    inbound: tuple[NetworkAclRule, ...] = ()
    outbound: tuple[NetworkAclRule, ...] = ()
    unresolved: Unknown | None = None


@dataclass(frozen=True, slots=True)
class SecurityGroupRule:
    """An allow rule. Its peers are CIDRs, prefix lists (by address) and security groups (by address), any of them.

    `protocol` and `ports` as of a network ACL's.
    """

    address: str
    protocol: int
    ports: tuple[int, int] | None = None
    cidrs: tuple[Cidr, ...] = ()
    prefix_lists: tuple[str | Unknown, ...] = ()
    groups: tuple[str | Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group: stateful, allow-only. `unresolved` as in `NetworkAcl`."""

    address: str
    vpc: str | Unknown | None
    inbound: tuple[SecurityGroupRule, ...] = ()
    outbound: tuple[SecurityGroupRule, ...] = ()
    unresolved: Unknown | None = None
