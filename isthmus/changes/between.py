"""The actions that Terraform plans when the configuration of one output becomes that of another.

Terraform replaces a resource if an argument that forces replacement changes, or refers to a resource that is replaced.
https://developer.hashicorp.com/terraform/cli/commands/plan
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from isthmus.changes.actions import Cause, ResourceAction, ResourceChange
from isthmus.changes.argument_order import order_counts
from isthmus.changes.differences import differences
from isthmus.changes.moves import moved_resource, moves_between, without_index
from isthmus.changes.replacing import forces_replacement, is_listed
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown
from isthmus.terraform.sensitive import is_secret

_META = frozenset({"lifecycle", "provisioner", "connection", "depends_on", "count", "for_each", "provider"})
_STEPS = re.compile(r"[.\[]")
_LONGEST = 60  # characters of a value
_UNCOUNTED = "how many there are is unknown before or after"
_OTHER_NUMBER = "how many there are is unknown before and after, and count or for_each changes, or what it refers to"
_OTHER_PLACE = "the settings of its provider change, and whether its {} stays the same is unknown"
_OTHER_ORIGIN = "its expression changes, or what it refers to, and its value is {}"
_IMPORTED = "an import block takes an existing resource into the state, and its arguments are unknown here"
_NO_ROOT = "the new output has no such root module: destroy it before you remove it, with the output before"


def resource_changes(before: Graph, after: Graph) -> tuple[ResourceChange, ...]:
    """Every resource that is not the same in both, in address order.

    A value that is unknown on both sides counts as unchanged if it has the same reason and the same origin: the same
    expression, which refers to the same.
    """
    found: dict[str, ResourceChange] = {}
    sides = [{**graph.resources, **graph.unexpanded} for graph in (before, after)]
    moves = moves_between(before, after)
    for old_address, new_address in moves.items():
        kind = sides[0][old_address].type
        found[old_address] = ResourceChange(old_address, kind, ResourceAction.MOVE, moved_to=new_address)
    sides[0] = dict(moved_resource(resource, moves) for resource in sides[0].values())
    uncounted = {without_index(address) for address in {*before.unexpanded} ^ {*after.unexpanded}}
    for address in sorted({*sides[0], *sides[1]}):
        old, new = sides[0].get(address), sides[1].get(address)
        if any(one is not None and one.existing for one in (old, new)):
            continue  # Terraform only reads it
        if without_index(address) in uncounted and (one := old or new) is not None:
            found[address] = ResourceChange(address, one.type, ResourceAction.MAY_REPLACE, reason=_UNCOUNTED)
        elif old is None and new is not None:
            imported = address in after.imported
            action = ResourceAction.MAY_REPLACE if imported else ResourceAction.CREATE
            found[address] = ResourceChange(address, new.type, action, reason=_IMPORTED if imported else "")
        elif old is not None and new is None:
            found[address] = _gone(
                old, sides[1], after, {*after.roots, *(resource.root for resource in sides[1].values())}
            )
        elif old is not None and new is not None and (change := _changed(old, new)) is not None:
            found[address] = change
    _follow(sides[0], sides[1], found)
    while _trigger(sides[1], found):
        _follow(sides[0], sides[1], found)
    return tuple(found[address] for address in sorted(found))


def _trigger(new: Mapping[str, Resource], found: dict[str, ResourceChange]) -> bool:
    """Add what `replace_triggered_by` may replace: a resource, or one of its arguments, that it names changes.

    Returns whether it added something.

    https://developer.hashicorp.com/terraform/language/block/resource
    """
    added = False
    for address, resource in new.items():
        inside = address.rpartition(f"{resource.type}.")[0]
        named = [f"{inside}{'.'.join(_STEPS.split(trigger)[:2])}" for trigger in resource.triggers]
        changed = next((name for name in named if any(without_index(one) == name for one in found)), "")
        if changed:
            was = found.get(address) or ResourceChange(address, resource.type, ResourceAction.UPDATE)
            if was.action is ResourceAction.UPDATE:
                reason = f"replace_triggered_by names {changed}, which changes"
                found[address] = replace(was, action=ResourceAction.MAY_REPLACE, reason=reason)
                added = True
    return added


def _gone(old: Resource, new: Mapping[str, Resource], after: Graph, roots: set[str]) -> ResourceChange:
    """A resource that the later configuration lacks: destroyed, unless a `removed` block leaves it in AWS.

    It is destroyed because of the first resource that it refers to and that is destroyed too. Without its root module
    nothing destroys it: Terraform no longer runs there, and the state stays where it is.
    """
    left = any(old.address == gone or old.address.startswith((f"{gone}.", f"{gone}[")) for gone in after.forgotten)
    if left:
        return ResourceChange(old.address, old.type, ResourceAction.LEAVE)
    if old.root and old.root not in roots:
        return ResourceChange(old.address, old.type, ResourceAction.LEAVE, because_of=old.root, reason=_NO_ROOT)
    references = (reference for name in sorted(old.values) for _, reference in _references(name, old.values[name]))
    parents = (reference.address for reference in references if reference.address not in new)
    parent = next((address for address in parents if address != old.address), "")
    return ResourceChange(old.address, old.type, ResourceAction.DESTROY, because_of=parent)


def _changed(old: Resource, new: Resource) -> ResourceChange | None:
    for name, before, after in (("account", old.account, new.account), ("Region", old.region, new.region)):
        if before and after and before != after:
            # Terraform looks for the id with the new provider, does not find it, and creates a second resource.
            reason = f"its {name} changes from {before} to {after}: the old resource stays there, without Terraform"
            return ResourceChange(new.address, new.type, ResourceAction.LEAVE, reason=reason)
    causes = tuple(_causes(old, new))
    unclear = _OTHER_NUMBER if old.number_origin != new.number_origin else _unclear_place(old, new)
    action = _action(causes, new.type) if causes else None
    if unclear and action is not ResourceAction.REPLACE:
        action = ResourceAction.MAY_REPLACE
    return ResourceChange(new.address, new.type, action, causes, reason=unclear) if action else None


def _unclear_place(old: Resource, new: Resource) -> str:
    """Why it is unknown whether a resource stays in its account and Region; "" if it stays."""
    if old.provider_origin == new.provider_origin:
        return ""
    names = [
        name
        for name, before, after in (("account", old.account, new.account), ("Region", old.region, new.region))
        if before is None or after is None
    ]
    return _OTHER_PLACE.format(" or ".join(names)) if names else ""


def _action(causes: tuple[Cause, ...], type_: str) -> ResourceAction:
    if any(cause.replaces for cause in causes):
        return ResourceAction.REPLACE
    if not is_listed(type_) or any(cause.replaces is None for cause in causes):
        return ResourceAction.MAY_REPLACE
    return ResourceAction.UPDATE


def _causes(old: Resource, new: Resource) -> Iterator[Cause]:
    if "all" in new.ignored:
        return
    for name in sorted({*old.values, *new.values} - _META):
        if name in new.ignored:
            continue
        for argument, before, after in differences(name, old.get(name), new.get(name), partial(order_counts, new.type)):
            replaces = forces_replacement(new.type, argument)
            if replaces and (isinstance(before, Unknown) or isinstance(after, Unknown)):
                replaces = None
            secret = is_secret(argument.rpartition(".")[2])
            shown = ("(sensitive)", "(sensitive)") if secret else (_text(before), _text(after))
            other = isinstance(before, Unknown) and before == after and not secret
            yield Cause(argument, *shown, replaces, _OTHER_ORIGIN.format(after) if other else "")


def _follow(old: Mapping[str, Resource], new: Mapping[str, Resource], found: dict[str, ResourceChange]) -> None:
    """Add what changes because a resource that it refers to is replaced: its id is another one then."""
    users: dict[str, list[tuple[str, str, Ref]]] = {}
    for address, resource in new.items():
        if address in old:
            for name, value in resource.values.items():
                if name not in _META and name not in resource.ignored and "all" not in resource.ignored:
                    for argument, reference in _references(name, value):
                        users.setdefault(reference.address, []).append((address, argument, reference))
    waiting = [
        address
        for address, change in found.items()
        if change.action in (ResourceAction.REPLACE, ResourceAction.MAY_REPLACE)
    ]
    while waiting:
        replaced = waiting.pop()
        certain = found[replaced].action is ResourceAction.REPLACE
        for address, argument, reference in users.get(replaced, ()):
            if reference.attribute in new[replaced].values:
                continue  # it is configured, so it is known before the replacement
            change = found.get(address) or ResourceChange(address, new[address].type, ResourceAction.UPDATE)
            replaces = forces_replacement(change.type, argument)
            after = _worse(change.action, replaces if certain or not replaces else None)
            cause = Cause(argument, "", "", replaces, f"{replaced} is {'' if certain else 'perhaps '}replaced")
            if cause in change.causes:
                continue
            because_of = change.because_of or (replaced if replaces is not False else "")
            found[address] = ResourceChange(
                address, change.type, after, (*change.causes, cause), because_of, change.reason
            )
            if after is not change.action and after in (ResourceAction.REPLACE, ResourceAction.MAY_REPLACE):
                waiting.append(address)


def _worse(action: ResourceAction, replaces: bool | None) -> ResourceAction:
    """The action of a resource after one more change of an argument."""
    if action in (ResourceAction.CREATE, ResourceAction.LEAVE, ResourceAction.REPLACE):
        return action
    if replaces:
        return ResourceAction.REPLACE
    return ResourceAction.MAY_REPLACE if replaces is None else action


def _references(path: str, value: Any) -> Iterator[tuple[str, Ref]]:
    if isinstance(value, Ref):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _references(f"{path}.{key}", inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _references(path, inner)


def _text(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, Ref):
        return value.address
    if isinstance(value, tuple):
        text = ", ".join(map(_text, value))
    elif isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, Mapping):
        text = ", ".join(f"{key} = {_text(inner)}" for key, inner in value.items())
    else:
        text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
