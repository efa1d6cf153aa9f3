"""Hybrid DNS and interface endpoints."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import assume

from isthmus.aws.regions import REGIONS
from isthmus.aws.services import SERVICES
from isthmus.intent import CentralEndpoints, DnsFirewall, EndpointService, Estate, HybridDns, PrivateZone, Spoke
from isthmus.testing.broken.parts import (
    asking,
    breaks,
    extra_environment,
    extra_spoke,
    first_zone,
    grown,
    in_china,
    wide_spoke,
    with_hub,
    without_dns,
)

_ZONE = PrivateZone("aws.example.com")


def _shared(
    estate: Estate, spoke: Spoke | None = None, endpoints: CentralEndpoints | None = None, **dns: Any
) -> Estate:
    """The estate with spoke `extra` in the hub's environment, and hybrid DNS in it."""
    assume(REGIONS[estate.region].partition != "aws-cn")
    larger = grown(without_dns(estate), spokes=[spoke or wide_spoke(estate)])
    return with_hub(larger, dns=HybridDns(**{"spoke": "extra", "inbound": False, **dns}), endpoints=endpoints)


@breaks
def multiple_hybrid_dns(estate: Estate) -> Estate:
    other = wide_spoke(estate, "other", cidr="10.250.16.0/20")
    twice = _shared(estate)
    second = extra_environment(spokes=[other], dns=HybridDns(spoke="other", inbound=False))
    return replace(twice, environments=[*twice.environments, second])


@breaks
def dns_spoke_in_other_environment(estate: Estate) -> Estate:
    return _shared(estate, spoke=wide_spoke(estate, "other"))


@breaks
def single_address_resolver_endpoint(estate: Estate) -> Estate:
    return _shared(estate, spoke=extra_spoke(zones=first_zone(estate)), forwards=asking("10.250.0.10"))


@breaks
def invalid_domain(estate: Estate) -> Estate:
    return _shared(estate, private_zones=[PrivateZone("corp.example.com.")])


@breaks
def duplicate_domain(estate: Estate) -> Estate:
    return _shared(estate, private_zones=[PrivateZone("corp.example.com")], forwards=asking("10.250.0.10"))


@breaks
def endpoint_name_conflict(estate: Estate) -> Estate:
    zone = PrivateZone(f"sqs.{estate.region}.amazonaws.com")
    return _shared(estate, spoke=wide_spoke(estate, interface_endpoints=["sqs"]), private_zones=[zone])


@breaks
def invalid_forward_target(estate: Estate) -> Estate:
    return _shared(estate, forwards=asking())


@breaks
def dns_server_not_reachable(estate: Estate) -> Estate:
    return _shared(estate, forwards=asking("172.30.0.53"))


@breaks
def dns_server_outside_subnets(estate: Estate) -> Estate:
    # The seventh eighth is for public subnets, and this spoke has none.
    return _shared(estate, forwards=asking("10.250.12.10"))


@breaks
def dns_forwarding_loop(estate: Estate) -> Estate:
    return _shared(estate, forwards=asking("10.250.14.132"))


@breaks
def dns_in_later_environment(estate: Estate) -> Estate:
    assume(REGIONS[estate.region].partition != "aws-cn")
    larger = grown(without_dns(estate), spokes=[extra_spoke()])
    other = wide_spoke(estate, "other", cidr="10.250.16.0/20")
    later = extra_environment(spokes=[other], dns=HybridDns(spoke="other", inbound=False))
    return replace(larger, environments=[*larger.environments, later])


@breaks
def inbound_endpoint_unused(estate: Estate) -> Estate:
    return _shared(estate, inbound=True)


@breaks
def invalid_dns_firewall_domains(estate: Estate) -> Estate:
    return _shared(estate, firewall=DnsFirewall(allowed=["*.example.com"]))


@breaks
def dns_firewall_blocks_estate_names(estate: Estate) -> Estate:
    return _shared(estate, firewall=DnsFirewall(allowed=["*.amazonaws.com"], blocked=["*"]), private_zones=[_ZONE])


@breaks
def dns_not_available(estate: Estate) -> Estate:
    """In China, and nothing else there."""
    return with_hub(grown(in_china(estate), spokes=[extra_spoke()]), dns=HybridDns(spoke="extra", inbound=False))


@breaks
def central_endpoints_without_dns(estate: Estate) -> Estate:
    return with_hub(without_dns(estate), endpoints=CentralEndpoints(services=["kms"]))


@breaks
def unknown_endpoint_service(estate: Estate) -> Estate:
    return _shared(estate, endpoints=CentralEndpoints(services=["com.amazonaws.us-east-1.kms"]))


@breaks
def invalid_endpoint_service(estate: Estate) -> Estate:
    other = EndpointService("eks-auth", endpoint_name="eks-auth", dns_names=["eks-auth.us-east-1.api.aws"])
    return _shared(estate, endpoints=CentralEndpoints(others=[other]))


@breaks
def duplicate_endpoint_service(estate: Estate) -> Estate:
    return _shared(estate, wide_spoke(estate, interface_endpoints=["kms"]), CentralEndpoints(services=["kms"]))


@breaks
def s3_endpoint_conflict(estate: Estate) -> Estate:
    return _shared(estate, endpoints=CentralEndpoints(services=["s3"]))


@breaks
def invalid_endpoint_policy(estate: Estate) -> Estate:
    return _shared(estate, endpoints=CentralEndpoints(services=["kms"], policies={"kms": "allow-all"}))


@breaks
def endpoint_subnet_too_small(estate: Estate) -> Estate:
    services = [name for name in SERVICES if name != "s3"][:12]
    return _shared(estate, extra_spoke(zones=first_zone(estate)), CentralEndpoints(services=services))
