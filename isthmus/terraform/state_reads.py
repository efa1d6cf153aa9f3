"""Which root module reads which output of which other root module, by `terraform_remote_state`.

https://developer.hashicorp.com/terraform/language/state/remote-state-data
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from isthmus.terraform.declared import Words
from isthmus.terraform.graph import Unknown
from isthmus.terraform.module_files import ModuleFiles
from isthmus.terraform.module_instance import ModuleInstance, SharedByRoots
from isthmus.terraform.reading import Input, whole_output
from isthmus.terraform.work_limit import metered

_STATE = ("data", "terraform_remote_state")
_NAME, _OUTPUT = 2, 4  # the positions in `data.terraform_remote_state.NAME.outputs.OUTPUT`


@dataclass(frozen=True, slots=True)
class StateRead:
    """An output that a root module reads.

    - `writer`: the name of the root module whose output it is. "": none of the given ones. `Unknown`: it is not known.
    - `output`: the name of the output; "" if the expression may read all of them.
    """

    writer: str | Unknown
    output: str


def state_reads(given: Iterable[Input]) -> Mapping[str, tuple[StateRead, ...]]:
    """The reads of every root module, by its name. Only folders count. Raises `UnreadableTerraform`."""
    with metered():
        return {name: tuple(dict.fromkeys(_reads(root))) for name, root in root_instances(given).items()}


def root_instances(given: Iterable[Input]) -> Mapping[str, ModuleInstance]:
    """The root modules of folders by name, each with the others' states in view. Raises `UnreadableTerraform`."""
    folders = [one for one in given if one.form == "folder"]
    shared = SharedByRoots(ModuleFiles({whole_output(one.given) for one in folders}))
    roots = {one.root: ModuleInstance(shared, shared.files.module(one.path), one.root) for one in folders}
    for root in roots.values():
        shared.states.setdefault(root.state_place(), []).append(root)
    return roots


def _reads(at: ModuleInstance) -> Iterator[StateRead]:
    for _, _, to in at.shared.files.references(at.module):
        if to[:_NAME] == _STATE and len(to) > _NAME:
            yield StateRead(_writer(at, to[_NAME]), _output(to))
    for name in at.module.calls:
        children = at.children(name)
        for child in children.values() if isinstance(children, dict) else ():
            yield from _reads(child)


def _output(to: Words) -> str:
    return to[_OUTPUT] if len(to) > _OUTPUT else ""


def _writer(at: ModuleInstance, name: str) -> str | Unknown:
    producer = at.producer(name)
    if producer is not None:
        return producer.root
    found = at.data("terraform_remote_state", name)
    where = at.read_place(name)
    if where is not None and where not in at.shared.states:
        return ""
    return Unknown(found.reason if isinstance(found, Unknown) else f"data.terraform_remote_state.{name}")
