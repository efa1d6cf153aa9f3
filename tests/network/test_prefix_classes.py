"""Thousands of advertised prefixes: those that make no difference are tried as one, and none that does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.network.address_space import address_at
from isthmus.network.answers import AtSite, InSubnet, Packet, RoundTrip
from isthmus.network.forwarding import Forwarding
from isthmus.network.prefix_classes import Advertised
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.change import ChangeKind
from isthmus.proof.difference.flows import compare
from isthmus.proof.errors import UnusableInput
from isthmus.terraform.graph import Resource
from tests.proof.small_networks import CORE, HUB, gateway, hub, made, network, ref, spoke, vpn, vpn_in_core
from tests.properties.budget import share

ONE_SITE = [
    *hub(),
    *spoke("one", 1, "10.2.0.0/16", "172.16.0.0/12"),
    *spoke("two", 2, "10.1.0.0/16", "0.0.0.0/0"),
    gateway("dc"),
    vpn("dc", "dc"),
    *vpn_in_core("dc"),
]


def advertising(prefixes: list[str], *more: Resource) -> Analysis:
    return network(*ONE_SITE, *more, advertises=["dc=" + ",".join(prefixes)])


def many(count: int) -> list[str]:
    return [f"172.{16 + number // 256}.{number % 256}.0/24" for number in range(count)]


def route(destination: str) -> Resource:
    """A blackhole route for some addresses of the site."""
    return made(
        "aws_ec2_transit_gateway_route.hole",
        destination_cidr_block=destination,
        transit_gateway_route_table_id=ref(CORE),
        blackhole=True,
    )


def test_prefixes_that_make_no_difference_cost_no_more_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Packet] = []
    both_ways = Forwarding.both_ways

    def counted(engine: Forwarding, packet: Packet) -> RoundTrip:
        asked.append(packet)
        return both_ways(engine, packet)

    monkeypatch.setattr(Forwarding, "both_ways", counted)
    counts = []
    for count in (100, 400):
        asked.clear()
        before, after = advertising(many(count)), advertising(many(count), route("192.0.2.0/24"))
        assert len(before.flows.names) > count
        compare(before, after)
        before.prove()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_prefix_that_a_route_knows_is_followed_by_itself() -> None:
    before, after = advertising(many(40)), advertising(many(40), route("172.16.7.0/24"))
    changes = {(c.kind, c.source, c.destination) for c in compare(before, after).changes}
    assert {(ChangeKind.LOST, spoke, "dc/172.16.7.0/24") for spoke in ("one", "two")} <= changes
    assert {there for _, _, there in changes} - {"one", "two", "internet"} == {"dc/172.16.7.0/24"}


def test_a_prefix_that_the_site_no_longer_advertises_is_lost() -> None:
    before, after = advertising(many(40)), advertising([p for p in many(40) if p != "172.16.7.0/24"])
    lost = {(c.source, c.destination) for c in compare(before, after).changes if c.kind is ChangeKind.LOST}
    assert {("one", "dc/172.16.7.0/24"), ("two", "dc/172.16.7.0/24")} <= lost
    assert not [pair for pair in lost if "172.16.8.0/24" in pair[1]]


POOL = ["172.16.0.0/12", "172.16.0.0/16", "172.16.1.0/24", "172.17.0.0/16", "172.16.1.9/32", "10.1.7.0/24", "0.0.0.0/0",
        "203.0.112.0/24", "198.18.0.0/15", "52.0.0.0/8", "10.9.0.0/16", "172.20.0.0/16", "172.21.0.0/16"]  # fmt: skip
PREFIXES = st.lists(st.sampled_from(POOL), unique=True, max_size=8)


@st.composite
def two_sites(draw: st.DrawFn) -> Analysis:
    """Two sites that advertise what they like, and a route or two for some of it."""
    stated = [f"{name}={','.join(draw(PREFIXES))}" for name in ("dc", "lab")]
    static = draw(st.booleans())
    more = [gateway("lab", "203.0.113.2"), vpn("lab", "lab", static_routes_only=static), *vpn_in_core("lab")]
    if draw(st.booleans()):
        more.append(route(draw(st.sampled_from(POOL))))
    if draw(st.booleans()):
        more.append(
            made(
                "aws_route.one_app_more",
                route_table_id=ref("aws_route_table.one_app"),
                destination_cidr_block=draw(st.sampled_from(POOL)),
                transit_gateway_id=ref(HUB),
            )
        )
    return network(*ONE_SITE, *more, advertises=[one for one in stated if not one.endswith("=")])


@settings(max_examples=share(15))
@given(two_sites())
def test_addresses_that_are_tried_as_one_have_one_outcome(subject: Analysis) -> None:
    try:
        flows, apart = subject.flows, replace(subject, separately=True).flows
    except UnusableInput:
        return
    for flow in flows:
        other = apart[flow.source, flow.destination]
        assert (flow.forward, flow.reply, flow.packet_outcomes) == (
            other.forward,
            other.reply,
            other.packet_outcomes,
        ), str(flow)
    engine = subject.pairs.engine
    outcomes_of: dict[object, set[object]] = defaultdict(set)
    for low, _, around in subject.pairs.groups.classes.atoms:
        if not any(isinstance(key, Advertised) for key in around):
            continue
        for site in subject.locations.sites:
            host = AtSite(site.name, address_at(low))
            for subnet in ("aws_subnet.one_app", "aws_subnet.two_app"):
                there = engine.both_ways(Packet(InSubnet(subnet), host)).outcome
                back = engine.both_ways(Packet(host, InSubnet(subnet))).outcome
                outcomes_of[site.name, around, subnet].add((there, back))
    assert all(len(outcomes) == 1 for outcomes in outcomes_of.values())
