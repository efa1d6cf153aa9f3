"""The pipeline of one segment cannot touch another: each sentence of docs/how-to/apply.md, tried on every example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings

from isthmus.intent import Estate, Inspection, S3Backend, check
from isthmus.testing.strategies import estates
from modules.synthesis import synthesize
from tests.iam.evaluator import Request, allowed
from tests.iam.roles import CHANGES, RESERVED, STRANGER, JoinRole, join_roles, principal
from tests.modules.egress_estates import estate as egress_estate
from tests.modules.inventory import EXAMPLES, resources_of
from tests.modules.synthesized import estate_of, files_of
from tests.properties.budget import share


def breaches(role: JoinRole, tables: set[str]) -> Iterator[str]:
    """Every sentence that does not hold of a join role. `tables`: the ARNs of all route tables of the hub."""
    own, segments = role.segment.name, [segment.name for segment in role.estate.segments]
    foreign = [*RESERVED, *(name for name in segments if name != own)]
    own_attachment = role.arn(next(iter(role.accounts.values()), STRANGER))
    foreign_attachment = role.arn(STRANGER)
    if not role.may("ec2:AcceptTransitGatewayVpcAttachment", own_attachment):
        yield f"{own}: it accepts attachments of its accounts"
    if role.accounts and len(role.accounts) == len(role.segment.may_be_attached_by):
        if role.may("ec2:AcceptTransitGatewayVpcAttachment", foreign_attachment):
            yield f"{own}: it accepts no attachment of another account"
        if role.may("ec2:CreateTags", foreign_attachment, new_tag=own):
            yield f"{own}: it claims no attachment of another account"
    if not role.may("ec2:CreateTags", own_attachment, new_tag=own):
        yield f"{own}: it claims new attachments for the segment"
    reached = {one for one in tables if role.may(CHANGES[0], one)}
    known = {one for one in tables if role.may(CHANGES[2], one)}
    if not reached or not all(role.may(CHANGES[0], own_attachment, one, tag=own) for one in reached):
        yield f"{own}: it associates its attachments with its tables"
    for tag in foreign:
        for action in ("ec2:AcceptTransitGatewayVpcAttachment", "ec2:DeleteTransitGatewayVpcAttachment"):
            if role.may(action, own_attachment, tag=tag):
                yield f"{own}: {action} on an attachment of {tag}"
        for new in (own, tag):
            if role.may("ec2:CreateTags", own_attachment, tag=tag, new_tag=new):
                yield f"{own}: it claims an attachment of {tag}, as {new}"
        if role.may("ec2:CreateTags", own_attachment, new_tag=tag):
            yield f"{own}: it gives a new attachment to {tag}"
        if role.may("ec2:DeleteTags", own_attachment, tag=tag):
            yield f"{own}: it takes the tag from an attachment of {tag}"
        for action in CHANGES:
            for one in (*reached, *known):
                if role.may(action, own_attachment, one, tag=tag):
                    yield f"{own}: {action} on an attachment of {tag} and {one}"
    for action in ("ec2:CreateTransitGatewayRoute", "ec2:DeleteTransitGatewayRoute"):
        for one in tables:
            asked_for = role.segment.static_routes and one in known
            if role.may(action, own_attachment, one, tag=own) is not asked_for:
                yield f"{own}: {action} in {one}, {'asked for' if asked_for else 'not asked for'}"
            for tag in foreign:
                if role.may(action, own_attachment, one, tag=tag):
                    yield f"{own}: {action} to an attachment of {tag} in {one}"


def hub_tables(estate: Estate, files: dict[str, str]) -> set[str]:
    start = f"{estate.hub_environment.name}/hub/aws_ec2_transit_gateway_route_table."
    return {
        f"${{aws_ec2_transit_gateway_route_table.{a.removeprefix(start)}.arn}}"
        for a in resources_of(files)
        if a.startswith(start)
    }


def found_in(estate: Estate, files: dict[str, str]) -> list[str]:
    tables = hub_tables(estate, files)
    return [breach for role in join_roles(estate, files) for breach in breaches(role, tables)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_pipeline_touches_another_segment(example: str) -> None:
    assert found_in(estate_of(example), dict(files_of(example))) == []


@settings(max_examples=share(5))
@given(estates())
def test_no_pipeline_of_any_estate_touches_another_segment(estate: Estate) -> None:
    assert found_in(estate, synthesize(estate)) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_join_role_is_assumed_by_the_deployment_roles_of_its_accounts_alone(example: str) -> None:
    estate = estate_of(example)
    for role in join_roles(estate, dict(files_of(example))):
        for account in estate.all_accounts:
            joins = account.name in role.accounts
            assert role.may_be_assumed(principal(estate, account.id, "isthmus-deploy")) is joins, account.name
            assert not role.may_be_assumed(principal(estate, account.id, "read-only"))
        assert not role.may_be_assumed(principal(estate, STRANGER, "isthmus-deploy"))


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_an_arn_with_the_hubs_account_opens_ends_with_the_tag(example: str) -> None:
    """If the ARN of every attachment names the hub's account, a role accepts and claims any that bears no tag yet."""
    estate = estate_of(example)
    hub = estate.account(estate.hub_environment.account).id
    for role in join_roles(estate, dict(files_of(example))):
        own, attachment = role.segment.name, role.arn(hub)
        assert role.may("ec2:AcceptTransitGatewayVpcAttachment", attachment)
        assert role.may("ec2:CreateTags", attachment, new_tag=own)
        for tag in (*RESERVED, *(one.name for one in estate.segments if one.name != own)):
            assert not role.may("ec2:AcceptTransitGatewayVpcAttachment", attachment, tag=tag)
            assert not role.may("ec2:CreateTags", attachment, tag=tag, new_tag=own)


