"""The guide's own steps: each change of the stages, with the order and the losses that follow from the routing."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from isthmus import proof
from isthmus.steps.changed_roots import ApplyKind
from isthmus.steps.losses import Effect
from isthmus.steps.planner import ApplyStep, OrderVerdict, Procedure, procedure
from tests.proof.estates import STAGES, output, write

Change = Callable[[int, int], Procedure]


@pytest.fixture(scope="module")
def change(tmp_path_factory: pytest.TempPathFactory) -> Change:
    """The steps from one stage to another."""
    root = tmp_path_factory.mktemp("stages")

    @cache
    def stage(number: int) -> tuple[Path, proof.Analysis]:
        folder = write(output(STAGES[number - 1]), root / str(number))
        return folder, proof.read(folder)

    @cache
    def between(before: int, after: int) -> Procedure:
        base, head = stage(before), stage(after)
        return procedure((base[0], head[0]), base[1], head[1])

    return between


def names(steps: tuple[ApplyStep, ...]) -> list[str]:
    """The root modules in order; `-` before one that is destroyed, `+` or `~` before a part of one."""
    marks = {"ADDED": "+", "CHANGED": "~", "HEAD": ""}
    return [
        ("-" if step.part.apply.kind is ApplyKind.DESTROY else marks[step.part.phase.name]) + step.part.apply.name
        for step in steps
    ]


def lost(steps: tuple[ApplyStep, ...]) -> list[set[tuple[str, str]]]:
    """The flows that the network after each step loses."""
    assert {flow.effect for step in steps for flow in step.flows} <= {Effect.LOSES}
    return [{(flow.source, flow.destination) for flow in step.flows} for step in steps]


def test_local_egress_to_on_premises_is_one_apply(change: Change) -> None:
    found = change(1, 2)
    assert found.verdict is OrderVerdict.KEPT
    assert names(found.steps) == ["dev"]
    # The NAT addresses are protected, so the change needs protected=False first.
    assert {one.type for one in found.refusals} == {"aws_eip"}
    assert not found.holds


def test_new_spokes_come_after_the_hub(change: Change) -> None:
    found = change(2, 3)
    assert found.verdict is OrderVerdict.KEPT
    assert names(found.steps) == ["network", "prod", "shared-services", "test"]
    assert found.holds


def test_removed_spokes_are_destroyed_before_the_hub_changes(change: Change) -> None:
    found = change(3, 2)
    assert found.verdict is OrderVerdict.KEPT
    assert names(found.steps) == ["-prod", "-shared-services", "-test", "network"]


def test_central_egress_of_all_spokes_at_once_loses_flows_in_every_order(change: Change) -> None:
    """A spoke that moves into the table for central egress does not reach shared services until these propagate into
    it, and they do so in the apply that moves them themselves."""
    found = change(3, 4)
    assert found.verdict is OrderVerdict.LOSES
    assert found.certain
    assert names(found.steps) == ["network", "egress", "dev", "prod", "shared-services", "test"]
    shared = "shared-services"
    dev, prod, test = ({(spoke, shared), (shared, spoke)} for spoke in ("dev", "prod", "test"))
    assert lost(found.steps) == [set(), set(), dev, dev | prod, test, set()]


def test_central_egress_loses_nothing_if_shared_services_propagate_first(change: Change) -> None:
    split = change(3, 4).split
    assert names(split) == ["network", "+shared-services", "egress", "dev", "prod", "test", "shared-services"]
    assert all(flows == set() for flows in lost(split))
    added = split[1].part
    assert len(added.targets) == 3
    assert all(".aws_ec2_transit_gateway_route_table_propagation." in target for target in added.targets)


def test_back_from_central_egress_the_propagations_are_removed_last(change: Change) -> None:
    found = change(4, 5)
    assert found.verdict is OrderVerdict.LOSES
    assert names(found.steps) == ["dev", "prod", "shared-services", "test", "-egress", "network"]
    assert names(found.split) == ["~shared-services", "dev", "prod", "test", "shared-services", "-egress", "network"]
    assert all(flows == set() for flows in lost(found.split))
    (target,) = found.split[0].part.targets
    assert target.endswith(".aws_ec2_transit_gateway_route_table_association.this")


def test_the_same_output_needs_no_apply(change: Change) -> None:
    found = change(3, 3)
    assert (found.verdict, found.steps, found.holds) == (OrderVerdict.NOTHING, (), True)


@pytest.mark.parametrize(
    ("before", "after", "first", "then", "why"),
    [
        (3, 4, "network", "egress", "egress reads the output route_table_id_egress, which network creates"),
        (
            3,
            4,
            "network",
            "test",
            "network gives test permissions: network/module.hub.aws_iam_role_policy.join_workloads",
        ),
        (
            4,
            5,
            "dev",
            "network",
            "network destroys network/module.hub.aws_ec2_transit_gateway_route_table.workloads_central, which dev "
            "still uses",
        ),
        (4, 5, "egress", "network", "destroying egress reads the output route_table_id_egress, which network removes"),
        (
            2,
            3,
            "network",
            "prod",
            "network creates network/module.hub.aws_ram_principal_association.workloads_prod, which lets prod act in "
            "its account",
        ),
    ],
)
def test_an_apply_waits_for_a_reason(change: Change, before: int, after: int, first: str, then: str, why: str) -> None:
    reasons = {one.why for one in change(before, after).constraints if (one.first, one.then) == (first, then)}
    assert why in reasons


def test_another_translation_is_an_assumption(tmp_path: Path) -> None:
    """AWS sees no difference: whether flows are lost depends on when the hosts change their addresses."""
    files = dict(output("stage_10_overlapping_site"))
    head = write(files, tmp_path / "head")
    intent = json.loads(files["intent.json"])
    (plant,) = [site for site in intent["estate"]["sites"] if site["name"] == "plant"]
    plant["non_routable_cidrs"] = {}
    base = write({**files, "intent.json": json.dumps(intent)}, tmp_path / "base")
    found = procedure((base, head), proof.read(base), proof.read(head))
    assert names(found.steps) == ["plant"]
    (assumed,) = [one for one in found.assumptions if "at the same time as its hosts" in one]
    assert assumed.startswith("the devices of site plant change what they translate")
    same = procedure((head, head), proof.read(head), proof.read(head))
    assert not [one for one in same.assumptions if "at the same time as its hosts" in one]
