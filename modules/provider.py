"""The AWS provider: version constraints, aliases, and the roles that it assumes."""

from __future__ import annotations

from isthmus.intent import Account, Environment, Estate, Segment
from isthmus.intent.former_names import kept_name
from isthmus.intent.provider_versions import VERSION, required_version
from modules.cdk import RequiredProvider
from modules.iam_policy import organization_partition

# The provider of the network account in a root of another account.
HUB = "hub"
# The provider of the account that owns private zones, in a root of another account.
DNS = "dns"

REQUIRED = {"aws": RequiredProvider(source="hashicorp/aws", version=VERSION)}
REQUIRED_WITH_DNS = {"aws": RequiredProvider(source="hashicorp/aws", version=VERSION, aliases=(DNS,))}


def root_version(estate: Estate, environment: Environment | None = None) -> str:
    """The constraint of a root module: that of the estate, else what its resources need.

    Each module of a root module has the constraint that its resources need, and Terraform combines them.
    """
    if estate.aws_provider is not None:
        return estate.aws_provider
    return VERSION if environment is None else required_version(environment)


def deployment_role_arn(estate: Estate, account: Account) -> str | None:
    """The role that Terraform assumes in an account. None if it uses the given credentials directly."""
    role = estate.deployment_role
    return f"arn:{organization_partition(estate)}:iam::{account.id}:role/{role}" if role else None


def global_name(estate: Estate, name: str) -> str:
    """A name that is unique in an account across all Regions, for roles and dashboards.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
    """
    return f"{estate.prefix}-{estate.region}-{name}"


def authorize_role_name(estate: Estate) -> str:
    """The name of the role in the shared services account that authorizes VPCs for private hosted zones."""
    return global_name(estate, "authorize-vpcs")


def authorize_role_arn(estate: Estate, account: Account) -> str:
    """The ARN of that role, which does not depend on its state."""
    return f"arn:{organization_partition(estate)}:iam::{account.id}:role/{authorize_role_name(estate)}"


def join_role_name(estate: Estate, segment: Segment) -> str:
    """The name of the role in the network account by which spokes attach to a segment. IAM cannot rename a role."""
    return global_name(estate, f"join-{kept_name(segment)}")


def join_role_arn(estate: Estate, segment: Segment) -> str:
    """The ARN of that role, which does not depend on its state."""
    return _hub_role_arn(estate, join_role_name(estate, segment))


def egress_role_name(estate: Estate) -> str:
    """The name of the role in the network account by which an egress VPC of another account attaches to the hub."""
    return global_name(estate, "egress")


def egress_role_arn(estate: Estate) -> str:
    """The ARN of that role, which does not depend on its state."""
    return _hub_role_arn(estate, egress_role_name(estate))


def _hub_role_arn(estate: Estate, name: str) -> str:
    account = estate.account(estate.hub_environment.account)
    return f"arn:{organization_partition(estate)}:iam::{account.id}:role/{name}"
