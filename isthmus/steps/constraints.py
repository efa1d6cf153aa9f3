"""Which apply has to come before which other one, and why.

A root module is planned with the outputs that others have at that time. So a new output has to be there before it is
read, and a resource must no longer be used before it is destroyed. A provider needs the role that it assumes.
https://developer.hashicorp.com/terraform/language/state/remote-state-data
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from isthmus.changes import ResourceAction
from isthmus.proof import Analysis
from isthmus.steps.changed_roots import ApplyKind, ChangeOfOutputs
from isthmus.terraform import Ref, Resource, Unknown
from isthmus.terraform.assumed_roles import POLICY_TYPES
from isthmus.terraform.state_reads import StateRead

_ADMITTING = ("aws_iam_role", "aws_ram_principal_association")


class Need(Enum):
    """What `then` waits for: that something is there, that `first` uses something no more, or that it is destroyed."""

    CREATED = 1
    RELEASED = 2
    DESTROYED = 3


@dataclass(frozen=True, slots=True)
class Constraint:
    """`first` is applied before `then`; both are names of root modules.

    `needed`: the addresses of resources of `first` that `then` needs; empty if they are not known.
    """

    first: str
    then: str
    why: str
    need: Need
    needed: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.first} before {self.then}: {self.why}"


def constraints(change: ChangeOfOutputs) -> tuple[Constraint, ...]:
    """The constraints between the root modules of a change, one for each reason."""
    roots = {one.name: one for one in change.applies if one.kind is not ApplyKind.SITE}
    found = [
        *_written_first(change, roots),
        *_released_first(change, roots),
        *_read_by_destroy(change, roots),
        *_admitted(change, roots),
    ]
    return tuple(dict.fromkeys([*found, *_permitted(change, roots, {(one.first, one.then) for one in found})]))


def unclear_reads(change: ChangeOfOutputs) -> Iterator[tuple[str, str]]:
    """The root modules that read a state of unknown origin, each with the reason."""
    for reads in (change.base_reads, change.head_reads):
        for root, listed in reads.items():
            yield from ((root, read.writer.reason) for read in listed if isinstance(read.writer, Unknown))


def _written_first(change: ChangeOfOutputs, roots: Collection[str]) -> Iterator[Constraint]:
    """An output that is new or has another value is written before it is read."""
    before, after = change.base.graph.outputs, change.head.graph.outputs
    for reader in roots:
        for read in change.head_reads.get(reader, ()):
            writer = read.writer
            if not isinstance(writer, str) or writer not in roots or writer == reader:
                continue
            for name in _named(read, after):
                what = name.removeprefix(f"{writer}/")
                if name not in before:
                    why = f"{reader} reads the output {what}, which {writer} creates"
                    yield Constraint(writer, reader, why, Need.CREATED, frozenset(addresses(after[name])))
                elif before[name] != after[name] or not change.renewed.isdisjoint(addresses(after[name])):
                    why = f"{reader} reads the output {what}, whose value changes"
                    yield Constraint(writer, reader, why, Need.CREATED, frozenset(addresses(after[name])))


def _released_first(change: ChangeOfOutputs, roots: Collection[str]) -> Iterator[Constraint]:
    """A resource that is destroyed or replaced is no longer used by another root module."""
    gone = {c.address for c in change.changes if c.action is ResourceAction.DESTROY} | change.renewed
    for user in _resources(change.base.graph.resources, change.base.graph.unexpanded):
        for address in sorted({one for value in user.values.values() for one in addresses(value)} & gone):
            owner = address.partition("/")[0]
            if owner != user.root and owner in roots and user.root in roots:
                done = "destroys" if change.by_address[address].action is not ResourceAction.REPLACE else "replaces"
                why = f"{owner} {done} {address}, which {user.root} still uses"
                yield Constraint(user.root, owner, why, Need.RELEASED)


def _read_by_destroy(change: ChangeOfOutputs, roots: Mapping[str, Any]) -> Iterator[Constraint]:
    """`terraform destroy` reads outputs too: those that HEAD has no more have to be there still."""
    before, after = change.base.graph.outputs, change.head.graph.outputs
    for reader, apply in roots.items():
        if apply.kind is not ApplyKind.DESTROY:
            continue
        for read in change.base_reads.get(reader, ()):
            if isinstance(read.writer, str) and read.writer in roots and read.writer != reader:
                for name in _named(read, before):
                    if name not in after:
                        what = name.removeprefix(f"{read.writer}/")
                        why = f"destroying {reader} reads the output {what}, which {read.writer} removes"
                        yield Constraint(reader, read.writer, why, Need.DESTROYED)


def _admitted(change: ChangeOfOutputs, roots: Mapping[str, Any]) -> Iterator[Constraint]:
    """A role that a root module assumes, and a share with its account, are there as long as it is applied."""
    for one in change.changes:
        created = one.action is ResourceAction.CREATE
        if one.type not in _ADMITTING or not (created or one.action in (ResourceAction.DESTROY, ResourceAction.LEAVE)):
            continue
        owner = one.address.partition("/")[0]
        side, roles = (change.head, change.head_roles) if created else (change.base, change.base_roles)
        resource = side.graph.resources.get(one.address)
        for user in roots if resource is not None and owner in roots else ():
            if user != owner and resource is not None and _admits(resource, roles.get(user, ()), side, user):
                if created:
                    why = f"{owner} creates {one.address}, which lets {user} act in its account"
                    yield Constraint(owner, user, why, Need.CREATED, frozenset({one.address}))
                else:
                    why = f"{owner} destroys {one.address}, which lets {user} act in its account"
                    yield Constraint(user, owner, why, Need.RELEASED)


def _permitted(
    change: ChangeOfOutputs, roots: Mapping[str, Any], known: Collection[tuple[str, str]]
) -> Iterator[Constraint]:
    """A policy of a role that a root module assumes names more before it is used, and less after.

    If it changes otherwise, it changes first, unless another constraint asks for the reverse.
    """
    for one in change.changes:
        if one.type not in POLICY_TYPES or one.action is not ResourceAction.UPDATE:
            continue
        owner = one.address.partition("/")[0]
        role = _role(change.head.graph.resources.get(one.address), change.head)
        before, after = (of.get(one.address, frozenset()) for of in (change.base_policies, change.head_policies))
        for user in roots if role is not None and owner in roots else ():
            if user == owner or role is None or not _admits(role, change.head_roles.get(user, ()), change.head, user):
                continue
            if before - after:
                why = f"{owner} takes permissions of {user} away: {one.address}"
                yield Constraint(user, owner, why, Need.RELEASED)
            if after - before or (before == after and (user, owner) not in known):
                why = f"{owner} gives {user} permissions: {one.address}"
                yield Constraint(owner, user, why, Need.CREATED, frozenset({one.address}))


def _role(resource: Resource | None, side: Analysis) -> Resource | None:
    """The role that a resource is, or is a policy of."""
    if resource is None or resource.type == "aws_iam_role":
        return resource
    role = resource.get("role")
    return side.graph.resources.get(role.address) if isinstance(role, Ref) else None


def _admits(resource: Resource, roles: Collection[str], side: Analysis, user: str) -> bool:
    """Whether a resource is a role among those assumed, or a share with the account of a root module's resources."""
    if resource.type == "aws_iam_role":
        name, account = resource.get("name"), resource.account
        return any(arn.endswith(f"/{name}") and (account is None or f":{account}:" in arn) for arn in roles)
    accounts = {one.account for one in side.graph.resources.values() if one.root == user}
    return resource.get("principal") in accounts


def _named(read: StateRead, outputs: Mapping[str, object]) -> Iterator[str]:
    """The names of the outputs that are read, by root module: one, or all of the writer."""
    start = f"{read.writer}/"
    return iter((f"{start}{read.output}",)) if read.output else (name for name in outputs if name.startswith(start))


def _resources(*mappings: Mapping[str, Resource]) -> Iterator[Resource]:
    for mapping in mappings:
        yield from mapping.values()


def addresses(value: Any) -> Iterator[str]:
    """The addresses of the resources that a value refers to."""
    if isinstance(value, Ref):
        yield value.address
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from addresses(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from addresses(inner)
