"""Accounts, organizational units, and references by name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from isthmus.aws.regions import REGIONS
from isthmus.intent.backend import S3Backend
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of, place_of

_ORGANIZATION = re.compile(r"arn:(aws|aws-cn|aws-us-gov):organizations::(\d{12}):organization/(o-[a-z0-9]{10,32})")
_UNIT = re.compile(
    r"arn:(aws|aws-cn|aws-us-gov):organizations::(\d{12}):ou/(o-[a-z0-9]{10,32})/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}"
)
_ARNS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html"


@rule(
    "Isthmus shares the transit gateway within an organization only, so several accounts need one",
    "https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html",
)
def accounts_without_organization(estate: Estate) -> Iterator[Fault]:
    """The estate has neither an organization nor exactly one account, or it has both."""
    listed = ", ".join(f'"{account.name}"' for account in estate.accounts)
    if estate.organization is not None:
        if estate.accounts:
            remedy = "accounts in Organization(accounts=[...]), and no accounts=[...] in the estate"
            yield Fault(estate, f"it has an organization, and accounts {listed}", remedy)
    elif len(estate.accounts) != 1:
        given = f"it has no organization, and accounts {listed}" if listed else "it has no organization and no account"
        one = 'accounts=[Account("main", id="111122223333")] for one account'
        yield Fault(estate, given, f"{one}, or organization=Organization(...) for several")


@rule(
    "AWS account IDs have twelve digits, including leading zeros",
    "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
)
def invalid_account_id(estate: Estate) -> Iterator[Fault]:
    """An account ID is not twelve digits."""
    ids = {account.id for account in estate.all_accounts}
    for account in estate.all_accounts:
        if not re.fullmatch(r"[0-9]{12}", account.id):
            # If a digit is missing, it may be a leading zero or any other digit.
            digits = re.sub(r"[^0-9]", "", account.id)
            whole = len(digits) == 12 and digits not in ids
            hint = f'"{digits}"' if whole else "the ID on the account's console page"
            yield Fault(account, f'the ID is "{account.id}"', f"twelve digits as text: {hint}")


@rule("two names for one account would give two provider aliases, and suggest a boundary that does not exist")
def duplicate_account_id(estate: Estate) -> Iterator[Fault]:
    """Two accounts have the same ID."""
    first: dict[str, str] = {}
    for account in estate.all_accounts:
        if first.setdefault(account.id, account.name) != account.name:
            yield Fault(
                account,
                f'the ID {account.id} is also the ID of account "{first[account.id]}"',
                "the ID of this account, or one name for both",
            )


@rule("resources are shared with the organization by its ARN, in the Region's partition", _ARNS)
def invalid_organization_arn(estate: Estate) -> Iterator[Fault]:
    """The organization's ARN is not valid, or is of another partition."""
    if estate.organization is None:
        return
    match = _ORGANIZATION.fullmatch(estate.organization.arn)
    region = REGIONS.get(estate.region)
    partition = region.partition if region else "aws"
    if not match or (region and match[1] != partition):
        remedy = f"arn:{partition}:organizations::<management account id>:organization/o-<id>"
        yield Fault(estate.organization, f'the ARN is "{estate.organization.arn}"', remedy)


@rule("resources are shared with organizational units by ARN, and only within the organization", _ARNS)
def invalid_organizational_unit_arn(estate: Estate) -> Iterator[Fault]:
    """An organizational unit's ARN is not valid, is of another organization, or is used twice."""
    if estate.organization is None:
        return
    whole = _ORGANIZATION.fullmatch(estate.organization.arn)
    first: dict[str, str] = {}
    for unit in estate.units:
        match = _UNIT.fullmatch(unit.arn)
        if not match or (whole and match.groups() != whole.groups()):
            of = f"{whole[2]}:ou/{whole[3]}" if whole else "<management account id>:ou/o-<id>"
            partition = whole[1] if whole else "aws"
            remedy = f"arn:{partition}:organizations::{of}/ou-<root>-<unit>"
            yield Fault(unit, f'the ARN is "{unit.arn}"', remedy)
        elif first.setdefault(unit.arn, unit.name) != unit.name:
            yield Fault(
                unit,
                f'the ARN is also the ARN of unit "{first[unit.arn]}"',
                "the ARN of this unit, or one name for both",
            )


