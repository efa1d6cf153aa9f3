"""Where a root keeps its state, and how another root reads it."""

from __future__ import annotations

from typing import Any

from isthmus.intent import Environment, Estate, HcpTerraform, LocalBackend, S3Backend
from modules import cdk
from modules.iam_policy import organization_partition
from modules.provider import deployment_role_arn
from modules.state import key_alias, state_key


def configure_backend(stack: cdk.Stack, estate: Estate, environment: Environment) -> None:
    """Give a root its backend: a file beside the output, an S3 object with native locking, or an HCP workspace."""
    match estate.backend:
        case LocalBackend():
            cdk.LocalBackend(stack, path=local_path(estate, environment.name))
        case S3Backend() as backend:
            cdk.S3Backend(stack, **_s3(estate, backend, environment))
            # Native locking came after the bindings' struct.
            stack.add_override("terraform.backend.s3.use_lockfile", True)
        case HcpTerraform() as backend:
            workspace = cdk.NamedCloudWorkspace(_workspace(estate, backend, environment), project=backend.project)
            cdk.CloudBackend(stack, hostname=backend.hostname, organization=backend.organization, workspaces=workspace)


def remote_state(
    stack: cdk.Stack, estate: Estate, reader: Environment, producer: Environment
) -> cdk.TerraformRemoteState:
    """The outputs of another root, as `data.terraform_remote_state.<producer>`."""
    name = producer.name.replace("-", "_")
    match estate.backend:
        case LocalBackend():
            return stack.add(cdk.DataTerraformRemoteStateLocal, name, path=local_path(estate, producer.name))
        case S3Backend() as backend:
            # The producer's object, read with the reader's own role.
            config = _s3(estate, backend, producer) | {"assume_role": _assume(estate, reader)}
            return stack.add(cdk.DataTerraformRemoteStateS3, name, **config)
        case HcpTerraform() as backend:
            return stack.add(
                cdk.DataTerraformRemoteState,
                name,
                hostname=backend.hostname,
                organization=backend.organization,
                workspaces=cdk.NamedRemoteWorkspace(_workspace(estate, backend, producer)),
            )


def local_path(estate: Estate, root: str) -> str:
    """The state file of a root, from its folder: beside the output, since cdktf deletes folders inside it.

    Outputs of other estates and Regions may be written to the same folder, one after the other: each has its own.
    A prefix may change, so it is no part of the name.
    """
    return f"../../../terraform.{estate.name}-{estate.region}-{root}.tfstate"


def _workspace(estate: Estate, backend: HcpTerraform, environment: Environment) -> str:
    return backend.workspace(estate.name, estate.region, environment.name)


def _s3(estate: Estate, backend: S3Backend, environment: Environment) -> dict[str, Any]:
    region, owner = backend.region or estate.region, estate.account(backend.account)
    key_arn = f"arn:{organization_partition(estate)}:kms:{region}:{owner.id}:{key_alias(estate)}"
    return {
        "bucket": backend.bucket,
        "key": state_key(estate, estate.account(environment.account).id, environment.name),
        "region": region,
        "encrypt": True,
        "kms_key_id": key_arn,
        "assume_role": _assume(estate, environment),
    }


def _assume(estate: Estate, environment: Environment) -> cdk.S3BackendAssumeRoleConfig | None:
    role = deployment_role_arn(estate, estate.account(environment.account))
    return cdk.S3BackendAssumeRoleConfig(role_arn=role) if role else None
