"""Module `spoke_<name>`: a VPC, its subnets and tables, its way out, and its place on the hub."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import count
from typing import Any
from zlib import crc32

from isthmus.addressing import Tier, subnets, tiers_in, zone_number
from isthmus.intent import Egress, Environment, Estate, Spoke
from isthmus.intent.opening import Ports, acl_rules, limited_with, own_ranges
from isthmus.intent.reach import networks_denied, networks_reached
from modules.aws import (
    AwsProvider,
    CloudwatchLogGroup,
    DefaultRouteTable,
    DefaultSecurityGroup,
    Ec2TransitGatewayRouteTableAssociation,
    Ec2TransitGatewayRouteTablePropagation,
    Ec2TransitGatewayVpcAttachment,
    Ec2TransitGatewayVpcAttachmentAccepter,
    Eip,
    FlowLog,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    NetworkAclAssociation,
    NetworkAclRule,
    RamPrincipalAssociation,
    RamResourceAssociation,
    RamResourceShare,
    Route,
    RouteTable,
    RouteTableAssociation,
    VpcEndpoint,
    VpcIpv4CidrBlockAssociation,
)
from modules.aws import Subnet as AwsSubnet
from modules.aws import Vpc as AwsVpc
from modules.cdk import (
    ModuleStack,
    TerraformElement,
    TerraformOutput,
    TerraformResourceLifecycle,
    TerraformVariable,
)
from modules.dns import subnet_id
from modules.endpoints import spoke_endpoints
from modules.hub import FLOW_LOGS_ROLE_ARN, GATEWAY_ID, LOG_KEY_ARN, SEGMENT_TAG, principals, table_id
from modules.naming import identifier
from modules.provider import HUB, REQUIRED, REQUIRED_WITH_HUB
from modules.tables import DEFAULT, HubTables

# Rule numbers of the network ACL: inside the VPC all may talk; then what passes, what does not, and everything else.
_OWN, _PASS, _STOP, _REST = range(1_000, 10_000), range(10_000, 20_000), range(20_000, 30_000), range(32_000, 32_001)
# Tiers whose subnets have the route table of the private subnet in their zone.
_LIKE_PRIVATE = (Tier.RESOLVER, Tier.ENDPOINTS)


def spoke(estate: Estate, environment: Environment, wanted: Spoke, tables: HubTables) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `transit_gateway_id`, `route_table_id_<key>`, `log_key_arn`, `flow_logs_role_arn`; where the hub lies in
    another account the provider `aws.hub` too.
    Outputs: `vpc_id`, `transit_gateway_attachment_id`, `private_subnet_ids` (by subnet name).
    """
    return _Spoke(estate, environment, wanted, tables).emit()


def shares_hub_account(estate: Estate, environment: Environment) -> bool:
    """Whether an environment lies in the hub's own account: then nothing is shared, accepted or assumed."""
    return environment.account == estate.hub_environment.account


def tables_used(wanted: Spoke, tables: HubTables) -> list[str]:
    """The keys of the route tables that the module needs the ids of."""
    return sorted({tables.of_spoke(wanted).key} | {table.key for table in tables.with_spoke(wanted)})