@rule(
    "Terraform assumes the role with this name in every account",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
def invalid_deployment_role(estate: Estate) -> Iterator[Fault]:
    """The deployment role's name is not a valid IAM role name."""
    role = estate.deployment_role
    if role is not None and not re.fullmatch(r"[A-Za-z0-9_+=,.@-]{1,64}", role):
        remedy = 'the name only, 1 to 64 letters, digits and _+=,.@-: "isthmus-deploy"; None uses the given credentials'
        yield Fault(estate.organization, f'the deployment role is "{role}"', remedy)


@rule(
    "role trust policies and the state bucket's policy admit the roles that run Terraform by name: "
    "without a name they would admit every principal of the organization",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
)
def deployers_missing(estate: Estate) -> Iterator[Fault]:
    """No role that runs Terraform is named, and a resource policy has to admit it."""
    organization = estate.organization
    if organization is None or estate.deployers:
        return
    accounts = {str(name_of(environment.account)) for environment in estate.environments}
    reason = ""
    if isinstance(estate.backend, S3Backend):
        reason = f'the bucket "{estate.backend.bucket}" holds the states'
    elif len(accounts) > 1:
        reason = f"environments are in {len(accounts)} accounts"
    if reason:
        given = f"deployment_role is None, deployers is empty, and {reason}"
        yield Fault(
            organization,
            given,
            'deployers=["tfc-run"] with the names of the roles that run Terraform, or deployment_role',
        )


@rule(
    "deployers holds the names of roles that run Terraform, with the role's path if it has one",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
def invalid_deployer(estate: Estate) -> Iterator[Fault]:
    """An entry of `deployers` is not an IAM role name."""
    for name in estate.organization.deployers if estate.organization is not None else ():
        if not re.fullmatch(r"(?:[\w+=,.@-]{1,200}/){0,8}[\w+=,.@-]{1,64}", name, re.ASCII):
            remedy = 'the role name, with its path if it has one: "tfc-run", "teams/network/deploy"'
            yield Fault(estate.organization, f'deployers has "{name}"', remedy)


@rule(
    "an account can attach a VPC only if the transit gateway is shared with it, and only to a segment "
    "that allows it: otherwise apply fails",
    "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-share.html",
)
def hub_not_shared(estate: Estate) -> Iterator[Fault]:
    """An account with spokes is missing in the hub's `share_with`, or in `may_be_attached_by` of the spokes'
    segment.
    """
    units = {unit.name for unit in estate.units}
    accounts = {account.name for account in estate.all_accounts} - units
    holder = next((environment for environment in estate.environments if environment.hub is not None), None)
    if holder is None or holder.hub is None:
        return
    attaching: dict[str, str] = {}  # account: a VPC of it that is attached to the hub
    joining: dict[str, dict[str, str]] = {}  # the same for each segment
    for environment in estate.environments:
        account = str(name_of(environment.account))
        if account == name_of(holder.account) or account not in accounts:
            continue
        if environment.egress is not None:
            attaching.setdefault(account, f'egress VPC "{environment.egress.name}"')
        for spoke in environment.spokes:
            attaching.setdefault(account, f'spoke "{spoke.name}"')
            joining.setdefault(str(name_of(spoke.segment)), {}).setdefault(account, f'spoke "{spoke.name}"')
    wanted: list[tuple[object, str, Collection[object], Mapping[str, str]]] = [
        (holder.hub, "share_with", holder.hub.share_with, attaching)
    ]
    wanted += [(s, "may_be_attached_by", s.may_be_attached_by, joining.get(s.name, {})) for s in estate.segments]
    for thing, field, principals, needed in wanted:
        named = {str(name_of(principal)) for principal in principals}
        if not named <= accounts:
            continue  # the accounts of an organizational unit are not known
        missing = sorted(needed.keys() - named)
        if missing:
            listed = ", ".join(f'"{account}" ({needed[account]})' for account in missing)
            every = ", ".join(f'"{account}"' for account in sorted((named & accounts) | {*missing}))
            given = f"{field} lacks account {listed}" if len(missing) == 1 else f"{field} lacks accounts {listed}"
            yield Fault(thing, given, f"{field}=[{every}]")


@dataclass(frozen=True, slots=True)
class _Reference:
    """A reference by name, and the names that it may have: `known` without `itself`."""

    about: object
    what: str
    name: str
    known: Collection[str]
    itself: str = ""


@rule("every reference must name something that is declared, or the output would silently lack it")
def unknown_reference(estate: Estate) -> Iterator[Fault]:
    """A name refers to something that is not declared."""
    whole, organization = place_of(estate), place_of(estate.organization or estate)
    several = f"write organization=Organization(...) with it in {whole}"
    declared = {  # by the last word of the kind of reference
        "account": several if estate.organization is None else f"add it to accounts=[...] in {organization}",
        "principal": several
        if estate.organization is None
        else f"add it to accounts=[...] or units=[...] in {organization}",
        "segment": f"add it to segments=[...] in {whole}",
        "location": f"add it to segments=[...] or sites=[...] in {whole}",
        "site": f"add it to sites=[...] in {whole}",
        "gateway": f"add the site that has it to sites=[...] in {whole}",
        "network": "add it to networks={...} of its site",
    }
    ids = {account.id: account.name for account in estate.all_accounts}
    missing = [reference for reference in _references(estate) if reference.name not in reference.known]
    reported: set[tuple[str, str]] = set()
    for reference in missing:
        kind = reference.what.split()[-1]
        others = sorted({*reference.known} - {reference.itself})
        close = difflib.get_close_matches(reference.name, others, n=1)
        if ids.get(reference.name) in others:
            close = [ids[reference.name]]  # references use the account's name, not its ID
        given = f'{reference.what} "{reference.name}" is not declared'
        if close and kind in ("site", "gateway"):
            # "dc1-01" and "dc2-01" are similar names of different locations.
            yield Fault(reference.about, given, f'{declared[kind]}; or "{close[0]}", if you meant that one')
        elif close:
            yield Fault(reference.about, given, f'"{close[0]}"; or {declared[kind]}')
        elif (kind, reference.name) not in reported:
            # No similar name exists, so one declaration is missing: report it once.
            reported.add((kind, reference.name))
            more = sum(other.what.split()[-1] == kind and other.name == reference.name for other in missing) - 1
            given += f"; {more} more {'reference' if more == 1 else 'references'} to it" if more else ""
            yield Fault(reference.about, given, "; or ".join([declared[kind], *_one_of(others)]))


def _one_of(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"one of {', '.join(names)}"


def _references(estate: Estate) -> Iterator[_Reference]:
    """Every reference by name."""
    accounts = [account.name for account in estate.all_accounts]
    principals = [*(unit.name for unit in estate.units), *accounts]
    segments = [segment.name for segment in estate.segments]
    sites = [site.name for site in estate.sites]
    gateways = [gateway.name for site in estate.sites for gateway in site.customer_gateways]
    site_networks = [f"{site.name}/{name}" for site in estate.sites for name in site.networks]

    def each(
        about: object, what: str, refs: Iterable[object], known: Collection[str], itself: str = ""
    ) -> Iterator[_Reference]:
        yield from (_Reference(about, what, str(name_of(ref)), known, itself) for ref in refs)

    if isinstance(estate.backend, S3Backend):
        yield from each(estate.backend, "account", [estate.backend.account], accounts)
    for segment in estate.segments:
        yield from each(segment, "reached segment", segment.reaches, segments, segment.name)
        yield from each(segment, "inspected location", segment.inspected_with, [*segments, *sites], segment.name)
        yield from each(segment, "site network", segment.site_networks or (), site_networks)
        yield from each(segment, "principal", segment.may_be_attached_by, principals)
    for site in estate.sites:
        yield from each(site, "transit site", site.transit_with, sites, site.name)
    for environment in estate.environments:
        yield from each(environment, "account", [environment.account], accounts)
        if environment.hub is not None:
            yield from each(environment.hub, "principal", environment.hub.share_with, principals)
        if environment.egress is not None and environment.egress.firewall is not None:
            for listed in environment.egress.firewall.domain_lists:
                yield from each(listed, "segment", listed.segments, segments)
        gateways_of_aws = [dx_gateway.name for dx_gateway in environment.direct_connect]
        for connection in environment.vpn_connections:
            over = [connection.over] if connection.over is not None else []
            yield from each(connection, "Direct Connect gateway", over, gateways_of_aws)
            yield from each(connection, "customer gateway", [connection.customer_gateway], gateways)
            yield from each(connection, "segment", [connection.segment], segments)
        for dx_gateway in environment.direct_connect:
            yield from each(dx_gateway, "segment", [dx_gateway.segment], segments)
            for interface in dx_gateway.virtual_interfaces:
                yield from each(interface, "customer gateway", [interface.customer_gateway], gateways)
        for forward in environment.dns.forwards if environment.dns is not None else ():
            yield from each(forward, "site", [forward.site] if forward.site is not None else [], sites)
        for spoke in environment.spokes:
            yield from each(spoke, "segment", [spoke.segment], segments)
            yield from each(spoke, "principal", spoke.share_private_subnets_with, principals)
