"""Objects that may have got a new name: one disappears, and an equal one of the same kind appears. This is a hint only.

Without `was`, Terraform destroys the resources of the one and creates those of the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from isthmus.intent import (
    CustomerGateway,
    DirectConnectGateway,
    Estate,
    Segment,
    Site,
    Spoke,
    TransitVirtualInterface,
    VpnConnection,
)
from isthmus.intent.checks.rule import word
from isthmus.intent.former_names import KINDS, Renamable, renamable
from isthmus.intent.model import name_of

_CLOSE = 0.8  # of 1: `prod` and `prod-1` are not close, `payments` and `payment` are


@dataclass(frozen=True, slots=True)
class PossibleRename:
    """Two names that may be of one object."""

    kind: str
    before: str
    after: str

    def __str__(self) -> str:
        gone = f'{self.kind} "{self.before}" is gone, and "{self.after}" is like it'
        return f'{gone}. Renamed? Write: was="{self.before}"'


def possible_renames(before: Estate | None, after: Estate | None) -> Iterator[PossibleRename]:
    """The possible renames that the later estate does not state. An object with several candidates gives none."""
    if before is None or after is None:
        return
    for kind in KINDS:
        old, new = ({thing.name: thing for thing in renamable(side) if type(thing) is kind} for side in (before, after))
        gone = [thing for name, thing in old.items() if name not in new]
        come = [thing for name, thing in new.items() if name not in old and thing.was is None]
        equivalent = [(one, other) for one in gone for other in come if _equivalent((before, one), (after, other))]
        for one, other in equivalent:
            if sum(one in pair or other in pair for pair in equivalent) == 1:
                yield PossibleRename(word(kind), one.name, other.name)


def _equivalent(old: tuple[Estate, Renamable], new: tuple[Estate, Renamable]) -> bool:
    """Whether two objects have the same addresses, or close names where they have none."""
    identities = [_identity(*side) for side in (old, new)]
    if None in identities:
        return SequenceMatcher(None, old[1].name, new[1].name).ratio() >= _CLOSE
    return identities[0] == identities[1]


def _identity(estate: Estate, thing: Renamable) -> Hashable | None:
    """What an object is apart from its name; None if it has no addresses."""
    match thing:
        case Spoke():
            return thing.cidr
        case Segment():
            return frozenset(thing.blocks) or _members(estate, thing) or None
        case VpnConnection():
            return thing.number, _gateway(estate, thing)
        case DirectConnectGateway():
            return thing.asn, frozenset(_identity(estate, interface) for interface in thing.virtual_interfaces)
        case TransitVirtualInterface():
            return thing.connection, thing.hosted, thing.vlan, thing.customer_address
        case CustomerGateway():
            return thing.ip_address or thing.certificate_arn
        case Site():
            return frozenset(thing.networks.values()) or None


def _members(estate: Estate, segment: Segment) -> frozenset[Hashable]:
    """The CIDRs by which its spokes are known, and the numbers of its connections."""
    spokes = {spoke.routed_cidrs for _, spoke in estate.spokes if name_of(spoke.segment) == segment.name}
    return frozenset({*spokes, *(vpn.number for vpn in estate.vpn_connections if name_of(vpn.segment) == segment.name)})


def _gateway(estate: Estate, connection: VpnConnection) -> Hashable | None:
    return _identity(estate, estate.customer_gateway(connection.customer_gateway)[1])
