"""Many changes as a few: by the root module and by the resource that leads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from isthmus.changes.actions import ResourceAction, ResourceChange
from isthmus.changes.impact import IMPACTS, impact_of

_SEVERE = (
    ResourceAction.DESTROY,
    ResourceAction.REPLACE,
    ResourceAction.MAY_REPLACE,
    ResourceAction.LEAVE,
    ResourceAction.MIGRATE,
)
_RANK = {type_: number for number, type_ in enumerate(IMPACTS)}


@dataclass(frozen=True, slots=True)
class Consequence:
    """A change with an impact, and the changes of the same root module that come with it.

    `others` are of the same action: resources that are replaced because the leading one is, or that are destroyed
    together with it.
    """

    leading: ResourceChange
    impact: str
    others: tuple[ResourceChange, ...] = ()


def counts(changes: Iterable[ResourceChange]) -> Mapping[ResourceAction, int]:
    """How many resources each action concerns, for every action."""
    counted = Counter(change.action for change in changes)
    return {action: counted[action] for action in ResourceAction}


def consequences(changes: Iterable[ResourceChange]) -> tuple[Consequence, ...]:
    """What a reviewer has to see, the worst first: everything that is destroyed, replaced or left behind, and updates
    that interrupt traffic. A resource that changes only because another one is replaced is listed with that one."""
    listed = list(changes)
    severe = {change.address: change for change in listed if change.action in _SEVERE}
    led: dict[str, list[ResourceChange]] = {}
    for change in severe.values():
        led.setdefault(_leader(change, severe), []).append(change)
    found = [_consequence(severe.get(leader), together) for leader, together in led.items()]
    found += [
        Consequence(change, impact)
        for change in listed
        if change.action is ResourceAction.UPDATE and (impact := impact_of(change)) and change.address not in severe
    ]
    return tuple(sorted(found, key=_severity))


def _leader(change: ResourceChange, severe: Mapping[str, ResourceChange]) -> str:
    """The resource that a change goes back to: replaced or destroyed itself, and not because of another one."""
    seen = {change.address}
    while change.because_of in severe and change.because_of not in seen:
        change = severe[change.because_of]
        seen.add(change.address)
    if change.action is ResourceAction.LEAVE:
        # Everything that a root module leaves behind for one reason: it is gone, or it has another account.
        return change.because_of or f"{change.address.partition('/')[0]}: {change.reason}"
    return change.address


def _consequence(leading: ResourceChange | None, together: list[ResourceChange]) -> Consequence:
    """Changes that go back to one resource, or to a root module: the most important resource leads.

    A replaced resource leads what it replaces. What is destroyed together is led by what the network loses.
    """
    if leading is None or leading.action is ResourceAction.DESTROY:
        leading = min(together, key=lambda change: (_RANK.get(change.type, len(_RANK)), change.address))
    others = tuple(change for change in together if change.address != leading.address)
    return Consequence(leading, impact_of(leading), others)


def _severity(one: Consequence) -> tuple[int, int, str]:
    action = list(ResourceAction).index(one.leading.action)
    return (
        action if one.impact else action + len(ResourceAction),
        _RANK.get(one.leading.type, len(_RANK)),
        one.leading.address,
    )
