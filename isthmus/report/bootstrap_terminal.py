"""What `isthmus bootstrap` wrote, for the terminal: the roles by account, and the settings of the pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from isthmus.bootstrap.files import ROOT, TEMPLATE
from isthmus.bootstrap.prepared_accounts import KINDS, Bootstrap
from isthmus.bootstrap.sign_in import SignIn
from isthmus.report import headings
from isthmus.report.terminal import bullets, heading, line, print_trimmed, table, wrapped

__all__ = ["print_bootstrap"]


def print_bootstrap(
    bootstrap: Bootstrap, who: SignIn, folder: Path, drift: Sequence[str], out: Console, *, quiet: bool
) -> None:
    """Print the files, then the roles and the settings."""
    line(out, f"{folder / TEMPLATE}: a CloudFormation template, for a StackSet in {bootstrap.region}")
    line(out, f"{folder / ROOT}: the same as a Terraform root module. Apply one of the two")
    bullets(out, headings.DRIFT, drift, "yellow")
    if quiet:
        return
    heading(out, "Created in each account")
    rows = table("account", "what", "for")
    for one in bootstrap.accounts:
        name = f"{one.account.name}\n{one.account.id}"
        for what, purpose in _created(bootstrap, one.account.name):
            rows.add_row(name, what, purpose)
            name = ""
    print_trimmed(rows, out)
    if settings := [*_settings(bootstrap, who)]:
        heading(out, "Settings of the pipeline")
        for setting in settings:
            line(out, f"  {setting}")
    if who.one_role and bootstrap.role("plan_sign_in") is None and bootstrap.role("sign_in") is not None:
        heading(out, "Plans and applies use the same role")
        wrapped(
            out,
            "In HCP Terraform, a plan assumes the role that the provider names, which is the deployment role.",
            "  ",
            "  ",
        )


def _created(bootstrap: Bootstrap, account: str) -> Iterator[tuple[str, str]]:
    one = next(each for each in bootstrap.accounts if each.account.name == account)
    for role in one.roles:
        yield f"role {role.name}", KINDS[role.kind]
    if one.oidc is not None:
        yield f"OpenID Connect provider {one.oidc.host}", "identities of the pipeline"
    if one.states is not None:
        yield f"bucket {one.states.name}", "states"
        yield f"key {one.states.alias}", "encrypts the states"


def _settings(bootstrap: Bootstrap, who: SignIn) -> Iterator[str]:
    """The variables that the workflows and HCP Terraform read."""
    if who.oidc is None:
        return
    arns = {}
    for kind in KINDS:
        if (found := bootstrap.role(kind)) is not None:
            account, role = found
            arns[kind] = f"arn:{bootstrap.estate.partition}:iam::{account.account.id}:role/{role.name}"
    apply = arns.get("sign_in", arns["deploy"])
    plan = arns.get("plan_sign_in") or ("" if "sign_in" in arns else arns.get("plan", ""))
    if who.one_role:
        yield "TFC_AWS_PROVIDER_AUTH  true"
        if plan:
            yield f"TFC_AWS_PLAN_ROLE_ARN  {plan}"
            yield f"TFC_AWS_APPLY_ROLE_ARN {apply}"
        else:
            yield f"TFC_AWS_RUN_ROLE_ARN   {apply}"
        return
    yield f"AWS_REGION     {bootstrap.estate.region}"
    yield f"PLAN_ROLE_ARN  {plan}"
    if "plan_sign_in" in arns:
        found = bootstrap.role("plan")
        assert found is not None
        yield f"PLAN_ROLE      {found[1].name}"
    yield f"APPLY_ROLE_ARN {apply}"
