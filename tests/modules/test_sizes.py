"""The sizes that the rules of the language count are those of the output: policies, charts, alarms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from isthmus.intent import AllowedConnection, Egress, Estate, Inspection, Observability, OrganizationalUnit, check
from isthmus.intent.checks.quotas import tables_of
from isthmus.intent.checks.sizes import (
    ROLE_POLICY,
    attaching_principals,
    generated_length,
    owners_named,
    role_policy_length,
    tables_named,
    trust_policy_length,
)
from isthmus.intent.firewall_rules import numbered
from isthmus.testing.broken.parts import organization_of
from isthmus.testing.strategies import estates
from modules.hub_route_tables import HubTables
from modules.synthesis import synthesize
from tests.modules import egress_estates
from tests.modules.synthesized import estate_of

REFERENCE = "environments.estate"
LOG_POLICY = 5_120  # characters: https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
_ARN = re.compile(r"\$\{aws_ec2_transit_gateway_route_table\.\w+\.arn\}")


def hub_of(estate: Estate) -> Mapping[str, Any]:
    """The resources of the hub's module."""
    made = synthesize(estate)[f"stacks/{estate.hub_environment.name}/modules/hub/main.tf.json"]
    resources: Mapping[str, Any] = json.loads(made)["resource"]
    return resources


def check_roles(estate: Estate) -> None:
    made = hub_of(estate)
    table = f"arn:{estate.partition}:ec2:{estate.region}:111122223333"
    arn = f"{table}:transit-gateway-route-table/tgw-rtb-0123456789abcdef0"
    for segment in estate.segments:
        if not segment.allowed_egress or not attaching_principals(estate, segment):
            continue
        name = f"join_{segment.name.replace('-', '_')}"
        trust = made["aws_iam_role"][name]["assume_role_policy"]
        assert trust_policy_length(estate, segment) == len(trust)
        text, named = _ARN.subn(arn, made["aws_iam_role_policy"][name]["policy"])
        assert named == tables_named(estate, segment)
        # The ARN of a single table is not in a list, so it has no comma.
        counted = role_policy_length(estate, named, owners_named(estate, segment), static=segment.static_routes)
        assert len(text) <= counted <= len(text) + 1_100


@given(estates())
def test_as_many_route_tables_are_made_as_counted(estate: Estate) -> None:
    of_egress = estate.egress is not None and 1 + (estate.egress.inspection is Inspection.GATEWAY)
    assert len(HubTables(estate).all) == sum(tables_of(estate, segment) for segment in estate.segments) + of_egress


@settings(max_examples=5)
@given(estates())
def test_roles_have_policies_as_long_as_counted(estate: Estate) -> None:
    check_roles(estate)


def test_roles_of_an_inspected_estate_have_too() -> None:
    estate = egress_estates.estate(Inspection.GATEWAY, way=Egress.LOCAL)
    check_roles(estate)
    # Every segment with inspection is in the firewall's table, with any egress.
    local = [replace(s, allowed_egress={Egress.LOCAL}) if s.name == "apps" else s for s in estate.segments]
    check_roles(replace(estate, segments=local))


def test_roles_of_a_segment_that_aws_does_not_advertise_to_a_site_have_too() -> None:
    estate = estate_of(REFERENCE)
    segments = [
        replace(s, site_networks=[], allowed_egress={Egress.NONE}) if s.isolated else s for s in estate.segments
    ]
    check_roles(replace(estate, segments=segments))


@pytest.mark.parametrize("roles", [("isthmus-deploy", []), (None, ["tfc-run"]), ("deploy", ["teams/a", "b"])])
@pytest.mark.parametrize(
    "names",
    [
        ("workloads_dev",),
        ("workloads_dev", "infrastructure_dev"),
        ("network-prod",),
        ("network-prod", "workloads_dev", "workloads-prod", "infrastructure_dev"),
    ],
)
def test_the_trust_policy_is_as_long_as_counted(names: tuple[str, ...], roles: tuple[str | None, list[str]]) -> None:
    estate = estate_of(REFERENCE)
    root = "arn:aws-us-gov:organizations::999999999999"
    units = [
        OrganizationalUnit(name, arn=f"{root}:ou/o-example0001/ou-{len(name)}-12345678")
        for name in ("workloads_dev", "infrastructure_dev")
    ]
    arn = f"{root}:organization/o-example0001"
    role, deployers = roles
    organization = replace(organization_of(estate), arn=arn, units=units, deployment_role=role, deployers=deployers)
    segments = [replace(segment, may_be_attached_by=names) for segment in estate.segments]
    check_roles(replace(estate, organization=organization, segments=segments))


