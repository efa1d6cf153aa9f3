"""Groups of changed flows are the changes: each of them once, with its kind and its packets."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isthmus.proof.difference.change import Change, ChangeKind
from isthmus.proof.difference.flows import Difference
from isthmus.proof.result.findings import Flow, Outcome
from isthmus.report.change_causes import cause_texts, counted_texts
from isthmus.report.change_groups import blocks, change_groups, short_address
from isthmus.report.difference_sections import difference_sections
from isthmus.report.location_lists import by_segment
from isthmus.report.verdicts import difference_verdict

PLACES = "abcdefg"
FLOWS = st.sets(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES)).filter(lambda flow: flow[0] != flow[1]), max_size=42
)


@given(FLOWS)
@example({("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("a", "c"), ("c", "a")})
def test_each_flow_is_in_one_block(flows: set[tuple[str, str]]) -> None:
    listed = [flow for block in blocks(sorted(flows)) for flow in block.flows]
    assert sorted(listed) == sorted(flows)


@given(FLOWS)
def test_mutual_flows_come_first(flows: set[tuple[str, str]]) -> None:
    found = list(blocks(sorted(flows)))
    assert [block.mutual for block in found] == sorted((block.mutual for block in found), reverse=True)
    one_way = {flow for block in found if not block.mutual for flow in block.flows}
    assert one_way == {(a, b) for a, b in flows if (b, a) not in flows}


@given(st.sets(st.sampled_from("abc"), min_size=1), st.sets(st.sampled_from("xyz"), min_size=1), st.booleans())
def test_all_from_some_to_others_is_one_block(some: set[str], others: set[str], mutual: bool) -> None:
    flows = [(a, b) for a in sorted(some) for b in sorted(others)]
    [block] = blocks(flows + [(b, a) for a, b in flows] if mutual else flows)
    assert {*block.flows} == {*flows, *((b, a) for a, b in flows if mutual)}
    if len(some) > 1 or len(others) > 1:
        assert (block.sources, block.destinations, block.mutual) == (tuple(sorted(some)), tuple(sorted(others)), mutual)


@given(st.lists(st.sets(st.sampled_from(PLACES), min_size=2), min_size=1, max_size=3))
def test_all_with_each_other_are_one_block(groups: list[set[str]]) -> None:
    """Locations of several groups, where the groups share no location: a clique for each."""
    apart = [{f"{name}{number}" for name in group} for number, group in enumerate(groups)]
    found = list(blocks((a, b) for group in apart for a in sorted(group) for b in sorted(group) if a != b))
    assert len(found) == len(apart)
    assert all(block.is_clique or len(block.sources) == 1 for block in found)


def flow(forward: Outcome = Outcome.REACHABLE, reply: Outcome = Outcome.REACHABLE, exit_: str = "") -> Flow:
    made = SimpleNamespace(forward=forward, reply=reply, returned=reply.value, tiers={}, exit=exit_)
    return cast("Flow", made)


def change(kind: ChangeKind, source: str, destination: str, packets: str = "", was: str = "", now: str = "") -> Change:
    before = flow(exit_=was) if was else None
    after = flow(exit_=now) if now or kind is ChangeKind.GAINED else None
    return Change(kind, source, destination, before, after, packets=packets)


EXITS = ("", "one/module.one.aws_internet_gateway.this", "two/module.two.aws_internet_gateway.this", "aws_nat.x")
CHANGES = st.lists(
    st.builds(
        change,
        st.sampled_from(ChangeKind),
        st.sampled_from(PLACES[:4]),
        st.sampled_from((*PLACES[3:], "internet")),
        st.sampled_from(("", "tcp/22", "udp")),
        st.sampled_from(EXITS),
        st.sampled_from(EXITS),
    ).filter(lambda made: made.source != made.destination),
    max_size=30,
)


@given(CHANGES)
def test_the_groups_are_exactly_the_changes(changes: list[Change]) -> None:
    """Also if one flow is listed twice. A group says of each of its flows what is true of this flow."""
    groups = list(change_groups(changes))
    assert Counter(id(one) for group in groups for one in group.changes) == Counter(map(id, changes))
    for group in groups:
        assert Counter((one.source, one.destination) for one in group.changes) == Counter(group.block.flows)
        assert {(one.kind, one.packets) for one in group.changes} == {(group.kind, group.changes[0].packets)}
        for one in group.changes:
            if one.destination == "internet" and one.before is not None and one.before.exit:
                assert short_address(one.before.exit) in group.text()


def shown(difference: Difference) -> list[tuple[str, str]]:
    return [(entry.label, entry.text) for section in difference_sections(difference, ()) for entry in section.entries]


def test_flows_with_equal_changes_share_a_line() -> None:
    difference = Difference(
        (
            change(ChangeKind.GAINED, "dev", "prod"),
            change(ChangeKind.GAINED, "prod", "dev"),
            change(ChangeKind.GAINED, "test", "prod", "tcp/22 and udp/53"),
            change(ChangeKind.GAINED, "lab", "internet", now="igw"),
            change(ChangeKind.LOST, "dev", "prod"),
            change(ChangeKind.LOST, "prod", "internet", was="vpn"),
            change(ChangeKind.REROUTED, "dev", "internet", was="vpn", now="igw"),
        ),
        added_locations=("lab",),
        removed_locations=("old", "older"),
    )
    assert shown(difference) == [
        ("added", "lab"),
        ("removed", "old, older"),
        ("gained", "dev <-> prod (2 flows)"),
        ("gained", "test -> prod, for tcp/22 and udp/53"),
        ("gained", "lab -> internet, egress by igw"),
        ("lost", "dev -> prod"),
        ("lost", "prod -> internet, egress by vpn"),
        ("re-routed", "dev -> internet, egress by igw, before by vpn"),
    ]
    assert difference_verdict(difference) == ("Flows change", ": 4 flows gained, 2 lost, 1 re-routed")


@pytest.mark.parametrize(
    ("kind", "outcome", "text"),
    [
        (ChangeKind.GAINED, Outcome.REACHABLE, "the 5 spokes of segment dev now reach each other (20 flows)"),
        (ChangeKind.LOST, Outcome.REACHABLE, "the 5 spokes of segment dev no longer reach each other (20 flows)"),
        (ChangeKind.GAINED, Outcome.BLOCKED, "the 5 spokes of segment dev <-> each other (20 flows)"),
        (ChangeKind.LOST, Outcome.UNKNOWN, "the 5 spokes of segment dev <-> each other (20 flows)"),
        (ChangeKind.REROUTED, Outcome.REACHABLE, "the 5 spokes of segment dev <-> each other (20 flows)"),
    ],
)
def test_a_segment_reaches_itself(kind: ChangeKind, outcome: Outcome, text: str) -> None:
    """The words `reach each other` need a return path."""
    names = tuple(f"dev{number}" for number in range(5))
    sides = flow(reply=outcome), flow(reply=outcome)
    changes = tuple(Change(kind, a, b, *sides) for a in names for b in names if a != b)
    assert shown(Difference(changes, segments={"dev": names})) == [(kind.value, text)]


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("abcdef", "the 6 spokes of segment one"),
        ("bcdefx", "5 spokes of segment one (all but a), x"),
        ("bcdex", "4 spokes of segment one (all but a, f), x"),
        ("abcx", "a, b, c, x"),
        ("xyz", "x, y, z"),
        ("abcdefxyz", "the 6 spokes of segment one, x, y, z"),
    ],
)
def test_segments_stand_for_their_spokes(names: str, text: str) -> None:
    assert by_segment({"one": "abcdef", "two": "xyz"})(names) == text


@pytest.mark.parametrize(
    ("address", "short"),
    [
        ("dev/module.spoke.aws_route.private", "aws_route.private"),
        ('dev/module.spoke["a.b/c"].aws_route.private["x.y/z"]', "aws_route.private"),
        ("module.spoke[3].aws_route.private[0]", "aws_route.private"),
        ("aws_route.private", "aws_route.private"),
        ("AWS's list", "AWS's list"),
    ],
)
def test_the_short_address_leaves_root_module_and_index_out(address: str, short: str) -> None:
    assert short_address(address) == short


def caused(*causes: str) -> Change:
    return Change(ChangeKind.LOST, "a", "b", None, None, causes)


def test_causes_of_equal_spokes_share_a_line() -> None:
    changes = [caused("one/module.a.aws_route.x", "hub/aws_vpn.v"), caused("two/module.b.aws_route.x")]
    done = {"one/module.a.aws_route.x": "created", "two/module.b.aws_route.x": "created"}
    assert list(cause_texts(changes, done)) == [
        "cause (created): 2 aws_route.x",
        "cause: hub/aws_vpn.v (1 of 2 flows)",
    ]
    done["two/module.b.aws_route.x"] = "destroyed"
    assert list(cause_texts(changes, done)) == [
        "cause (created): one/module.a.aws_route.x (1 of 2 flows)",
        "cause: hub/aws_vpn.v (1 of 2 flows)",
        "cause (destroyed): two/module.b.aws_route.x (1 of 2 flows)",
    ]


def test_many_causes_share_a_line_by_type() -> None:
    changes = [caused(*(f"aws_route.r{number}" for number in range(5)), "aws_vpn.v")]
    assert list(cause_texts(changes, {})) == ["cause: 5 aws_route (r0, r1 and 3 more)", "cause: aws_vpn.v"]


def test_texts_are_counted_if_they_differ() -> None:
    assert list(counted_texts(["yes", "yes"])) == ["yes"]
    assert list(counted_texts(["no", "yes", "yes"])) == ["no (1 of 3)", "yes (2 of 3)"]
