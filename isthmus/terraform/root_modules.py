"""Synthesized roots: directories of `*.tf.json`, joined across child modules and across `terraform_remote_state`.

Everything is evaluated here, from the configuration alone: what Terraform would read from AWS, or knows only after
apply, is a `Ref` or `Unknown`. Variables of roots have the value in `*.tfvars.json` or their default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from isthmus.terraform.data_sources import without_stand_ins
from isthmus.terraform.declared import Words, is_declared
from isthmus.terraform.graph import Graph, Resource, Undeclared, Value
from isthmus.terraform.module_files import ModuleFiles
from isthmus.terraform.module_instance import ModuleInstance, SharedByRoots
from isthmus.terraform.resource_arguments import arguments
from isthmus.terraform.resource_instance import bare, lifecycle_rules
from isthmus.text.printable import printable


def read_roots(paths: Mapping[str, Path], within: Collection[Path]) -> Graph:
    """The graph of some root directories, by the name that prefixes their addresses (`""` for none).

    Nothing is opened that does not lie in a folder of `within` (resolved paths). Raises `UnreadableTerraform`.
    """
    shared = SharedByRoots(ModuleFiles(within))
    roots = {name: ModuleInstance(shared, shared.files.module(path), name) for name, path in paths.items()}
    for root in roots.values():
        shared.states.setdefault(root.state_place(), []).append(root)
    return _graph(roots, shared)


def _graph(roots: Mapping[str, ModuleInstance], shared: SharedByRoots) -> Graph:
    resources: dict[str, Resource] = {}
    unexpanded: dict[str, Resource] = {}
    outputs: dict[str, Value] = {}
    notes: list[str] = []
    for name, root in roots.items():
        for resource, certain in root.all_resources():
            (resources if certain else unexpanded)[resource.address] = resource
        prefix = f"{name}/" if name else ""
        outputs |= dict(arguments((f"{prefix}{output}", root.output(output)) for output in sorted(root.module.outputs)))
        taken = sorted(name for name in root.defaults if root.defaults[name])
        if taken:
            notes.append(f"{printable(name or 'the root')}: default values are assumed for {', '.join(taken)}")
    notes += sorted(f"{resource.address}: how many there are is not known" for resource in unexpanded.values())
    notes += [f"{name}: names of zones stand in for those that Terraform reads" for name in sorted(shared.named_zones)]
    notes += [
        f"{printable(name or 'the root')}: terraform.workspace is taken to be default"
        for name in sorted(shared.default_workspaces)
    ]
    plainly = without_stand_ins((*resources.values(), *unexpanded.values()))
    resources = {address: plainly(resource) for address, resource in resources.items()}
    unexpanded = {address: plainly(resource) for address, resource in unexpanded.items()}
    undeclared = tuple(dict.fromkeys(found for root in roots.values() for found in _undeclared(root)))
    forgotten = dict(found for root in roots.values() for found in _forgotten(root))
    moved = dict(found for root in roots.values() for found in _moved(root))
    imported = tuple(f"{root.prefix}{bare(body.get('to'))}" for root in roots.values() for body in root.module.imports)
    return Graph(
        resources | shared.existing.by_id,
        tuple(notes),
        outputs,
        unexpanded,
        undeclared,
        forgotten=forgotten,
        moved=moved,
        imported=imported,
        roots=frozenset(roots),
    )


def _undeclared(at: ModuleInstance) -> Iterator[Undeclared]:
    """References of a module, and of those it calls, to what nothing declares."""
    for owner, argument, to in at.shared.files.references(at.module):
        missing = _missing(at, to)
        if missing:
            who, what = (f"{owner}.{argument}", "value") if owner in ("local", "output") else (owner, argument)
            yield Undeclared(f"{at.prefix}{who}", what, missing)
    for name in at.module.calls:
        children = at.children(name)
        for child in children.values() if isinstance(children, dict) else ():
            yield from _undeclared(child)


def _forgotten(at: ModuleInstance) -> Iterator[tuple[str, str]]:
    """What `removed` blocks of a module, and of those it calls, leave in AWS: addresses and types, "" for a module.

    https://developer.hashicorp.com/terraform/language/block/removed
    """
    for body in at.module.removed:
        if any(rule.get("destroy") not in (True, "true") for rule in lifecycle_rules(body.get("lifecycle"))):
            given = bare(body.get("from"))
            kind = given.split(".")[0]
            yield f"{at.prefix}{given}", "" if kind == "module" else kind
    for name in at.module.calls:
        children = at.children(name)
        for child in children.values() if isinstance(children, dict) else ():
            yield from _forgotten(child)


def _moved(at: ModuleInstance) -> Iterator[tuple[str, str]]:
    """The addresses of the `moved` blocks of a module, and of those it calls.

    https://developer.hashicorp.com/terraform/language/block/moved
    """
    for body in at.module.moved:
        yield f"{at.prefix}{bare(body.get('from'))}", f"{at.prefix}{bare(body.get('to'))}"
    for name in at.module.calls:
        children = at.children(name)
        for child in children.values() if isinstance(children, dict) else ():
            yield from _moved(child)


def _missing(at: ModuleInstance, to: Words) -> str:
    """The part of a reference that is not declared, or ""."""
    if not is_declared(at.module, to):
        return at.prefix + ".".join(to[: 3 if to[0] == "data" else 2])
    if to[0] == "module" and len(to) == 3:
        children = at.children(to[1])
        lacking = [c for c in (children.values() if isinstance(children, dict) else ()) if not c.gives(to[2])]
        return f"{lacking[0].prefix}output.{to[2]}" if lacking else ""
    if to[:2] == ("data", "terraform_remote_state") and to[3:4] == ("outputs",) and len(to) == 5:
        producer = at.producer(to[2])
        return "" if producer is None or producer.gives(to[4]) else f"{producer.prefix}output.{to[4]}"
    return ""
