"""What Terraform does in each account, from the root modules of an output."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from isthmus.bootstrap.iam_actions import WRITES
from isthmus.errors import CannotAnswer
from isthmus.intent import Account
from isthmus.output.folder import Output
from isthmus.terraform.graph import Resource, Unknown
from isthmus.terraform.provider_roles import Chain, provider_roles
from isthmus.terraform.reading import sources

_ROLE = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/(.+)")


@dataclass(frozen=True, slots=True)
class AccountNeeds:
    """What Terraform does in one account.

    role       name of the role that the root modules assume there; None: they use the given credentials
    types      types of the resources that this role creates
    regions    Regions of these resources, sorted
    assumes    ARNs of the roles that it assumes in turn, sorted
    resources  the resources
    """

    account: Account
    role: str | None
    types: frozenset[str]
    regions: tuple[str, ...]
    assumes: tuple[str, ...]
    resources: tuple[Resource, ...]


@dataclass
class _Gathered:
    roles: set[str | None] = field(default_factory=set)
    assumes: set[str] = field(default_factory=set)
    resources: list[Resource] = field(default_factory=list)


def needs_of(output: Output) -> tuple[AccountNeeds, ...]:
    """The needs of every account, by account name. Raises `CannotAnswer` if the Terraform does not say them."""
    chains = provider_roles(sources(output.folder))
    accounts = {account.id: account for account in output.estate.all_accounts}
    gathered: dict[str, _Gathered] = defaultdict(_Gathered)
    for resource in [*output.graph.resources.values(), *output.graph.unexpanded.values()]:
        if resource.existing:
            continue  # Terraform reads it only
        _check(resource, accounts)
        chain = _chain(resource, chains)
        acting = _account_of(chain[0]) if chain else str(resource.account)
        if acting not in accounts:
            raise CannotAnswer(
                f"{resource.address}: its provider assumes {chain[0]}, in an account that the estate does not have\n"
                "  write: the account in Organization(accounts=[...]), and synthesize again"
            )
        own = gathered[acting]
        own.roles.add(_name_of(chain[0]) if chain else None)
        own.assumes.update(chain[1:])
        if len(chain) <= 1:
            own.resources.append(resource)
    found = [_needs(accounts[number], own) for number, own in gathered.items()]
    return tuple(sorted(found, key=lambda needs: needs.account.name))


def given_credentials(needs: tuple[AccountNeeds, ...]) -> bool:
    """Whether the root modules assume no role. Raises `CannotAnswer` if only some do, or there are several accounts."""
    without = [one for one in needs if one.role is None]
    if not without:
        return False
    if len(needs) > 1:
        raise CannotAnswer(
            f"the root modules assume no role in {without[0].account.name}, and use {len(needs)} accounts\n"
            '  write: Organization(deployment_role="isthmus-deploy"), and synthesize again\n'
            "  why:   the credentials of one run are in one account"
        )
    return True


def _needs(account: Account, own: _Gathered) -> AccountNeeds:
    if len(own.roles) > 1:
        roles = " and ".join(sorted(role or "no role" for role in own.roles))
        raise CannotAnswer(
            f"the root modules assume {roles} in account {account.name}\n"
            "  write: one role for each account: synthesize again\n"
            "  why:   isthmus bootstrap creates one deployment role in each account"
        )
    return AccountNeeds(
        account,
        own.roles.pop(),
        frozenset(resource.type for resource in own.resources),
        tuple(sorted({str(resource.region) for resource in own.resources})),
        tuple(sorted(own.assumes)),
        tuple(own.resources),
    )


def _check(resource: Resource, accounts: Mapping[str, Account]) -> None:
    """Raises `CannotAnswer` for a resource whose needs are not known. An unknown one must not look like none."""
    if not resource.type.startswith("aws_"):
        raise CannotAnswer(
            f"{resource.address} is no resource of the AWS provider\n"
            "  write: the estate without it, or the policies by hand\n"
            "  why:   isthmus bootstrap knows the actions of AWS resources only"
        )
    if resource.type not in WRITES:
        raise CannotAnswer(
            f"{resource.address}: Isthmus does not know which IAM actions {resource.type} needs\n"
            "  write: the output without it, and a policy of your own for it\n"
            "  why:   Isthmus does not generate this type, so it was added by hand"
        )
    if resource.account not in accounts or resource.region is None:
        given = resource.account or "an account that is not known"
        raise CannotAnswer(
            f"{resource.address} is in {given}, Region {resource.region or 'not known'}\n"
            "  write: allowed_account_ids with one account of the estate, and region, in its provider\n"
            "  why:   a policy is written for an account"
        )


def _chain(resource: Resource, chains: Mapping[str, Chain]) -> tuple[str, ...]:
    chain = chains.get(resource.provider)
    if chain is None or isinstance(chain, Unknown):
        reason = str(chain) if chain is not None else f"provider {resource.provider or '?'} is not declared"
        raise CannotAnswer(f"{resource.address}: the role that creates it is not known: {reason}")
    for arn in chain:
        if _ROLE.fullmatch(arn) is None:
            raise CannotAnswer(f"{resource.address}: its provider assumes {arn!r}, which is not the ARN of a role")
    return chain


def _account_of(arn: str) -> str:
    found = _ROLE.fullmatch(arn)
    assert found is not None
    return found[1]


def _name_of(arn: str) -> str:
    found = _ROLE.fullmatch(arn)
    assert found is not None
    return found[2]


def plan_role(role: str) -> str:
    """The role with which plans read an account, next to its deployment role. `plannable.py --role` takes the name."""
    return f"{role}-plan"
