"""Name resolution as facts: who forwards which names where, which private zones answer what, and for which VPCs.

Plain frozen data, as in `isthmus.network.model`: addresses name things, and what could not be resolved is `Unknown`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address

from isthmus.terraform.graph import Unknown


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


@dataclass(frozen=True, slots=True)
class ResolverRule:
    """A rule for a domain. Without an endpoint it is a system rule, which takes the domain out of another rule."""

    address: str
    domain: str | Unknown
    endpoint: str | Unknown | None = None
    targets: tuple[tuple[IPv4Address, int] | Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class PrivateZone:
    """A private hosted zone. `answers` are the interface endpoints that its records lead to, by full name."""

    address: str
    domain: str | Unknown
    answers: Mapping[str, str | Unknown] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NameRule:
    """A rule of the DNS firewall: the names it is for, and whether they are answered."""

    address: str
    priority: int
    answers: bool | Unknown
    domains: tuple[str, ...] | Unknown


@dataclass(frozen=True, slots=True)
class NameRules:
    """A rule group of the DNS firewall, its rules in the order in which they are asked."""

    address: str
    rules: tuple[NameRule, ...] = ()

    def answers(self, domain: str) -> bool | Unknown:
        """Whether queries for names written so are answered, by the first rule that lists them."""
        for rule in self.rules:
            if isinstance(rule.domains, Unknown):
                return rule.domains
            if domain in rule.domains:
                return rule.answers
        return True


@dataclass(frozen=True)
class Resolution:
    """Everything, by address. `used_by` says which rules, zones and others hold for which VPCs, profiles seen through.

    A pair with an `Unknown` in it says that something may hold somewhere.
    """

    endpoints: Mapping[str, ResolverEndpoint] = field(default_factory=dict)
    rules: Mapping[str, ResolverRule] = field(default_factory=dict)
    zones: Mapping[str, PrivateZone] = field(default_factory=dict)
    firewalls: Mapping[str, NameRules] = field(default_factory=dict)
    query_logs: frozenset[str] = frozenset()
    used_by: tuple[tuple[str | Unknown, str | Unknown], ...] = ()

    def of(self, vpc: str) -> frozenset[str]:
        """The rules, zones and others that hold for a VPC."""
        return frozenset(thing for thing in self._by_user.get(vpc, ()) if isinstance(thing, str))

    def doubts(self, vpc: str) -> Iterator[Unknown]:
        """What else may hold for a VPC."""
        yield from (user for user in self._by_user if isinstance(user, Unknown))
        yield from (thing for thing in self._by_user.get(vpc, ()) if isinstance(thing, Unknown))

    @cached_property
    def _by_user(self) -> Mapping[str | Unknown, Sequence[str | Unknown]]:
        found: dict[str | Unknown, list[str | Unknown]] = {}
        for thing, user in self.used_by:
            found.setdefault(user, []).append(thing)
        return found
