"""Quotas."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from itertools import islice

from hypothesis import assume

from isthmus.aws.regions import REGIONS
from isthmus.intent import Egress, Estate, HybridDns, PrivateZone, SharedBy, Spoke
from isthmus.testing.broken.parts import (
    LAN,
    breaks,
    extra_gateway,
    extra_segment,
    extra_site,
    extra_spoke,
    extra_vpn,
    first_zone,
    grown,
    wide_spoke,
    with_hub,
    without_dns,
    without_sites,
)


@breaks
def invalid_quota(estate: Estate) -> Estate:
    return replace(estate, quotas={**estate.quotas, "network-acl-rules": 41})


@breaks
def too_many_vpc_cidrs(estate: Estate) -> Estate:
    more = [f"10.250.{16 + number}.0/24" for number in range(5)]
    return grown(estate, spokes=[extra_spoke(secondary_cidrs=more)])


@breaks
def too_many_network_acl_rules(estate: Estate) -> Estate:
    """19 networks are denied: too many by one with the rule that allows and AWS's own."""
    lans = {f"lan{number}": f"172.30.{number}.0/24" for number in range(19)}
    site = extra_site(networks=lans, advertises=[*lans.values()])
    segment = extra_segment(site_networks=[])
    return grown(without_sites(estate), segments=[segment], sites=[site], vpns=[extra_vpn()], spokes=[extra_spoke()])


@breaks
def too_many_vpc_routes(estate: Estate) -> Estate:
    lans = {f"lan{number}": f"172.{30 + number // 256}.{number % 256}.0/24" for number in range(500)}
    site = extra_site(networks=lans, advertises=["172.30.0.0/15"])
    return grown(without_sites(estate), sites=[site], vpns=[extra_vpn()], spokes=[extra_spoke()])


@breaks
def too_many_route_tables(estate: Estate) -> Estate:
    return grown(estate, segments=[extra_segment(f"extra{number}") for number in range(20)])


@breaks
def too_many_transit_gateway_routes(estate: Estate) -> Estate:
    """Eleven segments learn 1,000 prefixes."""
    lans = [str(lan) for lan in islice(IPv4Network(LAN).subnets(new_prefix=26), 999)]
    segments = [extra_segment(f"extra{number}", reaches=["extra"]) for number in range(10)]
    larger = grown(estate, segments=segments, sites=[extra_site(advertises=[LAN, *lans])], vpns=[extra_vpn()])
    return replace(larger, quotas={**estate.quotas, "transit-gateway-route-tables": 60})


@breaks
def too_many_vpcs(estate: Estate) -> Estate:
    many = [
        extra_spoke(f"extra{number}", cidr=f"10.250.{number}.0/24", gateway_endpoints=[], zones=first_zone(estate))
        for number in range(estate.quotas["vpcs"] + 1)
    ]
    return grown(estate, spokes=many)


@breaks
def too_many_elastic_ips(estate: Estate) -> Estate:
    zones = REGIONS[estate.region].zone_ids[:3]
    many = [
        extra_spoke(
            f"extra{number}", cidr=f"10.250.{number}.0/24", egress=Egress.LOCAL, zones=zones, gateway_endpoints=[]
        )
        for number in range(estate.quotas["elastic-ips"] // 3 + 1)
    ]
    return _local(estate, many, "nat-gateways-per-zone")


@breaks
def too_many_nat_gateways(estate: Estate) -> Estate:
    many = [
        extra_spoke(
            f"extra{number}",
            cidr=f"10.250.{number}.0/24",
            egress=Egress.LOCAL,
            zones=first_zone(estate),
            gateway_endpoints=[],
        )
        for number in range(estate.quotas["nat-gateways-per-zone"] + 1)
    ]
    return _local(estate, many, "elastic-ips")


def _local(estate: Estate, spokes: list[Spoke], raised: str) -> Estate:
    """The estate with more spokes that leave by themselves, and enough of another quota."""
    larger = grown(estate, segments=[extra_segment(allowed_egress={Egress.LOCAL})], spokes=spokes)
    return replace(larger, quotas={**estate.quotas, raised: 1_000})


@breaks
def too_many_dns_vpcs(estate: Estate) -> Estate:
    assume(REGIONS[estate.region].partition != "aws-cn")
    many = [
        extra_spoke(
            f"extra{number}",
            cidr=f"10.{251 + number // 256}.{number % 256}.0/24",
            gateway_endpoints=[],
            zones=first_zone(estate),
        )
        for number in range(300)
    ]
    larger = grown(without_dns(estate), spokes=[wide_spoke(estate), *many])
    dns = HybridDns(
        spoke="extra",
        inbound=False,
        private_zones=[PrivateZone("corp.example.com")],
        shared_by=SharedBy.RESOLVER_RULES,
    )
    return replace(with_hub(larger, dns=dns), quotas={**estate.quotas, "vpcs": 400})


@breaks
def too_many_gateway_endpoints(estate: Estate) -> Estate:
    many = [
        extra_spoke(f"extra{number}", cidr=f"10.250.{number}.0/24", zones=first_zone(estate)) for number in range(11)
    ]
    return grown(estate, spokes=many)


@breaks
def too_many_security_group_rules(estate: Estate) -> Estate:
    """31 networks ask by two protocols."""
    assume(REGIONS[estate.region].partition != "aws-cn")
    lans = {f"lan{number}": f"172.30.{number}.0/24" for number in range(31)}
    site = extra_site(networks=lans, advertises=[LAN])
    grown_ = grown(without_sites(estate), sites=[site], vpns=[extra_vpn()], spokes=[wide_spoke(estate)])
    return with_hub(grown_, dns=HybridDns(spoke="extra"))


@breaks
def too_many_vpn_connections(estate: Estate) -> Estate:
    vpns = [extra_vpn(f"extra{number}", number=400 + number) for number in range(51)]
    return grown(estate, sites=[extra_site()], vpns=vpns)


@breaks
def too_many_customer_gateways(estate: Estate) -> Estate:
    many = [extra_gateway(f"extra{number}", ip_address=f"198.51.100.{number + 1}") for number in range(51)]
    return grown(estate, sites=[extra_site(customer_gateways=many)])


@breaks
def too_many_hub_cidrs(estate: Estate) -> Estate:
    blocks = [f"10.254.{number}.0/24" for number in range(6)]
    return with_hub(estate, hub=replace(estate.hub, cidr_blocks=blocks))
