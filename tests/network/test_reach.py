"""Which sources count as equivalent, and how heads and tails of paths are put together."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from isthmus.network.address_space import ALL
from isthmus.network.answers import AtSite, Crossing, Hop, InSubnet, Path
from isthmus.network.block import Block
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import NetworkAcl, Unknown
from isthmus.network.reachable_ranges import join, onward, signature, without
from isthmus.network.walk import PacketSource, Pieces, TgwPlace, Walk
from tests.network.networks import BLACKHOLE, Draft, Gone, mesh
from tests.network.test_unknowns import FILES

BLOCK, OTHER = Block("no-route", "t", "no route"), Block("blackhole-route", "t", "gone")
PLAIN = Path((Hop("subnet", "a"), Hop("onward", "t", "", "z1")))


@pytest.mark.parametrize(
    ("changed", "equivalent"),
    [
        (PLAIN._replace(hops=(Hop("subnet", "b"), *PLAIN.hops[1:])), True),
        (PLAIN._replace(hops=(Hop("onward", "u", "", "z1"),)), False),
        (PLAIN._replace(hops=(Hop("onward", "t", "", "z2"),)), False),
        (PLAIN._replace(hops=()), False),
        (PLAIN._replace(blocks=(BLOCK._replace(address="u", why="none"),)), False),
        (PLAIN._replace(unknown="why"), False),
        (PLAIN._replace(crossings=(Crossing("acl", "s", True),)), False),
        (PLAIN._replace(nats=("nat",)), False),
        (PLAIN._replace(boxes=("fw",)), False),
        (PLAIN._replace(pinned=(("att", "z1"),)), False),
        (PLAIN._replace(hairpin=("dc",)), False),
        (PLAIN._replace(end="internet"), False),
        (PLAIN._replace(end="dc", exit=""), False),
    ],
)
def test_what_makes_sources_differ(changed: Path, equivalent: bool) -> None:
    assert (signature((PLAIN,), len) == signature((changed,), len)) is equivalent


@pytest.mark.parametrize(
    ("one", "other", "equivalent"),
    [
        (Path(blocks=(BLOCK,)), Path(blocks=(BLOCK._replace(address="u", why="none"),)), True),
        (Path(blocks=(BLOCK,)), Path(blocks=(OTHER,)), False),
        # A gateway of one's own is of no matter, whether the packet gets out is.
        (Path(end="internet", exit="igw"), Path(end="internet", exit="igw2"), True),
        (Path(end="c1", exit="vpn"), Path(end="c2", exit="vpn"), True),
        (Path(end="c1"), Path(end="c2"), False),
        (Path(nats=("nat",)), Path(nats=("nat2",)), True),
        (Path(nats=("nat",)), Path(nats=("nat", "nat2")), False),
        (Path(crossings=(Crossing("acl", "s", True),)), Path(crossings=(Crossing("lca", "t", True),)), True),
        (Path(crossings=(Crossing("acl", "s", True),)), Path(crossings=(Crossing("longer", "s", True),)), False),
        (Path(crossings=(Crossing("acl", "s", True),)), Path(crossings=(Crossing("acl", "s", False),)), False),
        (Path(crossings=(Crossing("acl", "s", True),)), Path(crossings=(Crossing("acl", "s", True, "nat"),)), False),
    ],
)
def test_what_two_paths_have_to_share(one: Path, other: Path, equivalent: bool) -> None:
    """Network ACLs are distinguished by what they hold: here by the length of their names."""
    assert (signature((one,), len) == signature((other,), len)) is equivalent
    assert signature((one, one), len) != signature((one,), len)


def test_a_path_is_its_head_and_its_tail() -> None:
    head = Path(
        (Hop("subnet", "a"), Hop("onward", "t", "", "z1")),
        blocks=(BLOCK,),
        crossings=(Crossing("acl", "a", False),),
        nats=("nat1", "nat2"),
        boxes=("fw",),
        pinned=(("att", "z1"),),
        hairpin=("dc",),
        stops=(1,),
    )
    tail = Path(
        (Hop("subnet", "b"),),
        "b",
        "vpn",
        (OTHER,),
        "why",
        (Crossing("acl", "b", True), Crossing("acl", "c", True, "nat3", 1)),
        ("nat3",),
        ("fw2",),
        (("att2", "z2"),),
        ("dc2",),
        stops=(1,),
    )
    assert onward(head) == TgwPlace("t", "z1")
    assert onward(tail) is onward(Path()) is None
    assert join(head, tail) == Path(
        (Hop("subnet", "a"), Hop("subnet", "b")),
        "b",
        "vpn",
        (BLOCK, OTHER),
        "why",
        (Crossing("acl", "a", False), Crossing("acl", "b", True, "nat2", 1), Crossing("acl", "c", True, "nat3", 2)),
        ("nat1", "nat2", "nat3"),
        ("fw", "fw2"),
        (("att", "z1"), ("att2", "z2")),
        ("dc", "dc2"),
        stops=(1, 2),
    )
    assert join(head._replace(unknown="first"), tail).unknown == "first"
    assert join(head._replace(nats=()), tail).crossings[1] == tail.crossings[0].after(1)


def test_holes_are_filled_with_what_is_left_of_them() -> None:
    a, b, own = ((Path(end=name),) for name in ("a", "b", "own"))

    def key(paths: tuple[Path, ...]) -> tuple[object, ...]:
        return (paths[0].end,)

    pieces: Pieces = [(0, 9, a), (10, 14, own), (15, 19, own), (20, 29, a), (30, 39, b), (40, 49, b), (50, 50, own)]
    assert without(pieces, [(10, 19), (50, 59)], key) == [(0, 29, a), (30, 50, b)]
    assert without(pieces, [(10, 14)], key)[:3] == [(0, 14, a), (15, 19, own), (20, 29, a)]
    assert without([(0, 9, own), (10, 19, a)], [(0, 9)], key) == [(10, 19, a)]
    assert without([(0, 9, a), (11, 19, a)], [], key) == [(0, 9, a), (11, 19, a)]
    assert without([(0, 9, own)], [(0, 8)], key) == without([(0, 9, own)], [(1, 9)], key) == [(0, 9, own)]


def spokes() -> Draft:
    """Two spokes that differ in their addresses only, with a network ACL each that holds the same."""
    d = mesh("a", "b")
    for number, name in enumerate("ab", 1):
        d.acl(f"{name}-acl", name, ["allow tcp 443 10.0.0.0/8"], ["allow tcp 1024-65535 10.0.0.0/8"])
        routes: dict[str, str | Gone] = {"0.0.0.0/0": "hub"}
        d.subnet(f"{name}1", name, f"10.{number}.1.0/24", routes=routes, nacl=f"{name}-acl")
    return d


@pytest.mark.parametrize(
    ("change", "equivalent"),
    [
        (lambda d: None, True),
        (lambda d: d.acl("b-acl", "b", ["allow tcp 443 10.0.0.0/8"], ["allow tcp 1024-65535 10.0.0.0/7"]), False),
        (lambda d: d.acl("b-acl", "b", ["allow tcp 444 10.0.0.0/8"], ["allow tcp 1024-65535 10.0.0.0/8"]), False),
        (lambda d: d.acl("b-acl", "b", ["allow udp 443 10.0.0.0/8"], ["allow tcp 1024-65535 10.0.0.0/8"]), False),
        (lambda d: d.acl("b-acl", "b", ["deny tcp 443 10.0.0.0/8"], ["allow tcp 1024-65535 10.0.0.0/8"]), False),
        (lambda d: d.acl("b-acl", "b", ["allow tcp 1024-65535 10.0.0.0/8"], ["allow tcp 443 10.0.0.0/8"]), False),
        (lambda d: d.put("nacls", NetworkAcl("b-acl", "b", unresolved=Unknown("var.x"))), False),
        (lambda d: [d.put("nacls", NetworkAcl(f"{v}-acl", v, unresolved=Unknown("var.x"))) for v in "ab"], False),
        (lambda d: d.table("b1-table", "b", {"0.0.0.0/0": "hub", "10.7.0.0/16": Gone("hub")}), False),
        (lambda d: d.table("b1-table", "b", {"0.0.0.0/0": "hub", "10.7.0.0/16": "hub"}), True),
        (lambda d: d.table("b1-table", "b", {"10.0.0.0/8": "hub"}), False),
        (lambda d: d.put("subnets", replace(d.parts["subnets"]["b1"], zone="z2")), False),
        (lambda d: d.attach("b", "u", "b-door"), False),
    ],
)
def test_spokes_are_grouped_by_what_becomes_of_their_packets(
    change: Callable[[Draft], object], equivalent: bool
) -> None:
    d = spokes()
    d.tgw_table("u", routes={"10.0.0.0/8": BLACKHOLE})
    change(d)
    engine = Forwarding(d.network())
    groups = [group.members for group in engine.classes(["a1", "b1"])]
    assert groups == ([("a1", "b1")] if equivalent else [("a1",), ("b1",)])
    assert sum(len(group.members) for group in engine.classes()) == len(d.parts["subnets"])


def test_reach_is_the_head_or_the_head_with_its_tails() -> None:
    d = spokes()
    reach = Forwarding(d.network()).reach(InSubnet("a1"))
    place = int.from_bytes(bytes([10, 2, 1, 9]))
    (path,) = reach.at(place)
    assert [hop.kind for hop in path.hops] == ["subnet", "attachment", "route table", "attachment", "subnet"]
    assert path.end == "b1"
    (near,) = reach.at(int.from_bytes(bytes([10, 1, 1, 9])))
    assert (near.end, len(near.hops)) == ("a1", 2)


def gist(paths: tuple[Path, ...]) -> set[tuple[object, ...]]:
    """What alternatives have in common with those of another range: everything but addresses in reasons."""
    return {
        (
            tuple(hop.address for hop in path.hops),
            path.end,
            path.exit,
            tuple(block.rule for block in path.blocks),
            bool(path.unknown),
            path.nats,
            path.boxes,
            path.hairpin,
        )
        for path in paths
    }


@pytest.mark.parametrize("file", FILES)
def test_a_range_is_walked_as_each_of_its_addresses(file: str) -> None:
    """From every subnet and site of every case: no address is left out, and none has another outcome alone."""
    for case in importlib.import_module(f"tests.network.test_golden_{file}").golden.cases:
        draft: Draft = case.values[0]()
        engine = Forwarding(draft.network(), sites=draft.sites)
        sources: list[InSubnet | AtSite] = [InSubnet(name) for name in draft.parts["subnets"]]
        for source in [*sources, *(AtSite(site.name) for site in draft.sites)]:
            whole = walked(engine, source, *ALL)
            assert pairwise_joined(whole)
            reach = engine.reach(source)
            for low, high, paths in whole:
                for place in {low, high}:
                    ((_, _, alone),) = walked(engine, source, place, place)
                    assert gist(alone) == gist(paths)
                    # Going round in circles takes a lap more where tails are shared.
                    paths_there = reach.at(place)
                    looping = any(block.rule == "routing-loop" for path in alone for block in path.blocks)
                    assert looping or gist(paths_there) == gist(paths)
                    assert {(path.end, path.outcome) for path in paths_there} == {
                        (path.end, path.outcome) for path in alone
                    }


def walked(engine: Forwarding, source: InSubnet | AtSite, low: int, high: int) -> Pieces:
    walk = Walk(engine.index, engine.bgp)
    if isinstance(source, AtSite):
        return walk.from_site(engine.sites.by_name[source.name], low, high, Path())
    return walk.in_subnet(source.address, PacketSource.HOST, low, high, Path((Hop("subnet", source.address),)))


def pairwise_joined(pieces: Pieces) -> bool:
    """Whether pieces cover the whole line, one after the other, and say something of all of it."""
    ends = [-1, *(high for _, high, _ in pieces)]
    starts = [*(low for low, _, _ in pieces), ALL[1] + 1]
    return all(end + 1 == start for end, start in zip(ends, starts, strict=True)) and all(p for _, _, p in pieces)
