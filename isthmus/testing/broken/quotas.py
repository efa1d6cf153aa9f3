"""Quotas."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Estate
from isthmus.testing.broken.parts import (
    LAN,
    breaks,
    extra_gateway,
    extra_segment,
    extra_site,
    extra_spoke,
    extra_vpn,
    grown,
    with_hub,
    without_sites,
)


@breaks
def quota(estate: Estate) -> Estate:
    return replace(estate, quotas={"network-acl-rules": 41})


@breaks
def vpc_cidr_count(estate: Estate) -> Estate:
    more = [f"10.250.{16 + number}.0/24" for number in range(5)]
    return grown(estate, spokes=[extra_spoke(secondary_cidrs=more)])


@breaks
def network_acl_rules(estate: Estate) -> Estate:
    """19 networks are denied: too many by one with the rule that allows and AWS's own."""
    lans = {f"lan{number}": f"172.30.{number}.0/24" for number in range(19)}
    site = extra_site(networks=lans, announces=[LAN])
    segment = extra_segment(site_networks=[])
    return grown(without_sites(estate), segments=[segment], sites=[site], vpns=[extra_vpn()], spokes=[extra_spoke()])


@breaks
def route_table_size(estate: Estate) -> Estate:
    lans = {f"lan{number}": f"172.{30 + number // 256}.{number % 256}.0/24" for number in range(500)}
    site = extra_site(networks=lans, announces=["172.30.0.0/15"])
    return grown(without_sites(estate), sites=[site], vpns=[extra_vpn()], spokes=[extra_spoke()])


@breaks
def route_table_count(estate: Estate) -> Estate:
    return grown(estate, segments=[extra_segment(f"extra{number}") for number in range(20)])


@breaks
def vpn_connection_count(estate: Estate) -> Estate:
    vpns = [extra_vpn(f"extra{number}", number=400 + number) for number in range(51)]
    return grown(estate, sites=[extra_site()], vpns=vpns)


@breaks
def customer_gateway_count(estate: Estate) -> Estate:
    many = [extra_gateway(f"extra{number}", ip_address=f"198.51.100.{number + 1}") for number in range(51)]
    return grown(estate, sites=[extra_site(customer_gateways=many)])


@breaks
def hub_cidr_count(estate: Estate) -> Estate:
    blocks = [f"10.254.{number}.0/24" for number in range(6)]
    return with_hub(estate, hub=replace(estate.hub, cidr_blocks=blocks))
