"""Module `firewall`: AWS Network Firewall, its policy and rules, its key and its logs.

In the egress VPC it has an endpoint in every zone; on the transit gateway it is an attachment with a table of its own.
https://docs.aws.amazon.com/network-firewall/latest/developerguide/architectures.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from isthmus.addressing import zone_number
from isthmus.intent import EgressVpc, Environment, Estate, FirewallPolicy, Inspection
from isthmus.intent.domains import domain_groups
from isthmus.intent.inspecting import (
    BETWEEN_SEGMENTS,
    CAPACITY,
    VARIABLE,
    FirewallRule,
    numbered,
    segment_variable,
)
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
    NetworkfirewallFirewallPolicyEncryptionConfiguration,
    NetworkfirewallFirewallPolicyFirewallPolicy,
    NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariables,
    NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariablesRuleVariables,
    NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariablesRuleVariablesIpSet,
    NetworkfirewallFirewallPolicyFirewallPolicyStatefulEngineOptions,
    NetworkfirewallFirewallPolicyFirewallPolicyStatefulRuleGroupReference,
    NetworkfirewallFirewallSubnetMapping,
    NetworkfirewallFirewallTransitGatewayAttachmentAccepter,
    NetworkfirewallLoggingConfiguration,
    NetworkfirewallLoggingConfigurationLoggingConfiguration,
    NetworkfirewallLoggingConfigurationLoggingConfigurationLogDestinationConfig,
    NetworkfirewallRuleGroup,
    NetworkfirewallRuleGroupEncryptionConfiguration,
    NetworkfirewallRuleGroupRuleGroup,
    NetworkfirewallRuleGroupRuleGroupRulesSource,
    NetworkfirewallRuleGroupRuleGroupRulesSourceRulesSourceListStruct,
    NetworkfirewallRuleGroupRuleGroupRuleVariables,
    NetworkfirewallRuleGroupRuleGroupRuleVariablesIpSets,
    NetworkfirewallRuleGroupRuleGroupRuleVariablesIpSetsIpSet,
    NetworkfirewallRuleGroupRuleGroupStatefulRuleOptions,
)
from modules.cdk import (
    ModuleStack,
    RequiredProvider,
    TerraformElement,
    TerraformOutput,
    TerraformVariable,
)
from modules.hub import EGRESS_TAG_VALUE, FIREWALL_TAG_VALUE, GATEWAY_ID, LOG_KEY_ARN, SEGMENT_TAG, table_id
from modules.lifecycles import UPDATE_USERS_FIRST
from modules.naming import identifier
from modules.policy import allow, document, organization_partition
from modules.provider import HUB, required_version
from modules.tables import EGRESS, FIREWALL, HubTables
from modules.vpc import shares_hub_account

VPC_ID = "vpc_id"
ATTACHMENT_ID = "transit_gateway_attachment_id"

# The order of evaluation: rules of the estate's own may go before the first of these, or after the last.
_MANAGED, _BETWEEN, _DOMAINS = 1_000, 1_900, 2_000


def firewall(estate: Estate, environment: Environment, tables: HubTables) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `log_key_arn`; in a VPC `vpc_id` and `subnet_id_az<n>`, on the gateway `transit_gateway_id` and
    `route_table_id_<key>`. Outputs: `firewall_arn`; in a VPC `endpoint_id_az<n>`, on the gateway
    `transit_gateway_attachment_id`. On a gateway of another account it needs the provider `aws.hub` too.
    """
    aliases = (HUB,) if on_gateway_of_another(estate, environment) else ()
    required = RequiredProvider(source="hashicorp/aws", version=required_version(environment), aliases=aliases)
    return _Firewall(estate, environment, tables, ModuleStack("firewall", providers={"aws": required})).emit()


def on_gateway_of_another(estate: Estate, environment: Environment) -> bool:
    """Whether the firewall is attached to a gateway that another account owns, which accepts it."""
    egress = environment.egress
    on_gateway = egress is not None and egress.inspection is Inspection.GATEWAY
    return on_gateway and not shares_hub_account(estate, environment)


def tables_used(estate: Estate, tables: HubTables) -> list[str]:
    """The keys of the route tables that the module needs the ids of: some only where it is on the gateway."""
    assert estate.egress is not None
    if estate.egress.inspection is not Inspection.GATEWAY:
        return []
    return sorted({FIREWALL, EGRESS} | {route.table for route in tables.to_inspector()})


def subnet_id(zone: str) -> str:
    """The name of the input, and of an output elsewhere, that holds the id of a zone's firewall subnet."""
    return f"subnet_id_az{zone_number(zone)}"


def endpoint_id(zone: str) -> str:
    """The name of the output, and of an input elsewhere, that holds the id of a zone's firewall endpoint."""
    return f"endpoint_id_az{zone_number(zone)}"


