"""What segments mean."""

from dataclasses import replace
from itertools import product

from hypothesis import given

from isthmus.intent import Egress, Estate, Segment, Site
from isthmus.intent.reachability import (
    all_inspected_networks,
    egress_of,
    intended_pairs,
    intent_locations,
    networks_denied,
    networks_reached,
    reach_each_other,
    segments_reached,
    sites_reached,
)
from isthmus.testing.strategies import estates
from tests.intent.network import DEV, SERVICES, SITE, WORKLOADS, estate


@given(estates())
def test_reaching_is_mutual(estate: Estate) -> None:
    for one, other in product(estate.segments, repeat=2):
        assert reach_each_other(one, other) == reach_each_other(other, one)
        assert (other in segments_reached(estate, one)) == reach_each_other(one, other)


@given(estates())
def test_site_networks_are_reached_or_denied_where_a_way_may_exist(estate: Estate) -> None:
    every = {f"{site.name}/{name}" for site in estate.sites for name in site.networks}
    for segment in estate.segments:
        reached, denied = set(networks_reached(estate, segment)), set(networks_denied(estate, segment))
        assert not reached & denied
        by_firewall = Egress.CENTRAL in segment.allowed_egress and all_inspected_networks(estate)
        assert reached | denied == (every if by_firewall or sites_reached(estate, segment) else set())


@given(estates())
def test_pairs_are_of_parties_in_name_order_and_once(estate: Estate) -> None:
    pairs = list(intended_pairs(estate))
    names = {party.name for party in intent_locations(estate)}
    assert len(set(pairs)) == len(pairs)
    assert all(one < other and {one, other} <= names for one, other in pairs)


def test_the_guides_isolated_workloads() -> None:
    assert set(intended_pairs(estate())) == {
        ("dc1/servers", "dev"),
        ("dc1/servers", "prod"),
        ("dc1/users", "dev"),
        ("dc1/users", "prod"),
    }
    assert egress_of(estate(), "dev") is Egress.ON_PREMISES


def test_limits_deny_the_other_networks() -> None:
    limited = estate(segments=[SERVICES, replace(WORKLOADS, site_networks=["dc1/users"])])
    segment = limited.segment("workloads")
    assert networks_reached(limited, segment) == {"dc1/users": "172.20.0.0/16"}
    assert networks_denied(limited, segment) == {"dc1/servers": "172.21.0.0/16"}


def test_members_of_one_segment_meet_unless_it_is_isolated() -> None:
    together = estate(segments=[SERVICES, replace(WORKLOADS, isolated=False)])
    assert ("dev", "prod") in set(intended_pairs(together))
    assert ("dev", "prod") not in set(intended_pairs(estate()))


def test_transit_pairs_are_in_name_order_whatever_the_sites_are_called() -> None:
    one = Site("dc", networks={"x": "172.30.0.0/16"}, customer_gateways=[], transit_with=["dc-1"])
    other = Site("dc-1", networks={"y": "172.31.0.0/16"}, customer_gateways=[])
    assert ("dc-1/y", "dc/x") in set(intended_pairs(estate(sites=(one, other))))


def test_parties_are_listed_group_by_group_in_name_order() -> None:
    names = [party.name for party in intent_locations(estate(segments=[Segment("services"), WORKLOADS]))]
    assert names == ["dc1/servers", "dc1/users", "dev", "prod", "internet"]
    assert intent_locations(estate())[0].cidrs == (SITE.networks["servers"],)
    assert intent_locations(estate(spoke=replace(DEV, secondary_cidrs=["10.1.128.0/24"])))[2].cidrs == (
        "10.1.0.0/20",
        "10.1.128.0/24",
    )
