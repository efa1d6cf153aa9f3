"""Module `vpn`: customer gateways, Site-to-Site VPN connections, their logs, associations and propagations."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from isthmus.intent import Account, Environment, Estate, Routing, Tunnel, VpnConnection
from isthmus.intent.addressing import inside_cidrs
from isthmus.intent.model import name_of
from isthmus.intent.provider_versions import required_version
from modules.aws import (
    CloudwatchLogGroup,
    CloudwatchLogResourcePolicy,
    CustomerGateway,
    Ec2Tag,
    Ec2TransitGatewayRoute,
    Ec2TransitGatewayRouteTableAssociation,
    Ec2TransitGatewayRouteTablePropagation,
    VpnConnectionTunnel1LogOptions,
    VpnConnectionTunnel1LogOptionsCloudwatchLogOptions,
    VpnConnectionTunnel2LogOptions,
    VpnConnectionTunnel2LogOptionsCloudwatchLogOptions,
)
from modules.aws import VpnConnection as AwsVpnConnection
from modules.cdk import (
    ModuleStack,
    RequiredProvider,
    TerraformOutput,
    TerraformVariable,
)
from modules.hub import GATEWAY_ID, LOG_KEY_ARN, SEGMENT_TAG, VPN_TAG_VALUE, table_id
from modules.hub_route_tables import DEFAULT, HubTables
from modules.iam_policy import allow, document, organization_partition
from modules.lifecycle import lifecycle
from modules.terraform_names import identifier

# The largest autonomous system number of `bgp_asn`. Larger numbers need `bgp_asn_extended`.
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/customer_gateway
_LARGEST_PLAIN_ASN = 2_147_483_647


def vpn(estate: Estate, environment: Environment, tables: HubTables) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `transit_gateway_id`, `log_key_arn`, `route_table_id_<key>`, and those of `transports`. Outputs: for each
    connection `vpn_connection_id_<c>` and `<output>_<c>` for the names of `outputs_of`; for each customer gateway
    `customer_gateway_arn_<g>`.
    """
    required = RequiredProvider(source="hashicorp/aws", version=required_version(environment))
    return _Vpn(estate, environment, tables, ModuleStack("vpn", providers={"aws": required})).emit()


def tables_used(environment: Environment, tables: HubTables) -> list[str]:
    """The keys of the hub route tables whose ids the module needs."""
    connections = environment.vpn_connections
    keys = {tables.table_of_connection(c).key for c in connections} | {
        t.key for c in connections for t in tables.tables_leading_to(c)
    }
    return sorted(keys)


def transports(environment: Environment) -> dict[str, str]:
    """The inputs that hold the attachments of the Direct Connect gateways that carry tunnels, by gateway."""
    names = sorted({str(connection.over) for connection in environment.vpn_connections if connection.over is not None})
    return {name: f"transport_attachment_id_{identifier(name)}" for name in names}


def outputs_of(estate: Estate, connection: VpnConnection) -> list[str]:
    """The attributes of a connection that the customer gateway device needs to know."""
    keys = [] if _has_certificate(estate, connection) else ["preshared_key_arn"]
    return ["transit_gateway_attachment_id", *keys, "tunnel1_address", "tunnel2_address"]


def _has_certificate(estate: Estate, connection: VpnConnection) -> bool:
    return estate.customer_gateway(connection.customer_gateway)[1].certificate_arn is not None


