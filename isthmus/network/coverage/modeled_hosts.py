"""Hosts and their addresses: the rows of the table of arguments for what is inside of subnets."""

from __future__ import annotations

from isthmus.network.coverage.resource_types import Arguments, reads

_HOST = "the host itself"
_SYSTEM = "what runs on the host"
_DISKS = "disks"
_GROUPS = "security groups of hosts are not looked at"
_FORWARDS = "a route to it is unknown on a path, whatever it forwards"
_MORE = "more addresses of its subnet, which are answered all the same"
_POOL = "from which addresses the public one is taken"

HOSTS: dict[str, Arguments] = {
    "aws_instance": reads(
        "subnet_id associate_public_ip_address private_ip launch_template",
        harmless={
            "ami instance_type availability_zone tenancy host_id host_resource_group_arn placement_group "
            "placement_group_id placement_partition_number cpu_options credit_specification ebs_optimized hibernation "
            "enclave_options instance_market_options capacity_reservation_specification maintenance_options "
            "monitoring": _HOST,
            "user_data user_data_base64 user_data_replace_on_change iam_instance_profile key_name get_password_data "
            "metadata_options instance_initiated_shutdown_behavior disable_api_stop disable_api_termination "
            "force_destroy": _SYSTEM,
            "root_block_device ebs_block_device ephemeral_block_device volume_tags": _DISKS,
            "security_groups vpc_security_group_ids": _GROUPS,
            "source_dest_check": _FORWARDS,
            "secondary_private_ips ipv6_addresses ipv6_address_count enable_primary_ipv6": _MORE,
            "network_interface primary_network_interface": "its interfaces, which are hosts of their own here",
            "private_dns_name_options": "its name",
        },
    ),
    "aws_network_interface": reads(
        "subnet_id! private_ip private_ips private_ip_list",
        harmless={
            "description": "a label",
            "attachment interface_type": _HOST,
            "security_groups": _GROUPS,
            "source_dest_check": _FORWARDS,
            "private_ip_list_enabled private_ips_count ipv4_prefixes ipv4_prefix_count ipv6_addresses "
            "ipv6_address_count ipv6_address_list ipv6_address_list_enabled ipv6_prefixes ipv6_prefix_count "
            "enable_primary_ipv6": _MORE,
        },
    ),
    "aws_eip": reads(
        "instance network_interface",
        harmless={
            "address public_ipv4_pool ipam_pool_id network_border_group customer_owned_ipv4_pool domain": _POOL,
            "associate_with_private_ip": "which of its addresses has the public one",
        },
    ),
    "aws_eip_association": reads(
        "instance_id network_interface_id",
        harmless={
            "allocation_id public_ip allow_reassociation": _POOL,
            "private_ip_address": "which of its addresses has the public one",
        },
    ),
}
