"""The order of root modules that `isthmus show` prints: what each needs of others is there, from its first apply on.

A root needs the outputs that it reads of other roots' states, the bucket and the key of the states, and the roles that
its providers assume. Terraform needs them to plan, to apply and to destroy it
(https://developer.hashicorp.com/terraform/language/state/remote-state-data).
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from isthmus.output.folder import read_output
from isthmus.output.overview import roots
from isthmus.report.show_terminal import steps
from modules.output_folder import write_output
from tests.properties.laws import Output
from tests.properties.order import used
from tests.terraform.engine.workspace import Estate as Folder

_READS = re.compile(r"\bdata\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)")


@dataclass(frozen=True, order=True)
class Need:
    """Something that one root makes and another one needs."""

    maker: str
    what: str


class Roots:
    """The root modules of an output: their printed order, and what each needs of the others."""

    def __init__(self, output: Output) -> None:
        self.output = output
        with tempfile.TemporaryDirectory() as folder:
            write_output(Path(folder), output.files)
            shown = read_output(Path(folder))
            found = roots(shown.folder, shown.graph, shown.estate)
            estate = Folder(Path(folder))
            # By the address of the state, and not by the name that the data source happens to have.
            self.read = {
                name: {source: producer.name for source, producer in estate.producers(root).items()}
                for name, root in estate.roots.items()
            }
        self.steps = [[root.name for root in step] for step in steps(found)]
        self.order = [root.name for root in found]

    @cached_property
    def needs(self) -> Mapping[str, frozenset[Need]]:
        """What each root needs of others. What no root makes has the maker "nothing"."""
        made = dict(_made(self.output))
        found = {}
        for root in self.output.roots:
            # The deployment role is there before the first apply (docs/how-to/apply.md).
            deploys = f"role/{self.output.estate.deployment_role}"
            named = (name for name in _assumed_and_stored(self.output.roots[root]) if not name.endswith(f":{deploys}"))
            wanted = {made.get(name, Need("nothing", name)) for name in named}
            wanted |= {Need(maker, f"output {name}") for maker, name in self.outputs_read(root)}
            found[root] = frozenset(need for need in wanted if need.maker != root)
        return found

    def outputs_read(self, root: str) -> set[tuple[str, str]]:
        """The outputs of other roots that a root reads, each with the root that has it."""
        text = json.dumps(self.output.roots[root])
        return {(self.read[root][source], name) for source, name in _READS.findall(text)}

    def behind(self, root: str, name: str) -> set[str]:
        """The addresses of the resources that an output of a root hands out."""
        value = self.output.roots[root].get("output", {}).get(name, {}).get("value")
        return used(self.output, root, value)


def breaks_on_the_way(order: Sequence[str], needs: Mapping[str, frozenset[Need]]) -> Iterator[str]:
    """What is missing while roots are applied in an order, and destroyed in the opposite one."""
    there: list[str] = []
    for root in order:
        yield from (f"{root} is applied before {need.maker} ({need.what})" for need in _missing(needs[root], there))
        there.append(root)
    while there:
        # Terraform reads what a root needs once more when it destroys the root.
        for root in there:
            yield from (f"{root} remains without {need.maker} ({need.what})" for need in _missing(needs[root], there))
        there.pop()


def out_of_step(roots_: Roots) -> Iterator[str]:
    """What is wrong with the printed order of an output: roots that it lacks, and what is missing on the way."""
    by_step = list(chain.from_iterable(roots_.steps))
    if not sorted(roots_.order) == sorted(by_step) == sorted(roots_.output.roots):
        yield f"printed are {roots_.order} in {roots_.steps}, and there are {sorted(roots_.output.roots)}"
        return
    yield from breaks_on_the_way(roots_.order, roots_.needs)
    # The members of a step may be applied in any order: each needs nothing of the others.
    for step in roots_.steps:
        for root in step:
            yield from (f"{root} needs {need} of its own step" for need in roots_.needs[root] if need.maker in step)
    yield from breaks_on_the_way(by_step, roots_.needs)


def one_apply(before: Roots, after: Roots, *, opposite: bool) -> Iterator[str]:
    """What is missing while the roots that both have are changed one after the other.

    In the printed order of the new output, or in the opposite order of the old one: only that has what is taken away.
    """
    order = before.order[::-1] if opposite else after.order
    staying = [root for root in order if root in before.output.roots and root in after.output.roots]
    now = dict.fromkeys(staying, before)
    for root in staying:
        for maker, name in after.outputs_read(root):
            if maker in now and name not in now[maker].output.roots[maker].get("output", {}):
                yield f"{root} reads {maker}'s output {name}, which is not there yet"
        now[root] = after
        left = {resource.address for resource in after.output.resources if resource.root == root}
        for reader in staying:
            for maker, name in now[reader].outputs_read(reader):
                if maker == root and (gone := before.behind(root, name) - left):
                    yield f"{root} destroys {sorted(gone)}, which {reader} still uses ({name})"


def _missing(needs: frozenset[Need], there: Sequence[str]) -> list[Need]:
    return sorted(need for need in needs if need.maker not in there)


def _made(output: Output) -> Iterator[tuple[str, Need]]:
    """What roots make that others know by a name of its own: roles, and the bucket and key of the states."""
    for resource in output.resources:
        provider = output.roots[resource.root]["provider"]["aws"][0]
        account, need = provider["allowed_account_ids"][0], Need(resource.root, resource.address)
        match resource.kind:
            case "aws_iam_role":
                yield f"{account}:role/{resource.arguments['name']}", need
            case "aws_kms_alias":
                yield f"{account}:{resource.arguments['name']}", need
            case "aws_s3_bucket":
                yield f"bucket {resource.arguments['bucket']}", need


def _assumed_and_stored(document: Mapping[str, Any]) -> Iterator[str]:
    """The roles, buckets and keys that a root names by themselves."""
    stored = [document["terraform"].get("backend", {}).get("s3", {})]
    stored += [one["config"] for one in document.get("data", {}).get("terraform_remote_state", {}).values()]
    for config in stored:
        if "bucket" in config:
            yield f"bucket {config['bucket']}"
            yield _local(config["kms_key_id"])
    for provider in document["provider"]["aws"]:
        for role in provider.get("assume_role", ()):
            yield _local(role["role_arn"])


def _local(arn: str) -> str:
    """An ARN without partition, service and Region."""
    account, _, name = arn.split(":", 4)[4].partition(":")
    return f"{account}:{name}"
