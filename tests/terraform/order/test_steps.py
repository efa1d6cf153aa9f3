"""What `isthmus steps` prints, applied by a real Terraform core: each step does what it says, and other orders fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from isthmus import proof
from isthmus.changes import ResourceAction, ResourceChange
from isthmus.intent import Estate
from isthmus.steps.changed_roots import ApplyKind
from isthmus.steps.planner import ApplyStep, OrderVerdict, Procedure, procedure
from modules.output_folder import write_output
from tests.steps.estates import CHANGES
from tests.terraform.engine import TerraformFailed
from tests.terraform.engine.engine import changes
from tests.terraform.engine.workspace import Estate as Folder

from .conftest import Begin, Life

_VERBS = {
    ResourceAction.CREATE: ("create",),
    ResourceAction.DESTROY: ("destroy",),
    ResourceAction.REPLACE: ("destroy", "create"),
}


ON_PREMISES, CENTRAL = CHANGES["central egress at once"]


class Applied:
    """A live estate, and the output that it is to become."""

    def __init__(self, life: Life, after: Estate, scratch: Path) -> None:
        self.life = life
        self.base, self.head = scratch / "base", scratch / "head"
        write_output(self.base, dict(life.files))
        write_output(self.head, life.output(after))

    def steps(self) -> Procedure:
        """What `isthmus steps` says."""
        return procedure((self.base, self.head), proof.read(self.base), proof.read(self.head))

    def apply(self, step: ApplyStep) -> Counter[tuple[str, str]]:
        """Apply a step. Returns what was done in AWS, by verb and type."""
        apply = step.part.apply
        self.life.cloud.done.clear()
        if apply.kind is ApplyKind.DESTROY:
            self.life.live.destroy(Folder(self.base), {apply.name})
        else:
            self.life.live.apply(Folder(self.head), {apply.name}, targets=step.part.targets)
        words = (what.split(" ") for what in self.life.cloud.done)
        return Counter((word[0], word[1]) for word in words if word[0] != "update")


def foretold(changes: Sequence[ResourceChange]) -> Counter[tuple[str, str]]:
    """What a step creates and destroys, by verb and type."""
    return Counter((verb, one.type) for one in changes for verb in _VERBS.get(one.action, ()))


def test_each_step_does_what_it_says(begin: Begin, tmp_path: Path) -> None:
    applied = Applied(begin(CENTRAL), ON_PREMISES, tmp_path)
    found = applied.steps()
    assert found.verdict is OrderVerdict.LOSES
    for step in found.steps:
        assert applied.apply(step) == foretold(step.part.changes), step.part.apply.name


@pytest.mark.parametrize(
    ("before", "after"),
    [(ON_PREMISES, CENTRAL), (CENTRAL, ON_PREMISES), CHANGES["new site"]],
    ids=["there", "back", "site"],
)
def test_a_split_does_what_it_says(begin: Begin, tmp_path: Path, before: Estate, after: Estate) -> None:
    applied = Applied(begin(before), after, tmp_path)
    found = applied.steps()
    assert [step.part.targets for step in found.split if step.part.targets]
    for step in found.split:
        assert applied.apply(step) == foretold(step.part.changes), step.part.apply.name
    left = applied.life.live.plans(Folder(applied.head))
    assert {name: changes(plan) for name, plan in left.items()} == {name: [] for name in left}


@pytest.mark.parametrize(
    ("before", "after", "early", "why"),
    [
        (ON_PREMISES, CENTRAL, "egress", "Unsupported attribute"),
        (ON_PREMISES, CENTRAL, "team", "Unsupported attribute"),
        (CENTRAL, ON_PREMISES, "network", "is in use by"),
    ],
)
def test_an_apply_that_does_not_wait_fails(
    begin: Begin, tmp_path: Path, before: Estate, after: Estate, early: str, why: str
) -> None:
    """The constraints are real: Terraform or AWS refuses what comes too early."""
    applied = Applied(begin(before), after, tmp_path)
    found = applied.steps()
    assert early in {one.then for one in found.constraints}
    step = next(step for step in found.steps if step.part.apply.name == early)
    with pytest.raises(TerraformFailed, match=why):
        applied.apply(step)
