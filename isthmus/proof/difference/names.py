"""The DNS names with another answer in one network than in another, by spoke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isthmus.network.model import Unknown
from isthmus.network.name_classes import boundaries, in_order, likeness, record_names, representatives
from isthmus.network.name_lookup import Answer, Answered, Lookup
from isthmus.proof.pairs.locations import Locations
from isthmus.text.listing import some


@dataclass(frozen=True)
class NameChange:
    """A DNS name, or a domain with all names below it, whose answer changes for hosts of some spokes."""

    name: str
    spokes: tuple[str, ...]
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name} for {some(self.spokes, 1)}: {self.after}; before: {self.before}"


def name_changes(before: tuple[Lookup, Locations], after: tuple[Lookup, Locations]) -> Iterator[NameChange]:
    """Every name with another answer, for spokes that both networks have. Terraform addresses do not count."""
    lookups = (before[0], after[0])
    vpcs = [{location.name: location.vpc for location in locations.spokes} for _, locations in (before, after)]
    groups: dict[object, list[str]] = {}
    for spoke in vpcs[0]:
        if spoke in vpcs[1]:
            pair = (vpcs[0][spoke], vpcs[1][spoke])
            kinds = [likeness(lookup, vpc) for lookup, vpc in zip(lookups, pair, strict=True)]
            reverse = any(".arpa" in name for name in _domains(lookups, pair))
            groups.setdefault((*kinds, spoke if reverse else ""), []).append(spoke)
    found: dict[tuple[str, str, str], list[str]] = {}
    for spokes in groups.values():
        pair = (vpcs[0][spokes[0]], vpcs[1][spokes[0]])
        for name, old, new in _of_vpc(lookups, pair):
            found.setdefault((name, old, new), []).extend(spokes)
    for (name, old, new), spokes in found.items():
        yield NameChange(name, tuple(sorted(set(spokes))), old, new)


def answers_in_between(*networks: tuple[Lookup, Locations]) -> Iterator[NameChange]:
    """Every name with an answer in the second of three networks that neither of the others gives.

    `after` of each change is the answer in between. Only spokes that all three networks have are asked.
    """
    lookups = [lookup for lookup, _ in networks]
    vpcs = [{location.name: location.vpc for location in locations.spokes} for _, locations in networks]
    groups: dict[object, list[str]] = {}
    for spoke in vpcs[0]:
        if all(spoke in of for of in vpcs):
            own = [of[spoke] for of in vpcs]
            kinds = tuple(likeness(lookup, vpc) for lookup, vpc in zip(lookups, own, strict=True))
            reverse = any(".arpa" in name for name in _domains(lookups, own))
            groups.setdefault((kinds, spoke if reverse else ""), []).append(spoke)
    for spokes in groups.values():
        own = [of[spokes[0]] for of in vpcs]
        domains = _domains(lookups, own) | {"."}
        records = {name for lookup, vpc in zip(lookups, own, strict=True) for name in record_names(lookup, vpc)}
        for domain in in_order(domains | records):
            names = representatives(domain) if domain in domains else (domain,)
            asked = (
                tuple(_described(one.ask(vpc, name)) for one, vpc in zip(lookups, own, strict=True)) for name in names
            )
            for was, now, then in dict.fromkeys(asked):
                if now not in (was, then):
                    yield NameChange(domain, tuple(sorted(spokes)), was, now)


def _domains(lookups: Sequence[Lookup], vpcs: Sequence[str]) -> set[str]:
    return {domain for lookup, vpc in zip(lookups, vpcs, strict=True) for domain in boundaries(lookup, vpc)}


def _of_vpc(lookups: tuple[Lookup, Lookup], vpcs: tuple[str, str]) -> Iterator[tuple[str, str, str]]:
    """The changes of one spoke: of domains, and of names with records in private hosted zones."""
    domains = _domains(lookups, vpcs) | {"."}
    records = {name for lookup, vpc in zip(lookups, vpcs, strict=True) for name in record_names(lookup, vpc)}
    for domain in in_order(domains | records):
        names = representatives(domain) if domain in domains else (domain,)
        seen: set[tuple[str, str]] = set()
        for name in names:
            old, new = (_described(lookup.ask(vpc, name)) for lookup, vpc in zip(lookups, vpcs, strict=True))
            if old != new and (old, new) not in seen:
                seen.add((old, new))
                yield domain, old, new


def _described(answer: Answer) -> str:
    """An answer without Terraform addresses, which can change without any effect."""
    text = answer.by.value
    if answer.by in (Answered.ZONE, Answered.FORWARD, Answered.ENDPOINT):
        text += f" for {answer.domain}"
    if answer.targets:
        text += f" to {', '.join(_target(target) for target in answer.targets)}"
    if answer.by is Answered.UNKNOWN:
        text += f" ({answer.reason})"
    if answer.found is not None:
        text += f" ({_records(answer)})"
    return text if answer.then is None else f"{text}, then {_described(answer.then)}"


def _target(target: object) -> str:
    if isinstance(target, Unknown) or not isinstance(target, tuple):
        return str(target)
    address, port = target
    return str(address) if port == 53 else f"{address} port {port}"


def _records(answer: Answer) -> str:
    found = answer.found
    assert found is not None
    if found.unknown or found.missing:
        return found.unknown or found.missing
    leads = (r.leads.reason if isinstance(r.leads, Unknown) else ", ".join(r.leads) for r in found.records)
    return "; ".join(sorted(leads)) or f"delegated by {found.delegated}"
