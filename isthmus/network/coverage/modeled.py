"""AWS resource types that are evaluated, with every argument.

What an argument does is in the resource's page of https://registry.terraform.io/providers/hashicorp/aws/latest/docs and
in the AWS page that the rule cites which evaluates it. Arguments that are in no row are unknown once they are set.
"""

from __future__ import annotations

from collections.abc import Mapping

from isthmus.network.coverage.modeled_hosts import HOSTS
from isthmus.network.coverage.resource_types import OWN_REGION, Arguments, reads

# Arguments of every type.
COMMON: Mapping[str, str] = {
    "id": "names the resource for Terraform",
    "arn": "names the resource",
    "tags": "labels",
    "tags_all": "labels",
    "timeouts": "how long Terraform waits",
}

_LABEL = "a label"
_WIRE = "the wire and its BGP session, which are assumed to be up"
_DELETION = "acts when the resource is destroyed"
_TUNNEL = "how a tunnel is negotiated; tunnels are assumed to be up"
_LOGS = "logs"
_NAMES_OF_HOSTS = "names of hosts, in zones of their own"  # .../vpc/latest/userguide/vpc-dns.html
_ADDRESSES = "which addresses hosts get; packets of every address of the subnet are answered"
_PROTECTION = "keeps the resource from being changed"
_OWNER = "the account of the other side, which the reference names"
_ENCRYPTION = "how its settings are stored"
_ROUTING = ("failover", "geolocation", "geoproximity", "latency", "weighted", "cidr")

_ACL_SIDE = (
    "{0}.cidr_block {0}.ipv6_cidr_block {0}.from_port {0}.to_port {0}.icmp_type {0}.icmp_code {0}.protocol {0}.rule_no "
)
_ACL_BLOCKS = _ACL_SIDE.format("ingress") + _ACL_SIDE.format("egress")
_ACL_ONLY = {
    "ingress.action": "allow|deny",
    "egress.action": "allow|deny",
}
_GROUP_SIDE = (
    "{0}.cidr_blocks {0}.ipv6_cidr_blocks {0}.prefix_list_ids {0}.security_groups {0}.self {0}.from_port "
    "{0}.to_port {0}.protocol "
)
_GROUP_BLOCKS = _GROUP_SIDE.format("ingress") + _GROUP_SIDE.format("egress")
_GROUP_HARMLESS = {"ingress.description egress.description": _LABEL, "revoke_rules_on_delete": _DELETION}
_TARGETS = (
    "carrier_gateway_id core_network_arn egress_only_gateway_id gateway_id local_gateway_id nat_gateway_id "
    "network_interface_id transit_gateway_id vpc_endpoint_id vpc_peering_connection_id"
)
_DESTINATIONS = "cidr_block ipv6_cidr_block destination_prefix_list_id"
_INLINE_ROUTES = " ".join(f"route.{name}" for name in f"{_DESTINATIONS} {_TARGETS}".split())
_NOT_OF_DEFAULT = ("route.carrier_gateway_id", "route.local_gateway_id")
_DEFAULT_ROUTES = " ".join(name for name in _INLINE_ROUTES.split() if name not in _NOT_OF_DEFAULT)
_GROUP_RULE = reads(
    "security_group_id! ip_protocol! cidr_ipv4 cidr_ipv6 from_port to_port prefix_list_id referenced_security_group_id",
    harmless={"description": _LABEL},
)
_ON = "enable|disable"  # the default first, as everywhere
_OFF = "disable|enable"
_FLAGS = "transit_gateway_default_route_table_association transit_gateway_default_route_table_propagation"
_FLAG_VALUES = dict.fromkeys(_FLAGS.split(), "true|false")
_PEERING_DNS = {
    "accepter requester": "public host names of instances may be answered with private addresses; routes stay"
}