class _Vpn:
    def __init__(self, estate: Estate, environment: Environment, tables: HubTables, module: ModuleStack) -> None:
        self.estate, self.environment, self.tables, self.module = estate, environment, tables, module
        self.lifecycle = lifecycle(protected=environment.protected)
        hub = module.add(TerraformVariable, GATEWAY_ID, type="string", description="Id of the transit gateway")
        key = module.add(
            TerraformVariable, LOG_KEY_ARN, type="string", description="ARN of the KMS key of the log groups"
        )
        self.gateway_id, self.log_key_arn = module.ref(hub, None), module.ref(key, None)
        self.table_ids: dict[str, str] = {}
        for table in tables_used(environment, tables):
            variable = module.add(
                TerraformVariable, table_id(table), type="string", description="Id of a hub route table"
            )
            self.table_ids[table] = module.ref(variable, None)
        self.transports: dict[str, str] = {}
        for gateway, name in transports(environment).items():
            variable = module.add(
                TerraformVariable,
                name,
                type="string",
                description=f"Id of the attachment of Direct Connect gateway {gateway}",
            )
            self.transports[gateway] = module.ref(variable, None)
        self.customer_gateways: dict[str, CustomerGateway] = {}
        self.made: dict[str, AwsVpnConnection] = {}

    def emit(self) -> dict[str, Any]:
        connections = sorted(self.environment.vpn_connections, key=lambda connection: connection.name)
        for name in sorted({name_of(connection.customer_gateway) for connection in connections}):
            self.customer_gateways[name] = self._customer_gateway(name)
        groups = {connection.name: self._log_group(connection) for connection in connections}
        permission = self._log_permission()
        for connection in connections:
            made = self._connection(connection, groups[connection.name], permission)
            self._associate(connection, made)
            self._outputs(connection, made)
            self.made[connection.name] = made
        for name in self.customer_gateways:
            self._gateway_output(name)
        return self.module.emit()

    def _customer_gateway(self, name: str) -> CustomerGateway:
        _, gateway = self.estate.customer_gateway(name)
        extended = gateway.bgp_asn > _LARGEST_PLAIN_ASN
        return self.module.add(
            CustomerGateway,
            identifier(name),
            type="ipsec.1",
            ip_address=gateway.ip_address,
            bgp_asn=None if extended else str(gateway.bgp_asn),
            bgp_asn_extended=str(gateway.bgp_asn) if extended else None,
            certificate_arn=gateway.certificate_arn,
            device_name=gateway.device,
            tags={"Name": name},
            # AWS does not delete a customer gateway that a connection uses. It changes the one of a connection in
            # place.
            # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpnConnection.html
            lifecycle=lifecycle(protected=self.environment.protected, create_before_destroy=True),
        )

    def _log_group(self, connection: VpnConnection) -> CloudwatchLogGroup:
        name = f"/{self.estate.prefix}/{connection.name}/tunnel-logs"
        return self.module.add(
            CloudwatchLogGroup,
            identifier(connection.name),
            name=name,
            kms_key_id=self.log_key_arn,
            retention_in_days=self.estate.log_retention_days,
            tags={"Name": name},
        )

    def _log_permission(self) -> CloudwatchLogResourcePolicy:
        # https://docs.aws.amazon.com/vpn/latest/s2svpn/status-logs.html
        account: Account = self.estate.account(self.environment.account)
        logs = f"arn:{organization_partition(self.estate)}:logs:{self.estate.region}:{account.id}"
        return self.module.add(
            CloudwatchLogResourcePolicy,
            "vpn_tunnel_logs",
            policy_name=f"{self.estate.prefix}-{self.environment.name}-vpn-tunnel-logs",
            policy_document=document(
                allow(
                    "DeliverTunnelLogs",
                    principal={"Service": "delivery.logs.amazonaws.com"},
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    # One pattern for all log groups, since AWS limits such a policy to 5,120 characters.
                    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
                    resources=[f"{logs}:log-group:/{self.estate.prefix}/*/tunnel-logs:log-stream:*"],
                    conditions={
                        "StringEquals": {"aws:SourceAccount": account.id},
                        "ArnLike": {"aws:SourceArn": f"{logs}:*"},
                    },
                )
            ),
        )

    def _connection(
        self, connection: VpnConnection, group: CloudwatchLogGroup, permission: CloudwatchLogResourcePolicy
    ) -> AwsVpnConnection:
        one, two = inside_cidrs(connection)
        first, second = connection.tunnels
        group_arn = self.module.ref(group, "arn")
        bgp = {"bgp_log_enabled": True, "bgp_log_group_arn": group_arn, "bgp_log_output_format": "json"}
        log = {"log_enabled": True, "log_group_arn": group_arn, "log_output_format": "json"}
        options: dict[str, Any] = log | (bgp if connection.bgp_logs else {})
        return self.module.add(
            AwsVpnConnection,
            identifier(connection.name),
            type="ipsec.1",
            customer_gateway_id=self.module.ref(self.customer_gateways[name_of(connection.customer_gateway)]),
            transit_gateway_id=self.gateway_id,
            static_routes_only=connection.routing is Routing.STATIC,
            # AWS has no acceleration over Direct Connect.
            # https://docs.aws.amazon.com/vpn/latest/s2svpn/private-ip-dx-steps.html
            enable_acceleration=connection.acceleration if connection.over is None else None,
            outside_ip_address_type="PrivateIpv4" if connection.over is not None else None,
            transport_transit_gateway_attachment_id=self.transports.get(str(connection.over)),
            tunnel_bandwidth="large" if connection.large_tunnels else None,
            # AWS creates and stores the pre-shared keys. They never appear in a state or a plan.
            # https://docs.aws.amazon.com/vpn/latest/s2svpn/enhanced-security.html
            preshared_key_storage=None if _has_certificate(self.estate, connection) else "SecretsManager",
            tunnel1_log_options=VpnConnectionTunnel1LogOptions(
                cloudwatch_log_options=VpnConnectionTunnel1LogOptionsCloudwatchLogOptions(**options)
            ),
            tunnel2_log_options=VpnConnectionTunnel2LogOptions(
                cloudwatch_log_options=VpnConnectionTunnel2LogOptionsCloudwatchLogOptions(**options)
            ),
            tags={"Name": connection.name, **_reasons(first, second)},
            lifecycle=self.lifecycle,
            depends_on=[permission],
            **_tunnel_options(1, first, one),
            **_tunnel_options(2, second, two),
        )

    def _associate(self, connection: VpnConnection, made: AwsVpnConnection) -> None:
        """Associate the connection with its table, and add routes to it in the tables that reach its site."""
        name, attachment = identifier(connection.name), self.module.ref(made, "transit_gateway_attachment_id")
        # AWS creates the attachment without a Name tag.
        self.module.add(Ec2Tag, f"{name}_attachment_name", resource_id=attachment, key="Name", value=connection.name)
        # Without this tag, the pipeline of any segment could claim the attachment with its own tag.
        self.module.add(
            Ec2Tag, f"{name}_attachment_segment", resource_id=attachment, key=SEGMENT_TAG, value=VPN_TAG_VALUE
        )
        self.module.add(
            Ec2TransitGatewayRouteTableAssociation,
            name,
            transit_gateway_attachment_id=attachment,
            transit_gateway_route_table_id=self.table_ids[self.tables.table_of_connection(connection).key],
        )
        for table in self.tables.tables_leading_to(connection):
            if connection.routing is Routing.BGP:
                self.module.add(
                    Ec2TransitGatewayRouteTablePropagation,
                    f"{name}_{table.key}",
                    transit_gateway_attachment_id=attachment,
                    transit_gateway_route_table_id=self.table_ids[table.key],
                )
            else:
                self._static_routes(connection, table.key, {cidr for _, cidr in table.blackholes}, attachment)
            if table.default == connection.name:
                self._route(f"{table.key}_default", DEFAULT, table.key, attachment)

    def _static_routes(self, connection: VpnConnection, table: str, denied: set[str], attachment: str) -> None:
        site = self.estate.site_of(connection)
        for network, cidr in sorted(site.networks.items()):
            if (
                cidr not in denied
            ):  # the table has a blackhole route there, and can hold one static route for each prefix
                self._route(f"{table}_{identifier(site.name)}_{identifier(network)}", cidr, table, attachment)

    def _route(self, name: str, cidr: str, table: str, attachment: str) -> None:
        self.module.add(
            Ec2TransitGatewayRoute,
            name,
            destination_cidr_block=cidr,
            transit_gateway_attachment_id=attachment,
            transit_gateway_route_table_id=self.table_ids[table],
        )

    def _gateway_output(self, name: str) -> None:
        # Network Manager requires a customer gateway with a connection, so the output depends on the connections.
        # https://docs.aws.amazon.com/networkmanager/latest/APIReference/API_AssociateCustomerGateway.html
        output = self.module.add(
            TerraformOutput,
            f"customer_gateway_arn_{identifier(name)}",
            value=self.module.ref(self.customer_gateways[name], "arn"),
            description=f"ARN of customer gateway {name}",
        )
        names = sorted(c.name for c in self.environment.vpn_connections if name_of(c.customer_gateway) == name)
        # cdktf would write the dependencies of outputs as templates, which Terraform refuses.
        output.add_override("depends_on", [self.module.address(self.made[connection]) for connection in names])

    def _outputs(self, connection: VpnConnection, made: AwsVpnConnection) -> None:
        name = identifier(connection.name)
        attributes = {"vpn_connection_id": "id"} | {name: name for name in outputs_of(self.estate, connection)}
        for output, attribute in attributes.items():
            value = self.module.ref(made, attribute)
            self.module.add(
                TerraformOutput, f"{output}_{name}", value=value, description=f"VPN connection {connection.name}"
            )


