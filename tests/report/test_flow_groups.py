"""A document states a result once for a group only where it is the result of each of its members."""

from __future__ import annotations

from isthmus.network.answers import Outcome
from isthmus.proof.result.findings import Flow
from isthmus.proof.result.proof import Flows, Proof
from isthmus.report.flow_groups import FlowGroups, groups_of

YES, NO = Outcome.REACHABLE, Outcome.BLOCKED


def proof_of(kinds: dict[str, str], services: dict[str, Outcome]) -> Proof:
    """A proof of equivalent locations with a kind each, and with flows to one service."""
    flows = Flows(
        tuple(kinds),
        lambda a, b: a != b,
        lambda a, b: Flow(a, b, YES, YES),
        lambda name: 0,
        kind=lambda name: kinds[name],
    )
    return Proof(flows, tuple(Flow(name, "s3", outcome, outcome) for name, outcome in services.items()))


def test_equivalent_locations_with_the_same_conditions_are_one_group() -> None:
    groups = groups_of(proof_of({"a": "", "b": "", "c": ""}, {"a": YES, "b": YES, "c": YES}))
    assert groups.members == {"a": ("a", "b", "c")}
    (flows,) = groups.pairs()
    assert (flows.source, flows.destination, flows.count) == ("a", "a", 6)
    assert (flows.example.source, flows.example.destination) == ("a", "b")


def test_locations_of_other_kinds_or_with_other_service_flows_are_other_groups() -> None:
    assert groups_of(proof_of({"a": "", "b": "other", "c": ""}, {})).members == {"a": ("a", "c"), "b": ("b",)}
    answer = proof_of({"a": "", "b": "", "c": ""}, {"a": YES, "b": NO, "c": YES})
    assert groups_of(answer).members == {"a": ("a", "c"), "b": ("b",)}
    assert [(one.source, one.count) for one in groups_of(answer).services(answer.services)] == [("a", 2), ("b", 1)]
    assert groups_of(proof_of({"a": "", "b": ""}, {"a": YES})).members == {"a": ("a",), "b": ("b",)}


def test_every_pair_in_scope_is_in_one_entry() -> None:
    groups = groups_of(proof_of({"a": "", "b": "other", "c": "", "d": ""}, {}))
    counts = {(flows.source, flows.destination): flows.count for flows in groups.pairs()}
    assert counts == {("a", "a"): 6, ("a", "b"): 3, ("b", "a"): 3}


def test_groups_are_named_in_place_of_their_members_only_if_all_of_them_are_meant() -> None:
    groups = FlowGroups(proof_of({}, {}).flows, {"a": ("a", "b"), "c": ("c",)})
    assert groups.covering(["b", "a"]) == ("a",)
    assert groups.covering(["a", "b", "c"]) == ("a", "c")
    assert groups.covering(["a"]) is None
    assert groups.covering(["b"]) is None
    assert groups.covering(["b", "c"]) is None
