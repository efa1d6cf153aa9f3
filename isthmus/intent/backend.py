"""Where Terraform keeps the state of each environment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.intent.model import intent
from isthmus.intent.organization import AccountRef


@intent
class LocalBackend:
    """A local file `terraform.<estate>-<region>-<environment>.tfstate` in the output folder, for trials."""

    kind: Literal["local"] = "local"


@intent
class S3Backend:
    """An S3 bucket with native locking (Terraform 1.11 or later), readable by every account's deployment role.

    The root module `state` creates the bucket and its key: apply it first. Each account writes only below its own ID.

    bucket       name of the bucket
    account      the account that owns it
    region       the bucket's Region; None: the Region of the estate
    bootstrap    `isthmus bootstrap` creates the bucket and its key, and there is no root module `state`
    """

    kind: Literal["s3"] = "s3"
    bucket: str
    account: AccountRef
    region: str | None = None
    bootstrap: bool = False


@intent
class HcpTerraform:
    """HCP Terraform (Terraform Cloud): one workspace for each environment, `<workspace_prefix><environment>`.

    The default prefix has the estate's name and Region, so that estates of one organization do not share workspaces.

    organization      the organization of the workspaces
    hostname          the host of HCP Terraform, or of your Terraform Enterprise
    project           the project of new workspaces
    workspace_prefix  prefix of workspace names; None: `<estate>-<region>-`
    """

    kind: Literal["hcp-terraform"] = "hcp-terraform"
    organization: str
    project: str | None = None
    hostname: str = "app.terraform.io"
    workspace_prefix: str | None = None

    def workspace(self, estate: str, region: str, environment: str) -> str:
        """The workspace name of an environment."""
        prefix = f"{estate}-{region}-" if self.workspace_prefix is None else self.workspace_prefix
        return f"{prefix}{environment}"


Backend = Annotated[LocalBackend | S3Backend | HcpTerraform, Field(discriminator="kind")]
