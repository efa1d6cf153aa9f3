"""What a rule is: a named function over an estate, why it exists, and where AWS says so."""

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
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule found broken: by which object, what was given, and what would be right.

    `part` narrows the subject to something inside the object that is no object itself, e.g. `network "users"`.
    """

    about: object
    given: str
    remedy: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its stable id, a summary, why it exists, and the page that says so, or ""."""

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
    """Make a function a rule. Its name is the id (`cidr_overlap` is `cidr-overlap`), its docstring the summary.

    The function must survive estates that break any other rule, and must not report what another rule does.
    """

    def made(find: Callable[[Estate], Iterator[Fault]]) -> Rule:
        return Rule(find.__name__.replace("_", "-"), (find.__doc__ or "").strip(), why, source, find)

    return made


def subject(thing: object) -> str:
    """How messages call an intent object: `spoke "dev"`."""
    kind = word(type(thing))
    name = getattr(thing, "name", None) or getattr(thing, "domain", None)
    return f'{kind} "{name}"' if isinstance(name, str) else kind


def word(kind: type) -> str:
    """How messages call a class of the language: `VPN connection`."""
    return _WORDS.get(kind.__name__, kind.__name__.lower())
