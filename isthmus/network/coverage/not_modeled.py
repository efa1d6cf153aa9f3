"""AWS resource types that change flows or names, and that nothing here evaluates.

Where one is present, what it touches is unknown. From the AWS guides of each service; the most telling page is named.
"""

from __future__ import annotations

from isthmus.network.coverage.resource_types import NotModeled, Scope

_WAN = "Cloud WAN carries packets by its own policy"  # .../network-manager/latest/cloudwan/what-is-cloudwan.html
_STACK = "it creates whatever its template says, networks included"
_CLIENT = "clients from the internet enter the VPC"  # .../vpn/latest/clientvpn-admin/what-is.html
_ROUTE_SERVER = "it changes routes of tables by BGP"  # .../vpc/latest/userguide/dynamic-routing-route-server.html
_OUTPOST = "it forwards between a VPC and the network around an Outpost"
_VERIFIED = "it lets users from the internet in"  # .../verified-access/latest/ug/how-it-works.html
_ACCELERATOR = "it lets the internet in to private addresses"  # .../global-accelerator/latest/dg/about-endpoints.html

_everything = Scope.EVERYTHING
_names = Scope.NAMES

NOT_MODELED: dict[str, NotModeled] = {
    # --- VPC
    "aws_vpc_route_server": NotModeled(_ROUTE_SERVER, "what its arguments name"),
    "aws_vpc_route_server_endpoint": NotModeled(_ROUTE_SERVER, "the subnet"),
    "aws_vpc_route_server_peer": NotModeled(_ROUTE_SERVER, "the subnet of its endpoint"),
    "aws_vpc_route_server_propagation": NotModeled(_ROUTE_SERVER, "the route table"),
    "aws_vpc_route_server_vpc_association": NotModeled(_ROUTE_SERVER, "the VPC"),
    "aws_vpc_encryption_control": NotModeled(
        "it may exclude gateways that carry unencrypted packets", "the VPC", unless=("mode", "monitor")
    ),
    "aws_vpc_security_group_vpc_association": NotModeled("it uses a security group in another VPC", "the group"),
    # --- gateways
    "aws_ec2_carrier_gateway": NotModeled("it forwards between a VPC and a mobile network", "the VPC"),
    "aws_ec2_local_gateway_route": NotModeled(_OUTPOST, "anything", _everything),
    "aws_ec2_local_gateway_route_table_vpc_association": NotModeled(_OUTPOST, "the VPC"),
    "aws_ec2_client_vpn_endpoint": NotModeled(_CLIENT, "the VPC, its security groups"),
    "aws_ec2_client_vpn_network_association": NotModeled(_CLIENT, "the subnet"),
    "aws_ec2_client_vpn_authorization_rule": NotModeled(_CLIENT, "the VPC of the endpoint"),
    "aws_ec2_client_vpn_route": NotModeled(_CLIENT, "the subnet, the VPC of the endpoint"),
    # --- transit gateway
    "aws_ec2_transit_gateway_connect_peer": NotModeled(
        "what its appliance advertises is stated nowhere", "the Connect attachment"
    ),
    "aws_ec2_transit_gateway_policy_table": NotModeled("it chooses route tables by policy", "the transit gateway"),
    "aws_ec2_transit_gateway_policy_table_association": NotModeled(
        "it chooses the route table of an attachment by policy", "the attachment"
    ),
    # --- VPN and Direct Connect
    "aws_vpn_concentrator": NotModeled("it bundles VPN connections of many sites", "the transit gateway"),
    # --- Cloud WAN
    "aws_networkmanager_core_network": NotModeled(_WAN, "anything", _everything),
    "aws_networkmanager_core_network_policy_attachment": NotModeled(_WAN, "anything", _everything),
    "aws_networkmanager_vpc_attachment": NotModeled(_WAN, "the VPC"),
    "aws_networkmanager_connect_attachment": NotModeled(_WAN, "what its transport attachment touches"),
    "aws_networkmanager_connect_peer": NotModeled(_WAN, "what its attachment touches"),
    "aws_networkmanager_site_to_site_vpn_attachment": NotModeled(_WAN, "the VPN connection"),
    "aws_networkmanager_dx_gateway_attachment": NotModeled(_WAN, "the Direct Connect gateway"),
    "aws_networkmanager_transit_gateway_peering": NotModeled(_WAN, "the transit gateway"),
    "aws_networkmanager_transit_gateway_route_table_attachment": NotModeled(_WAN, "the transit gateway route table"),
    "aws_networkmanager_attachment_accepter": NotModeled(_WAN, "what its attachment touches"),
    # --- inbound internet access
    "aws_verifiedaccess_endpoint": NotModeled(_VERIFIED, "its subnets and security groups"),
    "aws_globalaccelerator_endpoint_group": NotModeled(_ACCELERATOR, "the subnets of its endpoints"),
    "aws_globalaccelerator_custom_routing_endpoint_group": NotModeled(_ACCELERATOR, "the subnets"),
    # --- other networks
    "aws_odb_network_peering_connection": NotModeled("it joins a VPC and an Oracle network", "the VPC"),
    # --- names
    "aws_route53_resolver_dnssec_config": NotModeled("it refuses unsigned answers", "names in the VPC", _names),
    "aws_route53_traffic_policy": NotModeled("it decides answers by a policy", "names", _names),
    "aws_route53_traffic_policy_instance": NotModeled("it decides answers by a policy", "names of the zone", _names),
    "aws_route53_records_exclusive": NotModeled("it removes records of a zone", "names of the zone", _names),
    # --- what creates networks by itself
    "aws_cloudformation_stack": NotModeled(_STACK, "anything", _everything),
    "aws_cloudformation_stack_set": NotModeled(_STACK, "anything", _everything),
    "aws_cloudformation_stack_set_instance": NotModeled(_STACK, "anything", _everything),
    "aws_cloudformation_stack_instances": NotModeled(_STACK, "anything", _everything),
    "aws_cloudcontrolapi_resource": NotModeled("it creates a resource of any type", "anything", _everything),
    "aws_servicecatalog_provisioned_product": NotModeled(_STACK, "anything", _everything),
    "aws_serverlessapplicationrepository_cloudformation_stack": NotModeled(_STACK, "anything", _everything),
    "aws_fms_policy": NotModeled(
        "Firewall Manager creates firewalls, security groups, network ACLs and DNS firewalls", "anything", _everything
    ),
}
