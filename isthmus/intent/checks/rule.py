"""A rule of the language: a function over an estate, the reason for it, and the page of AWS that states it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from isthmus.intent.errors import Problem
from isthmus.intent.estate import Estate
from isthmus.intent.model import place_of

_WORDS = {
    "AllowedConnection": "allowed connection",
    "OrganizationalUnit": "organizational unit",
    "CustomerGateway": "customer gateway",
    "VpnConnection": "VPN connection",
    "DirectConnectGateway": "Direct Connect gateway",
    "TransitVirtualInterface": "virtual interface",
    "EgressVpc": "egress VPC",
    "DomainList": "domain list",
    "RuleGroup": "rule group",
    "FirewallPolicy": "firewall policy",
    "LocalBackend": "backend",
    "S3Backend": "backend",
    "HcpTerraform": "backend",
    "HybridDns": "hybrid DNS",
    "ForwardRule": "forward rule",
    "PrivateZone": "private zone",
    "DnsFirewall": "DNS firewall",
    "CentralEndpoints": "central endpoints",
    "EndpointService": "endpoint service",
    "PublishedService": "published service",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One place that breaks a rule: the object, what is wrong with it, and what to write.

    `part` names something inside the object that has no object of its own, e.g. `network "users"`.
    """

    about: object
    given: str
    remedy: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its stable ID, a summary, the reason, and the page that states it ("" without one)."""

    id: str
    summary: str
    why: str
    source: str
    find: Callable[[Estate], Iterator[Fault]]

    def problems(self, estate: Estate) -> Iterator[Problem]:
        """Every place where the estate breaks this rule."""
        for found in self.find(estate):
            named = subject(found.about)
            yield Problem(
                rule=self.id,
                subject=f"{named}, {found.part}" if found.part else named,
                place=place_of(found.about),
                given=found.given,
                remedy=found.remedy,
                why=self.why,
                source=self.source,
            )


def rule(why: str, source: str = "") -> Callable[[Callable[[Estate], Iterator[Fault]]], Rule]:
    """Make a function a rule. Its name gives the ID (`cidr_overlap`: `cidr-overlap`), its docstring the summary.

    The function must accept estates that break any other rule, and must not report what another rule reports.
    """

    def decorate(find: Callable[[Estate], Iterator[Fault]]) -> Rule:
        return Rule(find.__name__.replace("_", "-"), " ".join((find.__doc__ or "").split()), why, source, find)

    return decorate


def subject(thing: object) -> str:
    """How messages name an intent object: `spoke "dev"`."""
    kind = word(type(thing))
    name = getattr(thing, "name", None) or getattr(thing, "domain", None)
    return f'{kind} "{name}"' if isinstance(name, str) else kind


def word(kind: type) -> str:
    """How messages name a class of the language: `VPN connection`."""
    return _WORDS.get(kind.__name__, kind.__name__.lower())
