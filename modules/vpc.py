"""The base of the modules of a VPC (spoke, egress VPC): subnets, attachment, NAT gateways, routes, flow logs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from isthmus.intent import Environment, Estate
from isthmus.intent.addressing import Tier
from modules.aws import (
    AwsProvider,
    CloudwatchLogGroup,
    DefaultRouteTable,
    DefaultSecurityGroup,
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
    TerraformVariable,
)
from modules.hub import FLOW_LOGS_ROLE_ARN, GATEWAY_ID, LOG_KEY_ARN, SEGMENT_TAG, table_id
from modules.lifecycle import CREATE_BEFORE_DESTROY, lifecycle
from modules.provider import HUB


def shares_hub_account(estate: Estate, environment: Environment) -> bool:
    """Whether an environment is in the hub's account. It then needs no share, no acceptance and no role."""
    return environment.account == estate.hub_environment.account


class VpcModule:
    """A module with one VPC that is attached to the hub.

    Inputs: `transit_gateway_id`, `route_table_id_<key>`, `log_key_arn`, `flow_logs_role_arn`. If the hub is in another
    account, it also needs the provider `aws.hub`.
    """

    def __init__(
        self,
        estate: Estate,
        environment: Environment,
        *,
        module_name: str,
        vpc_name: str,
        cidr: str,
        zones: dict[int, str],
        version: str,
        tables: Iterable[str],
    ) -> None:
        self.estate, self.environment, self.name, self.zones = estate, environment, vpc_name, zones
        self.apart = not shares_hub_account(estate, environment)
        required = RequiredProvider(source="hashicorp/aws", version=version, aliases=(HUB,) if self.apart else ())
        self.module = ModuleStack(module_name, providers={"aws": required})
        # Arguments of resources in the hub's account.
        self.at_hub: dict[str, Any] = {"provider": AwsProvider(self.module, "aws_hub", alias=HUB)} if self.apart else {}
        self.gateway_id = self.input(GATEWAY_ID, "Id of the transit gateway")
        self.table_ids = {key: self.input(table_id(key), "Id of a hub route table") for key in tables}
        self.vpc = self._vpc(cidr)
        self.subnets: dict[str, AwsSubnet] = {}
        self.route_tables: dict[str, RouteTable] = {}

    def _vpc(self, cidr: str) -> AwsVpc:
        vpc = self.module.add(
            AwsVpc,
            "this",
            cidr_block=cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": self.name},
        )
        # The default security group and route table that AWS creates, emptied. A resource that uses them reaches
        # nothing.
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

    def subnet(
        self,
        key: str,
        cidr: str,
        zone: str,
        *,
        table: RouteTable | None = None,
        depends_on: list[TerraformElement] | None = None,
    ) -> AwsSubnet:
        """Add a subnet, with the given route table or a new one.

        AWS does not delete a subnet with a network interface, for example of an attachment or endpoint. So the
        resources that use it are updated first. The new subnet never overlaps the old one, because each range in the
        VPC belongs to one tier and zone.
        https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html
        """
        label = f"{self.name}-{key}".replace("_", "-")
        subnet = self.module.add(
            AwsSubnet,
            key,
            vpc_id=self.module.ref(self.vpc),
            cidr_block=cidr,
            availability_zone_id=zone,
            map_public_ip_on_launch=False,
            tags={"Name": label},
            lifecycle=CREATE_BEFORE_DESTROY,
            depends_on=depends_on or None,
        )
        if table is None:
            table = self.module.add(
                RouteTable, key, vpc_id=self.module.ref(self.vpc), tags={"Name": label}, lifecycle=CREATE_BEFORE_DESTROY
            )
            self.route_tables[key] = table
        self.module.add(
            RouteTableAssociation, key, subnet_id=self.module.ref(subnet), route_table_id=self.module.ref(table)
        )
        self.subnets[key] = subnet
        return subnet

    def attach(self, table: str, *, tag: str, appliance_mode: bool | None = None) -> TerraformElement:
        """Attach the VPC in every zone, accept the attachment if accounts differ, and associate it with a hub table.

        Returns the resource that routes to the gateway must depend on. Without it, AWS answers
        InvalidTransitGatewayID.NotFound.
        """
        # For a shared gateway, the accepter sets these two arguments.
        # https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ec2_transit_gateway_vpc_attachment
        no_defaults: dict[str, Any] = {
            "transit_gateway_default_route_table_association": False,
            "transit_gateway_default_route_table_propagation": False,
        }
        tags = {"Name": self.name, SEGMENT_TAG: tag}
        attachment = self.module.add(
            Ec2TransitGatewayVpcAttachment,
            "this",
            transit_gateway_id=self.gateway_id,
            vpc_id=self.module.ref(self.vpc),
            subnet_ids=[self.module.ref(self.subnets[f"{Tier.TRANSIT_GATEWAY}_az{number}"]) for number in self.zones],
            dns_support="enable",
            appliance_mode_support=None if appliance_mode is None else "enable" if appliance_mode else "disable",
            tags=tags,
            **({} if self.apart else no_defaults),
        )
        self.output(
            "transit_gateway_attachment_id", self.module.ref(attachment), "Id of the transit gateway attachment"
        )
        accepted: Ec2TransitGatewayVpcAttachment | Ec2TransitGatewayVpcAttachmentAccepter = attachment
        if self.apart:
            accepted = self.module.add(
                Ec2TransitGatewayVpcAttachmentAccepter,
                "this",
                transit_gateway_attachment_id=self.module.ref(attachment),
                tags=tags,
                **no_defaults,
                **self.at_hub,
            )
        # The address does not name the table. So a change of tables destroys the old association first, as AWS
        # requires.
        self.module.add(
            Ec2TransitGatewayRouteTableAssociation,
            "this",
            transit_gateway_attachment_id=self.module.ref(accepted),
            transit_gateway_route_table_id=self.table_ids[table],
            **self.at_hub,
        )
        return accepted

    def internet_gateway(self) -> InternetGateway:
        """Add the VPC's internet gateway."""
        return self.module.add(InternetGateway, "this", vpc_id=self.module.ref(self.vpc), tags={"Name": self.name})

    def nat_gateway(self, number: int, gateway: InternetGateway) -> tuple[NatGateway, Eip]:
        """Add the NAT gateway in the public subnet of a zone, and its Elastic IP address.

        Routes are updated before the gateway is destroyed. Deleting it takes minutes, in which the routes are
        blackholes.
        https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
        """
        label = f"{self.name}-nat-az{number}"
        address = self.module.add(
            Eip,
            f"nat_az{number}",
            domain="vpc",
            tags={"Name": label},
            lifecycle=lifecycle(protected=self.environment.protected),
            depends_on=[gateway],
        )
        nat = self.module.add(
            NatGateway,
            f"az{number}",
            allocation_id=self.module.ref(address),
            subnet_id=self.module.ref(self.subnets[f"{Tier.PUBLIC}_az{number}"]),
            tags={"Name": label},
            lifecycle=CREATE_BEFORE_DESTROY,
            depends_on=[gateway],
        )
        return nat, address

    def private_nat_gateway(self, number: int, address: str) -> NatGateway:
        """Add the private NAT gateway in the routable subnet of a zone, with this address.

        As with `nat_gateway`, routes are updated before the gateway is destroyed. Its address belongs to its subnet, so
        a gateway in another subnet has another address.
        """
        return self.module.add(
            NatGateway,
            f"{Tier.ROUTABLE}_az{number}",
            connectivity_type="private",
            private_ip=address,
            subnet_id=self.module.ref(self.subnets[f"{Tier.ROUTABLE}_az{number}"]),
            tags={"Name": f"{self.name}-private-nat-az{number}"},
            lifecycle=CREATE_BEFORE_DESTROY,
        )

    def route(self, key: str, name: str, cidr: str, **target: Any) -> None:
        """Add a route to the table of a subnet.

        Its name holds the table and the destination, not the target. So a change of target is an update in place.
        """
        self.module.add(
            Route,
            f"{key}_{name}",
            route_table_id=self.module.ref(self.route_tables[key]),
            destination_cidr_block=cidr,
            **target,
        )

    def flow_logs(self) -> None:
        """Add the VPC's flow logs, for all traffic."""
        name = f"/{self.estate.prefix}/{self.name}/flow-logs"
        group = self.module.add(
            CloudwatchLogGroup,
            "flow_logs",
            name=name,
            kms_key_id=self.input(LOG_KEY_ARN, "ARN of the KMS key of the log group"),
            retention_in_days=self.estate.log_retention_days,
            tags={"Name": name},
        )
        self.module.add(
            FlowLog,
            "this",
            vpc_id=self.module.ref(self.vpc),
            traffic_type="ALL",
            iam_role_arn=self.input(FLOW_LOGS_ROLE_ARN, "ARN of the role that delivers flow logs"),
            log_destination=self.module.ref(group, "arn"),
            log_destination_type="cloud-watch-logs",
            max_aggregation_interval=60,
            tags={"Name": self.name},
        )

    def input(self, name: str, description: str) -> str:
        """Add a variable to the module. Returns a reference to it."""
        return self.module.ref(self.module.add(TerraformVariable, name, type="string", description=description), None)

    def output(self, name: str, value: Any, description: str) -> TerraformOutput:
        """Add an output to the module."""
        return self.module.add(TerraformOutput, name, value=value, description=description)
