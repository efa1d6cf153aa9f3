"""The applies that a change consists of: one of each root module that differs, and what each of them does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from isthmus.changes import ResourceAction, ResourceChange
from isthmus.changes.inputs import changes_of_inputs
from isthmus.errors import CannotAnswer
from isthmus.intent import Site
from isthmus.proof import Analysis
from isthmus.terraform import Input, Unknown, sources
from isthmus.terraform.assumed_roles import assumed_roles, policy_references
from isthmus.terraform.state_reads import StateRead, state_reads


class ApplyKind(StrEnum):
    """What is done: `terraform apply` in HEAD, `terraform destroy` in BASE, or a change of what a site advertises."""

    APPLY = "apply"
    DESTROY = "destroy"
    SITE = "site"


@dataclass(frozen=True, eq=False)
class Apply:
    """One root module that differs, or a site that advertises or translates other prefixes, or has other networks.

    - `name`: of the root module or of the site. `folder`: where Terraform runs; None for a site.
    - `changes`: what it does to resources. `is_new`: HEAD alone has the root module.
    """

    name: str
    kind: ApplyKind
    folder: Path | None = None
    changes: tuple[ResourceChange, ...] = ()
    is_new: bool = False


@dataclass(frozen=True)
class ChangeOfOutputs:
    """Two outputs: BASE, which is applied, and HEAD, which is to be.

    - `base_reads`, `head_reads`: the outputs that each root module reads. `base_roles`, `head_roles`: the ARNs of the
      roles that its providers assume. `base_policies`, `head_policies`: what policies of roles name, see
      `policy_references`.
    - `applies` are in the order of names: root modules, then sites.
    """

    base: Analysis
    head: Analysis
    base_reads: Mapping[str, tuple[StateRead, ...]]
    head_reads: Mapping[str, tuple[StateRead, ...]]
    base_roles: Mapping[str, frozenset[str]]
    head_roles: Mapping[str, frozenset[str]]
    base_policies: Mapping[str, frozenset[str]]
    head_policies: Mapping[str, frozenset[str]]
    applies: tuple[Apply, ...]
    changes: tuple[ResourceChange, ...] = field(default=(), repr=False)

    @cached_property
    def by_address(self) -> Mapping[str, ResourceChange]:
        """The changes by address."""
        return {change.address: change for change in self.changes}

    @cached_property
    def renewed(self) -> frozenset[str]:
        """The resources whose id is, or may be, another one in HEAD."""
        actions = (ResourceAction.REPLACE, ResourceAction.MAY_REPLACE, ResourceAction.LEAVE)
        return frozenset(change.address for change in self.changes if change.action in actions)


def change_of(paths: tuple[Path, Path], base: Analysis, head: Analysis) -> ChangeOfOutputs:
    """The applies between two output folders. Raises `CannotAnswer` for plans and states."""
    inputs = [sources(path) for path in paths]
    for path, listed in zip(paths, inputs, strict=True):
        if any(one.form != "folder" for one in listed):
            raise CannotAnswer(
                f"{path} is a {listed[0].form}, and the order of applies follows from the configuration of all root "
                "modules: give two output folders of synthesis, such as cdktf.out of the main branch and of this one"
            )
    found = changes_of_inputs((paths[0],), (paths[1],), (base.graph, head.graph), {})
    changes = () if isinstance(found, Unknown) else found
    reads = [state_reads(listed) for listed in inputs]
    roles = [assumed_roles(listed) for listed in inputs]
    policies = [policy_references(listed) for listed in inputs]
    applies = (*_roots(inputs, base, head, changes), *_sites(base, head))
    return ChangeOfOutputs(
        base, head, reads[0], reads[1], roles[0], roles[1], policies[0], policies[1], applies, changes
    )


def root_of(change: ResourceChange) -> str:
    """The name of the root module of a change; "" if only one root module was read."""
    return change.address.partition("/")[0] if "/" in change.address.partition("[")[0] else ""


def _roots(
    inputs: Sequence[tuple[Input, ...]], base: Analysis, head: Analysis, changes: tuple[ResourceChange, ...]
) -> Iterator[Apply]:
    before, after = ({one.root: one.path for one in listed} for listed in inputs)
    for name in sorted({*before, *after}):
        own = tuple(change for change in changes if root_of(change) == name or change.address == name)
        if name not in after:
            # Without its root module HEAD leaves everything behind, so it is destroyed with the output before.
            destroyed = (ResourceChange(c.address, c.type, ResourceAction.DESTROY) for c in own)
            yield Apply(name, ApplyKind.DESTROY, before[name], tuple(destroyed))
        elif own or name not in before or _outputs(base, name) != _outputs(head, name):
            yield Apply(name, ApplyKind.APPLY, after[name], own, name not in before)


def _outputs(side: Analysis, root: str) -> Mapping[str, object]:
    start = f"{root}/" if root else ""
    return {name: value for name, value in side.graph.outputs.items() if name.startswith(start)}


def _sites(base: Analysis, head: Analysis) -> Iterator[Apply]:
    """The sites whose routers have to change: they do so at a time of their own."""
    if base.estate is None or head.estate is None:
        return
    before = {site.name: site for site in base.estate.sites}
    for site in sorted(head.estate.sites, key=lambda site: site.name):
        old = before.get(site.name)
        if old is not None and _of_site(old) != _of_site(site):
            yield Apply(site.name, ApplyKind.SITE)


def translation_assumptions(base: Analysis, head: Analysis) -> Iterator[str]:
    """What is assumed of sites whose devices translate other addresses in HEAD, one sentence each."""
    before = {site.name: site for site in base.estate.sites} if base.estate is not None else {}
    for site in head.estate.sites if head.estate is not None else ():
        if site.name in before and before[site.name].translations != site.translations:
            yield (
                f"the devices of site {site.name} change what they translate at the same time as its hosts change "
                "their addresses: connections that are open then are lost, and the flows in between are not evaluated"
            )


def _of_site(site: Site) -> tuple[object, ...]:
    """What the routers of a site have to know."""
    return set(site.advertises), site.networks, site.non_routable_cidrs
