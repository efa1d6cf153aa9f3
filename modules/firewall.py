"""Module `firewall`: AWS Network Firewall with its policy, KMS key and logs.

In the egress VPC, it has an endpoint in every Availability Zone. On the transit gateway, it has an attachment with its
own route table.
https://docs.aws.amazon.com/network-firewall/latest/developerguide/architectures.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from isthmus.intent import EgressVpc, Environment, Estate, Inspection
from isthmus.intent.addressing import zone_number
from isthmus.intent.provider_versions import required_version
from modules.aws import (
    AwsProvider,
    CloudwatchLogGroup,
    CloudwatchLogResourcePolicy,
    Ec2Tag,
    Ec2TransitGatewayRoute,
    Ec2TransitGatewayRouteTableAssociation,
    KmsAlias,
    KmsKey,
    NetworkfirewallFirewall,
    NetworkfirewallFirewallAvailabilityZoneMapping,
    NetworkfirewallFirewallEncryptionConfiguration,
    NetworkfirewallFirewallPolicy,
    NetworkfirewallFirewallSubnetMapping,
    NetworkfirewallFirewallTransitGatewayAttachmentAccepter,
    NetworkfirewallLoggingConfiguration,
    NetworkfirewallLoggingConfigurationLoggingConfiguration,
    NetworkfirewallLoggingConfigurationLoggingConfigurationLogDestinationConfig,
)
from modules.cdk import (
    ModuleStack,
    RequiredProvider,
    TerraformElement,
    TerraformOutput,
    TerraformVariable,
)
from modules.firewall_policy import firewall_policy
from modules.hub import EGRESS_TAG_VALUE, FIREWALL_TAG_VALUE, GATEWAY_ID, LOG_KEY_ARN, SEGMENT_TAG, table_id
from modules.hub_route_tables import EGRESS, FIREWALL, HubTables
from modules.iam_policy import allow, document, organization_partition
from modules.provider import HUB
from modules.terraform_names import identifier
from modules.vpc import shares_hub_account

VPC_ID = "vpc_id"
ATTACHMENT_ID = "transit_gateway_attachment_id"


def firewall(estate: Estate, environment: Environment, tables: HubTables) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `log_key_arn`; in a VPC `vpc_id` and `subnet_id_az<n>`, on the gateway `transit_gateway_id` and
    `route_table_id_<key>`. Outputs: `firewall_arn`; in a VPC `endpoint_id_az<n>`, on the gateway
    `transit_gateway_attachment_id`. On a gateway of another account, it also needs the provider `aws.hub`.
    """
    aliases = (HUB,) if attached_across_accounts(estate, environment) else ()
    required = RequiredProvider(source="hashicorp/aws", version=required_version(environment), aliases=aliases)
    return _Firewall(estate, environment, tables, ModuleStack("firewall", providers={"aws": required})).emit()


def attached_across_accounts(estate: Estate, environment: Environment) -> bool:
    """Whether the firewall is attached to a transit gateway of another account, which must accept the attachment."""
    egress = environment.egress
    on_gateway = egress is not None and egress.inspection is Inspection.GATEWAY
    return on_gateway and not shares_hub_account(estate, environment)


def tables_used(estate: Estate, tables: HubTables) -> list[str]:
    """The keys of the hub route tables whose ids the module needs. It needs none if the firewall is in the VPC."""
    assert estate.egress is not None
    if estate.egress.inspection is not Inspection.GATEWAY:
        return []
    return sorted({FIREWALL, EGRESS} | {route.table for route in tables.routes_to_inspector()})


def subnet_id(zone: str) -> str:
    """The name of the input and output that holds the id of a zone's firewall subnet."""
    return f"subnet_id_az{zone_number(zone)}"


def endpoint_id(zone: str) -> str:
    """The name of the output and input that holds the id of a zone's firewall endpoint."""
    return f"endpoint_id_az{zone_number(zone)}"


