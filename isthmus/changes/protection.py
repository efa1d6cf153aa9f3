"""Protected resources that a change destroys, replaces or leaves behind.

`prevent_destroy` stops a replacement and `terraform destroy`. It stops nothing once its block is removed or renamed:
Terraform drops the setting together with the block. So a change is compared with the setting that BASE has.
https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from isthmus.changes.actions import ResourceAction, ResourceChange
from isthmus.terraform.graph import NO_LIFECYCLE, Graph, Unknown

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]')
_LIFT = (
    "set protected=False on its environment (in Terraform of your own: lifecycle.prevent_destroy = false) and apply it"
)
_MAY_REPLACE = "it is updated or replaced: the plan of its root module says which (--plan)"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A protected resource, and the action that it must not have.

    `unknown` says why it is unknown whether the resource is protected or whether it stays; "" for a refusal.
    """

    address: str
    type: str
    action: ResourceAction
    unknown: str = ""

    @property
    def remedy(self) -> str:
        """What to do instead, as steps."""
        last = "make this change"
        if self.action is ResourceAction.LEAVE:
            last = "destroy it where it is, and make this change"
        steps = f"1. With the configuration of BASE, {_LIFT}. 2. Then {last}. Keep the setting until it is applied."
        renamed = "if it only gets another name, state the old one (was=, or a moved block). Otherwise: "
        return f"{renamed if self.action is ResourceAction.DESTROY else ''}{steps}"


@dataclass(frozen=True, slots=True)
class Unprotected:
    """A resource that is no longer protected. `unknown` says why it is unknown whether it is; "" if it is certain."""

    address: str
    unknown: str = ""


def refused(before: Graph, changes: Iterable[ResourceChange]) -> tuple[Refusal, ...]:
    """The changes that must not be applied: each one ends a resource that `before` protects.

    The protection is lifted if `before` has `prevent_destroy = false`, or no such setting. A resource that moves to
    another address keeps its protection. A `removed` block that leaves a resource in AWS destroys nothing.
    """
    listed = tuple(changes)
    old_addresses = {change.moved_to: change.address for change in listed if change.action is ResourceAction.MOVE}
    settings = _settings(before)
    return tuple(
        found
        for change in listed
        if _ends(change)
        for found in _refusal(change, settings.of(old_addresses.get(change.address, change.address)))
    )


def unprotected(before: Graph, after: Graph) -> tuple[Unprotected, ...]:
    """The resources that keep their address and lose their protection. A later change can end them without a refusal.

    Plans and states hold no such setting, so that nothing is known there.
    """
    old, new = _settings(before), _settings(after)
    kept = sorted(old.instances.keys() & new.instances.keys())
    return tuple(
        Unprotected(address, setting.reason if isinstance(setting, Unknown) else "")
        for address in kept
        if old.of(address) is True and (setting := new.of(address)) is not True and setting != NO_LIFECYCLE
    )


def _refusal(change: ResourceChange, protected: bool | Unknown) -> Iterator[Refusal]:
    if protected is False:
        return
    if isinstance(protected, Unknown):
        yield Refusal(change.address, change.type, change.action, protected.reason)
    else:
        unknown = _MAY_REPLACE if change.action is ResourceAction.MAY_REPLACE else ""
        yield Refusal(change.address, change.type, change.action, unknown)


def _ends(change: ResourceChange) -> bool:
    """Whether a change ends a resource for Terraform. A `removed` block leaves it behind on purpose: without reason."""
    if change.action is ResourceAction.LEAVE:
        return bool(change.reason)
    return change.action in (ResourceAction.DESTROY, ResourceAction.REPLACE, ResourceAction.MAY_REPLACE)


@dataclass(frozen=True, slots=True)
class _Settings:
    """`prevent_destroy` by address, and by the address of the block, without indexes.

    All instances of a block have one setting. So the block has the setting of an instance that only a plan knows.
    """

    instances: Mapping[str, bool | Unknown]
    blocks: Mapping[str, bool | Unknown]

    def of(self, address: str) -> bool | Unknown:
        """The setting of a resource; False for a resource that the configuration does not have."""
        return self.instances.get(address, self.blocks.get(_INDEX.sub("", address), False))


def _settings(graph: Graph) -> _Settings:
    resources = {**graph.unexpanded, **graph.resources}
    instances = {address: resource.prevent_destroy for address, resource in resources.items()}
    blocks: dict[str, bool | Unknown] = {}
    for address, setting in instances.items():
        block = _INDEX.sub("", address)
        if blocks.setdefault(block, setting) != setting:
            blocks[block] = Unknown("the instances of its block have different settings")
    return _Settings(instances, blocks)
