"""Which names are answered otherwise in one network than in another, by spoke."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.network.model import Unknown
from isthmus.network.name_classes import boundaries, in_order, likeness, record_names, representatives
from isthmus.network.name_lookup import Answer, Answered, Lookup
from isthmus.proof.pairs.locations import Locations
from isthmus.text.listing import some


@dataclass(frozen=True)
class NameChange:
    """A name, or a domain with all below it, that is answered otherwise for hosts of some spokes."""

    name: str
    spokes: tuple[str, ...]
    was: str
    is_: str

    def __str__(self) -> str:
        return f"{self.name} for {some(self.spokes, 1)}: {self.is_}; before: {self.was}"


def name_changes(before: tuple[Lookup, Locations], after: tuple[Lookup, Locations]) -> Iterator[NameChange]:
    """Every change of who answers, for spokes that both networks have. Terraform addresses do not count."""
    lookups = (before[0], after[0])
    vpcs = [{location.name: location.vpc for location in locations.spokes} for _, locations in (before, after)]
    alike: dict[object, list[str]] = {}
    for spoke in vpcs[0]:
        if spoke in vpcs[1]:
            pair = (vpcs[0][spoke], vpcs[1][spoke])
            kinds = [likeness(lookup, vpc) for lookup, vpc in zip(lookups, pair, strict=True)]
            reverse = any(".arpa" in name for name in _domains(lookups, pair))
            alike.setdefault((*kinds, spoke if reverse else ""), []).append(spoke)
    found: dict[tuple[str, str, str], list[str]] = {}
    for spokes in alike.values():
        pair = (vpcs[0][spokes[0]], vpcs[1][spokes[0]])
        for name, was, now in _of_vpc(lookups, pair):
            found.setdefault((name, was, now), []).extend(spokes)
    for (name, was, now), spokes in found.items():
        yield NameChange(name, tuple(sorted(set(spokes))), was, now)


def _domains(lookups: tuple[Lookup, Lookup], vpcs: tuple[str, str]) -> set[str]:
    return {domain for lookup, vpc in zip(lookups, vpcs, strict=True) for domain in boundaries(lookup, vpc)}


def _of_vpc(lookups: tuple[Lookup, Lookup], vpcs: tuple[str, str]) -> Iterator[tuple[str, str, str]]:
    """The changes of one spoke: of domains, and of names that zones have records for."""
    domains = _domains(lookups, vpcs) | {"."}
    records = {name for lookup, vpc in zip(lookups, vpcs, strict=True) for name in record_names(lookup, vpc)}
    for domain in in_order(domains | records):
        names = representatives(domain) if domain in domains else (domain,)
        seen: set[tuple[str, str]] = set()
        for name in names:
            was, now = (_said(lookup.ask(vpc, name)) for lookup, vpc in zip(lookups, vpcs, strict=True))
            if was != now and (was, now) not in seen:
                seen.add((was, now))
                yield domain, was, now


def _said(answer: Answer) -> str:
    """An answer without Terraform addresses, which may change where nothing else does."""
    text = answer.by.value
    if answer.by in (Answered.ZONE, Answered.FORWARD, Answered.ENDPOINT):
        text += f" for {answer.domain}"
    if answer.targets:
        text += f" to {', '.join(_target(target) for target in answer.targets)}"
    if answer.by is Answered.UNKNOWN:
        text += f" ({answer.reason})"
    if answer.found is not None:
        text += f" ({_records(answer)})"
    return text if answer.then is None else f"{text}, then {_said(answer.then)}"


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
