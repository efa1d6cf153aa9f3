"""Module `observability`: alarms, an encrypted SNS topic, the hub's dashboard, and AWS Network Manager."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from isthmus.intent import Environment, Estate, Observability, TransitVirtualInterface, VpnConnection
from isthmus.intent.model import name_of
from modules.aws import (
    CloudwatchCompositeAlarm,
    CloudwatchDashboard,
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
    CloudwatchMetricAlarm,
    KmsAlias,
    KmsKey,
    SnsTopic,
    SnsTopicPolicy,
    SnsTopicSubscription,
)
from modules.cdk import ModuleStack, TerraformOutput, TerraformVariable
from modules.dashboard import DIRECT_CONNECT, PERIOD, VPN, ConnectionMetrics, dashboard_body
from modules.hub import GATEWAY_ARN, GATEWAY_ID
from modules.iam_policy import allow, document, organization_partition
from modules.network_manager import network_manager
from modules.provider import REQUIRED, global_name
from modules.terraform_names import identifier

FIREWALL_ALERT_LOGS = "alert_log_group_name"

# The namespace of metrics that are made from logs.
_NAMESPACE = "Isthmus"


def inputs_of(environment: Environment) -> dict[str, list[str]]:
    """The names of the module's inputs, by the module of the same root that has an output of the same name."""
    gateways = {name_of(connection.customer_gateway) for connection in environment.vpn_connections}
    of_connections = [
        f"{output}_{identifier(connection.name)}"
        for connection in environment.vpn_connections
        for output in ("vpn_connection_id", "transit_gateway_attachment_id", "tunnel1_address", "tunnel2_address")
    ]
    of_gateways = [f"customer_gateway_arn_{identifier(name)}" for name in gateways]
    inspects = environment.egress is not None and environment.egress.inspection.is_network_firewall
    return {
        "hub": [GATEWAY_ARN, GATEWAY_ID] if environment.hub is not None else [],
        "vpn": sorted(of_connections + of_gateways),
        "direct_connect": sorted(f"virtual_interface_id_{identifier(one.name)}" for one in _watched(environment)),
        "firewall": [FIREWALL_ALERT_LOGS] if inspects else [],
    }


def _watched(environment: Environment) -> list[TransitVirtualInterface]:
    """The virtual interfaces with a metric of known dimensions.

    The connection of a hosted one is the partner's. AWS does not document the dimension of a link aggregation group.
    """
    every = (interface for gateway in environment.direct_connect for interface in gateway.virtual_interfaces)
    return sorted((one for one in every if (one.connection or "").startswith("dxcon-")), key=lambda one: one.name)


