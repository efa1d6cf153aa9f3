"""The backend of a root module, and the data source by which another root reads its outputs."""

from __future__ import annotations

from typing import Any

from isthmus.intent import Environment, Estate, HcpTerraform, LocalBackend, S3Backend
from modules import constructs
from modules.iam_policy import organization_partition
from modules.provider import deployment_role_arn
from modules.state import key_alias, state_key


def configure_backend(stack: constructs.Stack, estate: Estate, environment: Environment) -> None:
    """Set the backend of a root: a local file, an S3 object with native locking, or an HCP Terraform workspace."""
    match estate.backend:
        case LocalBackend():
            constructs.LocalBackend(stack, path=local_path(estate, environment.name))
        case S3Backend() as backend:
            constructs.S3Backend(stack, **_s3(estate, backend, environment))
            # The bindings are older than this argument.
            stack.add_override("terraform.backend.s3.use_lockfile", True)
        case HcpTerraform() as backend:
            workspace = constructs.NamedCloudWorkspace(
                _workspace(estate, backend, environment), project=backend.project
            )
            constructs.CloudBackend(
                stack, hostname=backend.hostname, organization=backend.organization, workspaces=workspace
            )


def remote_state(
    stack: constructs.Stack, estate: Estate, reader: Environment, producer: Environment
) -> constructs.TerraformRemoteState:
    """The outputs of another root, as `data.terraform_remote_state.<producer>`."""
    name = producer.name.replace("-", "_")
    match estate.backend:
        case LocalBackend():
            return stack.add(constructs.DataTerraformRemoteStateLocal, name, path=local_path(estate, producer.name))
        case S3Backend() as backend:
            # The reader's role reads the producer's object.
            config = _s3(estate, backend, producer) | {"assume_role": _assume(estate, reader)}
            return stack.add(constructs.DataTerraformRemoteStateS3, name, **config)
        case HcpTerraform() as backend:
            return stack.add(
                constructs.DataTerraformRemoteState,
                name,
                hostname=backend.hostname,
                organization=backend.organization,
                workspaces=constructs.NamedRemoteWorkspace(_workspace(estate, backend, producer)),
            )


def local_path(estate: Estate, root: str) -> str:
    """The state file of a root, relative to the root's folder. It is next to the output, not inside it, because cdktf
    deletes folders inside the output.

    The name holds estate and Region, since outputs of several estates may be written to the same folder in turn. It
    does not hold the prefix, because that may change.
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


def _assume(estate: Estate, environment: Environment) -> constructs.S3BackendAssumeRoleConfig | None:
    role = deployment_role_arn(estate, estate.account(environment.account))
    return constructs.S3BackendAssumeRoleConfig(role_arn=role) if role else None
