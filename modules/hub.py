"""Module `hub`: the transit gateway, its route tables, blackhole routes, RAM share, and the roles to attach to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from isthmus.intent import Environment, Estate, Segment
from isthmus.intent.former_names import kept_name
from isthmus.intent.model import name_of
from modules.aws import (
    CloudwatchLogGroup,
    DataAwsEc2TransitGateway,
    Ec2TransitGateway,
    Ec2TransitGatewayRoute,
    Ec2TransitGatewayRouteTable,
    FlowLog,
    IamRole,
    IamRolePolicy,
    RamPrincipalAssociation,
    RamResourceAssociation,
    RamResourceShare,
)
from modules.cdk import ModuleStack, TerraformOutput, TerraformVariable
from modules.existing_hub import existing_hub
from modules.hub_route_tables import EGRESS, FIREWALL, HubTables
from modules.iam_policy import allow, document, organization_partition, trust_policy
from modules.lifecycle import lifecycle
from modules.provider import REQUIRED, egress_role_name, join_role_name
from modules.terraform_names import identifier

GATEWAY_ID = "transit_gateway_id"
GATEWAY_ARN = "transit_gateway_arn"
LOG_KEY_ARN = "log_key_arn"
FLOW_LOGS_ROLE_ARN = "flow_logs_role_arn"
# The tag on an attachment that holds the segment whose pipelines may change it. The role that may change the attachment
# may not change the tag, so a segment with a new name keeps the value.
SEGMENT_TAG = "isthmus:segment"
# Values of that tag for attachments of no segment. No segment can have such a name, so none can claim them.
EGRESS_TAG_VALUE = "egress:"
VPN_TAG_VALUE = "vpn:"
DIRECT_CONNECT_TAG_VALUE = "direct-connect:"
FIREWALL_TAG_VALUE = "firewall:"


def table_id(key: str) -> str:
    """The name of the output and inputs that hold the id of a hub route table."""
    return f"route_table_id_{key}"


def hub(estate: Estate, environment: Environment, tables: HubTables) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `log_key_arn`, `flow_logs_role_arn`, unless the transit gateway exists already. Outputs:
    `transit_gateway_id`, `transit_gateway_arn`, `route_table_id_<key>` for each table.
    """
    module = ModuleStack("hub", providers=REQUIRED)
    gateway: Ec2TransitGateway | DataAwsEc2TransitGateway
    if estate.hub.existing is None:
        gateway = _gateway(module, estate, protected=environment.protected)
        _flow_logs(module, estate, gateway)
    else:
        gateway = existing_hub(module, estate, environment)
    _share(module, estate, gateway)
    module.add(TerraformOutput, GATEWAY_ID, value=module.ref(gateway), description="Id of the transit gateway")
    module.add(TerraformOutput, GATEWAY_ARN, value=module.ref(gateway, "arn"), description="ARN of the transit gateway")

    arns: dict[str, str] = {}
    for table in tables.all:
        resource = module.add(
            Ec2TransitGatewayRouteTable, table.key, transit_gateway_id=module.ref(gateway), tags={"Name": table.name}
        )
        arns[table.key] = module.ref(resource, "arn")
        for name, cidr in table.blackholes:
            module.add(
                Ec2TransitGatewayRoute,
                f"{table.key}_blackhole_{name}",
                destination_cidr_block=cidr,
                blackhole=True,
                transit_gateway_route_table_id=module.ref(resource),
            )
        module.add(
            TerraformOutput,
            table_id(table.key),
            value=module.ref(resource),
            description=f"Id of route table {table.name}",
        )
    for segment in sorted(estate.segments, key=lambda segment: segment.name):
        if segment.allowed_egress and (joining := without_owner(segment.may_be_attached_by, environment)):
            _join_role(module, estate, segment, joining, tables, arns)
    if estate.egress is not None and estate.egress_environment.account != environment.account:
        _egress_role(module, estate, tables, arns)
    return module.emit()


def _gateway(module: ModuleStack, estate: Estate, *, protected: bool) -> Ec2TransitGateway:
    return module.add(
        Ec2TransitGateway,
        "this",
        description=f"Hub of {estate.name}",
        amazon_side_asn=estate.hub.asn,
        # Without default route tables, an attachment reaches nothing until it is associated explicitly.
        # https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
        auto_accept_shared_attachments="disable",
        default_route_table_association="disable",
        default_route_table_propagation="disable",
        dns_support="enable",
        vpn_ecmp_support="enable",
        transit_gateway_cidr_blocks=sorted(estate.hub.cidr_blocks) or None,
        tags={"Name": estate.hub.name},
        lifecycle=lifecycle(protected=protected),
    )


