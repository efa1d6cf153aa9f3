"""Module `egress`: the VPC that `Egress.CENTRAL` spokes leave by, and its place on the hub.

Each zone keeps to itself, there and back: transit gateway subnet, firewall endpoint, NAT gateway, internet gateway.
https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.addressing import Tier, egress_subnets, egress_tiers, zone_number
from isthmus.intent import EgressVpc, Environment, Estate, Inspection
from modules.aws import (
    AwsProvider,
    CloudwatchLogGroup,
    DefaultRouteTable,
    DefaultSecurityGroup,
    Ec2TransitGatewayRoute,
    Ec2TransitGatewayRouteTableAssociation,
    Ec2TransitGatewayVpcAttachment,
    Ec2TransitGatewayVpcAttachmentAccepter,
    Eip,
    FlowLog,
    InternetGateway,
    NatGateway,
    Route,
    RouteTable,
    RouteTableAssociation,
)
from modules.aws import Subnet as AwsSubnet
from modules.aws import Vpc as AwsVpc
from modules.cdk import (
    ModuleStack,
    RequiredProvider,
    TerraformElement,
    TerraformOutput,
    TerraformResourceLifecycle,
    TerraformVariable,
)
from modules.firewall import VPC_ID, endpoint_id, subnet_id
from modules.hub import EGRESS_TAG_VALUE, FLOW_LOGS_ROLE_ARN, GATEWAY_ID, LOG_KEY_ARN, SEGMENT_TAG, table_id
from modules.naming import identifier
from modules.provider import HUB, required_version
from modules.spoke import shares_hub_account
from modules.tables import DEFAULT, EGRESS, FIREWALL, HubTables, StaticRoute


def egress(estate: Estate, environment: Environment, tables: HubTables) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `transit_gateway_id`, `route_table_id_<key>`, `log_key_arn`, `flow_logs_role_arn`; with a firewall inside
    `endpoint_id_az<n>`; where the hub lies in another account the provider `aws.hub` too.
    Outputs: `vpc_id`, `transit_gateway_attachment_id`, `nat_public_ips` (by zone); with a firewall inside
    `subnet_id_az<n>`.
    """
    return _Egress(estate, environment, tables).emit()


def static_routes(estate: Estate, tables: HubTables) -> tuple[StaticRoute, ...]:
    """The static routes of hub tables that lead to the egress VPC."""
    if estate.egress is not None and estate.egress.inspection is Inspection.GATEWAY:
        return (StaticRoute(FIREWALL, "default", DEFAULT),)
    return tables.to_inspector()


def tables_used(estate: Estate, tables: HubTables) -> list[str]:
    """The keys of the route tables that the module needs the ids of."""
    return sorted({EGRESS} | {route.table for route in static_routes(estate, tables)})


