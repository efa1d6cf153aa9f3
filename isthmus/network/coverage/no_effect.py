"""AWS resource types of networking services that change no flow, each with the reason.

A flow is IP packets between two locations. What ends a connection and opens one of its own (a load balancer, a proxy,
PrivateLink, Lattice) is a host here: the packets to it and from it are flows, and both are answered.
https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
"""

from __future__ import annotations

from isthmus.network.coverage.resource_types import together

NO_EFFECT: dict[str, str] = together(
    {
        "aws_spot_instance_request aws_spot_fleet_request aws_ec2_fleet aws_launch_template "
        "aws_launch_configuration aws_network_interface_attachment "
        "aws_network_interface_sg_attachment aws_ec2_instance_state aws_ec2_host aws_autoscaling_group "
        "aws_autoscaling_group_tag aws_spot_datafeed_subscription": (
            "a host: packets to and from any address of its subnet are answered; a route to it is unknown on a path"
        ),
        "aws_eip_domain_name aws_nat_gateway_eip_association": (
            "a name or one more address of what has a public address already"
        ),
        "aws_lb aws_alb aws_lb_listener aws_alb_listener aws_lb_listener_certificate aws_alb_listener_certificate "
        "aws_lb_listener_rule aws_alb_listener_rule aws_lb_target_group aws_alb_target_group "
        "aws_lb_target_group_attachment aws_alb_target_group_attachment aws_lb_trust_store "
        "aws_lb_trust_store_revocation aws_lb_cookie_stickiness_policy aws_lb_ssl_negotiation_policy aws_elb "
        "aws_elb_attachment aws_load_balancer_backend_server_policy aws_load_balancer_listener_policy "
        "aws_load_balancer_policy aws_proxy_protocol_policy aws_app_cookie_stickiness_policy": (
            "a host in its subnets: it ends connections and opens its own; for published services of an intent, its "
            "listeners and targets are evaluated; of a Gateway Load Balancer they show whether packets reach its "
            "appliances, and its endpoints are evaluated"
        ),
        "aws_vpclattice_access_log_subscription aws_vpclattice_auth_policy aws_vpclattice_domain_verification "
        "aws_vpclattice_listener aws_vpclattice_listener_rule aws_vpclattice_resource_configuration "
        "aws_vpclattice_resource_gateway aws_vpclattice_resource_policy aws_vpclattice_service "
        "aws_vpclattice_service_network aws_vpclattice_service_network_resource_association "
        "aws_vpclattice_service_network_service_association aws_vpclattice_service_network_vpc_association "
        "aws_vpclattice_target_group aws_vpclattice_target_group_attachment": (
            "a proxy at link-local addresses: no packets pass between locations"
        ),
        "aws_vpc_endpoint_service aws_vpc_endpoint_service_allowed_principal "
        "aws_vpc_endpoint_service_private_dns_verification aws_vpc_endpoint_connection_accepter "
        "aws_vpc_endpoint_connection_notification": (
            "the providing side of PrivateLink: it opens connections of its own, from its load balancer; of a Gateway "
            "Load Balancer it shows what is behind its endpoints"
        ),
        "aws_ec2_instance_connect_endpoint": "a host in its subnet, for which IAM decides who may use it",
        "aws_networkfirewall_resource_policy aws_route53_vpc_association_authorization "
        "aws_network_interface_permission aws_ec2_serial_console_access aws_ec2_image_block_public_access "
        "aws_ec2_allowed_images_settings aws_ec2_instance_metadata_defaults": (
            "permissions of APIs and services, which do not look at packets between locations"
        ),
        "aws_ram_resource_share_accepter aws_ram_sharing_with_organization": (
            "accepts what is shared; a share that reaches an account is taken for accepted"
        ),
        "aws_flow_log aws_ec2_traffic_mirror_filter aws_ec2_traffic_mirror_filter_rule aws_ec2_traffic_mirror_session "
        "aws_ec2_traffic_mirror_target aws_ec2_network_insights_analysis aws_ec2_network_insights_path "
        "aws_networkfirewall_logging_configuration aws_route53_query_log aws_route53_health_check "
        "aws_vpc_network_performance_metric_subscription aws_networkmonitor_monitor aws_networkmonitor_probe "
        "aws_networkflowmonitor_monitor aws_networkflowmonitor_scope aws_internetmonitor_monitor "
        "aws_verifiedaccess_instance_logging_configuration": "observes packets or names, and changes none",
        "aws_networkmanager_global_network aws_networkmanager_site aws_networkmanager_device aws_networkmanager_link "
        "aws_networkmanager_link_association aws_networkmanager_connection "
        "aws_networkmanager_customer_gateway_association aws_networkmanager_transit_gateway_registration "
        "aws_networkmanager_transit_gateway_connect_peer_association": "a picture of the network, for people",
        "aws_vpc_ipam aws_vpc_ipam_organization_admin_account aws_vpc_ipam_pool aws_vpc_ipam_pool_cidr "
        "aws_vpc_ipam_pool_cidr_allocation aws_vpc_ipam_preview_next_cidr aws_vpc_ipam_resource_discovery "
        "aws_vpc_ipam_resource_discovery_association aws_vpc_ipam_scope aws_ec2_subnet_cidr_reservation": (
            "plans addresses; an address that it chooses is unknown where it is used"
        ),
        "aws_dx_connection_association aws_dx_connection_confirmation aws_dx_hosted_connection "
        "aws_dx_macsec_key_association aws_dx_bgp_peer": (
            "the wire and its BGP session, which are assumed to be up; what a site advertises is stated apart"
        ),
        "aws_dx_hosted_transit_virtual_interface aws_dx_hosted_private_virtual_interface": (
            "an interface of a Direct Connect gateway, of which advertisements are stated or unknown"
        ),
        "aws_dx_public_virtual_interface aws_dx_hosted_public_virtual_interface "
        "aws_dx_hosted_public_virtual_interface_accepter": "leads to public addresses of AWS, not into a VPC",
        "aws_dx_gateway_association_proposal": "proposes an association, which is evaluated where it is made",
        "aws_ec2_transit_gateway_multicast_domain aws_ec2_transit_gateway_multicast_domain_association "
        "aws_ec2_transit_gateway_multicast_group_member aws_ec2_transit_gateway_multicast_group_source": (
            "multicast packets only; flows are unicast"
        ),
        "aws_vpc_peering_connection_options": (
            "public host names of instances may be answered with private addresses; routes stay"
        ),
        "aws_networkfirewall_tls_inspection_configuration": "acts where a firewall policy names it: unknown there",
        "aws_verifiedaccess_group aws_verifiedaccess_instance aws_verifiedaccess_instance_trust_provider_attachment "
        "aws_verifiedaccess_trust_provider aws_globalaccelerator_accelerator aws_globalaccelerator_listener "
        "aws_globalaccelerator_cross_account_attachment aws_globalaccelerator_custom_routing_accelerator "
        "aws_globalaccelerator_custom_routing_listener": "has endpoints, which are listed as not modeled",
        "aws_odb_network aws_odb_cloud_autonomous_vm_cluster aws_odb_cloud_exadata_infrastructure "
        "aws_odb_cloud_vm_cluster": "a separate network; its connections to a VPC are listed as not modeled",
        "aws_route53_cidr_collection aws_route53_cidr_location aws_route53_delegation_set "
        "aws_route53_hosted_zone_dnssec aws_route53_key_signing_key aws_route53domains_delegation_signer_record "
        "aws_route53domains_domain aws_route53domains_registered_domain aws_service_discovery_public_dns_namespace "
        "aws_service_discovery_http_namespace aws_service_discovery_service aws_service_discovery_instance": (
            "public names, or records of hosts in a zone that is listed itself"
        ),
        "aws_route53_resolver_firewall_config": "decides while the DNS firewall itself fails; it is assumed to work",
        "aws_route53recoverycontrolconfig_cluster aws_route53recoverycontrolconfig_control_panel "
        "aws_route53recoverycontrolconfig_routing_control aws_route53recoverycontrolconfig_safety_rule "
        "aws_route53recoveryreadiness_cell aws_route53recoveryreadiness_readiness_check "
        "aws_route53recoveryreadiness_recovery_group aws_route53recoveryreadiness_resource_set": (
            "switches for health checks of public records"
        ),
        "aws_cloudformation_type aws_fms_admin_account aws_fms_resource_set": (
            "a registration, which creates no network"
        ),
        "aws_directory_service_conditional_forwarder": "inside a directory, asked only where DHCP options name it",
        "aws_appmesh_gateway_route aws_appmesh_mesh aws_appmesh_route aws_appmesh_virtual_gateway "
        "aws_appmesh_virtual_node aws_appmesh_virtual_router aws_appmesh_virtual_service": (
            "proxies next to hosts, which open their own connections"
        ),
        "aws_ec2_tag aws_ec2_availability_zone_group aws_ec2_capacity_block_reservation "
        "aws_ec2_capacity_reservation aws_ec2_default_credit_specification": "labels, and capacity for hosts",
        "aws_lightsail_bucket aws_lightsail_bucket_access_key aws_lightsail_bucket_resource_access "
        "aws_lightsail_certificate aws_lightsail_container_service "
        "aws_lightsail_container_service_deployment_version aws_lightsail_database aws_lightsail_disk "
        "aws_lightsail_disk_attachment aws_lightsail_distribution aws_lightsail_domain aws_lightsail_domain_entry "
        "aws_lightsail_instance aws_lightsail_instance_public_ports aws_lightsail_key_pair aws_lightsail_lb "
        "aws_lightsail_lb_attachment aws_lightsail_lb_certificate aws_lightsail_lb_certificate_attachment "
        "aws_lightsail_lb_https_redirection_policy aws_lightsail_lb_stickiness_policy aws_lightsail_static_ip "
        "aws_lightsail_static_ip_attachment": "in a VPC of AWS; Terraform has no resource that peers it",
    }
)
