"""What must exist in each account before the first apply: roles, their policies, and the bucket of the states."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.bootstrap.needs import AccountNeeds, given_credentials, needs_of, plan_role
from isthmus.bootstrap.policy import apply_policies, assume_policy, plan_policies
from isthmus.bootstrap.sign_in import OidcProvider, SignIn, oidc_trust, role_trust
from isthmus.bootstrap.state_bucket import StateBucket, state_bucket
from isthmus.errors import CannotAnswer
from isthmus.intent import Account, Estate, S3Backend
from isthmus.output.folder import Output

DEFAULT_ROLE = "isthmus-deploy"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role. `kind` is one of `KINDS`; `name` has the path, if there is one. `trust` and `policies` are JSON."""

    kind: str
    name: str
    description: str
    trust: str
    policies: tuple[str, ...]

    @property
    def path(self) -> str:
        """The path: `/` for a role without one."""
        start, slash, _ = self.name.rpartition("/")
        return f"/{start}{slash}"

    @property
    def short_name(self) -> str:
        """The name without the path."""
        return self.name.rpartition("/")[2]


KINDS: Mapping[str, str] = {
    "deploy": "applies",
    "plan": "plans",
    "sign_in": "lets the pipeline in, to apply",
    "plan_sign_in": "lets the pipeline in, to plan",
}
"""The kinds of roles, with what each is for."""


@dataclass(frozen=True, slots=True)
class PreparedAccount:
    """What must exist in one account. `oidc` is the identity provider to create there, if any."""

    account: Account
    roles: tuple[Role, ...]
    oidc: OidcProvider | None = None
    states: StateBucket | None = None


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """What must exist in all accounts. `region` is where the stacks run, and where the bucket is."""

    estate: Estate
    region: str
    accounts: tuple[PreparedAccount, ...]

    def role(self, kind: str) -> tuple[PreparedAccount, Role] | None:
        """The first role of a kind, with its account."""
        return next(((one, role) for one in self.accounts for role in one.roles if role.kind == kind), None)


def bootstrap_of(output: Output, who: SignIn, *, create_oidc: bool) -> Bootstrap:
    """What an output needs. `create_oidc`: the identity provider does not exist yet. Raises `CannotAnswer`."""
    estate = output.estate
    if estate.partition == "aws-cn":
        raise CannotAnswer(
            "isthmus bootstrap does not support Regions in China\n"
            "  write: the roles by hand: docs/how-to/prepare-accounts.md lists them\n"
            "  why:   service principals and audiences have other names there, and they are not verified"
        )
    needs = needs_of(output)
    direct = given_credentials(needs)
    roles = _direct(estate, needs[0], who) if direct else _assumed(estate, needs, who)
    entry = needs[0].account if direct else estate.account(estate.hub_environment.account)
    readers = sorted({role.name for found in roles.values() for role in found if role.kind in ("deploy", "plan")})
    bucket = _bucket(estate, readers)
    prepared = [
        PreparedAccount(
            account,
            roles.get(account.name, ()),
            who.oidc if create_oidc and account.name == entry.name else None,
            bucket if bucket is not None and account.name == bucket.account.name else None,
        )
        for account in sorted(_accounts(estate, roles, bucket), key=lambda account: account.name)
    ]
    backend = estate.backend
    region = (backend.region if isinstance(backend, S3Backend) else None) or estate.region
    return Bootstrap(estate, region, tuple(prepared))


def _accounts(estate: Estate, roles: Mapping[str, Sequence[Role]], bucket: StateBucket | None) -> Iterable[Account]:
    names = {*roles, *([bucket.account.name] if bucket is not None else [])}
    return (account for account in estate.all_accounts if account.name in names)


def _direct(estate: Estate, needs: AccountNeeds, who: SignIn) -> dict[str, tuple[Role, ...]]:
    """The roles of an estate whose root modules use the given credentials: who runs Terraform has these roles."""

    def trusting(subjects: Sequence[str]) -> str:
        own = [oidc_trust(who.oidc, estate.partition, needs.account.id, subjects)] if who.oidc is not None else []
        return _document([*own, *role_trust(who.principals)])

    name = _given_role(estate)
    deploy = _role(estate, "deploy", name, trusting(who.apply), apply_policies(estate, needs))
    plan = _role(estate, "plan", plan_role(name), trusting(who.plan), plan_policies(estate, needs))
    return {needs.account.name: (deploy, plan)}


