"""Estates, their output folders and what `isthmus bootstrap` makes of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from isthmus.bootstrap.needs import AccountNeeds, needs_of
from isthmus.bootstrap.prepared_accounts import Bootstrap, PreparedAccount, Role, bootstrap_of
from isthmus.bootstrap.sign_in import sign_in
from isthmus.intent import HcpTerraform, S3Backend, check
from isthmus.intent.backend import Backend
from isthmus.output.folder import Output, read_output
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.synthesized import estate_of, files_of

REFERENCE = "environments.estate"
ONE_ACCOUNT = "examples.one_account"
STATES = S3Backend(bucket="example-states", account="infra-shared-prod", bootstrap=True)
WORKSPACES = HcpTerraform(organization="example", project="Networks", workspace_prefix="net-")


def output_of(folder: Path, example: str, backend: Backend | None = None) -> Output:
    """The output of an example, written into a folder; with another backend if one is given."""
    estate = estate_of(example)
    files = dict(files_of(example)) if backend is None else synthesize(check(replace(estate, backend=backend)))
    write_output(folder, files)
    return read_output(folder)


def prepared(output: Output, github: str = "example/network") -> Bootstrap:
    """What an output needs, with GitHub Actions as the pipeline."""
    return bootstrap_of(output, sign_in(output.estate, github, hcp=False, principals=()), create_oidc=True)


def prepared_for_hcp(output: Output) -> Bootstrap:
    """What an output needs, with its workspaces in HCP Terraform."""
    return bootstrap_of(output, sign_in(output.estate, None, hcp=True, principals=()), create_oidc=True)


def roles(bootstrap: Bootstrap, kind: str) -> dict[str, tuple[PreparedAccount, Role]]:
    """The roles of a kind, by account name."""
    return {one.account.name: (one, role) for one in bootstrap.accounts for role in one.roles if role.kind == kind}


def needs(output: Output) -> dict[str, AccountNeeds]:
    """The needs of an output, by account name."""
    return {one.account.name: one for one in needs_of(output)}