_TUNNEL_NAMES = (
    "dpd_timeout_action dpd_timeout_seconds enable_tunnel_lifecycle_control ike_versions phase1_dh_group_numbers "
    "phase1_encryption_algorithms phase1_integrity_algorithms phase1_lifetime_seconds phase2_dh_group_numbers "
    "phase2_encryption_algorithms phase2_integrity_algorithms phase2_lifetime_seconds preshared_key "
    "rekey_fuzz_percentage rekey_margin_time_seconds replay_window_size startup_action"
)
_POLICY = "firewall_policy"
_STATELESS = "aws:forward_to_sfe|aws:pass|aws:drop"
_RULES = "rule_group"


def _within(block: str, names: str) -> str:
    """Names of arguments with the block around them."""
    return " ".join(f"{block}.{name}" for name in names.split())


MODELED: dict[str, Arguments] = {
    # --- VPC
    "aws_vpc": reads(
        "cidr_block ipv6_cidr_block assign_generated_ipv6_cidr_block ipv6_ipam_pool_id ipv4_ipam_pool_id "
        "ipv4_netmask_length ipv6_netmask_length",
        only={"enable_dns_support": "true|false", "enable_dns_hostnames": "false|true"},
        harmless={
            "instance_tenancy": "the hardware under hosts",
            "enable_network_address_usage_metrics": "counts addresses",
            "ipv6_cidr_block_network_border_group": "from where AWS advertises the addresses",
        },
    ),
    "aws_default_vpc": reads(
        "ipv6_cidr_block assign_generated_ipv6_cidr_block ipv6_ipam_pool_id ipv6_netmask_length",
        only={"enable_dns_support": "true|false", "enable_dns_hostnames": "true|false"},
        harmless={
            "enable_network_address_usage_metrics": "counts addresses",
            "ipv6_cidr_block_network_border_group": "from where AWS advertises the addresses",
            "force_destroy": _DELETION,
        },
    ),
    "aws_vpc_ipv4_cidr_block_association": reads("vpc_id! cidr_block ipv4_ipam_pool_id ipv4_netmask_length"),
    "aws_vpc_ipv6_cidr_block_association": reads(
        "vpc_id! ipv6_cidr_block assign_generated_ipv6_cidr_block ipv6_ipam_pool_id ipv6_netmask_length ipv6_pool"
    ),
    "aws_subnet": reads(
        "vpc_id! cidr_block ipv6_cidr_block availability_zone availability_zone_id",
        only={
            "map_public_ip_on_launch": "false|true",
            "ipv6_native": "false|true",
            "enable_dns64": "false|true",
            "customer_owned_ipv4_pool": "",
            "map_customer_owned_ip_on_launch": "false",
            "outpost_arn": "",
            "enable_lni_at_device_index": "0",
        },
        harmless={
            "assign_ipv6_address_on_creation": _ADDRESSES,
            "enable_resource_name_dns_a_record_on_launch enable_resource_name_dns_aaaa_record_on_launch "
            "private_dns_hostname_type_on_launch": _NAMES_OF_HOSTS,
        },
    ),
    "aws_default_subnet": reads(
        "availability_zone! ipv6_cidr_block",
        only={
            "map_public_ip_on_launch": "true|false",
            "ipv6_native": "false|true",
            "enable_dns64": "false|true",
            "customer_owned_ipv4_pool": "",
            "map_customer_owned_ip_on_launch": "false",
        },
        harmless={
            "assign_ipv6_address_on_creation": _ADDRESSES,
            "enable_resource_name_dns_a_record_on_launch enable_resource_name_dns_aaaa_record_on_launch "
            "private_dns_hostname_type_on_launch": _NAMES_OF_HOSTS,
            "force_destroy": _DELETION,
        },
    ),
    "aws_route_table": reads(f"vpc_id! propagating_vgws {_INLINE_ROUTES}"),
    "aws_default_route_table": reads(f"default_route_table_id! propagating_vgws {_DEFAULT_ROUTES} route.instance_id"),
    "aws_route": reads(
        "route_table_id! destination_cidr_block destination_ipv6_cidr_block destination_prefix_list_id " + _TARGETS
    ),
    "aws_route_table_association": reads("route_table_id! subnet_id gateway_id"),
    "aws_main_route_table_association": reads("route_table_id! vpc_id!"),
    "aws_vpn_gateway_route_propagation": reads("route_table_id! vpn_gateway_id!"),
    "aws_internet_gateway": reads("vpc_id"),
    "aws_internet_gateway_attachment": reads("internet_gateway_id! vpc_id!"),
    "aws_egress_only_internet_gateway": reads("vpc_id!"),
    "aws_vpc_block_public_access_options": reads(
        only={"internet_gateway_block_mode!": "off|block-bidirectional|block-ingress"},
    ),
    "aws_vpc_block_public_access_exclusion": reads(
        "vpc_id subnet_id",
        only={"internet_gateway_exclusion_mode!": "allow-bidirectional|allow-egress"},
    ),
    "aws_vpn_gateway": reads(
        "vpc_id amazon_side_asn", harmless={"availability_zone": "where AWS keeps the gateway, not where it carries"}
    ),
    "aws_vpn_gateway_attachment": reads("vpc_id! vpn_gateway_id!"),
    "aws_nat_gateway": reads(
        "subnet_id vpc_id allocation_id private_ip secondary_allocation_ids secondary_private_ip_address_count "
        "secondary_private_ip_addresses",
        only={
            "connectivity_type": "public|private",
            "availability_mode": "zonal|regional",
            "availability_zone_address": "",
        },
    ),
    "aws_vpc_endpoint": reads(
        "vpc_id! service_name route_table_ids subnet_ids security_group_ids subnet_configuration.subnet_id",
        only={
            "private_dns_enabled": "false|true",
            "vpc_endpoint_type": "Gateway|Interface|GatewayLoadBalancer",
            "ip_address_type": "ipv4|dualstack",
            "resource_configuration_arn": "",
            "service_network_arn": "",
            "service_region": OWN_REGION,
            "dns_options.dns_record_ip_type": "ipv4|dualstack|service-defined",
            "dns_options.private_dns_only_for_inbound_resolver_endpoint": "false|true",
        },
        harmless={
            "auto_accept": "who accepts it; it is taken for accepted, unless its endpoint service is in the input",
            "policy": "who may call the service with what, not which packets pass",
            "subnet_configuration.ipv4 subnet_configuration.ipv6": "which address of the subnet the endpoint has",
        },
    ),
    "aws_vpc_endpoint_route_table_association": reads("route_table_id! vpc_endpoint_id!"),
    "aws_vpc_endpoint_subnet_association": reads("subnet_id! vpc_endpoint_id!"),
    "aws_vpc_endpoint_security_group_association": reads(
        "security_group_id! vpc_endpoint_id!", only={"replace_default_association": "false"}
    ),
    "aws_vpc_endpoint_policy": reads(
        "vpc_endpoint_id!", harmless={"policy": "who may call the service with what, not which packets pass"}
    ),
    "aws_networkfirewall_firewall_transit_gateway_attachment_accepter": reads("transit_gateway_attachment_id!"),
    "aws_vpc_peering_connection": reads(
        "vpc_id! peer_vpc_id! peer_region auto_accept",
        harmless={"peer_owner_id": _OWNER, **_PEERING_DNS},
    ),
    "aws_vpc_peering_connection_accepter": reads(
        "vpc_peering_connection_id! auto_accept",
        harmless=_PEERING_DNS,
    ),
    "aws_ec2_managed_prefix_list": reads(
        "max_entries! entry.cidr",
        only={"address_family!": "IPv4|IPv6"},
        harmless={"name!": _LABEL, "entry.description": _LABEL},
    ),
    "aws_ec2_managed_prefix_list_entry": reads("prefix_list_id! cidr!", harmless={"description": _LABEL}),
    # --- filters
    "aws_network_acl": reads(f"vpc_id! subnet_ids {_ACL_BLOCKS}", only=_ACL_ONLY),
    "aws_default_network_acl": reads(f"default_network_acl_id! subnet_ids {_ACL_BLOCKS}", only=_ACL_ONLY),
    "aws_network_acl_association": reads("network_acl_id! subnet_id!"),
    "aws_network_acl_rule": reads(
        "network_acl_id! rule_number! protocol! cidr_block ipv6_cidr_block from_port to_port icmp_type icmp_code",
        only={"rule_action!": "allow|deny", "egress": "false|true"},
    ),
    "aws_security_group": reads(
        f"vpc_id {_GROUP_BLOCKS}", harmless={"description name name_prefix": _LABEL, **_GROUP_HARMLESS}
    ),
    "aws_default_security_group": reads(f"vpc_id {_GROUP_BLOCKS}", harmless=_GROUP_HARMLESS),
    "aws_security_group_rule": reads(
        "security_group_id! protocol! from_port! to_port! cidr_blocks ipv6_cidr_blocks prefix_list_ids self "
        "source_security_group_id",
        only={"type!": "ingress|egress"},
        harmless={"description": _LABEL},
    ),
    "aws_vpc_security_group_ingress_rule": _GROUP_RULE,
    "aws_vpc_security_group_egress_rule": _GROUP_RULE,
    # --- transit gateway
    "aws_ec2_transit_gateway": reads(
        "amazon_side_asn transit_gateway_cidr_blocks",
        only={
            "default_route_table_association": _ON,
            "default_route_table_propagation": _ON,
            "security_group_referencing_support": _OFF,
            "vpn_ecmp_support": _ON,
            "encryption_support": "disable",
        },
        harmless={
            "description": _LABEL,
            "auto_accept_shared_attachments": (
                "accepts attachments of other accounts, as an accepter does; without either they are unknown"
            ),
            "dns_support": "public host names of instances may be answered with private addresses",
            "multicast_support": "multicast packets only; flows are unicast",
        },
    ),
    "aws_ec2_transit_gateway_vpc_attachment": reads(
        "vpc_id! transit_gateway_id! subnet_ids!",
        only={
            "appliance_mode_support": _OFF,
            "security_group_referencing_support": _ON,
            "ipv6_support": _OFF,
            **_FLAG_VALUES,
        },
        harmless={"dns_support": "public host names of instances may be answered with private addresses"},
    ),
    "aws_ec2_transit_gateway_vpc_attachment_accepter": reads("transit_gateway_attachment_id!", only=_FLAG_VALUES),
    "aws_ec2_transit_gateway_peering_attachment": reads(
        "transit_gateway_id! peer_transit_gateway_id! peer_region!",
        only={"options.dynamic_routing": "disable"},
        harmless={"peer_account_id": _OWNER},
    ),
    "aws_ec2_transit_gateway_peering_attachment_accepter": reads("transit_gateway_attachment_id!"),
    "aws_ec2_transit_gateway_connect": reads(
        "transit_gateway_id! transport_attachment_id!", only={"protocol": "gre", **_FLAG_VALUES}
    ),
    "aws_ec2_transit_gateway_route_table": reads("transit_gateway_id!"),
    "aws_ec2_transit_gateway_route_table_association": reads(
        "transit_gateway_attachment_id! transit_gateway_route_table_id!",
        only={"replace_existing_association": "false|true"},
    ),
    "aws_ec2_transit_gateway_route_table_propagation": reads(
        "transit_gateway_attachment_id! transit_gateway_route_table_id!"
    ),
    "aws_ec2_transit_gateway_default_route_table_association": reads(
        "transit_gateway_id! transit_gateway_route_table_id!"
    ),
    "aws_ec2_transit_gateway_default_route_table_propagation": reads(
        "transit_gateway_id! transit_gateway_route_table_id!"
    ),
    "aws_ec2_transit_gateway_route": reads(
        "destination_cidr_block! transit_gateway_route_table_id! transit_gateway_attachment_id",
        only={"blackhole": "false|true"},
    ),
    "aws_ec2_transit_gateway_prefix_list_reference": reads(
        "prefix_list_id! transit_gateway_route_table_id! transit_gateway_attachment_id",
        only={"blackhole": "false|true"},
    ),
    # --- VPN and Direct Connect
    "aws_customer_gateway": reads(
        "bgp_asn bgp_asn_extended ip_address",
        only={"type!": "ipsec.1"},
        harmless={"device_name": _LABEL, "certificate_arn": _TUNNEL},
    ),
    "aws_vpn_connection": reads(
        "customer_gateway_id! transit_gateway_id vpn_gateway_id transport_transit_gateway_attachment_id "
        "tunnel1_inside_cidr tunnel2_inside_cidr",
        only={
            "type!": "ipsec.1",
            "static_routes_only": "false|true",
            "outside_ip_address_type": "PublicIpv4|PrivateIpv4",
            "tunnel_inside_ip_version": "ipv4",
            "local_ipv4_network_cidr": "0.0.0.0/0",
            "remote_ipv4_network_cidr": "0.0.0.0/0",
            "local_ipv6_network_cidr": "::/0",
            "remote_ipv6_network_cidr": "::/0",
            "vpn_concentrator_id": "",
        },
        harmless={
            "preshared_key_storage": _TUNNEL,
            "enable_acceleration": "by which way the packets of a tunnel come to AWS",
            "tunnel_bandwidth": "how much it carries",
            **{
                f"tunnel{number}_{name}": _TUNNEL
                for number in (1, 2)
                for name in (*_TUNNEL_NAMES.split(), "inside_ipv6_cidr")
            },
            "tunnel1_log_options tunnel2_log_options": _LOGS,
        },
    ),
    "aws_vpn_connection_route": reads("vpn_connection_id! destination_cidr_block!"),
    "aws_dx_gateway": reads("amazon_side_asn!", harmless={"name!": _LABEL}),
    "aws_dx_connection": reads(
        "location!",
        harmless={"name! bandwidth! encryption_mode provider_name request_macsec": _WIRE, "skip_destroy": _DELETION},
    ),
    "aws_dx_lag": reads(
        "location!",
        harmless={"name! connections_bandwidth! connection_id provider_name": _WIRE, "force_destroy": _DELETION},
    ),
    "aws_dx_private_virtual_interface": reads(
        "vpn_gateway_id dx_gateway_id",
        # A session of IPv6 advertises no IPv4 prefix: .../directconnect/latest/UserGuide/routing-and-bgp.html
        only={"sitelink_enabled": "false", "address_family!": "ipv4"},
        harmless={"name! connection_id! vlan! bgp_asn! amazon_address customer_address mtu": _WIRE}
        | {"bgp_auth_key": "a secret of the BGP session"},
    ),
    "aws_dx_hosted_private_virtual_interface_accepter": reads(
        "vpn_gateway_id dx_gateway_id", harmless={"virtual_interface_id!": _WIRE}
    ),
    "aws_dx_transit_virtual_interface": reads(
        "dx_gateway_id! connection_id! bgp_asn!",
        # SiteLink connects sites without the transit gateway. A session of IPv6 advertises no IPv4 prefix.
        # https://docs.aws.amazon.com/directconnect/latest/UserGuide/WorkingWithVirtualInterfaces.html
        # https://docs.aws.amazon.com/directconnect/latest/UserGuide/routing-and-bgp.html
        only={"sitelink_enabled": "false", "address_family!": "ipv4"},
        harmless={"name! vlan! amazon_address customer_address mtu": _WIRE}
        | {"bgp_auth_key": "a secret of the BGP session"},
    ),
    "aws_dx_hosted_transit_virtual_interface_accepter": reads("dx_gateway_id! virtual_interface_id!"),
    "aws_dx_gateway_association": reads(
        "dx_gateway_id! associated_gateway_id allowed_prefixes",
        harmless={
            "associated_gateway_owner_account_id": _OWNER,
            "proposal_id": "whose gateway is associated, which is unknown then",
        },
    ),
    # --- Network Firewall
    "aws_networkfirewall_firewall": reads(
        "firewall_policy_arn! vpc_id transit_gateway_id subnet_mapping.subnet_id "
        "availability_zone_mapping.availability_zone_id",
        only={"subnet_mapping.ip_address_type": "IPV4|DUALSTACK"},
        harmless={
            "name! description": _LABEL,
            "availability_zone_change_protection delete_protection firewall_policy_change_protection "
            "subnet_change_protection": _PROTECTION,
            "enabled_analysis_types": "reports",
            "encryption_configuration": _ENCRYPTION,
        },
    ),
    "aws_networkfirewall_vpc_endpoint_association": reads(
        "firewall_arn! vpc_id! subnet_mapping.subnet_id",
        only={"subnet_mapping.ip_address_type": "IPV4|DUALSTACK"},
        harmless={"description": _LABEL},
    ),
    "aws_networkfirewall_firewall_policy": reads(
        _within(
            "firewall_policy",
            "policy_variables.rule_variables stateful_rule_group_reference.resource_arn "
            "stateful_rule_group_reference.priority stateful_rule_group_reference.override.action "
            "stateless_rule_group_reference.resource_arn stateless_rule_group_reference.priority",
        ),
        only={
            f"{_POLICY}.stateful_engine_options.rule_order": "DEFAULT_ACTION_ORDER|STRICT_ORDER",
            f"{_POLICY}.stateless_default_actions": _STATELESS,
            f"{_POLICY}.stateless_fragment_default_actions": _STATELESS,
            f"{_POLICY}.stateful_default_actions": (
                "aws:drop_strict|aws:drop_established|aws:drop_established_app_layer|"
                "aws:drop_established_app_layer_to_server|aws:alert_strict|aws:alert_established|"
                "aws:alert_established_app_layer|aws:alert_established_app_layer_to_server"
            ),
            f"{_POLICY}.tls_inspection_configuration_arn": "",
        },
        harmless={
            "name! description": _LABEL,
            "encryption_configuration": _ENCRYPTION,
            f"{_POLICY}.stateful_engine_options.flow_timeouts": "how long it remembers flows without packets",
            f"{_POLICY}.stateful_engine_options.stream_exception_policy": "flows whose beginning it did not see",
            f"{_POLICY}.stateful_rule_group_reference.deep_threat_inspection": "lets AWS learn from what it sees",
            f"{_POLICY}.stateless_custom_action": "publishes numbers",
        },
    ),
    "aws_networkfirewall_rule_group": reads(
        f"rules {_RULES}",
        only={
            "type!": "STATEFUL|STATELESS",
            f"{_RULES}.stateful_rule_options.rule_order": "DEFAULT_ACTION_ORDER|STRICT_ORDER",
            f"{_RULES}.rules_source.rules_source_list.generated_rules_type": "ALLOWLIST|DENYLIST",
            f"{_RULES}.rules_source.rules_source_list.target_types": "HTTP_HOST|TLS_SNI",
        },
        harmless={
            "capacity!": "how many rules fit",
            "name! description": _LABEL,
            "encryption_configuration": _ENCRYPTION,
        },
    ),
    # --- names
    "aws_vpc_endpoint_private_dns": reads("vpc_endpoint_id! private_dns_enabled!"),
    "aws_vpc_dhcp_options": reads(
        "domain_name_servers",
        harmless={
            "domain_name": "what hosts add to short names",
            "ntp_servers netbios_name_servers netbios_node_type ipv6_address_preferred_lease_time": (
                "other settings of hosts"
            ),
        },
    ),
    "aws_vpc_dhcp_options_association": reads("vpc_id! dhcp_options_id!"),
    "aws_default_vpc_dhcp_options": reads(harmless={"owner_id": _OWNER}),
    "aws_route53_resolver_config": reads("resource_id! autodefined_reverse_flag!"),
    "aws_service_discovery_private_dns_namespace": reads("name! vpc!", harmless={"description": _LABEL}),
    "aws_route53_zone": reads(
        "name! vpc.vpc_id vpc.vpc_region",
        harmless={
            "comment": _LABEL,
            "delegation_set_id": "name servers of a public zone",
            "enable_accelerated_recovery": "of changes to a public zone",
            "force_destroy": _DELETION,
        },
    ),
    "aws_route53_zone_association": reads("zone_id! vpc_id! vpc_region"),
    "aws_route53_record": reads(
        "zone_id! name! records alias.name alias.zone_id",
        only={
            "type!": "A|AAAA|CAA|CNAME|DS|HTTPS|MX|NAPTR|NS|PTR|SOA|SPF|SRV|SSHFP|SVCB|TLSA|TXT",
            "health_check_id": "",
            "multivalue_answer_routing_policy": "false",
            "set_identifier": "",
            **{f"{name}_routing_policy": "" for name in _ROUTING},
        },
        harmless={
            "ttl": "how long an answer is kept",
            "allow_overwrite": "whether Terraform takes over a record that exists",
            "alias.evaluate_target_health": "answers while its target is down; targets are assumed to be up",
        },
    ),
    "aws_route53_resolver_endpoint": reads(
        "security_group_ids! ip_address.subnet_id ip_address.ip",
        only={
            "direction!": "INBOUND|OUTBOUND",
            "protocols": "Do53|DoH",
            "resolver_endpoint_type": "IPV4|DUALSTACK",
            "ip_address.ipv6": "",
        },
        harmless={"name": _LABEL},
    ),
    "aws_route53_resolver_rule": reads(
        "domain_name! resolver_endpoint_id target_ip.ip target_ip.port",
        only={"rule_type!": "FORWARD|SYSTEM", "target_ip.protocol": "Do53", "target_ip.ipv6": ""},
        harmless={"name": _LABEL},
    ),
    "aws_route53_resolver_rule_association": reads("resolver_rule_id! vpc_id!", harmless={"name": _LABEL}),
    "aws_route53_resolver_firewall_domain_list": reads("domains", harmless={"name!": _LABEL}),
    "aws_route53_resolver_firewall_rule": reads(
        "firewall_rule_group_id! firewall_domain_list_id! priority! q_type",
        only={
            "action!": "ALLOW|ALERT|BLOCK",
            "firewall_domain_redirection_action": "INSPECT_REDIRECTION_DOMAIN|TRUST_REDIRECTION_DOMAIN",
        },
        harmless={
            "name!": _LABEL,
            "block_response block_override_dns_type block_override_domain block_override_ttl": (
                "what is said in place of the answer"
            ),
        },
    ),
    "aws_route53_resolver_firewall_rule_group": reads(harmless={"name!": _LABEL}),
    "aws_route53_resolver_firewall_rule_group_association": reads(
        "firewall_rule_group_id! vpc_id! priority!", harmless={"name!": _LABEL, "mutation_protection": _PROTECTION}
    ),
    "aws_route53_resolver_query_log_config": reads(harmless={"destination_arn!": _LOGS, "name!": _LABEL}),
    "aws_route53_resolver_query_log_config_association": reads("resolver_query_log_config_id! resource_id!"),
    "aws_route53profiles_profile": reads(harmless={"name!": _LABEL}),
    "aws_route53profiles_association": reads("profile_id! resource_id!", harmless={"name!": _LABEL}),
    "aws_route53profiles_resource_association": reads(
        "profile_id! resource_arn! resource_properties", harmless={"name!": _LABEL}
    ),
    **HOSTS,
    # --- shares
    "aws_ram_resource_share": reads(
        harmless={
            "name!": _LABEL,
            "allow_external_principals": "whether accounts outside of the organization may be named",
            "permission_arns": "which API calls the others may make",
        },
    ),
    "aws_ram_resource_association": reads("resource_arn! resource_share_arn!"),
    "aws_ram_principal_association": reads("principal! resource_share_arn!"),
}
