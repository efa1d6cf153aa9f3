"""Quotas: what is counted and how, and which limit is in force."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import proof, quotas
from isthmus.intent import Egress, Estate, Segment
from isthmus.network.model import (
    AttachmentKind,
    EndpointKind,
    NetworkAcl,
    NetworkAclRule,
    PrefixList,
    RouteOrigin,
    SecurityGroup,
    SecurityGroupRule,
    Target,
    TargetKind,
    TgwRoute,
    Unknown,
    VpcEndpoint,
    VpcRoute,
)
from isthmus.proof.quotas import Usage, exceeded, usages
from isthmus.quotas import Quota
from modules.synthesis import synthesize
from tests.intent.network import estate
from tests.network.nets import Net
from tests.proof.estates import write

V4, V6 = ip_network("10.9.0.0/24"), ip_network("fd00::/64")
DARK = Unknown("data.aws_ec2_managed_prefix_list.theirs")


def base() -> Net:
    net = Net()
    net.vpc("a", "10.1.0.0/16")
    net.tgw()
    net.put("prefix_lists", PrefixList("list", (V4,), 50))
    net.put("prefix_lists", PrefixList("list6", (V6,), 70, 6))
    net.put("prefix_lists", PrefixList("unsized", (), Unknown("var.size")))
    return net


def used(net: Net, quota: Quota, subject: str, announced: tuple[tuple[str, int], ...] = ()) -> Usage:
    return next(u for u in usages(net.made(), announced, (), {}) if (u.quota, u.subject) == (quota, subject))


def group(*rules: SecurityGroupRule, outbound: tuple[SecurityGroupRule, ...] = ()) -> Net:
    net = base()
    net.put("security_groups", SecurityGroup("web", "a", rules, outbound))
    return net


@pytest.mark.parametrize(
    ("rules", "count", "at_least"),
    [
        ((SecurityGroupRule("r", 6, cidrs=(V4,) * 3),), 3, False),
        ((SecurityGroupRule("r", 6, prefix_lists=("list",)),), 50, False),
        ((SecurityGroupRule("r", 6, cidrs=(V4,), prefix_lists=("list",)),), 51, False),
        # IPv4 and IPv6 have a quota each, and a group as peer counts in both.
        ((SecurityGroupRule("r", 6, prefix_lists=("list", "list6"), groups=("web",)),), 71, False),
        ((SecurityGroupRule("r", 6, prefix_lists=("list", DARK)),), 51, True),
        ((SecurityGroupRule("r", 6, prefix_lists=("unsized",)),), 1, True),
        # The list of a gateway endpoint.
        ((SecurityGroupRule("r", 6, prefix_lists=("aws_vpc_endpoint.s3",)),), 1, False),
    ],
)
def test_a_security_group_rule_counts_each_peer_and_lists_at_their_size(
    rules: tuple[SecurityGroupRule, ...], count: int, at_least: bool
) -> None:
    for net in (group(*rules), group(outbound=rules)):
        found = used(net, quotas.GROUP_RULES, "web")
        assert (found.used, found.at_least) == (count, at_least)


def test_a_list_of_five_hundred_does_not_fit_into_a_security_group() -> None:
    net = group(SecurityGroupRule("r", 6, prefix_lists=("list",)))
    net.put("prefix_lists", PrefixList("list", (V4,), 500))
    (violation,) = exceeded(usages(net.made(), (), (), {}))
    assert violation.rule == "quota-exceeded"
    assert violation.resources == ("web",)
    assert "500 of 60 rules" in violation.why


@given(st.lists(st.sampled_from([V4, V6]), max_size=25), st.lists(st.sampled_from([V4, V6]), max_size=25))
def test_network_acl_rules_count_with_the_last_deny_by_direction_and_version(inbound: list, outbound: list) -> None:
    sides = [
        tuple(NetworkAclRule(f"r{n}", n, True, -1, cidr) for n, cidr in enumerate(side)) for side in (inbound, outbound)
    ]
    net = base()
    net.put("nacls", NetworkAcl("acl", "a", sides[0], sides[1]))
    counts = [side.count(cidr) for side in (inbound, outbound) for cidr in (V4, V6)]
    assert used(net, quotas.ACL_RULES, "acl").used == max(counts) + 1


def test_routes_of_a_vpc_table_count_lists_and_gateway_endpoints() -> None:
    net = base()
    there = Target(TargetKind.TRANSIT_GATEWAY, "tgw")
    destinations = (V4, "list", "list6", V6)
    made = tuple(VpcRoute(f"r{n}", d, there, RouteOrigin.STATIC) for n, d in enumerate(destinations))
    net.change("tables", "a.main", routes=made)
    assert used(net, quotas.ROUTES, "a.main").used == 71
    net.put("prefix_lists", PrefixList("list6", (V6,), 5, 6))
    net.put("endpoints", VpcEndpoint("s3", EndpointKind.GATEWAY, "a", "com.amazonaws.eu-west-1.s3", ("a.main",)))
    assert used(net, quotas.ROUTES, "a.main").used == 52


def test_propagated_routes_count_apart() -> None:
    net = base()
    net.vgw("vgw", "a")
    net.vpn("vpn", None, tgw="vgw")
    net.change("tables", "a.main", propagating=("vgw",))
    assert used(net, quotas.PROPAGATED, "a.main", (("vpn", 101),)).used == 101
    assert [v.resources for v in exceeded(usages(net.made(), (("vpn", 101),), (), {}))] == [("a.main",)]


def test_transit_gateway_routes_count_lists_and_what_attachments_propagate() -> None:
    net = base()
    net.vpc("b", "10.2.0.0/16", "10.3.0.0/16")
    net.attach("b.att", "b", "t")
    net.vpn("vpn", "t")
    net.attach("dx", "dxgw", "t", kind=AttachmentKind.DX_GATEWAY)
    net.tgw_table("t", ("b.att", "vpn.attachment", "dx"), ("10.9.0.0/24", None))
    routes = (*net.parts["tgw_tables"]["t"].routes, TgwRoute("ref", "list", "b.att", RouteOrigin.PREFIX_LIST))
    net.change("tgw_tables", "t", routes=routes)
    # a route, a list of 50, two ranges of b, ten prefixes of the site, and at least one of Direct Connect
    assert used(net, quotas.TGW_ROUTES, "tgw", (("vpn", 10),)).used == 1 + 50 + 2 + 10 + 1
    net.change("prefix_lists", "list", max_entries=10_000)
    assert [v.resources for v in exceeded(usages(net.made(), (), (), {}))] == [("tgw",)]


def test_a_quota_that_aws_has_raised_is_the_limit() -> None:
    net = base()
    for number in range(21):
        net.tgw_table(f"t{number}")
    network = net.made()
    assert [v.resources for v in exceeded(usages(network, (), (), {}))] == [("tgw",)]
    assert list(exceeded(usages(network, (), (), {"transit-gateway-route-tables": 21}))) == []
    # A statement below AWS's default changes nothing: the default is granted in any case.
    assert len(list(exceeded(usages(network, (), (), {"transit-gateway-route-tables": 5})))) == 1


def of_segments(count: int, **more: object) -> Estate:
    small = estate()
    extra = [Segment(f"extra-{n}", ways_out={Egress.NONE}) for n in range(count)]
    return replace(small, segments=[*small.segments, *extra], **more)  # type: ignore[arg-type]


def test_what_the_estate_says_of_quotas_holds_in_the_proof(tmp_path: Path) -> None:
    stated = of_segments(24, quotas={"transit-gateway-route-tables": 40}).check()
    out = write(synthesize(stated), tmp_path)
    answer = proof.read(out).prove(scenarios=False)
    assert [v for v in answer.violations if v.rule == "quota-exceeded"] == []
    (tables,) = (usage for usage in answer.quotas if usage.quota is quotas.TGW_TABLES)
    assert tables.used > 20
    assert tables.limit == 40
    # Without the statement the same network is over the quota.
    silent = proof.read(out).against(replace(stated, quotas={}), scenarios=False)
    assert {v.rule for v in silent.violations} == {"quota-exceeded"}
