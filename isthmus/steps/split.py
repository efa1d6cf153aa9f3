"""The parts of a change: whole applies, or applies that `-target` splits into additions, updates and removals.

Terraform applies what is targeted, and everything that it depends on. Outputs that derive from it alone are updated.
https://developer.hashicorp.com/terraform/cli/commands/plan#resource-targeting
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from isthmus.changes import ResourceAction, ResourceChange
from isthmus.steps.change import Apply, ApplyKind, ChangeOfOutputs
from isthmus.steps.constraints import Constraint, Need, addresses
from isthmus.steps.intermediate import Phase
from isthmus.terraform import Resource

_CHANGED = (ResourceAction.CREATE, ResourceAction.UPDATE, ResourceAction.REPLACE)


class Split(Enum):
    """Into which phases an apply is split, besides the last one."""

    NONE = ()
    ADD_FIRST = (Phase.ADDED,)
    REMOVE_LAST = (Phase.CHANGED,)
    BOTH = (Phase.ADDED, Phase.CHANGED)


@dataclass(frozen=True, eq=False)
class Part:
    """An apply, or the part of it after which its root module is in a phase.

    - `changes`: what this part does. `targets`: the addresses for `-target`; empty: all that is left.
    """

    apply: Apply
    phase: Phase = Phase.HEAD
    changes: tuple[ResourceChange, ...] = ()
    targets: tuple[str, ...] = ()


def parts_of(change: ChangeOfOutputs, applies: list[Apply], split: Split) -> list[Part]:
    """The parts of all applies: the additions of all of them, then the updates, then the rest, each in their order."""
    found = [part for apply in applies for part in _parts(change, apply, split)]
    return sorted(found, key=lambda part: part.phase)


def _parts(change: ChangeOfOutputs, apply: Apply, split: Split) -> Iterator[Part]:
    left = list(apply.changes)
    if apply.kind is ApplyKind.APPLY and not apply.is_new and all(c.action in _SPLITTABLE for c in left):
        for phase in split.value:
            chosen = _additions(change, apply) if phase is Phase.ADDED else _updates(apply)
            now = tuple(one for one in left if one.address in chosen)
            if now and len(now) < len(left):
                start = f"{apply.name}/" if apply.name else ""
                yield Part(apply, phase, now, tuple(one.address.removeprefix(start) for one in now))
                left = [one for one in left if one.address not in chosen]
    yield Part(apply, Phase.HEAD, tuple(left))


_SPLITTABLE = (*_CHANGED, ResourceAction.DESTROY)


def _additions(change: ChangeOfOutputs, apply: Apply) -> frozenset[str]:
    """What is created and depends on nothing in its root module that changes otherwise: a target takes that along."""
    changing = {one.address for one in apply.changes if one.action is not ResourceAction.CREATE}
    created = {one.address: change.head.graph.resources[one.address] for one in apply.changes if _is_created(one)}
    while late := {address for address, resource in created.items() if _depends(resource, changing)}:
        changing |= late
        created = {address: resource for address, resource in created.items() if address not in late}
    return frozenset(created)


def _is_created(one: ResourceChange) -> bool:
    return one.action is ResourceAction.CREATE


def _depends(resource: Resource, changing: set[str]) -> bool:
    if any(address in changing for value in resource.values.values() for address in addresses(value)):
        return True
    return any(
        one == name or one.startswith((f"{name}.", f"{name}[")) for name in resource.depends_on for one in changing
    )


def _updates(apply: Apply) -> frozenset[str]:
    return frozenset(one.address for one in apply.changes if one.action in _CHANGED)


def before_parts(parts: Sequence[Part], required: tuple[Constraint, ...]) -> Mapping[Part, frozenset[Part]]:
    """The parts that must come before each part."""
    of: dict[str, list[Part]] = {}
    for part in parts:
        if part.apply.kind is not ApplyKind.SITE:
            of.setdefault(part.apply.name, []).append(part)
    found: dict[Part, set[Part]] = {}
    for own in of.values():
        for earlier, later in pairwise(own):
            found.setdefault(later, set()).add(earlier)
    for one in required:
        first, then = of[one.first], of[one.then]
        if one.need is Need.CREATED:
            found.setdefault(then[0], set()).add(_providing(first, one.needed))
        elif one.need is Need.RELEASED:
            found.setdefault(then[-1], set()).add(first[-1])
        else:
            found.setdefault(then[0], set()).add(first[-1])
    return {part: frozenset(needed) for part, needed in found.items()}


def _providing(parts: list[Part], needed: frozenset[str]) -> Part:
    """The first part of a root module after which all that is needed is there; the last one if that is not known."""
    left = {change.address for part in parts for change in part.changes}
    for part in parts:
        left -= {change.address for change in part.changes}
        if needed and needed.isdisjoint(left):
            return part
    return parts[-1]