def _flow_logs(module: ModuleStack, estate: Estate, gateway: Ec2TransitGateway) -> None:
    key = module.add(TerraformVariable, LOG_KEY_ARN, type="string", description="ARN of the KMS key of the log group")
    role = module.add(
        TerraformVariable, FLOW_LOGS_ROLE_ARN, type="string", description="ARN of the role that delivers flow logs"
    )
    name = f"/{estate.prefix}/{estate.hub.name}/flow-logs"
    group = module.add(
        CloudwatchLogGroup,
        "flow_logs",
        name=name,
        kms_key_id=module.ref(key, None),
        retention_in_days=estate.log_retention_days,
        tags={"Name": name},
    )
    module.add(
        FlowLog,
        "this",
        transit_gateway_id=module.ref(gateway),
        iam_role_arn=module.ref(role, None),
        log_destination=module.ref(group, "arn"),
        log_destination_type="cloud-watch-logs",
        # For a transit gateway, AWS accepts only 60 seconds, and no traffic type.
        # https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html
        max_aggregation_interval=60,
        tags={"Name": estate.hub.name},
    )


def _share(module: ModuleStack, estate: Estate, gateway: Ec2TransitGateway | DataAwsEc2TransitGateway) -> None:
    sharing = without_owner(estate.hub.share_with, estate.hub_environment)
    if not sharing:
        return
    share = module.add(
        RamResourceShare,
        "this",
        name=estate.hub.name,
        allow_external_principals=False,
        tags={"Name": estate.hub.name},
    )
    module.add(
        RamResourceAssociation,
        "this",
        resource_arn=module.ref(gateway, "arn"),
        resource_share_arn=module.ref(share, "arn"),
    )
    for name, principal in ram_principals(estate, sharing):
        module.add(RamPrincipalAssociation, name, principal=principal, resource_share_arn=module.ref(share, "arn"))


def without_owner(refs: Sequence[object], owner: Environment) -> list[str]:
    """The names of these units and accounts, without the account that owns the shared resource."""
    return sorted({str(name_of(ref)) for ref in refs} - {str(name_of(owner.account))})


def ram_principals(estate: Estate, refs: Sequence[object]) -> list[tuple[str, str]]:
    """The Terraform name and RAM principal of each of these units and accounts."""
    units = {unit.name: unit.arn for unit in estate.units}
    accounts = {account.name: account.id for account in estate.all_accounts}
    return sorted((identifier(name_of(ref)), units.get(name_of(ref)) or accounts[name_of(ref)]) for ref in refs)


def _join_role(
    module: ModuleStack,
    estate: Estate,
    segment: Segment,
    joining: Sequence[str],
    tables: HubTables,
    arns: dict[str, str],
) -> None:
    """The role by which a spoke's root in another account attaches to this segment, and to no other."""
    name = f"join_{identifier(segment.name)}"
    role = module.add(
        IamRole,
        name,
        name=join_role_name(estate, segment),
        description=f"Attach spokes to segment {segment.name} of {estate.hub.name}",
        assume_role_policy=trust_policy(estate, joining),
        tags={"Name": join_role_name(estate, segment)},
    )
    associate = [arns[t.key] for t in tables.all if t.segment == segment.name and t.site is None]
    propagate = [arns[t.key] for t in tables.possible_propagations(segment)]
    module.add(
        IamRolePolicy,
        name,
        name="join-segment",
        role=module.ref(role),
        policy=_join_policy(
            estate,
            kept_name(segment),
            _owners(estate, joining),
            associate,
            propagate=propagate,
            route=propagate if segment.static_routes else (),
        ),
    )


def _egress_role(module: ModuleStack, estate: Estate, tables: HubTables, arns: dict[str, str]) -> None:
    """The role by which the egress VPC's root in another account attaches the VPC and adds static routes."""
    account = estate.account(estate.egress_environment.account)
    role = module.add(
        IamRole,
        "egress",
        name=egress_role_name(estate),
        description=f"Attach the egress VPC to {estate.hub.name}",
        assume_role_policy=trust_policy(estate, [account.name]),
        tags={"Name": egress_role_name(estate)},
    )
    associated = {EGRESS, tables.inspector}
    # If the firewall is on the gateway, the tables of firewall and egress VPC have routes to each other.
    routed = {route.table for route in tables.routes_to_inspector()} | (
        associated if tables.inspector == FIREWALL else set()
    )
    module.add(
        IamRolePolicy,
        "egress",
        name="attach-egress-vpc",
        role=module.ref(role),
        policy=_join_policy(
            estate,
            EGRESS_TAG_VALUE,
            _owners(estate, [account.name]),
            [arns[key] for key in sorted(associated)],
            route=[arns[key] for key in sorted(routed)],
            firewall=tables.inspector == FIREWALL,
        ),
    )


