"""A live estate that changes: Terraform with the double, and a cloud that refuses what comes too early."""

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, count
from pathlib import Path
from typing import Protocol

import pytest

from isthmus.changes import ResourceAction, resource_changes
from isthmus.intent import Estate, check
from isthmus.terraform import read
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.terraform.engine import Core, Engine, LiveEstate
from tests.terraform.engine.cloud import Cloud
from tests.terraform.engine.double import SchemaDouble
from tests.terraform.engine.workspace import Estate as Folder

Rewrite = Callable[[str], str]


@dataclass
class Life:
    """An estate that was applied, and its AWS."""

    live: LiveEstate
    cloud: Cloud
    scratch: Path
    files: Mapping[str, str]
    rewrite: Rewrite

    def output(self, estate: Estate) -> dict[str, str]:
        """The files of an estate."""
        return {name: self.rewrite(text) for name, text in synthesize(check(estate)).items()}

    def change(self, after: Estate, *, consumers_first: bool = False) -> list[str]:
        """Applies what differs in an estate, roots in their order or the other way round. Gives what was done in AWS.

        Raises `TerraformFailed` where AWS refuses something.
        """
        files = self.output(after)
        changed = {name for name in files.keys() | self.files.keys() if files.get(name) != self.files.get(name)}
        folder = self.scratch / f"output-{next(_NUMBERS)}"
        write_output(folder, files)
        estate = Folder(folder)
        roots = {name.split("/")[1] for name in changed if name.startswith("stacks/")}
        # What the others hand out may be new for those that read it.
        for root in estate.in_order():
            if any(producer.name in roots for producer in estate.producers(root).values()):
                roots.add(root.name)
        self.cloud.done.clear()
        self.live.apply(estate, roots & estate.roots.keys(), consumers_first=consumers_first)
        self._compare(files, folder)
        self.files = files
        return self.cloud.done

    def _compare(self, files: Mapping[str, str], after: Path) -> None:
        """What `isthmus diff` says of a change is what Terraform has done, for every type of resource."""
        if not self.files:
            return
        before = self.scratch / f"before-{next(_NUMBERS)}"
        write_output(before, self.files)
        foretold: Counter[tuple[str, str]] = Counter()
        for change in resource_changes(read(before), read(after)):
            assert change.action is not ResourceAction.MAY_REPLACE, change
            for done in _DONE[change.action]:
                foretold[done, change.type] += 1
        actual = Counter((what.split(" ")[0], what.split(" ")[1]) for what in self.cloud.done)
        for action in ("create", "destroy"):
            expected, seen = ({key: n for key, n in of.items() if key[0] == action} for of in (foretold, actual))
            assert expected == seen

    def take_away(self, root: str) -> list[str]:
        """Destroys a root. Gives what was done in AWS."""
        folder = self.scratch / f"output-{next(_NUMBERS)}"
        write_output(folder, self.files)
        self.cloud.done.clear()
        self.live.destroy(Folder(folder), {root})
        return self.cloud.done


_NUMBERS = count()
_DONE: Mapping[ResourceAction, tuple[str, ...]] = {
    ResourceAction.CREATE: ("create",),
    ResourceAction.DESTROY: ("destroy",),
    ResourceAction.REPLACE: ("destroy", "create"),
    ResourceAction.UPDATE: ("update",),
    ResourceAction.LEAVE: (),
    ResourceAction.MOVE: (),
}


def before(done: Sequence[str], first: str, then: str) -> bool:
    """Whether all of the first, and there are some, was done before any of the second, and there is some."""
    one = [place for place, what in enumerate(done) if what.startswith(first)]
    other = [place for place, what in enumerate(done) if what.startswith(then)]
    return bool(one and other) and max(one) < min(other)


def each_before(done: Sequence[str], first: str, then: str) -> bool:
    """Whether each of the second can have waited for one of the first of its own: pairs of zones wait for no other."""
    waiting = [what.startswith(first) - what.startswith(then) for what in done if what.startswith((first, then))]
    return sum(waiting) == 0 != len(waiting) and all(total >= 0 for total in accumulate(waiting))


class Begin(Protocol):
    """Applies an estate to a new AWS; generated files can be rewritten first, now and at each change."""

    def __call__(self, estate: Estate, rewrite: Rewrite = ...) -> Life: ...


@pytest.fixture(scope="session")
def begun(core: Core, double: SchemaDouble, tmp_path_factory: pytest.TempPathFactory) -> Begin:
    """Applies an estate to a new AWS, once for each output."""
    applied: list[Life] = []

    def begin(estate: Estate, rewrite: Rewrite = str) -> Life:
        cloud, folder = Cloud(), tmp_path_factory.mktemp("applied")
        life = Life(Engine(core, SchemaDouble(double.schema, cloud), folder).live(), cloud, folder, {}, rewrite)
        files = life.output(estate)
        if known := next((other for other in applied if other.files == files), None):
            return known
        life.change(estate)
        applied.append(life)
        return life

    return begin


@pytest.fixture
def begin(begun: Begin, core: Core, double: SchemaDouble, tmp_path: Path) -> Begin:
    """Gives an estate that was applied to an AWS of its own."""

    def copied(estate: Estate, rewrite: Rewrite = str) -> Life:
        life = begun(estate, rewrite)
        cloud = life.cloud.copy()
        live = Engine(core, SchemaDouble(double.schema, cloud), tmp_path).live()
        shutil.copytree(life.live.states, live.states)
        return Life(live, cloud, tmp_path, life.files, rewrite)

    return copied