class _Spoke:
    def __init__(self, estate: Estate, environment: Environment, wanted: Spoke, tables: HubTables) -> None:
        self.estate, self.environment, self.spoke, self.tables = estate, environment, wanted, tables
        self.segment = estate.segment(wanted.segment)
        self.name = wanted.vpc_name or f"{estate.prefix}-{wanted.name}"
        self.zones = {zone_number(zone): zone for zone in estate.zones_of(wanted)}
        self.cidrs: Mapping[str, IPv4Network] = subnets(wanted, estate.zones_of(wanted), tiers_in(estate, wanted))
        self.local = wanted.egress is Egress.LOCAL
        self.apart = not shares_hub_account(estate, environment)
        self.module = ModuleStack(
            f"spoke_{identifier(wanted.name)}", providers=REQUIRED_WITH_HUB if self.apart else REQUIRED
        )
        self.gateway_id = self._input(GATEWAY_ID, "The transit gateway")
        self.table_ids = {key: self._input(table_id(key), "A hub route table") for key in tables_used(wanted, tables)}

    def emit(self) -> dict[str, Any]:
        self.vpc = self._vpc()
        self.subnets: dict[str, AwsSubnet] = {}
        self.route_tables: dict[str, RouteTable] = {}
        for tier in tiers_in(self.estate, self.spoke):
            for number, zone in self.zones.items():
                self._subnet(tier, number, zone)
        self._network_acl()
        attached = self._attachment()
        self._routes_to_hub(attached)
        if self.local:
            self._local_way_out()
        gateway_endpoints = self._gateway_endpoints()
        self._flow_logs()
        self._share()
        self._output("vpc_id", self.module.ref(self.vpc), "The VPC")
        private = {
            name: self.module.ref(subnet) for name, subnet in self.subnets.items() if name.startswith(Tier.PRIVATE)
        }
        self._output("private_subnet_ids", private, "Private subnets, by name")
        self._shared_services(gateway_endpoints)
        spoke_endpoints(
            self.module, self.estate, self.spoke, self.name, self.module.ref(self.vpc), list(private.values())
        )
        return self.module.emit()

    # --- the VPC -----------------------------------------------------------------------------------------------------

    def _vpc(self) -> AwsVpc:
        vpc = self.module.add(
            AwsVpc,
            "this",
            cidr_block=self.spoke.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": self.name},
        )
        self.secondary = {
            IPv4Network(cidr): self.module.add(
                VpcIpv4CidrBlockAssociation, f"cidr_{identifier(cidr)}", vpc_id=self.module.ref(vpc), cidr_block=cidr
            )
            for cidr in sorted(self.spoke.secondary_cidrs)
        }
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

    def _subnet(self, tier: Tier, number: int, zone: str) -> None:
        key, label = f"{tier}_az{number}", f"{self.name}-{tier}-az{number}".replace("_", "-")
        subnet = self.module.add(
            AwsSubnet,
            key,
            vpc_id=self.module.ref(self.vpc),
            cidr_block=str(self.cidrs[key]),
            availability_zone_id=zone,
            map_public_ip_on_launch=False,
            tags={"Name": label},
            depends_on=[made for cidr, made in self.secondary.items() if self.cidrs[key].subnet_of(cidr)] or None,
        )
        if tier in _LIKE_PRIVATE:
            table = self.route_tables[f"{Tier.PRIVATE}_az{number}"]
        else:
            table = self.module.add(RouteTable, key, vpc_id=self.module.ref(self.vpc), tags={"Name": label})
            self.route_tables[key] = table
        self.module.add(
            RouteTableAssociation, key, subnet_id=self.module.ref(subnet), route_table_id=self.module.ref(table)
        )
        self.subnets[key] = subnet

    def _workload_keys(self) -> list[str]:
        return [key for key in self.subnets if not key.startswith(Tier.TRANSIT_GATEWAY)]

    def _network_acl(self) -> None:
        """Deny the site networks that are out of bounds, both ways; of others, let pass what may be opened.

        The hub's blackholes stop what the spoke sends there; a VPN's table selects by destination only and would still
        deliver what they send. The transit gateway's subnets keep the open default:
        https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html
        """
        denied = networks_denied(self.estate, self.segment)
        limited = limited_with(self.estate, self.segment)
        if not denied and not limited:
            return
        acl = self.module.add(
            NetworkAcl, "workloads", vpc_id=self.module.ref(self.vpc), tags={"Name": f"{self.name}-workloads"}
        )
        for egress, direction in ((False, "from"), (True, "to")):
            rules = _AclRules(self.module, self.module.ref(acl), direction, egress=egress)
            for cidr in own_ranges(self.estate, self.spoke):
                rules.add(_OWN, cidr, cidr, "allow")
            for rule in acl_rules(self.estate, self.segment, inbound=not egress):
                if rule.passes:
                    rules.add(_PASS, rule.name, rule.cidr, "allow", rule.passes)
                else:
                    rules.add(_STOP, rule.name, rule.cidr, "deny")
            for network, cidr in sorted(denied.items()):
                rules.add(_STOP, network, cidr, "deny")
            rules.add(_REST, "anywhere", DEFAULT, "allow")
        for key in self._workload_keys():
            self.module.add(
                NetworkAclAssociation,
                key,
                network_acl_id=self.module.ref(acl),
                subnet_id=self.module.ref(self.subnets[key]),
            )

    # --- the hub -----------------------------------------------------------------------------------------------------

    def _attachment(self) -> TerraformElement:
        """Attach every zone, accept where accounts differ, then associate and propagate.

        Returns what routes to the gateway must wait for: before it exists AWS answers InvalidTransitGatewayID.NotFound.
        """
        # On a shared gateway's attachment these two are the accepter's to set.
        # https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ec2_transit_gateway_vpc_attachment
        no_defaults: dict[str, Any] = {
            "transit_gateway_default_route_table_association": False,
            "transit_gateway_default_route_table_propagation": False,
        }
        tags = {"Name": self.name, SEGMENT_TAG: self.segment.name}
        attachment = self.module.add(
            Ec2TransitGatewayVpcAttachment,
            "this",
            transit_gateway_id=self.gateway_id,
            vpc_id=self.module.ref(self.vpc),
            subnet_ids=[self.module.ref(self.subnets[f"{Tier.TRANSIT_GATEWAY}_az{number}"]) for number in self.zones],
            dns_support="enable",
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
        # Its address does not name the table: a change of tables destroys the association first, as AWS requires.
        self.module.add(
            Ec2TransitGatewayRouteTableAssociation,
            "this",
            transit_gateway_attachment_id=self.module.ref(accepted),
            transit_gateway_route_table_id=self.table_ids[self.tables.of_spoke(self.spoke).key],
            **hub,
        )
        for table in self.tables.with_spoke(self.spoke):
            self.module.add(
                Ec2TransitGatewayRouteTablePropagation,
                table.key,
                transit_gateway_attachment_id=self.module.ref(accepted),
                transit_gateway_route_table_id=self.table_ids[table.key],
                **hub,
            )
        return accepted

    def _routes_to_hub(self, attached: TerraformElement) -> None:
        destinations = {f"block_{identifier(block)}": block for block in sorted(self.estate.blocks)}
        reached = networks_reached(self.estate, self.segment)
        destinations |= {identifier(network): cidr for network, cidr in reached.items()}
        for key in (key for key in self._workload_keys() if key in self.route_tables):
            for name, cidr in destinations.items():
                self._route(key, name, cidr, transit_gateway_id=self.gateway_id, depends_on=[attached])
            if self.spoke.egress in (Egress.ON_PREMISES, Egress.CENTRAL):
                self._route(key, "default", DEFAULT, transit_gateway_id=self.gateway_id, depends_on=[attached])

    def _route(self, key: str, name: str, cidr: str, **target: Any) -> None:
        # Named by its table and destination, not by its target: a change of target is an update in place.
        self.module.add(
            Route,
            f"{key}_{name}",
            route_table_id=self.module.ref(self.route_tables[key]),
            destination_cidr_block=cidr,
            **target,
        )

    # --- the way out -------------------------------------------------------------------------------------------------

    def _local_way_out(self) -> None:
        gateway = self.module.add(InternetGateway, "this", vpc_id=self.module.ref(self.vpc), tags={"Name": self.name})
        nat_zones = self.spoke.nat_zones or tuple(self.zones.values())
        nats = {zone_number(zone): self._nat_gateway(zone_number(zone), gateway) for zone in sorted(nat_zones)}
        for number in self.zones:
            self._route(f"{Tier.PUBLIC}_az{number}", "default", DEFAULT, gateway_id=self.module.ref(gateway))
            nat = nats.get(number) or next(iter(nats.values()))
            self._route(f"{Tier.PRIVATE}_az{number}", "default", DEFAULT, nat_gateway_id=self.module.ref(nat))

    def _nat_gateway(self, number: int, gateway: InternetGateway) -> NatGateway:
        label = f"{self.name}-nat-az{number}"
        address = self.module.add(
            Eip,
            f"nat_az{number}",
            domain="vpc",
            tags={"Name": label},
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if self.environment.protected else None,
            depends_on=[gateway],
        )
        return self.module.add(
            NatGateway,
            f"az{number}",
            allocation_id=self.module.ref(address),
            subnet_id=self.module.ref(self.subnets[f"{Tier.PUBLIC}_az{number}"]),
            tags={"Name": label},
            depends_on=[gateway],
        )

    # --- services ----------------------------------------------------------------------------------------------------

    def _gateway_endpoints(self) -> list[VpcEndpoint]:
        tables = [
            self.module.ref(self.route_tables[key]) for key in self._workload_keys() if key.startswith(Tier.PRIVATE)
        ]
        return [
            self.module.add(
                VpcEndpoint,
                identifier(service),
                vpc_id=self.module.ref(self.vpc),
                service_name=f"com.amazonaws.{self.estate.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=tables,
                tags={"Name": f"{self.name}-{service}"},
            )
            for service in sorted(self.spoke.gateway_endpoints)
        ]

    def _shared_services(self, gateway_endpoints: list[VpcEndpoint]) -> None:
        """Hand out the subnets that hold Resolver and interface endpoints."""
        for key, subnet in self.subnets.items():
            if key.rpartition("_")[0] in _LIKE_PRIVATE:
                output = self._output(subnet_id(key), self.module.ref(subnet), f"Subnet {key}")
                # An interface endpoint that leaves VPCs to the gateway endpoint is refused before that exists.
                if gateway_endpoints:
                    output.add_override("depends_on", [self.module.address(made) for made in gateway_endpoints])

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

    def _share(self) -> None:
        """Share the private subnets, and only them: what lives in public ones is the network's owner's business."""
        if not self.spoke.share_private_subnets_with:
            return
        name = f"{self.name}-private-subnets"
        share = self.module.add(
            RamResourceShare, "private_subnets", name=name, allow_external_principals=False, tags={"Name": name}
        )
        for key, subnet in self.subnets.items():
            if key.startswith(Tier.PRIVATE):
                self.module.add(
                    RamResourceAssociation,
                    key,
                    resource_arn=self.module.ref(subnet, "arn"),
                    resource_share_arn=self.module.ref(share, "arn"),
                )
        for principal_name, principal in principals(self.estate, self.spoke.share_private_subnets_with):
            self.module.add(
                RamPrincipalAssociation,
                principal_name,
                principal=principal,
                resource_share_arn=self.module.ref(share, "arn"),
            )

    # --- inputs and outputs ------------------------------------------------------------------------------------------

    def _input(self, name: str, description: str) -> str:
        return self.module.ref(self.module.add(TerraformVariable, name, type="string", description=description), None)

    def _output(self, name: str, value: Any, description: str) -> TerraformOutput:
        return self.module.add(TerraformOutput, name, value=value, description=description)


class _AclRules:
    """The rules of one direction of a network ACL.

    A rule's number follows from its name, not from its place in a list: a number cannot be changed, and rules that
    moved up by one would each be refused for as long as the next one is still there.
    """

    def __init__(self, module: ModuleStack, acl: str, direction: str, *, egress: bool) -> None:
        self.module, self.acl, self.direction, self.egress = module, acl, direction, egress
        self.taken: set[int] = set()

    def add(self, numbers: range, name: str, cidr: str, action: str, passes: Ports | None = None) -> None:
        """A rule with a number of the range; without ports, for all traffic."""
        place = crc32(name.encode())
        number = next(found for step in count(place) if (found := numbers[step % len(numbers)]) not in self.taken)
        self.taken.add(number)
        self.module.add(
            NetworkAclRule,
            f"{self.direction}_{identifier(name)}",
            network_acl_id=self.acl,
            rule_number=number,
            egress=self.egress,
            rule_action=action,
            cidr_block=cidr,
            **_traffic(passes),
        )


def _traffic(passes: Ports | None) -> dict[str, Any]:
    if passes is None:
        return {"protocol": "-1"}
    if passes.protocol == "icmp":
        return {"protocol": "icmp", "icmp_type": passes.first, "icmp_code": -1}
    return {"protocol": passes.protocol, "from_port": passes.first, "to_port": passes.last}
