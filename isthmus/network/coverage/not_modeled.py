"""AWS resource types that change flows or names, and that nothing here evaluates.

Where one is present, what it touches is unknown. From the AWS guides of each service; the most telling page is named.
"""

from __future__ import annotations

from isthmus.network.coverage.resource_types import Scope, Unmodelled

_WAN = "Cloud WAN carries packets by its own policy"  # .../network-manager/latest/cloudwan/what-is-cloudwan.html
_STACK = "it creates whatever its template says, networks included"
_CLIENT = "clients from the internet enter the VPC"  # .../vpn/latest/clientvpn-admin/what-is.html
_ROUTE_SERVER = "it changes routes of tables by BGP"  # .../vpc/latest/userguide/dynamic-routing-route-server.html
_OUTPOST = "it forwards between a VPC and the network around an Outpost"
_VERIFIED = "it lets users from the internet in"  # .../verified-access/latest/ug/how-it-works.html
_ACCELERATOR = "it lets the internet in to private addresses"  # .../global-accelerator/latest/dg/about-endpoints.html

_everything = Scope.EVERYTHING
_names = Scope.NAMES

NOT_MODELLED: dict[str, Unmodelled] = {
    # --- VPC
    "aws_vpc_route_server": Unmodelled(_ROUTE_SERVER, "what its arguments name"),
    "aws_vpc_route_server_endpoint": Unmodelled(_ROUTE_SERVER, "the subnet"),
    "aws_vpc_route_server_peer": Unmodelled(_ROUTE_SERVER, "the subnet of its endpoint"),
    "aws_vpc_route_server_propagation": Unmodelled(_ROUTE_SERVER, "the route table"),
    "aws_vpc_route_server_vpc_association": Unmodelled(_ROUTE_SERVER, "the VPC"),
    "aws_vpc_encryption_control": Unmodelled(
        "it may exclude gateways that carry unencrypted packets", "the VPC", unless=("mode", "monitor")
    ),
    "aws_vpc_security_group_vpc_association": Unmodelled("it uses a security group in another VPC", "the group"),
    # --- gateways
    "aws_ec2_carrier_gateway": Unmodelled("it forwards between a VPC and a mobile network", "the VPC"),
    "aws_ec2_local_gateway_route": Unmodelled(_OUTPOST, "anything", _everything),
    "aws_ec2_local_gateway_route_table_vpc_association": Unmodelled(_OUTPOST, "the VPC"),
    "aws_ec2_client_vpn_endpoint": Unmodelled(_CLIENT, "the VPC, its security groups"),
    "aws_ec2_client_vpn_network_association": Unmodelled(_CLIENT, "the subnet"),
    "aws_ec2_client_vpn_authorization_rule": Unmodelled(_CLIENT, "the VPC of the endpoint"),
    "aws_ec2_client_vpn_route": Unmodelled(_CLIENT, "the subnet, the VPC of the endpoint"),
    # --- transit gateway
    "aws_ec2_transit_gateway_connect_peer": Unmodelled(
        "what its appliance announces is stated nowhere", "the Connect attachment"
    ),
    "aws_ec2_transit_gateway_policy_table": Unmodelled("it chooses route tables by policy", "the transit gateway"),
    "aws_ec2_transit_gateway_policy_table_association": Unmodelled(
        "it chooses the route table of an attachment by policy", "the attachment"
    ),
    # --- VPN and Direct Connect
    "aws_vpn_concentrator": Unmodelled("it bundles VPN connections of many sites", "the transit gateway"),
    # --- Cloud WAN
    "aws_networkmanager_core_network": Unmodelled(_WAN, "anything", _everything),
    "aws_networkmanager_core_network_policy_attachment": Unmodelled(_WAN, "anything", _everything),
    "aws_networkmanager_vpc_attachment": Unmodelled(_WAN, "the VPC"),
    "aws_networkmanager_connect_attachment": Unmodelled(_WAN, "what its transport attachment touches"),
    "aws_networkmanager_connect_peer": Unmodelled(_WAN, "what its attachment touches"),
    "aws_networkmanager_site_to_site_vpn_attachment": Unmodelled(_WAN, "the VPN connection"),
    "aws_networkmanager_dx_gateway_attachment": Unmodelled(_WAN, "the Direct Connect gateway"),
    "aws_networkmanager_transit_gateway_peering": Unmodelled(_WAN, "the transit gateway"),
    "aws_networkmanager_transit_gateway_route_table_attachment": Unmodelled(_WAN, "the transit gateway route table"),
    "aws_networkmanager_attachment_accepter": Unmodelled(_WAN, "what its attachment touches"),
    # --- ways in from the internet
    "aws_verifiedaccess_endpoint": Unmodelled(_VERIFIED, "its subnets and security groups"),
    "aws_globalaccelerator_endpoint_group": Unmodelled(_ACCELERATOR, "the subnets of its endpoints"),
    "aws_globalaccelerator_custom_routing_endpoint_group": Unmodelled(_ACCELERATOR, "the subnets"),
    # --- other networks
    "aws_odb_network_peering_connection": Unmodelled("it joins a VPC and an Oracle network", "the VPC"),
    # --- names
    "aws_route53_resolver_dnssec_config": Unmodelled("it refuses unsigned answers", "names in the VPC", _names),
    "aws_route53_traffic_policy": Unmodelled("it decides answers by a policy", "names", _names),
    "aws_route53_traffic_policy_instance": Unmodelled("it decides answers by a policy", "names of the zone", _names),
    "aws_route53_records_exclusive": Unmodelled("it removes records of a zone", "names of the zone", _names),
    # --- what creates networks by itself
    "aws_cloudformation_stack": Unmodelled(_STACK, "anything", _everything),
    "aws_cloudformation_stack_set": Unmodelled(_STACK, "anything", _everything),
    "aws_cloudformation_stack_set_instance": Unmodelled(_STACK, "anything", _everything),
    "aws_cloudformation_stack_instances": Unmodelled(_STACK, "anything", _everything),
    "aws_cloudcontrolapi_resource": Unmodelled("it creates a resource of any type", "anything", _everything),
    "aws_servicecatalog_provisioned_product": Unmodelled(_STACK, "anything", _everything),
    "aws_serverlessapplicationrepository_cloudformation_stack": Unmodelled(_STACK, "anything", _everything),
    "aws_fms_policy": Unmodelled(
        "Firewall Manager creates firewalls, security groups, network ACLs and DNS firewalls", "anything", _everything
    ),
}