def test_the_longest_names_leave_room_in_a_role_s_policy() -> None:
    estate = estate_of(REFERENCE)
    segments = [replace(segment, name="s" * 40, reaches=()) for segment in estate.segments[:1]]
    made = role_policy_length(replace(estate, segments=segments, region="ap-southeast-1"), 2, 20)
    assert made < ROLE_POLICY


def test_no_rule_between_segments_is_longer_than_counted() -> None:
    allowed_connections = [AllowedConnection(source="data", to="apps", ports=["tcp/443", "udp/10000-65535", "icmp"])]
    estate = check(replace(egress_estates.estate(Inspection.GATEWAY), allowed_connections=allowed_connections))
    made = json.loads(synthesize(estate)["stacks/egress/modules/firewall/main.tf.json"])["resource"]
    group = made["aws_networkfirewall_rule_group"]["between_segments"]["rule_group"]
    texts = group["rules_source"]["rules_string"].splitlines()
    rules = [rule for _, rule in numbered(estate)]
    assert len(rules) == len(texts) == 5
    for rule, text in zip(rules, texts, strict=True):
        assert len(text) <= generated_length(rule) <= len(text) + 120, text


def with_connections(count: int) -> Estate:
    """The reference estate with so many connections to its site, observed."""
    estate = estate_of(REFERENCE)
    hub = estate.hub_environment
    more = [replace(hub.vpn_connections[0], name=f"infra-dc1-{n:03}", number=n) for n in range(1, count + 1)]
    changed = replace(hub, vpn_connections=more, observability=Observability(notify=["a@example.com"]))
    environments = [changed if e is hub else e for e in estate.environments]
    return replace(estate, environments=environments, quotas={"vpn-connections": 400})


def documents(estate: Estate) -> Iterator[tuple[str, str, Any]]:
    """Type, name and body of what the hub's root makes for its connections."""
    files = synthesize(estate)
    for module in ("observability", "vpn"):
        resources = json.loads(files[f"stacks/{estate.hub_environment.name}/modules/{module}/main.tf.json"])["resource"]
        for kind, named in resources.items():
            for name, body in named.items():
                yield kind, name, body


def test_what_grows_with_connections_is_what_is_counted() -> None:
    sizes = {}
    for count in (2, 6):
        made = {(kind, name): body for kind, name, body in documents(with_connections(count))}
        board = json.loads(made["aws_cloudwatch_dashboard", "this"]["dashboard_body"])
        lines = max(len(widget["properties"]["metrics"]) for widget in board["widgets"])
        watched = made["aws_cloudwatch_composite_alarm", "site_dc1"]["alarm_rule"].count("ALARM(")
        policy = made["aws_cloudwatch_log_resource_policy", "vpn_tunnel_logs"]["policy_document"]
        sizes[count] = (lines, watched, len(policy))
    assert [sizes[count][:2] for count in (2, 6)] == [(8, 2), (24, 6)]
    assert sizes[2][2] == sizes[6][2] < LOG_POLICY, "the permission to log does not grow"


def test_the_permission_to_log_is_for_every_tunnel_s_log_and_no_other() -> None:
    made = {(kind, name): body for kind, name, body in documents(with_connections(2))}
    policy = json.loads(made["aws_cloudwatch_log_resource_policy", "vpn_tunnel_logs"]["policy_document"])
    (statement,) = policy["Statement"]
    pattern = re.compile(statement["Resource"].rpartition(":log-group:")[2].replace("*", ".*"))
    for (kind, _), body in made.items():
        if kind == "aws_cloudwatch_log_group":
            assert pattern.fullmatch(f"{body['name']}:log-stream:any")
    assert not pattern.fullmatch("/infra/network/dns-queries:log-stream:any")
    assert not pattern.fullmatch("/infra/infra-dev/flow-logs:log-stream:any")
