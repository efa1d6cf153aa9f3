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
from isthmus.steps.changed_roots import Apply, ApplyKind, ChangeOfOutputs
from isthmus.steps.constraints import Constraint, Need, addresses
from isthmus.steps.intermediate import RootPhase
from isthmus.terraform import Resource
from isthmus.terraform.assumed_roles import POLICY_TYPES

_CHANGED = (ResourceAction.CREATE, ResourceAction.UPDATE, ResourceAction.REPLACE)


class Split(Enum):
    """How applies are split.

    - `ADD_FIRST`: all additions come first. `ADD_NEEDED`: of a root module that others wait for, only what these need.
    - `REMOVE_LAST`: all removals come last. `BOTH`: additions first and removals last.
    """

    NONE = ()
    ADD_FIRST = (RootPhase.ADDED, "all")
    ADD_NEEDED = (RootPhase.ADDED, "needed")
    REMOVE_LAST = (RootPhase.CHANGED,)
    BOTH = (RootPhase.ADDED, RootPhase.CHANGED)

    @property
    def phases(self) -> tuple[RootPhase, ...]:
        """The phases of a root module before the last one."""
        return tuple(one for one in self.value if isinstance(one, RootPhase))


@dataclass(frozen=True, eq=False)
class Part:
    """An apply, or the part of it after which its root module is in a phase.

    - `changes`: what this part does. `targets`: the addresses for `-target`; empty: all that is left.
    """

    apply: Apply
    phase: RootPhase = RootPhase.HEAD
    changes: tuple[ResourceChange, ...] = ()
    targets: tuple[str, ...] = ()


def parts_of(
    change: ChangeOfOutputs, applies: list[Apply], required: tuple[Constraint, ...], split: Split
) -> list[Part]:
    """The parts of all applies: the additions of all of them, then the updates, then the rest, each in their order."""
    needed: dict[str, set[str]] = {}
    for one in required if split is Split.ADD_NEEDED else ():
        needed.setdefault(one.first, set()).update(one.needed)
    found = [part for apply in applies for part in _parts(change, apply, split, needed.get(apply.name, set()))]
    return sorted(found, key=lambda part: part.phase)


def _parts(change: ChangeOfOutputs, apply: Apply, split: Split, needed: set[str]) -> Iterator[Part]:
    left = list(apply.changes)
    if apply.kind is ApplyKind.APPLY and not apply.is_new and all(c.action in _SPLITTABLE for c in left):
        for phase in split.phases:
            chosen = _additions(change, apply, needed) if phase is RootPhase.ADDED else _updates(apply)
            now = tuple(one for one in left if one.address in chosen)
            if now and len(now) < len(left):
                start = f"{apply.name}/" if apply.name else ""
                yield Part(apply, phase, now, tuple(one.address.removeprefix(start) for one in now))
                left = [one for one in left if one.address not in chosen]
    yield Part(apply, RootPhase.HEAD, tuple(left))


_SPLITTABLE = (*_CHANGED, ResourceAction.DESTROY)


def _additions(change: ChangeOfOutputs, apply: Apply, needed: set[str]) -> frozenset[str]:
    """What is created, and policies of roles, if it depends on nothing in its root module that changes otherwise.

    A target takes along what it depends on. `needed`: only these, and what they depend on; empty: all.
    """
    added = {one.address: change.head.graph.resources[one.address] for one in apply.changes if _is_added(one)}
    changing = {one.address for one in apply.changes} - added.keys()
    while late := {address for address, one in added.items() if _depends(change, one, changing)}:
        changing |= late
        added = {address: resource for address, resource in added.items() if address not in late}
    if not needed:
        return frozenset(added)
    chosen = needed & added.keys()
    while more := {one for one in added if any(_depends(change, added[user], {one}) for user in chosen)} - chosen:
        chosen |= more
    return frozenset(chosen)


def _is_added(one: ResourceChange) -> bool:
    return one.action is ResourceAction.CREATE or (one.action is ResourceAction.UPDATE and one.type in POLICY_TYPES)


def _depends(change: ChangeOfOutputs, resource: Resource, changing: set[str]) -> bool:
    if any(address in changing for value in resource.values.values() for address in addresses(value)):
        return True
    names = (*resource.depends_on, *change.head_policies.get(resource.address, ()))
    return any(one == name or one.startswith((f"{name}.", f"{name}[")) for name in names for one in changing)


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
