"""The organization, and references into it."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Account, Estate, OrganizationalUnit, S3Backend
from isthmus.testing.broken.parts import (
    breaks,
    extra_environment,
    extra_segment,
    extra_spoke,
    grown,
    organization_of,
    with_accounts,
    with_hub,
)
from isthmus.testing.strategies import ACCOUNTS, UNITS


@breaks
def accounts_without_organization(estate: Estate) -> Estate:
    return replace(estate, accounts=[Account("extra", id="888888888888")])


@breaks
def invalid_account_id(estate: Estate) -> Estate:
    return with_accounts(estate, Account("extra", id="88888888888"))


@breaks
def duplicate_account_id(estate: Estate) -> Estate:
    return with_accounts(estate, Account("extra", id=estate.all_accounts[0].id))


@breaks
def invalid_organization_arn(estate: Estate) -> Estate:
    arn = "arn:aws:organizations::999999999999:o-example0001"
    return replace(estate, organization=replace(organization_of(estate), arn=arn))


@breaks
def invalid_organizational_unit_arn(estate: Estate) -> Estate:
    organization = organization_of(estate)
    arn = organization.units[0].arn.replace("o-example0001", "o-another0001")
    units = [*organization.units, OrganizationalUnit("extra", arn=arn)]
    return replace(estate, organization=replace(organization, units=units))


@breaks
def invalid_deployment_role(estate: Estate) -> Estate:
    arn = "arn:aws:iam::999999999999:role/deploy"
    return replace(estate, organization=replace(organization_of(estate), deployment_role=arn))


@breaks
def deployers_missing(estate: Estate) -> Estate:
    estate = replace(estate, backend=S3Backend(bucket="isthmus-example-states", account=ACCOUNTS[0]))
    return replace(estate, organization=replace(organization_of(estate), deployment_role=None, deployers=[]))


@breaks
def invalid_deployer(estate: Estate) -> Estate:
    arn = "arn:aws:iam::999999999999:role/deploy"
    return replace(estate, organization=replace(organization_of(estate), deployers=[arn]))


@breaks
def hub_not_shared(estate: Estate) -> Estate:
    """The organization's last account is in no unit that the segment knows, and holds a spoke that joins it."""
    larger = with_accounts(
        grown(estate, segments=[extra_segment(may_be_attached_by=[ACCOUNTS[0]])]), Account("extra", id="888888888888")
    )
    shared = with_hub(larger, hub=replace(estate.hub, share_with=[UNITS[0]]))
    return replace(
        shared, environments=[*shared.environments, extra_environment(account="extra", spokes=[extra_spoke()])]
    )


@breaks
def unknown_reference(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(segment="extras")])
