"""Reads what AWS makes of the resources of an output.

Pages, under https://docs.aws.amazon.com/:

- vpc/latest/userguide/VPC_Route_Tables.html, route-tables-priority.html, nacl-basics.html
- vpc/latest/tgw/how-transit-gateways-work.html, tgw-vpc-attachments.html
- network-firewall/latest/developerguide/tgw-firewall-considerations.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from isthmus.lab.aws_network import (
    AwsNetwork,
    AwsRoute,
    AwsSubnet,
    CannotPlay,
    GatewayAttachment,
    PlayedAcl,
    PlayedAclRule,
)
from isthmus.lab.synthesized_json import PlayedResource, ResourceAttribute

# What may be in an output and decides no packet between the hosts of a lab. Gateway endpoints lead to addresses of
# AWS services, which the internet host of a lab is not. Interface endpoints, resolver endpoints and load balancers are
# no hosts of it.
WITHOUT_EFFECT = (
    "aws_cloudwatch_",
    "aws_default_security_group",
    "aws_ec2_tag",
    "aws_eip",
    "aws_flow_log",
    "aws_iam_",
    "aws_kms_",
    "aws_lb",
    "aws_networkfirewall_firewall_policy",
    "aws_networkfirewall_logging_configuration",
    "aws_networkfirewall_rule_group",
    "aws_networkmanager_",
    "aws_ram_",
    "aws_route53",
    "aws_s3_",
    "aws_security_group",
    "aws_sns_",
    "aws_vpc_endpoint",
    "aws_vpc_security_group_",
)
PLAYED = (
    "aws_customer_gateway",
    "aws_default_route_table",
    "aws_ec2_transit_gateway",
    "aws_ec2_transit_gateway_route",
    "aws_ec2_transit_gateway_route_table",
    "aws_ec2_transit_gateway_route_table_association",
    "aws_ec2_transit_gateway_route_table_propagation",
    "aws_ec2_transit_gateway_vpc_attachment",
    "aws_ec2_transit_gateway_vpc_attachment_accepter",
    "aws_internet_gateway",
    "aws_nat_gateway",
    "aws_network_acl",
    "aws_network_acl_association",
    "aws_network_acl_rule",
    "aws_networkfirewall_firewall",
    "aws_networkfirewall_firewall_transit_gateway_attachment_accepter",
    "aws_route",
    "aws_route_table",
    "aws_route_table_association",
    "aws_subnet",
    "aws_vpc",
    "aws_vpc_ipv4_cidr_block_association",
    "aws_vpn_connection",
)
_DEFAULT_ASN = 64512
_ACCEPTERS = (
    "aws_ec2_transit_gateway_vpc_attachment_accepter",
    "aws_networkfirewall_firewall_transit_gateway_attachment_accepter",
)
TARGETS = ("transit_gateway_id", "gateway_id", "nat_gateway_id", "vpc_endpoint_id")


def region_of(resources: Iterable[PlayedResource]) -> AwsNetwork:
    """What AWS makes of these resources. Raises `CannotPlay`."""
    by_type: dict[str, list[PlayedResource]] = {}
    for resource in resources:
        if resource.type not in PLAYED and not resource.type.startswith(WITHOUT_EFFECT):
            raise CannotPlay(resource.type)
        by_type.setdefault(resource.type, []).append(resource)
    return _Made(by_type).region


class _Made:
    """A region in the making, one kind of thing after the other."""

    def __init__(self, by_type: Mapping[str, Sequence[PlayedResource]]) -> None:
        self._by_type = by_type
        self.region = AwsNetwork()
        self._vpcs()
        self._acls()
        self._subnets()
        self._routes()
        self._gateways()
        self._attachments()
        self._transit_tables()

    def _of(self, *types: str) -> Iterator[PlayedResource]:
        for kind in types:
            yield from self._by_type.get(kind, ())

    def _vpcs(self) -> None:
        for vpc in self._of("aws_vpc"):
            self.region.vpcs[vpc.address] = [IPv4Network(vpc.arguments["cidr_block"])]
            self.region.tables[_main(vpc.address)] = []
        for more in self._of("aws_vpc_ipv4_cidr_block_association"):
            self.region.vpcs[_id(more, "vpc_id")].append(IPv4Network(more.arguments["cidr_block"]))
        for table in self._of("aws_route_table"):
            self.region.tables[table.address] = []

    def _acls(self) -> None:
        rules = [(_id(rule, "network_acl_id"), rule.arguments) for rule in self._of("aws_network_acl_rule")]
        for acl in self._of("aws_network_acl"):
            inbound = [*(acl.arguments.get("ingress") or ())]
            outbound = [*(acl.arguments.get("egress") or ())]
            for owner, rule in rules:
                if owner == acl.address:
                    (outbound if rule.get("egress") else inbound).append(rule)
            self.region.acls[acl.address] = PlayedAcl(_in_order(inbound), _in_order(outbound))

    def _subnets(self) -> None:
        """A subnet without an association has its VPC's main table and default network ACL."""
        tables = {
            _id(link, "subnet_id"): self._table(link.arguments["route_table_id"])
            for link in self._of("aws_route_table_association")
        }
        acls = {
            reference.address: acl.address
            for acl in self._of("aws_network_acl")
            for reference in acl.arguments.get("subnet_ids") or ()
        }
        for link in self._of("aws_network_acl_association"):
            acls[_id(link, "subnet_id")] = _id(link, "network_acl_id")
        for subnet in self._of("aws_subnet"):
            vpc = _id(subnet, "vpc_id")
            self.region.subnets[subnet.address] = AwsSubnet(
                subnet.address,
                vpc,
                IPv4Network(subnet.arguments["cidr_block"]),
                subnet.arguments["availability_zone_id"],
                tables.get(subnet.address, _main(vpc)),
                acls.get(subnet.address, ""),
            )

    def _table(self, reference: ResourceAttribute) -> str:
        if reference.attribute == "default_route_table_id":
            return _main(reference.address)
        for adopted in self._of("aws_default_route_table"):
            if adopted.address == reference.address:
                return self._table(adopted.arguments["default_route_table_id"])
        return reference.address

    def _routes(self) -> None:
        for declared in self._of("aws_default_route_table", "aws_route_table"):
            if declared.arguments.get("route"):
                raise CannotPlay(f"{declared.address}: routes inside a table")
        for route in self._of("aws_route"):
            kind = next((kind for kind in TARGETS if route.arguments.get(kind)), "")
            if not kind or "destination_cidr_block" not in route.arguments:
                raise CannotPlay(f"{route.address}: {route.arguments}")
            destination = IPv4Network(route.arguments["destination_cidr_block"])
            table = self._table(route.arguments["route_table_id"])
            self.region.tables[table].append(AwsRoute(destination, kind, _id(route, kind)))

    def _gateways(self) -> None:
        for gateway in self._of("aws_internet_gateway"):
            self.region.internet_gateways[gateway.address] = _id(gateway, "vpc_id")
        for nat in self._of("aws_nat_gateway"):
            public = nat.arguments.get("connectivity_type", "public") == "public"
            self.region.nats[nat.address] = (_id(nat, "subnet_id"), public)
            if stated := nat.arguments.get("private_ip"):
                self.region.nat_addresses[nat.address] = IPv4Address(stated)
        for balancer in self._of("aws_lb"):
            for mapping in balancer.arguments.get("subnet_mapping") or ():
                if stated := mapping.get("private_ipv4_address"):
                    self.region.balanced.add(IPv4Address(stated))
        for firewall in self._of("aws_networkfirewall_firewall"):
            for mapping in firewall.arguments.get("subnet_mapping") or ():
                self.region.firewall_endpoints[mapping["subnet_id"].address] = firewall.address
        for endpoint in self._of("aws_vpc_endpoint"):
            if endpoint.arguments.get("vpc_endpoint_type") == "GatewayLoadBalancer":
                # Appliances behind it are played as a firewall is: they forward what they receive.
                (subnet,) = endpoint.arguments["subnet_ids"]
                self.region.firewall_endpoints[subnet.address] = endpoint.address
                self.region.balanced_endpoints[endpoint.address] = subnet.address

    def _attachments(self) -> None:
        for vpc in self._of("aws_ec2_transit_gateway_vpc_attachment"):
            subnets = [self.region.subnets[reference.address] for reference in vpc.arguments["subnet_ids"]]
            self._attach(
                GatewayAttachment(
                    vpc.address,
                    "vpc",
                    _id(vpc, "transit_gateway_id"),
                    _id(vpc, "vpc_id"),
                    {subnet.zone: subnet.address for subnet in subnets},
                    appliance=vpc.arguments.get("appliance_mode_support", "disable") == "enable",
                )
            )
        customers = {one.address: one.arguments for one in self._of("aws_customer_gateway")}
        for vpn in self._of("aws_vpn_connection"):
            customer = customers[_id(vpn, "customer_gateway_id")]
            self.region.names[vpn.address] = vpn.arguments["tags"]["Name"]
            self.region.vpns[vpn.address] = vpn.arguments
            self.region.customer_gateways[vpn.address] = customer
            self.region.customer_gateway_of[vpn.address] = _id(vpn, "customer_gateway_id")
            self._attach(
                GatewayAttachment(
                    vpn.address,
                    "vpn",
                    _id(vpn, "transit_gateway_id"),
                    static=bool(vpn.arguments.get("static_routes_only", False)),
                    asn=_asn(customer),
                )
            )
        for firewall in self._of("aws_networkfirewall_firewall"):
            if firewall.arguments.get("transit_gateway_id"):
                zones = [mapping["availability_zone_id"] for mapping in firewall.arguments["availability_zone_mapping"]]
                gateway = _id(firewall, "transit_gateway_id")
                self._attach(
                    GatewayAttachment(firewall.address, "firewall", gateway, zones=dict.fromkeys(sorted(zones), ""))
                )

    def _attach(self, attachment: GatewayAttachment) -> None:
        self.region.attachments[attachment.address] = attachment

    def _transit_tables(self) -> None:
        for gateway in self._of("aws_ec2_transit_gateway"):
            self.region.asns[gateway.address] = str(gateway.arguments.get("amazon_side_asn", _DEFAULT_ASN))
            for switch in ("default_route_table_association", "default_route_table_propagation"):
                if gateway.arguments.get(switch, "enable") != "disable":
                    raise CannotPlay(f"{gateway.address}: {switch}")
            self.region.gateways[gateway.address] = gateway.arguments.get("vpn_ecmp_support", "enable") == "enable"
        for table in self._of("aws_ec2_transit_gateway_route_table"):
            self.region.gateway_tables[table.address] = _id(table, "transit_gateway_id")
            self.region.propagations[table.address] = []
            self.region.statics[table.address] = {}
        for link in self._of("aws_ec2_transit_gateway_route_table_association"):
            self.region.associations[self._attached(link)] = _id(link, "transit_gateway_route_table_id")
        for link in self._of("aws_ec2_transit_gateway_route_table_propagation"):
            self.region.propagations[_id(link, "transit_gateway_route_table_id")].append(self._attached(link))
        for route in self._of("aws_ec2_transit_gateway_route"):
            target = "" if route.arguments.get("blackhole") else self._attached(route)
            destination = IPv4Network(route.arguments["destination_cidr_block"])
            self.region.statics[_id(route, "transit_gateway_route_table_id")][destination] = target

    def _attached(self, link: PlayedResource) -> str:
        """The attachment that a resource names; an accepter is the attachment that it accepts."""
        address = _id(link, "transit_gateway_attachment_id")
        for accepter in self._of(*_ACCEPTERS):
            if accepter.address == address:
                return _id(accepter, "transit_gateway_attachment_id")
        return address


