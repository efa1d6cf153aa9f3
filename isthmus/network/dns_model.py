"""Name resolution as facts: who forwards which names where, which private zones answer what, and for which VPCs.

Plain frozen data, as in `isthmus.network.model`: addresses name things, and what could not be resolved is `Unknown`.
Domains and names are in lower case, without a final dot; `.` is the root.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import cached_property
from ipaddress import IPv4Address

from isthmus.terraform.graph import Unknown

# What a DHCP options set calls the resolver of the VPC itself.
# https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html
AMAZON_PROVIDED = "AmazonProvidedDNS"


@dataclass(frozen=True, slots=True)
class Interface:
    """One network interface of a Resolver endpoint: its subnet, and its address where the configuration sets it."""

    subnet: str | Unknown
    ip: IPv4Address | None = None


@dataclass(frozen=True, slots=True)
class ResolverEndpoint:
    """A Resolver endpoint: inbound ones answer, outbound ones ask."""

    address: str
    inbound: bool | Unknown
    interfaces: tuple[Interface, ...]
    security_groups: tuple[str | Unknown, ...] = ()


class RuleKind(StrEnum):
    """What a Resolver rule does with a domain.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_CreateResolverRule.html
    """

    FORWARD = "FORWARD"  # ask other DNS servers
    SYSTEM = "SYSTEM"  # Resolver answers by itself, whatever a rule for a domain above says
    RECURSIVE = "RECURSIVE"  # Resolver asks public DNS; only AWS makes such rules
    DELEGATE = "DELEGATE"  # ask the DNS servers that NS records of a private zone name


@dataclass(frozen=True, slots=True)
class ResolverRule:
    """A rule for a domain and all below it. Only a rule that forwards has an endpoint and targets."""

    address: str
    domain: str | Unknown
    endpoint: str | Unknown | None = None
    targets: tuple[tuple[IPv4Address, int] | Unknown, ...] = ()
    kind: RuleKind | Unknown = RuleKind.FORWARD


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a zone. `leads` is what it leads to: the address of an interface endpoint for an alias, else texts.

    `alias` says that the zone answers with the records of what the alias leads to.
    """

    address: str
    name: str | Unknown
    type: str | Unknown
    leads: tuple[str, ...] | Unknown = ()
    alias: bool = False
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class PrivateZone:
    """A private hosted zone with its records, as far as this input has them."""

    address: str
    domain: str | Unknown
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class NameRule:
    """A rule of the DNS firewall: the names it is for, and whether they are answered.

    `query_type` narrows it to queries of one type ("AAAA"); "" is all. `trusts_redirection` says that only the first
    name of a chain of CNAME records is looked at.
    """

    address: str
    priority: int | Unknown
    answers: bool | Unknown
    domains: tuple[str, ...] | Unknown
    query_type: str | Unknown = ""
    trusts_redirection: bool | Unknown = False


@dataclass(frozen=True, slots=True)
class NameRules:
    """A rule group of the DNS firewall, its rules in the order in which they are evaluated."""

    address: str
    rules: tuple[NameRule, ...] = ()


class Held(Enum):
    """What can be associated with a VPC, and so take part in resolving its names."""

    RULE = "Resolver rule"
    ZONE = "private hosted zone"
    FIREWALL = "DNS firewall rule group"
    LOGS = "query log configuration"
    ENDPOINT = "interface endpoint"
    PROFILE = "Route 53 Profile"  # whose content is unknown: any of the others


@dataclass(frozen=True, slots=True)
class Use:
    """Something that holds for a VPC.

    - `thing`, `vpc`: addresses, or why they are unknown. `doubt` says why it may not hold although both are known.
    - `profile`: the profile through which it holds; "" where it is associated by itself.
    - `priority`: of a DNS firewall rule group, its place among those of the VPC.
    - `by`: the resource that makes the association.
    """

    kind: Held
    thing: str | Unknown
    vpc: str | Unknown
    by: str
    profile: str = ""
    priority: int | Unknown | None = None
    unknown_reason: Unknown | None = None

    @property
    def unknown(self) -> Unknown | None:
        """Why it is unknown whether it applies, or to which VPC; None if it is certain."""
        for part in (self.thing, self.vpc):
            if isinstance(part, Unknown):
                return part
        return self.unknown_reason


@dataclass(frozen=True, slots=True)
class VpcDns:
    """The DNS settings of a VPC, with AWS's defaults.

    - `support`: whether the Resolver of the VPC answers at all.
    - `hostnames`: private zones, private names of endpoints and most autodefined rules need it.
    - `servers`: the DNS servers that DHCP hands to hosts.
    - `reverse`: whether AWS's own rules for reverse lookups are on.

    https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
    """

    support: bool | Unknown = True
    hostnames: bool | Unknown = False
    servers: tuple[str, ...] | Unknown = (AMAZON_PROVIDED,)
    reverse: bool | Unknown = True
    options: str = ""


@dataclass(frozen=True, slots=True)
class MaybeEndpoint:
    """An interface endpoint that may exist: its number is unknown."""

    address: str
    vpc: str | Unknown
    why: Unknown


_DEFAULT = VpcDns()


@dataclass(frozen=True)
class Resolution:
    """Everything, by address. `uses` says which rules, zones and others hold for which VPCs, profiles seen through."""

    endpoints: Mapping[str, ResolverEndpoint] = field(default_factory=dict)
    rules: Mapping[str, ResolverRule] = field(default_factory=dict)
    zones: Mapping[str, PrivateZone] = field(default_factory=dict)
    firewalls: Mapping[str, NameRules] = field(default_factory=dict)
    query_logs: frozenset[str] = frozenset()
    uses: tuple[Use, ...] = ()
    vpcs: Mapping[str, VpcDns] = field(default_factory=dict)
    maybe_endpoints: tuple[MaybeEndpoint, ...] = ()

    def settings(self, vpc: str) -> VpcDns:
        """The DNS settings of a VPC."""
        return self.vpcs.get(vpc, _DEFAULT)

    def of(self, vpc: str) -> frozenset[str]:
        """The rules, zones and others that certainly hold for a VPC."""
        return frozenset(
            use.thing for use in self._by_vpc.get(vpc, ()) if isinstance(use.thing, str) and use.unknown_reason is None
        )

    def may(self, vpc: str) -> tuple[Use, ...]:
        """Everything that holds for a VPC, or may."""
        return (*self._by_vpc.get(vpc, ()), *self._anywhere)

    def not_evaluated(self, vpc: str) -> Iterator[Unknown]:
        """Why something else may hold for a VPC."""
        yield from (use.unknown for use in self.may(vpc) if use.unknown is not None)

    @cached_property
    def _by_vpc(self) -> Mapping[str, Sequence[Use]]:
        found: dict[str, list[Use]] = {}
        for use in self.uses:
            if isinstance(use.vpc, str):
                found.setdefault(use.vpc, []).append(use)
        return found

    @cached_property
    def _anywhere(self) -> tuple[Use, ...]:
        return tuple(use for use in self.uses if isinstance(use.vpc, Unknown))