def _given_role(estate: Estate) -> str:
    """The name of the role of the given credentials. Policies of the output admit the roles in `deployers` only."""
    if not estate.deployers or DEFAULT_ROLE in estate.deployers:
        return DEFAULT_ROLE
    if len(estate.deployers) > 1:
        raise CannotAnswer(
            f"deployers has {len(estate.deployers)} names, and the root modules assume no role\n"
            f'  write: Organization(deployment_role="{DEFAULT_ROLE}"), or one name in deployers\n'
            "  why:   isthmus bootstrap creates one deployment role in each account"
        )
    return estate.deployers[0]


def _assumed(estate: Estate, needs: Sequence[AccountNeeds], who: SignIn) -> dict[str, tuple[Role, ...]]:
    """The roles that the root modules assume in each account, and those with which a pipeline signs in to AWS."""
    entry = estate.account(estate.hub_environment.account)
    base = next((one.role for one in needs if one.account.name == entry.name), None) or DEFAULT_ROLE
    # Both phases of a run in HCP Terraform assume the role that a provider names. So there is no role for plans.
    with_plan = not who.one_role or bool(who.principals)
    signs_in = {"sign_in": f"{base}-sign-in"} if who.oidc is not None else {}
    if who.oidc is not None and not who.one_role:
        signs_in["plan_sign_in"] = f"{base}-plan-sign-in"
    found: dict[str, tuple[Role, ...]] = {}
    for one in needs:
        assert one.role is not None
        may_apply = [_arn(estate, entry, signs_in["sign_in"])] if "sign_in" in signs_in else []
        may_plan = [_arn(estate, entry, signs_in["plan_sign_in"])] if "plan_sign_in" in signs_in else []
        trust = _document(role_trust([*may_apply, *who.principals]))
        roles = [_role(estate, "deploy", one.role, trust, apply_policies(estate, one))]
        if with_plan:
            trust = _document(role_trust([*may_plan, *who.principals]))
            roles.append(_role(estate, "plan", plan_role(one.role), trust, plan_policies(estate, one)))
        found[one.account.name] = tuple(roles)
    if who.oidc is not None:
        found[entry.name] = (*found.get(entry.name, ()), *_sign_in_roles(estate, entry, needs, who, signs_in))
    return found


def _sign_in_roles(
    estate: Estate, entry: Account, needs: Sequence[AccountNeeds], who: SignIn, names: Mapping[str, str]
) -> Iterable[Role]:
    assert who.oidc is not None
    subjects = {"sign_in": (*who.apply, *(who.plan if who.one_role else ())), "plan_sign_in": who.plan}
    for kind, name in names.items():
        assumed = [
            _arn(estate, one.account, plan_role(str(one.role)) if kind == "plan_sign_in" else str(one.role))
            for one in needs
        ]
        trust = _document([oidc_trust(who.oidc, estate.partition, entry.id, subjects[kind])])
        yield _role(estate, kind, name, trust, (assume_policy(assumed),))


def _bucket(estate: Estate, readers: Sequence[str]) -> StateBucket | None:
    """The bucket of the states, if no root module creates it. Raises `CannotAnswer` if plans could not read states."""
    backend = estate.backend
    if not isinstance(backend, S3Backend):
        return None
    plans = [name for name in readers if name not in estate.deployers]
    if backend.bootstrap:
        return state_bucket(estate, backend, sorted({*readers, *estate.deployers}))
    if estate.organization is not None and plans:
        raise CannotAnswer(
            f"the root module state creates the bucket {backend.bucket}, and its policy does not let {plans[0]} read\n"
            f'  write: S3Backend(bucket="{backend.bucket}", ..., bootstrap=True), and synthesize again\n'
            "  why:   then isthmus bootstrap creates the bucket, and plans can read the states and not write them"
        )
    return None


def _role(estate: Estate, kind: str, name: str, trust: str, policies: tuple[str, ...]) -> Role:
    role = Role(kind, name, f"Isthmus, estate {estate.name}: {KINDS[kind]}", trust, policies)
    if len(role.short_name) > _LONGEST_NAME:
        raise CannotAnswer(
            f'the role name "{name}" has more than {_LONGEST_NAME} characters\n'
            f'  write: a shorter name: Organization(deployment_role="{DEFAULT_ROLE}")\n'
            "  why:   https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
        )
    return role


def _arn(estate: Estate, account: Account, role: str) -> str:
    return f"arn:{estate.partition}:iam::{account.id}:role/{role}"


def _document(statements: Iterable[Mapping[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))
