"""Who runs Terraform: an OpenID Connect identity of a pipeline or of HCP Terraform, or principals of AWS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.errors import CannotAnswer
from isthmus.intent import Estate, HcpTerraform

# A repository created after June 2026 has ids in its subject: `repo:OWNER@ID/REPO@ID:...`.
# https://docs.github.com/en/actions/reference/security/oidc
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}(@\d+)?/[A-Za-z0-9._-]{1,100}(@\d+)?")
_PRINCIPAL = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):(?:role|user)/[\w+=,.@/-]+", re.ASCII)

# The environments of the workflows: docs/how-to/pull-requests.md and apply-in-a-pipeline.md.
_PLAN_ENVIRONMENT = "network-plan"
_APPLY_ENVIRONMENT = "production"


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """An OpenID Connect provider. `host` is its URL without the scheme: IAM names condition keys after it."""

    host: str
    audience: str

    def arn(self, partition: str, account: str) -> str:
        """Its ARN in an account, which does not depend on who created it."""
        return f"arn:{partition}:iam::{account}:oidc-provider/{self.host}"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who may run Terraform.

    oidc        the provider of identities; None: there are principals only
    plan        subjects that may plan
    apply       subjects that may apply
    one_role    whether both phases of a run assume the same role: HCP Terraform plans with what a provider names
    principals  ARNs of roles and users that may plan and apply
    """

    oidc: OidcProvider | None = None
    plan: tuple[str, ...] = ()
    apply: tuple[str, ...] = ()
    one_role: bool = False
    principals: tuple[str, ...] = ()


def sign_in(estate: Estate, github: str | None, *, hcp: bool, principals: Sequence[str]) -> SignIn:
    """The principals that the arguments name. Raises `CannotAnswer` for none, and for a name that is not exact."""
    named = tuple(sorted(set(principals)))
    for principal in named:
        _check_principal(principal, estate)
    if github is not None:
        return _github(github, named)
    if hcp:
        return _hcp(estate, named)
    if not named:
        raise CannotAnswer(
            "no principal is named that runs Terraform\n"
            "  write: --github OWNER/REPO, --hcp, or --principal ARN\n"
            "  why:   the trust policies of the roles name who may assume them"
        )
    return SignIn(principals=named)


def oidc_trust(provider: OidcProvider, partition: str, account: str, subjects: Sequence[str]) -> Mapping[str, Any]:
    """The statement of a trust policy for exactly these subjects.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
    """
    return {
        "Sid": "SignIn",
        "Effect": "Allow",
        "Principal": {"Federated": provider.arn(partition, account)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{provider.host}:aud": provider.audience, f"{provider.host}:sub": sorted(subjects)}
        },
    }


def role_trust(arns: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """The statements of a trust policy for exactly these roles and users.

    A role in `Principal` must exist when the policy is written. With its account and a condition it need not, so the
    accounts can be prepared in any order.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    by_account: dict[str, list[str]] = {}
    for arn in sorted(set(arns)):
        found = _PRINCIPAL.fullmatch(arn)
        assert found is not None, arn
        by_account.setdefault(f"arn:{found[1]}:iam::{found[2]}:root", []).append(arn)
    for number, (root, named) in enumerate(sorted(by_account.items()), start=1):
        yield {
            "Sid": f"Roles{number}",
            "Effect": "Allow",
            "Principal": {"AWS": root},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {"ArnEquals": {"aws:PrincipalArn": named}},
        }


def _github(repository: str, principals: tuple[str, ...]) -> SignIn:
    found = _REPOSITORY.fullmatch(repository)
    if found is None or (found[1] is None) is not (found[2] is None):
        raise CannotAnswer(
            f"--github {repository}: this names no repository\n"
            "  write: OWNER/REPO, or OWNER@ID/REPO@ID if the repository was created or renamed after June 18, 2026\n"
            "  why:   the trust policy holds the exact subject: "
            "https://docs.github.com/en/actions/reference/security/oidc"
        )
    provider = OidcProvider("token.actions.githubusercontent.com", "sts.amazonaws.com")
    start = f"repo:{repository}:environment"
    return SignIn(
        provider, (f"{start}:{_PLAN_ENVIRONMENT}",), (f"{start}:{_APPLY_ENVIRONMENT}",), principals=principals
    )


def _hcp(estate: Estate, principals: tuple[str, ...]) -> SignIn:
    """https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration."""
    backend = estate.backend
    if not isinstance(backend, HcpTerraform):
        raise CannotAnswer(
            f"--hcp: the states of {estate.name} are not in HCP Terraform\n"
            '  write: Estate(backend=HcpTerraform(organization="...", project="...")), and synthesize again\n'
            "  why:   the trust policy names the organization, the project and each workspace"
        )
    if backend.project is None:
        raise CannotAnswer(
            "--hcp: HcpTerraform has no project\n"
            '  write: HcpTerraform(..., project="networks"), and synthesize again\n'
            "  why:   the trust policy names the project of the workspaces"
        )
    if ":" in backend.hostname:
        raise CannotAnswer(
            f"--hcp: the hostname {backend.hostname} has a port\n"
            "  write: --principal ARN, with the role of the machines that run Terraform\n"
            "  why:   the URL of an OpenID Connect provider in IAM has no port: "
            "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html"
        )
    provider = OidcProvider(backend.hostname, "aws.workload.identity")
    names = [backend.workspace(estate.name, estate.region, environment.name) for environment in estate.environments]
    runs = [f"organization:{backend.organization}:project:{backend.project}:workspace:{name}" for name in names]
    plan, apply = (tuple(f"{run}:run_phase:{phase}" for run in runs) for phase in ("plan", "apply"))
    return SignIn(provider, plan, apply, one_role=True, principals=principals)


def _check_principal(arn: str, estate: Estate) -> None:
    found = _PRINCIPAL.fullmatch(arn)
    if found is None or found[1] != estate.partition:
        raise CannotAnswer(
            f"--principal {arn}: this is not the ARN of one role or user in partition {estate.partition}\n"
            f"  write: arn:{estate.partition}:iam::111122223333:role/NAME, with the path of the role if it has one\n"
            "  why:   a trust policy names who may assume a role, without wildcards"
        )
