"""Renames, applied by a real Terraform core: with `was`, nothing is created and nothing is destroyed."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from isthmus.changes import ResourceAction, planned_changes
from isthmus.intent import (
    CustomerGateway,
    Estate,
    Segment,
    Site,
    Spoke,
    VpnConnection,
)
from isthmus.intent.former_names import Renamable
from modules.output_folder import write_output
from tests.intent.renaming import renamed
from tests.terraform.engine import Engine
from tests.terraform.engine.workspace import Estate as Folder

from .conftest import Begin
from .estates import central, named, plain, watched

KINDS: list[tuple[type[Renamable], str]] = [
    (Spoke, "web"),
    (Segment, "apps"),
    (Segment, "services"),
    (VpnConnection, "dc1-01"),
    (CustomerGateway, "dc1-01"),
    (Site, "dc1"),
]
ESTATES = {"watched": watched(), "central": central(), "named": named(), "plain": plain()}
CASES = [
    pytest.param(
        estate,
        kind,
        name,
        id=f"{label}-{kind.__name__}-{name}",
        marks=() if label == "watched" else pytest.mark.nightly,
    )
    for label, estate in ESTATES.items()
    for kind, name in [*KINDS, *([(Spoke, "shared")] if label in ("named", "watched") else [])]
]


def lost(done: list[str]) -> list[str]:
    """What was created or destroyed in AWS."""
    return [what for what in done if what.split()[0] != "update"]


@pytest.mark.parametrize(("estate", "kind", "name"), CASES)
def test_a_rename_moves_and_destroys_nothing(begin: Begin, estate: Estate, kind: type[Renamable], name: str) -> None:
    life = begin(estate)
    assert lost(life.change(renamed(estate, kind, name, "other"))) == []


@pytest.mark.parametrize(
    ("kind", "name"), [KINDS[0], *(pytest.param(*one, marks=pytest.mark.nightly) for one in KINDS[1:])]
)
def test_the_aws_provider_plans_moves_and_updates(
    begin: Begin, real_engine: Engine, tmp_path: Path, kind: type[Renamable], name: str
) -> None:
    """The state of the double, planned by the provider itself, without a refresh: only it asks AWS."""
    life = begin(plain())
    live = real_engine.live()
    shutil.copytree(life.live.states, live.states)

    # The root of a spoke reads outputs of the hub's root, which have the new name after an apply only.
    roots = {"team"} if kind is Spoke else {"network"}

    def planned(estate: Estate, label: str) -> Counter[tuple[ResourceAction, str]]:
        write_output(tmp_path / label, life.output(estate))
        plans = live.plans(Folder(tmp_path / label), "-refresh=false", roots=roots)
        changes = [change for plan in plans.values() for change in planned_changes(plan)]
        return Counter((change.action, change.type) for change in changes if change.action is not ResourceAction.UPDATE)

    # The double has not every computed value as AWS has it, so the provider replaces something in any case.
    found = planned(renamed(plain(), kind, name, "other"), "head")
    moved = Counter({key: count for key, count in found.items() if key[0] is ResourceAction.MOVE})
    assert moved or kind is Site  # nothing of the network root has the name of the site here
    assert found - moved == planned(plain(), "base")


def test_a_rename_without_was_destroys(begin: Begin) -> None:
    """What the test above would miss otherwise."""
    life = begin(plain())
    done = life.change(renamed(plain(), VpnConnection, "dc1-01", "other", was=None))
    assert "destroy aws_vpn_connection" in " ".join(lost(done))


def test_several_renames_at_once(begin: Begin) -> None:
    after = watched()
    for kind, name in [*KINDS, (Spoke, "shared")]:
        after = renamed(after, kind, name, f"new-{name}")
    assert lost(begin(watched()).change(after)) == []


def test_removing_was_creates_again_what_has_the_old_name(begin: Begin) -> None:
    """docs/how-to/rename.md lists these types."""
    life = begin(watched())
    life.change(renamed(watched(), Spoke, "shared", "other"))
    done = lost(life.change(renamed(watched(), Spoke, "shared", "other", was=None)))
    assert {what.split()[1] for what in done} == {"aws_cloudwatch_log_group", "aws_flow_log"}
