"""Where Terraform keeps the state of each environment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.intent.model import intent
from isthmus.intent.organization import AccountRef


@intent
class LocalBackend:
    """A file beside the output, `terraform.<estate>-<region>-<environment>.tfstate`. For trying things out."""

    kind: Literal["local"] = "local"


@intent
class S3Backend:
    """An S3 bucket with native locking (Terraform 1.11 or later), readable by every account's deployment role.

    The root `state` creates the bucket and its key; apply it first. Each account writes below its own id only.

    bucket       name of the bucket
    account      the account that owns it
    region       the bucket's Region; None: the estate's
    """

    kind: Literal["s3"] = "s3"
    bucket: str
    account: AccountRef
    region: str | None = None


@intent
class HcpTerraform:
    """HCP Terraform (Terraform Cloud): one workspace an environment, `<workspace_prefix><environment>`.

    Estates of one organization need workspaces of their own, so the default holds the estate's name and Region.

    organization      the organization of the workspaces
    hostname          another one for Terraform Enterprise
    project           the project that new workspaces are made in
    workspace_prefix  in front of the names of workspaces; None: `<estate>-<region>-`
    """

    kind: Literal["hcp-terraform"] = "hcp-terraform"
    organization: str
    project: str | None = None
    hostname: str = "app.terraform.io"
    workspace_prefix: str | None = None

    def workspace(self, estate: str, region: str, environment: str) -> str:
        """The workspace of an environment of the estate of that name and Region."""
        before = f"{estate}-{region}-" if self.workspace_prefix is None else self.workspace_prefix
        return f"{before}{environment}"


Backend = Annotated[LocalBackend | S3Backend | HcpTerraform, Field(discriminator="kind")]
