"""A difference in short says every flow, and each once."""

from types import SimpleNamespace
from typing import cast

from hypothesis import example, given
from hypothesis import strategies as st

from isthmus.proof.difference.flows import Change, ChangeKind, Difference
from isthmus.proof.result.findings import Flow
from isthmus.report.change_groups import Block, blocks, summary
from isthmus.report.verdicts import difference_verdict

PLACES = "abcdefg"
FLOWS = st.sets(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES)).filter(lambda flow: flow[0] != flow[1]), max_size=42
)


def flows_of(block: Block) -> list[tuple[str, str]]:
    there = [(a, b) for a in block.sources for b in block.destinations]
    return there + [(b, a) for a, b in there if block.mutual]


@given(FLOWS)
@example({("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("a", "c"), ("c", "a")})
def test_every_flow_stands_in_one_block(flows: set[tuple[str, str]]) -> None:
    listed = [flow for block in blocks(sorted(flows)) for flow in flows_of(block)]
    assert sorted(listed) == sorted(flows)


@given(FLOWS)
def test_mutual_flows_come_first(flows: set[tuple[str, str]]) -> None:
    found = list(blocks(sorted(flows)))
    assert [block.mutual for block in found] == sorted((block.mutual for block in found), reverse=True)
    one_way = {flow for block in found if not block.mutual for flow in flows_of(block)}
    assert one_way == {(a, b) for a, b in flows if (b, a) not in flows}


@given(st.sets(st.sampled_from("abc"), min_size=1), st.sets(st.sampled_from("xyz"), min_size=1), st.booleans())
def test_all_from_some_to_others_is_one_block(some: set[str], others: set[str], mutual: bool) -> None:
    flows = [(a, b) for a in sorted(some) for b in sorted(others)]
    [block] = blocks(flows + [(b, a) for a, b in flows] if mutual else flows)
    assert (block.sources, block.destinations, block.mutual) == (tuple(sorted(some)), tuple(sorted(others)), mutual)


def change(kind: ChangeKind, source: str, destination: str, packets: str = "", was: str = "", now: str = "") -> Change:
    before, after = (cast("Flow", SimpleNamespace(exit=exit_)) if exit_ else None for exit_ in (was, now))
    return Change(kind, source, destination, before, after, packets=packets)


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
    assert list(summary(difference)) == [
        ("added", "lab"),
        ("removed", "old, older"),
        ("gained", "dev <-> prod"),
        ("gained", "test -> prod, for tcp/22 and udp/53"),
        ("gained", "lab -> internet, egress by igw"),
        ("lost", "dev -> prod"),
        ("lost", "prod -> internet, egress by vpn"),
        ("re-routed", "dev -> internet, egress by igw, before by vpn"),
    ]
    assert difference_verdict(difference) == ("Flows change", ": 4 flows gained, 2 lost, 1 re-routed")
