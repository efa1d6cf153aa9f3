"""Interface endpoints: services, duplicates, endpoint policies and subnet sizes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network

from isthmus.aws.accepted_values import MOST_POLICY, policy_fault, prefix_with_room, room
from isthmus.aws.regions import REGIONS
from isthmus.aws.services import S3, SERVICES, ServiceZone
from isthmus.intent.addressing import NoSlot, Tier, subnets
from isthmus.intent.checks.dns import is_domain
from isthmus.intent.checks.lenient import network, resolved, segment_of
from isthmus.intent.checks.rule import Fault, rule, subject
from isthmus.intent.endpoints import CentralEndpoints, EndpointService
from isthmus.intent.estate import Estate
from isthmus.intent.model import place_of
from isthmus.intent.name_resolution import central_services, for_sites_only, served, shared_services
from isthmus.intent.network_acl_rules import ports
from isthmus.intent.reachability import networks_reached
from isthmus.intent.spoke import Spoke

_NAME = re.compile(r"[a-z][a-z0-9]*([.-][a-z0-9]+)*")
_ENDPOINT_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9_-]+){3,}")
_PRIVATELINK = "https://docs.aws.amazon.com/vpc/latest/privatelink/"


def _lists(estate: Estate) -> Iterator[tuple[CentralEndpoints | Spoke, str, Sequence[str]]]:
    """Every list of services, with its object and its field."""
    for environment in estate.environments:
        if environment.endpoints is not None:
            yield environment.endpoints, "services", environment.endpoints.services
    for _, spoke in estate.spokes:
        yield spoke, "interface_endpoints", spoke.interface_endpoints


def _pinned(estate: Estate) -> Iterator[tuple[object, str, Sequence[str], Mapping[str, str]]]:
    """Every list of services, with its object, its field, and the pinned endpoint policies."""
    for holder, field, services in _lists(estate):
        if isinstance(holder, Spoke):
            yield holder, field, services, holder.endpoint_policies
        else:
            others = [other.name for other in holder.others if other.has_policy]
            yield holder, field, [*services, *others], holder.policies


@rule(
    "an endpoint in another VPC is reached by private hosted zones, which hybrid DNS associates with the spokes",
    _PRIVATELINK + "manage-dns-names.html",
)
def central_endpoints_without_dns(estate: Estate) -> Iterator[Fault]:
    """An environment has central endpoints and no hybrid DNS."""
    for environment in estate.environments:
        if environment.endpoints is not None and environment.dns is None:
            holder = next((e for e in estate.environments if e.dns is not None), None)
            remedy = (
                f"endpoints in {subject(holder)}, which has hybrid DNS"
                if holder
                else 'dns=HybridDns(spoke="...", inbound=False)'
            )
            yield Fault(environment.endpoints, f"{subject(environment)} has no hybrid DNS", remedy)


@rule(
    "each service has its own private DNS names, and a wrong service name fails only during apply",
    _PRIVATELINK + "aws-services-privatelink-support.html",
)
def unknown_endpoint_service(estate: Estate) -> Iterator[Fault]:
    """A service is not one whose DNS names Isthmus knows."""
    for thing, field, services in _lists(estate):
        for service in services:
            if service not in SERVICES:
                bare = service.rsplit("amazonaws.", 1)[-1].partition(".")[2] or service
                close = difflib.get_close_matches(bare, SERVICES, n=1)
                hint = f'"{close[0]}"; ' if close else ""
                more = "; or others=[EndpointService(...)]" if isinstance(thing, CentralEndpoints) else ""
                yield Fault(thing, f'{field} has "{service}"', f"{hint}one of {', '.join(SERVICES)}{more}")


@rule(
    "names and ports of such a service are not known to Isthmus, and the name becomes a Terraform name",
    _PRIVATELINK + "create-interface-endpoint.html",
)
def invalid_endpoint_service(estate: Estate) -> Iterator[Fault]:
    """An endpoint service has an invalid name, service name, DNS name or port, or a name that another one has."""
    for environment in estate.environments:
        if (central := environment.endpoints) is None:
            continue
        names = {_key(name): f'"{name}"' for name in central.services}
        domains = {_key(zone.name): (zone.name, name) for name in central.services for zone in _zones(estate, name)}
        if not names and not central.others:
            yield Fault(central, "there is no service", 'services=["ssm"], or no central endpoints')
        for other in central.others:
            yield from _badly_written(estate, other)
            if other.name in SERVICES:
                yield Fault(other, "Isthmus knows this service", f'services with "{other.name}"')
            elif (key := _key(other.name)) in names:
                yield Fault(other, f"{names[key]} has the same Terraform name", "another name")
            names.setdefault(_key(other.name), f'"{other.name}"')
            for domain in sorted({name.removeprefix("*.") for name in other.dns_names}):
                taken, owner = domains.setdefault(_key(domain), (domain, other.name))
                if (taken, owner) != (domain, other.name):
                    yield Fault(other, f'"{domain}" has the Terraform name of "{taken}" of "{owner}"', "one of the two")


def _badly_written(estate: Estate, other: EndpointService) -> Iterator[Fault]:
    if not _NAME.fullmatch(other.name):
        yield Fault(other, f'the name is "{other.name}"', 'lower case letters, digits, "-" and ".", such as "eks-auth"')
    if not _ENDPOINT_NAME.fullmatch(other.endpoint_name) or estate.region not in other.endpoint_name.split("."):
        given = f'endpoint_name is "{other.endpoint_name}"'
        partner = f"com.amazonaws.vpce.{estate.region}.vpce-svc-0123456789abcdef0"
        yield Fault(other, given, f'"com.amazonaws.{estate.region}.{other.name}", or "{partner}"')
    if not other.dns_names:
        yield Fault(other, "dns_names is empty", f'dns_names=["{other.name}.{estate.region}.api.aws"]')
    for name in dict.fromkeys(other.dns_names):
        if not is_domain(name.removeprefix("*.")):
            yield Fault(other, f'dns_names has "{name}"', "lower case letters, digits and -, without a trailing dot")
        elif other.dns_names.count(name) > 1:
            yield Fault(other, f'dns_names has "{name}" twice', "the name once")
    if not other.ports:
        yield Fault(other, "ports is empty", 'ports=["tcp/443"]')
    for text in dict.fromkeys(other.ports):
        parsed = ports(text)
        if parsed is None or parsed.protocol != "tcp":
            yield Fault(other, f'ports has "{text}"', '"tcp/443" or "tcp/8000-8080"')
        elif other.ports.count(text) > 1:
            yield Fault(other, f'ports has "{text}" twice', "the port once")


def _key(name: str) -> str:
    """What names with one Terraform name have in common."""
    return name.replace("-", "_").replace(".", "_")


def _zones(estate: Estate, name: str) -> Sequence[ServiceZone]:
    return SERVICES[name].zones_in(estate.region) if name in SERVICES else ()


@rule(
    "two endpoints for one service have the same private DNS name, and AWS rejects the second one in a VPC",
    _PRIVATELINK + "manage-dns-names.html",
)
def duplicate_endpoint_service(estate: Estate) -> Iterator[Fault]:
    """A service is listed twice, or both as a central endpoint and in a spoke that uses the central endpoints."""
    for thing, field, services in _lists(estate):
        for service in sorted({service for service in services if list(services).count(service) > 1}):
            yield Fault(thing, f'"{service}" is in {field} twice', "the service once")
    home = shared_services(estate)
    if home is None or home.environment.endpoints is None:
        return
    central = {service.name for service in central_services(home.environment) if not for_sites_only(home, service)}
    for _, spoke in served(estate):
        for service in sorted(central & set(spoke.interface_endpoints)):
            where = place_of(home.environment.endpoints)
            given = f'"{service}" is in interface_endpoints and is also a central endpoint, {where}'
            yield Fault(spoke, given, "one of the two")


@rule(
    "private zones for S3 send all requests to the interface endpoint, which charges for data; where "
    "spokes keep gateway endpoints, the interface endpoint serves only sites, through the inbound "
    "Resolver endpoint",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html#private-dns-s3",
)
def s3_endpoint_conflict(estate: Estate) -> Iterator[Fault]:
    """An S3 interface endpoint conflicts with gateway endpoints, or has no clients."""
    for _, spoke in estate.spokes:
        if S3 in spoke.gateway_endpoints and S3 in spoke.interface_endpoints:
            given = (
                "it has an S3 gateway endpoint, which the private DNS name of its S3 interface endpoint makes useless"
            )
            yield Fault(spoke, given, 'gateway_endpoints without "s3", or interface_endpoints without "s3"')
    home = shared_services(estate)
    if home is None or not any(service.name == S3 for service in central_services(home.environment)):
        return
    if S3 in home.spoke.gateway_endpoints:
        if not home.dns.inbound:
            given = f"S3 is a central endpoint, {subject(home.spoke)} has an S3 gateway endpoint, and inbound is False"
            segment = segment_of(estate, home.spoke.segment)
            has_clients = segment is not None and bool(networks_reached(resolved(estate), segment))
            remedy = 'services without "s3"' + (", or inbound=True for the sites" if has_clients else "")
            yield Fault(home.environment.endpoints, given, remedy)
        return
    for _, spoke in served(estate):
        if S3 in spoke.gateway_endpoints and S3 not in spoke.interface_endpoints:
            given = (
                f"it has an S3 gateway endpoint, which the central S3 endpoint in {subject(home.spoke)} makes useless"
            )
            both = f'"s3" also in those of {subject(home.spoke)}, {place_of(home.spoke)}'
            remedy = f'gateway_endpoints without "s3", or {both}'
            yield Fault(spoke, given, remedy)


@rule("AWS accepts JSON policies, for endpoints that exist", _PRIVATELINK + "vpc-endpoints-access.html")
def invalid_endpoint_policy(estate: Estate) -> Iterator[Fault]:
    """A pinned endpoint policy is not a JSON object, is too long, or is for a service that is not listed."""
    for holder, field, services, policies in _pinned(estate):
        for service, text in policies.items():
            part = f'policy of "{service}"'
            if service not in services:
                yield Fault(holder, f"{field} does not list this service", f'{field} with "{service}"', part)
            elif fault := policy_fault(text):
                example = '{"Version": "2012-10-17", "Statement": [...]}'
                remedy = example if "JSON" in fault else f"at most {MOST_POLICY}"
                yield Fault(holder, fault, remedy, part)


@rule(
    "each endpoint uses one address in each of its subnets, and AWS reserves five",
    "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
)
def endpoint_subnet_too_small(estate: Estate) -> Iterator[Fault]:
    """There are more central endpoints than addresses in their subnets."""
    home = shared_services(estate)
    region = REGIONS.get(estate.region)
    if home is None or region is None:
        return
    needed = len(central_services(home.environment))
    for zone in sorted(set(estate.zones_of(home.spoke)) & set(region.zone_ids)):
        for name, subnet in _placed(home.spoke, zone).items():
            if subnet.prefixlen <= 28 and room(subnet) < needed:
                size = prefix_with_room(needed)
                given = f"{subnet} has addresses for {room(subnet)} endpoints, and there are {needed}"
                yield Fault(
                    home.spoke, given, f'a larger subnet: subnets={{"{name}": "<a /{size}>"}}', f"subnet {name}"
                )


def _placed(spoke: Spoke, zone: str) -> Mapping[str, IPv4Network]:
    """The subnet for endpoints in a zone; empty if it is not known."""
    try:
        return subnets(replace(spoke, cidr=str(network(spoke.cidr))), [zone], [Tier.ENDPOINTS])
    except (NoSlot, ValueError):
        return {}  # subnet-space-exhausted or invalid-cidr reports it
