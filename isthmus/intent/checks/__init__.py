"""The rules of the language: one named function a rule, one file a theme, all run in one pass."""

from __future__ import annotations

from isthmus.intent.checks import (
    announcements,
    cidrs,
    hub,
    names,
    organization,
    quotas,
    segments,
    settings,
    subnets,
    tunnels,
    vpn,
    zones,
)
from isthmus.intent.checks.rule import Rule
from isthmus.intent.errors import Problem
from isthmus.intent.estate import Estate

RULES: tuple[Rule, ...] = (
    names.duplicate_name,
    names.name_form,
    names.name_length,
    names.join_role_length,
    names.reserved_name,
    names.ambiguous_principal,
    names.pinned_name,
    names.route_table_name_twice,
    organization.account_id,
    organization.account_id_twice,
    organization.organization_arn,
    organization.unit_arn,
    organization.deployment_role,
    organization.unknown_reference,
    zones.region,
    zones.no_zones,
    zones.zone_twice,
    zones.zone_of_region,
    zones.nat_zones,
    cidrs.cidr_form,
    cidrs.cidr_not_canonical,
    cidrs.cidr_overlap,
    cidrs.block_overlap,
    cidrs.block_not_private,
    cidrs.spoke_outside_blocks,
    subnets.vpc_size,
    subnets.secondary_cidr_mix,
    subnets.no_room_for_subnets,
    subnets.pinned_subnet_name,
    subnets.pinned_subnet_size,
    subnets.pinned_subnet_outside,
    subnets.subnet_overlap,
    segments.segment_reaches_itself,
    segments.site_transit_with_itself,
    segments.central_egress,
    segments.egress_not_allowed,
    segments.site_network_not_reached,
    segments.no_default_on_premises,
    segments.default_route_needs_bgp,
    segments.default_route_twice,
    segments.default_route_hides_announced,
    segments.static_and_bgp,
    segments.static_twice,
    segments.ecmp_asn,
    announcements.announces_without_bgp,
    announcements.network_not_announced,
    announcements.announcement_in_block,
    announcements.announcement_over_block,
    announcements.announcement_in_denied_network,
    announcements.announcement_overlap,
    announcements.announcement_count,
    announcements.announcement_twice,
    vpn.customer_gateway_asn,
    vpn.same_asn,
    vpn.customer_gateway_address,
    vpn.customer_gateway_address_twice,
    vpn.device_name,
    vpn.vpn_number,
    vpn.vpn_number_twice,
    vpn.inside_cidr_form,
    vpn.inside_cidr_reserved,
    vpn.inside_cidr_twice,
    tunnels.tunnel_value,
    tunnels.tunnel_lifetimes,
    tunnels.tunnel_algorithm,
    tunnels.weak_algorithm,
    hub.hub_count,
    hub.vpn_beside_hub,
    hub.hub_asn,
    hub.hub_cidr_block,
    settings.tag_form,
    settings.log_retention,
    settings.dns_server,
    settings.gateway_endpoint,
    settings.state_bucket,
    settings.hcp_name,
    quotas.quota,
    quotas.vpc_cidr_count,
    quotas.network_acl_rules,
    quotas.route_table_size,
    quotas.route_table_count,
    quotas.vpn_connection_count,
    quotas.customer_gateway_count,
    quotas.hub_cidr_count,
)


def problems(estate: Estate) -> tuple[Problem, ...]:
    """Every broken rule of an estate, in the order of the places that built what broke it."""
    found = [problem for rule in RULES for problem in rule.problems(estate)]
    return tuple(sorted(found, key=lambda problem: _line(problem.place)))


def _line(place: str) -> tuple[str, int]:
    path, _, line = place.rpartition(":")
    return (path, int(line)) if line.isdigit() else (place, 0)
