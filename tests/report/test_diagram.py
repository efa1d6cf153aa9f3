"""A picture shows everything there is, and nothing in it breaks what renders it."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from isthmus.network.model import Network, Site, VpcPeering
from isthmus.report.diagram import mermaid
from isthmus.report.diagram.drawing import Box, BoxKind, Connector, Drawing, Link
from isthmus.report.diagram.groups import readable
from isthmus.report.diagram.network import drawn
from tests.network.networks import Draft, mesh, spoke
from tests.network.strategies import networks
from tests.report import pictures
from tests.report.flowchart import Flowchart, read

MANY = 1000  # boxes that a reader may want: more than any of these networks has
FEW = 6  # so few that alike boxes are put together, and then those that differ
HOW_MANY = st.sampled_from([MANY, FEW, 0])


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """A network, some of its VPCs several times over: each copy with an attachment as the first has."""
    d = draw(networks())
    for vpc in draw(st.lists(st.sampled_from(sorted(d.parts["vpcs"])), max_size=2, unique=True)):
        for number in range(draw(st.integers(1, 3))):
            _copy(d, vpc, f"{vpc}-copy{number}")
    return d


def _copy(d: Draft, vpc: str, name: str) -> None:
    d.put("vpcs", replace(d.parts["vpcs"][vpc], address=name))
    attachment = d.parts.get("attachments", {}).get(f"att-{vpc}")
    if attachment is not None:
        d.put("attachments", replace(attachment, address=f"att-{name}", attached=name))
        for table in [*d.parts["tgw_tables"].values()]:
            if attachment.address in table.propagations:
                d.put("tgw_tables", replace(table, propagations=(*table.propagations, f"att-{name}")))


# --- everything is there


@given(drafts(), HOW_MANY)
def test_everything_is_in_one_box(d: Draft, most: int) -> None:
    network = d.network()
    keys = [key for box in readable(drawn(network, d.sites), most).boxes for key in box.keys]
    assert len(keys) == len(set(keys))
    things = [network.vpcs, network.vpns, network.customer_gateways, network.dx_gateways, network.tgw_tables]
    wanted = {address for those in things for address in those} | {f"site {site.name}" for site in d.sites}
    wanted |= {f.address for f in network.firewalls.values() if f.gateway} | {g for g in network.gateways if g == "vgw"}
    assert wanted <= set(keys)
    assert set(keys) - wanted <= {"internet"}


@given(drafts(), HOW_MANY)
def test_attachments_are_lines_to_their_tables(d: Draft, most: int) -> None:
    network = d.network()
    drawing = readable(drawn(network, d.sites), most)
    box_of = {key: box.key for box in drawing.boxes for key in box.keys}
    ends = {a.address: box_of[str(a.attached)] for a in network.attachments.values()}
    associated = {(ends[a.address], str(a.table)) for a in network.attachments.values() if a.table}
    propagated = {(ends[str(a)], t.address) for t in network.tgw_tables.values() for a in t.propagations}
    routed = {
        (ends[str(r.attachment)], t.address) for t in network.tgw_tables.values() for r in t.routes if r.attachment
    }
    assert associated == {(line.a, line.b) for line in drawing.lines if line.link is Link.ASSOCIATED}
    assert propagated == {(line.a, line.b) for line in drawing.lines if line.link is Link.PROPAGATES}
    assert routed == {(line.a, line.b) for line in drawing.lines if line.link is Link.ROUTED}


@given(drafts())
def test_tables_say_all_routes(d: Draft) -> None:
    network = d.network()
    boxes = {box.key: box for box in drawn(network, d.sites).boxes}
    shown = read(mermaid.text(drawn(network, d.sites)))
    for table in network.tgw_tables.values():
        rows = " ".join(shown.named("route table", table.address).rows)
        for route in table.routes:
            attachment = network.attachments.get(str(route.attachment))
            to = str(attachment.attached) if attachment else "blackhole"
            own = attachment is not None and route.destination in boxes[to].cidrs
            assert f"{'own prefix' if own else route.destination} to {to}" in rows
        assert ("propagated from" in rows) == bool(table.propagations)


# --- what is put together


@given(drafts())
def test_merged_boxes_are_equivalent(d: Draft) -> None:
    whole = drawn(d.network(), d.sites)
    few = readable(whole, min(len(whole.boxes) - 1, MANY))
    # Where these were still too many, boxes differ in what they say or in their static routes, and the drawing says so.
    assume(not any("and what differs among them" in box.says for box in few.boxes))
    assume(not any(line.label == "static routes" for line in few.lines))
    box_of = {key: box.key for box in few.boxes for key in box.keys}
    joined = _joined(whole, box_of)
    for a in whole.boxes:
        for b in whole.boxes:
            same = (a.kind, a.says, joined[a.key]) == (b.kind, b.says, joined[b.key])
            if box_of[a.key] == box_of[b.key]:
                assert same
            elif same and not a.unlike:
                # Boxes that differ only by name differ by their lines.
                assert {end for _, end in joined[a.key]} != {end for _, end in joined[b.key]}


def _joined(drawing: Drawing, box_of: dict[str, str]) -> dict[str, Counter[tuple[Any, str]]]:
    """How often each box is joined by which lines to which groups."""
    found: dict[str, Counter[tuple[Any, str]]] = {box.key: Counter() for box in drawing.boxes}
    for line in drawing.lines:
        found[line.a][(line.link, line.label), box_of[line.b]] += 1
        found[line.b][(line.link, line.label), box_of[line.a]] += 1
    return found


def test_a_thousand_spokes_are_two_boxes_and_the_odd_one() -> None:
    d = Draft()
    d.hub()
    names = [f"spoke-{number:04}" for number in range(1000)]
    for number, name in enumerate(names):
        d.vpc(name, f"10.{number // 250}.{number % 250}.0/24")
        d.attach(name, "odd" if name == "spoke-0500" else "isolated")
    d.tgw_table("isolated", learns=["att-spoke-0500"])
    d.tgw_table("odd", learns=[f"att-{name}" for name in names])
    drawing = readable(drawn(d.network()))
    assert {box.title for box in drawing.boxes if box.kind is BoxKind.VPC} == {
        "spoke-0000 and 998 like it",
        "spoke-0500",
    }
    shown = read(mermaid.text(drawing))
    assert shown.named("route table", "odd").rows == ["propagated from spoke-0000 and 998 like it,", "spoke-0500"]
    assert shown.named("VPC", "spoke-0000 and 998 like it").rows[0].startswith("10.0.0.0/17, 10.0.128.0/18, ")


def test_a_site_its_gateway_and_its_connection_are_put_together_as_a_chain() -> None:
    d = Draft()
    d.hub()
    for number in range(40):
        d.vpn(f"branch-{number:02}", "t", static=True)
        d.site(f"office-{number:02}", [f"branch-{number:02}"], [], [f"192.168.{number}.0/24"])
    d.tgw_table("t", routes={f"192.168.{number}.0/24": f"att-branch-{number:02}" for number in range(40)})
    shown = read(mermaid.text(readable(drawn(d.network(), d.sites))))
    assert shown.named("VPN connection", "branch-00 and 39 like it").rows == ["2 tunnels, static"]
    assert shown.named("route table", "t").rows == ["static routes to branch-00 and 39 like it"]
    assert len(shown.boxes) == 4


def test_peered_vpcs_may_be_equivalent() -> None:
    d = mesh("m")
    for number in range(2, 42):
        spoke(d, f"{'a' if number % 2 else 'z'}{number}", number, "t")
        d.put("peerings", VpcPeering(f"pcx-{number}", "m", f"{'a' if number % 2 else 'z'}{number}"))
    vpcs = {box.title for box in readable(drawn(d.network())).boxes if box.kind is BoxKind.VPC}
    assert vpcs == {"m", "a11 and 39 like it"}


@pytest.mark.parametrize(
    ("regions", "frame", "where"),
    [
        (["us-east-1"], "account apps 000000000001", "in 40 accounts"),
        (["us-east-1", "eu-west-1"], "account apps 000000000001 in eu-west-1", "in 40 accounts and Regions"),
    ],
)
def test_vpcs_stand_in_their_accounts(regions: list[str], frame: str, where: str) -> None:
    d = Draft()
    for number in range(40):
        d.vpc(f"v{number}", f"10.{number}.0.0/16")
        account, region = f"{number:012}", regions[number % len(regions)]
        d.parts["vpcs"][f"v{number}"] = replace(d.parts["vpcs"][f"v{number}"], account=account, region=region)
    whole = drawn(d.network(), accounts={"000000000001": "apps"})
    shown = read(mermaid.text(whole))
    assert shown.frames[shown.named("VPC", "v1").frame] == frame
    (only,) = readable(whole).boxes
    assert (only.frame, only.says) == ("", ("no default route", where))


def test_differing_text_is_left_out_if_too_many_boxes_are_left() -> None:
    d = mesh()
    for number in range(1, 41):
        spoke(d, f"v{number}", number, "t")
        d.interface_endpoint(f"e{number}", f"v{number}", [f"v{number}1"], [])
        ends = d.parts["endpoints"]
        ends[f"e{number}"] = replace(ends[f"e{number}"], service=f"com.amazonaws.us-east-1.service{number}")
    vpcs = d.parts["vpcs"]
    d.parts["vpcs"] = {key: replace(vpc, name=f"net-{41 - int(key[1:]):02}") for key, vpc in vpcs.items()}
    (vpc,) = (box for box in readable(drawn(d.network())).boxes if box.kind is BoxKind.VPC)
    assert vpc.title == "net-01 and 39 like it"
    assert vpc.says == ("default route to transit gateway", "and what differs among them")


# --- the text


def test_pictures_are_as_they_were() -> None:
    """If it is wrong: `.venv/bin/python -m tests.report.pictures`, and look at the difference."""
    assert pictures.current() == {file.name: file.read_text() for file in pictures.FOLDER.iterdir()}


def test_lines_lead_from_sites_by_tables_to_vpcs() -> None:
    order = [kind.value for kind in BoxKind]
    for text in pictures.current().values():
        shown = read(text)
        for a, b in shown.lines:
            assert order.index(_kind(shown, a)) <= order.index(_kind(shown, b))


@given(drafts(), HOW_MANY)
def test_the_text_is_a_flowchart_of_the_drawing(d: Draft, most: int) -> None:
    drawing = readable(drawn(d.network(), d.sites), most)
    shown = read(mermaid.text(drawing))
    assert sorted(shown.titles()) == sorted(
        box.title if box.kind is not BoxKind.INTERNET else "internet" for box in drawing.boxes
    )
    assert len(shown.lines) == sum(line.link not in (Link.PROPAGATES, Link.ROUTED) for line in drawing.lines)
    assert all(a in shown.boxes and b in shown.boxes for a, b in shown.lines)
    assert set(shown.frames) >= {box.frame for box in shown.boxes.values() if box.frame}


def _kind(shown: Flowchart, box: str) -> str:
    return shown.boxes[box].kind.partition(",")[0]


WORDS = ["end", "graph", "style", "click", "default", "subgraph x", 'a"] --> b["', "<script>", "`x`", "```", "#35;"]
WORDS += ["%%{init: {}}%%", "x\ny", "\ud800", "\x00", "\u202eabc", "o", "style x:#a;", "&lt;", "a" * 300, "", "-->"]
NAMES = st.one_of(st.sampled_from(WORDS), st.text(st.characters(exclude_categories=()), max_size=20))


@given(drafts(), st.data(), HOW_MANY)
def test_no_name_is_syntax(d: Draft, data: st.DataObject, most: int) -> None:
    network = d.network()
    named: dict[str, Any] = {
        kind: {key: replace(thing, name=data.draw(NAMES)) for key, thing in getattr(network, kind).items()}
        for kind in ("vpcs", "vpns", "tgw_tables", "transit_gateways", "firewalls")
    }
    sites = [replace(site, name=f"{site.name} {data.draw(NAMES)}") for site in d.sites]
    drawing = readable(drawn(replace(network, **named), sites), most)
    text = mermaid.text(drawing)
    text.encode()
    shown = read(text)
    assert len(shown.boxes) == len(drawing.boxes)
    assert sorted(shown.titles()) == sorted(_as_shown(box) for box in drawing.boxes)
    assert not set('<>`"#&;') & set(re.sub(r"<br>|</?b>|#\d+;", "", "".join(shown.labels)))


def _as_shown(box: Box) -> str:
    """A title with its unreadable characters as question marks."""
    title = "internet" if box.kind is BoxKind.INTERNET else " ".join(box.title.split())
    return "".join("?" if unicodedata.category(each)[0] == "C" else each for each in title)


@given(drafts(), st.randoms(use_true_random=False), HOW_MANY)
def test_order_makes_no_difference(d: Draft, dice: random.Random, most: int) -> None:
    def text(network: Network, sites: list[Site]) -> str:
        return mermaid.text(readable(drawn(network, sites), most))

    turned = Network(**{f.name: _turned(getattr(d.network(), f.name), dice) for f in fields(Network)})
    sites = [_turned(site, dice) for site in d.sites]
    dice.shuffle(sites)
    assert text(turned, sites) == text(d.network(), d.sites)


@given(st.randoms(use_true_random=False))
def test_order_makes_no_difference_to_what_is_rare(dice: random.Random) -> None:
    network = pictures.others().network()
    turned = Network(**{f.name: _turned(getattr(network, f.name), dice) for f in fields(Network)})
    assert drawn(turned) == drawn(network)


def _turned(value: Any, dice: random.Random) -> Any:
    """The same with every mapping and every list of things in another order."""
    if isinstance(value, dict):
        items = [(key, _turned(thing, dice)) for key, thing in value.items()]
        dice.shuffle(items)
        return dict(items)
    if is_dataclass(value) and not isinstance(value, type):
        # In what order rules are asked is part of what they are.
        unordered = {f.name for f in fields(value)} & {"propagations", "routes", "cidrs", "networks", "advertises"}
        return replace(value, **{name: _shuffled(getattr(value, name), dice) for name in unordered})
    return value


def _shuffled(values: Any, dice: random.Random) -> Any:
    return tuple(dice.sample(values, len(values))) if isinstance(values, tuple) else values


def test_adding_a_vpc_changes_only_lines_that_name_it() -> None:
    def lines(*names: str) -> set[str]:
        return set(mermaid.text(drawn(mesh(*names).network())).splitlines())

    before, after = lines("a", "c"), lines("a", "c", "b")
    assert {line for line in after ^ before if not re.search(r"\bvpc_b\b|propagated from a", line)} == set()


def test_more_than_mermaid_draws_is_refused() -> None:
    boxes = tuple(Box(f"{number}", BoxKind.VPC, f"{number}") for number in range(mermaid.MOST_LINES + 2))
    lines = tuple(Connector(a.key, b.key, Link.CONNECTS) for a, b in pairwise(boxes))
    mermaid.text(Drawing((), boxes, lines[: mermaid.MOST_LINES]))
    with pytest.raises(mermaid.TooLarge, match="501 lines"):
        mermaid.text(Drawing((), boxes, lines))
    with pytest.raises(mermaid.TooLarge, match="of 50000"):
        mermaid.text(Drawing((), (replace(boxes[0], says=("x" * mermaid.LONGEST,)),), ()))


def test_a_block_of_markdown() -> None:
    text = mermaid.text(drawn(mesh("a").network()))
    block = mermaid.markdown(text)
    assert block.startswith(f"```mermaid\n{text}```\n\n")
    assert block.count("```") == 2
