"""The changes between two inputs: from their configurations, and from plans where plans are given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from isthmus.changes.actions import ResourceAction, ResourceChange
from isthmus.changes.between import resource_changes
from isthmus.changes.impact import STATE
from isthmus.changes.plan_actions import planned_changes
from isthmus.terraform import Graph, Input, Unknown, UnreadableTerraform, sources
from isthmus.terraform.configuration import load_module

_NO_CONFIGURATION = "a state holds no configuration: give two folders, or the plan of each root module with --plan"


def changes_of_inputs(
    base: Sequence[str | Path],
    head: Sequence[str | Path] | None,
    graphs: tuple[Graph, Graph],
    plans: Mapping[str, Path],
) -> tuple[ResourceChange, ...] | Unknown:
    """What Terraform does between two inputs, or what the plans in `base` state if there is no `head`.

    An empty `base` is nothing: everything in `head` is created.

    `graphs` are those of the two inputs. `plans` are the plans of root modules, by the name of the root module: they
    decide for that root module. Raises `UnreadableTerraform` for a plan that is none or of a root module that neither
    input has.
    """
    stated = [change for root, path in sorted(plans.items()) for change in planned_changes(_plan(path), root)]
    inputs = (*_read(base), *(() if head is None else sources(*head)))
    _check_roots(plans, inputs)
    if head is None:
        own = [change for one in inputs if one.document and one.has_before for change in _stated(one)]
        return _together(own, stated, plans)
    if any(one.form != "folder" for one in inputs):
        return Unknown(_NO_CONFIGURATION)
    migrations = _migrations(_read(base), sources(*head))
    return _together((*resource_changes(*graphs), *migrations), stated, plans)


def _read(paths: Sequence[str | Path]) -> tuple[Input, ...]:
    return sources(*paths) if paths else ()


def _migrations(before: Sequence[Input], after: Sequence[Input]) -> Iterator[ResourceChange]:
    """The root modules whose state is kept elsewhere. In an empty state Terraform creates everything again.

    https://developer.hashicorp.com/terraform/cli/commands/init#backend-initialization
    """
    backends = {one.root: _backend(one) for one in before}
    for one in after:
        if one.root in backends and backends[one.root] != (new := _backend(one)):
            reason = (
                f"its backend changes from {backends[one.root]} to {new}: run terraform init -migrate-state first, or "
                "Terraform creates everything again and leaves the old resources behind"
            )
            address = one.root or one.path.name
            yield ResourceChange(address, STATE, ResourceAction.MIGRATE, reason=reason)


def _backend(one: Input) -> str:
    kept = [{key: body[key] for key in ("backend", "cloud") if key in body} for body in load_module(one.path).terraform]
    return json.dumps([body for body in kept if body], sort_keys=True)


def _stated(plan: Input) -> tuple[ResourceChange, ...]:
    return planned_changes(plan.document or {}, plan.root)


def _plan(path: Path) -> Mapping[str, object]:
    (source,) = sources(path)
    if source.form != "plan" or source.document is None:
        remedy = "Give what `terraform show -json PLAN` prints"
        raise UnreadableTerraform(path, f"it is a {source.form}, not a plan", remedy)
    return source.document


def _check_roots(plans: Mapping[str, Path], inputs: Sequence[Input]) -> None:
    known = sorted({one.root for one in inputs if one.root})
    for root, path in plans.items():
        if root not in known:
            names = ", ".join(known) or "none"
            raise UnreadableTerraform(path, f'no input has a root module "{root}"', f"Name one of them: {names}")


def _together(
    found: Sequence[ResourceChange], stated: Sequence[ResourceChange], plans: Mapping[str, Path]
) -> tuple[ResourceChange, ...]:
    """The changes found, with those of a plan in place of those of its root module."""
    rest = [change for change in found if change.address.partition("/")[0] not in plans]
    return tuple(sorted((*rest, *stated), key=lambda change: change.address))
