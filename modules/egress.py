"""Module `egress`: the egress VPC of `Egress.CENTRAL` spokes, and its attachment to the hub.

Forward path and return path stay in one Availability Zone: transit gateway subnet, firewall endpoint, NAT gateway,
internet gateway.
https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.intent import EgressVpc, Environment, Estate, Inspection
from isthmus.intent.addressing import Tier, egress_subnets, egress_tiers, zone_number
from isthmus.intent.provider_versions import required_version
from isthmus.intent.reachability import all_inspected_networks
from modules.aws import Ec2TransitGatewayRoute, InternetGateway, NatGateway, VpcEndpoint
from modules.cdk import TerraformElement
from modules.firewall import VPC_ID, endpoint_id, subnet_id
from modules.hub import EGRESS_TAG_VALUE
from modules.hub_route_tables import DEFAULT, EGRESS, FIREWALL, HubTables, StaticRoute
from modules.lifecycle import CREATE_BEFORE_DESTROY
from modules.terraform_names import identifier
from modules.vpc import VpcModule


def egress(estate: Estate, environment: Environment, tables: HubTables) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `transit_gateway_id`, `route_table_id_<key>`, `log_key_arn`, `flow_logs_role_arn`; with Network Firewall in
    the VPC `endpoint_id_az<n>`. If the hub is in another account, it also needs the provider `aws.hub`. Outputs:
    `vpc_id`, `transit_gateway_attachment_id`, `nat_public_ips` (by zone); with Network Firewall in the VPC
    `subnet_id_az<n>`. With appliances the module contains the Gateway Load Balancer endpoints.
    """
    return _Egress(estate, environment, tables).emit()


def static_routes(estate: Estate, tables: HubTables) -> tuple[StaticRoute, ...]:
    """The static routes of hub route tables whose target is the egress VPC."""
    if estate.egress is not None and estate.egress.inspection is Inspection.GATEWAY:
        return (StaticRoute(FIREWALL, "default", DEFAULT),)
    return tables.routes_to_inspector()


def tables_used(estate: Estate, tables: HubTables) -> list[str]:
    """The keys of the hub route tables whose ids the module needs."""
    return sorted({EGRESS} | {route.table for route in static_routes(estate, tables)})


class _Egress(VpcModule):
    def __init__(self, estate: Estate, environment: Environment, tables: HubTables) -> None:
        assert environment.egress is not None
        self.egress: EgressVpc = environment.egress
        self.tables = tables
        self.inspected = self.egress.inspection.has_endpoints
        super().__init__(
            estate,
            environment,
            module_name="egress",
            vpc_name=self.egress.vpc_name or f"{estate.prefix}-{self.egress.name}",
            cidr=self.egress.cidr,
            zones={zone_number(zone): zone for zone in estate.zones_of_egress(self.egress)},
            version=required_version(environment),
            tables=tables_used(estate, tables),
        )

    def emit(self) -> dict[str, Any]:
        self._subnets()
        attached = self._attachment()
        gateway = self.internet_gateway()
        addresses = {}
        for number, zone in self.zones.items():
            nat, address = self.nat_gateway(number, gateway)
            self._routes(number, zone, gateway, nat, attached)
            addresses[f"az{number}"] = self.module.ref(address, "public_ip")
        self.flow_logs()
        self.output(VPC_ID, self.module.ref(self.vpc), "The egress VPC")
        self.output("nat_public_ips", addresses, "The public IPv4 addresses of the NAT gateways, by Availability Zone")
        return self.module.emit()

    def _subnets(self) -> None:
        cidrs = egress_subnets(self.egress, list(self.zones.values()))
        for tier in egress_tiers(self.egress):
            for number, zone in self.zones.items():
                key = f"{tier}_az{number}"
                subnet = self.subnet(key, str(cidrs[key]), zone)
                if tier is Tier.FIREWALL and self.egress.inspection is Inspection.VPC:
                    self.output(subnet_id(zone), self.module.ref(subnet), f"The firewall subnet in {zone}")

    def _attachment(self) -> TerraformElement:
        """Attach the VPC, and add the hub's static routes to it.

        Its CIDR is not propagated: no flow has it as destination.
        """
        # Appliance mode keeps both directions of a flow in one Availability Zone, and so at one firewall endpoint.
        attached = self.attach(EGRESS, tag=EGRESS_TAG_VALUE, appliance_mode=self.inspected)
        for route in static_routes(self.estate, self.tables):
            self.module.add(
                Ec2TransitGatewayRoute,
                f"{route.table}_{route.name}",
                destination_cidr_block=route.cidr,
                transit_gateway_attachment_id=self.module.ref(attached),
                transit_gateway_route_table_id=self.table_ids[route.table],
                **self.at_hub,
            )
        return attached

    def _routes(
        self, number: int, zone: str, gateway: InternetGateway, nat: NatGateway, attached: TerraformElement
    ) -> None:
        """Add the egress path and the return path of one Availability Zone.

        Egress: transit gateway subnet, firewall, NAT gateway, internet gateway. The return path to the estate's blocks
        is the reverse. It starts in the route table of the NAT gateway's subnet; this route is often forgotten.
        Packets to inspected segments and sites go from the firewall back to the transit gateway.
        """
        public, inside = f"{Tier.PUBLIC}_az{number}", f"{Tier.TRANSIT_GATEWAY}_az{number}"
        to_nat: dict[str, Any] = {"nat_gateway_id": self.module.ref(nat)}
        to_hub: dict[str, Any] = {"transit_gateway_id": self.gateway_id, "depends_on": [attached]}
        self.route(public, "default", DEFAULT, gateway_id=self.module.ref(gateway))
        if self.inspected:
            firewall = f"{Tier.FIREWALL}_az{number}"
            endpoint = {"vpc_endpoint_id": self._endpoint(firewall, zone)}
            self.route(inside, "default", DEFAULT, **endpoint)
            self.route(firewall, "default", DEFAULT, **to_nat)
            self._to_blocks(public, endpoint)
            self._to_blocks(firewall, to_hub)
            for name, cidr in all_inspected_networks(self.estate).items():
                self.route(firewall, f"site_{identifier(name)}", cidr, **to_hub)
        else:
            self.route(inside, "default", DEFAULT, **to_nat)
            self._to_blocks(public, to_hub)

    def _endpoint(self, key: str, zone: str) -> str:
        """The id of the endpoint in a zone: of Network Firewall, or a Gateway Load Balancer endpoint.

        A Gateway Load Balancer endpoint has one subnet. AWS deletes it only if no route has it as target, so routes are
        updated before it is destroyed.
        https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-load-balancer-endpoints.html
        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
        """
        if self.egress.inspection is Inspection.VPC:
            return self.input(endpoint_id(zone), f"The firewall endpoint in {zone}")
        endpoint = self.module.add(
            VpcEndpoint,
            key,
            vpc_id=self.module.ref(self.vpc),
            vpc_endpoint_type="GatewayLoadBalancer",
            service_name=self.egress.endpoint_service,
            subnet_ids=[self.module.ref(self.subnets[key])],
            tags={"Name": f"{self.name}-{key.replace('_', '-')}"},
            lifecycle=CREATE_BEFORE_DESTROY,
        )
        return self.module.ref(endpoint)

    def _to_blocks(self, key: str, target: Mapping[str, Any]) -> None:
        for block in sorted(self.estate.blocks):
            self.route(key, f"block_{identifier(block)}", block, **target)