class _Firewall:
    def __init__(self, estate: Estate, environment: Environment, tables: HubTables, module: ModuleStack) -> None:
        assert environment.egress is not None
        self.estate, self.environment, self.tables, self.module = estate, environment, tables, module
        self.egress: EgressVpc = environment.egress
        self.policy = self.egress.firewall or FirewallPolicy()
        # https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_CreateFirewall.html: no underscores.
        self.name = f"{estate.prefix}-{self.egress.name}".replace("_", "-")
        self.home = sorted(estate.blocks)

    def emit(self) -> dict[str, Any]:
        self.key_arn = self._key()
        policy = self._policy(
            [*self._managed(), *self._between_segments(), *self._domain_lists(), *self._rule_groups()]
        )
        made = self._firewall(policy)
        self._output("firewall_arn", self.module.ref(made, "arn"), "The firewall")
        if self.egress.inspection is Inspection.VPC:
            self._endpoints(made)
            self._logs(made)
        else:
            # Until its attachment is accepted, a firewall is not provisioned.
            # https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_AcceptNetworkFirewallTransitGatewayAttachment.html
            self._logs(made, after=self._place(made))
        return self.module.emit()

    def _key(self) -> str:
        """The key of firewall, policy and rules. Network Firewall uses it on behalf of who calls it.

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

    # --- rules -------------------------------------------------------------------------------------------------------

    def _managed(self) -> list[tuple[int, str]]:
        where = f"{organization_partition(self.estate)}:network-firewall:{self.estate.region}:aws-managed"
        names = sorted(self.policy.managed_rule_groups)
        return [(_MANAGED + place, f"arn:{where}:stateful-rulegroup/{name}") for place, name in enumerate(names)]

    def _domain_lists(self) -> list[tuple[int, str]]:
        found = []
        for place, group in enumerate(domain_groups(self.estate, self.policy)):
            source = NetworkfirewallRuleGroupRuleGroupRulesSource(
                rules_source_list=NetworkfirewallRuleGroupRuleGroupRulesSourceRulesSourceListStruct(
                    generated_rules_type="ALLOWLIST",
                    target_types=["HTTP_HOST", "TLS_SNI"],
                    targets=list(group.domains),
                )
            )
            arn = self._rule_group(group.name, group.capacity, source, {"HOME_NET": list(group.blocks)})
            found.append((_DOMAINS + place, arn))
        return found

    def _between_segments(self) -> list[tuple[int, str]]:
        """What inspected segments may open to each other: before domain lists, which know no destinations."""
        rules = list(numbered(self.estate))
        if not rules:
            return []
        text = "".join(f"{_suricata(sid, rule)}\n" for sid, rule in rules)
        source = NetworkfirewallRuleGroupRuleGroupRulesSource(rules_string=text)
        named = {segment_variable(rule.source): sorted(self.estate.segment(rule.source).blocks) for _, rule in rules}
        return [(_BETWEEN, self._rule_group(BETWEEN_SEGMENTS, CAPACITY, source, {"HOME_NET": self.home, **named}))]

    def _rule_groups(self) -> list[tuple[int, str]]:
        known = {segment_variable(segment.name): sorted(segment.blocks) for segment in self.estate.segments}
        found = []
        for group in sorted(self.policy.rule_groups, key=lambda group: group.name):
            text = "".join(f"{rule}\n" for rule in group.rules)
            named = {name: known[name] for name in VARIABLE.findall(text) if known.get(name)}
            # Terraform would take these for templates of its own.
            literal = text.replace("${", "$${").replace("%{", "%%{")
            source = NetworkfirewallRuleGroupRuleGroupRulesSource(rules_string=literal)
            arn = self._rule_group(group.name, group.capacity, source, {"HOME_NET": self.home, **named})
            found.append((group.priority, arn))
        return found

    def _rule_group(
        self,
        name: str,
        capacity: int,
        source: NetworkfirewallRuleGroupRuleGroupRulesSource,
        variables: dict[str, list[str]],
    ) -> str:
        """A stateful rule group; the variables of a group are its own: HOME_NET is the firewall's VPC without them.

        Another capacity is another rule group, and AWS deletes none that a policy refers to: so the new one, by a name
        of its own, comes before the old one goes.
        https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html
        https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_DeleteRuleGroup.html
        """
        full_name = f"{self.name}-{name}".replace("_", "-")
        sets = [
            NetworkfirewallRuleGroupRuleGroupRuleVariablesIpSets(
                key=key, ip_set=NetworkfirewallRuleGroupRuleGroupRuleVariablesIpSetsIpSet(definition=definition)
            )
            for key, definition in sorted(variables.items())
        ]
        made = self.module.add(
            NetworkfirewallRuleGroup,
            identifier(name),
            name=f"{full_name}-{capacity}",
            type="STATEFUL",
            capacity=capacity,
            rule_group=NetworkfirewallRuleGroupRuleGroup(
                rules_source=source,
                rule_variables=NetworkfirewallRuleGroupRuleGroupRuleVariables(ip_sets=sets),
                stateful_rule_options=NetworkfirewallRuleGroupRuleGroupStatefulRuleOptions(rule_order="STRICT_ORDER"),
            ),
            encryption_configuration=NetworkfirewallRuleGroupEncryptionConfiguration(
                type="CUSTOMER_KMS", key_id=self.key_arn
            ),
            tags={"Name": full_name},
            lifecycle=UPDATE_USERS_FIRST,
        )
        return self.module.ref(made, "arn")

    def _policy(self, groups: list[tuple[int, str]]) -> NetworkfirewallFirewallPolicy:
        home = NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariablesRuleVariables(
            key="HOME_NET",
            ip_set=NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariablesRuleVariablesIpSet(definition=self.home),
        )
        return self.module.add(
            NetworkfirewallFirewallPolicy,
            "this",
            name=self.name,
            firewall_policy=NetworkfirewallFirewallPolicyFirewallPolicy(
                stateless_default_actions=["aws:forward_to_sfe"],
                stateless_fragment_default_actions=["aws:forward_to_sfe"],
                stateful_engine_options=NetworkfirewallFirewallPolicyFirewallPolicyStatefulEngineOptions(
                    rule_order="STRICT_ORDER",
                    # A flow that the firewall did not see begin is told so at once, rather than left to time out.
                    stream_exception_policy="REJECT",
                ),
                # `established`: a handshake may go through, so that the names that domain lists look at are ever said.
                stateful_default_actions=["aws:alert_established", "aws:drop_established"],
                stateful_rule_group_reference=[
                    NetworkfirewallFirewallPolicyFirewallPolicyStatefulRuleGroupReference(
                        priority=priority, resource_arn=arn
                    )
                    for priority, arn in sorted(groups)
                ],
                policy_variables=NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariables(rule_variables=[home]),
            ),
            encryption_configuration=NetworkfirewallFirewallPolicyEncryptionConfiguration(
                type="CUSTOMER_KMS", key_id=self.key_arn
            ),
            tags={"Name": self.name},
        )

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
        """Hand out the endpoint of each zone: the one in its subnet. AWS lists them in no order, by zone name."""
        states = f"{self.module.address(made)}.firewall_status[0].sync_states"
        for zone, subnet in self.subnet_ids.items():
            chosen = f"state.attachment[0].subnet_id == {subnet.removeprefix('${').removesuffix('}')}"
            value = f"${{one([for state in {states} : state.attachment[0].endpoint_id if {chosen}])}}"
            self._output(endpoint_id(zone), value, f"The firewall endpoint in {zone}")

    def _place(self, made: NetworkfirewallFirewall) -> list[TerraformElement]:
        """Associate the firewall's attachment with its table, and make other tables lead to it.

        Returns what waits for the attachment to be accepted, where another account has to.
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
        returning = [(EGRESS, f"block_{identifier(block)}", block) for block in self.home]
        leaving = [(route.table, route.name, route.cidr) for route in self.tables.to_inspector()]
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
        """Accept the attachment where the gateway is another account's. Returns what acts there takes.

        AWS makes the attachment, so the tag by which the hub's role may use it comes afterwards.
        https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nf-fw-accept.html
        """
        if not on_gateway_of_another(self.estate, self.environment):
            # Without it, any segment's pipeline could claim the attachment with a tag of its own.
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
        claimed: TerraformElement = self.module.add(
            Ec2Tag,
            "attachment_segment",
            resource_id=self.module.ref(accepted, "transit_gateway_attachment_id"),
            key=SEGMENT_TAG,
            value=EGRESS_TAG_VALUE,
            provider=provider,
        )
        return {"provider": provider, "depends_on": [claimed]}

    # --- logs --------------------------------------------------------------------------------------------------------

    def _logs(self, made: NetworkfirewallFirewall, after: Sequence[TerraformElement] = ()) -> None:
        key = self._input(LOG_KEY_ARN, "Key of the log groups")
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
        self._output("alert_log_group_name", alerts, "The log group that says what was dropped")
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


def _suricata(sid: int, rule: FirewallRule) -> str:
    """A rule as the firewall reads it. `to_server`: of a flow, only what its opener sends; a decision holds for both.

    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_StatefulRule.html
    """
    protocol, ports, options = "ip", "any", "flow:to_server; "
    if rule.what is not None and rule.what.protocol == "icmp":
        protocol, options = "icmp", f"{options}itype:{rule.what.first}; "
    elif rule.what is not None:
        protocol = rule.what.protocol
        ports = f"{rule.what.first}:{rule.what.last}" if rule.what.last > rule.what.first else f"{rule.what.first}"
    action = "pass" if rule.passes else "drop"
    source, to = f"${segment_variable(rule.source)}", f"${segment_variable(rule.to)}"
    return f'{action} {protocol} {source} any -> {to} {ports} (msg:"{rule}"; {options}sid:{sid};)'
