"""A Hypothesis strategy: any valid hybrid DNS and endpoints for an estate that has neither."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from isthmus.aws.regions import REGIONS
from isthmus.intent import (
    CentralEndpoints,
    DnsFirewall,
    Environment,
    Estate,
    ForwardRule,
    HybridDns,
    PrivateZone,
    SharedBy,
    Spoke,
)
from isthmus.intent.addressing import Tier, subnets
from isthmus.intent.name_resolution import served
from isthmus.intent.reachability import networks_reached

__all__ = ["resolving"]

# Allowed names of a DNS firewall that blocks all others; they include the names of the estate.
_WALLED = ("*.example.com", "*.amazonaws.com")
_SERVICES = ("kms", "ssm", "ecr.dkr", "execute-api", "kinesis-streams", "logs")


@st.composite
def resolving(draw: DrawFn, estate: Estate) -> Estate:
    """The estate with hybrid DNS in one of its spokes, central endpoints and endpoints of spokes; or unchanged."""
    if REGIONS[estate.region].partition == "aws-cn":
        return estate
    homes = [(environment, spoke) for environment, spoke in estate.spokes if _may_hold(estate, environment, spoke)]
    held: bool = draw(st.booleans())
    if homes and held:
        estate = draw(_shared_services(estate, *draw(st.sampled_from(homes))))
    return draw(_own_endpoints(estate))


def _may_hold(estate: Estate, environment: Environment, spoke: Spoke) -> bool:
    """Whether all spokes reach this one, and none in the hub's environment would use DNS of a later environment."""
    trial = _with(estate, environment, dns=HybridDns(spoke=spoke.name))
    if spoke.routable_cidr is not None:
        return False
    return environment.hub is not None or all(user.hub is None for user, _ in served(trial))


def _with(estate: Estate, environment: Environment, **changes: Any) -> Estate:
    environments = [replace(e, **changes) if e.name == environment.name else e for e in estate.environments]
    return replace(estate, environments=environments)


@st.composite
def _shared_services(draw: DrawFn, estate: Estate, environment: Environment, spoke: Spoke) -> Estate:
    vpc = IPv4Network(spoke.cidr)
    wide = vpc.prefixlen <= 20
    # These VPC sizes have slots for resolver subnets. Compact VPCs have four zones, and so do spokes of that size.
    asks = len(estate.zones_of(spoke)) > 1 and (wide or vpc.prefixlen == 23)
    reached = networks_reached(estate, estate.segment(spoke.segment))
    inbound = asks and bool(reached) and draw(st.booleans())
    forwards: list[ForwardRule] = []
    for site in estate.sites if asks else ():
        known = [IPv4Network(cidr) for cidr in reached.values()]
        if site.dns_servers and all(any(IPv4Address(a) in cidr for cidr in known) for a in site.dns_servers):
            forwards.append(ForwardRule(f"{site.name}.example.com", site=site.name))
    if asks and draw(st.booleans()):
        controller = str(_private_subnet(estate, spoke)[10])
        forwards.append(ForwardRule(draw(st.sampled_from(("ad.example.com", "."))), targets=[controller]))
    dns = HybridDns(
        spoke=spoke.name,
        inbound=inbound,
        forwards=draw(st.permutations(forwards)),
        private_zones=[PrivateZone("aws.example.com")] if draw(st.booleans()) else [],
        shared_by=draw(st.sampled_from(SharedBy)),
        query_logs=draw(st.booleans()),
        firewall=draw(st.sampled_from((None, DnsFirewall(allowed=_WALLED, blocked=["*"])))),
    )
    found = _with(estate, environment, dns=dns)
    services = draw(st.lists(st.sampled_from(_SERVICES), unique=True))
    has_gateway = "s3" in spoke.gateway_endpoints
    s3 = inbound if has_gateway else not any("s3" in user.gateway_endpoints for _, user in served(found))
    if s3 and draw(st.booleans()):
        services.append("s3")
    endpoints = CentralEndpoints(services=services) if wide and services else None
    return _with(found, environment, endpoints=endpoints)


def _private_subnet(estate: Estate, spoke: Spoke) -> IPv4Network:
    """A subnet of the spoke for hosts: subnets do not cover the whole VPC."""
    placed = subnets(spoke, estate.zones_of(spoke), [Tier.PRIVATE])
    return placed[min(placed)]


@st.composite
def _own_endpoints(draw: DrawFn, estate: Estate) -> Estate:
    """Some spokes with their own interface endpoints, for services without a central endpoint."""
    central = {service for e in estate.environments if e.endpoints is not None for service in e.endpoints.services}
    users = {spoke.name for _, spoke in served(estate)}

    def changed(spoke: Spoke) -> Spoke:
        free = [name for name in ("ssm", "kms", "sts") if spoke.name not in users or name not in central]
        wanted = draw(st.lists(st.sampled_from(free), unique=True, max_size=2)) if free else []
        return replace(spoke, interface_endpoints=wanted) if wanted else spoke

    if not draw(st.sampled_from((False, False, True))):
        return estate
    environments = [replace(e, spokes=[changed(spoke) for spoke in e.spokes]) for e in estate.environments]
    return replace(estate, environments=environments)