class _Egress:
    def __init__(self, estate: Estate, environment: Environment, tables: HubTables) -> None:
        assert environment.egress is not None
        self.estate, self.environment, self.tables = estate, environment, tables
        self.egress: EgressVpc = environment.egress
        self.name = self.egress.vpc_name or f"{estate.prefix}-{self.egress.name}"
        self.zones = {zone_number(zone): zone for zone in estate.zones_of_egress(self.egress)}
        self.inspected = self.egress.inspection is Inspection.VPC
        self.apart = not shares_hub_account(estate, environment)
        required = RequiredProvider(
            source="hashicorp/aws", version=required_version(environment), aliases=(HUB,) if self.apart else ()
        )
        self.module = ModuleStack("egress", providers={"aws": required})
        self.gateway_id = self._input(GATEWAY_ID, "The transit gateway")
        self.table_ids = {key: self._input(table_id(key), "A hub route table") for key in tables_used(estate, tables)}

    def emit(self) -> dict[str, Any]:
        self.vpc = self._vpc()
        self.subnets: dict[str, AwsSubnet] = {}
        self.route_tables: dict[str, RouteTable] = {}
        cidrs = egress_subnets(self.egress, list(self.zones.values()))
        for tier in egress_tiers(self.egress):
            for number, zone in self.zones.items():
                self._subnet(f"{tier}_az{number}", str(cidrs[f"{tier}_az{number}"]), zone)
        attached = self._attachment()
        gateway = self.module.add(InternetGateway, "this", vpc_id=self.module.ref(self.vpc), tags={"Name": self.name})
        addresses = {}
        for number, zone in self.zones.items():
            nat, address = self._nat_gateway(number, gateway)
            self._routes(number, zone, gateway, nat, attached)
            addresses[f"az{number}"] = self.module.ref(address, "public_ip")
        self._flow_logs()
        self._output(VPC_ID, self.module.ref(self.vpc), "The egress VPC")
        self._output("nat_public_ips", addresses, "The addresses that the internet sees, by zone")
        return self.module.emit()

    # --- the VPC -----------------------------------------------------------------------------------------------------

    def _vpc(self) -> AwsVpc:
        vpc = self.module.add(
            AwsVpc,
            "this",
            cidr_block=self.egress.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": self.name},
        )
        # What AWS makes by itself, emptied: neither a forgotten association nor a default group lets anything through.
        self.module.add(
            DefaultSecurityGroup, "this", vpc_id=self.module.ref(vpc), tags={"Name": f"{self.name}-default"}
        )
        self.module.add(
            DefaultRouteTable,
            "this",
            default_route_table_id=self.module.ref(vpc, "default_route_table_id"),
            tags={"Name": f"{self.name}-default"},
        )
        return vpc

    def _subnet(self, key: str, cidr: str, zone: str) -> None:
        label = f"{self.name}-{key}".replace("_", "-")
        subnet = self.module.add(
            AwsSubnet,
            key,
            vpc_id=self.module.ref(self.vpc),
            cidr_block=cidr,
            availability_zone_id=zone,
            map_public_ip_on_launch=False,
            tags={"Name": label},
        )
        table = self.module.add(RouteTable, key, vpc_id=self.module.ref(self.vpc), tags={"Name": label})
        self.module.add(
            RouteTableAssociation, key, subnet_id=self.module.ref(subnet), route_table_id=self.module.ref(table)
        )
        self.subnets[key], self.route_tables[key] = subnet, table
        if key.startswith(Tier.FIREWALL):
            self._output(subnet_id(zone), self.module.ref(subnet), f"The firewall subnet in {zone}")

    # --- the hub -----------------------------------------------------------------------------------------------------

    def _attachment(self) -> TerraformElement:
        """Attach every zone, accept where accounts differ, associate, and lead the hub's tables here.

        It propagates nowhere: nobody has business with the VPC itself. Returns what routes to the gateway wait for.
        """
        # On a shared gateway's attachment these two are the accepter's to set.
        no_defaults: dict[str, Any] = {
            "transit_gateway_default_route_table_association": False,
            "transit_gateway_default_route_table_propagation": False,
        }
        tags = {"Name": self.name, SEGMENT_TAG: EGRESS_TAG_VALUE}
        attachment = self.module.add(
            Ec2TransitGatewayVpcAttachment,
            "this",
            transit_gateway_id=self.gateway_id,
            vpc_id=self.module.ref(self.vpc),
            subnet_ids=[self.module.ref(self.subnets[f"{Tier.TRANSIT_GATEWAY}_az{number}"]) for number in self.zones],
            dns_support="enable",
            # Both directions of a flow in one zone, so at one firewall.
            appliance_mode_support="enable" if self.inspected else "disable",
            tags=tags,
            **({} if self.apart else no_defaults),
        )
        self._output(
            "transit_gateway_attachment_id", self.module.ref(attachment), "The attachment to the transit gateway"
        )
        accepted: Ec2TransitGatewayVpcAttachment | Ec2TransitGatewayVpcAttachmentAccepter = attachment
        hub: dict[str, Any] = {}
        if self.apart:
            hub = {"provider": AwsProvider(self.module, "aws_hub", alias=HUB)}
            accepted = self.module.add(
                Ec2TransitGatewayVpcAttachmentAccepter,
                "this",
                transit_gateway_attachment_id=self.module.ref(attachment),
                tags=tags,
                **no_defaults,
                **hub,
            )
        self.module.add(
            Ec2TransitGatewayRouteTableAssociation,
            "this",
            transit_gateway_attachment_id=self.module.ref(accepted),
            transit_gateway_route_table_id=self.table_ids[EGRESS],
            **hub,
        )
        for route in static_routes(self.estate, self.tables):
            self.module.add(
                Ec2TransitGatewayRoute,
                f"{route.table}_{route.name}",
                destination_cidr_block=route.cidr,
                transit_gateway_attachment_id=self.module.ref(accepted),
                transit_gateway_route_table_id=self.table_ids[route.table],
                **hub,
            )
        return accepted

    # --- the way through ---------------------------------------------------------------------------------------------

    def _nat_gateway(self, number: int, gateway: InternetGateway) -> tuple[NatGateway, Eip]:
        label = f"{self.name}-nat-az{number}"
        address = self.module.add(
            Eip,
            f"nat_az{number}",
            domain="vpc",
            tags={"Name": label},
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if self.environment.protected else None,
            depends_on=[gateway],
        )
        nat = self.module.add(
            NatGateway,
            f"az{number}",
            allocation_id=self.module.ref(address),
            subnet_id=self.module.ref(self.subnets[f"{Tier.PUBLIC}_az{number}"]),
            tags={"Name": label},
            depends_on=[gateway],
        )
        return nat, address

    def _routes(
        self, number: int, zone: str, gateway: InternetGateway, nat: NatGateway, attached: TerraformElement
    ) -> None:
        """Out by transit gateway subnet, firewall, NAT gateway, internet gateway; back to the estate's blocks likewise.

        The way back stands in the table of the NAT gateway's subnet, the line that is forgotten most.
        """
        public, inside = f"{Tier.PUBLIC}_az{number}", f"{Tier.TRANSIT_GATEWAY}_az{number}"
        to_nat: dict[str, Any] = {"nat_gateway_id": self.module.ref(nat)}
        to_hub: dict[str, Any] = {"transit_gateway_id": self.gateway_id, "depends_on": [attached]}
        self._route(public, "default", DEFAULT, gateway_id=self.module.ref(gateway))
        if self.inspected:
            endpoint = {"vpc_endpoint_id": self._input(endpoint_id(zone), f"The firewall endpoint in {zone}")}
            firewall = f"{Tier.FIREWALL}_az{number}"
            self._route(inside, "default", DEFAULT, **endpoint)
            self._route(firewall, "default", DEFAULT, **to_nat)
            self._to_blocks(public, endpoint)
            self._to_blocks(firewall, to_hub)
        else:
            self._route(inside, "default", DEFAULT, **to_nat)
            self._to_blocks(public, to_hub)

    def _to_blocks(self, key: str, target: Mapping[str, Any]) -> None:
        for block in sorted(self.estate.blocks):
            self._route(key, f"block_{identifier(block)}", block, **target)

    def _route(self, key: str, name: str, cidr: str, **target: Any) -> None:
        self.module.add(
            Route,
            f"{key}_{name}",
            route_table_id=self.module.ref(self.route_tables[key]),
            destination_cidr_block=cidr,
            **target,
        )

    # --- logs --------------------------------------------------------------------------------------------------------

    def _flow_logs(self) -> None:
        name = f"/{self.estate.prefix}/{self.name}/flow-logs"
        group = self.module.add(
            CloudwatchLogGroup,
            "flow_logs",
            name=name,
            kms_key_id=self._input(LOG_KEY_ARN, "Key of the log group"),
            retention_in_days=self.estate.log_retention_days,
            tags={"Name": name},
        )
        self.module.add(
            FlowLog,
            "this",
            vpc_id=self.module.ref(self.vpc),
            traffic_type="ALL",
            iam_role_arn=self._input(FLOW_LOGS_ROLE_ARN, "Role that delivers flow logs"),
            log_destination=self.module.ref(group, "arn"),
            log_destination_type="cloud-watch-logs",
            max_aggregation_interval=60,
            tags={"Name": self.name},
        )

    # --- inputs and outputs ------------------------------------------------------------------------------------------

    def _input(self, name: str, description: str) -> str:
        return self.module.ref(self.module.add(TerraformVariable, name, type="string", description=description), None)

    def _output(self, name: str, value: Any, description: str) -> None:
        self.module.add(TerraformOutput, name, value=value, description=description)
