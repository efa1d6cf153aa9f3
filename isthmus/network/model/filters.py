"""Network ACLs and security groups."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.network.model.values import Cidr, Unknown


@dataclass(frozen=True, slots=True)
class NetworkAclRule:
    """A network ACL rule. `protocol` is the IANA number, -1 for all.

    `ports` are inclusive, None for all. For ICMP they are messages (`isthmus.network.packets.message`).
    """

    address: str
    number: int
    allow: bool
    protocol: int
    cidr: Cidr
    ports: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    """A network ACL: the rules of each direction in order of their numbers, then an implicit deny.

    `unresolved` is why a rule could not be read; then the verdicts are unknown.
    """

    address: str
    vpc: str | Unknown
    inbound: tuple[NetworkAclRule, ...] = ()
    outbound: tuple[NetworkAclRule, ...] = ()
    unresolved: Unknown | None = None


@dataclass(frozen=True, slots=True)
class SecurityGroupRule:
    """An allow rule. Its peers are CIDRs, prefix lists and security groups, the latter by address.

    `protocol` and `ports` are as in `NetworkAclRule`.
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
