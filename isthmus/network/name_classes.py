"""The space of names, cut where answers may change: between the domains that something is associated for.

Names behave alike between these domains, so that one name of a domain and one below it stand for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus.aws.domain_names import ROOT, canonical, labels
from isthmus.network.dns_firewall import rules_of
from isthmus.network.name_lookup import Lookup

# A label that stands for all names below a domain of which nothing speaks.
ANY_NAME = "any-name"


def boundaries(lookup: Lookup, vpc: str) -> Iterator[str]:
    """Every domain that a network has something for in a VPC: rules, zones, endpoints, and the DNS firewall."""
    facts = lookup.network.resolution
    yield from (candidate.domain for candidate in lookup.associated(vpc))
    yield from lookup.names.domains(vpc)
    for rule in rules_of(facts, vpc)[0]:
        entries = rule.domains if isinstance(rule.domains, tuple) else ()
        yield from (canonical(entry.lstrip("*").lstrip(".") or ROOT) for entry in entries)


def record_names(lookup: Lookup, vpc: str) -> Iterator[str]:
    """The names that private zones of a VPC have records for; of a wildcard, a name that it is for."""
    zones = lookup.network.resolution.zones
    for candidate in lookup.associated(vpc):
        for record in zones[candidate.address].records if candidate.address in zones else ():
            if isinstance(record.name, str):
                yield record.name.replace("*", ANY_NAME)


def in_order(domains: Iterable[str]) -> tuple[str, ...]:
    """Domains, the least specific first."""
    return tuple(sorted(set(domains), key=lambda domain: (labels(domain), domain)))


def representatives(domain: str) -> tuple[str, ...]:
    """Names that stand for a domain: itself, and one below it."""
    return (ANY_NAME,) if domain == ROOT else (domain, f"{ANY_NAME}.{domain}")


def likeness(lookup: Lookup, vpc: str) -> tuple[object, ...]:
    """Equal for VPCs of one network in which every name is answered alike, reverse lookups of their ranges aside."""
    facts = lookup.network.resolution
    return (
        lookup.associated(vpc),
        facts.settings(vpc),
        rules_of(facts, vpc),
        lookup.names.kind(vpc),
        lookup.network.vpcs[vpc].region,
    )