class _Firewall:
    def __init__(self, estate: Estate, environment: Environment, tables: HubTables, module: ModuleStack) -> None:
        assert environment.egress is not None
        self.estate, self.environment, self.tables, self.module = estate, environment, tables, module
        self.egress: EgressVpc = environment.egress
        # https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_CreateFirewall.html: no underscores.
        self.name = f"{estate.prefix}-{self.egress.name}".replace("_", "-")

    def emit(self) -> dict[str, Any]:
        self.key_arn = self._key()
        policy = firewall_policy(self.module, self.estate, self.egress, name=self.name, key_arn=self.key_arn)
        made = self._firewall(policy)
        self._output("firewall_arn", self.module.ref(made, "arn"), "ARN of the firewall")
        if self.egress.inspection is Inspection.VPC:
            self._endpoints(made)
            self._logs(made)
        else:
            # AWS provisions a firewall only after its attachment is accepted.
            # https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_AcceptNetworkFirewallTransitGatewayAttachment.html
            self._logs(made, after=self._attach(made))
        return self.module.emit()

    def _key(self) -> str:
        """The KMS key of firewall, policy and rule groups. Network Firewall uses it with the permissions of the caller.

        https://docs.aws.amazon.com/network-firewall/latest/developerguide/kms-encryption-at-rest.html
        """
        account = self.estate.account(self.environment.account)
        administers = allow(
            "AccountAdministersKey",
            principal={"AWS": f"arn:{organization_partition(self.estate)}:iam::{account.id}:root"},
            actions=["kms:*"],
            resources=["*"],
        )
        key = self.module.add(
            KmsKey,
            "this",
            description=f"Firewall {self.name}",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=document(administers),
            tags={"Name": f"{self.name}-firewall"},
        )
        alias = f"alias/{self.name}-firewall"
        self.module.add(KmsAlias, "this", name=alias, target_key_id=self.module.ref(key, "key_id"))
        return self.module.ref(key, "arn")

    # --- the firewall ------------------------------------------------------------------------------------------------

    def _firewall(self, policy: NetworkfirewallFirewallPolicy) -> NetworkfirewallFirewall:
        zones = self.estate.zones_of_egress(self.egress)
        protected = self.environment.protected
        if self.egress.inspection is Inspection.VPC:
            self.subnet_ids = {zone: self._input(subnet_id(zone), "A firewall subnet") for zone in zones}
            where: dict[str, Any] = {
                "vpc_id": self._input(VPC_ID, "The egress VPC"),
                "subnet_mapping": [
                    NetworkfirewallFirewallSubnetMapping(subnet_id=subnet) for subnet in self.subnet_ids.values()
                ],
                "subnet_change_protection": protected,
            }
        else:
            where = {
                "transit_gateway_id": self._input(GATEWAY_ID, "The transit gateway"),
                "availability_zone_mapping": [
                    NetworkfirewallFirewallAvailabilityZoneMapping(availability_zone_id=zone) for zone in zones
                ],
                "availability_zone_change_protection": protected,
            }
        return self.module.add(
            NetworkfirewallFirewall,
            "this",
            name=f"{self.name}-firewall",
            firewall_policy_arn=self.module.ref(policy, "arn"),
            delete_protection=protected,
            firewall_policy_change_protection=protected,
            encryption_configuration=NetworkfirewallFirewallEncryptionConfiguration(
                type="CUSTOMER_KMS", key_id=self.key_arn
            ),
            tags={"Name": f"{self.name}-firewall"},
            **where,
        )

    def _endpoints(self, made: NetworkfirewallFirewall) -> None:
        """Output the endpoint id of each zone.

        It is found by its subnet, because AWS lists endpoints unordered, by zone name.
        """
        states = f"{self.module.address(made)}.firewall_status[0].sync_states"
        for zone, subnet in self.subnet_ids.items():
            chosen = f"state.attachment[0].subnet_id == {subnet.removeprefix('${').removesuffix('}')}"
            value = f"${{one([for state in {states} : state.attachment[0].endpoint_id if {chosen}])}}"
            self._output(endpoint_id(zone), value, f"The firewall endpoint in {zone}")

    def _attach(self, made: NetworkfirewallFirewall) -> list[TerraformElement]:
        """Associate the firewall's attachment with its route table, and add the routes to it in other tables.

        Returns the resources that the logging configuration waits for: the acceptance by another account, if any.
        """
        status = "firewall_status[0].transit_gateway_attachment_sync_states[0].attachment_id"
        attachment = self.module.ref(made, status)
        self._output(ATTACHMENT_ID, attachment, "The firewall's attachment to the transit gateway")
        at_hub = self._accept(attachment)
        tables = tables_used(self.estate, self.tables)
        ids = {key: self._input(table_id(key), "A hub route table") for key in tables}
        self.module.add(
            Ec2TransitGatewayRouteTableAssociation,
            "this",
            transit_gateway_attachment_id=attachment,
            transit_gateway_route_table_id=ids[FIREWALL],
            **at_hub,
        )
        returning = [(EGRESS, f"block_{identifier(block)}", block) for block in sorted(self.estate.blocks)]
        leaving = [(route.table, route.name, route.cidr) for route in self.tables.routes_to_inspector()]
        for table, name, cidr in (*leaving, *returning):
            self.module.add(
                Ec2TransitGatewayRoute,
                f"{table}_{name}",
                destination_cidr_block=cidr,
                transit_gateway_attachment_id=attachment,
                transit_gateway_route_table_id=ids[table],
                **at_hub,
            )
        accepted: list[TerraformElement] = at_hub.get("depends_on", [])
        return accepted

    def _accept(self, attachment: str) -> dict[str, Any]:
        """Accept the attachment if the gateway is in another account. Returns arguments for resources in that account.

        AWS creates the attachment. So Terraform adds the tag that the hub's role requires afterwards.
        https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nf-fw-accept.html
        """
        if not attached_across_accounts(self.estate, self.environment):
            # Without this tag, the pipeline of any segment could claim the attachment with its own tag.
            self.module.add(
                Ec2Tag, "attachment_segment", resource_id=attachment, key=SEGMENT_TAG, value=FIREWALL_TAG_VALUE
            )
            return {}
        provider = AwsProvider(self.module, "aws_hub", alias=HUB)
        accepted = self.module.add(
            NetworkfirewallFirewallTransitGatewayAttachmentAccepter,
            "this",
            transit_gateway_attachment_id=attachment,
            provider=provider,
        )
        tagged: TerraformElement = self.module.add(
            Ec2Tag,
            "attachment_segment",
            resource_id=self.module.ref(accepted, "transit_gateway_attachment_id"),
            key=SEGMENT_TAG,
            value=EGRESS_TAG_VALUE,
            provider=provider,
        )
        return {"provider": provider, "depends_on": [tagged]}

    # --- logs --------------------------------------------------------------------------------------------------------

    def _logs(self, made: NetworkfirewallFirewall, after: Sequence[TerraformElement] = ()) -> None:
        key = self._input(LOG_KEY_ARN, "ARN of the KMS key of the log groups")
        groups = {}
        for kind in ("alert", "flow"):
            name = f"/{self.estate.prefix}/{self.name}/firewall-{kind}-logs"
            groups[kind] = self.module.add(
                CloudwatchLogGroup,
                kind,
                name=name,
                kms_key_id=key,
                retention_in_days=self.estate.log_retention_days,
                tags={"Name": name},
            )
        alerts = self.module.ref(groups["alert"], "name")
        self._output("alert_log_group_name", alerts, "The log group of firewall alerts, including dropped traffic")
        self.module.add(
            NetworkfirewallLoggingConfiguration,
            "this",
            firewall_arn=self.module.ref(made, "arn"),
            logging_configuration=NetworkfirewallLoggingConfigurationLoggingConfiguration(
                log_destination_config=[
                    NetworkfirewallLoggingConfigurationLoggingConfigurationLogDestinationConfig(
                        log_type=kind.upper(),
                        log_destination_type="CloudWatchLogs",
                        log_destination={"logGroup": self.module.ref(group, "name")},
                    )
                    for kind, group in groups.items()
                ]
            ),
            depends_on=[self._log_permission(groups), *after],
        )

    def _log_permission(self, groups: dict[str, CloudwatchLogGroup]) -> CloudwatchLogResourcePolicy:
        # https://docs.aws.amazon.com/network-firewall/latest/developerguide/logging-cw-logs.html
        account = self.estate.account(self.environment.account)
        source = f"arn:{organization_partition(self.estate)}:logs:{self.estate.region}:{account.id}:*"
        return self.module.add(
            CloudwatchLogResourcePolicy,
            "firewall_logs",
            policy_name=f"{self.estate.prefix}-{self.environment.name}-firewall-logs",
            policy_document=document(
                allow(
                    "DeliverFirewallLogs",
                    principal={"Service": "delivery.logs.amazonaws.com"},
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[f"{self.module.ref(group, 'arn')}:log-stream:*" for group in groups.values()],
                    conditions={
                        "StringEquals": {"aws:SourceAccount": account.id},
                        "ArnLike": {"aws:SourceArn": source},
                    },
                )
            ),
        )

    # --- inputs and outputs ------------------------------------------------------------------------------------------

    def _input(self, name: str, description: str) -> str:
        return self.module.ref(self.module.add(TerraformVariable, name, type="string", description=description), None)

    def _output(self, name: str, value: str, description: str) -> None:
        self.module.add(TerraformOutput, name, value=value, description=description)
