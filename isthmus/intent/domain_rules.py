"""The firewall rules of domain lists: each passes one domain over one protocol from the segments of the list.

All of them are pass rules, so their order has no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.intent.firewall import DomainList
from isthmus.intent.firewall_rules import segment_variable
from isthmus.intent.model import name_of

HOME = "HOME_NET"
PROTOCOLS = ("tls", "http")


@dataclass(frozen=True, slots=True)
class DomainRule:
    """A pass rule for connections to a domain over a protocol, from the blocks in the variables `sources`."""

    list_name: str
    protocol: str
    domain: str
    sources: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.list_name} lets out {self.domain} by {self.protocol.upper()}"


def domain_rules(listed: DomainList) -> Iterator[DomainRule]:
    """The rules of a list, by protocol and domain."""
    sources = tuple(sorted(segment_variable(name_of(segment)) for segment in listed.segments)) or (HOME,)
    for protocol in PROTOCOLS:
        for domain in sorted(set(listed.domains)):
            yield DomainRule(listed.name, protocol, domain, sources)
