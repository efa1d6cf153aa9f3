"""Two networks in one picture: nothing of either is lost, and what is marked is what differs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.diagram import mermaid
from isthmus.report.diagram.compared import compared
from isthmus.report.diagram.drawing import BoxKind, Connector, Drawing, Mark
from isthmus.report.diagram.groups import readable
from isthmus.report.diagram.network import drawn
from tests.network.networks import Draft, mesh, spoke
from tests.network.strategies import networks
from tests.report.flowchart import read

DRAWINGS = networks().map(lambda d: drawn(d.network(), d.sites))
_TURNED = {Mark.ADDED: Mark.REMOVED, Mark.REMOVED: Mark.ADDED}


@given(DRAWINGS)
def test_a_network_does_not_differ_from_itself(drawing: Drawing) -> None:
    assert compared(drawing, drawing) == drawing


@given(DRAWINGS, DRAWINGS)
def test_nothing_of_either_is_lost(before: Drawing, after: Drawing) -> None:
    both = compared(before, after)
    for drawing, other in ((before, Mark.ADDED), (after, Mark.REMOVED)):
        keys = {box.key for box in both.boxes if box.mark is not other and box.kind is not BoxKind.INTERNET}
        assert keys == {box.key for box in drawing.boxes if box.kind is not BoxKind.INTERNET}
        assert {_plain(line) for line in both.lines if line.mark is not other} == set(drawing.lines)
        assert set(drawing.frames) <= set(both.frames)
    boxes = {box.key: box for box in both.boxes}
    for drawing, sign, others in ((before, "- ", "+ "), (after, "+ ", "- ")):
        for box in drawing.boxes:
            both_say = [row.removeprefix(sign) for row in boxes[box.key].says if not row.startswith(others)]
            assert {*box.says, *map(str, box.cidrs)} <= {*both_say, *map(str, boxes[box.key].cidrs)}


@given(DRAWINGS, DRAWINGS)
def test_the_way_back_is_the_opposite(before: Drawing, after: Drawing) -> None:
    there, back = compared(before, after), compared(after, before)
    assert [(box.key, _TURNED.get(box.mark, box.mark)) for box in there.boxes] == [(b.key, b.mark) for b in back.boxes]
    assert {replace(line, mark=_TURNED.get(line.mark, line.mark)) for line in there.lines} == set(back.lines)


@given(DRAWINGS, DRAWINGS, st.sampled_from([1000, 6, 0]))
def test_the_text_is_a_flowchart(before: Drawing, after: Drawing, most: int) -> None:
    both = readable(compared(before, after), most)
    shown = read(mermaid.text(both))
    marked = [box for box in both.boxes if box.mark]
    assert sorted(shown.classes[key] for key in shown.classes if key in shown.boxes) == sorted(b.mark for b in marked)
    drawn_lines = [line for line in both.lines if line.link in mermaid.LINES]
    assert len(shown.styled) == len(set(shown.styled)) == sum(bool(line.mark) for line in drawn_lines)


@pytest.mark.parametrize("most", [30, 0])
def test_what_became_of_it_is_not_put_together_with_what_did_not(most: int) -> None:
    """VPCs without lines, so that they differ only by the mark."""
    before, after = Draft(), Draft()
    for number in range(60):
        for draft, there in ((before, number < 40), (after, number >= 20)):
            if there:
                draft.vpc(f"v{number}", f"10.{number}.0.0/16")
    both = readable(compared(drawn(before.network()), drawn(after.network())), most)
    assert {(box.title, box.mark) for box in both.boxes} == {
        ("v0 and 19 like it", Mark.REMOVED),
        ("v20 and 19 like it", Mark.SAME),
        ("v40 and 19 like it", Mark.ADDED),
    }


def test_an_added_box_is_not_merged_with_equivalent_ones() -> None:
    names = [f"v{number:02}" for number in range(40)]
    before, after = mesh(), mesh()
    for number, name in enumerate(names, 1):
        spoke(after, name, number, "t")
        if number <= 37:
            spoke(before, name, number, "t")
    before.tgw_table("t", learns=["att-v00"])
    after.tgw_table("t", learns=["att-v01"])
    both = readable(compared(drawn(before.network()), drawn(after.network())))
    shown = read(mermaid.text(both))
    assert shown.named("VPC, added", "v37 and 2 like it").rows[0] == "10.38.0.0/15, 10.40.0.0/16"
    assert shown.named("VPC", "v02 and 34 like it")
    assert shown.named("route table, changed", "t").rows == ["+ propagated from v01", "- propagated from v00"]


def test_a_change_says_what_was() -> None:
    before, after = mesh("a"), mesh("a")
    after.vpc("a", "10.1.0.0/16", "10.7.0.0/16")
    vpcs = after.parts["vpcs"]
    vpcs["a"] = replace(vpcs["a"], name="renamed")
    after.subnet("a1", "a", "10.1.1.0/24", routes={})
    shown = read(mermaid.text(compared(drawn(before.network()), drawn(after.network()))))
    assert shown.named("VPC, changed", "renamed").rows == [
        "10.1.0.0/16",
        "- name a",
        "+ name renamed",
        "+ 10.7.0.0/16",
        "- default route to transit gateway",
        "+ no default route",
    ]


def _plain(line: Connector) -> Connector:
    return replace(line, mark=Mark.SAME)