def test_every_attachment_that_the_hub_makes_bears_a_tag_that_no_segment_has() -> None:
    for example in EXAMPLES:
        resources = resources_of(files_of(example))
        tags = {
            (r["resource_id"], r["value"])
            for a, r in resources.items()
            if "/aws_ec2_tag." in a and r["key"] == "isthmus:segment"
        }
        for address in resources:
            if "/aws_vpn_connection." in address:
                attachment = f"${{aws_vpn_connection.{address.rpartition('.')[2]}.transit_gateway_attachment_id}}"
                assert (attachment, "vpn:") in tags, (example, address)


@pytest.mark.parametrize("apart", [False, True])
def test_the_attachment_of_a_firewall_on_the_gateway_bears_such_a_tag_too(apart: bool) -> None:
    """In the hub's account, where it is not accepted, as in an account of its own."""
    resources = resources_of(synthesize(egress_estate(Inspection.GATEWAY, zones=["use1-az1"], apart=apart)))
    tags = {
        tag["resource_id"]: tag["value"]
        for address, tag in resources.items()
        if "/firewall/aws_ec2_tag." in address and tag["key"] == "isthmus:segment"
    }
    (attachment, value), *others = tags.items()
    assert not others
    assert attachment.startswith("${aws_networkfirewall_firewall")
    assert ("_attachment_accepter." in attachment) is apart
    assert value in RESERVED


def test_a_state_is_read_by_deployment_roles_and_written_by_those_of_its_account() -> None:
    estate = check(
        replace(estate_of("environments.estate"), backend=S3Backend(bucket="example-states", account="network-prod"))
    )
    policy = resources_of(synthesize(estate))["state/state/aws_s3_bucket_policy.this"]["policy"]
    own_account, other = estate.all_accounts[0].id, estate.all_accounts[1].id
    bucket = "${aws_s3_bucket.this.arn}"
    state = f"{bucket}/isthmus/{estate.name}/{own_account}/{estate.region}/network.tfstate"

    def may(action: str, account: str, role: str = "isthmus-deploy", name: str = state) -> bool:
        return allowed(policy, Request(action, name, principal(estate, account, role)))

    assert may("s3:PutObject", own_account)
    assert may("s3:GetObject", other)
    assert not may("s3:PutObject", other)
    assert not may("s3:DeleteObject", own_account)
    assert may("s3:DeleteObject", own_account, name=f"{state}.tflock")
    for action in ("s3:GetObject", "s3:PutObject"):
        assert not may(action, own_account, "read-only")
