"""The roles of an output that other accounts assume, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isthmus.intent import Estate, Segment
from isthmus.intent.model import name_of
from isthmus.testing.broken.parts import organization_of
from modules.hub import EGRESS_TAG_VALUE, FIREWALL_TAG_VALUE, SEGMENT_TAG, VPN_TAG_VALUE
from modules.terraform_names import identifier
from tests.iam.evaluator import Context, Request, allowed
from tests.modules.inventory import resources_of

RESERVED = (EGRESS_TAG_VALUE, FIREWALL_TAG_VALUE, VPN_TAG_VALUE)
CHANGES = (
    "ec2:AssociateTransitGatewayRouteTable",
    "ec2:DisassociateTransitGatewayRouteTable",
    "ec2:EnableTransitGatewayRouteTablePropagation",
    "ec2:DisableTransitGatewayRouteTablePropagation",
)
STRANGER = "999999999990"


@dataclass(frozen=True)
class JoinRole:
    """The role with which the pipelines of other accounts attach spokes to a segment."""

    estate: Estate
    segment: Segment
    trust: str
    policy: str

    def arn(self, account: str) -> str:
        """An attachment whose VPC an account owns."""
        partition = self.estate.partition
        return f"arn:{partition}:ec2:{self.estate.region}:{account}:transit-gateway-attachment/tgw-attach-1"

    @property
    def accounts(self) -> Mapping[str, str]:
        """Ids of the accounts named in `may_be_attached_by`, by name; units left out."""
        ids = {account.name: account.id for account in self.estate.all_accounts}
        names = [str(name_of(principal)) for principal in self.segment.may_be_attached_by]
        own = name_of(self.estate.hub_environment.account)
        return {name: ids[name] for name in names if name in ids and name != own}

    def may(self, action: str, *resources: str, tag: str | None = None, new_tag: str | None = None) -> bool:
        """Whether the role may do this to an attachment that bears `tag` (None: it bears none), giving it `new_tag`."""
        context: dict[str, str] = {}
        if tag is not None:
            context[f"aws:ResourceTag/{SEGMENT_TAG}"] = tag
        if new_tag is not None:
            context[f"aws:RequestTag/{SEGMENT_TAG}"] = new_tag
        # Route tables bear no such tag.
        return allowed(
            self.policy,
            *(Request(action, one, context if "attachment" in one else {}) for one in resources),
        )

    def may_be_assumed(self, by: Context) -> bool:
        """Whether a principal may assume it."""
        return allowed(self.trust, Request("sts:AssumeRole", "*", by))


def join_roles(estate: Estate, files: Mapping[str, str]) -> Iterator[JoinRole]:
    """The join roles of an output."""
    resources = resources_of(files)
    hub = estate.hub_environment.name
    for segment in estate.segments:
        name = f"join_{identifier(segment.name)}"
        role = resources.get(f"{hub}/hub/aws_iam_role.{name}")
        if role is not None:
            policy = resources[f"{hub}/hub/aws_iam_role_policy.{name}"]["policy"]
            yield JoinRole(estate, segment, role["assume_role_policy"], policy)


def principal(estate: Estate, account: str, role: str) -> Context:
    """The keys of a role of the organization that asks for something."""
    partition = estate.partition
    return {
        "aws:PrincipalOrgID": organization_of(estate).arn.rpartition("/")[2],
        "aws:PrincipalAccount": account,
        "aws:PrincipalArn": f"arn:{partition}:iam::{account}:role/{role}",
        "aws:PrincipalOrgPaths": [],
        "aws:SecureTransport": "true",
    }