def _main(vpc: str) -> str:
    return f"{vpc}.main"


def _id(resource: PlayedResource, argument: str) -> str:
    """The address of the resource that an argument refers to."""
    reference = resource.arguments.get(argument)
    if not isinstance(reference, ResourceAttribute):
        raise CannotPlay(f"{resource.address}: {argument} = {reference!r}")
    return reference.address


def _in_order(rules: Iterable[Mapping[str, Any]]) -> tuple[PlayedAclRule, ...]:
    return tuple(sorted(map(_acl_rule, rules), key=lambda rule: rule.number))


def _acl_rule(rule: Mapping[str, Any]) -> PlayedAclRule:
    """A rule of a table (`rule_no`, `action`) or one that stands alone (`rule_number`, `rule_action`)."""
    numbers = {"all": -1, "icmp": 1, "tcp": 6, "udp": 17}
    name = str(rule["protocol"]).lower()
    protocol = numbers[name] if name in numbers else int(name)
    low, high = rule.get("from_port"), rule.get("to_port")
    kind = str(rule.get("icmp_type", -1))
    return PlayedAclRule(
        int(rule.get("rule_no") or rule["rule_number"]),
        (rule.get("action") or rule["rule_action"]) == "allow",
        protocol,
        IPv4Network(rule["cidr_block"]),
        (int(low), int(high)) if protocol in (6, 17) and low is not None and high is not None else None,
        int(kind) if protocol == 1 and kind.isdigit() else None,
    )


def _asn(arguments: Mapping[str, Any]) -> str:
    """The ASN of a customer gateway: one argument holds small numbers, the other large ones."""
    return str(arguments.get("bgp_asn") or arguments["bgp_asn_extended"])