def observability(estate: Estate, environment: Environment) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `transit_gateway_id` and `transit_gateway_arn` if the environment holds the hub; for each connection
    `vpn_connection_id_<c>`, `transit_gateway_attachment_id_<c>`, `tunnel1_address_<c>`, `tunnel2_address_<c>`; for each
    customer gateway `customer_gateway_arn_<g>`; for each virtual interface of its own `virtual_interface_id_<v>`; if it
    holds a firewall `alert_log_group_name`.
    Output: `alarm_topic_arn`, if alarms go to e-mail addresses.
    """
    return _Observability(estate, environment).emit()


class _Observability:
    def __init__(self, estate: Estate, environment: Environment) -> None:
        assert environment.observability is not None
        self.estate, self.environment = estate, environment
        self.wanted: Observability = environment.observability
        self.name = f"{estate.prefix}-{environment.name}"
        self.account = estate.account(environment.account)
        self.partition = organization_partition(estate)
        self.connections = sorted(environment.vpn_connections, key=lambda connection: connection.name)
        self.module = ModuleStack("observability", providers=REQUIRED)
        self.inputs = {
            name: self.module.ref(self.module.add(TerraformVariable, name, type="string"), None)
            for names in inputs_of(environment).values()
            for name in names
        }

    def emit(self) -> dict[str, Any]:
        self.actions = self._actions()
        down: dict[str, CloudwatchMetricAlarm] = {}
        for connection in self.connections:
            self._tunnel_alarms(connection)
            down[connection.name] = self._connection_alarm(connection)
        for interface in _watched(self.environment):
            down[interface.name] = self._virtual_interface_alarm(interface)
        self._site_alarms(down)
        if FIREWALL_ALERT_LOGS in self.inputs:
            self._firewall_alarm()
        if GATEWAY_ID in self.inputs:
            self._dashboard()
            if self.wanted.network_manager:
                self._network_manager()
        return self.module.emit()

    # --- notification ------------------------------------------------------------------------------------------------

    def _actions(self) -> list[str]:
        """The topics that alarms are published to: the given topics, and a new topic for e-mail addresses."""
        topics = sorted(target for target in self.wanted.notify if target.startswith("arn:"))
        addresses = sorted(target for target in self.wanted.notify if not target.startswith("arn:"))
        return [*([self._topic(addresses)] if addresses else []), *topics]

    def _topic(self, addresses: Sequence[str]) -> str:
        key = self.module.add(
            KmsKey,
            "this",
            description=f"Alarms of {self.name}",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=self._key_policy(),
            tags={"Name": f"{self.name}-alarms"},
        )
        self.module.add(
            KmsAlias, "this", name=f"alias/{self.name}-alarms", target_key_id=self.module.ref(key, "key_id")
        )
        topic = self.module.add(
            SnsTopic,
            "alarms",
            name=f"{self.name}-alarms",
            kms_master_key_id=self.module.ref(key, "arn"),
            tags={"Name": f"{self.name}-alarms"},
        )
        arn = self.module.ref(topic, "arn")
        self.module.add(
            SnsTopicPolicy,
            "alarms",
            arn=arn,
            policy=document(
                allow(
                    "AlarmsPublish",
                    principal={"Service": "cloudwatch.amazonaws.com"},
                    actions=["sns:Publish"],
                    resources=[arn],
                    conditions=self._from_own_alarms(),
                )
            ),
        )
        for address in addresses:
            self.module.add(
                SnsTopicSubscription, f"mail_{identifier(address)}", topic_arn=arn, protocol="email", endpoint=address
            )
        self.module.add(
            TerraformOutput, "alarm_topic_arn", value=arn, description="ARN of the topic that alarms are published to"
        )
        return arn

    def _key_policy(self) -> str:
        # CloudWatch cannot use the AWS managed key of SNS. With that key, alarms would be lost without an error.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
        return document(
            allow(
                "AccountAdministersKey",
                principal={"AWS": f"arn:{self.partition}:iam::{self.account.id}:root"},
                actions=["kms:*"],
                resources=["*"],
            ),
            allow(
                "AlarmsUseKey",
                principal={"Service": "cloudwatch.amazonaws.com"},
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions=self._from_own_alarms(),
            ),
        )

    def _from_own_alarms(self) -> dict[str, dict[str, str]]:
        alarms = f"arn:{self.partition}:cloudwatch:{self.estate.region}:{self.account.id}:alarm:*"
        return {"StringEquals": {"aws:SourceAccount": self.account.id}, "ArnLike": {"aws:SourceArn": alarms}}

    # --- alarms ------------------------------------------------------------------------------------------------------
    # Names of connections and sites hold no `/`, so no two alarms of an account have the same name.

    def _tunnel_alarms(self, connection: VpnConnection) -> None:
        """Add an alarm for each tunnel. With BGP, the metric is 1 only if the BGP session is established."""
        for number in (1, 2):
            address = self.inputs[f"tunnel{number}_address_{identifier(connection.name)}"]
            self._down(
                f"tunnel{number}_{identifier(connection.name)}",
                f"{connection.name}/tunnel{number}-down",
                f"Tunnel {number} of VPN connection {connection.name} is down. The other tunnel carries all traffic",
                {"VpnId": self._vpn_id(connection), "TunnelIpAddress": address},
            )

    def _connection_alarm(self, connection: VpnConnection) -> CloudwatchMetricAlarm:
        # A value between 0 and 1 means that one of the two tunnels is up.
        return self._down(
            f"connection_{identifier(connection.name)}",
            f"{connection.name}/connection-down",
            f"Both tunnels of VPN connection {connection.name} to {self.estate.site_of(connection).name} are down",
            {"VpnId": self._vpn_id(connection)},
        )

    def _virtual_interface_alarm(self, interface: TransitVirtualInterface) -> CloudwatchMetricAlarm:
        """Add an alarm for the BGP session of a virtual interface. Its metric has the state of 5 minutes."""
        return self._down(
            f"virtual_interface_{identifier(interface.name)}",
            f"{interface.name}/bgp-down",
            f"The BGP session of virtual interface {interface.name} at {interface.location} is down",
            {
                "ConnectionId": str(interface.connection),
                "VirtualInterfaceId": self.inputs[f"virtual_interface_id_{identifier(interface.name)}"],
                "IpAddressFamily": "ipv4",
            },
            (DIRECT_CONNECT, "VirtualInterfaceBgpStatus"),
        )

    def _down(
        self,
        name: str,
        alarm: str,
        description: str,
        dimensions: dict[str, str],
        metric: tuple[str, str] = (VPN, "TunnelState"),
    ) -> CloudwatchMetricAlarm:
        """Add an alarm for a namespace and metric that is 0 if something is down."""
        namespace, metric_name = metric
        periods = self.wanted.tunnel_down_for * 60 // PERIOD
        return self.module.add(
            CloudwatchMetricAlarm,
            name,
            alarm_name=f"{self.name}/{alarm}",
            alarm_description=description,
            namespace=namespace,
            metric_name=metric_name,
            dimensions=dimensions,
            statistic="Maximum",
            period=PERIOD,
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            comparison_operator="LessThanOrEqualToThreshold",
            threshold=0,
            treat_missing_data="breaching",
            alarm_actions=self.actions,
            ok_actions=self.actions,
            tags={"Name": f"{self.name}/{alarm}"},
        )

    def _site_alarms(self, down: dict[str, CloudwatchMetricAlarm]) -> None:
        """Add an alarm for each site with several ways that have an alarm. It goes off when all of them are down.

        A site with a virtual interface without an alarm has none: it may be reachable over that one.
        """
        ways: dict[str, list[str]] = {}
        direct: set[str] = set()
        for connection in self.connections:
            ways.setdefault(self.estate.site_of(connection).name, []).append(connection.name)
        for gateway in sorted(self.environment.direct_connect, key=lambda one: one.name):
            site = self.estate.site_of(gateway).name
            direct.add(site)
            ways.setdefault(site, []).extend(sorted(interface.name for interface in gateway.virtual_interfaces))
        for name, group in sorted(ways.items()):
            if len(group) < 2 or not down.keys() >= set(group):
                continue
            alarms = [self.module.ref(down[way], "alarm_name") for way in group]
            what = "connections and virtual interfaces" if name in direct else "VPN connections"
            self.module.add(
                CloudwatchCompositeAlarm,
                f"site_{identifier(name)}",
                alarm_name=f"{self.name}/{name}/site-down",
                alarm_description=f"All {what} to site {name} are down. The site is unreachable",
                alarm_rule=" AND ".join(f'ALARM("{alarm}")' for alarm in alarms),
                alarm_actions=self.actions,
                ok_actions=self.actions,
                tags={"Name": f"{self.name}/{name}/site-down"},
            )

    def _firewall_alarm(self) -> None:
        """Add an alarm for packets that the firewall drops.

        It counts entries of the alert log. The firewall's own metric is by Availability Zone name, and these names
        differ between accounts.
        """
        metric = f"{self.name}-firewall-drops"
        self.module.add(
            CloudwatchLogMetricFilter,
            "firewall_drops",
            name=metric,
            log_group_name=self.inputs[FIREWALL_ALERT_LOGS],
            # https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging-contents.html
            pattern='{ $.event.alert.action = "blocked" }',
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                namespace=_NAMESPACE, name=metric, value="1", default_value="0"
            ),
        )
        self.module.add(
            CloudwatchMetricAlarm,
            "firewall_drops",
            alarm_name=metric,
            alarm_description="The firewall dropped traffic. See its alert log",
            namespace=_NAMESPACE,
            metric_name=metric,
            statistic="Sum",
            period=PERIOD,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=self.wanted.firewall_drops_above,
            treat_missing_data="notBreaching",
            alarm_actions=self.actions,
            ok_actions=self.actions,
            tags={"Name": metric},
        )

    # --- dashboard ---------------------------------------------------------------------------------------------------

    def _dashboard(self) -> None:
        connections = [
            ConnectionMetrics(
                connection.name,
                vpn=self._vpn_id(connection),
                attachment=self._of(connection, "transit_gateway_attachment_id"),
                tunnels=(self._of(connection, "tunnel1_address"), self._of(connection, "tunnel2_address")),
            )
            for connection in self.connections
        ]
        self.module.add(
            CloudwatchDashboard,
            "this",
            dashboard_name=global_name(self.estate, self.environment.name),
            dashboard_body=dashboard_body(self.estate.region, self.inputs[GATEWAY_ID], connections),
        )

    def _network_manager(self) -> None:
        gateways = sorted({str(name_of(connection.customer_gateway)) for connection in self.connections})
        arns = {name: self.inputs[f"customer_gateway_arn_{identifier(name)}"] for name in gateways}
        network_manager(self.module, self.estate, self.environment, self.inputs[GATEWAY_ARN], arns)

    # --- inputs ------------------------------------------------------------------------------------------------------

    def _vpn_id(self, connection: VpnConnection) -> str:
        return self._of(connection, "vpn_connection_id")

    def _of(self, connection: VpnConnection, output: str) -> str:
        return self.inputs[f"{output}_{identifier(connection.name)}"]
