"""Quotas: what is counted and how, and which limit is in force."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import proof
from isthmus.aws import quotas
from isthmus.aws.quotas import Quota
from isthmus.intent import Egress, Estate, Segment, check
from isthmus.network.dns_model import Held, Resolution, Use
from isthmus.network.model import (
    AttachmentKind,
    CustomerGateway,
    EndpointKind,
    NatGateway,
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
from isthmus.proof.checks import account_quotas
from isthmus.proof.checks import quotas as proof_quotas
from isthmus.proof.checks.quotas import Usage, exceeded, usages
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


def used(net: Net, quota: Quota, subject: str, advertised: tuple[tuple[str, int], ...] = ()) -> Usage:
    return next(u for u in usages(net.made(), advertised, (), {}) if (u.quota, u.subject) == (quota, subject))


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
    extra = [Segment(f"extra-{n}", allowed_egress={Egress.NONE}) for n in range(count)]
    return replace(small, segments=[*small.segments, *extra], **more)  # type: ignore[arg-type]


def test_the_proof_uses_raised_quotas_of_the_estate(tmp_path: Path) -> None:
    stated = check(of_segments(24, quotas={"transit-gateway-route-tables": 40}))
    out = write(synthesize(stated), tmp_path)
    answer = proof.read(out).prove(scenarios=False)
    assert [v for v in answer.violations if v.rule == "quota-exceeded"] == []
    (tables,) = (usage for usage in answer.quotas if usage.quota is quotas.TGW_TABLES)
    assert tables.used > 20
    assert tables.limit == 40
    # Without the statement the same network is over the quota.
    silent = proof.read(out).against(replace(stated, quotas={}), scenarios=False)
    assert {v.rule for v in silent.violations} == {"quota-exceeded"}


def of_account(**counts: int) -> Net:
    """A network of one account with so many of each thing."""
    net = Net()
    net.tgw()
    for number in range(counts.get("vpcs", 1)):
        net.vpc(f"v{number}", f"10.{number}.0.0/16")
    for number in range(counts.get("connections", 0)):
        net.vpn(f"vpn{number}", "t")
    for number in range(counts.get("devices", 0)):
        net.put("customer_gateways", CustomerGateway(f"c{number}", 65_010, owner=("1", "eu-west-1")))
    for number in range(counts.get("endpoints", 0)):
        net.put("endpoints", VpcEndpoint(f"e{number}", EndpointKind.GATEWAY, "v0", "s3"))
    if "nats" in counts:
        net.subnet("v0.s", "v0", "10.0.0.0/24", "az1")
    for number in range(counts.get("nats", 0)):
        net.put("nats", NatGateway(f"n{number}", "v0.s"))
    return net


def associated(**counts: int) -> Resolution:
    """A private zone and a profile with so many VPCs."""
    uses = tuple(Use(Held.ZONE, "z", f"v{n}", "by") for n in range(counts.get("zone", 0)))
    uses += tuple(Use(Held.ZONE, "y", f"v{n}", "by", "profile") for n in range(counts.get("profile", 0)))
    return Resolution(uses=uses)


PER_ACCOUNT = [
    ("vpcs", quotas.VPCS, 5),
    ("connections", quotas.CONNECTIONS, 50),
    ("devices", quotas.CUSTOMER_GATEWAYS, 50),
    ("endpoints", quotas.GATEWAY_ENDPOINTS, 20),
    ("nats", quotas.NAT_GATEWAYS, 5),
    ("nats", quotas.ELASTIC_IPS, 5),
    ("zone", quotas.ZONE_VPCS, 300),
    ("profile", quotas.PROFILE_VPCS, 1_000),
]


@pytest.mark.parametrize(("what", "quota", "limit"), PER_ACCOUNT, ids=lambda value: getattr(value, "id", None))
def test_quotas_of_accounts_zones_and_profiles(what: str, quota: Quota, limit: int) -> None:
    assert quota.default == limit

    def over(count: int, raised: int = 0, *, stated: bool = True) -> bool:
        made = replace(of_account(**{what: count}).made(), resolution=associated(**{what: count}))
        found = [u for u in usages(made, (), (), {quota.id: raised}) if u.quota is quota]
        return bool(found) and bool(list(exceeded(found, stated=stated)))

    assert not over(limit)
    assert over(limit + 1)
    assert not over(limit + 1, raised=limit + 1)
    assert over(limit + 1, stated=False) is (quota not in quotas.RAISED_AS_A_RULE)


def test_each_account_and_region_has_its_own() -> None:
    net = of_account(vpcs=6)
    for number in range(3):
        net.change("vpcs", f"v{number}", account="1" if number else "2", region="eu-west-1")
    found = [(u.subject, u.used) for u in usages(net.made(), (), (), {}) if u.quota is quotas.VPCS]
    assert found == [
        ("VPCs of an account that is not known", 3),
        ("VPCs of 1 in eu-west-1", 2),
        ("VPCs of 2 in eu-west-1", 1),
    ]


def test_every_quota_that_an_estate_raises_is_counted_here_or_a_document() -> None:
    """The length of a trust policy is the language's alone: no network shows it."""
    source = "\n".join(Path(module.__file__ or "").read_text() for module in (proof_quotas, account_quotas))
    names = {quota.id: name for name, quota in vars(quotas).items() if isinstance(quota, Quota)}
    assert {id_ for id_ in quotas.RAISABLE if f"quotas.{names[id_]}" not in source} == {"role-trust-policy-length"}