def _reasons(*tunnels: Tunnel) -> dict[str, str]:
    """The reasons for weaker algorithms. The policies accept these algorithms only with this tag."""
    return {
        f"isthmus:tunnel{number}-algorithms": tunnel.weaker_algorithms_reason
        for number, tunnel in enumerate(tunnels, start=1)
        if tunnel.weaker_algorithms_reason is not None
    }


def _tunnel_options(number: int, tunnel: Tunnel, inside: IPv4Network) -> dict[str, Any]:
    options = {
        "inside_cidr": str(inside),
        "ike_versions": sorted(tunnel.ike_versions),
        "phase1_encryption_algorithms": sorted(tunnel.phase1_encryption_algorithms),
        "phase1_integrity_algorithms": sorted(tunnel.phase1_integrity_algorithms),
        "phase1_dh_group_numbers": sorted(tunnel.phase1_dh_group_numbers),
        "phase1_lifetime_seconds": tunnel.phase1_lifetime,
        "phase2_encryption_algorithms": sorted(tunnel.phase2_encryption_algorithms),
        "phase2_integrity_algorithms": sorted(tunnel.phase2_integrity_algorithms),
        "phase2_dh_group_numbers": sorted(tunnel.phase2_dh_group_numbers),
        "phase2_lifetime_seconds": tunnel.phase2_lifetime,
        "dpd_timeout_action": tunnel.dpd_timeout_action,
        "dpd_timeout_seconds": tunnel.dpd_timeout,
        "startup_action": tunnel.startup_action,
        "rekey_margin_time_seconds": tunnel.rekey_margin_time,
        "rekey_fuzz_percentage": tunnel.rekey_fuzz_percentage,
        "replay_window_size": tunnel.replay_window_size,
        "enable_tunnel_lifecycle_control": tunnel.lifecycle_control,
    }
    return {f"tunnel{number}_{option}": value for option, value in options.items()}
