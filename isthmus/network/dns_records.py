"""What the records of a private zone say of a name.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html#domain-name-format-asterisk
"""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.aws.domain_names import canonical, covers, parents
from isthmus.network.dns_model import PrivateZone, Record
from isthmus.network.model import Unknown

# Records that answer a query for an address: of that type, or a CNAME that leads on.
_LEADS_ON = "CNAME"


@dataclass(frozen=True, slots=True)
class Found:
    """What a zone has for a name and a type: the records that answer, and where they lead.

    `missing` says what it lacks ("" where a record answers): this input holds no such record, and other Terraform may.
    `unknown` is why the result is unknown. `delegated` is the address of an NS record below which the name is.
    """

    records: tuple[Record, ...] = ()
    missing: str = ""
    unknown: str = ""
    delegated: str = ""

    @property
    def onward(self) -> str:
        """The name that a CNAME record leads to, or ""."""
        for record in self.records:
            if record.type == _LEADS_ON and isinstance(record.leads, tuple) and record.leads:
                return canonical(record.leads[0])
        return ""

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for equal answers."""
        records = sorted((str(r.name), str(r.type), str(r.leads), r.endpoint) for r in self.records)
        return tuple(records), bool(self.missing), self.unknown, bool(self.delegated)


def found_in(zone: PrivateZone, name: str, query_type: str = "A") -> Found:
    """The records of a zone that answer a name, by the closest wildcard where none has the name."""
    named: dict[str, list[Record]] = {}
    unknown_reason = ""
    for record in zone.records:
        if isinstance(record.name, Unknown):
            unknown_reason = unknown_reason or f"the name of {record.address}: {record.name.reason}"
        else:
            named.setdefault(record.name, []).append(record)
    delegated = _delegated(zone, name, named)
    if delegated:
        return Found(delegated=delegated)
    records = _matching(zone, name, named)
    answering = tuple(record for record in records if record.type in (query_type, _LEADS_ON))
    unread = next((r for r in records if isinstance(r.type, Unknown) or isinstance(r.leads, Unknown)), None)
    if unread is not None:
        return Found(records=answering, unknown=_unread(unread))
    if answering:
        return Found(answering)
    if unknown_reason:
        return Found(unknown=unknown_reason)
    types = sorted({str(record.type) for record in records})
    missing = f"only {', '.join(types)}" if types else "no record of that name"
    return Found(records, f"{missing} in this input")


def _unread(record: Record) -> str:
    part = record.type if isinstance(record.type, Unknown) else record.leads
    return f"{record.address}: {part.reason}" if isinstance(part, Unknown) else record.address


def _matching(zone: PrivateZone, name: str, named: dict[str, list[Record]]) -> tuple[Record, ...]:
    """The records of the name, or of the wildcard below the closest name that exists."""
    if name in named:
        return tuple(named[name])
    there = {above for known in named for above in (known, *parents(known))}
    if name in there:
        return ()
    for above in parents(name):
        if not isinstance(zone.domain, str) or not covers(zone.domain, above):
            return ()
        if f"*.{above}" in named:
            return tuple(named[f"*.{above}"])
        if above in there:
            return ()
    return ()


def _delegated(zone: PrivateZone, name: str, named: dict[str, list[Record]]) -> str:
    """The NS record at or above a name, below the zone itself."""
    for above in (name, *parents(name)):
        if above == zone.domain:
            return ""
        for record in named.get(above, ()):
            if record.type == "NS":
                return record.address
    return ""