def _owners(estate: Estate, principals: Sequence[object]) -> list[str]:
    """The account ids that may appear in the ARNs of new attachments of these principals; `*` if one is a unit.

    AWS does not document which account the ARN of an attachment names: the owner of the gateway, or of the attached
    VPC. So the hub's own account is always included.
    """
    accounts = {account.name: account.id for account in estate.all_accounts}
    names = [str(name_of(principal)) for principal in principals]
    if any(name not in accounts for name in names):
        return ["*"]
    hub_account = estate.account(estate.hub_environment.account).id
    return sorted({hub_account, *(accounts[name] for name in names)})


def _join_policy(
    estate: Estate,
    tag: str,
    owners: Sequence[str],
    associate: list[str],
    *,
    propagate: Sequence[str] = (),
    route: Sequence[str] = (),
    firewall: bool = False,
) -> str:
    """The policy of a role that attaches to the hub.

    tag        the value of `SEGMENT_TAG` on the attachments that the role may change
    owners     account ids that may appear in the ARNs of new attachments
    associate  ARNs of the route tables that the role may associate attachments with
    propagate  ARNs of the route tables that attachments may propagate into
    route      ARNs of the route tables in which the role may create routes
    firewall   whether the role may accept a firewall's attachment. That action has no resource type.
    """
    # The resource types and condition keys of each action:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    # An attachment belongs to the account of its VPC or firewall, so its ARN may name that account.
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayAttachment.html
    arns = f"arn:{organization_partition(estate)}:ec2:{estate.region}:"
    attachments = [f"{arns}*:transit-gateway-attachment/*"]
    new = [f"{arns}{owner}:transit-gateway-attachment/*" for owner in owners]
    resource_tag, request_tag = f"aws:ResourceTag/{SEGMENT_TAG}", f"aws:RequestTag/{SEGMENT_TAG}"
    association = ["ec2:AssociateTransitGatewayRouteTable", "ec2:DisassociateTransitGatewayRouteTable"]
    propagation = [
        "ec2:DisableTransitGatewayRouteTablePropagation",
        "ec2:EnableTransitGatewayRouteTablePropagation",
    ]
    routing = ["ec2:CreateTransitGatewayRoute", "ec2:DeleteTransitGatewayRoute", "ec2:ReplaceTransitGatewayRoute"]
    # The attachment that propagates, or is the target of a route, is a resource of the action too.
    owned = [*(propagation if propagate or not route else []), *(routing if route else [])]
    # Spokes of an isolated segment that reaches no other propagate into no table. IAM requires a resource, so there is
    # no statement then.
    further = [allow("Propagate", actions=propagation, resources=propagate)] if propagate else []
    if route:
        further.append(allow("Route", actions=[*routing, "ec2:SearchTransitGatewayRoutes"], resources=route))
    if firewall:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsnetworkfirewall.html
        accepting = [f"network-firewall:{verb}NetworkFirewallTransitGatewayAttachment" for verb in ("Accept", "Delete")]
        further.append(allow("AcceptFirewall", actions=accepting, resources=["*"]))
    return document(
        # An attachment with another tag belongs to another segment, the VPN, the egress VPC or the firewall.
        allow(
            "Accept",
            actions=["ec2:AcceptTransitGatewayVpcAttachment"],
            resources=new,
            conditions={"StringEqualsIfExists": {resource_tag: tag}},
        ),
        # The accepter claims a new attachment, which has no tag yet, for the segment.
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null
        allow(
            "Claim",
            actions=["ec2:CreateTags"],
            resources=new,
            conditions={"StringEquals": {request_tag: tag}, "Null": {resource_tag: "true"}},
        ),
        allow(
            "Tag",
            actions=["ec2:CreateTags"],
            resources=attachments,
            conditions={
                "StringEquals": {resource_tag: tag},
                "StringEqualsIfExists": {request_tag: tag},
            },
        ),
        allow(
            "Own",
            actions=[
                "ec2:DeleteTags",
                "ec2:DeleteTransitGatewayVpcAttachment",
                "ec2:ModifyTransitGatewayVpcAttachment",
                *association,
                *owned,
            ],
            resources=attachments,
            conditions={"StringEquals": {resource_tag: tag}},
        ),
        allow("Associate", actions=association, resources=associate),
        *further,
        # Describe actions have no resource type.
        allow(
            "Look",
            actions=[
                "ec2:DescribeTransitGatewayAttachments",
                "ec2:DescribeTransitGatewayRouteTables",
                "ec2:DescribeTransitGatewayVpcAttachments",
                "ec2:DescribeTransitGateways",
                "ec2:GetTransitGatewayRouteTableAssociations",
                "ec2:GetTransitGatewayRouteTablePropagations",
                *(["ec2:DescribeTags"] if firewall else []),
            ],
            resources=["*"],
        ),
    )
