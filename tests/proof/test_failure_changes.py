"""Failure scenarios before and after: counts of flows, and nothing survives that only perhaps does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import guide
from isthmus import proof
from isthmus.intent import Egress, Environment, Estate, Hub, Segment, Spoke
from isthmus.proof import Analysis
from isthmus.proof.difference.failure_changes import (
    FailureChange,
    FailureChangeKind,
    FlowsInFailure,
    _Compared,
    failure_changes,
)
from isthmus.proof.difference.flows import Difference, compare
from isthmus.proof.result.failures import Failure, FailureKind, FailureResult
from isthmus.report.difference_json import difference_json
from isthmus.report.failure_entries import failure_entries
from isthmus.report.verdicts import difference_verdict
from modules.synthesis import synthesize
from tests.proof.estates import Output, output, write
from tests.proof.test_equal_changes import EDITS, edited
from tests.properties.budget import share

CONNECTION = "network/module.vpn.aws_vpn_connection.infra_dc1_01"


def read(made: Output) -> Analysis:
    with TemporaryDirectory() as folder:
        return proof.read(write(made, Path(folder)))


@cache
def stage(name: str) -> Analysis:
    return read(output(name))


@cache
def three_equal_spokes() -> Analysis:
    """Spokes with a NAT gateway of their own in each zone."""
    lab = Segment("lab", allowed_egress={Egress.LOCAL})
    spokes = [Spoke(f"lab{n}", cidr=f"10.1.{16 * n}.0/20", segment=lab, egress=Egress.LOCAL) for n in range(3)]
    estate = Estate(
        "local",
        organization=guide.organization,
        region=guide.REGION,
        blocks=guide.BLOCKS,
        zones=guide.ZONES,
        segments=[lab],
        environments=[Environment("network", account=guide.network_prod, hub=Hub("main"), spokes=spokes)],
    )
    return read(synthesize(estate))


def taken(subject: Analysis) -> Mapping[Failure, set[tuple[str, str]]]:
    assert subject.failures is not None
    return {one.failure: {flow for lost in one.lost for flow in lost.flows} for one in subject.failures}


def changed(before: Analysis, after: Analysis) -> list[FailureChange]:
    found = failure_changes(before, after)
    assert found is not None
    return list(found)


def test_every_failure_takes_what_it_takes_without_equivalent_spokes() -> None:
    """Also each NAT gateway of a spoke that another spoke represents."""
    made = three_equal_spokes()
    assert taken(made) == taken(replace(made, separately=True))
    nats = [failure for failure in taken(made) if failure.kind is FailureKind.NAT_GATEWAY]
    assert len(nats) == len(made.network.nats)


@pytest.mark.parametrize("number", range(3))
def test_a_spoke_that_loses_a_nat_gateway_is_not_represented(number: int) -> None:
    """The other spokes stay as they are: no scenario of theirs is new or gone."""
    before = three_equal_spokes()
    nat = min(address for address in before.network.nats if f"lab{number}" in address)
    nats = {address: one for address, one in before.network.nats.items() if address != nat}
    after = replace(before, network=replace(before.network, nats=nats))
    changes = changed(before, after)
    assert [change.failure.what for change in changes if change.change is FailureChangeKind.GONE] == [nat]
    assert {flow for change in changes for flow in (*change.saved, *change.endangered)} <= {
        (f"lab{number}", "internet")
    }


def test_a_second_connection_saves_the_site() -> None:
    before, after = stage("stage_4_central_egress"), stage("stage_5_resilient_vpn")
    difference = compare(before, after)
    assert difference.failures is not None
    entries = list(failure_entries(difference.failures))
    (entry,) = (entry for entry in entries if f"VPN connection {CONNECTION} down" in entry.text)
    assert entry.label == "dc1 now survives"
    assert entry.text == f"VPN connection {CONNECTION} down: no flow lost, before 16 flows lost"
    assert entry.details == ("now survive it: dc1/servers, dc1/users <-> dev, prod, shared-services, test",)
    document = json.loads("".join(difference_json(difference, ())))
    (change,) = (one for one in document["failure_scenario_changes"] if one["failure"] == CONNECTION)
    assert (change["before"], change["after"]) == ({"lost": 16, "perhaps_lost": 0}, {"lost": 0, "perhaps_lost": 0})
    assert len(change["now_survive"]) == 16
    assert change["sites_that_now_survive"] == ["dc1"]


def test_without_an_intent_failures_are_not_compared() -> None:
    made = stage("stage_3_every_vpc")
    difference = compare(replace(made, estate=None), made)
    assert difference.failures is None
    assert json.loads("".join(difference_json(difference, ())))["failure_scenario_changes"] is None
    assert compare(made, made).failures == ()


@settings(max_examples=share(10))
@given(*[st.lists(st.sampled_from(sorted(EDITS)), max_size=2, unique=True)] * 2)
def test_what_one_direction_saves_the_other_endangers(old: list[str], new: list[str]) -> None:
    before, after = edited(old), edited(new)
    there = {change.failure: change for change in changed(before, after)}
    back = {change.failure: change for change in changed(after, before)}
    assert there.keys() == back.keys()
    for failure, change in there.items():
        other = back[failure]
        assert (change.before, change.after) == (other.after, other.before)
        assert (change.saved, change.endangered) == (other.endangered, other.saved)
        for a, b in change.saved:
            assert after.flows[a, b].works
            assert change.after is not None
            assert (a, b) not in change.after.all


# --- unknown

FAILURE = Failure(FailureKind.CONNECTION, "aws_vpn_connection.dc1")
FLOW = ("dc1/users", "dev")


def entry(before: FlowsInFailure | None, after: FlowsInFailure | None, **more: tuple[object, ...]) -> str:
    kind = FailureChangeKind.NEW if before is None else FailureChangeKind.GONE if after is None else None
    change = FailureChange(FAILURE, kind or FailureChangeKind.CHANGED, before, after, **more)  # type: ignore[arg-type]
    (found,) = failure_entries([change])
    return ": ".join(text for text in (found.label, found.text.partition(" down: ")[2]) if text)


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (FlowsInFailure((FLOW,)), FlowsInFailure((), (FLOW,)), "1 flow perhaps lost, before 1 flow lost"),
        (FlowsInFailure((), (FLOW,)), FlowsInFailure(), "no flow lost, before 1 flow perhaps lost"),
        (FlowsInFailure(), FlowsInFailure((FLOW,)), "1 flow lost, before no flow lost (1 of them did not work before)"),
        (None, FlowsInFailure((FLOW,), (FLOW,)), "new: 1 flow lost, 1 flow perhaps lost"),
        (FlowsInFailure((FLOW,)), None, "gone: 1 flow lost before"),
    ],
)
def test_unknown_is_perhaps_lost(before: FlowsInFailure | None, after: FlowsInFailure | None, text: str) -> None:
    assert entry(before, after) == text


def test_a_flow_that_is_perhaps_lost_does_not_survive() -> None:
    """Neither before nor after: nothing is saved, and nothing is endangered."""
    made = stage("stage_3_every_vpc")
    assert made.failures is not None
    (result,) = (one for one in made.failures if one.failure.what == CONNECTION)
    perhaps = replace(result, lost=tuple(replace(lost, certain=False) for lost in result.lost))
    none = replace(result, lost=())
    for old, new in ((result, perhaps), (perhaps, result), (perhaps, none)):
        found = _changes_of(made, old, new)
        assert [(change.saved, change.endangered, change.sites) for change in found] == [((), (), ())]


def _changes_of(made: Analysis, old: FailureResult, new: FailureResult) -> list[FailureChange]:
    found = _Compared(made, made)
    found.results = ({FAILURE: old}, {FAILURE: new})
    return list(found.changes())


def test_the_verdict_names_failures_that_change_alone() -> None:
    change = FailureChange(FAILURE, FailureChangeKind.NEW, None, FlowsInFailure())
    difference = Difference((), failures=(change,))
    assert not difference.changes_nothing
    assert difference_verdict(difference) == ("Failure scenarios change", ": no flow changes")
